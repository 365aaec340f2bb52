"""Mini-batch k-means (Sculley 2010): many small steps instead of few large ones.

A batch is drawn by weight. Each of its points moves its nearest centroid a little, and less the
more points that centroid has had. Sculley's centroids are the means of all points that they have
ever had; here old points lose weight with each batch (`MEMORY`), because they belong to places that
the centroid has left.
"""

from __future__ import annotations

from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize.kmeans.lloyd import (
    Centroids,
    Clustering,
    Labels,
    OnIteration,
    Points,
    Weights,
    assign,
    dense_rows,
    kernels_of,
    means,
)

PATIENCE: Final = 10
"""Batches without improvement before a run stops, as in scikit-learn (`max_no_improvement`)."""

MEMORY: Final = 0.9
"""Factor of the mass of a centroid with each batch: its mean is over about ten batches. On twelve
photographs the error is 1 to 2 % lower; after the last step to the means, only for few batches and
large k."""


def step(
    batch: Points,
    weights: Weights,
    centroids: Centroids,
    mass: NDArray[np.float64],
    fixed: int = 0,
) -> tuple[Labels, Points]:
    """Move the centroids by one batch.

    Args:
        batch: in, (b, d) float32 or float64.
        weights: in, (b,) float64.
        centroids: in-out, (k, d) float64.
        mass: in-out, (k,) float64, the weight of the points that each centroid has had; its inverse
            is the learning rate.
        fixed: number of the first centroids that stay where they are.

    Returns:
        The labels and squared distances of the batch, to the centroids before they moved.
    """
    labels, distances = np.empty(len(batch), np.int32), np.empty(len(batch), batch.dtype)
    engine = kernels_of(batch)
    engine.nearest(batch, centroids.astype(batch.dtype, copy=False), labels, distances)
    gained, sums = np.empty(len(mass)), np.empty_like(centroids)
    engine.cluster_sums(batch, weights, labels, gained, sums)
    mass += gained
    hit = gained > 0
    hit[:fixed] = False
    centroids[hit] += (sums[hit] - gained[hit, None] * centroids[hit]) / mass[hit, None]
    return labels, distances


def mini_batch(
    points: Points,
    weights: Weights,
    seeds: Centroids,
    *,
    batch_size: int,
    steps: int,
    limit: float = 0.0,
    patience: int | None = PATIENCE,
    reassignment: float = 0.0,
    settles: bool = False,
    rng: np.random.Generator,
    fixed: int = 0,
    threads: int = 1,
    on_iteration: OnIteration | None = None,
) -> Clustering:
    """Run mini-batch k-means on weighted points, and at the end one step to the means of all.

    A run stops early when a smoothed inertia of the batches has not improved for `patience`
    batches, or when the squared movement of all centroids by a batch is at most `limit`. After each
    pass, centroids that have had too few points move to the points of the batch that cost most.

    Args:
        points: (n, d) float32 or float64.
        weights: (n,) float64, 0 or more; the probability of a point to be drawn, unscaled.
        seeds: (k, d) float64.
        batch_size: points in a batch.
        steps: most batches.
        limit: 0 or more.
        patience: 1 or more, or None not to stop for that reason.
        reassignment: what too few means, as a share of the points of the largest centroid; 0 moves
            only centroids without points.
        settles: whether a run also stops when the means of the centroids over all batches so far
            move by at most `limit`; the centroids of random batches never come to rest.
        rng: decides the batches.
        fixed: number of the first centroids that stay where they are.
        threads: for the last assignment of all points.
        on_iteration: see `lloyd.OnIteration`; the inertia is that of the next batch, scaled to the
            weight of all points, and at the end that of all points.
    """
    cumulative = np.cumsum(weights)
    batches = passes(len(points), batch_size)
    centroids, mass, ones = seeds.copy(), np.zeros(len(seeds)), np.ones(batch_size)
    average = seeds.copy()
    progress = _Progress(min(2.0 * batch_size / (len(points) + 1), 1.0), patience)
    iterations, ended = 0, ""
    while iterations < steps and not ended:
        iterations += 1
        batch = points[_draw(cumulative, batch_size, rng)]
        before = centroids.copy()
        mass *= MEMORY
        _, distances = step(batch, ones, centroids, mass, fixed)
        if iterations % batches == 0:
            _reassign(batch, distances, centroids[fixed:], mass[fixed:], reassignment)
        inertia = float(distances.mean() * cumulative[-1])
        if on_iteration is not None:
            on_iteration(iterations - 1, before, inertia)
        step_of_average = (centroids - average) / iterations
        average += step_of_average
        if progress.has_stopped(inertia):
            ended = "lack of improvement in inertia"
        elif _squared(centroids - before) <= limit or (
            settles and _squared(step_of_average) <= limit
        ):
            ended = "small centers change"
    state = assign(points, weights, centroids, threads=threads)
    centroids = means(points, weights, centroids, state, fixed)
    final = assign(points, weights, centroids, threads=threads)
    if on_iteration is not None:
        on_iteration(iterations, centroids, final.inertia)
    return Clustering(centroids, final.labels, final.inertia, iterations, bool(ended), ended)


def passes(points: int, batch_size: int) -> int:
    """Return how many batches hold at least so many points."""
    return max(ceil(points / batch_size), 1)


def _squared(movement: Centroids) -> float:
    return float(np.square(movement).sum())


class _Progress:
    """The smoothed inertia of batches, and for how many of them it has not improved.

    Args:
        smoothing: weight of the newest batch, 0 to 1.
        patience: see `mini_batch`.
    """

    def __init__(self, smoothing: float, patience: int | None) -> None:
        self._smoothing, self._patience = smoothing, patience
        self._smoothed, self._best, self._stale = np.inf, np.inf, 0

    def has_stopped(self, inertia: float) -> bool:
        """Add the inertia of a batch; return whether there was no improvement for too long."""
        if np.isinf(self._smoothed):
            self._smoothed = inertia
        else:
            self._smoothed += self._smoothing * (inertia - self._smoothed)
        self._stale = 0 if self._smoothed < self._best else self._stale + 1
        self._best = min(self._best, self._smoothed)
        return self._patience is not None and self._stale >= self._patience


def _draw(cumulative: Weights, size: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return row numbers drawn by weight, with replacement, in ascending order.

    Neighbours in a list of points are often neighbours in space, which the kernels make use of.

    Args:
        cumulative: (n,) the weights of the points, added up.
        size: how many to draw.
        rng: decides the draws.
    """
    wanted = np.sort(rng.random(size)) * cumulative[-1]
    rows: NDArray[np.intp] = np.searchsorted(cumulative, wanted, side="right")
    return np.minimum(rows, len(cumulative) - 1)


def _reassign(
    batch: Points,
    distances: Points,
    centroids: Centroids,
    mass: NDArray[np.float64],
    reassignment: float,
) -> None:
    """Move centroids of little mass to the costliest points of the batch, without any mass."""
    rare = np.flatnonzero(mass <= reassignment * mass.max(initial=0.0))
    costliest = np.argsort(-distances, kind="stable")[: len(rare)]
    for cluster, point in zip(rare, costliest, strict=False):
        centroids[cluster] = dense_rows(batch, [point])[0]
        mass[cluster] = 0
