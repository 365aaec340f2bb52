"""Single points that change their cluster where that lowers the inertia (Hartigan 1975)."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_GAIN: Final = 1e-9
"""Part of what a point saves that a move has to gain, so that rounding moves none to and fro."""


LANES: Final = 8
"""Sums that run side by side: more than a processor adds at once."""


def in_lanes(values: Floats) -> Floats:
    """Return sums along the last axis: in eight lanes that take turns, added one after another."""
    padded = np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, -values.shape[-1] % LANES)])
    lanes = padded.reshape(*values.shape[:-1], -1, LANES)
    sums: Floats = np.cumsum(np.cumsum(lanes, axis=-2)[..., -1, :], axis=-1)[..., -1]
    return sums


def move_points(  # noqa: PLR0917 (a kernel)
    points: NDArray[np.floating[Any]],
    weights: Floats,
    rows: NDArray[np.int64],
    labels: NDArray[np.int32],
    mass: Floats,
    centroids: Floats,
) -> int:
    """Move points, one after another, to the cluster in which they cost least; return how many.

    A point of weight w that leaves a cluster of mass m saves w·m / (m - w) times its squared
    distance to the centroid, and costs w·m / (m + w) times that where it comes. Centroids and
    masses are those after each move. A point that is alone stays. Of equal clusters the first wins.
    Squared distances are added in eight lanes, see `in_lanes`.

    Args:
        points: in, (n, d) float32 or float64.
        weights: in, (n,) float64, 0 or more.
        rows: in, (m,) int64, the points to look at, in this order.
        labels: in-out, (n,) int32, below k.
        mass: in-out, (k,) float64, the weight of each cluster.
        centroids: in-out, (k, d) float64, the means of the clusters.

    Returns:
        How many points have moved.
    """
    moved = 0
    for row in rows.tolist():
        point, weight, own = points[row].astype(np.float64), float(weights[row]), labels[row]
        left = mass[own] - weight
        if weight <= 0 or left <= 0:
            continue
        costs = in_lanes(np.square(point - centroids))
        saved = costs[own] * (mass[own] / left)
        costs *= mass / (mass + weight)
        costs[own] = np.inf
        best = costs.argmin()
        if not costs[best] < saved * (1 - LEAST_GAIN):
            continue
        centroids[own] += (centroids[own] - point) * (weight / left)
        mass[own] = left
        mass[best] += weight
        centroids[best] += (point - centroids[best]) * (weight / mass[best])
        labels[row] = best
        moved += 1
    return moved
