"""Moves of single points after Lloyd's k-means (Hartigan 1975; Telgarsky and Vattani 2010).

Where Lloyd's k-means ends, a point may still gain by a change of cluster, since both centroids move
with it. With few points in a cluster that is much. The points that can gain are told by the
distance to their second nearest centroid; `kernels.move_points` looks at these.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from quantize import kernels
from quantize.kmeans.lloyd import Assigner, Assignment, Centroids, Rows, Weights, means

PASSES: Final = 8
"""Most passes; each looks again at what the moves of the pass before have made near."""

ENOUGH: Final = 0.01
"""Part of the points that has to move in a pass for another one to pay."""

LARGEST: Final = 64
"""Mean points in a cluster beyond which a move gains too little to look for it."""

FEW: Final = 1 << 12
"""Distances which are computed in less time than it takes to see which of them are needed."""


def settle(assigner: Assigner, centroids: Centroids, *, passes: int = PASSES) -> Centroids:
    """Return centroids of no more inertia, by moves of single points.

    Args:
        assigner: of the points.
        centroids: (k, d) float64, best at the end of Lloyd's k-means.
        passes: most passes over the points.

    Returns:
        (k, d) float64; the same ones for sparse points, or if clusters are large.
    """
    points, weights, k = assigner.points, assigner.weights, len(centroids)
    if not isinstance(points, np.ndarray) or k < 2 or len(points) > LARGEST * k:
        return centroids
    points = np.ascontiguousarray(points)
    for _ in range(passes):
        state = assigner.assign(centroids)
        rows = _candidates(assigner, centroids, state)
        moving = means(points, weights, centroids, state)
        labels, mass = state.labels.copy(), state.mass.copy()
        moved = kernels.move_points(points, weights, rows, labels, mass, moving)
        if not moved:
            break
        centroids = moving
        if moved < ENOUGH * len(points):
            break
    return centroids


def _candidates(assigner: Assigner, centroids: Centroids, state: Assignment) -> Rows:
    """Return the points that can gain, as far as distances to the nearest two centroids tell."""
    points, weights = assigner.points, assigner.weights
    if len(points) * len(centroids) < FEW:
        return np.arange(len(points))
    near, far = _nearest_two(assigner, centroids)
    mass = state.mass[state.labels]
    left = np.maximum(mass - weights, 1e-300)
    least = max(float(state.mass.min()), 1e-300)
    gains = far * (least / (least + weights)) < near * (mass / left)
    rows: Rows = np.flatnonzero(gains).astype(np.int64, copy=False)
    return rows


def _nearest_two(assigner: Assigner, centroids: Centroids) -> tuple[Weights, Weights]:
    """Return the squared distances to the nearest centroid, and bounds of those to the second."""
    if assigner.state is not None:
        return np.square(assigner.state.reach), np.square(np.maximum(assigner.state.lower, 0.0))
    points = assigner.points
    labels = np.empty(len(points), np.int32)
    near, far = np.empty((2, len(points)), points.dtype)
    kernels.nearest_two(points, centroids.astype(points.dtype), labels, near, far)
    return near.astype(np.float64), far.astype(np.float64)
