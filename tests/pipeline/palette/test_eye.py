"""Guards palettes to be looked at: accents are in, none are alike, and the largest is first."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from helpers.paths import SAMPLES
from quantize import quantize, shared_palette
from quantize.color.conversions import lab
from quantize.color.difference import ciede2000
from quantize.model.palette import Palette

HIT = 12.0
"""CIEDE2000 at which an entry stands for a colour."""

Pixels = NDArray[np.uint8]


def field(*spots: tuple[tuple[int, int, int], float], size: int = 100) -> Pixels:
    """Return a soft grey field with rectangles, each a colour and a share of the pixels."""
    random = np.random.default_rng(1)
    pixels = np.clip(random.normal(128, 25, (size, size, 1)), 60, 200).repeat(3, axis=2)
    pixels += random.normal(0, 4, pixels.shape)
    for number, (color, share) in enumerate(spots):
        side = round(size * share**0.5)
        top = 1 + number * (size // max(len(spots), 1))
        spot = pixels[top : top + side, 5 : 5 + side]
        spot[:] = np.asarray(color) + random.normal(0, 4, spot.shape)
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)


def nearest(palette: Palette, color: tuple[int, int, int]) -> float:
    """Return the least CIEDE2000 between a palette and a colour."""
    wanted = lab(np.array([color], np.uint8))
    return float(ciede2000(lab(palette.colors[:, :3]), wanted).min())


def apart(palette: Palette) -> float:
    """Return the least CIEDE2000 between two colours of a palette."""
    places = lab(palette.colors[:, :3])
    return min(float(ciede2000(*pair)) for pair in combinations(places, 2))


def eye(pixels: Any, k: int, **settings: Any) -> Palette:
    return quantize(pixels, k, palette_for="eye", **settings).palette


RED, BLUE, YELLOW = (200, 30, 30), (30, 60, 190), (230, 200, 40)


def test_a_grey_field_with_a_red_spot_of_one_percent_has_red_among_five() -> None:
    palette = eye(field((RED, 0.01)), 5)
    assert nearest(palette, RED) < HIT
    assert len(palette) == 5


def test_each_of_three_small_hues_has_a_colour() -> None:
    palette = eye(field((RED, 0.01), (BLUE, 0.02), (YELLOW, 0.01)), 5)
    assert max(nearest(palette, color) for color in (RED, BLUE, YELLOW)) < HIT


def test_a_trace_of_a_hue_gets_no_colour_of_few() -> None:
    assert nearest(eye(field((RED, 0.001)), 5), RED) > HIT


def test_the_largest_share_comes_first_unless_another_order_is_wanted() -> None:
    pixels = field((RED, 0.04), (BLUE, 0.02))
    shares = eye(pixels, 6).shares
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1)
    dark = eye(pixels, 6, sort="luminance")
    assert sorted(dark.hex) == sorted(eye(pixels, 6).hex)
    assert dark.hex != eye(pixels, 6).hex


def test_shares_are_those_of_the_nearest_entries() -> None:
    result = quantize(field((RED, 0.02)), 5, palette_for="eye")
    counts = np.bincount(result.indices.ravel(), minlength=5)
    assert result.palette.counts.tolist() == counts.tolist()
    assert (counts > 0).all()


@pytest.mark.parametrize("name", ["flower.jpg", "china.jpg", "coffee.png"])
@pytest.mark.parametrize("k", [5, 8])
def test_no_two_colours_of_a_photograph_are_alike(name: str, k: int) -> None:
    palette = eye(SAMPLES / name, k)
    assert len(palette) == k
    assert apart(palette) > 6


def test_exactly_k_are_found_where_all_colours_are_alike() -> None:
    ramp = np.arange(100, 140, dtype=np.uint8).repeat(30).reshape(30, 40)
    pixels = np.stack([ramp] * 3, axis=2)
    palette = eye(pixels, 8)
    assert len(palette) == 8
    levels = np.sort(palette.colors[:, 0].astype(int))
    assert min(after - before for before, after in pairwise(levels.tolist())) >= 3


def test_kept_colours_are_in_and_accents_too() -> None:
    palette = eye(field((RED, 0.01)), 5, keep_color=("#00ff7f", "#123456"))
    assert {"#00ff7f", "#123456"} <= {*palette.hex}
    assert nearest(palette, RED) < HIT
    assert len(palette) == 5


def test_medoids_are_colours_of_the_picture() -> None:
    pixels = field((RED, 0.01))
    own = {tuple(color) for color in pixels.reshape(-1, 3).tolist()}
    assert {*eye(pixels, 5, medoid=True)} <= own


def test_opaque_pixels_stay_opaque_and_transparent_ones_transparent() -> None:
    colors = field((RED, 0.01))
    alpha = np.full((100, 100, 1), 255, np.uint8)
    alpha[60:, 50:] = 0
    alpha[60:, 40:50] = 120
    pixels = np.concatenate([colors, alpha], axis=2)
    result = quantize(pixels, 6, palette_for="eye")
    after = result.palette.colors[result.indices]
    assert (after[..., 3][alpha[..., 0] == 255] == 255).all()
    assert (after[..., 3][alpha[..., 0] == 0] == 0).all()
    solid = Palette(result.palette.colors[result.palette.colors[:, 3] == 255])
    assert nearest(solid, RED) < HIT


@pytest.mark.parametrize("k", [1, 2, 3, 40, 256])
def test_palettes_of_every_size_have_k_colours(k: int) -> None:
    assert len(eye(field((RED, 0.03), (BLUE, 0.03)), k)) == k


def test_a_number_that_is_chosen_is_no_contradiction() -> None:
    result = quantize(field((RED, 0.02)), "auto", palette_for="eye")
    assert nearest(result.palette, RED) < HIT
    shares = result.palette.shares
    assert shares == sorted(shares, reverse=True)


def test_pictures_share_a_palette_with_the_accents_of_each() -> None:
    palette = shared_palette([field((RED, 0.02)), field((BLUE, 0.02))], 6, palette_for="eye")
    assert max(nearest(palette, color) for color in (RED, BLUE)) < HIT


def test_the_library_makes_palettes_for_the_image_unless_told() -> None:
    pixels = field((RED, 0.01))
    assert quantize(pixels, 5).palette == quantize(pixels, 5, palette_for="image").palette


def test_threads_change_no_result() -> None:
    pixels = field((RED, 0.01), (BLUE, 0.02))
    assert [*eye(pixels, 5, threads=1)] == [*eye(pixels, 5, threads=2)]
