"""Guards `--in-place` and `--backup`: a file becomes its quantized self, or stays as it is."""

from __future__ import annotations

import errno
import json
import os
import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from helpers.command import Answer, Run
from helpers.folders import names, snapshot
from helpers.pictures import distinct, picture, pixels
from quantize.storage import local, versions

POSIX = pytest.mark.skipif(os.name != "posix", reason="modes and links of a Unix")


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A picture of many colours."""
    path = tmp_path / "sheet.png"
    photo().save(path)
    return path


def photo(seed: int = 0, size: tuple[int, int] = (40, 30)) -> Image.Image:
    noise = np.random.default_rng(seed).normal(0, 8, (size[1], size[0], 3))
    return Image.fromarray(
        np.clip(noise + np.linspace(0, 255, size[0])[:, None], 0, 255).astype("u1")
    )


def lines(answer: Answer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


def colors(path: Path) -> int:
    return len(distinct(pixels(path)))


def mark_of(path: Path) -> str:
    with Image.open(path) as image:
        return str(image.info.get("quantize", ""))


@POSIX
def test_a_file_is_replaced_and_keeps_its_mode(run: Run, sheet: Path) -> None:
    sheet.chmod(0o640)
    before = sheet.stat()
    answer = run("sheet.png", "-k", 8, "--in-place", "--json")
    (record,) = lines(answer)
    assert (answer.code, answer.errors, names(sheet.parent)) == (0, [], {"sheet.png"})
    assert (record["output"], record["bytes_before"]) == ("sheet.png", before.st_size)
    assert record["bytes_after"] == sheet.stat().st_size < before.st_size
    assert stat.S_IMODE(sheet.stat().st_mode) == 0o640
    assert colors(sheet) == 8


WISHES = {
    "plain": (),
    "strip": ("--strip",),
    "dithered": ("--dither", "floyd-steinberg"),
    "auto": ("-k", "auto"),
    "auto, stripped": ("-k", "auto", "--strip"),
    "max-error": ("--max-error", 6, "-k", 250),
    "sorted": ("--sort", "luminance"),
    "kept colour": ("--keep-color", "#123456"),
    "merged": ("--merge-distance", 4),
    "given": ("--use-palette", "given.hex", "--dither", "bayer-4"),
    "shared": ("--shared-palette",),
    "background": ("--background", "#fff"),
}


@pytest.mark.parametrize("wish", WISHES)
def test_a_second_run_changes_nothing(wish: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "given.hex").write_text("000000\n555555\nffffff\nff0000\n")
    folder = tmp_path / "all"
    folder.mkdir()
    for seed, ending in enumerate(("png", "gif", "webp", "tif", "bmp")):
        photo(seed).save(folder / f"{seed}.{ending}", **{"lossless": True} if seed == 2 else {})
    few = () if wish == "given" else ("-k", 5)
    words = ("all", *few, "--in-place", *WISHES[wish])
    before = snapshot(folder)
    assert run(*words).code == 0
    once = snapshot(folder)
    assert sum(once[name] != before[name] for name in once) >= 4
    answer = run(*words)
    assert (answer.code, answer.errors) == (0, [])
    assert snapshot(folder) == once


def test_a_second_run_is_quiet(run: Run, sheet: Path) -> None:
    assert run("sheet.png", "-k", 8, "--in-place").text
    answer = run("sheet.png", "-k", 8, "--in-place")
    assert (answer.code, answer.text, answer.errors) == (0, "", [])
    (record,) = lines(run("sheet.png", "-k", 8, "--in-place", "--json"))
    assert (record["skipped"], record["reason"]) == (True, "up-to-date")
    assert "up to date; skipped" in run("sheet.png", "-k", 8, "--in-place", "-v").text


def test_an_indexed_picture_whose_palette_fits_is_left_alone(run: Run, sheet: Path) -> None:
    photo().quantize(16).save(sheet, compress_level=0)  # it could be smaller
    before = snapshot(sheet.parent)
    assert run("sheet.png", "-k", 16, "--in-place").code == 0
    assert snapshot(sheet.parent) == before
    assert run("sheet.png", "-k", 8, "--in-place").code == 0
    assert colors(sheet) == 8


def test_one_that_was_made_so_and_is_no_longer_is_made_again(run: Run, sheet: Path) -> None:
    run("sheet.png", "-k", 8, "--in-place")
    mark = mark_of(sheet)
    assert mark.endswith(" in place")
    text = PngInfo()
    text.add_text("quantize", mark)
    photo().save(sheet, pnginfo=text)  # an editor kept the text, not the palette
    run("sheet.png", "-k", 8, "--in-place")
    assert colors(sheet) == 8


def test_our_mark_is_not_handed_on(run: Run, sheet: Path) -> None:
    run("sheet.png", "-k", 8, "--in-place")
    assert run("sheet.png", "-k", 4, "-o", "other.png").code == 0
    assert not mark_of(sheet.parent / "other.png")


def test_what_would_be_larger_is_left_and_the_code_is_0(run: Run, tmp_path: Path) -> None:
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.webp", lossless=True)
    before = snapshot(tmp_path)
    picture().save(tmp_path / "p.jpg")
    answer = run(".", "-k", 2, "--in-place", "--json", "--backup", ".orig")
    *records, totals = lines(answer)
    assert answer.code == 0
    assert [row.get("reason") for row in records] == ["up-to-date", "kind"]
    assert snapshot(tmp_path).items() >= before.items()
    assert (totals["done"], totals["skipped"]) == (0, 2)
    noise = np.random.default_rng(0).integers(0, 256, (9, 9), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "dot.webp", quality=1)
    before = snapshot(tmp_path)
    (record,) = lines(run("dot.webp", "-k", 64, "--in-place", "--json"))
    assert record["reason"] == "larger"
    assert snapshot(tmp_path) == before


def test_another_kind_of_file_is_refused_where_it_is_named(run: Run, tmp_path: Path) -> None:
    picture().save(tmp_path / "p.jpg")
    picture().save(tmp_path / "fake.png", format="JPEG")
    before = snapshot(tmp_path)
    answer = run("p.jpg", "fake.png", "--in-place")
    assert answer.code == 1
    assert [line.split(";")[0] for line in answer.errors] == [
        "quantize: p.jpg: cannot become an indexed file of its own kind",
        "quantize: fake.png: is JPEG, whatever its name says, and would become another",
    ]
    assert snapshot(tmp_path) == before


def test_in_a_folder_it_is_passed_over_and_counted(run: Run, sheet: Path) -> None:
    picture().save(sheet.parent / "p.jpg")
    picture().save(sheet.parent / "fake.png", format="JPEG")
    answer = run(".", "-k", 8, "--in-place")
    assert (answer.code, answer.errors) == (0, [])
    assert answer.text.splitlines()[-1].startswith("3 inputs: 1 done, 2 skipped;")
    assert colors(sheet) == 8


# Backups


@POSIX
def test_the_old_file_is_kept_once(run: Run, sheet: Path) -> None:
    sheet.chmod(0o640)
    original = sheet.read_bytes()
    assert run("sheet.png", "-k", 8, "--in-place", "--backup", ".orig").code == 0
    kept = sheet.with_name("sheet.png.orig")
    assert kept.read_bytes() == original
    assert stat.S_IMODE(kept.stat().st_mode) == 0o640
    assert run("sheet.png", "-k", 4, "--in-place", "--backup", ".orig").code == 0
    assert colors(sheet) == 4
    assert kept.read_bytes() == original


@POSIX
def test_it_is_copied_where_there_are_no_hard_links(
    run: Run, sheet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: Any) -> None:
        raise OSError(errno.EPERM, "not here")

    monkeypatch.setattr(os, "link", no_links)
    sheet.chmod(0o604)
    before, time = sheet.read_bytes(), sheet.stat().st_mtime_ns
    assert run("sheet.png", "-k", 8, "--in-place", "--backup", "~").code == 0
    kept = sheet.with_name("sheet.png~")
    assert (kept.read_bytes(), kept.stat().st_mtime_ns) == (before, time)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o604
    assert names(sheet.parent) == {"sheet.png", "sheet.png~"}


def test_nothing_is_kept_of_what_is_left(run: Run, sheet: Path) -> None:
    photo().quantize(4).save(sheet)
    assert run("sheet.png", "-k", 8, "--in-place", "--backup", ".orig").code == 0
    assert names(sheet.parent) == {"sheet.png"}


def test_a_backup_that_is_an_input_is_refused(run: Run, tmp_path: Path) -> None:
    photo().save(tmp_path / "a.png")
    photo().save(tmp_path / "a.png~", format="PNG")
    answer = run("a.png", "a.png~", "--in-place", "--backup", "~")
    assert answer.code == 1
    assert answer.errors[0].startswith("quantize: a.png~: is an input as well; choose another name")


# Nothing is lost


def test_a_rename_that_fails_leaves_the_old_file_and_no_backup(
    run: Run, sheet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = snapshot(sheet.parent)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(local.os, "replace", full)
    answer = run("sheet.png", "-k", 8, "--in-place", "--backup", ".orig")
    assert answer.code == 1
    assert "the disk is full" in answer.errors[0]
    assert snapshot(sheet.parent) == before


def test_a_file_that_was_changed_meanwhile_is_not_replaced(
    run: Run, sheet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = versions.fingerprint
    seen: list[str] = []

    def changed_after(path: str) -> str:
        if seen:
            sheet.write_bytes(b"somebody else's")
        seen.append(real(path))
        return seen[-1]

    monkeypatch.setattr(versions, "fingerprint", changed_after)
    answer = run("sheet.png", "-k", 8, "--in-place")
    assert answer.code == 1
    assert "was changed by another program meanwhile; try it again" in answer.errors[0]
    assert sheet.read_bytes() == b"somebody else's"


@POSIX
def test_a_link_stays_and_its_file_is_replaced_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    photo().save(tmp_path / "in" / "a.png")
    (tmp_path / "in" / "b.png").symlink_to("a.png")
    answer = run("in", "-k", 8, "--in-place", "--json")
    assert (answer.code, [row["input"] for row in lines(answer)]) == (0, ["in/a.png"])
    assert (tmp_path / "in" / "b.png").is_symlink()
    assert colors(tmp_path / "in" / "a.png") == 8


@POSIX
def test_a_read_only_file_is_refused(run: Run, sheet: Path) -> None:
    sheet.chmod(0o444)
    before = snapshot(sheet.parent)
    answer = run("sheet.png", "-k", 8, "--in-place")
    assert answer.code == 1
    assert "is read-only; make it writable first" in answer.errors[0]
    assert snapshot(sheet.parent) == before


def test_palettes_are_written_beside_and_not_replaced(run: Run, sheet: Path) -> None:
    words = ("sheet.png", "--in-place", "--save-palette", "{stem}.hex", "-k")
    assert run(*words, 8).code == 0
    before = snapshot(sheet.parent)
    assert run(*words, 8).code == 0
    assert snapshot(sheet.parent) == before
    assert run(*words, 4).code == 1  # the palette exists
    assert snapshot(sheet.parent) == before
    assert run(*words, 4, "--force").code == 0
    assert colors(sheet) == len((sheet.parent / "sheet.hex").read_text().split()) == 4


@pytest.mark.parametrize(
    "words",
    [
        ("-o", "x.png"),
        ("--format", "png"),
        ("--no-image",),
        ("--skip-existing",),
        ("--skip-if-larger",),
        ("--backup", ""),
        ("--backup", "a/b"),
        ("--backup", ".png"),
    ],
)
def test_what_contradicts_it_is_refused(words: tuple[str, ...], run: Run, sheet: Path) -> None:
    before = snapshot(sheet.parent)
    answer = run("sheet.png", "--in-place", *words)
    assert answer.code == 2
    assert words[0] in answer.errors[-1]
    assert snapshot(sheet.parent) == before


def test_processes_do_the_same(run_child: Run, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for seed in range(4):
        photo(seed).save(folder / f"{seed}.png")
    answer = run_child("many", "-k", 8, "--in-place", "-j", 2, "--backup", ".orig")
    assert (answer.code, answer.errors) == (0, [])
    assert {colors(folder / f"{seed}.png") for seed in range(4)} == {8}
    assert len(names(folder)) == 8
