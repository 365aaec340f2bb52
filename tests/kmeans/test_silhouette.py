"""The silhouette is Rousseeuw's, and that of a sample is near that of all points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.metrics import silhouette_score

from helpers.examples import examples
from quantize.kmeans.silhouette import distances_between, silhouette, weighted_sample

Floats = NDArray[np.float64]


def column(*values: float) -> Floats:
    return np.array(values, np.float64)[:, None]


def worth(points: Floats, weights: object, labels: object) -> float:
    distances = distances_between(points)
    return silhouette(distances, np.asarray(weights, np.float64), np.asarray(labels, np.int32))


# By hand


def test_distances_are_euclidean() -> None:
    points = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 4.0]])
    assert distances_between(points).tolist() == [[0, 5, 4], [5, 0, 3], [4, 3, 0]]


def test_two_pairs_on_a_line() -> None:
    # 0 and 1 | 10 and 12: each a is 1 or 2, each b the mean distance to the other pair
    wanted = np.mean([1 - 1 / 11, 1 - 1 / 10, 1 - 2 / 9.5, 1 - 2 / 11.5])
    assert worth(column(0, 1, 10, 12), np.ones(4), [0, 0, 1, 1]) == pytest.approx(wanted)


def test_points_in_the_wrong_cluster_are_below_0() -> None:
    assert worth(column(0, 10, 1, 11), np.ones(4), [0, 0, 1, 1]) < 0


def test_a_point_that_is_alone_counts_0() -> None:
    # 0 and 1 have a = 1, b = 10 and 9
    wanted = (1 - 1 / 10 + 1 - 1 / 9 + 0) / 3
    assert worth(column(0, 1, 10), np.ones(3), [0, 0, 1]) == pytest.approx(wanted)


def test_a_point_of_weight_2_is_not_alone() -> None:
    assert worth(column(0, 10), [2, 1], [0, 1]) == pytest.approx((2 * 1 + 0) / 3)


def test_the_nearest_of_the_other_clusters_counts() -> None:
    # for 0 and 1 the cluster at 10, however far the third is
    near = worth(column(0, 1, 10, 11, 50, 51), np.ones(6), [0, 0, 1, 1, 2, 2])
    far = worth(column(0, 1, 10, 11, 5e6, 5e6 + 1), np.ones(6), [0, 0, 1, 1, 2, 2])
    assert far == pytest.approx(near, abs=0.02)


@pytest.mark.parametrize("labels", [[0, 0, 0], [7, 7, 7]])
def test_one_cluster_is_worth_0(labels: list[int]) -> None:
    assert worth(column(0, 1, 10), np.ones(3), labels) == 0


def test_equal_points_in_two_clusters_are_worth_0() -> None:
    assert worth(column(5, 5, 5, 5), np.ones(4), [0, 0, 1, 1]) == 0


def test_the_numbers_of_the_clusters_do_not_matter() -> None:
    points, weights = column(0, 1, 10, 12, 13), [1, 2, 1, 1, 4]
    assert worth(points, weights, [9, 9, 4, 4, 7]) == worth(points, weights, [0, 0, 1, 1, 2])


# Against scikit-learn


@given(
    points=arrays(np.float64, (9, 2), elements=st.integers(0, 12)),
    weights=arrays(np.int64, 9, elements=st.integers(1, 4)),
    labels=arrays(np.int32, 9, elements=st.integers(0, 3)),
)
@examples(150)
def test_it_is_scikit_learns_of_points_repeated_as_often_as_they_weigh(
    points: Floats, weights: NDArray[np.int64], labels: NDArray[np.int32]
) -> None:
    labels[:2] = 0, 1
    weights[2] += 1  # one cluster of two points at least, which scikit-learn insists on
    theirs = silhouette_score(np.repeat(points, weights, axis=0), np.repeat(labels, weights))
    assert worth(points, weights, labels) == pytest.approx(theirs, abs=1e-12)


# Points that stand for all


def test_every_so_manieth_point_by_weight() -> None:
    # of 12 in 4 shares of 3: the middles 1.5, 4.5, 7.5, 10.5 fall on 0, 1, 1, 3
    rows, often = weighted_sample(np.array([2.0, 6, 1, 3]), 4)
    assert rows.tolist() == [0, 1, 3]
    assert often.tolist() == [1, 2, 1]


@given(
    weights=arrays(np.float64, st.integers(1, 40), elements=st.floats(1e-3, 1e6)),
    most=st.integers(1, 60),
)
@examples(100)
def test_each_point_is_met_about_as_often_as_its_weight_says(weights: Floats, most: int) -> None:
    found, often = weighted_sample(weights, most)
    assert often.sum() == most
    assert len(np.unique(found)) == len(found) == len(often)
    met = np.zeros(len(weights))
    met[found] = often
    assert np.abs(met - weights * most / weights.sum()).max() <= 1 + 1e-6


def test_equal_weights_are_all_met() -> None:
    rows, often = weighted_sample(np.full(30, 0.1), 30)
    assert rows.tolist() == list(range(30))
    assert often.tolist() == [1] * 30


def test_the_sample_is_deterministic() -> None:
    weights = np.random.default_rng(1).uniform(0, 9, 5000)
    first, second = (weighted_sample(weights, 100) for _ in range(2))
    assert [part.tobytes() for part in first] == [part.tobytes() for part in second]


def test_the_silhouette_of_a_sample_is_near_that_of_all_points() -> None:
    random = np.random.default_rng(0)
    corners = np.repeat(np.array([[0.0, 0], [30, 0], [0, 40]]), 500, axis=0)
    points, labels = corners + random.normal(0, 5, (1500, 2)), np.repeat(np.arange(3), 500)
    some, often = weighted_sample(np.ones(1500), 200)
    assert worth(points[some], often, labels[some]) == pytest.approx(
        silhouette_score(points, labels), abs=0.03
    )
