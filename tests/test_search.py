"""Guards the promise that the search finds what Lloyd cannot, and never makes it worse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from quantize.kmeans import assign, lloyd
from quantize.search import breathe

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
@settings(deadline=None, max_examples=80)
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
