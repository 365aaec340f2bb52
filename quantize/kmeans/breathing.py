"""Breathing k-means, which goes beyond Lloyd's local optimum (Fritzke 2020, arXiv:2006.15666).

A round adds centroids where the error is largest and removes as many of the least useful ones; it
is kept if it lowers the inertia. A few of Lloyd's steps follow each change.
"""

from __future__ import annotations

from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.kmeans.lloyd import (
    Assigner,
    Assignment,
    Centroids,
    Labels,
    Points,
    Rows,
    Weights,
    dense_rows,
    kernels_of,
    means,
    relaxed,
)

STEPS: Final = 3
"""Lloyd's steps after each change. Measured: 2 and 4 lower the inertia no more in the same time."""

RELAXATION: Final = 1.5
"""Over-relaxation factor of these steps, except for the last one; see `lloyd`."""

WORTH: Final = 1e-4
"""Least relative reduction of the inertia of a round that succeeds."""


def breathe(
    points: Points,
    weights: Weights,
    centroids: Centroids,
    *,
    rounds: int,
    fixed: int = 0,
    threads: int = 1,
    assigner: Assigner | None = None,
) -> Centroids:
    """Return centroids of lower inertia, found by exchanging some of the centroids.

    A round adds m centroids and removes m. The first m is the smaller of √k and k/4. A round that
    fails is undone and halves m; the search ends after a failure with m = 1, or after all rounds.

    Args:
        points: (n, d) float32 or float64.
        weights: (n,) float64.
        centroids: (k, d) float64, best near a local optimum.
        rounds: most rounds, 0 or more.
        fixed: number of the first centroids that stay where they are.
        threads: most threads to use; changes no result.
        assigner: of these points; None: a plain one.

    Returns:
        (k, d) float64.
    """
    assigner = assigner or Assigner(points, weights, threads)
    k, free = len(centroids), len(centroids) - fixed
    size = first_size(free)
    best = assigner.assign(centroids)
    for _ in range(rounds if k > 1 and free else 0):
        before = assigner.state
        tried = split(points, weights, centroids, best, size, fixed=fixed)
        origin = np.append(np.arange(k), np.full(len(tried) - k, -1))
        tried, state = steps(assigner, tried, fixed, origin)
        kept = _most_useful(assigner, tried, k, fixed)
        tried, state = steps(assigner, tried[kept], fixed, kept)
        if state.inertia < best.inertia * (1 - WORTH):
            centroids, best = tried, state
            continue
        assigner.state = before
        if size == 1:
            break
        size //= 2
    return centroids


def first_size(free: int) -> int:
    """Return how many of so many centroids the first round adds; measured against k/16 and k/8."""
    return max(round(min(sqrt(free), free / 4)), 1)


def split(
    points: Points,
    weights: Weights,
    centroids: Centroids,
    state: Assignment,
    size: int,
    *,
    fixed: int = 0,
) -> Centroids:
    """Split the clusters of the largest errors in two, across the direction where they are widest.

    Up to four dimensions that is an axis; with more, and for sparse points, the direction of the
    point that costs most.

    Args:
        points: (n, d).
        weights: (n,).
        centroids: (k, d) float64.
        state: the points assigned to them.
        size: number of clusters to split, at most k.
        fixed: number of the first centroids that stay where they are; if such a cluster is split,
            only its new half gets its mean.

    Returns:
        (k + size, d) float64.
    """
    k, d = centroids.shape
    chosen = costliest(weights, state, k, size)
    rank = np.full(k, -1, np.int32)
    rank[chosen] = np.arange(len(chosen))
    mass, sums = np.empty(2 * len(chosen)), np.empty((2 * len(chosen), d))
    if d <= kernels.WRITTEN_ORDER_DIMENSIONS and isinstance(points, np.ndarray):
        kernels.halve(points, weights, state.labels, rank, centroids, mass, sums)
    else:
        inside = np.flatnonzero(rank[state.labels] >= 0)
        own, labels = points[inside], state.labels[inside]
        above = beyond_to_pole(own, weights[inside], labels, centroids, state.distances[inside])
        halves = (rank[labels] + np.where(above, len(chosen), 0)).astype(np.int32)
        kernels_of(points).cluster_sums(own, weights[inside], halves, mass, sums)
    grown = np.concatenate([centroids, centroids[chosen]])
    places = np.concatenate([chosen, np.arange(k, k + len(chosen))])
    filled = mass > 0
    grown[places[filled]] = sums[filled] / mass[filled, None]
    grown[:fixed] = centroids[:fixed]
    return grown


def costliest(weights: Weights, state: Assignment, k: int, size: int) -> Rows:
    """Return the clusters of the largest errors, (size,), in the order in which `split` adds."""
    errors = np.bincount(state.labels, weights * state.distances, minlength=k)
    return np.argsort(-errors, kind="stable")[:size]


