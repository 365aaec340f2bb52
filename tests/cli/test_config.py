"""Guards settings in a file: which file counts, what wins, and what is said of a mistake."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from helpers.command import Run, command
from helpers.paths import ROOT
from helpers.pictures import picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a folder in it, which has a picture."""
    (tmp_path / "below").mkdir()
    picture().save(tmp_path / "below" / "photo.png")
    return tmp_path


def answer(folder: Path, *words: object) -> Any:
    """What a command in the inner folder says."""
    return command("photo.png", *words, cwd=folder / "below")


def record(folder: Path, *words: object) -> dict[str, Any]:
    found = answer(folder, "--json", "--force", *words)
    assert found.code == 0, found.errors
    result: dict[str, Any] = json.loads(found.text)
    return result


def refused(folder: Path, *words: object) -> str:
    found = answer(folder, *words)
    assert (found.code, found.out, len(found.errors)) == (2, b"", 1)
    line: str = found.errors[-1]
    return line.removeprefix("Error: ")


def test_the_nearest_file_counts_and_no_other(folder: Path) -> None:
    (folder / "quantize.toml").write_text("colors = 7\nspace = 'srgb'\n")
    assert record(folder)["k"] == 7
    (folder / "below" / "pyproject.toml").write_text("[project]\nname = 'quantize'\n")
    assert record(folder)["k"] == 7
    (folder / "below" / "pyproject.toml").write_text("[tool.quantize]\ncolors = 6\n")
    assert (record(folder)["k"], record(folder)["space"]) == (6, "eye")
    (folder / "below" / "quantize.toml").write_text("colors = 5\n")
    assert record(folder)["k"] == 5
    assert record(folder, "--no-config")["k"] == 64


def test_the_command_line_wins_over_a_set_and_that_over_the_top(folder: Path) -> None:
    text = "colors = 7\nseed = 3\nsort = 'hue'\n[presets.web]\ncolors = 6\nsort = 'count'\n"
    (folder / "quantize.toml").write_text(text)

    def values(*words: object) -> tuple[object, ...]:
        found = record(folder, *words)
        return found["k"], found["seed"], found["sort"]

    assert values() == (7, 3, "hue")
    assert values("--preset", "web") == (6, 3, "count")
    assert values("--preset=web", "-k", 5) == (5, 3, "count")
    (folder / "quantize.toml").write_text("preset = 'web'\n" + text)
    assert values() == (6, 3, "count")
    nested = "[tool.quantize]\ncolors = 4\n[tool.quantize.presets.web]\ncolors = 3\n"
    (folder / "below" / "pyproject.toml").write_text(nested)
    assert record(folder, "--preset", "web")["k"] == 3


def test_flags_lists_and_texts_are_taken(folder: Path) -> None:
    (folder / "below" / "quantize.toml").write_text(
        "no-sidecar = true\nforce = false\nkeep-color = ['#ff0000', 'navy']\n"
        "save-palette = ['a.gpl', 'b.hex']\nmax-error = 9\nbackground = '#fff'\n"
    )
    found = record(folder, "-o", "x.png")
    assert found["keep_color"] == ["#ff0000", "#000080"]
    assert found["auto"]["criterion"] == "max-error"
    names = {path.name for path in (folder / "below").iterdir()}
    assert names == {"quantize.toml", "photo.png", "x.png", "a.gpl", "b.hex"}


def test_paths_are_meant_from_the_folder_of_the_file(folder: Path) -> None:
    (folder / "palettes").mkdir()
    (folder / "four.hex").write_text("000000\nff0000\n00ff00\nffffff\n")
    (folder / "quantize.toml").write_text(
        "output = 'small/'\nsave-palette = ['palettes/{stem}.gpl']\nuse-palette = 'four.hex'\n"
        f"summary = '{folder.as_posix()}/all.csv'\n"
    )
    assert record(folder)["output"] == os.path.join("..", "small", "photo-4.png")
    assert (folder / "small" / "photo-4.png").exists()
    assert (folder / "palettes" / "photo.gpl").exists()
    assert (folder / "all.csv").exists()


def test_an_option_that_needs_no_value_may_be_true(folder: Path) -> None:
    (folder / "quantize.toml").write_text("lossy = true\n")
    assert record(folder)["lossy"] == record(folder, "--lossy", "--no-config")["lossy"]
    (folder / "quantize.toml").write_text("lossy = 7\n")
    assert record(folder)["lossy"] == 7


