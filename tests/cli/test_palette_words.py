"""Guards what the command and the library say of palettes: names, prefixes, titles, notations."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from helpers.command import Run
from quantize import Palette, save_palette
from quantize.errors import SettingError

TWO = Palette.from_hex("0f7c7a", "ffffff")


@pytest.fixture
def brand(tmp_path: Path) -> Path:
    path = tmp_path / "Brand colours.hex"
    path.write_text("0f7c7a\nffffff\n")
    return path


def test_two_pictures_give_style_sheets_that_do_not_collide(run: Run, tmp_path: Path) -> None:
    for name in ("rose.hex", "Tulip_2.hex"):
        (tmp_path / name).write_text("0f7c7a\n")
    words = ("--save-palette", "{stem}.css", "--save-palette", "{stem}.tailwind.css")
    assert run("rose.hex", "Tulip_2.hex", "--no-image", *words).code == 0
    assert "--rose-1: #0f7c7a;" in (tmp_path / "rose.css").read_text()
    assert "--tulip-2-1: #0f7c7a;" in (tmp_path / "Tulip_2.css").read_text()
    assert "--color-tulip-2-1: #0f7c7a;" in (tmp_path / "Tulip_2.tailwind.css").read_text()


def test_names_prefix_notation_and_ramps_reach_the_file(
    run: Run, brand: Path, tmp_path: Path
) -> None:
    words = ("--names", "color", "--prefix", "acme", "--css-colors", "oklch", "--ramps")
    answer = run(brand.name, "--no-image", "--save-palette", "x.scss", *words)
    assert (answer.code, answer.err) == (0, b"")
    lines = (tmp_path / "x.scss").read_text().splitlines()
    assert lines[0] == "/* Brand colours */"
    assert re.match(r"\$acme-[a-z-]+: oklch\(0\.53157 0\.088 192\.793\); /\* ", lines[1])
    assert re.match(r"\$acme-[a-z-]+-50: oklch\(0\.9", lines[2])


def test_a_title_stands_in_place_of_the_name_of_the_picture(
    run: Run, brand: Path, tmp_path: Path
) -> None:
    files = ("x.gpl", "x.json", "x.css", "x.kpl", "x.txt", "x.tokens.json")
    words = [word for name in files for word in ("--save-palette", name)]
    answer = run(brand.name, "--no-image", *words, "--swatch", "x.svg", "--title", "Spring */ 27")
    assert answer.code == 0
    assert "Name: Spring */ 27" in (tmp_path / "x.gpl").read_text()
    assert json.loads((tmp_path / "x.json").read_text())["name"] == "Spring */ 27"
    assert (tmp_path / "x.css").read_text().startswith("/* Spring * / 27 */\n")
    assert "--brand-colours-1" in (tmp_path / "x.css").read_text()
    assert ">Spring */ 27</text>" in (tmp_path / "x.svg").read_text()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--names", "color"), "--names is for --save-palette with .tokens.json, "),
        (("--prefix", "x"), "--prefix is for --save-palette with .tokens.json, "),
        (("--ramps",), "--ramps is for --save-palette with .tokens.json, "),
        (("--css-colors", "oklch"), "--css-colors is for --save-palette with .css, .scss, "),
        (("--title", "x"), "--title is for --swatch, and for palette files that have a title"),
    ],
)
def test_what_no_file_shows_is_refused(
    run: Run, brand: Path, words: tuple[str, ...], problem: str
) -> None:
    answer = run(brand.name, "--no-image", "--save-palette", "x.act", *words)
    assert answer.code == 2
    assert problem in " ".join(answer.err.decode().split())


@pytest.mark.parametrize("prefix", ["", "  ", "}{;", "--"])
def test_a_prefix_without_a_letter_is_refused(
    run: Run, brand: Path, prefix: str, tmp_path: Path
) -> None:
    answer = run(brand.name, "--no-image", "--save-palette", "x.css", "--prefix", prefix)
    assert answer.code == 2
    assert b"has no letter" in answer.err
    with pytest.raises(SettingError, match="has no letter"):
        save_palette(TWO, tmp_path / "y.css", prefix=prefix)
    assert not (tmp_path / "y.css").exists()


def test_in_the_library_the_file_gives_the_name(tmp_path: Path) -> None:
    save_palette(TWO, tmp_path / "Dawn.css", title="Morning")
    text = (tmp_path / "Dawn.css").read_text()
    assert text.startswith("/* Morning */\n")
    assert "--dawn-1: #0f7c7a;" in text
    save_palette(TWO, tmp_path / "x.tailwind.css", prefix="palette", ramps=True)
    assert "--color-palette-2-950: #" in (tmp_path / "x.tailwind.css").read_text()
    save_palette(TWO, tmp_path / "x.tokens.json", names="color")
    assert '"x-' in (tmp_path / "x.tokens.json").read_text()


@pytest.mark.parametrize("wrong", [{"names": "colour"}, {"css_colors": "hsl"}, {"prefix": 3}])
def test_the_library_refuses_what_no_table_has(tmp_path: Path, wrong: dict[str, object]) -> None:
    with pytest.raises(SettingError, match=r"none of|no letter"):
        save_palette(TWO, tmp_path / "x.css", **wrong)  # type: ignore[arg-type]
