"""Guards what the inputs of a command mean: files, folders, patterns, and what is passed over."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from quantize.errors import Failure, InputMissingError
from quantize.jobs.inputs import Source, expand, is_ours
from quantize.storage import local


@pytest.fixture
def album(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree with images and other things; names are relative to its parent."""
    files = (
        *("b.png", "a.JPG", ".hidden.png", "notes.txt", "palette.gpl", "no-ending"),
        *("2019/c.webp", "2019/summer/d.gif", ".trash/e.png"),
    )
    for name in files:
        path = tmp_path / "album" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path / "album"


def paths(*inputs: str, recursive: bool = False, output: str | None = None) -> list[str]:
    sources = expand(inputs, recursive=recursive, output=output)
    assert not [source.problem for source in sources if source.problem]
    return [source.path for source in sources]


def test_a_file_is_taken_as_it_is_named_whatever_its_ending(album: Path) -> None:
    named = ("album/notes.txt", "album/.hidden.png", "missing.png", "-")
    assert paths(*named) == list(named)


def test_a_folder_gives_its_own_images_by_name(album: Path) -> None:
    assert paths("album") == ["album/a.JPG", "album/b.png"]
    assert paths("album/") == ["album/a.JPG", "album/b.png"]


def test_subfolders_are_looked_into_when_asked(album: Path) -> None:
    found = expand(["album"], recursive=True)
    assert [(source.path, source.folder) for source in found] == [
        ("album/a.JPG", ""),
        ("album/b.png", ""),
        ("album/2019/c.webp", "2019"),
        ("album/2019/summer/d.gif", "2019/summer"),
    ]


def test_a_pattern_is_expanded_where_the_shell_did_not(album: Path) -> None:
    assert paths("album/*.png") == ["album/b.png"]
    assert paths("album/**/*.webp") == ["album/2019/c.webp"]
    assert paths("alb*") == ["album/a.JPG", "album/b.png"]


def test_a_file_whose_name_looks_like_a_pattern_is_a_file(album: Path) -> None:
    (album / "b[1].png").touch()
    assert paths("album/b[1].png") == ["album/b[1].png"]


def test_what_is_found_twice_is_taken_once_and_what_is_named_twice_twice(album: Path) -> None:
    assert paths("album/b.png", "album", "album/*.png") == ["album/b.png", "album/a.JPG"]
    assert paths("album/b.png", "album/b.png") == ["album/b.png", "album/b.png"]


def test_a_loop_of_links_ends(album: Path) -> None:
    (album / "2019" / "back").symlink_to(album, target_is_directory=True)
    assert len(paths("album", recursive=True)) == 4


def test_a_folder_that_is_linked_is_looked_into(album: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "f.png").touch()
    (album / "link").symlink_to(tmp_path / "other", target_is_directory=True)
    assert "album/link/f.png" in paths("album", recursive=True)


def test_the_folder_that_outputs_go_into_is_not_an_input(album: Path) -> None:
    (album / "small").mkdir()
    (album / "small" / "b-64.png").touch()
    assert "album/small/b-64.png" in paths("album", recursive=True)
    assert "album/small/b-64.png" not in paths("album", recursive=True, output="album/small")
    assert paths("album", output="album") == ["album/a.JPG", "album/b.png"]


def test_a_folder_that_cannot_be_used_is_a_problem_of_its_own(album: Path) -> None:
    (album / "empty").mkdir()
    found = expand(["album/b.png", "album/empty", "*.bmp"], recursive=True)
    assert [bool(source.problem) for source in found] == [False, True, True]
    assert str(found[1].problem) == "is a folder without images that can be read"
    assert found[2] == Source(
        "*.bmp",
        problem=Failure(
            InputMissingError, "no file matches this pattern", "check the folder and the ending"
        ),
    )
    (flat,) = expand(["album/empty"], recursive=False)
    assert flat.problem is not None
    assert flat.problem.advice == "recursive=True looks into its subfolders too"


def test_a_link_to_itself_is_left_to_its_reader(album: Path) -> None:
    (album / "loop.png").symlink_to("loop.png")
    (album / "loop").symlink_to("loop")
    assert "album/loop.png" in paths("album", recursive=True)


@pytest.mark.parametrize(
    ("sidecar", "ours"),
    [
        (json.dumps({"schema": 1, "output": "elsewhere/b.png"}), True),
        (json.dumps({"schema": 1, "output": "c.png"}), False),
        (json.dumps({"schema": 1, "output": None}), False),
        (json.dumps({"output": "b.png"}), False),
        (json.dumps(["schema"]), False),
        ("{", False),
        ("", False),
        ("[" * 100_000, False),
    ],
    ids=["ours", "of another", "no image", "no schema", "a list", "broken", "empty", "deep"],
)
def test_an_image_with_its_sidecar_is_ours(album: Path, sidecar: str, ours: bool) -> None:
    (album / "b.json").write_text(sidecar)
    assert is_ours("album/b.png") is ours
    assert ("album/b.png" in paths("album")) is not ours


def test_an_image_without_a_sidecar_is_not_ours(album: Path) -> None:
    assert not is_ours("album/b.png")


# Depth


@pytest.fixture
def deep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a file, and 1,100 levels below it another."""
    monkeypatch.chdir(tmp_path)
    below = "deep" + "/d" * 1100
    local.make_folder(below)
    for folder in ("deep", below):
        Path(folder, "a.png").touch()
    yield tmp_path / "deep"
    while below:  # shutil.rmtree of old versions calls itself for each level
        for name in os.listdir(below):
            if name == "a.png":
                os.unlink(f"{below}/{name}")
        os.rmdir(below)
        below = os.path.dirname(below)


@pytest.mark.slow
def test_folders_may_lie_a_thousand_deep(deep: Path) -> None:
    bottom = "deep" + "/d" * 1100 + "/a.png"
    assert paths("deep", recursive=True) == ["deep/a.png", bottom]
    assert expand(["deep"], recursive=True)[1].folder == bottom[len("deep/") : -len("/a.png")]
    assert set(paths("deep/**/*.png")) == {"deep/a.png", bottom}
