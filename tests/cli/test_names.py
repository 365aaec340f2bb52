"""Guards names with words in braces: `-o 'dist/{parent}/{stem}{ext}'`, palettes and swatches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from helpers.command import Run
from helpers.folders import names, snapshot
from helpers.pictures import picture
from quantize.jobs import patterns

KEPT = ("-k", 4, "--no-sidecar")


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """Pictures of several formats in a tree, some of which cannot be written again."""
    folder = tmp_path / "assets"
    for name in (
        "tablet.png",
        "photo.jpg",
        "icons/a.PNG",
        "icons/small/b.gif",
        "icons/small/c.tif",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        picture(size=(8, 6)).save(path)
    return folder


def format_of(path: Path) -> str | None:
    with Image.open(path) as image:
        return image.format


def test_every_name_is_kept_under_another_folder(run: Run, assets: Path, tmp_path: Path) -> None:
    answer = run("assets", "-r", *KEPT, "-o", "dist/{parent}/{stem}{ext}")
    assert (answer.code, answer.errors) == (0, [])
    files = {"tablet.png", "photo.png", "icons/a.PNG", "icons/small/b.gif", "icons/small/c.tif"}
    assert names(tmp_path / "dist") == files | {"icons", "icons/small"}
    for name in files:
        kind = {".png": "PNG", ".gif": "GIF", ".tif": "TIFF"}[Path(name).suffix.lower()]
        assert format_of(tmp_path / "dist" / name) == kind


def test_sidecars_palettes_and_swatches_follow(run: Run, assets: Path, tmp_path: Path) -> None:
    beside = ("--save-palette", "colors/{parent}/{stem}-{k}.gpl", "--swatch", "{stem}{ext}.svg")
    assert run("assets/icons", *KEPT[:2], "-o", "x/{parent}/{stem}{ext}", *beside).code == 0
    assert names(tmp_path / "x") == {"a.PNG", "a.json"}
    assert names(tmp_path / "colors") == {"a-4.gpl"}
    assert (tmp_path / "a.PNG.svg").exists()
    assert json.loads((tmp_path / "x" / "a.json").read_text())["output"] == "x/a.PNG"


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("assets/icons/a.PNG", "out/assets/icons/a.PNG"),
        ("./assets/icons/../icons/a.PNG", "out/a.PNG"),
        ("./assets//icons/a.PNG", "out/assets/icons/a.PNG"),
        ("{absolute}/assets/icons/a.PNG", "out/a.PNG"),
        ("assets/icons/*", "out/assets/icons/a.PNG"),
        ("assets/icons", "out/a.PNG"),
    ],
    ids=["named", "upwards", "untidy", "absolute", "a pattern", "a folder"],
)
def test_the_parent_of_a_file_that_is_named_is_as_it_was_written(
    given: str, made: str, run: Run, assets: Path, tmp_path: Path
) -> None:
    source = given.replace("{absolute}", str(tmp_path))
    assert run(source, *KEPT, "-o", "out/{parent}/{stem}{ext}").code == 0
    assert (tmp_path / made).is_file()


def test_an_empty_parent_is_not_the_root(run: Run, assets: Path, tmp_path: Path) -> None:
    assert run("assets/tablet.png", *KEPT, "-o", "{parent}/new-{stem}{ext}").code == 0
    assert (tmp_path / "assets" / "new-tablet.png").exists()
    assert run(assets / "tablet.png", *KEPT, "-o", "{parent}/{stem}{ext}").code == 0
    assert (tmp_path / "tablet.png").exists()


def test_an_ending_of_its_own_decides_the_format(run: Run, assets: Path, tmp_path: Path) -> None:
    assert run("assets/tablet.png", "assets/photo.jpg", *KEPT, "-o", "g/{stem}.gif").code == 0
    assert {format_of(path) for path in (tmp_path / "g").iterdir()} == {"GIF"}
    assert names(tmp_path / "g") == {"tablet.gif", "photo.gif"}


def test_format_decides_what_the_ending_stands_for(run: Run, assets: Path, tmp_path: Path) -> None:
    words = (*KEPT, "-o", "f/{stem}{ext}", "--format")
    assert run("assets", *words, "webp").code == 0
    assert names(tmp_path / "f") == {"tablet.webp", "photo.webp"}
    assert run("assets/icons/a.PNG", *words, "png").code == 0
    assert run("assets/icons/small", *words, "tiff").code == 0
    assert {"a.PNG", "b.tiff", "c.tif"} <= names(tmp_path / "f")


def test_format_against_an_ending_of_its_own_is_refused(run: Run, assets: Path) -> None:
    answer = run("assets", "-o", "{stem}.gif", "--format", "png")
    assert (answer.code, answer.errors[-1]) == (
        2,
        "Error: -o {stem}.gif ends in .gif, and --format says png; take one of them",
    )


@pytest.mark.parametrize(
    "option", [("-o", "x/{name}.png"), ("--save-palette", "{Stem}.gpl"), ("--swatch", "{}.png")]
)
def test_other_words_are_refused_with_those_that_exist(
    option: tuple[str, str], run: Run, assets: Path, tmp_path: Path
) -> None:
    answer = run("assets", *option)
    assert answer.code == 2
    assert answer.errors[-1].endswith("is none of {stem}, {k}, {ext}, {parent}")
    wrong = run("assets", "-o", "x/{stem}.xyz").errors[-1]
    assert wrong.startswith("Error: *.xyz: '.xyz' is not a known image ending")
    assert names(tmp_path) == names(assets.parent)


def test_words_in_the_name_of_an_input_stay(run: Run, tmp_path: Path) -> None:
    picture(size=(5, 4)).save(tmp_path / "{k}{ext}.png")
    assert run("{k}{ext}.png", *KEPT, "-o", "o/{stem}-{k}{ext}").code == 0
    assert names(tmp_path / "o") == {"{k}{ext}-4.png"}


def test_a_pattern_for_folders_has_the_usual_names(run: Run, assets: Path, tmp_path: Path) -> None:
    assert run("assets", "-r", *KEPT, "-o", "by-{k}/").code == 0
    assert {"tablet-4.png", "icons/a-4.png", "icons/small/b-4.png"} <= names(tmp_path / "by-4")
    assert run("assets/tablet.png", *KEPT, "-o", "{parent}/few/").code == 0
    assert (assets / "few" / "tablet-4.png").exists()


def test_names_that_meet_are_refused_before_any_work(run: Run, assets: Path) -> None:
    before = snapshot(assets.parent)
    answer = run("assets", "-r", "-o", "one/{k}.png")
    assert answer.code == 1
    assert "one/64.png: would be written for both" in answer.errors[0]
    answer = run("assets", "-r", "-o", "assets/{parent}/{stem}{ext}")
    assert answer.code == 1
    assert (
        "is the input itself; choose another name with -o, or replace it with --in-place"
        in (answer.errors[0])
    )
    assert snapshot(assets.parent) == before


def test_a_folder_inside_of_the_inputs_is_not_looked_into(run: Run, assets: Path) -> None:
    words = ("assets", "-r", *KEPT, "-o", "assets/dist/{parent}/{stem}{ext}")
    assert run(*words).code == 0
    before = names(assets)
    assert run(*words, "--skip-existing").code == 0
    assert names(assets) == before


def test_a_dry_run_tells_the_names(run: Run, assets: Path, tmp_path: Path) -> None:
    answer = run("assets", "-r", "-o", "d/{parent}/{stem}{ext}", "--dry-run")
    assert (answer.code, answer.errors) == (0, [])
    assert "assets/icons/small/b.gif → d/icons/small/b.gif, d/icons/small/b.json" in answer.text
    assert not (tmp_path / "d").exists()
    answer = run("assets/tablet.png", "-o", "missing/x.png", "--dry-run")  # it is no pattern
    assert (answer.code, len(answer.errors)) == (1, 1)


@pytest.mark.parametrize(
    ("path", "wanted", "ending"),
    [
        ("a.jpeg", None, ".png"),
        ("a.APNG", None, ".APNG"),
        ("a.TIFF", None, ".TIFF"),
        ("a.tif", "tiff", ".tif"),
        ("a.tif", "bmp", ".bmp"),
        ("a", None, ".png"),
        ("-", "gif", ".gif"),
    ],
)
def test_the_ending_is_the_inputs_own_where_it_can_be_written(
    path: str, wanted: str | None, ending: str
) -> None:
    assert patterns.ending_for(path, wanted) == ending
