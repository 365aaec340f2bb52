"""Guards `--update`, `--copy-larger`, and that outputs are never taken for inputs."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from helpers.command import Answer, Run
from helpers.folders import names, snapshot
from helpers.pictures import distinct, picture, pixels
from quantize.jobs.request import OF_NO_OUTPUT, Job, Request
from quantize.model.palette import Palette
from quantize.pipeline.settings import Settings

INTO_DIST = ("-o", "dist/{parent}/{stem}{ext}")


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """Three pictures in two folders, an hour old."""
    folder = tmp_path / "assets"
    for seed, name in enumerate(("a.png", "b.jpg", "sub/c.gif")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        picture(seed, (16, 12)).save(folder / name)
        age(folder / name, 3600)
    return folder


def age(path: Path, seconds: float) -> None:
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))


def lines(answer: Answer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


def done(answer: Answer) -> list[str]:
    """The inputs that something was done for."""
    assert (answer.code, answer.errors) == (0, [])
    return [row["input"] for row in lines(answer) if "summary" not in row and "skipped" not in row]


ALL = ["assets/a.png", "assets/b.jpg", "assets/sub/c.gif"]


# Runs again


@pytest.mark.parametrize("sidecar", [(), ("--no-sidecar",), ("--no-sidecar", "--strip")])
def test_a_run_with_nothing_to_do_is_quiet(
    sidecar: tuple[str, ...], run: Run, assets: Path
) -> None:
    words = ("assets", "-r", "-k", 4, "--update", *INTO_DIST, *sidecar)
    assert run(*words).code == 0
    before = snapshot(assets.parent)
    answer = run(*words)
    assert (answer.code, answer.text, answer.errors) == (0, "", [])
    *records, totals = lines(run(*words, "--json"))
    assert {row["reason"] for row in records} == {"up-to-date"}
    assert (totals["inputs"], totals["done"], totals["skipped"]) == (3, 0, 3)
    assert run(*words, "--dry-run", "--json").code == 0
    assert snapshot(assets.parent) == before


def test_it_writes_what_is_missing_and_what_is_older_than_its_source(
    run: Run, assets: Path
) -> None:
    words = ("assets", "-r", "-k", 4, "--update", *INTO_DIST, "--json")
    assert done(run(*words)) == ALL
    (assets.parent / "dist" / "b.png").unlink()
    assert done(run(*words)) == ["assets/b.jpg"]
    (assets.parent / "dist" / "b.json").unlink()
    assert done(run(*words)) == ["assets/b.jpg"]
    age(assets / "a.png", -7200)
    foreseen = lines(run(*words, "--dry-run"))
    assert [row["action"] for row in foreseen] == ["write", "skip", "skip"]
    assert done(run(*words)) == ["assets/a.png"]


@pytest.mark.parametrize("sidecar", [(), ("--no-sidecar",)])
def test_it_writes_what_was_made_with_other_settings(
    sidecar: tuple[str, ...], run: Run, assets: Path
) -> None:
    words = ("assets", "--update", "--json", *INTO_DIST, *sidecar)
    assert done(run(*words, "-k", 4)) == ALL[:2]
    assert done(run(*words, "-k", 3)) == ALL[:2]
    assert len(distinct(pixels(assets.parent / "dist" / "a.png"))) == 3
    assert done(run(*words, "-k", 3, "--threads", 1)) == []
    assert done(run(*words, "-k", 3, "--dither", "bayer-4")) == ALL[:2]
    assert done(run(*words, "-k", 3, "--dither", "bayer-4")) == []


def test_what_says_nothing_of_its_settings_goes_by_its_age(run: Run, assets: Path) -> None:
    words = ("assets/sub", "--update", "--json", *INTO_DIST, "--no-sidecar")
    assert done(run(*words, "-k", 4)) == ALL[2:]
    assert done(run(*words, "-k", 3)) == []  # a GIF
    age(assets / "sub" / "c.gif", -7200)
    assert done(run(*words, "-k", 3)) == ALL[2:]


def test_our_text_is_in_a_png_without_a_sidecar_alone(run: Run, assets: Path) -> None:
    for more, told in ((("--no-sidecar",), True), ((), False), (("--strip",), False)):
        assert run("assets/a.png", "-k", 4, "-o", "x.png", "--update", *more).code == 0
        with Image.open(assets.parent / "x.png") as image:
            assert ("quantize" in image.info) is told
        (assets.parent / "x.png").unlink()
    assert run("assets/a.png", "-k", 4, "-o", "x.png", "--no-sidecar").code == 0
    with Image.open(assets.parent / "x.png") as image:
        assert "quantize" not in image.info


def test_a_younger_palette_file_counts(run: Run, assets: Path) -> None:
    palette = assets.parent / "p.hex"
    palette.write_text("000000\n888888\nffffff\n")
    age(palette, 60)
    words = ("assets", "--use-palette", "p.hex", "--update", "--json", *INTO_DIST)
    assert done(run(*words)) == ALL[:2]
    assert done(run(*words)) == []
    age(palette, -120)
    assert done(run(*words)) == ALL[:2]
    for path in (assets.parent / "dist").iterdir():
        age(path, -240)
    palette.write_text("000000\n888888\nff0000\n")
    age(palette, 60)
    assert done(run(*words)) == ALL[:2]  # other colours, whatever its age


def test_a_shared_palette_that_stays_is_quiet(run: Run, assets: Path) -> None:
    words = ("assets", "-r", "-k", 4, "--update", *INTO_DIST, "--shared-palette")
    words = (*words, "--save-palette", "all.hex")
    assert "shared palette: 4 colours from 3 images" in run(*words).text
    before = snapshot(assets.parent)
    answer = run(*words)
    assert (answer.code, answer.text, answer.errors) == (0, "", [])
    assert snapshot(assets.parent) == before
    picture(9, (16, 12)).save(assets / "a.png")
    assert done(run(*words, "--json")) == ALL  # all have other colours now


def test_palettes_and_swatches_go_by_age(run: Run, assets: Path) -> None:
    words = ("assets/a.png", "-k", 4, "-o", "x.png", "--update", "--save-palette", "{stem}.hex")
    assert done(run(*words, "--json")) == ALL[:1]
    image = (assets.parent / "x.png").stat().st_mtime_ns
    (assets.parent / "a.hex").unlink()
    assert done(run(*words, "--json")) == ALL[:1]
    assert (assets.parent / "a.hex").exists()
    assert (assets.parent / "x.png").stat().st_mtime_ns == image
    alone = ("assets/a.png", "-k", 4, "--no-image", "--update", "--save-palette", "{stem}.gpl")
    assert done(run(*alone, "--json")) == ALL[:1]
    assert done(run(*alone, "--json")) == []


def test_a_source_that_is_gone_is_an_error(run: Run, assets: Path) -> None:
    words = ("assets/a.png", "-k", 4, "-o", "x.png", "--update")
    assert run(*words).code == 0
    (assets / "a.png").unlink()
    answer = run(*words)
    assert (answer.code, len(answer.errors)) == (1, 1)
    assert "no such file" in answer.errors[0]


def test_outputs_beside_their_inputs_are_brought_up_to_date(run: Run, assets: Path) -> None:
    words = ("assets", "-r", "-k", 4, "--update")
    assert run(*words).code == 0
    before = snapshot(assets)
    assert run(*words).text == ""
    assert snapshot(assets) == before


@pytest.mark.parametrize(
    "words",
    [
        ("--update", "--force"),
        ("--update", "--skip-existing"),
        ("--update", "--in-place"),
        ("--update", "-o", "-"),
        ("--copy-larger", "-o", "x.png"),
        ("--copy-larger", "--skip-if-larger"),
        ("--copy-larger", "--in-place"),
    ],
)
def test_what_contradicts_them_is_refused(words: tuple[str, ...], run: Run, assets: Path) -> None:
    answer = run("assets/a.png", *words)
    assert answer.code == 2
    assert words[0] in answer.errors[-1]


# The digest


def job(request: Request = Request()) -> Job:  # noqa: B008 - it is frozen
    return Job("a.png", "b.png", "png", None, (), (), request)


def test_the_digest_tells_settings_apart_and_not_how_they_were_said() -> None:
    usual = job().settings_digest
    assert len(usual) == 16
    assert usual == job(Request(Settings(colors=64, effort="balanced", threads=3))).settings_digest
    assert usual == job(Request(force=True, output="elsewhere")).settings_digest
    others = [
        *(Request(Settings(colors=63)), Request(Settings(seed=1)), Request(compress="best")),
        *(Request(strip=True), Request(background="#ffffff"), Request(copy_larger=True)),
    ]
    found = {usual, *(job(other).settings_digest for other in others)}
    assert len(found) == len(others) + 1
    assert job()._replace(format="gif").settings_digest not in found


def test_names_and_codes_of_a_given_palette_are_in_the_digest() -> None:
    colors = np.array([[1, 2, 3], [4, 5, 6]], np.uint8)
    said: list[dict[str, Any]] = [
        *({}, {"names": ("red", "blue")}, {"names": ("red", "green")}),
        *({"codes": ("1", "2")}, {"codes": ("1", "3")}, {"title": "threads"}),
    ]
    requests = [Request(palette=Palette(colors, **each)) for each in said]
    assert len({job(request).settings_digest for request in requests}) == len(said)


def test_what_the_digest_leaves_out_is_a_setting_or_a_wish() -> None:
    assert {*Settings.fields, *Request._fields} >= OF_NO_OUTPUT


# --copy-larger


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A folder with a JPEG and a WebP that no palette makes smaller, and a PNG that one does."""
    folder = tmp_path / "small"
    folder.mkdir()
    picture(0, (96, 64)).save(folder / "photo.jpg", quality=10)
    picture(0, (96, 64)).save(folder / "scan.webp", quality=10)
    picture(0, (96, 64)).save(folder / "big.png")
    return folder


