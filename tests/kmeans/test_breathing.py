"""Breathing k-means lowers the inertia that Lloyd's k-means reaches, and never raises it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from helpers.examples import examples
from quantize.kmeans.breathing import breathe, insert_centroid, lloyd_steps, split
from quantize.kmeans.lloyd import assign, lloyd

Floats = NDArray[np.float64]


def column(*values: float) -> Floats:
    return np.array(values, np.float64)[:, None]


def cost(points: Floats, centroids: Floats) -> float:
    return assign(points, np.ones(len(points)), centroids).inertia


def planted(k: int, seed: int = 0) -> tuple[Floats, Floats]:
    """Tight clusters on a grid, and their corners."""
    random = np.random.default_rng(seed)
    corners = np.array([(x, y, 0) for x in range(6) for y in range(6)], np.float64)[:k] * 50
    points = np.repeat(corners, 40, axis=0) + random.normal(0, 1, (40 * k, 3))
    return points, corners


def test_two_centroids_on_one_cluster_and_one_on_two_are_exchanged() -> None:
    # Lloyd rests: 0 and 1 have a centroid each, and the third is between 100 and 200
    points, stuck = column(0, 1, 100, 101, 200, 201), column(0, 1, 150.5)
    weights = np.ones(6)
    assert lloyd(points, weights, stuck).inertia == pytest.approx(10001)
    found = breathe(points, weights, stuck, rounds=10)
    assert sorted(found[:, 0]) == pytest.approx([0.5, 100.5, 200.5])


@pytest.mark.parametrize("k", [9, 20, 36])
def test_planted_clusters_are_found_from_seeds_that_miss_most(k: int) -> None:
    points, corners = planted(k)
    weights = np.ones(len(points))
    stuck = lloyd(points, weights, points[:k]).centroids
    assert cost(points, stuck) > 5 * cost(points, corners)
    assert cost(points, breathe(points, weights, stuck, rounds=60)) < 1.1 * cost(points, corners)


@given(
    points=arrays(np.float64, (20, 2), elements=st.integers(0, 30)),
    weights=arrays(np.float64, 20, elements=st.sampled_from([0.5, 1, 6])),
    k=st.integers(1, 6),
)
@examples(80)
def test_it_is_never_worse_and_keeps_k(points: Floats, weights: Floats, k: int) -> None:
    start = points[:k].copy()
    found = breathe(points, weights, start, rounds=5)
    assert found.shape == (k, 2)
    assert np.isfinite(found).all()
    before = assign(points, weights, start).inertia
    assert assign(points, weights, found).inertia <= before
    assert np.array_equal(start, points[:k])


def test_no_rounds_are_no_search() -> None:
    points, _ = planted(9)
    assert breathe(points, np.ones(len(points)), points[:4], rounds=0) is not None
    assert np.array_equal(breathe(points, np.ones(len(points)), points[:4], rounds=0), points[:4])


def test_threads_change_no_bit() -> None:
    points = np.random.default_rng(0).uniform(0, 255, (70_000, 3)).astype(np.float32)
    weights = np.ones(len(points))
    one, many = (
        breathe(points, weights, points[:20].astype(np.float64), rounds=2, threads=threads)
        for threads in (1, 3)
    )
    assert one.tobytes() == many.tobytes()


# Cutting and settling


def cut(points: Floats, centroids: Floats, size: int, fixed: int = 0) -> list[float]:
    weights = np.ones(len(points))
    state = assign(points, weights, centroids)
    return split(points, weights, centroids, state, size, fixed=fixed)[:, 0].tolist()


def test_the_cluster_of_the_largest_error_is_cut_at_its_centroid() -> None:
    # 0 1 | 10 14 20 around 14: 14 and less, and 20
    points = column(0, 1, 10, 14, 20)
    assert cut(points, column(0.5, 14), 1) == [0.5, 12, 20]
    assert cut(points, column(0.5, 14), 2) == [0, 12, 20, 1]


def test_of_a_fixed_cluster_only_the_half_that_is_cut_off_moves() -> None:
    assert cut(column(0, 1, 10, 14, 20), column(14, 0.5), 1, fixed=1) == [14, 0.5, 20]


def test_a_cluster_without_an_inside_gives_the_same_place_twice() -> None:
    assert cut(column(5, 5), column(5), 1) == [5, 5]


def test_a_cut_goes_across_the_widest_axis() -> None:
    corners = np.array([[0.0, 0], [0, 2], [9, 0], [9, 2]])
    state = assign(corners, np.ones(4), np.array([[4.5, 1.0]]))
    found = split(corners, np.ones(4), np.array([[4.5, 1.0]]), state, 1)
    assert found.tolist() == [[0, 1], [9, 1]]


def test_weights_say_where_the_halves_are() -> None:
    points, weights = column(0, 4, 10, 20), np.array([1.0, 3, 1, 4])
    state = assign(points, weights, column(8))
    assert split(points, weights, column(8), state, 1)[:, 0].tolist() == [3, 18]


@given(
    points=arrays(np.float64, (20, 2), elements=st.integers(0, 30)),
    k=st.integers(1, 6),
    size=st.integers(1, 6),
)
@examples(60)
def test_neither_cut_nor_steps_cost_anything(points: Floats, k: int, size: int) -> None:
    weights, start = np.ones(20), points[:k]
    state = assign(points, weights, start)
    centroids, before = lloyd_steps(points, weights, start)
    assert before.inertia <= state.inertia * (1 + 1e-12)
    grown = split(points, weights, centroids, before, min(size, k))
    assert grown.shape == (k + min(size, k), 2)
    found, after = lloyd_steps(points, weights, grown)
    assert after.inertia <= before.inertia * (1 + 1e-12)
    assert after.inertia == assign(points, weights, found).inertia


# Places that are fixed


@given(
    points=arrays(np.float64, (20, 2), elements=st.integers(0, 30)),
    k=st.integers(1, 8),
    fixed=st.integers(0, 8),
)
@examples(80)
def test_fixed_places_stay_first_and_the_rest_is_never_worse(
    points: Floats, k: int, fixed: int
) -> None:
    weights, fixed, start = np.ones(20), min(fixed, k), points[:k] + 0.25
    found = breathe(points, weights, start, rounds=5, fixed=fixed)
    assert found.shape == (k, 2)
    assert found[:fixed].tolist() == start[:fixed].tolist()
    assert cost(points, found) <= cost(points, start)
    settled, _ = lloyd_steps(points, weights, start, fixed=fixed)
    assert settled[:fixed].tolist() == start[:fixed].tolist()


def test_the_others_are_exchanged_around_a_fixed_place() -> None:
    points, stuck = column(0, 1, 100, 101, 200, 201), column(0, 1, 150.5)
    found = breathe(points, np.ones(6), stuck, rounds=10, fixed=1)
    assert found[0, 0] == 0
    assert sorted(found[1:, 0]) == pytest.approx([100.5, 200.5])


def test_room_is_made_where_a_centroid_is_missed_least() -> None:
    points, centroids = column(0, 1, 50, 51, 100, 103, 200), column(0, 1, 50.5, 101.5)
    found, state = insert_centroid(points, np.ones(7), centroids, np.array([190.0]))
    assert found[:, 0] == pytest.approx([200, 0.5, 50.5, 101.5])  # 0 and 1 were nearest
    assert state.labels.tolist() == [1, 1, 2, 2, 3, 3, 0]


def test_fixed_centroids_and_those_that_stay_are_not_given_up() -> None:
    points, centroids = column(0, 1, 50, 51, 100, 200), column(1, 0, 50.5, 100)
    found, _ = insert_centroid(points, np.ones(6), centroids, np.array([200.0]), fixed=1, staying=1)
    assert len(found) == 4
    assert found[0] == 1
    assert {0.0, 200.0} <= set(found[:, 0])
