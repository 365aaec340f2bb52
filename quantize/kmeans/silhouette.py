"""The silhouette of a clustering (Rousseeuw 1987), with weights.

For a point, a is the mean distance to the others of its cluster and b that to the nearest other
cluster; its silhouette is (b - a) / max(a, b): 1 where clusters are far apart, below 0 where it
would be better off in another. It needs the distances between all pairs, so it is taken of a few
points that stand for all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def stand_ins(weights: Floats, most: int) -> tuple[NDArray[np.intp], Floats]:
    """Points that stand for all: every so-manieth by weight, so that no chance is in it.

    Args:
        weights: (n,) float64, positive, of points that best stand along a curve through space, so
            that all parts of it have their share.
        most: how many to take, each as often as it is met.

    Returns:
        (m,) their rows, ascending, each once, and (m,) float64, whole numbers: how often each was
        met; their sum is `most`.
    """
    reached = np.cumsum(weights)
    wanted = (np.arange(most) + 0.5) * (reached[-1] / most)
    rows, often = np.unique(np.searchsorted(reached, wanted), return_counts=True)
    return rows, often.astype(np.float64)


def distances_between(points: Floats) -> Floats:
    """(n, n) Euclidean distances of all pairs of (n, d) points."""
    squares = np.zeros((len(points), len(points)))
    for column in points.T:
        squares += np.square(column[:, None] - column)
    distances: Floats = np.sqrt(squares)
    return distances


def silhouette(distances: Floats, weights: Floats, labels: NDArray[np.int32]) -> float:
    """The mean silhouette, -1 to 1: that of the points repeated as often as their weight says.

    A point that is alone in its cluster counts 0, as in scikit-learn; so does everything where
    there is one cluster only.

    Args:
        distances: (n, n), see `distances_between`.
        weights: (n,) float64, whole numbers of 1 or more.
        labels: (n,) int32, the cluster of each point; any numbers of 0 or more.
    """
    clusters, places = np.unique(labels, return_inverse=True)
    if len(clusters) < 2:
        return 0.0
    order = np.argsort(places, kind="stable")
    starts = np.searchsorted(places[order], np.arange(len(clusters)))
    # (n, c): the distances of each point to all points of each cluster, added up
    sums = np.add.reduceat(distances[:, order] * weights[order], starts, axis=1)
    mass = np.add.reduceat(weights[order], starts)
    rows = np.arange(len(labels))
    others = mass[places] - 1
    inside = sums[rows, places] / np.maximum(others, 1)
    outside = sums / mass
    outside[rows, places] = np.inf
    nearest = outside.min(axis=1)
    worth = (nearest - inside) / np.maximum(np.maximum(inside, nearest), np.finfo(float).tiny)
    worth[others <= 0] = 0.0
    return float((weights * worth).sum() / weights.sum())
