"""The kernels are exact: equal to brute force, to the bit.

All implementations pass the same tests: what one adds in a written order, all do.
"""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from threading import Event, active_count, get_ident
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from helpers.examples import examples
from quantize import kernels as door
from quantize.color.difference import ciede2000
from quantize.kernels.blocks import BLOCK_ROWS, available_cores, beside, each_block

MODULES = {"reference": "quantize.kernels.reference", "compiled": "quantize.kernels._compiled"}
KERNELS = (
    "pack",
    "unpack",
    "count_colors",
    "weigh_colors",
    "least_ranges",
    "look_up",
    "search",
    "nearest",
    "nearest_two",
    "paired_distances",
    "cluster_sums",
    "weighted_total",
    "assign",
    "within",
    "halve",
    "divide",
    "seed_costs",
    "add_seed",
    "seed_rows",
    "move_points",
    "diffuse",
    "pattern",
    "tally",
    "count_pairs",
    "chain",
    "arrange",
    "stream_end",
)
IMPLEMENTATIONS = [name for name, module in MODULES.items() if find_spec(module)]

Floats = NDArray[np.float64]

FEW = examples(60)


@pytest.fixture(scope="module", params=IMPLEMENTATIONS)
def kernels(request: pytest.FixtureRequest) -> ModuleType:
    return import_module(MODULES[request.param])


def packed(kernels: ModuleType, colors: object) -> NDArray[np.uint32]:
    array = np.asarray(colors, np.uint8)
    keys = np.empty(len(array), np.uint32)
    kernels.pack(array, keys)
    return keys


def unpacked(kernels: ModuleType, keys: object, channels: int) -> NDArray[np.uint8]:
    array = np.asarray(keys, np.uint32)
    colors = np.empty((len(array), channels), np.uint8)
    kernels.unpack(array, colors)
    return colors


def nearest(kernels: ModuleType, points: Floats, centroids: Floats) -> tuple[list[int], Floats]:
    labels, distances = np.full(len(points), -7, np.int32), np.full(len(points), np.nan)
    kernels.nearest(points, centroids, labels, distances)
    return labels.tolist(), distances


def sums_of(
    kernels: ModuleType, points: Floats, weights: Floats, labels: NDArray[np.int32], k: int
) -> tuple[Floats, Floats]:
    mass, sums = np.full(k, np.nan), np.full((k, points.shape[1]), np.nan)
    kernels.cluster_sums(points, weights, labels, mass, sums)
    return mass, sums


def brute_distance(point: list[float], centroid: list[float]) -> float:
    """Added in the order of the dimensions."""
    total = 0.0
    for a, b in zip(point, centroid, strict=True):
        total += (a - b) * (a - b)
    return total


def brute_nearest(points: Floats, centroids: Floats) -> tuple[list[int], list[float]]:
    rows = [[brute_distance(p, c) for c in centroids.tolist()] for p in points.tolist()]
    labels = [row.index(min(row)) for row in rows]
    return labels, [min(row) for row in rows]


def colors_of(channels: int) -> st.SearchStrategy[NDArray[np.uint8]]:
    return arrays(np.uint8, st.tuples(st.integers(0, 20), st.just(channels)))


# Keys


def test_the_bits_of_a_key_take_turns_red_first(kernels: ModuleType) -> None:
    assert packed(kernels, [[1, 0, 0], [0, 1, 0], [0, 0, 1]]).tolist() == [0b100, 0b010, 0b001]
    assert packed(kernels, [[0b11, 0b00, 0b01]]).tolist() == [0b100_101]
    assert packed(kernels, [[0b10, 0b01, 0b11, 0b00]]).tolist() == [0b1010_0110]
    assert packed(kernels, [[255] * 3]).tolist() == [0xFFFFFF]
    assert packed(kernels, [[255] * 4]).tolist() == [0xFFFFFFFF]


@pytest.mark.parametrize("channels", [3, 4])
@given(data=st.data())
@FEW
def test_unpack_undoes_pack(kernels: ModuleType, channels: int, data: st.DataObject) -> None:
    colors = data.draw(colors_of(channels))
    assert np.array_equal(unpacked(kernels, packed(kernels, colors), channels), colors)


@pytest.mark.parametrize("bits", range(9))
def test_the_top_bits_of_a_key_are_those_of_the_colour(kernels: ModuleType, bits: int) -> None:
    colors = np.random.default_rng(bits).integers(0, 256, (500, 3)).astype(np.uint8)
    cells = packed(kernels, colors) >> np.uint32(3 * (8 - bits))
    drop = np.uint8(8 - bits)
    corners = (colors >> drop if bits else colors * 0).astype(np.uint8)
    assert cells.tolist() == packed(kernels, corners).tolist()


# Counting


def test_counting_gives_the_distinct_colours_in_the_order_of_their_keys(
    kernels: ModuleType,
) -> None:
    pixels = np.array([[0, 1, 0], [0, 0, 1], [0, 1, 0], [255, 255, 255]], np.uint8)
    keys, counts = kernels.count_colors(pixels)
    assert keys.tolist() == [0b001, 0b010, 0xFFFFFF]
    assert counts.tolist() == [1, 2, 1]
    assert (keys.dtype, counts.dtype) == (np.uint32, np.int64)


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("top", [2, 20, 256])
def test_counting_equals_a_counter(kernels: ModuleType, channels: int, top: int) -> None:
    pixels = np.random.default_rng(top).integers(0, top, (3000, channels)).astype(np.uint8)
    keys, counts = kernels.count_colors(pixels)
    expected = sorted(Counter(packed(kernels, pixels).tolist()).items())
    assert list(zip(keys.tolist(), counts.tolist(), strict=True)) == expected


@pytest.mark.parametrize("threads", [2, 3, 7])
def test_threads_change_no_count(kernels: ModuleType, threads: int) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (2_200_000, 3)).astype(np.uint8)
    pixels[:1_500_000] //= 9
    one, many = kernels.count_colors(pixels), kernels.count_colors(pixels, threads)
    assert [part.tobytes() for part in one] == [part.tobytes() for part in many]


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("top", [2, 20, 256])
def test_weighing_adds_up_the_weights_of_each_colour(
    kernels: ModuleType, channels: int, top: int
) -> None:
    random = np.random.default_rng(top)
    pixels = random.integers(0, top, (3000, channels)).astype(np.uint8)
    weights = random.integers(0, 128, 3000).astype(np.uint8)
    keys, counts, totals = kernels.weigh_colors(pixels, weights)
    plain_keys, plain_counts = kernels.count_colors(pixels)
    assert (keys.tolist(), counts.tolist()) == (plain_keys.tolist(), plain_counts.tolist())
    expected: Counter[int] = Counter()
    for key, weight in zip(packed(kernels, pixels).tolist(), weights.tolist(), strict=True):
        expected[key] += weight
    assert totals.tolist() == [expected[key] for key in keys.tolist()]
    assert (keys.dtype, counts.dtype, totals.dtype) == (np.uint32, np.int64, np.int64)


