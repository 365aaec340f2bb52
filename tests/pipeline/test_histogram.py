"""Guards the promise that nothing is lost in counting, and that histograms merge by `+`."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from helpers.examples import examples
from quantize.color import spaces
from quantize.pipeline import histogram
from quantize.pipeline.histogram import Histogram

RED, LIME, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)

FEW = examples(60)

CHANNEL = st.sampled_from([0, 1, 127, 255])
"""Few values, so that pictures share colours."""


def picture_of(channels: int) -> st.SearchStrategy[NDArray[np.uint8]]:
    side = st.integers(1, 4)
    return arrays(np.uint8, st.tuples(side, side, st.just(channels)), elements=CHANNEL)


RGB, RGBA = picture_of(3), picture_of(4)
PICTURES = RGB | RGBA


def table(counted: Histogram) -> dict[tuple[int, ...], int]:
    rows = map(tuple, counted.colors.tolist())
    return dict(zip(rows, counted.counts.tolist(), strict=True))


def same(first: Histogram, second: Histogram) -> bool:
    return np.array_equal(first.colors, second.colors) and np.array_equal(
        first.counts, second.counts
    )


def with_alpha(pixels: NDArray[np.uint8]) -> list[tuple[int, ...]]:
    flat = pixels.reshape(-1, pixels.shape[2]).tolist()
    return [tuple(color) if len(color) == 4 else (*color, 255) for color in flat]


# Counting


def test_a_picture_of_four_pixels_by_hand() -> None:
    counted = histogram.count(np.array([[RED, BLUE], [RED, LIME]], np.uint8))
    assert counted.colors.tolist() == [list(BLUE), list(LIME), list(RED)]
    assert counted.counts.tolist() == [1, 1, 2]
    assert (len(counted), counted.pixels) == (3, 4)


def test_colours_that_differ_in_alpha_alone_are_two() -> None:
    counted = histogram.count(np.array([[(*RED, 255), (*RED, 254), (*RED, 255)]], np.uint8))
    assert table(counted) == {(*RED, 254): 1, (*RED, 255): 2}


@given(pixels=PICTURES)
@FEW
def test_counts_are_those_of_a_counter_in_z_order(pixels: NDArray[np.uint8]) -> None:
    counted = table(histogram.count(pixels))
    expected = Counter(map(tuple, pixels.reshape(-1, pixels.shape[2]).tolist()))
    assert counted == expected
    assert list(counted) == sorted(counted, key=z_order)


def z_order(color: tuple[int, ...]) -> list[int]:
    """The highest bit of each channel, then the next of each, and so on."""
    return [value >> bit & 1 for bit in range(7, -1, -1) for value in color]


@pytest.mark.parametrize("strip", [1, 2, 5, 6, 7])
def test_strips_change_nothing(strip: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = np.array([[RED, BLUE, RED], [LIME, RED, BLUE]], np.uint8)
    monkeypatch.setattr(histogram, "STRIP_PIXELS", strip)
    assert table(histogram.count(pixels)) == {BLUE: 2, LIME: 1, RED: 3}


def test_a_view_of_every_second_pixel_is_counted_as_it_looks() -> None:
    pixels = np.array([[RED, BLUE, LIME, BLUE]], np.uint8)
    assert table(histogram.count(pixels[:, ::2])) == {LIME: 1, RED: 1}


# Merging


def test_merging_by_hand() -> None:
    first = histogram.count(np.array([[RED, BLUE]], np.uint8))
    second = histogram.count(np.array([[RED, LIME]], np.uint8))
    assert table(first + second) == {BLUE: 1, LIME: 1, RED: 2}


def test_an_opaque_colour_is_the_same_with_and_without_alpha() -> None:
    plain = histogram.count(np.array([[RED, BLUE]], np.uint8))
    clear = histogram.count(np.array([[(*RED, 255), (*RED, 0)]], np.uint8))
    assert table(plain + clear) == {(*BLUE, 255): 1, (*RED, 0): 1, (*RED, 255): 2}


@given(a=PICTURES, b=PICTURES)
@FEW
def test_the_sum_counts_the_pixels_of_both(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> None:
    both = histogram.count(a) + histogram.count(b)
    got = table(both)
    if both.colors.shape[1] == 3:
        assert a.shape[2] == b.shape[2] == 3
        got = {(*color, 255): number for color, number in got.items()}
    assert got == Counter(with_alpha(a) + with_alpha(b))


@given(a=RGB, b=RGB)
@FEW
def test_the_sum_equals_the_histogram_of_both_together(
    a: NDArray[np.uint8], b: NDArray[np.uint8]
) -> None:
    together = np.concatenate([a.reshape(1, -1, 3), b.reshape(1, -1, 3)], axis=1)
    assert same(histogram.count(a) + histogram.count(b), histogram.count(together))


@given(a=PICTURES, b=PICTURES, c=PICTURES)
@FEW
def test_merging_is_commutative_and_associative(
    a: NDArray[np.uint8], b: NDArray[np.uint8], c: NDArray[np.uint8]
) -> None:
    one, two, three = map(histogram.count, (a, b, c))
    assert same(one + two, two + one)
    assert same((one + two) + three, one + (two + three))


def test_merging_leaves_both_parts_alone() -> None:
    first = histogram.count(np.array([[RED, BLUE]], np.uint8))
    second = histogram.count(np.array([[RED, LIME]], np.uint8))
    _ = first + second
    assert table(first) == {BLUE: 1, RED: 1}
    assert table(second) == {LIME: 1, RED: 1}


def test_sums_of_huge_pictures_do_not_overflow() -> None:
    huge = Histogram(np.array([RED], np.uint8), np.array([2**40]))
    assert table(huge + huge) == {RED: 2**41}


# Drawing


GREYS = Histogram(
    np.repeat(np.arange(5, dtype=np.uint8)[:, None], 3, axis=1), np.array([1, 2, 3, 4, 90])
)


@given(pixels=st.integers(1, 99), seed=st.integers(0, 1000))
@FEW
def test_exactly_so_many_pixels_are_drawn_and_none_twice(pixels: int, seed: int) -> None:
    drawn = table(histogram.draw(GREYS, pixels, np.random.default_rng(seed)))
    assert sum(drawn.values()) == pixels
    there = table(GREYS)
    assert all(1 <= number <= there[color] for color, number in drawn.items())
    assert list(drawn) == sorted(drawn)


@pytest.mark.parametrize("pixels", [100, 101, 10**9])
def test_drawing_as_many_as_there_are_gives_the_histogram_itself(pixels: int) -> None:
    assert histogram.draw(GREYS, pixels, np.random.default_rng(0)) is GREYS


def test_the_same_generator_draws_the_same_pixels() -> None:
    first, second = (histogram.draw(GREYS, 30, np.random.default_rng(7)) for _ in range(2))
    assert same(first, second)
    others = [histogram.draw(GREYS, 30, np.random.default_rng(seed)) for seed in range(8)]
    assert not all(same(first, other) for other in others)


def test_colours_are_drawn_by_their_share_of_the_picture() -> None:
    two = Histogram(np.array([BLUE, RED], np.uint8), np.array([100_000, 300_000]))
    drawn = table(histogram.draw(two, 40_000, np.random.default_rng(0)))
    assert drawn[RED] / 40_000 == pytest.approx(0.75, abs=0.01)


def test_a_histogram_of_billions_of_pixels_can_be_sampled() -> None:
    folder = Histogram(np.array([BLUE, RED], np.uint8), np.array([1_000_000_000, 3_000_000_000]))
    drawn = histogram.draw(folder, 1000, np.random.default_rng(0))
    assert drawn.pixels == 1000


# Cells


def test_a_cell_is_the_exact_mean_of_its_colours() -> None:
    colors = np.array([(0, 0, 0), (7, 0, 4), (8, 0, 0)], np.uint8)  # 5 bits: 8 values a cell
    counted = Histogram(colors, np.array([3, 1, 5]))
    points, weights = histogram.cells(counted, colors.astype(np.float64), bits=5)
    assert weights.tolist() == [4, 5]
    assert points.tolist() == [[7 / 4, 0, 1], [8, 0, 0]]


def test_with_eight_bits_every_colour_is_its_own_cell() -> None:
    points, weights = histogram.cells(GREYS, GREYS.colors.astype(np.float64), bits=8)
    assert np.array_equal(points, GREYS.colors)
    assert np.array_equal(weights, GREYS.counts)


@given(pixels=PICTURES, bits=st.integers(1, 8))
@FEW
def test_cells_keep_the_mass_and_the_mean_of_the_picture(
    pixels: NDArray[np.uint8], bits: int
) -> None:
    counted = histogram.count(pixels)
    points = spaces.encode(counted.colors, spaces.SRGB)
    means, weights = histogram.cells(counted, points, bits=bits)
    assert weights.sum() == counted.pixels
    assert len(means) <= len(counted)
    assert weights @ means == pytest.approx(counted.counts @ points)


@given(pixels=PICTURES, bits=st.integers(1, 8))
@FEW
def test_a_cell_holds_the_pixels_that_agree_in_the_first_bits(
    pixels: NDArray[np.uint8], bits: int
) -> None:
    counted = histogram.count(pixels)
    _, weights = histogram.cells(counted, counted.colors.astype(np.float64), bits=bits)
    flat = pixels.reshape(-1, pixels.shape[2])
    expected = Counter(map(tuple, (flat >> np.uint8(8 - bits)).tolist()))
    assert weights.tolist() == [expected[cell] for cell in sorted(expected, key=z_order)]
