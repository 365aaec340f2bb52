"""Guards the promise that mini-batch k-means is Sculley's: running means of what was drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from quantize.kmeans import Clustering, assign, lloyd
from quantize.minibatch import PATIENCE, mini_batch, step

Floats = NDArray[np.float64]


def column(*values: float) -> Floats:
    return np.array(values, np.float64)[:, None]


def run(
    points: Floats, weights: object, seeds: Floats, seed: int = 0, **options: object
) -> Clustering:
    mass = np.asarray(weights, np.float64)
    rng = np.random.default_rng(seed)
    return mini_batch(points, mass, seeds, rng=rng, **options)  # type: ignore[arg-type]


def planted(seed: int = 0) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    corners = np.array([(x, y) for x in (0, 50, 100) for y in (0, 50)], np.float64)
    return np.repeat(corners, 300, axis=0) + random.normal(0, 3, (1800, 2)), corners


# One step


def test_a_step_by_hand() -> None:
    centroids, mass = column(0, 10), np.zeros(2)

    labels, distances = step(column(2, 4, 9), np.ones(3), centroids, mass)
    assert labels.tolist() == [0, 0, 1]
    assert distances.tolist() == [4, 16, 1]  # to the centroids as they were
    assert centroids.tolist() == [[3], [9]]  # the mean of 2 and 4; 9
    assert mass.tolist() == [2, 1]

    step(column(9, 12), np.ones(2), centroids, mass)
    assert centroids.tolist() == [[3], [10]]  # the mean of 9, 9 and 12
    assert mass.tolist() == [2, 3]


def test_a_weight_counts_as_so_many_points() -> None:
    centroids, mass = column(0), np.zeros(1)
    step(column(1, 5), np.array([3.0, 1.0]), centroids, mass)
    assert centroids.tolist() == [[2]]  # (3·1 + 5) / 4
    assert mass.tolist() == [4]


def test_a_centroid_that_meets_no_point_stays() -> None:
    centroids, mass = column(0, 100), np.array([0.0, 7.0])
    step(column(1), np.ones(1), centroids, mass)
    assert centroids.tolist() == [[1], [100]]
    assert mass.tolist() == [1, 7]


@given(
    stream=arrays(np.float64, (5, 4, 2), elements=st.integers(-50, 50)),
    weights=arrays(np.float64, (5, 4), elements=st.sampled_from([1, 2, 5])),
)
@settings(deadline=None, max_examples=50)
def test_a_lone_centroid_is_the_mean_of_all_that_it_has_seen(
    stream: Floats, weights: Floats
) -> None:
    centroids, mass = np.array([[1000.0, 1000.0]]), np.zeros(1)
    for batch, weight in zip(stream, weights, strict=True):
        step(batch, weight, centroids, mass)
    mean = np.average(stream.reshape(-1, 2), axis=0, weights=weights.ravel())
    assert centroids[0] == pytest.approx(mean, abs=1e-9)


# Drawing


def test_points_are_drawn_by_weight() -> None:
    found = run(column(0, 1), [1, 3], column(0.5), batch_size=20_000, max_iter=1)
    assert found.centroids[0, 0] == pytest.approx(0.75, abs=0.02)


@pytest.mark.parametrize("lone", [0, 1, 2])
def test_points_of_weight_0_are_never_drawn(lone: int) -> None:
    found = run(column(0, 5, 9), np.eye(3)[lone], column(4), batch_size=100, max_iter=3)
    assert found.centroids.tolist() == [[[0, 5, 9][lone]]]


def test_the_same_generator_gives_the_same_run() -> None:
    points, corners = planted()
    met: list[list[float]] = [[], [], []]
    for seed, seen in zip((3, 3, 4), met, strict=True):
        options = {
            "batch_size": 50,
            "watch": lambda _i, _c, inertia, seen=seen: seen.append(inertia),
        }
        run(points, np.ones(1800), corners + 9, seed, **options)
    assert met[0] == met[1]
    assert met[0] != met[2]


# Stopping


def test_a_run_makes_at_most_max_iter_passes() -> None:
    points, corners = planted()
    # 1800 points in batches of 400 are 5 a pass: fewer than the patience, so no early stop
    found = run(points, np.ones(1800), corners + 9, batch_size=400, max_iter=1)
    assert (found.iterations, found.converged) == (5, False)
    assert PATIENCE > 5


def test_a_run_stops_early_when_batches_bring_nothing_more() -> None:
    points, corners = planted()
    found = run(points, np.ones(1800), corners, batch_size=100, max_iter=100)
    assert found.converged
    assert PATIENCE < found.iterations < 100 * 18


def test_a_run_stops_when_nothing_moves() -> None:
    found = run(column(0, 9), [1, 1], column(0, 9), batch_size=4)
    assert (found.iterations, found.converged, found.inertia) == (1, True, 0)


def test_a_large_limit_stops_after_one_batch() -> None:
    points, corners = planted()
    found = run(points, np.ones(1800), corners + 9, batch_size=100, limit=1e6)
    assert (found.iterations, found.converged) == (1, True)


def test_each_batch_is_watched() -> None:
    points, corners = planted()
    seen: list[tuple[int, float]] = []
    found = run(
        points,
        np.full(1800, 2.0),
        corners,
        batch_size=900,
        watch=lambda turn, _centroids, inertia: seen.append((turn, inertia)),
    )
    assert [turn for turn, _ in seen] == list(range(found.iterations + 1))
    assert seen[-1][1] == found.inertia
    # half the points, scaled to the weight of all: 2 · 1800 · 2 dimensions · 3²
    assert seen[0][1] == pytest.approx(2 * 1800 * 2 * 9, rel=0.1)


# The result


@pytest.mark.parametrize("seed", range(5))
def test_planted_clusters_are_found_nearly_as_well_as_by_full_k_means(seed: int) -> None:
    points, corners = planted(seed)
    full = lloyd(points, np.ones(1800), corners + 9)
    mini = run(points, np.ones(1800), corners + 9, seed, batch_size=100)
    assert full.inertia <= mini.inertia < 1.03 * full.inertia


def test_labels_and_inertia_are_of_all_points() -> None:
    points, corners = planted()
    weights = np.arange(1.0, 1801)
    found = run(points, weights, corners + 9, batch_size=64)
    state = assign(points, weights, found.centroids)
    assert found.labels.tolist() == state.labels.tolist()
    assert found.inertia == state.inertia


def test_a_centroid_that_nothing_is_near_to_is_moved_to_the_data() -> None:
    points, corners = planted()
    lost = np.concatenate([corners[:5], [[1e6, 1e6]]])
    found = run(points, np.ones(1800), lost, batch_size=100)
    assert np.abs(found.centroids).max() < 200
    assert np.unique(found.labels).tolist() == [0, 1, 2, 3, 4, 5]


def test_the_seeds_are_left_alone() -> None:
    points, corners = planted()
    seeds = corners + 9
    run(points, np.ones(1800), seeds, batch_size=100)
    assert np.array_equal(seeds, corners + 9)
