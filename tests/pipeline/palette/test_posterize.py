"""Guards palettes of fewer bits a channel: on the grid of a console, no worse than rounded ones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.command import Run
from helpers.paths import SAMPLES
from helpers.pictures import picture
from quantize import Palette, load_palette, quantize
from quantize.color import grid
from quantize.errors import SettingError


def test_bits_are_repeated_to_eight() -> None:
    assert grid.levels(1).tolist() == [0, 255]
    assert grid.levels(2).tolist() == [0, 85, 170, 255]
    five, six = np.arange(32), np.arange(64)
    assert grid.levels(5).tolist() == (five << 3 | five >> 2).tolist()
    assert grid.levels(6).tolist() == (six << 2 | six >> 4).tolist()
    assert grid.levels(8).tolist() == [*range(256)]


@pytest.mark.parametrize("bits", range(1, 9))
def test_the_corners_of_the_grid_are_about_a_colour(bits: int) -> None:
    colors = np.random.default_rng(bits).integers(0, 256, (50, 3)).astype(np.uint8)
    corners = grid.around(colors, bits)
    assert np.array_equal(grid.nearest(corners, bits), corners)
    near = np.abs(corners.reshape(8, 50, 3).astype(int) - colors).max(axis=2).min(axis=0)
    assert (near <= np.abs(grid.nearest(colors, bits).astype(int) - colors).max(axis=1)).all()


@pytest.mark.parametrize("space", ["eye", "srgb"])
@pytest.mark.parametrize(
    ("bits", "k"), [(5, 16), (5, 64), (6, 40), (4, 40), (3, 8), (2, 30), (1, 9)]
)
def test_entries_are_on_the_grid_and_no_worse_than_rounded_afterwards(
    bits: int, k: int, space: str
) -> None:
    image = np.asarray(picture(2))
    found = quantize(image, k, posterize=bits, space=space)
    colors = found.palette.colors
    assert np.array_equal(grid.nearest(colors, bits), colors)
    assert len(np.unique(colors, axis=0)) == len(colors)
    assert (found.palette.counts > 0).all()
    rounded = grid.nearest(quantize(image, k, space=space).palette.colors, bits)
    rounded = Palette(np.unique(rounded, axis=0))
    afterwards = quantize(image, palette=rounded, space=space).statistics
    mapped = quantize(image, palette=Palette(colors), space=space).statistics
    assert len(colors) >= len(rounded)
    assert mapped.mse <= afterwards.mse
    if bits < 6 and space == "srgb":
        assert mapped.inertia < afterwards.inertia


def test_as_many_entries_as_were_asked_for_although_rounding_joins_some() -> None:
    image = SAMPLES / "coffee.png"
    rounded = grid.nearest(quantize(image, 128).palette.colors, 5)
    assert len(np.unique(rounded, axis=0)) < 128
    assert len(quantize(image, 128, posterize=5).palette) == 128


def test_transparent_and_kept_colours_stay() -> None:
    image = np.dstack([np.asarray(picture()), np.full((32, 48), 255, np.uint8)])
    image[:6] = 0
    image[6:9, :, 3] = 100
    found = quantize(image, 12, posterize=5, keep_color=("#ff0000",))
    colors = found.palette.colors
    assert np.array_equal(grid.nearest(colors, 5), colors)
    assert (found.to_array()[:6, :, 3] == 0).all()
    assert (found.to_array()[9:, :, 3] == 255).all()
    assert "#ff0000" in found.palette.hex


def test_small_regions_keep_an_entry_of_their_own() -> None:
    sea = np.zeros((160, 160, 3), np.uint8)
    sea[...] = np.linspace(90, 200, 160).astype(np.uint8)[:, None, None] * np.array([0, 0.6, 1])
    sea[60:66, 70:76] = 230, 30, 20
    found = quantize(sea, 8, posterize=5)
    red = found.to_array()[62, 72].astype(int)
    assert red[0] > 180
    assert red[2] < 80


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(SettingError, match="from 1 to 8"):
        quantize(picture(), 4, posterize=9)
    with pytest.raises(SettingError, match="as medoid wants"):
        quantize(picture(), 4, posterize=5, medoid=True)
    with pytest.raises(SettingError, match=r"#123456 has more than 5 bits.*#103152"):
        quantize(picture(), 4, posterize=5, keep_color=("#123456",))
    with pytest.raises(SettingError, match="posterize: is for palettes that are found"):
        quantize(picture(), palette=Palette.from_hex("000000"), posterize=5)


def test_a_table_that_is_on_the_grid_is_kept() -> None:
    table = [0, 0, 0, 255, 0, 0, 8, 16, 24, 255, 255, 255]
    image = Image.fromarray(np.arange(4, dtype=np.uint8).reshape(2, 2), "P")
    image.putpalette(table)
    kept = quantize(image, 16, posterize=5)
    assert kept.kept_table
    assert kept.palette.colors.ravel().tolist() == table
    image.putpalette([1, *table[1:]])
    assert not quantize(image, 16, posterize=5).kept_table


def test_eight_bits_change_nothing_and_merging_still_merges() -> None:
    assert quantize(picture(), 9, posterize=8).palette == quantize(picture(), 9).palette
    merged = quantize(picture(), 40, posterize=5, merge_distance=12)
    assert len(merged.palette) < len(quantize(picture(), 40, posterize=5).palette)


def test_the_record_and_the_summary_say_so(run: Run, tmp_path: Path) -> None:
    picture().save(tmp_path / "photo.png")
    words = ("photo.png", "-k", 8, "--posterize", 5, "--save-palette", "p.hex", "-o", "out.png")
    answer = run(*words)
    assert "→ 8; 5 bits a channel; 48 × 32 pixels" in answer.text
    assert json.loads((tmp_path / "out.json").read_text("utf-8"))["posterize"] == 5
    colors = load_palette(tmp_path / "p.hex").colors
    assert np.array_equal(grid.nearest(colors, 5), colors)
    assert run("p.hex", "--no-image", "--posterize", 5, "--save-palette", "q.hex").code == 2
