"""Sums over points and their clusters, in plain NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Reals = NDArray[np.floating[Any]]  # float32 or float64
Labels = NDArray[np.int32]


def cluster_sums(
    points: Reals, weights: Floats, labels: Labels, mass: Floats, sums: Floats
) -> None:
    """Add up the weight of each cluster and the weighted sum of its points, in row order.

    Args:
        points: in, (n, d) float32 or float64.
        weights: in, (n,) float64.
        labels: in, (n,) int32, below k.
        mass: out, (k,) float64.
        sums: out, (k, d) float64.
    """
    k = len(mass)
    mass[:] = np.bincount(labels, weights, minlength=k)
    for axis in range(points.shape[1]):
        sums[:, axis] = np.bincount(labels, weights * points[:, axis], minlength=k)


def weighted_total(weights: Floats, values: Reals) -> float:
    """Return the sum of (n,) float32 or float64 values times weights, in the order of NumPy."""
    return float((weights * values).sum())


def halve(  # noqa: PLR0917 (as all kernels, it is called by place)
    points: Reals,
    weights: Floats,
    labels: Labels,
    rank: Labels,
    centroids: Floats,
    mass: Floats,
    sums: Floats,
) -> None:
    """Cut some clusters in two, across the axis where each is widest; add both halves up.

    Sums are in row order; of equally wide axes the first is cut.

    Args:
        points: in, (n, d) float32 or float64.
        weights: in, (n,) float64.
        labels: in, (n,) int32, below k.
        rank: in, (k,) int32, the number of each cluster that is cut, 0 to m - 1, or -1.
        centroids: in, (k, d) float64, where they are cut.
        mass: out, (2 m,) float64, the weights of the lower halves, then of the upper ones.
        sums: out, (2 m, d) float64, the weighted sums of their points.
    """
    inside = np.flatnonzero(rank[labels] >= 0)
    own, weight, cut = points[inside], weights[inside], rank[labels[inside]]
    offsets = own - centroids[labels[inside]]
    many = len(mass) // 2
    spread = [np.bincount(cut, weight * np.square(axis), minlength=many) for axis in offsets.T]
    widest = np.stack(spread).argmax(axis=0)
    above = offsets[np.arange(len(own)), widest[cut]] > 0
    halves = (cut + np.where(above, many, 0)).astype(np.int32)
    cluster_sums(own, weight, halves, mass, sums)
