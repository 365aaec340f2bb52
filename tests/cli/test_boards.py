"""Guards swatches for a presentation: boards, grounds, titles and order."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.command import Run
from helpers.pictures import picture
from quantize import Palette, quantize, save_swatch
from quantize.errors import SettingError


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    picture().save(path)
    return path


def test_a_board_is_drawn_beside_a_picture_and_in_each_format(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    files = ("--swatch", "x.png", "--swatch", "x.svg", "--title", "Dusk")
    words = ("-k", 5, "--no-image", "--swatch-style", "board", "--swatch-theme", "dark")
    answer = run("photo.png", *words, *files)
    assert (answer.code, answer.err) == (0, b"")
    assert Image.open(tmp_path / "x.png").convert("RGB").getpixel((1, 1)) == (24, 24, 24)
    assert b">Dusk</text>" in (tmp_path / "x.svg").read_bytes()
    assert b"<image " in (tmp_path / "x.svg").read_bytes()


def test_a_board_of_a_palette_file_is_an_error_that_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.hex").write_text("ff0000\n")
    answer = run("x.hex", "--no-image", "--swatch", "x.png", "--swatch-style", "board")
    assert answer.code == 1
    assert b"x.hex: is a palette, and a board shows the picture that it is of" in answer.err
    assert b"choose another --swatch-style" in answer.err
    assert not (tmp_path / "x.png").exists()


def test_a_board_of_a_shared_palette_is_refused(run: Run, photo: Path) -> None:
    words = ("--shared-palette", "--swatch", "x.png", "--swatch-style", "board")
    answer = run("photo.png", "-k", 5, *words)
    assert answer.code == 2
    assert b"--swatch-style board shows one picture" in answer.err


def test_a_ground_without_a_swatch_is_refused(run: Run, photo: Path) -> None:
    answer = run("photo.png", "--swatch-theme", "dark")
    assert answer.code == 2
    assert b"--swatch-theme is for --swatch" in answer.err


def test_an_order_that_is_asked_for_is_that_of_the_tiles(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    words = ("-k", 24, "--no-image", "--no-sidecar", "--force", "--swatch", "x.png")
    files = ("--save-palette", "y.png")
    drawn = {}
    for sort in ("hue", "luminance"):
        assert run("photo.png", *words, *files, "--sort", sort).code == 0
        drawn[sort] = (tmp_path / "x.png").read_bytes()
        assert drawn[sort] == (tmp_path / "y.png").read_bytes()
    assert run("photo.png", *words).code == 0
    assert len({*drawn.values(), (tmp_path / "x.png").read_bytes()}) == 3


@pytest.mark.parametrize("kind", ["path", "image", "array"])
def test_the_library_takes_the_picture_in_any_form(photo: Path, tmp_path: Path, kind: str) -> None:
    with Image.open(photo) as opened:
        opened.load()
    image = {"path": photo, "image": opened, "array": np.asarray(opened)}
    palette = quantize(photo, 4).palette
    save_swatch(palette, tmp_path / "x.png", style="board", image=image[kind], title="Dusk")
    save_swatch(palette, tmp_path / "y.png", style="board", image=photo, title="Dusk")
    assert (tmp_path / "x.png").read_bytes() == (tmp_path / "y.png").read_bytes()


def test_the_library_refuses_a_board_without_a_picture_and_a_picture_that_nothing_shows(
    photo: Path, tmp_path: Path
) -> None:
    palette = Palette.from_hex("ff0000")
    with pytest.raises(SettingError, match="there is none"):
        save_swatch(palette, tmp_path / "x.png", style="board")
    with pytest.raises(SettingError, match="shows no picture"):
        save_swatch(palette, tmp_path / "x.png", image=photo)
    with pytest.raises(SettingError, match="none of light, dark, transparent"):
        save_swatch(palette, tmp_path / "x.png", theme="black")
    assert not (tmp_path / "x.png").exists()


def test_a_transparent_swatch_has_alpha(tmp_path: Path) -> None:
    save_swatch(Palette.from_hex("ff0000"), tmp_path / "x.png", theme="transparent")
    image = Image.open(io.BytesIO((tmp_path / "x.png").read_bytes()))
    assert image.mode == "RGBA"
