"""A coreset has the weight and the mean of the points that it stands for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from helpers.examples import examples
from quantize.kmeans.coreset import reduce
from quantize.kmeans.lloyd import assign

Floats = NDArray[np.float64]


def column(*values: float) -> Floats:
    return np.array(values, np.float64)[:, None]


def by_place(points: Floats, weights: Floats) -> list[tuple[list[float], float]]:
    return sorted(zip(points.tolist(), weights.tolist(), strict=True))


# By hand


def test_two_boxes_are_cut_at_the_mean() -> None:
    points, mass = reduce(column(0, 1, 9, 10, 30), np.ones(5), 2)
    assert by_place(points, mass) == [([5], 4), ([30], 1)]  # the mean of all is 10
    points, mass = reduce(column(0, 1, 9, 11, 30), np.array([1.0, 3, 1, 1, 2]), 2)
    assert by_place(points, mass) == [([12 / 5], 5), ([71 / 3], 3)]  # and here 83 / 8


def test_the_next_cut_is_in_the_box_of_the_largest_error() -> None:
    points, mass = reduce(column(0, 1, 100, 140), np.ones(4), 3)
    assert by_place(points, mass) == [([0.5], 2), ([100], 1), ([140], 1)]


def test_a_box_is_cut_across_the_axis_where_it_is_widest() -> None:
    points, _ = reduce(np.array([[0.0, 0], [0, 1], [9, 0], [9, 1]]), np.ones(4), 2)
    assert sorted(points.tolist()) == [[0, 0.5], [9, 0.5]]


# What is kept


@given(
    points=arrays(np.float64, (40, 2), elements=st.integers(-50, 50) | st.floats(-1e3, 1e3)),
    weights=arrays(np.float64, 40, elements=st.sampled_from([0, 0.1, 1, 2.5, 70])),
    most=st.integers(1, 45),
)
@examples(150)
def test_weight_and_mean_are_kept_in_no_more_points_than_allowed(
    points: Floats, weights: Floats, most: int
) -> None:
    weights[0] = 1
    found, mass = reduce(points, weights, most)
    assert len(found) == len(mass) <= most
    assert mass.min() > 0
    assert np.isfinite(found).all()
    assert mass.sum() == pytest.approx(weights.sum())
    assert mass @ found == pytest.approx(weights @ points, abs=1e-6)
    there = points[weights > 0]
    assert (found >= there.min(axis=0) - 1e-9).all()
    assert (found <= there.max(axis=0) + 1e-9).all()


def test_points_that_are_few_enough_are_handed_back() -> None:
    points, weights = column(0, 5, 9, 9), np.array([1.0, 0, 2, 3])
    found, mass = reduce(points, weights, 3)
    assert (found.tolist(), mass.tolist()) == ([[0], [9], [9]], [1, 2, 3])  # none of weight 0


@pytest.mark.parametrize("d", [1, 3, 64])
@pytest.mark.parametrize("different", [1, 2, 7])
def test_few_different_points_are_all_that_is_left(different: int, d: int) -> None:
    # tenths are not exact in binary, nor are their means: a box of equal points is never cut
    random = np.random.default_rng((different, d))
    few = random.integers(1, 10, (different, d)) / 10 + np.arange(different)[:, None]
    points = few[np.arange(3000) % different]
    found, mass = reduce(points, np.full(3000, 0.3), 100)
    assert len(found) == different
    assert np.array(sorted(found.tolist())) == pytest.approx(few, rel=1e-12)
    assert mass.sum() == pytest.approx(900)


@pytest.mark.parametrize("d", [1, 3, 64])
def test_as_many_points_are_used_as_there_may_be(d: int) -> None:
    points = np.random.default_rng(d).normal(size=(5000, d))
    found, mass = reduce(points, np.ones(5000), 777)
    assert (found.shape, mass.sum()) == ((777, d), 5000)


def test_inputs_are_left_alone_and_runs_are_repeatable() -> None:
    points = np.random.default_rng(0).normal(size=(2000, 3))
    weights = np.random.default_rng(1).uniform(size=2000)
    before = points.copy(), weights.copy()
    first, second = (reduce(points, weights, 100) for _ in range(2))
    assert np.array_equal(points, before[0])
    assert np.array_equal(weights, before[1])
    assert [part.tobytes() for part in first] == [part.tobytes() for part in second]


# What little is lost


@pytest.mark.parametrize("d", [2, 8])
def test_centroids_cost_nearly_as_much_on_the_summary_as_on_all_points(d: int) -> None:
    random = np.random.default_rng(d)
    points = random.normal(0, 1, (20_000, d)) + 4 * random.integers(0, 3, (20_000, 1))
    found, mass = reduce(points, np.ones(20_000), 2000)
    # what boxes hide is the same for all centroids, so they are ranked alike
    costs = []
    for seed in range(6):
        centroids = points[np.random.default_rng(seed).choice(20_000, 5, replace=False)]
        costs.append(
            (
                assign(points, np.ones(20_000), centroids).inertia,
                assign(found, mass, centroids).inertia,
            )
        )
    truth, summary = np.array(costs).T
    assert np.ptp(truth - summary) < 0.05 * truth.mean()
    assert np.argsort(truth).tolist() == np.argsort(summary).tolist()
