"""Clusterings of growing size have every size that is asked for, and lower errors each time."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from helpers.examples import examples
from quantize.kmeans.incremental import grow_clusters
from quantize.kmeans.lloyd import Assignment, assign, lloyd

Floats = NDArray[np.float64]

NONE = np.empty((0, 1))


def column(*values: float) -> Floats:
    return np.array(values, np.float64)[:, None]


def path(
    points: Floats, sizes: list[int], weights: object = None, fixed: Floats | None = None
) -> list[tuple[Floats, Assignment]]:
    mass = np.ones(len(points)) if weights is None else np.asarray(weights, np.float64)
    return list(grow_clusters(points, mass, sizes, points[:0] if fixed is None else fixed))


def test_four_points_on_a_line_by_hand() -> None:
    found = path(column(0, 1, 10, 15), [1, 2, 3, 4])
    places = [sorted(centroids[:, 0].tolist()) for centroids, _ in found]
    assert places == [[6.5], [0.5, 12.5], [0.5, 10, 15], [0, 1, 10, 15]]
    assert [state.inertia for _, state in found] == [
        6.5**2 + 5.5**2 + 3.5**2 + 8.5**2,
        2 * 0.5**2 + 2 * 2.5**2,
        2 * 0.5**2,
        0,
    ]


def test_the_first_centroid_is_the_weighted_mean() -> None:
    ((centroids, state),) = path(column(0, 4), [1], [1, 3])
    assert (centroids.tolist(), state.inertia) == ([[3]], 9 + 3 * 1)


def test_a_size_may_be_much_larger_than_the_one_before() -> None:
    points = np.random.default_rng(0).normal(size=(500, 3))
    assert [len(centroids) for centroids, _ in path(points, [3, 100, 101])] == [3, 100, 101]


@given(
    points=arrays(np.float64, (30, 2), elements=st.integers(0, 20)),
    weights=arrays(np.float64, 30, elements=st.sampled_from([0.5, 1, 6])),
    held=st.integers(0, 3),
)
@examples(60)
def test_each_size_comes_with_its_assignment_and_none_is_worse_than_the_one_before(
    points: Floats, weights: Floats, held: int
) -> None:
    fixed = points[:held] + 0.25
    most = len(np.unique(points, axis=0))
    sizes = list(range(max(held, 1), max(min(most, 12), held, 1) + 1))
    found = path(points, sizes, weights, fixed)
    assert [len(centroids) for centroids, _ in found] == sizes
    for centroids, state in found:
        assert centroids[:held].tolist() == fixed.tolist()
        again = assign(points, weights, centroids)
        assert state.labels.tolist() == again.labels.tolist()
        assert state.inertia == again.inertia
    slack = 1e-9 * found[0][1].inertia
    assert all(b.inertia <= a.inertia + slack for (_, a), (_, b) in pairwise(found))


def test_as_many_centroids_as_points_are_the_points() -> None:
    points = np.random.default_rng(3).normal(size=(40, 3))
    centroids, state = path(points, [40])[0]
    assert state.inertia == pytest.approx(0, abs=1e-20)
    assert sorted(centroids.tolist()) == pytest.approx(np.array(sorted(points.tolist())))


@pytest.mark.parametrize("seed", range(4))
def test_planted_clusters_are_found_while_the_size_grows(seed: int) -> None:
    random = np.random.default_rng(seed)
    corners = np.array([(x, y, 0) for x in range(4) for y in range(3)], np.float64) * 50
    points = np.repeat(corners, 40, axis=0) + random.normal(0, 1, (480, 3))
    _, state = path(points, list(range(1, 13)))[-1]
    best = assign(points, np.ones(480), corners).inertia
    assert state.inertia <= best


def test_errors_are_little_above_those_of_k_means_with_one_size() -> None:
    random = np.random.default_rng(1)
    points = random.normal(0, 1, (3000, 3)) * [40, 30, 10]
    found = path(points, [1, 2, 4, 8, 16, 32])
    for centroids, state in found[1:]:
        ours = state.inertia
        theirs = lloyd(points, np.ones(3000), points[: len(centroids)]).inertia
        assert ours < 1.1 * theirs


def test_the_fixed_places_alone_may_be_the_first_size() -> None:
    fixed = column(3, 30)
    first, second = path(column(0, 1, 10, 11), [2, 3], fixed=fixed)
    assert first[0].tolist() == fixed.tolist()
    assert second[0][:2].tolist() == fixed.tolist()


def test_threads_change_no_bit() -> None:
    points = np.random.default_rng(0).uniform(0, 255, (70_000, 3)).astype(np.float32)
    one, many = (
        list(grow_clusters(points, np.ones(70_000), [2, 5], points[:0], threads=threads))
        for threads in (1, 3)
    )
    for (a, state), (b, other) in zip(one, many, strict=True):
        assert a.tobytes() == b.tobytes()
        assert state.inertia == other.inertia