def test_no_pixels_weigh_nothing(kernels: ModuleType) -> None:
    for channels in (3, 4):
        found = kernels.weigh_colors(np.empty((0, channels), np.uint8), np.empty(0, np.uint8))
        assert [part.tolist() for part in found] == [[], [], []]


@pytest.mark.parametrize("threads", [2, 3, 7])
def test_threads_change_no_weight(kernels: ModuleType, threads: int) -> None:
    random = np.random.default_rng(0)
    pixels = random.integers(0, 256, (2_200_000, 3)).astype(np.uint8)
    pixels[:1_500_000] //= 9
    weights = random.integers(0, 128, len(pixels)).astype(np.uint8)
    one = kernels.weigh_colors(pixels, weights)
    many = kernels.weigh_colors(pixels, weights, threads)
    assert [part.tobytes() for part in one] == [part.tobytes() for part in many]


# Ranges


def grey_ranges(kernels: ModuleType, values: object) -> list[list[int]]:
    grey = np.asarray(values, np.uint8)
    ranges = np.full(grey.shape, 77, np.uint8)
    kernels.least_ranges(np.repeat(grey[..., None], 3, axis=2), 0, ranges)
    return ranges.tolist()


def test_both_sides_of_a_clean_edge_are_calm(kernels: ModuleType) -> None:
    assert grey_ranges(kernels, [[0, 0, 0, 9, 9, 9]] * 4) == [[0] * 6] * 4


def test_a_line_of_one_pixel_is_busy_and_so_is_noise(kernels: ModuleType) -> None:
    assert grey_ranges(kernels, [[0, 0, 0, 9, 0, 0, 0]] * 3) == [[0, 0, 0, 9, 0, 0, 0]] * 3
    chequered = np.indices((6, 7)).sum(axis=0) % 2 * 5
    assert grey_ranges(kernels, chequered) == [[5] * 7] * 6


def test_ranges_are_of_luma_times_opacity(kernels: ModuleType) -> None:
    faint = np.array([[[0, 255, 0, 255], [0, 255, 0, 51], [0, 255, 0, 255]]], np.uint8)
    ranges = np.empty((1, 3), np.uint8)
    kernels.least_ranges(faint, 0, ranges)
    luma = 150 * 255 >> 8
    assert ranges.tolist() == [[luma - luma * 51 // 255] * 3]


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (8, 1), (2, 2), (23, 17)])
def test_ranges_equal_brute_force(
    kernels: ModuleType, shape: tuple[int, int], channels: int
) -> None:
    height, width = shape
    pixels = np.random.default_rng(height).integers(0, 256, (*shape, channels)).astype(np.uint8)
    red, green, blue = pixels[..., :3].astype(int).transpose(2, 0, 1)
    luma = (77 * red + 150 * green + 29 * blue) // 256
    if channels == 4:
        luma = luma * pixels[..., 3].astype(int) // 255

    def window(y: int, x: int) -> list[tuple[int, int]]:
        rows, columns = range(max(y - 1, 0), y + 2), range(max(x - 1, 0), x + 2)
        return [(a, b) for a in rows if a < height for b in columns if b < width]

    def spread(y: int, x: int) -> int:
        values = [int(luma[place]) for place in window(y, x)]
        return max(values) - min(values)

    expected = [
        [min(spread(*place) for place in window(y, x)) for x in range(width)] for y in range(height)
    ]
    ranges = np.empty(shape, np.uint8)
    kernels.least_ranges(pixels, 0, ranges)
    assert ranges.tolist() == expected


def test_two_rows_around_a_band_are_enough(kernels: ModuleType) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (20, 9, 3)).astype(np.uint8)
    whole = np.empty((20, 9), np.uint8)
    kernels.least_ranges(pixels, 0, whole)
    for top, bottom in ((0, 7), (7, 8), (8, 19), (19, 20), (0, 20)):
        around = slice(max(top - 2, 0), min(bottom + 2, 20))
        band = np.empty((bottom - top, 9), np.uint8)
        kernels.least_ranges(pixels[around], top - around.start, band)
        assert np.array_equal(band, whole[top:bottom])


# Looking up


@pytest.mark.parametrize("top", [3, 40, 256])
def test_look_up_equals_a_dictionary(kernels: ModuleType, top: int) -> None:
    random = np.random.default_rng(top)
    pixels = random.integers(0, top, (700, 3)).astype(np.uint8)
    lines = random.permutation(1 << 15).astype(np.int32)
    table = random.integers(0, 256, (1 << 15, 512)).astype(np.uint8)
    indices = np.empty(len(pixels), np.uint8)
    kernels.look_up(pixels, lines, table, indices)
    keys = packed(kernels, pixels).tolist()
    assert indices.tolist() == [table[lines[key >> 9], key & 511] for key in keys]


def test_search_finds_the_label_of_each_pixel(kernels: ModuleType) -> None:
    pixels = np.random.default_rng(0).integers(0, 3, (700, 4)).astype(np.uint8) * 100
    keys = packed(kernels, pixels)
    distinct = np.unique(keys)
    labels = (np.arange(len(distinct)) * 37 % 256).astype(np.uint8)
    table = dict(zip(distinct.tolist(), labels.tolist(), strict=True))
    indices = np.empty(len(pixels), np.uint8)
    kernels.search(pixels, distinct, labels, indices)
    assert indices.tolist() == [table[key] for key in keys.tolist()]