def beyond_to_pole(
    own: Points, weights: Weights, labels: Labels, centroids: Centroids, distances: Points
) -> NDArray[np.bool_]:
    """Return whether points lie beyond their centroids in the direction of the costliest point.

    With c the centroid and p that point, (x - c)·(p - c) > 0 is |x - p|² < |x - c|² + |p - c|².
    """
    order = np.lexsort((weights * distances, labels))
    lasts = np.flatnonzero(np.append(np.diff(labels[order]) > 0, True))
    poles = np.zeros(len(centroids), np.intp)
    poles[labels[order[lasts]]] = order[lasts]
    places = dense_rows(own, poles).astype(own.dtype, copy=False)
    to_pole = np.empty(len(own), own.dtype)
    kernels_of(own).paired_distances(own, places, labels, to_pole)
    beyond: NDArray[np.bool_] = to_pole < distances + distances[poles[labels]]
    return beyond


def _most_useful(assigner: Assigner, centroids: Centroids, k: int, fixed: int) -> Rows:
    """Return the numbers of the k centroids that are kept, the fixed ones among them."""
    use = assigner.uses(centroids, len(centroids) - k)
    use[:fixed] = np.inf
    return most_useful(centroids, use, k)


def without_least_useful(centroids: Centroids, use: Weights, k: int) -> Centroids:
    """Return the centroids that `most_useful` keeps."""
    return centroids[most_useful(centroids, use, k)]


def most_useful(centroids: Centroids, use: Weights, k: int) -> Rows:
    """Return the numbers of the k centroids that are kept; of two neighbours only one is removed.

    Args:
        centroids: (n, d).
        use: (n,) the rise of the inertia without each: the distances of its points to their second
            nearest centroids, less those to itself.
        k: how many stay, at most n.
    """
    excess = len(centroids) - k
    neighbour = gaps(centroids).argmin(axis=1)
    removed: list[int] = []
    frozen = np.zeros(len(centroids), bool)
    order = np.argsort(use, kind="stable").tolist()
    for centroid in order:
        if len(removed) == excess:
            break
        if not frozen[centroid]:
            removed.append(centroid)
            frozen[centroid] = frozen[neighbour[centroid]] = True
    removed += [centroid for centroid in order if centroid not in removed][: excess - len(removed)]
    stays = np.ones(len(centroids), bool)
    stays[removed] = False
    return np.flatnonzero(stays)


def gaps(centroids: Centroids) -> Centroids:
    """Return the squared distances between all centroids, infinite to themselves."""
    gaps: Centroids
    if centroids.shape[1] <= kernels.WRITTEN_ORDER_DIMENSIONS:
        gaps = np.zeros((len(centroids), len(centroids)))
        for axis in centroids.T:
            gaps += np.square(np.subtract.outer(axis, axis))
    else:
        near = centroids - centroids.mean(axis=0)
        squares = np.square(near).sum(axis=1)
        gaps = squares[:, None] + squares - 2 * (near @ near.T)
    np.fill_diagonal(gaps, np.inf)
    return gaps


def insert_centroid(
    points: Points,
    weights: Weights,
    centroids: Centroids,
    place: Centroids,
    *,
    fixed: int = 0,
    staying: int = 0,
    threads: int = 1,
) -> tuple[Centroids, Assignment]:
    """Insert a centroid, remove the one that is then least useful, and do a few of Lloyd's steps.

    Args:
        points: (n, d) float32 or float64.
        weights: (n,) float64.
        centroids: (k, d) float64.
        place: (d,) float64, where the new centroid begins.
        fixed: number of the first centroids that stay where they are.
        staying: number of centroids after these that may move, but are not removed.
        threads: most threads to use; changes no result.

    Returns:
        (k, d) float64, the new one after the fixed ones, and the points assigned to them.
    """
    grown = np.concatenate([centroids[:fixed], place[None], centroids[fixed:]])
    assigner = Assigner(points, weights, threads)
    kept = _most_useful(assigner, grown, len(centroids), fixed + 1 + staying)
    return steps(assigner, grown[kept], fixed)


def lloyd_steps(
    points: Points, weights: Weights, centroids: Centroids, *, fixed: int = 0, threads: int = 1
) -> tuple[Centroids, Assignment]:
    """Do a few of Lloyd's steps; return the centroids and the points assigned to them.

    Arguments are those of `breathe`.
    """
    return steps(Assigner(points, weights, threads), centroids, fixed)


def steps(
    assigner: Assigner, centroids: Centroids, fixed: int, origin: Rows | None = None
) -> tuple[Centroids, Assignment]:
    """Do a few of Lloyd's steps with an assigner, see `lloyd_steps` and `Assigner.assign`."""
    state = assigner.assign(centroids, origin)
    for step in range(STEPS):
        moved = means(assigner.points, assigner.weights, centroids, state, fixed)
        if step < STEPS - 1:
            moved = relaxed(centroids, moved, state, RELAXATION)
        centroids = moved
        state = assigner.assign(centroids)
    return centroids, state
