"""The table of seeders: where the first centroids come from.

Each takes weighted points and gives k of them, or means of some, as (k, d) float64. `SEEDERS` holds
the functions; their names and one-line descriptions stand in `settings.SEEDERS`, same keys.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Weights = NDArray[np.float64]
Seeder = Callable[[Points, Weights, int, np.random.Generator], Points]


def kmeans_plus_plus(points: Points, weights: Weights, k: int, rng: np.random.Generator) -> Points:
    """Greedy k-means++ (Arthur & Vassilvitskii 2007, section 5).

    Each next seed is a point drawn with probability proportional to its weighted squared distance
    to the seeds so far: the best of `2 + ln k` such draws, by the cost that it leaves.

    Args:
        points: (n, d) float64, n ≥ k.
        weights: (n,) float64, with at least k positive ones.
        k: how many seeds.
        rng: decides the draws.
    """
    candidates = 2 + int(log(k))  # their own choice, and scikit-learn's
    columns = np.ascontiguousarray(points.T)
    chosen = np.empty(k, np.intp)
    chosen[0] = _draw(weights, 1, rng)[0]
    cost = weights * _squared_distances(columns, points[chosen[0]])
    for step in range(1, k):
        drawn = _draw(cost, candidates, rng)
        best_total = np.inf
        for point in np.unique(drawn):
            trial = np.minimum(cost, weights * _squared_distances(columns, points[point]))
            total = float(trial.sum())
            if total < best_total:
                best_total, best_cost, chosen[step] = total, trial, point
        cost = best_cost
    return points[chosen]


def random(points: Points, weights: Weights, k: int, rng: np.random.Generator) -> Points:
    """Draw k different points by weight (Forgy 1965).

    Drawn without replacement as the k largest of `log(u) / w` (Efraimidis & Spirakis 2006).
    """
    with np.errstate(divide="ignore"):
        ranks = np.log1p(-rng.random(len(points))) / weights  # a weight of 0 ranks last
    return points[np.argsort(-ranks, kind="stable")[:k]]


def wu(points: Points, weights: Weights, k: int, _rng: np.random.Generator) -> Points:
    """Variance cuts (Wu 1992): cut the box that is worth most where its variance falls most.

    Wu cuts a grid of 32 cells an axis through tables of moments. Here the points themselves are
    sorted along each axis: the same criterion without a grid, in any number of dimensions.

    Args:
        points: (n, d) float64, with at least k distinct ones.
        weights: (n,) float64, positive.
        k: how many seeds; each is the mean of a box.
    """
    boxes = [_best_cut(points, weights, np.arange(len(points)))]
    while len(boxes) < k:
        worst = max(range(len(boxes)), key=lambda index: boxes[index].gain)
        box = boxes.pop(worst)
        boxes.insert(worst, _best_cut(points, weights, box.left))
        boxes.append(_best_cut(points, weights, box.right))
    return np.array([_mean(points[box.rows], weights[box.rows]) for box in boxes])


SEEDERS: Final[dict[str, Seeder]] = {
    "k-means++": kmeans_plus_plus,
    "random": random,
    "wu": wu,
}


@dataclass(frozen=True, slots=True)
class _Box:
    """Some points, the best cut through them, and by how much it lowers the squared error."""

    rows: NDArray[np.intp]
    left: NDArray[np.intp]
    right: NDArray[np.intp]
    gain: float


def _best_cut(points: Points, weights: Weights, rows: NDArray[np.intp]) -> _Box:
    """Of all cuts across an axis, the one after which the two means explain most.

    With W the weight and S the sum of a side, the squared error falls by
    |S1|²/W1 + |S2|²/W2 - |S|²/W; points that share a coordinate are not parted.
    """
    best = _Box(rows, rows, rows[:0], 0.0)
    total_weight, total = weights[rows].sum(), _sum(points[rows], weights[rows])
    unsplit = float(np.square(total).sum() / total_weight)
    for axis in range(points.shape[1]):
        ordered = rows[np.argsort(points[rows, axis], kind="stable")]
        coordinate = points[ordered, axis]
        ends = np.flatnonzero(coordinate[1:] > coordinate[:-1])  # a cut may follow these
        if len(ends) == 0:
            continue
        weight = np.cumsum(weights[ordered])[ends]
        left = np.cumsum(weights[ordered, None] * points[ordered], axis=0)[ends]
        explained = np.square(left).sum(axis=1) / weight
        explained += np.square(total - left).sum(axis=1) / (total_weight - weight)
        cut = int(explained.argmax())
        gain = float(explained[cut]) - unsplit
        if gain > best.gain or len(best.right) == 0:
            at = int(ends[cut]) + 1
            best = _Box(rows, ordered[:at], ordered[at:], max(gain, 0.0))
    return best


def _sum(points: Points, weights: Weights) -> Points:
    total: Points = (weights[:, None] * points).sum(axis=0)
    return total


def _mean(points: Points, weights: Weights) -> Points:
    mean: Points = _sum(points, weights) / weights.sum()
    return mean


def _squared_distances(columns: Points, point: Points) -> NDArray[np.float64]:
    """From one point to all; `columns` is (d, n), since one axis after another is fastest."""
    total: NDArray[np.float64] = np.square(columns[0] - point[0])
    for axis in range(1, len(columns)):
        total += np.square(columns[axis] - point[axis])
    return total


def _draw(weights: NDArray[np.float64], size: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Row numbers drawn by weight, with replacement; none of weight 0 while any is positive."""
    cumulative = np.cumsum(weights)
    wanted = rng.random(size) * cumulative[-1]
    last = int(np.flatnonzero(weights)[-1]) if cumulative[-1] > 0 else len(weights) - 1
    drawn: NDArray[np.intp] = np.searchsorted(cumulative, wanted, side="right")
    return np.minimum(drawn, last)
