"""Guards the promise that every pixel gets its nearest palette colour, exactly."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from helpers.whole_points import FACTORS, whole_numbers
from quantize.color import nearest, spaces
from quantize.color.table import SPACES
from quantize.pipeline import histogram
from quantize.pipeline.color_table import index_pixels

Bytes = NDArray[np.uint8]


def nearest_entries(colors: Bytes, palette: Bytes, space: str, *, threads: int = 1) -> Bytes:
    return nearest.nearest_entries(colors, palette, SPACES.load(space), threads=threads)[0]


WHOLE = pytest.mark.parametrize("space", FACTORS)


def encoded(colors: Bytes, space: str) -> NDArray[np.floating]:
    return spaces.encode(colors, SPACES.load(space))


def brute_force(colors: Bytes, palette: Bytes, space: str = "srgb") -> NDArray[np.intp]:
    """The first of the nearest that come into question, in whole numbers where there are such."""
    place = whole_numbers if space in FACTORS else encoded
    entries = place(palette, space)
    parts = []
    for part in np.array_split(colors, max(len(colors) // 500, 1)):
        distances = np.square(place(part, space)[:, None] - entries).sum(axis=2)
        for alpha in (0, 255) if colors.shape[1] == 4 else ():
            others = palette[:, 3] != alpha
            if not others.all():
                distances[np.ix_(part[:, 3] == alpha, others)] = np.iinfo(np.int64).max
        parts.append(distances.argmin(axis=1))
    return np.concatenate(parts)


def random_colors(number: int, channels: int, seed: int, top: int = 256) -> Bytes:
    return np.random.default_rng(seed).integers(0, top, (number, channels)).astype(np.uint8)


def random_palette(k: int, channels: int, seed: int, top: int = 256) -> Bytes:
    distinct = np.unique(random_colors(4 * k, channels, seed, top), axis=0)
    return np.random.default_rng(seed).permutation(distinct)[:k]


# Colours


def test_nearest_by_hand() -> None:
    palette = np.array([[0, 0, 0], [255, 255, 255], [255, 0, 0]], np.uint8)
    colors = np.array([[250, 240, 255], [200, 30, 9], [1, 0, 2]], np.uint8)
    assert nearest_entries(colors, palette, "srgb").tolist() == [1, 2, 0]


def test_ties_go_to_the_lowest_index() -> None:
    midway = np.array([[10, 10, 10]], np.uint8)
    for palette in ([[8, 10, 10], [12, 10, 10]], [[12, 10, 10], [8, 10, 10]]):
        assert nearest_entries(midway, np.array(palette, np.uint8), "srgb").tolist() == [0]


@WHOLE
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("k", [1, 2, 64, 256])
def test_entries_equal_brute_force_in_whole_numbers(k: int, channels: int, space: str) -> None:
    colors, palette = random_colors(20_000, channels, 1), random_palette(k, channels, 2)
    got = nearest_entries(colors, palette, space)
    assert got.dtype == np.uint8
    assert np.array_equal(got, brute_force(colors, palette, space))


@WHOLE
@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("k", [2, 64, 256])
def test_entries_equal_brute_force_where_ties_are_many(k: int, channels: int, space: str) -> None:
    colors = random_colors(5000, channels, 1, top=12)
    palette = random_palette(k, channels, 2, top=12)
    expected = brute_force(colors, palette, space)
    assert np.array_equal(nearest_entries(colors, palette, space), expected)


@pytest.mark.parametrize("space", [space for space in SPACES if space not in FACTORS])
@pytest.mark.parametrize("channels", [3, 4])
def test_entries_equal_brute_force_in_the_space_of_clustering(space: str, channels: int) -> None:
    colors, palette = random_colors(4000, channels, 1), random_palette(64, channels, 2)
    expected = brute_force(colors, palette, space)
    assert np.array_equal(nearest_entries(colors, palette, space), expected)


def test_opaque_colours_go_to_opaque_entries_though_others_are_nearer() -> None:
    palette = np.array([[200, 0, 0, 254], [0, 0, 0, 255], [90, 0, 0, 255]], np.uint8)
    colors = np.array([[200, 0, 0, 255], [200, 0, 0, 253], [20, 0, 0, 255]], np.uint8)
    assert nearest_entries(colors, palette, "srgb").tolist() == [2, 0, 1]


def test_invisible_colours_go_to_the_invisible_entry_and_faint_ones_to_the_nearest() -> None:
    palette = np.array([[0, 0, 0, 0], [255, 255, 255, 255]], np.uint8)
    colors = np.array([[0, 0, 0, 0], [0, 0, 0, 9], [255, 255, 255, 250]], np.uint8)
    assert nearest_entries(colors, palette, "srgb").tolist() == [0, 0, 1]


def test_a_palette_without_the_kind_of_a_colour_gives_the_nearest_of_all() -> None:
    palette = np.array([[0, 0, 0, 20], [255, 255, 255, 200]], np.uint8)
    colors = np.array([[0, 0, 0, 0], [255, 255, 255, 255]], np.uint8)
    assert nearest_entries(colors, palette, "srgb").tolist() == [0, 1]


def test_the_nearest_of_translucent_colours_is_that_on_black_and_on_white() -> None:
    palette = np.array([[255, 255, 255, 10], [0, 0, 0, 60]], np.uint8)
    # nearly invisible white is nearer to fainter white than to stronger black,
    # and nearly invisible black as well: its colour hardly shows
    colors = np.array([[255, 255, 255, 20], [0, 0, 0, 20]], np.uint8)
    assert nearest_entries(colors, palette, "srgb").tolist() == [0, 0]


def test_the_entries_of_a_palette_are_their_own_nearest() -> None:
    palette = random_palette(256, 3, 5)
    assert nearest_entries(palette, palette, "srgb").tolist() == list(range(256))


def test_threads_change_no_entry() -> None:
    colors, palette = random_colors(40_000, 3, 3), random_palette(16, 3, 4)
    one, many = (nearest_entries(colors, palette, "srgb", threads=n) for n in (1, 5))
    assert np.array_equal(one, many)


# Pixels


def test_a_pixel_has_the_index_of_its_colour() -> None:
    pixels = np.array([[[9, 9, 9], [0, 0, 0]], [[0, 0, 0], [5, 5, 5]]], np.uint8)
    counted = histogram.count(pixels)  # 0, 5, 9
    entries = np.array([2, 0, 255], np.uint8)
    assert index_pixels(pixels, counted, entries).tolist() == [[255, 2], [2, 0]]


@pytest.mark.parametrize("channels", [3, 4])
def test_the_histogram_may_hold_more_colours_than_the_picture(channels: int) -> None:
    pixels = random_colors(60, channels, 0).reshape(6, 10, channels)
    counted = histogram.count(pixels) + histogram.count(255 - pixels)
    palette = random_palette(7, channels, 1)
    entries = nearest_entries(counted.colors, palette, "srgb")
    expected = brute_force(pixels.reshape(-1, channels), palette).reshape(6, 10)
    assert np.array_equal(index_pixels(pixels, counted, entries), expected)


def test_indices_of_colours_and_of_pixels_agree_in_every_space() -> None:
    pixels, palette = random_colors(400, 3, 8).reshape(20, 20, 3), random_palette(9, 3, 9)
    for space in SPACES:
        counted = histogram.count(pixels)
        entries = nearest_entries(counted.colors, palette, space)
        direct = nearest_entries(pixels.reshape(-1, 3), palette, space)
        assert np.array_equal(index_pixels(pixels, counted, entries), direct.reshape(20, 20))
