"""The silhouette of a clustering (Rousseeuw 1987), with weights.

For a point, a is the mean distance to the other points of its cluster, and b the mean distance to
the points of the nearest other cluster. Its silhouette is (b - a) / max(a, b): 1 if clusters are
far apart, below 0 if another cluster is nearer. It needs the distances between all pairs, so it is
computed for a sample of the points.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def weighted_sample(weights: Floats, most: int) -> tuple[NDArray[np.intp], Floats]:
    """Pick `most` points at even steps of the cumulative weight; the choice is deterministic.

    Args:
        weights: (n,) float64, positive; points are best in a spatial order, so that all parts of
            space have their share.
        most: number of picks; a point may be picked more than once.

    Returns:
        (m,) their rows, ascending, each once, and (m,) float64, whole numbers: how often each was
        picked; their sum is `most`.
    """
    reached = np.cumsum(weights)
    wanted = (np.arange(most) + 0.5) * (reached[-1] / most)
    rows, often = np.unique(np.searchsorted(reached, wanted), return_counts=True)
    return rows, often.astype(np.float64)


def distances_between(points: Floats) -> Floats:
    """Return the (n, n) Euclidean distances of all pairs of (n, d) points."""
    squares = np.zeros((len(points), len(points)))
    for column in points.T:
        squares += np.square(column[:, None] - column)
    distances: Floats = np.sqrt(squares)
    return distances


def silhouette(distances: Floats, weights: Floats, labels: NDArray[np.int32]) -> float:
    """Return the mean silhouette, -1 to 1, of points repeated as often as their weight says.

    A point that is alone in its cluster counts 0, as in scikit-learn. With one cluster only, the
    result is 0.

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
