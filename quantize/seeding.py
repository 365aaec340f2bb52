"""The table of seeders: where the first centroids come from.

Each takes weighted points and gives k of them, or means of some, as (k, d) float64. `SEEDERS` holds
the functions; their names and one-line descriptions stand in `settings.SEEDERS`, same keys.

A seeder gets a `Chance`, which makes the random generator when it is first called: `numpy.random`
takes 15 ms to import, and not every seeder leaves anything to chance.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import log
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quantize import kernels

Points = NDArray[np.float64]
Weights = NDArray[np.float64]

if TYPE_CHECKING:
    Chance: TypeAlias = Callable[[], np.random.Generator]
else:
    Chance = Callable

Seeder = Callable[[Points, Weights, int, Chance], Points]


def chance(seed: int, run: int) -> Chance:
    """The generator of one run: made when first asked for, then always the same one."""
    return cache(lambda: np.random.default_rng((seed, run)))


def kmeans_plus_plus(points: Points, weights: Weights, k: int, chance: Chance) -> Points:
    """Greedy k-means++ (Arthur & Vassilvitskii 2007, section 5).

    Each next seed is a point drawn with probability proportional to its weighted squared distance
    to the seeds so far: the best of `2 + ln k` such draws, by the cost that it leaves.

    Args:
        points: (n, d) float64, n ≥ k.
        weights: (n,) float64, with at least k positive ones.
        k: how many seeds.
        chance: decides the draws.
    """
    rng = chance()
    candidates = 2 + int(log(k))  # their own choice, and scikit-learn's
    columns = np.ascontiguousarray(points.T)
    cost, totals = np.full(len(points), np.inf), np.empty(candidates)
    chosen = np.empty(k, np.intp)
    chosen[0] = _draw(weights, 1, rng)[0]
    kernels.add_seed(columns, weights, points[chosen[0]], cost)
    for step in range(1, k):
        drawn = np.sort(_draw(cost, candidates, rng))
        kernels.seed_costs(columns, weights, cost, points[drawn], totals)
        chosen[step] = drawn[totals.argmin()]
        kernels.add_seed(columns, weights, points[chosen[step]], cost)
    return points[chosen]


def random(points: Points, weights: Weights, k: int, chance: Chance) -> Points:
    """Draw k different points by weight (Forgy 1965).

    Drawn without replacement as the k largest of `log(u) / w` (Efraimidis & Spirakis 2006).
    """
    with np.errstate(divide="ignore"):
        ranks = np.log1p(-chance().random(len(points))) / weights  # a weight of 0 ranks last
    return points[np.argsort(-ranks, kind="stable")[:k]]


def wu(points: Points, weights: Weights, k: int, _chance: Chance) -> Points:
    """Variance cuts (Wu 1992): cut the box that is worth most where its variance falls most.

    Wu cuts a grid of 32 cells an axis through tables of moments. Here the points themselves are
    sorted along each axis: the same criterion without a grid, in any number of dimensions.

    Args:
        points: (n, d) float64, n ≥ k.
        weights: (n,) float64, 0 or more, not all 0.
        k: how many seeds; each is the mean of a box, and the first again where there are fewer
            distinct points than k.
    """
    if weights.min() <= 0:
        points, weights = points[weights > 0], weights[weights > 0]
    orders = np.ascontiguousarray(np.argsort(points, axis=0, kind="stable").T, np.int64)
    labels = np.empty(len(points), np.int32)
    boxes = kernels.divide(points, weights, orders, labels, k)
    mass, sums = np.empty(boxes), np.empty((boxes, points.shape[1]))
    kernels.cluster_sums(points, weights, labels, mass, sums)
    seeds: Points = (sums / mass[:, None])[np.arange(k) % boxes]
    return seeds


SEEDERS: Final[dict[str, Seeder]] = {
    "k-means++": kmeans_plus_plus,
    "random": random,
    "wu": wu,
}

WITHOUT_CHANCE: Final = ("wu",)
"""A second run from these would be the first again."""


def _draw(weights: NDArray[np.float64], size: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Row numbers drawn by weight, with replacement; none of weight 0 while any is positive."""
    cumulative = np.cumsum(weights)
    wanted = rng.random(size) * cumulative[-1]
    last = int(np.flatnonzero(weights)[-1]) if cumulative[-1] > 0 else len(weights) - 1
    drawn: NDArray[np.intp] = np.searchsorted(cumulative, wanted, side="right")
    return np.minimum(drawn, last)
