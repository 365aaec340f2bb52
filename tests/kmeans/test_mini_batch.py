"""Mini-batch k-means is Sculley's, with centroids whose old points lose weight.

A step makes running means of the points drawn; a run ends with the means of all points.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from helpers.examples import examples
from quantize import MiniBatchKMeans
from quantize.kmeans import mini_batch as minibatch
from quantize.kmeans.lloyd import Clustering, assign, lloyd
from quantize.kmeans.mini_batch import MEMORY, PATIENCE, mini_batch, passes, step

Floats = NDArray[np.float64]


def column(*values: float) -> Floats:
    return np.array(values, np.float64)[:, None]


def run(
    points: Floats, weights: object, seeds: Floats, seed: int = 0, **options: object
) -> Clustering:
    mass = np.asarray(weights, np.float64)
    batch_size = options["batch_size"]
    assert isinstance(batch_size, int)
    options["steps"] = options.pop("max_iter", 100) * passes(len(points), batch_size)  # type: ignore[operator]
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
@examples(50)
def test_a_single_centroid_is_the_mean_of_all_its_points(stream: Floats, weights: Floats) -> None:
    centroids, mass = np.array([[1000.0, 1000.0]]), np.zeros(1)
    for batch, weight in zip(stream, weights, strict=True):
        step(batch, weight, centroids, mass)
    mean = np.average(stream.reshape(-1, 2), axis=0, weights=weights.ravel())
    assert centroids[0] == pytest.approx(mean, abs=1e-9)


def test_a_fixed_centroid_counts_and_stays() -> None:
    centroids, mass = column(0, 10), np.zeros(2)
    step(column(2, 4, 9), np.ones(3), centroids, mass, fixed=1)
    assert centroids.tolist() == [[0], [9]]
    assert mass.tolist() == [2, 1]


# Forgetting


def test_of_the_past_nine_tenths_are_left_with_each_batch() -> None:
    # a centroid that has arrived at 100 forgets that it came from 0
    centroids, mass = column(0), np.zeros(1)
    step(column(*[0] * 10), np.ones(10), centroids, mass)
    places = []
    for _ in range(12):
        mass *= MEMORY
        step(column(*[100] * 10), np.ones(10), centroids, mass)
        places.append(centroids[0, 0])
    # 10 / (9 + 10) of the way, then 10 / (17.1 + 10) of what is left
    assert places[:2] == pytest.approx([100 * 10 / 19, 100 * (1 - 9 / 19 * 17.1 / 27.1)])
    assert places[-1] > 94 > 100 * 12 / 13 > 92  # where the mean of all would be


def test_centroids_that_wander_far_are_at_home_sooner_than_means_of_all_that_they_met(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    points, corners = planted()
    options = {"batch_size": 60, "max_iter": 1, "patience": None}
    costs: dict[float, float] = {}
    for memory in (MEMORY, 1.0):
        monkeypatch.setattr(minibatch, "MEMORY", memory)
        seen: list[Floats] = []
        on_iteration = lambda _i, places, _e, seen=seen: seen.append(places)  # noqa: E731
        run(points, np.ones(1800), corners + 24, **options, on_iteration=on_iteration)
        before_the_last_step = seen[-2]
        costs[memory] = assign(points, np.ones(1800), before_the_last_step).inertia
    best = assign(points, np.ones(1800), corners).inertia
    assert costs[MEMORY] < 1.01 * best < costs[1.0]


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
            "on_iteration": lambda _i, _c, inertia, seen=seen: seen.append(inertia),
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


def test_patience_is_so_many_batches_without_improvement() -> None:
    points, corners = planted()
    steps = [
        run(points, np.ones(1800), corners, batch_size=100, patience=patience).iterations
        for patience in (1, 5, 30)
    ]
    assert steps == sorted(set(steps))
    assert steps[0] >= 2  # the first batch has nothing to be compared with
    endless = run(points, np.ones(1800), corners, batch_size=100, max_iter=3, patience=None)
    assert (endless.iterations, endless.converged) == (3 * 18, False)


def test_a_run_stops_when_nothing_moves() -> None:
    found = run(column(0, 9), [1, 1], column(0, 9), batch_size=4)
    assert (found.iterations, found.converged, found.inertia) == (1, True, 0)


def test_a_large_limit_stops_after_one_batch() -> None:
    points, corners = planted()
    found = run(points, np.ones(1800), corners + 9, batch_size=100, limit=1e6)
    assert (found.iterations, found.converged) == (1, True)


def test_the_callback_is_called_for_each_batch() -> None:
    points, corners = planted()
    seen: list[tuple[int, float]] = []
    found = run(
        points,
        np.full(1800, 2.0),
        corners,
        batch_size=900,
        on_iteration=lambda turn, _centroids, inertia: seen.append((turn, inertia)),
    )
    assert [turn for turn, _ in seen] == list(range(found.iterations + 1))
    assert seen[-1][1] == found.inertia
    assert seen[0][1] != seen[1][1]
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


def test_the_result_is_one_step_of_full_k_means_after_the_last_batch() -> None:
    points, corners = planted()
    weights = np.random.default_rng(0).uniform(0, 3, 1800)
    seen: list[Floats] = []
    options = {"batch_size": 90, "max_iter": 2}
    found = run(points, weights, corners + 9, **options)
    again = run(
        points,
        weights,
        corners + 9,
        **options,
        on_iteration=lambda _i, places, _e: seen.append(places),
    )
    assert found.centroids.tolist() == again.centroids.tolist() == seen[-1].tolist()
    assert seen[0].tolist() == (corners + 9).tolist()
    # each cluster's mean, but for points between two that change sides
    state = assign(points, weights, found.centroids)
    assert state.sums / state.mass[:, None] == pytest.approx(found.centroids, abs=1e-3)


@pytest.mark.parametrize("fixed", [1, 4, 6])
def test_fixed_places_stay_however_many_batches_pass(fixed: int) -> None:
    points, corners = planted()
    lost = np.concatenate([[[1e6, 1e6]], corners[1:] + 9])  # nothing is near to it, and it stays
    found = run(points, np.ones(1800), lost, batch_size=100, fixed=fixed, reassignment=0.5)
    assert found.centroids[:fixed].tolist() == lost[:fixed].tolist()
    assert np.abs(found.centroids[fixed:]).max(initial=0) < 200


# Centroids that meet too little


def woken(mass: list[float], reassignment: float) -> tuple[list[float], list[float]]:
    batch, distances = column(1, 2, 3, 4), np.array([5.0, 50, 20, 50])
    centroids, seen = column(10, 20, 30), np.array(mass)
    minibatch._reassign(batch, distances, centroids, seen, reassignment)
    return centroids[:, 0].tolist(), seen.tolist()


def test_centroids_with_less_than_a_part_of_the_largest_go_to_the_costliest_points() -> None:
    assert woken([10, 4, 1], 0.1) == ([10, 20, 2], [10, 4, 0])
    assert woken([10, 4, 1], 0.4) == ([10, 2, 4], [10, 0, 0])  # in the order of the points
    assert woken([10, 4, 1], 0.05) == ([10, 20, 30], [10, 4, 1])


def test_without_a_part_only_those_that_have_met_nothing_go() -> None:
    assert woken([10, 0, 1], 0) == ([10, 2, 30], [10, 0, 1])
    assert woken([0, 0, 0], 0) == ([2, 4, 3], [0, 0, 0])


def test_the_seeds_are_left_alone() -> None:
    points, corners = planted()
    seeds = corners + 9
    run(points, np.ones(1800), seeds, batch_size=100)
    assert np.array_equal(seeds, corners + 9)


def test_a_buffer_can_be_filled_anew_for_each_batch() -> None:
    batches = np.random.default_rng(0).normal(size=(4, 100, 3))
    batches += 5.0 * np.arange(4)[:, None, None]
    buffer, reused = np.empty((100, 3)), MiniBatchKMeans(4, random_state=0)
    apart = MiniBatchKMeans(4, random_state=0)
    for batch in batches:
        buffer[:] = batch
        reused.partial_fit(buffer)
        apart.partial_fit(batch.copy())
    assert reused.cluster_centers_.tolist() == apart.cluster_centers_.tolist()