# Distances


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("d", [1, 3, 4, 7])
def test_paired_distances_are_those_of_the_nearest(
    kernels: ModuleType, d: int, kind: type[np.floating]
) -> None:
    random = np.random.default_rng(d)
    points, centroids = (random.normal(0, 9, (n, d)).astype(kind) for n in (300, 9))
    labels, wanted = np.empty(300, np.int32), np.empty(300, kind)
    kernels.nearest(points, centroids, labels, wanted)
    found = np.empty(300, kind)
    kernels.paired_distances(points, centroids, labels, found)
    assert found.tobytes() == wanted.tobytes()


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("k", [1, 2, 9, 40])
@pytest.mark.parametrize("n", [1, 63, 64, 200])
def test_the_least_two_of_each_column_are_found(
    kernels: ModuleType, k: int, n: int, kind: type[np.floating]
) -> None:
    random = np.random.default_rng(k)
    table, squares = random.integers(0, 20, (k, n)).astype(kind), np.arange(k).astype(kind)
    labels, (least, second) = np.empty(n, np.int32), np.empty((2, n), kind)
    kernels.two_least(table.copy(), squares, labels, least, second)
    whole = table + squares[:, None]
    assert labels.tolist() == whole.argmin(axis=0).tolist()
    ordered = np.sort(np.concatenate([whole, np.full((1, n), np.inf)]), axis=0)
    assert (least.tolist(), second.tolist()) == (ordered[0].tolist(), ordered[1].tolist())


# The nearest centroid


def test_nearest_gives_label_and_squared_distance(kernels: ModuleType) -> None:
    points, centroids = np.array([[1.0, 1.0], [8.0, 9.0]]), np.array([[0.0, 0.0], [10.0, 10.0]])
    labels, distances = nearest(kernels, points, centroids)
    assert labels == [0, 1]
    assert distances.tolist() == [1 + 1, 4 + 1]


def test_ties_go_to_the_lowest_index(kernels: ModuleType) -> None:
    midway = np.array([[5.0]])
    assert nearest(kernels, midway, np.array([[4.0], [6.0]]))[0] == [0]
    assert nearest(kernels, midway, np.array([[6.0], [4.0]]))[0] == [0]
    assert nearest(kernels, midway, np.array([[9.0], [5.0], [5.0]]))[0] == [1]


@pytest.mark.parametrize("d", [1, 2, 3, 4, 5, 64])
def test_ties_go_to_the_lowest_index_in_any_number_of_dimensions(
    kernels: ModuleType, d: int
) -> None:
    random = np.random.default_rng(d)
    points = random.integers(0, 3, (300, d)).astype(np.float64)
    once = random.integers(0, 3, (40, d)).astype(np.float64)
    twice = np.concatenate([once, once])
    table = np.square(points[:, None].astype(int) - twice.astype(int)).sum(axis=2)
    labels, distances = nearest(kernels, points, twice)
    assert labels == table.argmin(axis=1).tolist()
    assert max(labels) < 40
    assert distances.tolist() == table.min(axis=1).tolist()


@pytest.mark.parametrize("d", [1, 2, 3, 4])
@given(data=st.data())
@FEW
def test_nearest_equals_brute_force_to_the_bit(
    kernels: ModuleType, d: int, data: st.DataObject
) -> None:
    number = st.integers(0, 4).map(lambda n: n / 3) | st.floats(-1e6, 1e6)
    points = data.draw(
        arrays(np.float64, st.tuples(st.integers(1, 8), st.just(d)), elements=number)
    )
    centroids = data.draw(
        arrays(np.float64, st.tuples(st.integers(1, 5), st.just(d)), elements=number)
    )
    labels, distances = nearest(kernels, points, centroids)
    assert (labels, distances.tolist()) == brute_nearest(points, centroids)


@pytest.mark.parametrize("d", [3, 4])
def test_what_is_a_tie_follows_from_the_written_order_of_addition(
    kernels: ModuleType, d: int
) -> None:
    centroids = np.random.default_rng(d).uniform(0, 1, (100, d))
    origin, differs = np.zeros((1, d)), 0
    for centroid in centroids:  # as far as its mirror image, but for the rounding of the sum
        pair = np.stack([centroid, centroid[::-1]])
        labels, distances = nearest(kernels, origin, pair)
        assert (labels, distances.tolist()) == brute_nearest(origin, pair)
        differs += labels[0]
    assert differs >= 5


@pytest.mark.parametrize("d", [1, 2, 3, 4, 64])
@pytest.mark.parametrize(("n", "k"), [(1, 1), (1, 300), (2000, 1), (300, 300)])
def test_few_and_many_points_and_centroids(kernels: ModuleType, n: int, k: int, d: int) -> None:
    random = np.random.default_rng((n, k, d))
    points, centroids = random.uniform(0, 255, (n, d)), random.uniform(0, 255, (k, d))
    labels, distances = nearest(kernels, points, centroids)
    expected = np.square(points[:, None] - centroids).sum(axis=2).argmin(axis=1).tolist()
    assert labels == expected
    paired = zip(points.tolist(), centroids[expected].tolist(), strict=True)
    assert distances.tolist() == [brute_distance(point, other) for point, other in paired]


@pytest.mark.parametrize("d", [3, 64])
def test_the_rows_around_a_point_do_not_matter(kernels: ModuleType, d: int) -> None:
    random = np.random.default_rng(d)
    points, centroids = random.uniform(0, 255, (700, d)), random.uniform(0, 255, (300, d))
    together = nearest(kernels, points, centroids)
    alone = [nearest(kernels, points[row : row + 1], centroids) for row in range(len(points))]
    assert together[0] == [labels[0] for labels, _ in alone]
    assert together[1].tolist() == [distances[0] for _, distances in alone]


# The sums of the clusters


def test_cluster_sums_by_hand(kernels: ModuleType) -> None:
    points = np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])
    weights, labels = np.array([1.0, 3.0, 0.5]), np.array([2, 0, 2], np.int32)
    mass, sums = sums_of(kernels, points, weights, labels, k=3)
    assert mass.tolist() == [3.0, 0.0, 1.5]
    assert sums.tolist() == [[6.0, 60.0], [0.0, 0.0], [1 + 2.0, 10 + 20.0]]


