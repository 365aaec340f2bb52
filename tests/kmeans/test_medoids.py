"""Guards the choice of the best k of given places, by trying all choices where that can be done."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from quantize.kmeans import medoids
from quantize.kmeans.medoids import Places

Floats = NDArray[np.float64]


def problem(seed: int) -> tuple[Floats, Floats, Floats, int]:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(5, 120)), int(rng.integers(6, 13))
    points = rng.integers(0, 256, (n, 3)).astype(float)
    if seed % 2:
        points = np.cumsum(rng.normal(0, 9, (n, 3)), axis=0)
    places = points[rng.integers(0, n, m)] + rng.normal(0, 30, (m, 3))
    return points, rng.integers(1, 50, n).astype(float), places, int(rng.integers(1, 6))


def inertia(points: Floats, weights: Floats, places: Floats, rows: Any) -> float:
    distances = np.square(points[:, None] - places[None]).sum(axis=2)
    return float((distances[:, [*rows]].min(axis=1) * weights).sum())


def least(points: Floats, weights: Floats, places: Floats, k: int) -> float:
    return min(
        inertia(points, weights, places, rows) for rows in combinations(range(len(places)), k)
    )


@pytest.mark.parametrize("seed", range(12))
def test_where_all_choices_can_be_tried_the_best_is_taken(seed: int) -> None:
    points, weights, places, k = problem(seed)
    found = Places(points, weights, places).best(k)
    assert (np.diff(found) > 0).all()
    assert inertia(points, weights, places, found) == pytest.approx(
        least(points, weights, places, k)
    )


@pytest.mark.parametrize("seed", range(12))
def test_exchanges_from_several_starts_are_within_two_percent(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(medoids, "TRIED", 0)
    points, weights, places, k = problem(seed)
    found = Places(points, weights, places).best(k)
    assert inertia(points, weights, places, found) <= 1.02 * least(points, weights, places, k)


@pytest.mark.parametrize("tried", [0, medoids.TRIED])
def test_places_that_stay_stay_and_those_of_no_point_are_left_out(
    tried: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(medoids, "TRIED", tried)
    points = np.array([[0.0], [10.0]])
    places = np.array([[90.0], [0.0], [99.0], [11.0]])
    choice = Places(points, np.ones(2), places)
    assert choice.best(3).tolist() == [1, 3]
    assert choice.best(1).tolist() in ([1], [3])
    assert choice.best(3, np.array([2]), staying=1).tolist() == [1, 2, 3]


def test_a_point_of_a_group_goes_to_a_place_of_its_group() -> None:
    points, places = np.array([[0.0], [50.0]]), np.array([[0.0], [49.0], [90.0]])
    inside = np.array([True, False]), np.array([False, False, True])
    choice = Places(points, np.ones(2), places, groups=[inside])
    assert choice.best(2).tolist() == [1, 2]


def test_many_places_and_points_are_as_good_as_more_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(0)
    points = np.cumsum(rng.normal(0, 3, (800, 3)), axis=0)
    places, weights = points[::9] + rng.normal(0, 4, (89, 3)), np.ones(800)
    found = inertia(points, weights, places, Places(points, weights, places).best(12))
    monkeypatch.setattr(medoids, "MOST_WORK", 1 << 40)
    more = inertia(points, weights, places, Places(points, weights, places).best(12))
    assert found <= 1.02 * more
