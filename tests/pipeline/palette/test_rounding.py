"""Guards the promise of exactly k: all different, all used, and dark to light."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from helpers.examples import examples
from quantize.color import nearest as color_nearest
from quantize.color import spaces
from quantize.pipeline.palette.rounding import complete, round_to_palette

Bytes = NDArray[np.uint8]

NOTHING = np.empty((0, 3), np.uint8)


def colors(*rows: tuple[int, ...]) -> Bytes:
    return np.array(rows, np.uint8)


def completed(
    palette: Bytes, distinct: Bytes, counts: object, k: int, fixed: Bytes | None = None
) -> Bytes:
    if fixed is None:
        fixed = np.empty((0, palette.shape[1]), np.uint8)
    nearest = partial(color_nearest.nearest_entries, distinct, space=spaces.SRGB)
    found, entries, errors = complete(
        palette, distinct, np.asarray(counts), k, nearest=nearest, fixed=fixed
    )
    again, same_errors = nearest(found)
    assert np.array_equal(entries, again)
    assert np.array_equal(errors, same_errors)
    return found


def test_centroids_are_rounded_once_each_dark_to_light() -> None:
    centroids = np.array([[200.4, 0, 0], [9.5, 9.5, 9.5], [200.0, 0.2, 0], [9.4, 9.4, 9.4]])
    palette = round_to_palette(centroids, spaces.SRGB, NOTHING)
    assert palette.tolist() == [[9, 9, 9], [10, 10, 10], [200, 0, 0]]


def test_a_palette_that_is_whole_stays_as_it_is() -> None:
    palette = colors((0, 0, 0), (250, 250, 250))
    distinct = colors((1, 1, 1), (240, 240, 240), (255, 255, 255))
    assert completed(palette, distinct, [1, 1, 1], 2).tolist() == palette.tolist()


def test_a_free_place_goes_to_the_colour_that_costs_most() -> None:
    distinct = colors((0, 0, 0), (10, 0, 0), (0, 40, 0))
    # 10² · 20 against 40² · 1
    assert completed(distinct[:1], distinct, [5, 20, 1], 2).tolist() == [[0, 0, 0], [10, 0, 0]]
    assert completed(distinct[:1], distinct, [5, 1, 1], 2).tolist() == [[0, 0, 0], [0, 40, 0]]


def test_a_colour_that_nobody_takes_leaves() -> None:
    palette = colors((0, 0, 0), (90, 90, 90), (255, 255, 255))
    distinct = colors((1, 1, 1), (3, 3, 3), (254, 254, 254))
    assert completed(palette, distinct, [4, 1, 1], 3).tolist() == [
        [0, 0, 0],
        [3, 3, 3],
        [255, 255, 255],
    ]


@given(
    palette=arrays(np.uint8, (7, 3), elements=st.integers(0, 9)),
    distinct=arrays(np.uint8, (40, 3), elements=st.integers(0, 12)),
    k=st.integers(1, 12),
)
@examples(100)
def test_it_ends_with_k_colours_each_used(palette: Bytes, distinct: Bytes, k: int) -> None:
    distinct = np.unique(distinct, axis=0)
    k = min(k, len(distinct))
    palette = np.unique(palette, axis=0)[:k]
    found = completed(palette, distinct, np.ones(len(distinct), np.int64), k)
    assert len(np.unique(found, axis=0)) == len(found) == k
    entries, _ = color_nearest.nearest_entries(distinct, found, spaces.SRGB)
    assert np.bincount(entries, minlength=k).min() >= 1


@pytest.mark.parametrize("channels", [3, 4])
def test_a_palette_of_all_colours_is_all_colours(channels: int) -> None:
    random = np.random.default_rng(0)
    distinct = np.unique(random.integers(1, 256, (50, channels)), axis=0).astype(np.uint8)
    found = completed(distinct[:3], distinct, np.ones(len(distinct), np.int64), len(distinct))
    assert sorted(found.tolist()) == sorted(distinct.tolist())


# Colours that are fixed


def test_a_kept_colour_is_in_the_palette_once_whether_or_not_a_centroid_is_there() -> None:
    centroids, fixed = np.array([[9.0, 9, 9], [200, 0, 0]]), colors((9, 9, 9), (0, 0, 1))
    palette = round_to_palette(centroids, spaces.SRGB, fixed)
    assert palette.tolist() == [[0, 0, 1], [9, 9, 9], [200, 0, 0]]


def test_a_kept_colour_that_nobody_takes_stays() -> None:
    palette, distinct = colors((0, 0, 0), (255, 255, 255)), colors((1, 1, 1), (3, 3, 3))
    found = completed(palette, distinct, [4, 1], 2, fixed=colors((255, 255, 255)))
    assert found.tolist() == palette.tolist()
    assert completed(palette, distinct, [4, 1], 2).tolist() == [[0, 0, 0], [3, 3, 3]]


@given(
    palette=arrays(np.uint8, (7, 3), elements=st.integers(0, 9)),
    distinct=arrays(np.uint8, (40, 3), elements=st.integers(0, 12)),
    fixed=arrays(np.uint8, (4, 3), elements=st.integers(0, 14)),
    k=st.integers(4, 12),
)
@examples(100)
def test_it_ends_with_k_colours_each_kept_or_used(
    palette: Bytes, distinct: Bytes, fixed: Bytes, k: int
) -> None:
    distinct, fixed = np.unique(distinct, axis=0), np.unique(fixed, axis=0)
    k = min(k, len(np.unique(np.concatenate([distinct, fixed]), axis=0)))
    start = np.unique(np.concatenate([fixed, palette[: k - len(fixed)]]), axis=0)
    found = completed(start, distinct, np.ones(len(distinct), np.int64), k, fixed=fixed)
    assert len(np.unique(found, axis=0)) == len(found) == k
    entries, _ = color_nearest.nearest_entries(distinct, found, spaces.SRGB)
    unused = found[np.bincount(entries, minlength=k) == 0].tolist()
    assert all(color in fixed.tolist() for color in unused)
    assert all(color in found.tolist() for color in fixed.tolist())