COPYING = ("-k", 64, *INTO_DIST, "--skip-if-larger", "--copy-larger")


def test_the_original_is_copied_under_its_own_ending(run: Run, small: Path) -> None:
    answer = run("small", *COPYING, "--json")
    *records, totals = lines(answer)
    assert (answer.code, answer.errors) == (0, [])
    dist = small.parent / "dist"
    assert names(dist) == {
        *("big.png", "big.json", "photo.jpg", "photo.json", "scan.webp", "scan.json")
    }
    for name in ("photo.jpg", "scan.webp"):
        assert (dist / name).read_bytes() == (small / name).read_bytes()
    assert [row.get("copied", False) for row in records] == [False, True, True]
    assert records[1]["output"] == "dist/photo.jpg"
    assert records[1]["bytes_after"] == records[1]["bytes_before"] < records[1]["bytes_of_image"]
    assert (totals["done"], totals["copied"], totals["skipped"]) == (3, 2, 0)


def test_one_that_is_copied_alone_is_done(run: Run, small: Path) -> None:
    answer = run("small/photo.jpg", *COPYING)
    assert (answer.code, answer.errors) == (0, [])
    assert "would be more than the" in answer.text
    assert answer.text.splitlines()[0].endswith("; copied")
    answer = run("small/photo.jpg", *COPYING[:2], "-o", "-", *COPYING[4:])
    assert answer.out == (small / "photo.jpg").read_bytes()


