"""Refinement of seeds: Lloyd's k-means, breathing k-means, Lloyd's k-means, from coarse to fine."""

from __future__ import annotations

from functools import partial
from typing import Final

from quantize import kernels
from quantize.kmeans.breathing import breathe
from quantize.kmeans.lloyd import (
    Assigner,
    Centroids,
    Clustering,
    OnIteration,
    Points,
    WeightedPoints,
    Weights,
    lloyd,
)

FEWEST: Final = 24
"""With fewer centroids a bound tells too little: each of them moves in every step."""

FEWEST_OF_VECTORS: Final = 128
"""The same where all distances are computed by vectors of points, see `kernels.nearest`."""

FEWEST_DISTANCES: Final = 1 << 14
"""Fewer are computed in less time than it takes to see which are not needed."""


def refine(
    points: Points,
    weights: Weights,
    seeds: Centroids,
    *,
    coarse: WeightedPoints | None = None,
    rounds: int = 0,
    max_iter: int,
    limit: float,
    relaxation: float = 1.0,
    fixed: int = 0,
    threads: int = 1,
    on_iteration: OnIteration | None = None,
) -> Clustering:
    """Return the clustering of the points that the seeds lead to.

    The first run of Lloyd's k-means is on the coarse points, with at most half of the iterations.
    Breathing k-means follows on the same points, then a second run on all points. Without coarse
    points the first run is on all points; it is the result if there are no rounds of breathing
    k-means, or if it has used all iterations.

    Args:
        points: (n, d) float32 or float64.
        weights: (n,) float64, 0 or more, with a positive sum.
        seeds: (k, d) float64, the first centroids.
        coarse: fewer points that stand for all; they are converted to the dtype of `points`. None:
            there are none.
        rounds: most rounds of breathing k-means; 0 leaves it out.
        max_iter: most iterations of both runs together, 1 or more. Steps of breathing k-means do
            not count.
        limit: squared movement of all centroids together at which a run stops, see `lloyd`.
        relaxation: see `lloyd`.
        fixed: number of the first centroids that stay where they are.
        threads: most threads to use; changes no result.
        on_iteration: called after each iteration of both runs, numbered from 1 without a break, and
            with number 0 for the seeds.
    """
    assigner = None if coarse else assigner_of(points, weights, len(seeds), threads)
    run = partial(
        lloyd, assigner=assigner, limit=limit, relaxation=relaxation, fixed=fixed, threads=threads
    )
    start, most = WeightedPoints(points, weights), max_iter
    if coarse is not None:
        start = coarse._replace(points=coarse.points.astype(points.dtype, copy=False))
        most = max_iter // 2
    first = run(*start, seeds, max_iter=most, on_iteration=on_iteration)
    if coarse is None and (not rounds or first.iterations == max_iter or not first.inertia):
        return first
    centroids = first.centroids
    if rounds:
        centroids = breathe(
            *start, centroids, rounds=rounds, fixed=fixed, threads=threads, assigner=assigner
        )
    second = run(
        points,
        weights,
        centroids,
        max_iter=max_iter - first.iterations,
        on_iteration=renumbered(on_iteration, first.iterations),
    )
    return second._replace(iterations=first.iterations + second.iterations)


def assigner_of(points: Points, weights: Weights, k: int, threads: int) -> Assigner | None:
    """Return what assigns the points fastest; None: a plain one."""
    n, d = points.shape
    few = FEWEST_OF_VECTORS if d <= kernels.VECTOR_DIMENSIONS else FEWEST
    if d <= kernels.WRITTEN_ORDER_DIMENSIONS or k < few or n * k < FEWEST_DISTANCES:
        return None
    from quantize.kmeans.bounds import BoundedAssigner  # for many dimensions only

    return BoundedAssigner(points, weights, threads)


def renumbered(on_iteration: OnIteration | None, before: int) -> OnIteration | None:
    """Return a callback that counts on from `before`, without a call for the seeds."""
    if on_iteration is None:
        return None

    def renumbered(iteration: int, centroids: Centroids, inertia: float) -> None:
        if iteration:
            on_iteration(before + iteration, centroids, inertia)

    return renumbered
