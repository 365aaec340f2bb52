"""Lloyd's k-means gives what can be computed by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.cluster import KMeans as Theirs

from helpers.examples import examples
from quantize.kmeans.lloyd import Assigner, Clustering, assign, largest, lloyd, mean_variance, means

Floats = NDArray[np.float64]

FEW = examples(80)


def column(*values: float) -> Floats:
    """Points on a line."""
    return np.array(values, np.float64)[:, None]


def ones(points: Floats) -> Floats:
    return np.ones(len(points))


def watched(points: Floats, weights: Floats, seeds: Floats, **options: object) -> list[float]:
    """The inertia before each move, and the last one."""
    seen: list[float] = []
    found = lloyd(
        points, weights, seeds, on_iteration=lambda _i, _c, inertia: seen.append(inertia), **options
    )  # type: ignore[arg-type]
    return [*seen, found.inertia]


def planted(k: int, seed: int, *, each: int = 60) -> tuple[Floats, Floats]:
    """Tight clusters around k corners of a grid, and the corners."""
    random = np.random.default_rng(seed)
    corners = np.array([(x, y, 0) for x in range(4) for y in range(4)], np.float64)[:k] * 50
    points = np.repeat(corners, each, axis=0) + random.normal(0, 1, (k * each, 3))
    return points, corners


# By hand


def test_four_weighted_points() -> None:
    #          x = 0    2    10   14
    points = column(0, 2, 10, 14)
    weights = np.array([1.0, 3, 1, 1])
    seen: list[tuple[int, list[float], float]] = []

    found = lloyd(
        points,
        weights,
        column(0, 2),
        on_iteration=lambda turn, centroids, inertia: seen.append(
            (turn, centroids[:, 0].tolist(), inertia)
        ),
    )

    assert seen == [
        # at 0 and 2:  0 | 2 10 14   the second pays 3·0 + 8² + 12²
        (0, [0, 2], 64 + 144),
        # means:       0 and (3·2 + 10 + 14) / 5 = 6; so 0 2 | 10 14
        (1, [0, 6], 3 * 2**2 + 4**2 + 8**2),
        # means:       (0 + 3·2) / 4 = 1.5 and 12; the labels stay, so it stops
        (2, [1.5, 12], 1.5**2 + 3 * 0.5**2 + 2**2 + 2**2),
    ]
    assert found.centroids[:, 0].tolist() == [1.5, 12]
    assert found.labels.tolist() == [0, 0, 1, 1]
    assert found.inertia == 1.5**2 + 3 * 0.5**2 + 2**2 + 2**2
    assert (found.iterations, found.converged) == (2, True)


def test_an_assignment_says_what_each_cluster_weighs_and_sums_to() -> None:
    state = assign(column(0, 2, 10), np.array([1.0, 3, 2]), column(0, 4))
    assert state.labels.tolist() == [0, 0, 1]  # 2 is as near to 0 as to 4
    assert state.distances.tolist() == [0, 4, 36]
    assert state.inertia == 3 * 4 + 2 * 36
    assert state.mass.tolist() == [4, 2]
    assert state.sums.tolist() == [[6], [20]]


def test_the_mean_variance_is_weighted_and_averaged_over_dimensions() -> None:
    points, weights = np.array([[0.0, 0.0], [2.0, 8.0]]), np.array([1.0, 3.0])
    # means 1.5 and 6; variances (2.25 + 3·0.25) / 4 = 0.75 and (36 + 3·4) / 4 = 12
    assert mean_variance(points, weights) == (0.75 + 12) / 2


def test_the_seeds_are_left_alone() -> None:
    seeds = column(0, 2)
    lloyd(column(0, 2, 10, 14), np.ones(4), seeds)
    assert seeds.tolist() == [[0], [2]]


# Stopping


POINTS, WEIGHTS = column(0, 2, 10, 14), np.array([1.0, 3, 1, 1])


def run(**options: object) -> Clustering:
    return lloyd(POINTS, WEIGHTS, column(0, 2), **options)  # type: ignore[arg-type]


def test_a_run_that_is_cut_short_says_so() -> None:
    short = run(max_iter=1, limit=0)
    assert (short.iterations, short.converged) == (1, False)
    assert short.centroids[:, 0].tolist() == [0, 6]


def test_a_run_may_converge_in_its_last_iteration() -> None:
    exact = run(max_iter=2, limit=0)
    assert (exact.iterations, exact.converged) == (2, True)


def test_seeds_that_are_final_take_one_iteration() -> None:
    found = lloyd(POINTS, WEIGHTS, column(1.5, 12), limit=0)
    assert (found.iterations, found.converged) == (1, True)


def test_a_run_stops_once_the_squared_movement_is_within_the_limit() -> None:
    # the first move is from 2 to 6
    assert run(limit=16).iterations == 1
    assert run(limit=16).converged
    assert run(limit=15.9).iterations == 2


def test_over_relaxed_centroids_move_farther_but_for_the_last_time() -> None:
    # from 2 towards 6, one and a half times as far
    first = run(relaxation=1.5, max_iter=2)
    assert (first.iterations, first.converged) == (2, True)  # the last move is a plain one
    seen: list[list[float]] = []
    run(
        relaxation=1.5, on_iteration=lambda _i, centroids, _e: seen.append(centroids[:, 0].tolist())
    )
    assert seen[:2] == [[0, 2], [0, 8]]
    assert run(relaxation=1.5, limit=1e-12).centroids[:, 0] == pytest.approx([1.5, 12])


@given(
    points=arrays(np.float64, (12, 2), elements=st.integers(0, 20)),
    seeds=arrays(np.float64, (3, 2), elements=st.integers(-5, 60)),
    weights=arrays(np.float64, 12, elements=st.sampled_from([0, 0.25, 1, 7])),
)
@FEW
@pytest.mark.parametrize("relaxation", [1.0, 1.8, 1.99])
def test_inertia_never_rises(
    relaxation: float, points: Floats, seeds: Floats, weights: Floats
) -> None:
    weights[0] = 1
    falling = watched(points, weights, seeds, max_iter=50, relaxation=relaxation)
    slack = 1e-9 * falling[0]
    assert all(later <= earlier + slack for earlier, later in pairwise(falling))


@given(
    points=arrays(np.float64, (10, 2), elements=st.integers(0, 20)),
    seeds=arrays(np.float64, (3, 2), elements=st.integers(-5, 60)),
)
@FEW
def test_labels_and_inertia_are_those_of_the_centroids(points: Floats, seeds: Floats) -> None:
    found = lloyd(points, ones(points), seeds)
    table = np.square(points[:, None] - found.centroids).sum(axis=2)
    chosen = table[np.arange(10), found.labels]
    assert chosen == pytest.approx(table.min(axis=1))
    assert found.inertia == pytest.approx(chosen.sum())


# Weights


@given(
    points=arrays(np.float64, (8, 2), elements=st.integers(0, 30), unique=True),
    weights=arrays(np.int64, 8, elements=st.integers(1, 4)),
)
@FEW
def test_a_weight_is_so_many_copies_of_the_point(
    points: Floats, weights: NDArray[np.int64]
) -> None:
    seeds = points[:2]
    weighted = lloyd(points, weights.astype(np.float64), seeds, limit=0)
    copies = np.repeat(points, weights, axis=0)
    repeated = lloyd(copies, ones(copies), seeds, limit=0)
    assert np.array_equal(weighted.centroids, repeated.centroids)
    assert np.array_equal(np.repeat(weighted.labels, weights), repeated.labels)
    assert weighted.inertia == pytest.approx(repeated.inertia)
    assert weighted.iterations == repeated.iterations


def test_a_point_of_weight_0_is_labelled_and_pulls_nothing() -> None:
    found = lloyd(column(0, 2, 100), np.array([1.0, 1, 0]), column(0.0))
    assert found.centroids.tolist() == [[1]]
    assert found.labels.tolist() == [0, 0, 0]
    assert found.inertia == 2


# Empty clusters


def moved(points: Floats, weights: Floats, centroids: Floats) -> list[float]:
    result = means(points, weights, centroids, assign(points, weights, centroids))
    return result[:, 0].tolist()


def test_an_empty_cluster_takes_the_point_that_costs_most() -> None:
    # all are nearest to 1, and 10 is the farthest; 0 and 1 stay
    assert moved(column(0, 1, 10), np.ones(3), column(1, 100)) == [0.5, 10]


def test_cost_is_weight_times_squared_distance() -> None:
    # 10·3² against 1·5²
    assert moved(column(0, 8), np.array([10.0, 1]), column(3, 100)) == [8, 0]


def test_several_empty_clusters_take_the_costliest_points_in_order() -> None:
    assert moved(column(0, 1, 10, 30), np.ones(4), column(1, 200, 300)) == [0.5, 30, 10]


def test_of_equal_costs_the_first_point_is_taken() -> None:
    assert moved(column(9, 11), np.ones(2), column(10, 100)) == [11, 9]


def test_where_there_is_nothing_to_take_a_centroid_stays() -> None:
    assert moved(column(5, 5), np.ones(2), column(5, 100)) == [5, 100]


def test_a_cluster_that_gives_away_all_its_points_stays_where_it_was() -> None:
    # 7 and 11 go to the two empty clusters; in binary 0.1 + 0.2 - 0.2 - 0.1 is not 0
    points, weights = column(7, 11, 50, 50), np.array([0.1, 0.2, 1, 1])
    assert moved(points, weights, column(8, 50, 1000, 2000)) == [8, 50, 11, 7]


def test_the_repaired_run_uses_every_centroid() -> None:
    points, corners = planted(6, seed=1)
    found = lloyd(points, ones(points), np.repeat(corners[:1], 6, axis=0))
    assert np.unique(found.labels).tolist() == [0, 1, 2, 3, 4, 5]


# Places that are fixed


def test_a_fixed_centroid_stays_and_the_others_move() -> None:
    # 4 is nearer to 0 than to 10: the fixed one has 0, 2 and 4, the other the rest
    found = lloyd(column(0, 2, 4, 10, 14), np.ones(5), column(0, 10), fixed=1)
    assert found.centroids[:, 0].tolist() == [0, 12]
    assert found.labels.tolist() == [0, 0, 0, 1, 1]
    assert found.inertia == 0 + 4 + 16 + 4 + 4
    assert lloyd(column(0, 2), np.ones(2), column(7, 9), fixed=2).centroids.tolist() == [[7], [9]]


def test_a_fixed_centroid_that_nothing_is_near_to_is_not_repaired() -> None:
    points, state = column(0, 1, 10), assign(column(0, 1, 10), np.ones(3), column(99, 1))
    assert means(points, np.ones(3), column(99, 1), state, fixed=1)[:, 0].tolist() == [99, 11 / 3]
    assert means(points, np.ones(3), column(99, 1), state)[:, 0].tolist() == [10, 0.5]


@given(
    points=arrays(np.float64, (12, 2), elements=st.integers(0, 20)),
    seeds=arrays(np.float64, (4, 2), elements=st.integers(-5, 60)),
    fixed=st.integers(0, 4),
    relaxation=st.sampled_from([1.0, 1.8]),
)
@FEW
def test_with_fixed_places_inertia_never_rises_either(
    points: Floats, seeds: Floats, fixed: int, relaxation: float
) -> None:
    options = {"fixed": fixed, "relaxation": relaxation, "max_iter": 50}
    falling = watched(points, ones(points), seeds, **options)
    assert all(later <= earlier * (1 + 1e-9) for earlier, later in pairwise(falling))
    found = lloyd(points, ones(points), seeds, **options)  # type: ignore[arg-type]
    assert found.centroids[:fixed].tolist() == seeds[:fixed].tolist()


# What is watched


@given(
    points=arrays(np.float64, (10, 2), elements=st.integers(0, 20)),
    max_iter=st.integers(1, 5),
    relaxation=st.sampled_from([1.0, 1.8]),
)
@FEW
def test_the_first_call_is_the_seeds_and_the_last_the_result(
    points: Floats, max_iter: int, relaxation: float
) -> None:
    calls: list[tuple[int, Floats, float]] = []
    found = lloyd(
        points,
        ones(points),
        points[:3],
        max_iter=max_iter,
        relaxation=relaxation,
        on_iteration=lambda *told: calls.append(told),
    )
    assert [turn for turn, _, _ in calls] == list(range(found.iterations + 1))
    assert calls[0][1].tolist() == points[:3].tolist()
    assert calls[-1][1].tolist() == found.centroids.tolist()
    assert calls[-1][2] == found.inertia
    for _, centroids, inertia in calls:
        assert inertia == assign(points, ones(points), centroids).inertia


# Against what is known


@given(
    points=arrays(np.float64, (5, 2), elements=st.integers(0, 9)),
    seeds=arrays(np.float64, (5, 2), elements=st.integers(-3, 12)),
)
@FEW
def test_with_as_many_centroids_as_points_every_point_is_one(points: Floats, seeds: Floats) -> None:
    distinct = np.unique(points, axis=0)
    k = len(distinct)
    found = lloyd(distinct, ones(distinct), seeds[:k], limit=0)
    assert found.inertia == 0
    assert np.array_equal(found.centroids[found.labels], distinct)
    assert np.array_equal(np.unique(found.centroids, axis=0), distinct)


@pytest.mark.parametrize("seed", range(5))
def test_planted_clusters_are_recovered(seed: int) -> None:
    points, corners = planted(8, seed)
    jitter = np.random.default_rng(seed).uniform(-15, 15, corners.shape)
    found = lloyd(points, ones(points), corners + jitter)
    assert found.converged
    assert found.labels.tolist() == np.repeat(np.arange(8), 60).tolist()
    assert np.abs(found.centroids - corners).max() < 1


@pytest.mark.parametrize("d", [1, 3, 4, 10])
def test_scikit_learn_reaches_the_same_centroids_from_the_same_seeds(d: int) -> None:
    random = np.random.default_rng(d)
    points, weights = random.uniform(0, 255, (400, d)), random.integers(1, 9, 400).astype(float)
    seeds = points[:6]
    theirs = Theirs(6, init=seeds, n_init=1, tol=0, max_iter=300, algorithm="lloyd")
    theirs.fit(points, sample_weight=weights)
    ours = lloyd(points, weights, seeds, limit=0)
    assert ours.centroids == pytest.approx(theirs.cluster_centers_)
    assert ours.labels.tolist() == theirs.labels_.tolist()
    assert ours.inertia == pytest.approx(theirs.inertia_)


def test_threads_that_share_a_block_change_no_bit() -> None:
    random = np.random.default_rng(0)
    points, weights = random.uniform(0, 255, (20_001, 3)), random.uniform(0, 1, 20_001)
    one, two = (Assigner(points.astype(np.float32), weights, threads) for threads in (1, 2))
    first, other = one.assign(points[:100]), two.assign(points[:100])
    assert first.labels.tobytes() == other.labels.tobytes()
    assert first.sums.tobytes() == other.sums.tobytes()
    assert first.inertia == other.inertia
    assert one.uses(points[:100], 9).tobytes() == two.uses(points[:100], 9).tobytes()


@pytest.mark.parametrize("d", [3, 8])
def test_threads_change_no_bit(d: int) -> None:
    random = np.random.default_rng(0)
    points, weights = random.uniform(0, 1, (50_000, d)), random.uniform(0, 1, 50_000)
    runs = [
        lloyd(points, weights, points[:9], max_iter=5, threads=threads) for threads in (1, 2, 7)
    ]
    for other in runs[1:]:
        assert other.centroids.tobytes() == runs[0].centroids.tobytes()
        assert other.labels.tobytes() == runs[0].labels.tobytes()
        assert other.inertia == runs[0].inertia


@pytest.mark.parametrize("count", [0, 1, 5, 12, 13, 99, 100])
def test_the_largest_are_those_of_a_sort_and_equal_ones_stay_in_order(count: int) -> None:
    for seed in range(20):
        values = np.random.default_rng(seed).integers(0, 9 + 20 * seed, 100).astype(np.float64)
        expected = np.argsort(-values, kind="stable")[:count]
        assert largest(values, count).tolist() == expected.tolist()