@pytest.mark.parametrize("sidecar", [(), ("--no-sidecar",)])
def test_copies_are_kept_up_to_date(sidecar: tuple[str, ...], run: Run, small: Path) -> None:
    words = ("small", *COPYING, "--update", *sidecar)
    assert run(*words).code == 0
    before = snapshot(small.parent)
    answer = run(*words)
    assert (answer.code, answer.text) == (0, "")
    assert snapshot(small.parent) == before
    age(small / "photo.jpg", -7200)
    assert done(run(*words, "--json")) == ["small/photo.jpg"]


def test_copies_exist_already(run: Run, small: Path) -> None:
    assert run("small", *COPYING).code == 0
    before = snapshot(small.parent)
    assert lines(run("small", *COPYING, "--skip-existing", "--json"))[-1]["skipped"] == 3
    assert run("small", *COPYING).code == 1
    assert snapshot(small.parent) == before


def test_an_original_that_lies_there_already_stays(run: Run, small: Path) -> None:
    beside = ("-o", "small/{stem}.png", "--skip-if-larger", "--copy-larger")
    content = (small / "photo.jpg").read_bytes()
    answer = run("small/photo.jpg", "-k", 64, *beside, "--json")
    (record,) = lines(answer)
    assert (answer.code, record["copied"], record["output"]) == (0, True, None)
    assert names(small) == {"photo.jpg", "scan.webp", "big.png", "photo.json"}
    assert (small / "photo.jpg").read_bytes() == content
    assert done(run("small", "-k", 64, *INTO_DIST, "--json")) == [
        *("small/big.png", "small/photo.jpg", "small/scan.webp")
    ]


# Outputs are no inputs


