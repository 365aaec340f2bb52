"""The estimators' default: Lloyd's k-means, and as much of a search beyond it as pays.

A few of Lloyd's iterations bring the seeds near a local optimum. Exchanges that are known to pay
follow (`swapping`), then rounds of breathing k-means, which find more, but cost as much as ten of
Lloyd's iterations each (`breathing`). Lloyd's k-means follows, all steps lengthened, then moves of
single points (`hartigan`), and Lloyd's k-means again, which soon ends.

The numbers were measured on the sets of `benchmarks/estimators.py`, k = 8 to 256.
"""

from __future__ import annotations

from typing import Final

from quantize import kernels
from quantize.kmeans.breathing import breathe
from quantize.kmeans.lloyd import (
    Assigner,
    Centroids,
    Clustering,
    OnIteration,
    Points,
    Weights,
    lloyd,
)
from quantize.kmeans.refine import FEWEST, assigner_of, renumbered

FIRST: Final = 7
"""Iterations before the search; it finds no more after ten, or after a hundred."""

RELAXATION: Final = 1.7
"""Over-relaxation factor of Lloyd's steps, see `lloyd`: a third fewer iterations than with 1."""

EXCHANGES: Final = 30
"""Most rounds of exchanges; they end by themselves before."""

DRAWS: Final = 2
"""Draws for each seed of k-means++: 2 + ln k take twice the time, and the search mends it."""

LARGE: Final = 1 << 16
"""Points times centroids from which rounds of breathing take longer than what surrounds them."""


def search(
    points: Points,
    weights: Weights,
    seeds: Centroids,
    *,
    max_iter: int,
    limit: float,
    threads: int = 1,
    on_iteration: OnIteration | None = None,
) -> Clustering:
    """Return the clustering that the seeds lead to.

    Args:
        points: (n, d) float32 or float64, or sparse.
        weights: (n,) float64, 0 or more, with a positive sum.
        seeds: (k, d) float64, the first centroids.
        max_iter: most of Lloyd's iterations before and after the search; there is no search if none
            are left for after it.
        limit: squared movement of all centroids together at which a run stops, see `lloyd`.
        threads: most threads to use; changes no result.
        on_iteration: called after each of these iterations, numbered from 1 without a break, and
            with number 0 for the seeds.
    """
    k = len(seeds)
    assigner = assigner_of(points, weights, k, threads) or Assigner(points, weights, threads)
    first = lloyd(
        points,
        weights,
        seeds,
        max_iter=min(FIRST, max_iter),
        limit=limit,
        relaxation=RELAXATION,
        assigner=assigner,
        on_iteration=on_iteration,
    )
    if first.iterations == max_iter or not first.inertia:
        return first
    from quantize.kmeans.hartigan import settle  # not for those who have found it
    from quantize.kmeans.swapping import exchange

    centroids = exchange(assigner, first.centroids, rounds=EXCHANGES)
    rounds = _rounds(points, k, first.converged)
    centroids = breathe(points, weights, centroids, rounds=rounds, assigner=assigner)
    best, done = first, first.iterations
    for move in (None, settle):
        tried = lloyd(
            points,
            weights,
            centroids if move is None else move(assigner, best.centroids),
            max_iter=max_iter - done,
            limit=limit,
            relaxation=RELAXATION,
            assigner=assigner,
            on_iteration=renumbered(on_iteration, done),
        )
        done += tried.iterations
        best = tried
        if done == max_iter:
            break
    return best._replace(iterations=done)


def _rounds(points: Points, k: int, converged: bool) -> int:
    """Return the rounds of breathing that take no longer than the rest of the run.

    In few dimensions `kernels.nearest` makes them cheap, in many `bounds`, if there are enough
    centroids; with fewer, two rounds lower the inertia of blobs by 0.5 to 1.5 %. Where Lloyd's
    k-means converges at once, the rest of the run is short.
    """
    if len(points) * k < LARGE:
        return 0
    if points.shape[1] <= kernels.WRITTEN_ORDER_DIMENSIONS:
        return 8
    if k < FEWEST:
        return 0 if converged else 2
    return 1 if converged else 2