def test_the_stream_is_no_path(folder: Path) -> None:
    (folder / "quantize.toml").write_text("output = '-'\n")
    assert answer(folder).out.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("max_error = 2", "max_error: there is no such option; did you mean 'max-error'?"),
        ("colour = 2", "colour: there is no such option; did you mean 'colors'?"),
        ("k = 2", "k: there is no such option; did you mean 'colors'?"),
        ("no-config = true", "no-config: there is no such option"),
        ("inputs = 'a.png'", "inputs: there is no such option"),
        ("max-error = 'two'", "max-error: 'two' is not a valid float"),
        ("max-error = -1", "max-error: -1.0 is not in the range x>=0"),
        ("max-error = inf", "max-error: inf is not a finite number"),
        ("colors = 300", "colors: 300 is not in the range 1<=x<=256"),
        ("jobs = 2.5", "jobs: '2.5' is not a valid integer"),
        ("jobs = true", "jobs: true is neither a text nor a number"),
        ("space = 'okl'", "did you mean 'oklab'?"),
        ("quality = 'good'", "quality: 'good' is no range of qualities"),
        ("keep-color = ['#12345']", "keep-color: "),
        ("force = 'yes'", 'force: "yes" is neither true nor false'),
        ("swatch = 'a.png'", 'swatch: "a.png": a list is wanted'),
        ("output = ['a.png']", 'output: ["a.png"]: one value is wanted'),
        ("[colors]\nx = 1", 'colors: {"x": 1} is neither a text nor a number'),
        ("output = 1979-05-27", 'output: "1979-05-27" is neither a text nor a number'),
        ("presets = 3", "presets: sets have names: [presets.web]"),
        ("presets.web = 3", "presets.web: 3: a table is wanted"),
        ("presets.web.colours = 3", "presets.web.colours: there is no such option"),
        ("max-error = 2\nquality = '60-80'", "quality: max-error excludes it"),
        ("colors = ", "is no TOML that can be read: "),
    ],
)
def test_a_mistake_is_one_line_that_names_file_and_key(folder: Path, text: str, wrong: str) -> None:
    (folder / "quantize.toml").write_text(text)
    line = refused(folder)
    assert line.startswith(f"{os.path.join('..', 'quantize.toml')}: ")
    assert wrong in line
    (folder / "quantize.toml").write_text("[presets.web]\n" + text)
    assert answer(folder, "--no-config").code == 0


def test_a_mistake_in_a_set_names_the_set(folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[tool.quantize.presets.web]\nmax_error = 2\n")
    wrong = "pyproject.toml: presets.web.max_error: there is no"
    assert wrong in refused(folder, "--preset", "web")
    assert wrong in refused(folder)  # before it is asked for
    (folder / "pyproject.toml").write_text("[tool.quantize.presets.web]\nmax-error = 2\n")
    line = refused(folder, "--preset", "wep")
    assert "presets.wep: there is no such set; there are web; did you mean 'web'?" in line
    assert "and --no-config reads none" in refused(folder, "--preset", "web", "--no-config")
    (folder / "pyproject.toml").write_bytes(b"# tool.quantize \xff\n")
    assert "pyproject.toml: is no TOML" in refused(folder)
    (folder / "pyproject.toml").unlink()
    assert "--preset web: there is no quantize.toml here" in refused(folder, "--preset", "web")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("max-error = 6", ("--quality", "10-20")),
        ("quality = '10-20'", ("--max-error", "9")),
        ("skip-existing = true", ("--force",)),
        ("quiet = true", ("-v",)),
        ("output = 'x/'", ("--in-place",)),
        ("dither = 'stucki'\ndither-strength = 0.5", ("--dither", "none")),
        ("or-best = true", ("-k", 9)),
        ("colors = 'auto'\nauto-criterion = 'knee'", ("-k", 9)),
        ("max-error = 6\ncolors = 9", ("--use-palette", "photo.png")),
        ("json = true", ("-o", "-")),
        ("palette-per-frame = true\nformat = 'gif'", ("--max-error", "9")),
        ("batch-size = 64\ncompress = 'best'\nstrip = true", ("--no-image",)),
        ("backup = '.orig'", ("-o", "a.png")),
        ("files-from = 'list'\nnull = true\nshard = '1/2'", ()),
    ],
)
def test_what_excludes_an_option_of_the_command_line_yields(
    folder: Path, text: str, words: tuple[object, ...]
) -> None:
    if "--use-palette" in words:
        (folder / "below" / "four.hex").write_text("000000\nff0000\n00ff00\nffffff\n")
        words = ("--use-palette", "four.hex")
    (folder / "quantize.toml").write_text(text)
    found = answer(folder, *words)
    assert found.code == 0, found.errors


def test_v_says_where_values_came_from(folder: Path) -> None:
    (folder / "quantize.toml").write_text(
        "colors = 7\nseed = 1\nno-sidecar = true\n[presets.web]\nsort = 'hue'\n"
    )
    line = answer(folder, "-v", "--preset", "web", "--seed", 2).errors[0]
    path = os.path.join("..", "quantize.toml")
    wanted = 'colors = 7, no-sidecar = true, presets.web.sort = "hue"'
    assert line == f"quantize: settings of {path}: {wanted}"
    assert answer(folder, "--force").err == b""


@pytest.mark.parametrize("word", ["--help", "-h", "--version"])
def test_help_does_not_need_a_file_that_is_right(folder: Path, word: str) -> None:
    (folder / "quantize.toml").write_text("wrong")
    assert answer(folder, word).code == 0


def test_the_example_of_the_page_is_taken(folder: Path) -> None:
    page = (ROOT / "docs" / "settings.md").read_text()
    (folder / "palettes").mkdir()
    (folder / "quantize.toml").write_text(page.split("```toml\n")[1].split("```")[0])
    for words in ((), ("--preset", "web"), ("--preset", "print")):
        found = answer(folder, "--dry-run", *words)
        assert found.code == 0, found.errors
    record(folder, "--preset", "print", "--max-error", 20)


def test_other_folders_read_nothing(run: Run, tmp_path: Path) -> None:
    picture().save(tmp_path / "photo.png")
    assert run("photo.png", "-k", 4).code == 0