@pytest.mark.parametrize("d", [1, 2, 3, 4, 64])
@pytest.mark.parametrize(("n", "k"), [(1, 1), (1, 300), (1000, 1), (1000, 300)])
def test_cluster_sums_are_added_in_row_order(kernels: ModuleType, n: int, k: int, d: int) -> None:
    random = np.random.default_rng((n, k, d))
    points, weights = random.normal(size=(n, d)), random.uniform(0, 9, n)
    labels = random.integers(0, k, n).astype(np.int32)
    expected_mass, expected_sums = np.zeros(k), np.zeros((k, d))
    for row, label in enumerate(labels):
        expected_mass[label] += weights[row]
        expected_sums[label] += weights[row] * points[row]
    mass, sums = sums_of(kernels, points, weights, labels, k)
    assert mass.tolist() == expected_mass.tolist()
    assert sums.tolist() == expected_sums.tolist()


@pytest.mark.parametrize("n", [0, 1, 7, 8, 9, 127, 128, 129, 136, 257, 1000, 24_001])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_weighted_total_is_that_of_numpy(kernels: ModuleType, n: int, dtype: type) -> None:
    random = np.random.default_rng(n)
    weights, values = random.uniform(0, 900, n), random.uniform(0, 9, n).astype(dtype)
    assert kernels.weighted_total(weights, values) == float((weights * values).sum())


def halves_of(
    kernels: ModuleType, points: Floats, labels: list[int], rank: list[int], centroids: Floats
) -> tuple[list[float], list[list[float]]]:
    m = max(rank) + 1
    mass, sums = np.full(2 * m, np.nan), np.full((2 * m, points.shape[1]), np.nan)
    numbers = np.array(labels, np.int32), np.array(rank, np.int32)
    kernels.halve(points, np.arange(1.0, len(points) + 1), *numbers, centroids, mass, sums)
    return mass.tolist(), sums.tolist()


def test_clusters_are_halved_across_the_axis_where_they_are_widest(kernels: ModuleType) -> None:
    points = np.array([[1.0, 9.0], [1.5, -9.0], [70.0, 3.0], [0.0, 9.5]])
    centroids = np.array([[1.0, 1.0], [70.0, 3.0]])
    mass, sums = halves_of(kernels, points, [0, 0, 1, 0], [0, -1], centroids)
    assert mass == [2.0, 1.0 + 4.0]
    assert sums == [[3.0, -18.0], [1.0, 9.0 + 38.0]]


def test_of_equally_wide_axes_the_first_is_cut_and_what_lies_in_the_middle_is_below(
    kernels: ModuleType,
) -> None:
    points = np.array([[1.0, -1.0], [-1.0, 1.0], [0.0, 0.0]])
    mass, _ = halves_of(kernels, points, [0, 0, 0], [0], np.zeros((1, 2)))
    assert mass == [5.0, 1.0]


@pytest.mark.parametrize("d", [1, 3, 4])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_both_ways_of_halving_give_the_same_bits(d: int, dtype: type) -> None:
    random = np.random.default_rng(d)
    points, centroids = random.normal(size=(700, d)).astype(dtype), random.normal(size=(9, d))
    labels, rank = random.integers(0, 9, 700).tolist(), [-1, 2, -1, 0, 1, -1, -1, 3, -1]
    ways = [import_module(MODULES[name]) for name in IMPLEMENTATIONS]
    found = [halves_of(way, points, labels, rank, centroids) for way in ways]
    assert all(each == found[0] for each in found)


@pytest.mark.parametrize("d", [1, 3, 4, 9, 80])
@pytest.mark.parametrize("n", [0, 1, 65, 1500])
def test_to_assign_is_to_compare_and_to_add_up(kernels: ModuleType, n: int, d: int) -> None:
    random = np.random.default_rng((n, d))
    points, centroids = random.normal(size=(n, d)), random.normal(size=(11, d))
    weights, labels, distances = random.uniform(0, 9, n), np.empty(n, np.int32), np.empty(n)
    mass, sums = np.full(11, np.nan), np.full((11, d), np.nan)
    total = kernels.assign(points, weights, centroids, labels, distances, mass, sums)
    expected, near = nearest(kernels, points, centroids)
    assert labels.tolist() == expected
    assert distances.tolist() == near.tolist()
    assert total == kernels.weighted_total(weights, near)
    for got, wanted in zip(
        (mass, sums), sums_of(kernels, points, weights, labels, 11), strict=True
    ):
        assert got.tolist() == wanted.tolist()


# Bounds of colour differences


@pytest.mark.parametrize("spread", [1, 20, 100])
def test_no_pair_within_a_limit_is_missed(kernels: ModuleType, spread: int) -> None:
    random = np.random.default_rng(spread)
    colors = np.array([50.0, 0, 0]) + random.uniform(-0.5, 0.5, (40, 3)) * spread
    places = np.array([50.0, 0, 0]) + random.uniform(-0.5, 0.5, (300, 3)) * spread
    limits, near = random.uniform(0, spread / 4, 40), np.full((40, 300), 7, np.uint8)
    kernels.within(colors, places, limits, near)
    inside = ciede2000(colors[:, None], places[None]) <= limits[:, None]
    assert inside.any()
    assert near[inside].all()
    assert near.sum() < near.size
    for name in IMPLEMENTATIONS:
        other = np.empty_like(near)
        import_module(MODULES[name]).within(colors, places, limits, other)
        assert np.array_equal(near, other)


# What seeds cost


def seed_costs(
    kernels: ModuleType, points: Floats, weights: Floats, cost: Floats, places: Floats
) -> list[float]:
    totals = np.full(len(places), np.nan)
    kernels.seed_costs(np.ascontiguousarray(points.T), weights, cost, places, totals)
    return totals.tolist()


def with_seed(
    kernels: ModuleType, points: Floats, weights: Floats, cost: Floats, place: Floats
) -> list[float]:
    left = cost.copy()
    kernels.add_seed(np.ascontiguousarray(points.T), weights, place, left)
    return left.tolist()


def brute_costs(points: Floats, weights: Floats, cost: Floats, place: Floats) -> list[float]:
    rows = zip(points.tolist(), weights.tolist(), cost.tolist(), strict=True)
    return [min(left, w * brute_distance(point, place.tolist())) for point, w, left in rows]


def in_eight_lanes(costs: list[float]) -> float:
    """Each lane in the order of the points, then one lane after another."""
    lanes = [0.0] * 8
    for row, left in enumerate(costs):
        lanes[row % 8] += left
    total = lanes[0]
    for lane in lanes[1:]:
        total += lane
    return total


