"""Every seeder of the table finds k seeds, by weight."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from helpers.examples import examples
from quantize.kmeans.lloyd import assign
from quantize.kmeans.seeding import random_source
from quantize.kmeans.table import SEEDERS

Floats = NDArray[np.float64]

EVERY_SEEDER = pytest.mark.parametrize("name", SEEDERS)
PICKING = pytest.mark.parametrize("name", ["k-means++", "random"])
"""Those whose seeds are points; wu's are means of points."""

FEW = examples(50)


def seeds(name: str, points: object, weights: object, k: int, seed: int = 0) -> Floats:
    array, mass = np.asarray(points, np.float64), np.asarray(weights, np.float64)
    return SEEDERS.load(name)(array, mass, k, random_source(seed, 0))


def column(*values: float) -> Floats:
    return np.array(values, np.float64)[:, None]


def cost(points: Floats, centroids: Floats) -> float:
    return assign(points, np.ones(len(points)), centroids).inertia


def planted(seed: int) -> Floats:
    """Sixteen tight clusters of thirty points."""
    random = np.random.default_rng(seed)
    centers = random.uniform(0, 255, (16, 3))
    return np.repeat(centers, 30, axis=0) + random.normal(0, 2, (480, 3))


# Every seeder


@EVERY_SEEDER
@pytest.mark.parametrize("d", [1, 3, 4, 10])
@pytest.mark.parametrize("k", [1, 2, 7])
def test_seeds_are_k_different_points_among_the_data(name: str, k: int, d: int) -> None:
    points = np.random.default_rng(d).normal(size=(20, d))
    found = seeds(name, points, np.ones(20), k)
    assert (found.shape, found.dtype) == ((k, d), np.float64)
    assert len(np.unique(found, axis=0)) == k
    assert (found >= points.min(axis=0)).all()
    assert (found <= points.max(axis=0)).all()


@EVERY_SEEDER
@given(
    points=arrays(np.float64, (6, 2), elements=st.integers(0, 9)),
    weights=arrays(np.float64, 6, elements=st.sampled_from([0.5, 1, 40])),
    seed=st.integers(0, 99),
)
@FEW
def test_as_many_seeds_as_points_are_the_points(
    name: str, points: Floats, weights: Floats, seed: int
) -> None:
    distinct = np.unique(points, axis=0)
    found = seeds(name, distinct, weights[: len(distinct)], len(distinct), seed)
    assert np.unique(found, axis=0) == pytest.approx(distinct)


@EVERY_SEEDER
def test_the_same_generator_gives_the_same_seeds(name: str) -> None:
    points = planted(0)
    first, second = (seeds(name, points, np.ones(480), 9, seed=5) for _ in range(2))
    assert first.tobytes() == second.tobytes()


@PICKING
def test_another_generator_gives_other_seeds(name: str) -> None:
    points = planted(0)
    first, second = (seeds(name, points, np.ones(480), 9, seed=seed) for seed in (5, 6))
    assert first.tolist() != second.tolist()


def test_wu_is_deterministic() -> None:
    points = planted(0)
    first, second = (seeds("wu", points, np.ones(480), 9, seed=seed) for seed in (5, 6))
    assert first.tolist() == second.tolist()


@PICKING
@pytest.mark.parametrize("seed", range(5))
def test_picked_seeds_are_points_of_the_data(name: str, seed: int) -> None:
    points = planted(0)
    there = set(map(tuple, points.tolist()))
    assert set(map(tuple, seeds(name, points, np.ones(480), 20, seed).tolist())) <= there


@EVERY_SEEDER
@pytest.mark.parametrize("place", ["first", "last", "between"])
def test_points_of_weight_0_are_never_chosen_while_others_remain(name: str, place: str) -> None:
    points, weights = {
        "first": (column(100, 101, 0, 1, 2), [0, 0, 1, 1, 1]),
        "last": (column(0, 1, 2, 100, 101), [1, 1, 1, 0, 0]),
        "between": (column(0, 100, 1, 101, 2), [1, 0, 1, 0, 1]),
    }[place]
    for k in (1, 2, 3):
        for seed in range(10):
            assert seeds(name, points, weights, k, seed).max() <= 2


@EVERY_SEEDER
def test_copies_of_few_points_still_give_k_finite_seeds(name: str) -> None:
    points = column(3, 3, 3, 8)
    found = seeds(name, points, np.ones(4), 3)
    assert found.shape == (3, 1)
    assert set(found[:, 0].tolist()) <= {3, 8}


@EVERY_SEEDER
def test_points_and_weights_are_left_alone(name: str) -> None:
    points, weights = planted(1), np.arange(1.0, 481)
    before = points.copy(), weights.copy()
    seeds(name, points, weights, 5)
    assert np.array_equal(points, before[0])
    assert np.array_equal(weights, before[1])