FORMATS = ("png", "gif", "webp", "tiff", "bmp")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("how", ["sidecar", "text", "palette"])
def test_an_output_of_an_earlier_run_is_no_input(
    form: str, how: str, run: Run, assets: Path
) -> None:
    more = {"sidecar": (), "text": ("--no-sidecar", "--update"), "palette": ("--no-sidecar",)}[how]
    made = f"a-5.{'tiff' if form == 'tiff' else form}"
    assert run("assets/a.png", "-k", 5, "--format", form, *more).code == 0
    answer = run("assets", "-k", 3, "--json", "--format", form)
    assert answer.code == 0
    *records, totals = lines(answer)
    assert [row["input"] for row in records] == ALL[:2]
    assert (totals["inputs"], totals["passed_over"]) == (2, 1)
    assert made in names(assets)


def test_the_totals_say_what_was_passed_over(run: Run, assets: Path) -> None:
    assert run("assets/a.png", "-k", 5, "--no-sidecar").code == 0
    text = run("assets", "-k", 3).text
    assert "2 inputs: 2 done, 1 passed over as outputs;" in text
    assert run("assets/sub", "-k", 5, "--no-sidecar").code == 0
    assert "1 passed over as outputs" in run("assets/sub", "-k", 3).text


def test_a_set_of_icons_has_such_names(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "icons"
    folder.mkdir()
    picture(0, (16, 16)).save(folder / "icon.png")
    picture(1, (16, 16)).save(folder / "icon-64.png")  # in true colour
    picture(2, (16, 16)).quantize(32).save(folder / "icon-32.png")
    picture(3, (16, 16)).quantize(200).save(folder / "icon-128.png")  # more than it says
    picture(4, (16, 16)).quantize(8).save(folder / "icon-large.png")
    taken = {"icon.png", "icon-64.png", "icon-128.png", "icon-large.png"}
    beside = run("icons", "-k", 5, "--dry-run", "--json")
    assert {Path(row["input"]).name for row in lines(beside)} == taken
    elsewhere = run("icons", "-k", 5, "-o", "out", "--dry-run", "--json")
    assert {Path(row["input"]).name for row in lines(elsewhere)} == {*taken, "icon-32.png"}
    replaced = run("icons", "-k", 5, "--in-place", "--dry-run", "--json")
    assert {Path(row["input"]).name for row in lines(replaced)} == {*taken, "icon-32.png"}


@pytest.mark.parametrize("how", ["--force", "--update", "--skip-existing"])
def test_an_original_with_the_name_of_an_output_is_never_replaced(
    how: str, run: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "icons"
    folder.mkdir()
    picture(0, (16, 16)).save(folder / "icon.png")
    picture(1, (16, 16)).save(folder / "icon-64.png")  # in true colour
    before = snapshot(folder)
    answer = run("icons", how)
    assert answer.code == 1
    assert answer.errors[0].startswith(
        "quantize: icons/icon-64.png: is an input as well; choose another name with -o"
    )
    assert snapshot(folder) == before


def test_without_its_source_it_is_an_input(run: Run, assets: Path) -> None:
    assert run("assets/a.png", "-k", 5, "--no-sidecar").code == 0
    (assets / "a.png").unlink()
    answer = run("assets", "-k", 3, "--dry-run", "--json")
    assert [row["input"] for row in lines(answer)] == ["assets/a-5.png", "assets/b.jpg"]


def test_a_name_that_was_said_is_an_input_unless_its_source_was_said_too(
    run: Run, assets: Path
) -> None:
    for more in ((), ("--no-sidecar",)):
        assert run("assets/a.png", "-k", 5, *more, "--force").code == 0
        one = run("assets/a-5.png", "-k", 3, "--dry-run", "--json")
        assert [row["input"] for row in lines(one)] == ["assets/a-5.png"]
        both = ("assets/a-5.png", "assets/a.png", "-k", 3)  # as of a shell's *.png
        found = run(*both, "--dry-run", "--json")
        assert [row["input"] for row in lines(found)] == ["assets/a.png"]
        there = run(*both, "-o", "out", "--dry-run", "--json")
        assert len(lines(there)) == (2 if more else 1)  # without a sidecar, its palette alone
        (assets / "a-5.json").unlink(missing_ok=True)


def test_a_file_that_was_replaced_in_place_stays_an_input(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for seed, name in enumerate(("icon.png", "icon-64.png")):
        picture(seed, (20, 20)).save(folder / name)
    assert run("in", "-k", 100, "--in-place").code == 0
    found = run("in", "-k", 5, "--dry-run", "--json")
    assert [row["input"] for row in lines(found)] == ["in/icon-64.png", "in/icon.png"]
