"""Spatial order changes the order of points and merges equal ones; none is lost."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from helpers.examples import examples
from quantize.kmeans.spatial_order import FEWEST, MAX_DIMENSIONS, OrderedPoints, order_points

Floats = NDArray[Any]


def scattered(d: int, n: int = FEWEST, seed: int = 0) -> Floats:
    points: Floats = np.random.default_rng(seed).normal(0, 50, (n, d))
    return points


def holds(given_points: Floats, weights: Floats, found: OrderedPoints) -> bool:
    """Whether every point that was given is there, and all of its weight."""
    assert found.given == len(given_points)
    assert np.array_equal(found.expand(found.points), given_points)
    assert found.points.dtype == given_points.dtype
    assert found.weights.sum() == pytest.approx(weights.sum())
    if found.rows is not None:
        mass = np.bincount(found.rows, weights, minlength=len(found.points))
        assert found.weights == pytest.approx(mass)
        assert np.unique(found.rows).tolist() == list(range(len(found.points)))
    return True


# The order


def test_on_a_line_the_order_is_ascending() -> None:
    points = np.random.default_rng(0).permutation(FEWEST).astype(np.float64)[:, None]
    found = order_points(points, points[:, 0])
    assert found.points[:, 0].tolist() == list(range(FEWEST))
    assert found.weights.tolist() == list(range(FEWEST))
    assert found.rows is not None
    assert found.rows.tolist() == points[:, 0].tolist()


def test_in_a_plane_the_quarters_follow_one_another() -> None:
    axis = np.arange(64.0)
    points = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    found = order_points(np.random.default_rng(1).permutation(points), np.ones(4096)).points
    quarters = (2 * (found[:, 0] > 31) + (found[:, 1] > 31)).reshape(4, 1024)
    assert (quarters == np.arange(4)[:, None]).all()
    sixteenths = found[:1024].reshape(4, 256, 2)
    assert (np.ptp(sixteenths, axis=1) == 15).all()


@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_neighbours_in_the_list_are_neighbours_in_space(d: int) -> None:
    points = scattered(d)

    def size_of_runs(rows: Floats) -> float:
        runs = rows.reshape(-1, 64, d)
        return float(np.ptp(runs, axis=1).mean())

    assert size_of_runs(order_points(points, np.ones(FEWEST)).points) < 0.5 * size_of_runs(points)


# Nothing is lost


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("d", range(1, MAX_DIMENSIONS + 1))
@pytest.mark.parametrize("different", [3, 500, 10_000])
def test_every_point_finds_its_place_again(different: int, d: int, dtype: type) -> None:
    random = np.random.default_rng((different, d))
    points = scattered(d, different)[random.integers(0, different, 5000)].astype(dtype)
    weights = random.uniform(0, 3, 5000)
    assert holds(points, weights, order_points(points, weights))


@pytest.mark.parametrize("d", range(1, MAX_DIMENSIONS + 1))
def test_equal_points_far_apart_in_the_list_become_one(d: int) -> None:
    few = np.unique(np.random.default_rng(d).integers(-3, 9, (60, d)), axis=0).astype(np.float64)
    points = np.tile(few, (FEWEST // len(few) + 1, 1))
    found = order_points(points, np.full(len(points), 0.5))
    assert sorted(found.points.tolist()) == few.tolist()
    assert found.weights.sum() == 0.5 * len(points)


EXTREMES = [0.0, -0.0, 1.0, -1e308, 1e308, 1.7976931348623157e308, 5e-324, -5e-324, 1e-310, 2e-308]


@given(
    values=arrays(np.float64, (9, 3), elements=st.sampled_from(EXTREMES) | st.floats(-1e9, 1e9)),
    d=st.integers(1, 3),
)
@examples(60)
def test_the_largest_and_the_smallest_floats_are_points_like_others(values: Floats, d: int) -> None:
    points = np.tile(values[:, :d], (FEWEST // 9 + 1, 1))
    weights = np.ones(len(points))
    found = order_points(points, weights)
    assert holds(points, weights, found)
    assert np.isfinite(found.points).all()
    assert len(found.points) < len(points)


@pytest.mark.parametrize("value", EXTREMES)
def test_columns_in_which_all_are_equal(value: float) -> None:
    points = scattered(3)
    points[:, 1] = value
    assert holds(points, np.ones(FEWEST), order_points(points, np.ones(FEWEST)))
    points[:] = value
    found = order_points(points, np.ones(FEWEST))
    assert (found.points.tolist(), found.weights.tolist()) == ([[value] * 3], [FEWEST])


def test_points_of_weight_0_stay() -> None:
    points, weights = scattered(2), np.zeros(FEWEST)
    weights[7] = 3
    found = order_points(points, weights)
    assert holds(points, weights, found)
    assert len(found.points) == FEWEST


# Where it cannot pay


@pytest.mark.parametrize(("n", "d"), [(FEWEST - 1, 3), (1, 1), (FEWEST, MAX_DIMENSIONS + 1)])
def test_few_points_and_many_dimensions_are_left_as_they_are(n: int, d: int) -> None:
    points, weights = np.zeros((n, d)), np.ones(n)
    found = order_points(points, weights)
    assert (found.points is points, found.weights is weights, found.rows) == (True, True, None)
    assert found.expand(weights) is weights
    assert found.given == n


def test_inputs_are_left_alone_and_runs_are_repeatable() -> None:
    points, weights = np.round(scattered(3) / 40), np.random.default_rng(0).uniform(size=FEWEST)
    before = points.copy(), weights.copy()
    first, second = order_points(points, weights), order_points(points, weights)
    assert np.array_equal(points, before[0])
    assert np.array_equal(weights, before[1])
    assert first.points.tobytes() == second.points.tobytes()
    assert first.weights.tobytes() == second.weights.tobytes()


def test_the_order_of_the_rows_does_not_matter() -> None:
    # where no two different points share a cell of the curve
    points = np.unique(np.round(scattered(2) / 5), axis=0)
    points = np.tile(points, (FEWEST // len(points) + 1, 1))
    shuffled = np.random.default_rng(2).permutation(points)
    one, other = (order_points(rows, np.ones(len(points))) for rows in (points, shuffled))
    assert np.array_equal(one.points, other.points)
    assert np.array_equal(one.weights, other.weights)


def test_the_order_is_found_in_less_than_three_times_the_memory_of_the_points() -> None:
    points, weights = scattered(3, 200_000).round(), np.ones(200_000)
    tracemalloc.start()
    order_points(points, weights)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2.6 * points.nbytes
