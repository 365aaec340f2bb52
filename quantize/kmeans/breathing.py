"""Search beyond Lloyd's local optimum: breathing k-means (Fritzke 2020, arXiv:2006.15666).

Centroids are added where the error is largest, and as many removed where they are missed least;
what lowers the inertia is kept. Each change is followed by a few of Lloyd's steps. It takes
weighted points in any number of dimensions and knows nothing of what they are.
"""

from __future__ import annotations

from math import sqrt
from typing import Final

import numpy as np

from quantize import kernels
from quantize.kmeans.lloyd import Assignment, Centroids, Points, Weights, assign, means

STEPS: Final = 3
"""Lloyd's steps after each change; 2 and 4 reached no more in the same time."""

RELAXATION: Final = 1.5
"""Of these steps; they are few, so none of them is a last one."""

WORTH: Final = 1e-4
"""A round that lowers the inertia by a smaller part than this counts as a failure."""


def breathe(
    points: Points,
    weights: Weights,
    centroids: Centroids,
    *,
    rounds: int,
    fixed: int = 0,
    threads: int = 1,
) -> Centroids:
    """Centroids of lower inertia, found from others by exchanging some of them.

    A round adds m centroids and removes m. It begins with the smaller of √k and k/4; a round that
    fails is undone, and halves m; when nothing is left of it, or after so many rounds, it ends.

    Args:
        points: (n, d) float32 or float64.
        weights: (n,) float64.
        centroids: (k, d) float64, best near a local optimum.
        rounds: most rounds, 0 or more.
        fixed: so many of the first centroids stay where they are.
        threads: most threads to use; changes no result.

    Returns:
        (k, d) float64.
    """
    k, free = len(centroids), len(centroids) - fixed
    size = max(round(min(sqrt(free), free / 4)), 1)  # measured against k/16 and k/8
    best = assign(points, weights, centroids, threads=threads)
    for _ in range(rounds if k > 1 and free else 0):
        tried = split(points, weights, centroids, best, size, fixed=fixed)
        tried, state = settle(points, weights, tried, fixed=fixed, threads=threads)
        tried = _exhale(points, weights, tried, k, fixed)
        tried, state = settle(points, weights, tried, fixed=fixed, threads=threads)
        if state.inertia < best.inertia * (1 - WORTH):
            centroids, best = tried, state
        elif size > 1:
            size //= 2
        else:
            break
    return centroids


def split(
    points: Points,
    weights: Weights,
    centroids: Centroids,
    state: Assignment,
    size: int,
    *,
    fixed: int = 0,
) -> Centroids:
    """Cut the clusters of the largest errors in two, across the axis where they are widest.

    Args:
        points: (n, d).
        weights: (n,).
        centroids: (k, d) float64.
        state: the points assigned to them.
        size: how many clusters to cut, at most k.
        fixed: so many of the first centroids stay where they are; of a cluster of theirs only the
            half that is cut off gets its mean.

    Returns:
        (k + size, d) float64.
    """
    k, d = centroids.shape
    errors = np.bincount(state.labels, weights * state.distances, minlength=k)
    chosen = np.argsort(-errors, kind="stable")[:size]
    rank = np.full(k, -1, np.int32)
    rank[chosen] = np.arange(len(chosen))
    inside = np.flatnonzero(rank[state.labels] >= 0)
    own, labels = points[inside], state.labels[inside]
    offsets = own - centroids[labels]
    spread = np.stack(
        [
            np.bincount(labels, weights[inside] * np.square(offsets[:, axis]), minlength=k)
            for axis in range(d)
        ]
    )
    above = offsets[np.arange(len(own)), spread.argmax(axis=0)[labels]] > 0
    halves = (rank[labels] + np.where(above, len(chosen), 0)).astype(np.int32)
    mass, sums = np.empty(2 * len(chosen)), np.empty((2 * len(chosen), d))
    kernels.cluster_sums(own, weights[inside], halves, mass, sums)
    grown = np.concatenate([centroids, centroids[chosen]])
    places = np.concatenate([chosen, np.arange(k, k + len(chosen))])
    filled = mass > 0
    grown[places[filled]] = sums[filled] / mass[filled, None]
    grown[:fixed] = centroids[:fixed]
    return grown


def _exhale(
    points: Points, weights: Weights, centroids: Centroids, k: int, fixed: int
) -> Centroids:
    """Remove the centroids that would be missed least, down to k; of two neighbours only one.

    A centroid is missed by as much as the inertia would rise without it: the distances of its
    points to their second nearest centroids, less those to itself.
    """
    labels = np.empty(len(points), np.int32)
    distances, seconds = np.empty((2, len(points)), points.dtype)
    kernels.nearest_two(points, centroids.astype(points.dtype), labels, distances, seconds)
    missed = np.bincount(labels, weights * (seconds - distances), minlength=len(centroids))
    missed[:fixed] = np.inf
    gaps = np.square(centroids[:, None] - centroids).sum(axis=2)
    np.fill_diagonal(gaps, np.inf)
    neighbour = gaps.argmin(axis=1)
    excess = len(centroids) - k
    removed: list[int] = []
    frozen = np.zeros(len(centroids), bool)
    order = np.argsort(missed, kind="stable").tolist()
    for centroid in order:
        if len(removed) == excess:
            break
        if not frozen[centroid]:
            removed.append(centroid)
            frozen[[centroid, neighbour[centroid]]] = True
    removed += [centroid for centroid in order if centroid not in removed][: excess - len(removed)]
    return np.delete(centroids, removed, axis=0)


def make_room(
    points: Points,
    weights: Weights,
    centroids: Centroids,
    place: Centroids,
    *,
    fixed: int = 0,
    staying: int = 0,
    threads: int = 1,
) -> tuple[Centroids, Assignment]:
    """One more centroid, at the cost of the one that is then missed least; and a few steps.

    Args:
        points: (n, d) float32 or float64.
        weights: (n,) float64.
        centroids: (k, d) float64.
        place: (d,) float64, where the new one begins.
        fixed: so many of the first centroids stay where they are.
        staying: so many after these may move, but are not given up.
        threads: most threads to use; changes no result.

    Returns:
        (k, d) float64, the new one after the fixed ones, and the points assigned to them.
    """
    grown = np.concatenate([centroids[:fixed], place[None], centroids[fixed:]])
    reduced = _exhale(points, weights, grown, len(centroids), fixed + 1 + staying)
    return settle(points, weights, reduced, fixed=fixed, threads=threads)


def settle(
    points: Points, weights: Weights, centroids: Centroids, *, fixed: int = 0, threads: int = 1
) -> tuple[Centroids, Assignment]:
    """A few of Lloyd's steps, and the points assigned to where they lead.

    Arguments are those of `breathe`.
    """
    state = assign(points, weights, centroids, threads=threads)
    for step in range(STEPS):
        moved = means(points, weights, centroids, state, fixed)
        if step < STEPS - 1:
            settled = state.mass[:, None] > 0
            moved = np.where(settled, centroids + RELAXATION * (moved - centroids), moved)
        centroids = moved
        state = assign(points, weights, centroids, threads=threads)
    return centroids, state
