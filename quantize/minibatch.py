"""Mini-batch k-means (Sculley 2010): many small steps instead of few large ones.

A batch is drawn by weight, each of its points moves its nearest centroid a little, and the more a
centroid has seen, the less it moves: every centroid is the running mean of what it has been given.
"""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.kmeans import (
    Centroids,
    Clustering,
    Labels,
    Points,
    Watch,
    Weights,
    assign,
)

PATIENCE = 10
"""Batches without improvement before a run stops, as in scikit-learn (`max_no_improvement`)."""


def step(
    batch: Points, weights: Weights, centroids: Centroids, mass: NDArray[np.float64]
) -> tuple[Labels, Points]:
    """Move the centroids by one batch.

    Args:
        batch: in, (b, d) float32 or float64.
        weights: in, (b,) float64.
        centroids: in-out, (k, d) float64.
        mass: in-out, (k,) float64, the weight that each centroid has seen; its inverse is the
            learning rate.

    Returns:
        The labels and squared distances of the batch, to the centroids as they were.
    """
    labels, distances = np.empty(len(batch), np.int32), np.empty(len(batch), batch.dtype)
    kernels.nearest(batch, centroids.astype(batch.dtype, copy=False), labels, distances)
    gained, sums = np.empty(len(mass)), np.empty_like(centroids)
    kernels.cluster_sums(batch, weights, labels, gained, sums)
    hit = gained > 0
    mass[hit] += gained[hit]
    centroids[hit] += (sums[hit] - gained[hit, None] * centroids[hit]) / mass[hit, None]
    return labels, distances


def mini_batch(
    points: Points,
    weights: Weights,
    seeds: Centroids,
    *,
    batch_size: int,
    max_iter: int = 100,
    limit: float = 0.0,
    rng: np.random.Generator,
    threads: int = 1,
    watch: Watch | None = None,
) -> Clustering:
    """Mini-batch k-means on weighted points.

    It stops early when a smoothed inertia of the batches has not improved for `PATIENCE` batches,
    or when a batch moves the centroids by at most `limit`, squared and all together. A centroid
    that has met no point in a whole pass is moved to the point of the batch that costs most.

    Args:
        points: (n, d) float32 or float64.
        weights: (n,) float64, 0 or more; the chance of a point to be drawn.
        seeds: (k, d) float64.
        batch_size: points in a batch.
        max_iter: most passes, each of as many batches as would hold all points once.
        limit: 0 or more.
        rng: decides the batches.
        threads: for the last assignment of all points.
        watch: see `kmeans.Watch`; the inertia that it gets is of the batch, scaled to all weight.
    """
    chances = np.cumsum(weights)
    total = chances[-1]
    batches = max(ceil(len(points) / batch_size), 1)
    smoothing = min(2.0 * batch_size / (len(points) + 1), 1.0)
    centroids, mass, ones = seeds.copy(), np.zeros(len(seeds)), np.ones(batch_size)
    smoothed, best, stale = np.inf, np.inf, 0
    iterations, converged = 0, False
    while iterations < max_iter * batches and not converged:
        iterations += 1
        rows = np.searchsorted(chances, rng.random(batch_size) * total, side="right")
        batch = points[np.minimum(rows, len(points) - 1)]
        before = centroids.copy()
        _, distances = step(batch, ones, centroids, mass)
        if iterations % batches == 0:
            _wake(batch, distances, centroids, mass)
        inertia = float(distances.mean() * total)
        if watch is not None:
            watch(iterations, before, inertia)
        smoothed = inertia if np.isinf(smoothed) else smoothed + smoothing * (inertia - smoothed)
        stale = 0 if smoothed < best else stale + 1
        best = min(best, smoothed)
        shift = float(np.square(centroids - before).sum())
        converged = stale >= PATIENCE or shift <= limit
    final = assign(points, weights, centroids, threads=threads)
    return Clustering(centroids, final.labels, final.inertia, iterations, converged)


def _wake(
    batch: Points, distances: Points, centroids: Centroids, mass: NDArray[np.float64]
) -> None:
    """Centroids without any mass go to the costliest points of the batch."""
    asleep = np.flatnonzero(mass <= 0)
    costliest = np.argsort(-distances, kind="stable")[: len(asleep)]
    for cluster, point in zip(asleep, costliest, strict=False):
        centroids[cluster] = batch[point]
