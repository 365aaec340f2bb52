"""Guards the order of a palette where it makes files small, and who keeps the order that was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.command import command
from helpers.paths import SAMPLES
from quantize import Palette, load_palette, quantize
from quantize.pipeline.palette.file_order import arranged


def table(path: Path) -> list[str]:
    with Image.open(path) as image:
        return Palette(np.array(image.getpalette("RGB"), np.uint8).reshape(-1, 3)).hex


def test_entries_that_meet_come_near_and_no_pixel_changes() -> None:
    ramp = (np.arange(64)[:, None] + np.arange(64)) % 9
    shuffled = np.array([4, 0, 7, 2, 8, 5, 1, 6, 3])[ramp].astype(np.uint8)
    colors = np.arange(27, dtype=np.uint8).reshape(9, 3)
    palette, (indices,) = arranged(Palette(colors, np.arange(9)), [shuffled])
    steps = np.abs(np.diff(indices.astype(int), axis=1))
    assert (steps[steps < 8] == 1).all()
    assert np.array_equal(palette.colors[indices], colors[shuffled])
    assert palette.colors[:, 0].tolist() == [3 * count for count in palette.counts.tolist()]


def test_translucent_entries_stay_first() -> None:
    colors = np.full((6, 4), 255, np.uint8)
    colors[:, 0] = range(6)
    colors[:2, 3] = 0, 90
    frames = [np.array([[0, 5, 1, 4, 0, 3], [2, 0, 5, 1, 3, 4]], np.uint8)] * 2
    palette, _ = arranged(Palette(colors), frames, patient=True)
    assert sorted(palette.colors[:2, 3].tolist()) == [0, 90]


def test_pictures_of_one_row_or_column_and_one_colour_are_arranged() -> None:
    for shape in ((1, 9), (9, 1), (1, 1)):
        frame = np.zeros(shape, np.uint8)
        palette, frames = arranged(Palette(np.zeros((1, 3), np.uint8)), [frame])
        assert (len(palette), frames[0].shape) == (1, shape)


@pytest.mark.parametrize("k", [16, 64, 256])
def test_a_png_is_smaller_in_the_order_that_is_found(k: int) -> None:
    found = quantize(SAMPLES / "astronaut.png", k)
    plain = quantize(SAMPLES / "astronaut.png", k, sort="luminance")
    assert np.array_equal(found.to_array(), plain.to_array())
    assert len(found.encode("png")) < 0.96 * len(plain.encode("png"))


def test_palette_files_and_the_sidecar_have_the_order_of_the_table(tmp_path: Path) -> None:
    output = tmp_path / "out.png"
    command(
        SAMPLES / "chelsea.png",
        "-k",
        40,
        "-o",
        output,
        "--save-palette",
        tmp_path / "p.gpl",
        cwd=tmp_path,
    )
    wanted = table(output)
    assert load_palette(tmp_path / "p.gpl").hex == wanted
    assert wanted != quantize(SAMPLES / "chelsea.png", 40, sort="luminance").palette.hex


@pytest.mark.parametrize("output", [["--no-image"], ["--format", "gif"]])
def test_without_differences_in_the_file_it_is_dark_to_light(
    output: list[str], tmp_path: Path
) -> None:
    palette = tmp_path / "p.gpl"
    where = [] if "--no-image" in output else ["-o", tmp_path / "out.gif"]
    command(
        SAMPLES / "chelsea.png",
        "-k",
        40,
        *output,
        *where,
        "--no-sidecar",
        "--save-palette",
        palette,
        cwd=tmp_path,
    )
    wanted = quantize(SAMPLES / "chelsea.png", 40, sort="luminance").palette.hex
    assert load_palette(palette).hex == wanted


def test_a_palette_that_is_given_keeps_its_order() -> None:
    given = Palette(quantize(SAMPLES / "chelsea.png", 20).palette.colors[::-1])
    assert quantize(SAMPLES / "chelsea.png", palette=given).palette == given


def test_a_small_drawing_keeps_the_order_that_is_better() -> None:
    found = quantize(SAMPLES / "logo.png", 64)
    plain = quantize(SAMPLES / "logo.png", 64, sort="luminance")
    assert len(found.encode("png")) <= len(plain.encode("png"))