@EVERY_SEEDER
@pytest.mark.parametrize("d", [3, 8])
def test_threads_change_no_bit(name: str, d: int) -> None:
    points = np.random.default_rng(d).uniform(0, 255, (40_000, d))
    weights = np.random.default_rng(0).uniform(0, 3, 40_000)
    one, many = (
        SEEDERS.load(name)(points, weights, 6, random_source(0, 0), threads) for threads in (1, 3)
    )
    assert one.tobytes() == many.tobytes()


@pytest.mark.parametrize("far", [0.0, 1e6])
def test_in_many_dimensions_draws_are_by_the_same_costs(far: float) -> None:
    # the same points in 3 dimensions, and in 8 of which 5 say nothing: products against differences
    few = np.random.default_rng(0).uniform(0, 9, (500, 3))
    many = np.concatenate([few + far, np.full((500, 5), far)], axis=1)
    for seed in range(5):
        wanted = seeds("k-means++", few, np.ones(500), 12, seed)
        found = seeds("k-means++", many, np.ones(500), 12, seed)
        assert found[:, :3] - far == pytest.approx(wanted, abs=1e-6)


# By weight


@PICKING
def test_the_first_seed_is_drawn_by_weight(name: str) -> None:
    points, weights = column(0, 1), [1, 3]
    drawn = [seeds(name, points, weights, 1, seed)[0, 0] for seed in range(2000)]
    assert np.mean(drawn) == pytest.approx(0.75, abs=0.04)


def test_random_seeds_are_drawn_without_replacement() -> None:
    # by weights of 8 and 1 and 1, the two light points are both drawn in 2 · 1/10 · 1/9 of cases
    points = column(0, 1, 2)
    drawn = [set(seeds("random", points, [8, 1, 1], 2, seed)[:, 0]) for seed in range(2000)]
    assert drawn.count({1.0, 2.0}) / 2000 == pytest.approx(2 / 90, abs=0.012)


# k-means++


def test_k_means_plus_plus_never_leaves_out_a_far_cluster() -> None:
    points = column(*[0, 0.1, 0.2] * 20, 1000)
    for seed in range(20):
        assert 1000 in seeds("k-means++", points, np.ones(61), 2, seed)


def test_k_means_plus_plus_starts_better_than_random_over_20_seeds() -> None:
    costs = {
        name: [cost(planted(s), seeds(name, planted(s), np.ones(480), 16, s)) for s in range(20)]
        for name in ("k-means++", "random")
    }
    wins = sum(a < b for a, b in zip(costs["k-means++"], costs["random"], strict=True))
    assert wins == 20
    assert np.mean(costs["k-means++"]) < np.mean(costs["random"]) / 5


# wu


def test_one_box_is_the_weighted_mean() -> None:
    assert seeds("wu", column(0, 4), [1, 3], 1).tolist() == [[3]]


def test_the_first_cut_falls_in_the_widest_gap() -> None:
    assert seeds("wu", column(11, 0, 10, 1), np.ones(4), 2).tolist() == [[0.5], [10.5]]


def test_the_next_cut_goes_where_it_is_worth_most() -> None:
    # a cut is worth w1·w2 / (w1 + w2) · gap²: left 1/2, right 3/4
    assert seeds("wu", column(0, 1, 10, 11), [1, 1, 1, 3], 3).tolist() == [[0.5], [10], [11]]
    assert seeds("wu", column(0, 1, 10, 11), [3, 1, 1, 1], 3).tolist() == [[0], [10.5], [1]]


def test_a_cut_is_across_the_axis_where_the_error_falls_most() -> None:
    corners = [[0, 0], [0, 1], [9, 0], [9, 1]]
    assert seeds("wu", corners, np.ones(4), 2).tolist() == [[0, 0.5], [9, 0.5]]
    turned = [[y, x] for x, y in corners]
    assert seeds("wu", turned, np.ones(4), 2).tolist() == [[0.5, 0], [0.5, 9]]


def test_points_that_share_a_coordinate_are_not_parted_across_it() -> None:
    # all have x = 3, so the cut is between y = 1 and y = 2, whatever the order of the rows
    for points in ([[3, 2], [3, 1], [3, 3]], [[3, 3], [3, 1], [3, 2]]):
        assert seeds("wu", points, np.ones(3), 2).tolist() == [[3, 1], [3, 2.5]]


def test_wu_finds_planted_clusters() -> None:
    random = np.random.default_rng(0)
    centers = np.array([(x, y) for x in (0, 100) for y in (0, 100)], np.float64)
    points = np.repeat(centers, 25, axis=0) + random.uniform(-5, 5, (100, 2))
    found = seeds("wu", points, np.ones(100), 4)
    assert np.abs(found[np.lexsort(found.round(-2).T[::-1])] - centers).max() < 5
