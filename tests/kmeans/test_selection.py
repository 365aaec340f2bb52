"""Guards the choice of candidates by a table of costs: as good as brute force, and it ends."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from quantize.kmeans.selection import choose
from quantize.model.pixels import Floats


def cost(costs: Floats, near: Floats, chosen: tuple[int, ...] | list[int]) -> float:
    rows = [*chosen]
    return float(costs[:, rows].min(axis=1).sum() + near[np.ix_(rows, rows)].sum() / 2)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("fixed", [0, 1])
def test_no_single_exchange_is_better_and_the_best_choice_is_hardly(seed: int, fixed: int) -> None:
    random = np.random.default_rng(seed)
    costs = random.random((30, 9))
    near = random.random((9, 9))
    near += near.T
    np.fill_diagonal(near, 0)
    found = choose(costs, near, 4, fixed=fixed)
    assert len({*found}) == 4
    assert found[:fixed] == [*range(fixed)]
    for place in range(fixed, 4):
        for other in {*range(9)} - {*found}:
            swapped = [*found[:place], other, *found[place + 1 :]]
            assert cost(costs, near, swapped) >= cost(costs, near, found) - 1e-6
    choices = (rows for rows in combinations(range(9), 4) if {*rows} >= {*range(fixed)})
    assert cost(costs, near, found) <= 1.1 * min(cost(costs, near, rows) for rows in choices)


def test_all_candidates_are_chosen_where_all_are_wanted() -> None:
    assert sorted(choose(np.eye(4), np.zeros((4, 4)), 4)) == [0, 1, 2, 3]


def test_one_alone_is_the_one_of_least_cost() -> None:
    costs = np.array([[3.0, 1.0, 2.0], [3.0, 2.0, 2.0]])
    assert choose(costs, np.zeros((3, 3)), 1) == [1]