def test_a_seed_lowers_what_points_cost_by_hand(kernels: ModuleType) -> None:
    points, weights = np.array([[0.0, 0], [3, 4], [6, 8]]), np.array([1.0, 2, 0.5])
    first = with_seed(kernels, points, weights, np.full(3, np.inf), points[0])
    assert first == [0, 2 * 25, 0.5 * 100]
    second = with_seed(kernels, points, weights, np.array(first), points[2])
    assert second == [0, 2 * 25, 0]
    places = np.array([[6.0, 8], [3, 4], [100, 100]])
    totals = seed_costs(kernels, points, weights, np.array(first), places)
    assert totals == [50 + 0, 0 + 0.5 * 25, 50 + 50]


def test_the_first_seed_of_all_may_be_asked_for_its_cost(kernels: ModuleType) -> None:
    points, weights = np.array([[1.0], [4], [9]]), np.array([2.0, 1, 0])
    nothing_yet = np.full(3, np.inf)
    assert seed_costs(kernels, points, weights, nothing_yet, points) == [9, 18, 2 * 64 + 25]
    assert with_seed(kernels, points, weights, nothing_yet, points[0]) == [0, 9, 0]


@pytest.mark.parametrize("d", [1, 2, 3, 4, 7, 64])
@pytest.mark.parametrize("n", [1, 7, 8, 9, 63, 64, 65, 128, 300])
def test_costs_equal_brute_force_to_the_bit(kernels: ModuleType, n: int, d: int) -> None:
    random = np.random.default_rng((n, d))
    points, places = random.normal(0, 9, (n, d)), random.normal(0, 9, (5, d))
    places[0] = points[n // 2]
    weights = random.uniform(0, 3, n) * (random.random(n) < 0.8)
    cost = np.where(random.random(n) < 0.2, np.inf, 9.0 * d * random.uniform(0, 40, n))
    brute = [brute_costs(points, weights, cost, place) for place in places]
    assert [with_seed(kernels, points, weights, cost, place) for place in places] == brute
    totals = seed_costs(kernels, points, weights, cost, places)
    assert totals == [in_eight_lanes(costs) for costs in brute]


@pytest.mark.parametrize("d", [1, 3, 5])
def test_a_seed_never_raises_a_cost_and_the_same_again_changes_nothing(
    kernels: ModuleType, d: int
) -> None:
    random = np.random.default_rng(d)
    points, weights = random.normal(size=(200, d)), random.uniform(0, 2, 200)
    cost = np.full(200, np.inf)
    for row in (3, 70, 150):
        before = cost
        cost = np.array(with_seed(kernels, points, weights, before, points[row]))
        assert (cost <= before).all()
        assert cost[row] == 0
        assert with_seed(kernels, points, weights, cost, points[row]) == cost.tolist()


@pytest.mark.parametrize("d", [1, 3, 4, 7])
def test_the_columns_may_be_a_part_of_longer_ones(kernels: ModuleType, d: int) -> None:
    random = np.random.default_rng(d)
    columns, rows = random.normal(size=(d, 400)), slice(70, 300)
    weights, places = random.uniform(0, 2, 230), random.normal(size=(3, d))
    cost = np.full(230, 5.0)
    brute = [brute_costs(columns[:, rows].T, weights, cost, place) for place in places]
    totals, left = np.full(3, np.nan), cost.copy()
    kernels.seed_costs(columns[:, rows], weights, cost, places, totals)
    assert totals.tolist() == [in_eight_lanes(costs) for costs in brute]
    kernels.add_seed(columns[:, rows], weights, places[1], left)
    assert left.tolist() == brute[1]


def test_points_without_weight_cost_nothing(kernels: ModuleType) -> None:
    points, nothing = np.arange(100.0)[:, None], np.zeros(100)
    assert seed_costs(kernels, points, nothing, np.full(100, np.inf), points[:2]) == [0, 0]
    assert with_seed(kernels, points, nothing, np.full(100, np.inf), points[0]) == [0] * 100


def test_seeds_are_looked_at_and_left_alone(kernels: ModuleType) -> None:
    random = np.random.default_rng(0)
    points, weights = random.normal(size=(70, 3)), random.uniform(size=70)
    cost, places = random.uniform(size=70), random.normal(size=(4, 3))
    before = [array.copy() for array in (points, weights, cost, places)]
    seed_costs(kernels, points, weights, cost, places)
    with_seed(kernels, points, weights, cost, places[0])
    for array, copy in zip((points, weights, cost, places), before, strict=True):
        assert np.array_equal(array, copy)


def seeded_rows(
    kernels: ModuleType, points: Floats, weights: Floats, seeds: Floats, places: Floats
) -> tuple[Floats, Floats]:
    """Squared distances to the nearest seed with one more, and their weighted sums."""
    near, reach = np.zeros(len(points), np.int32), np.full(len(points), np.inf)
    gaps = np.zeros((len(places), 1))
    if len(seeds):
        table = np.square(points[:, None].astype(float) - seeds).sum(axis=2)
        near, reach = table.argmin(axis=1).astype(np.int32), table.min(axis=1)
        gaps = np.square(places[:, None] - seeds).sum(axis=2) / 4
    left, totals = np.empty((len(places), len(points))), np.empty(len(places))
    kernels.seed_rows(points, weights, places, gaps, near, reach, left, totals)
    return left, totals


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("d", [5, 8, 13, 64])
@pytest.mark.parametrize(("n", "seeds"), [(1, 0), (9, 3), (300, 0), (300, 20)])
def test_seeds_in_many_dimensions_reach_as_far_as_brute_force_says(
    kernels: ModuleType, n: int, seeds: int, d: int, kind: type
) -> None:
    random = np.random.default_rng((n, d))
    points = (9 * random.integers(0, 3, (n, 1)) + random.normal(size=(n, d))).astype(kind)
    places, first = points[:3].astype(float), random.normal(0, 9, (seeds, d))
    weights = random.uniform(0, 3, n)
    left, totals = seeded_rows(kernels, points, weights, first, places)
    for row, place in enumerate(places):
        all_seeds = np.concatenate([first, place[None]])
        table = np.square(points[:, None].astype(float) - all_seeds).sum(axis=2)
        assert left[row] == pytest.approx(table.min(axis=1), rel=1e-12, abs=1e-12)
    assert totals == pytest.approx(left @ weights, rel=1e-12)
    reference = import_module(MODULES["reference"])
    both = seeded_rows(reference, points, weights, first, places)
    assert (both[0].tobytes(), both[1].tobytes()) == (left.tobytes(), totals.tobytes())


# Moves of single points


def moved(
    kernels: ModuleType, points: Floats, weights: Floats, labels: Sequence[int], k: int
) -> tuple[int, list[int], Floats, Floats]:
    """How many points move, and labels, masses and means afterwards."""
    now = np.array(labels, np.int32)
    mass, sums = sums_of(kernels, points, weights, now, k)
    means = sums / mass[:, None]
    count = kernels.move_points(
        points, weights, np.arange(len(points), dtype=np.int64), now, mass, means
    )
    return count, now.tolist(), mass, means


def test_a_point_moves_where_it_costs_less_although_its_own_mean_is_nearer(
    kernels: ModuleType,
) -> None:
    points = np.array([[0.0], [4.2], [8.0], [8.4]])  # means 2.1 and 8.2; 4.2 is nearer to 2.1
    found = moved(kernels, points, np.ones(4), [0, 0, 1, 1], 2)
    assert found[:2] == (0, [0, 0, 1, 1])  # saves 2 * 2.1² = 8.8, would cost 2/3 * 4² = 10.7
    points[1] = 4.4  # saves 2 * 2.2² = 9.7, costs 2/3 * 3.8² = 9.6
    count, labels, mass, means = moved(kernels, points, np.ones(4), [0, 0, 1, 1], 2)
    assert (count, labels, mass.tolist()) == (1, [0, 1, 1, 1], [1, 3])
    assert means[:, 0] == pytest.approx([0, 20.8 / 3])


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("d", [1, 3, 8, 13, 64])
def test_moves_lower_the_inertia_and_masses_and_means_stay_those_of_the_labels(
    kernels: ModuleType, d: int, kind: type
) -> None:
    random = np.random.default_rng(d)
    points, k = random.normal(size=(60, d)).astype(kind), 12
    weights = random.integers(0, 4, 60).astype(float)
    weights[:k] = 1
    labels = np.arange(60) % k
    count, after, mass, means = moved(kernels, points, weights, labels, k)
    assert count > 5

    def inertia(of: Sequence[int]) -> float:
        own, sums = sums_of(kernels, points, weights, np.array(of, np.int32), k)
        return float(weights @ np.square(points - (sums / own[:, None])[of]).sum(axis=1))

    assert inertia(after) < 0.95 * inertia(labels.tolist())
    own, sums = sums_of(kernels, points, weights, np.array(after, np.int32), k)
    assert mass == pytest.approx(own)
    assert means == pytest.approx(sums / own[:, None])
    other = moved(import_module(MODULES["reference"]), points, weights, labels, k)
    assert (other[0], other[1], other[3].tobytes()) == (count, after, means.tobytes())


# Memory


LAYOUTS = {
    "every second row": lambda array: np.repeat(array, 2, axis=0)[::2],
    "backwards": lambda array: np.ascontiguousarray(array[::-1])[::-1],
    "columns first": np.asfortranarray,
    "a part of wider rows": lambda array: np.pad(array, [(0, 0), (1, 2)])[:, 1:-2],
    "read-only": lambda array: np.frombuffer(array.tobytes(), array.dtype).reshape(array.shape),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("d", [1, 3, 4, 64])
def test_inputs_may_lie_in_memory_as_they_like(kernels: ModuleType, layout: str, d: int) -> None:
    random = np.random.default_rng(d)
    points, centroids = random.normal(size=(50, d)), random.normal(size=(7, d))
    weights, moved = random.uniform(0, 1, (50, 1)), LAYOUTS[layout]
    labels, distances = nearest(kernels, points, centroids)
    again, same_distances = nearest(kernels, moved(points), moved(centroids))
    assert (again, same_distances.tolist()) == (labels, distances.tolist())
    rows = np.array(labels, np.int32)[:, None]
    plain = sums_of(kernels, points, weights[:, 0], rows[:, 0], k=7)
    strange = sums_of(kernels, moved(points), moved(weights)[:, 0], moved(rows)[:, 0], k=7)
    assert [array.tolist() for array in strange] == [array.tolist() for array in plain]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("channels", [3, 4])
def test_colours_and_keys_may_lie_in_memory_as_they_like(
    kernels: ModuleType, layout: str, channels: int
) -> None:
    colors = np.random.default_rng(0).integers(0, 256, (50, channels)).astype(np.uint8)
    moved = LAYOUTS[layout]
    keys, strange = np.empty(50, np.uint32), np.empty(50, np.uint32)
    kernels.pack(colors, keys)
    kernels.pack(moved(colors), strange)
    assert strange.tolist() == keys.tolist()
    column = moved(keys[:, None])[:, 0]
    assert unpacked(kernels, column, channels).tolist() == colors.tolist()
    distinct, counts = kernels.count_colors(moved(colors))
    assert (distinct.tolist(), counts.tolist()) == (sorted(keys.tolist()), [1] * 50)
    indices = np.empty(50, np.uint8)
    if channels == 4:
        kernels.search(moved(colors), distinct, np.arange(50, dtype=np.uint8), indices)
        assert distinct[indices].tolist() == keys.tolist()


def test_inputs_are_left_alone(kernels: ModuleType) -> None:
    points, centroids, weights = np.eye(3), np.eye(3)[:2], np.ones(3)
    labels, _ = nearest(kernels, points, centroids)
    sums_of(kernels, points, weights, np.array(labels, np.int32), k=2)
    assert np.array_equal(points, np.eye(3))
    assert np.array_equal(centroids, np.eye(3)[:2])
    assert np.array_equal(weights, np.ones(3))


def test_no_rows_are_no_work(kernels: ModuleType) -> None:
    assert packed(kernels, np.empty((0, 3))).tolist() == []
    assert unpacked(kernels, [], 4).shape == (0, 4)
    distinct, counts = kernels.count_colors(np.empty((0, 3), np.uint8))
    assert (len(distinct), len(counts)) == (0, 0)
    nothing = np.empty((0, 3))
    mass, sums = sums_of(kernels, nothing, np.empty(0), np.empty(0, np.int32), k=2)
    assert (mass.tolist(), sums.tolist()) == ([0, 0], [[0, 0, 0], [0, 0, 0]])
    assert nearest(kernels, nothing, np.zeros((2, 3)))[0] == []


# The order of a palette


def pairs_of(kernels: ModuleType, indices: NDArray[np.uint8], k: int) -> list[NDArray[np.int64]]:
    lefts, ups = np.full((2, k, k), -1, np.int64)
    kernels.count_pairs(indices[1:], indices[:-1], lefts, ups)
    return [lefts, ups]


def links_of(values: NDArray[np.int16]) -> NDArray[np.int16]:
    links = values + values.T
    np.fill_diagonal(links, 0)
    return links


LINKS = st.integers(1, 12).flatmap(lambda k: arrays(np.int16, (k, k), elements=st.integers(0, 9)))
COSTS = np.rint(256 * np.log2(1.0 + np.arange(257))).astype(np.int16)


def cost_of(links: NDArray[np.int16], order: list[int]) -> int:
    spots = [(a, b) for a in range(len(order)) for b in range(a)]
    return sum(int(links[order[a], order[b]]) * int(COSTS[a - b]) for a, b in spots)


@given(
    indices=arrays(
        np.uint8, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.integers(0, 4)
    )
)
@FEW
def test_pairs_are_counted_on_the_left_and_above(kernels: ModuleType, indices: Any) -> None:
    lefts, ups = pairs_of(kernels, indices, 5)
    left = Counter(zip(indices[1:, 1:].ravel(), indices[1:, :-1].ravel(), strict=True))
    above = Counter(zip(indices[1:].ravel(), indices[:-1].ravel(), strict=True))
    for found, wanted in ((lefts, left), (ups, above)):
        assert {(a, b): found[a, b] for a, b in np.argwhere(found).tolist()} == wanted


def test_the_chain_puts_the_best_linked_side_by_side(kernels: ModuleType) -> None:
    order = np.empty(5, np.int32)
    kernels.chain(links_of(np.diag(np.array([5, 6, 7, 8], np.int16), 1))[::-1, ::-1].copy(), order)
    assert order.tolist() in ([0, 1, 2, 3, 4], [4, 3, 2, 1, 0])


@given(values=LINKS, first=st.integers(0, 12))
@FEW
def test_no_single_move_makes_an_arranged_row_cost_less(
    kernels: ModuleType, values: NDArray[np.int16], first: int
) -> None:
    links, k = links_of(values), len(values)
    first = min(first, k)
    order = np.arange(k, dtype=np.int32)
    kernels.arrange(links, COSTS[: k + 1], order, first, 100)
    found = order.tolist()
    assert sorted(found[:first]) == list(range(first))
    assert sorted(found[first:]) == list(range(first, k))
    least = cost_of(links, found)
    for entry in found:
        others = [other for other in found if other != entry]
        part = range(first) if entry < first else range(first, k)
        for place in part:
            assert cost_of(links, [*others[:place], entry, *others[place:]]) >= least


@pytest.mark.parametrize(("k", "first"), [(2, 0), (17, 5), (64, 0), (256, 0)])
def test_all_implementations_arrange_alike(k: int, first: int) -> None:
    chance = np.random.default_rng(k)
    links = links_of(chance.integers(0, 30, (k, k)).astype(np.int16))
    found = []
    for name in IMPLEMENTATIONS:
        module, order = import_module(MODULES[name]), np.empty(k, np.int32)
        module.chain(links, order)
        row = np.concatenate([order[order < first], order[order >= first]])
        moves = module.arrange(links, COSTS[: k + 1], row, first, 1)
        found.append((order.tolist(), row.tolist(), moves))
    assert all(each == found[0] for each in found)
    assert sorted(found[0][0]) == list(range(k))


# Streams that are joined


@given(data=st.binary(max_size=4000), level=st.sampled_from([0, 1, 6, 9]), many=st.integers(1, 20))
@FEW
def test_a_stream_ends_behind_its_last_code(
    kernels: ModuleType, data: bytes, level: int, many: int
) -> None:
    packer = zlib.compressobj(level, wbits=-15)
    parts = [packer.compress(data) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(many % 3)]
    stream = b"".join(parts) + packer.compress(data * many) + packer.flush()
    flag, end = kernels.stream_end(np.frombuffer(stream, np.uint8))
    assert -(-end // 8) == len(stream)
    assert flag >= 8 * sum(map(len, parts))
    cleared = bytearray(stream)
    assert cleared[flag // 8] >> flag % 8 & 1
    cleared[flag // 8] &= ~(1 << flag % 8)
    reader = zlib.decompressobj(-15)
    assert reader.decompress(bytes(cleared)) == data * (many % 3) + data * many
    assert not reader.eof  # another block may follow


# The door


def test_the_door_opens_to_the_active_implementation() -> None:
    assert door.ACTIVE in IMPLEMENTATIONS
    behind = import_module(MODULES[door.ACTIVE])
    for name in KERNELS:
        assert getattr(door, name) is getattr(behind, name)


@pytest.mark.parametrize("name", KERNELS)
def test_every_implementation_has_every_kernel(kernels: ModuleType, name: str) -> None:
    assert callable(getattr(kernels, name))


@pytest.mark.parametrize("name", IMPLEMENTATIONS)
def test_a_variable_chooses_the_implementation(name: str) -> None:
    environment = os.environ | {"QUANTIZE_KERNELS": name}
    code = "from quantize import kernels; print(kernels.ACTIVE)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == name


def test_a_variable_that_names_no_implementation_is_one_clear_line() -> None:
    environment = os.environ | {"QUANTIZE_KERNELS": "magic"}
    command = [sys.executable, "-m", "quantize", "--version"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    line = "quantize: QUANTIZE_KERNELS=magic is none of auto, compiled, reference\n"
    assert done.stderr == line


# Equal results


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("d", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("k", [1, 2, 17, 256])
def test_implementations_agree_to_the_bit(k: int, d: int, dtype: type) -> None:
    random = np.random.default_rng((k, d))
    points = np.sort(random.normal(0, 50, (3001, d)).astype(dtype), axis=0)
    centroids = points[random.integers(0, 3001, k)] + random.normal(0, 3, (k, d)).astype(dtype)
    weights = random.uniform(0, 3, 3001)
    results = []
    for name in IMPLEMENTATIONS:
        implementation = import_module(MODULES[name])
        labels, distances = np.empty(3001, np.int32), np.empty(3001, dtype)
        implementation.nearest(points, centroids, labels, distances)
        mass, sums = sums_of(implementation, points, weights, labels, k)
        results.append([part.tobytes() for part in (labels, distances, mass, sums)])
    assert all(result == results[0] for result in results)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("d", [1, 2, 3, 4])
@pytest.mark.parametrize("k", [1, 2, 3, 40])
def test_implementations_agree_where_squared_distances_are_infinite(
    k: int, d: int, dtype: type
) -> None:
    random = np.random.default_rng((k, d))
    huge = float(np.finfo(dtype).max) / 3
    values = np.array([-huge, -1.0, 0.0, 2.0, huge], dtype)
    points, centroids = random.choice(values, (501, d)), random.choice(values[:-1], (k, d))
    results = []
    for name in IMPLEMENTATIONS:
        implementation = import_module(MODULES[name])
        labels, distances = np.empty(501, np.int32), np.empty(501, dtype)
        seconds = np.empty(501, dtype)
        with np.errstate(over="ignore"):
            implementation.nearest(points, centroids, labels, distances)
            found = [labels.tolist(), distances.tolist()]
            if k > 1:
                implementation.nearest_two(points, centroids, labels, distances, seconds)
                found += [labels.tolist(), distances.tolist(), seconds.tolist()]
        results.append(found)
    assert np.inf in results[0][1]
    assert all(result == results[0] for result in results)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("d", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("k", [2, 3, 17, 256])
def test_the_two_nearest_equal_brute_force(
    kernels: ModuleType, k: int, d: int, dtype: type
) -> None:
    random = np.random.default_rng((k, d))
    points = np.sort(random.integers(0, 60, (2001, d)), axis=0).astype(dtype)
    centroids = random.integers(0, 60, (k, d)).astype(dtype)
    labels, distances, seconds = np.empty(2001, np.int32), *np.empty((2, 2001), dtype)
    kernels.nearest_two(points, centroids, labels, distances, seconds)
    table = np.square(points[:, None].astype(int) - centroids.astype(int)).sum(axis=2)
    assert labels.tolist() == table.argmin(axis=1).tolist()
    two = np.sort(table, axis=1)[:, :2]
    assert np.stack([distances, seconds], axis=1).tolist() == two.tolist()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("d", [1, 3, 4, 6])
@pytest.mark.parametrize("k", [2, 40])
def test_a_label_is_the_number_of_a_centroid_even_where_distances_are_not_numbers(
    kernels: ModuleType, k: int, d: int, dtype: type
) -> None:
    random = np.random.default_rng((k, d))
    values = np.array([np.nan, np.inf, -np.inf, 0.0, 1.0], dtype)
    for points, centroids in (
        (random.choice(values, (2001, d)), random.choice(values, (k, d))),
        (np.full((2001, d), np.nan, dtype), np.zeros((k, d), dtype)),
        (np.zeros((2001, d), dtype), np.full((k, d), np.nan, dtype)),
    ):
        labels, distances = np.full(2001, -7, np.int32), np.empty(2001, dtype)
        with np.errstate(invalid="ignore"):
            kernels.nearest(points, centroids, labels, distances)
            assert set(labels.tolist()) <= set(range(k))
            labels[:] = -7
            kernels.nearest_two(points, centroids, labels, distances, distances.copy())
        assert set(labels.tolist()) <= set(range(k))


@pytest.mark.parametrize("d", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("k", [1, 2, 64, 256])
def test_implementations_cut_the_same_boxes(k: int, d: int) -> None:
    random = np.random.default_rng((k, d))
    points = random.integers(0, 30, (2000, d)).astype(np.float64)
    weights = random.uniform(0.1, 9, 2000)
    results = []
    for name in IMPLEMENTATIONS:
        orders = np.ascontiguousarray(np.argsort(points, axis=0, kind="stable").T, np.int64)
        labels = np.empty(2000, np.int32)
        boxes = import_module(MODULES[name]).divide(points, weights, orders, labels, k)
        results.append((boxes, labels.tobytes(), orders.tobytes()))
    assert all(result == results[0] for result in results)


def test_boxes_are_no_more_than_the_distinct_points(kernels: ModuleType) -> None:
    points = np.array([[3.0], [3.0], [8.0]])
    orders, labels = np.array([[0, 1, 2]]), np.empty(3, np.int32)
    assert kernels.divide(points, np.ones(3), orders, labels, 9) == 2
    assert labels.tolist() == [0, 0, 1]


# Blocks of rows


@given(
    rows=st.integers(0, 50),
    block=st.integers(1, 60),
    threads=st.integers(0, 5),
)
@FEW
def test_each_block_covers_every_row_once_and_in_order(rows: int, block: int, threads: int) -> None:
    slices = each_block(rows, lambda part: part, threads=threads, block=block)
    assert [row for part in slices for row in range(part.start, part.stop)] == list(range(rows))
    assert all(part.stop - part.start == block for part in slices[:-1])


def test_blocks_do_not_depend_on_the_number_of_threads() -> None:
    rows = 3 * BLOCK_ROWS + 1
    slices = [each_block(rows, lambda part: part, threads=threads) for threads in (1, 2, 8)]
    assert len(slices[0]) == 4
    assert slices[0] == slices[1] == slices[2]


def test_results_come_in_order_even_if_the_first_block_is_done_last() -> None:
    second_is_done = Event()

    def work(part: slice) -> int:
        if part.start == 0:
            assert second_is_done.wait(timeout=20)
        else:
            second_is_done.set()
        return part.start

    assert each_block(2, work, threads=2, block=1) == [0, 1]


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_in_a_block_reaches_the_caller(threads: int) -> None:
    with pytest.raises(ZeroDivisionError):
        each_block(2, lambda part: 1 // part.start, threads=threads, block=1)


def test_a_process_has_at_least_one_core_and_no_more_than_the_machine() -> None:
    assert 1 <= available_cores() <= (os.cpu_count() or 1)


def test_work_beside_runs_on_another_thread_and_brings_its_result_or_its_error() -> None:
    main, begun = get_ident(), Event()

    def work() -> int:
        begun.set()
        return get_ident()

    wait = beside(work, threads=2)
    assert begun.wait(60)
    assert wait() == wait() != main
    assert beside(get_ident)() == main
    failing = beside(lambda: 1 // 0, threads=2)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            failing()


def test_helpers_are_used_again() -> None:
    before = active_count()
    for _ in range(50):
        each_block(4, lambda rows: rows, threads=4, block=1)
    assert active_count() <= before + 3
