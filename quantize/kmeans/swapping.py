"""Exchanges that pay: one cluster is split in two, another is given up (Ismkhan 2018).

What a split saves is known from two-means inside each cluster; what it costs to give up a centroid,
from the second nearest centroids of its points. Pairs that save more than they cost are exchanged
together, and a few of Lloyd's steps follow. Where no pair pays, nothing is tried, in contrast to
`breathing`.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.kmeans.breathing import WORTH, beyond_to_pole, gaps, steps
from quantize.kmeans.lloyd import (
    Assigner,
    Assignment,
    Centroids,
    Labels,
    Points,
    Rows,
    Weights,
    kernels_of,
)

TWO_MEANS: Final = 2
"""Iterations inside each cluster; more tell no more."""

MOST: Final = 4
"""At most one in so many centroids is exchanged in a round, so that most neighbours rest."""


def exchange(assigner: Assigner, centroids: Centroids, *, rounds: int) -> Centroids:
    """Return centroids of lower inertia, by exchanges that pay.

    Args:
        assigner: of the points.
        centroids: (k, d) float64, best near a local optimum.
        rounds: most rounds; the search ends before if no pair pays, or if a round brought nothing.

    Returns:
        (k, d) float64.
    """
    best = assigner.assign(centroids)
    for _ in range(rounds if len(centroids) > 2 else 0):
        before = assigner.state
        tried, origin = _exchanged(assigner, centroids, best)
        if (origin >= 0).all():
            break
        tried, state = steps(assigner, tried, 0, origin)
        if state.inertia >= best.inertia * (1 - WORTH):
            assigner.state = before
            break
        centroids, best = tried, state
    return centroids


def _exchanged(
    assigner: Assigner, centroids: Centroids, state: Assignment
) -> tuple[Centroids, Rows]:
    """Return centroids of which pairs are exchanged, and where each comes from, -1 if it is new."""
    k = len(centroids)
    first, second, saved = _halves(assigner, centroids, state)
    most = max(k // MOST, 1)
    cost = assigner.uses(centroids, most)
    neighbour = gaps(centroids).argmin(axis=1)
    candidates = iter(np.argsort(-saved, kind="stable").tolist())
    moved, origin, is_busy = centroids.copy(), np.arange(k), np.zeros(k, bool)
    for given_up in np.argsort(cost, kind="stable").tolist():
        if is_busy[given_up]:
            continue
        split = next((at for at in candidates if not is_busy[at] and at != given_up), None)
        if split is None or saved[split] <= cost[given_up] or not most:
            break
        if neighbour[given_up] == split:
            continue  # its points would go where the new centroid is
        moved[split], moved[given_up], origin[given_up] = first[split], second[split], -1
        is_busy[[split, given_up, neighbour[given_up]]] = True
        most -= 1
    return moved, origin


def _halves(
    assigner: Assigner, centroids: Centroids, state: Assignment
) -> tuple[Centroids, Centroids, Weights]:
    """Return two means of each cluster, and what they save."""
    points, weights, labels = assigner.points, assigner.weights, state.labels
    (k, d), engine = centroids.shape, kernels_of(points)
    if d <= kernels.WRITTEN_ORDER_DIMENSIONS:
        beyond = _beyond_on_axis(points, weights, labels, centroids)
    else:
        beyond = beyond_to_pole(points, weights, labels, centroids, state.distances)
    mass, sums = np.empty(2 * k), np.empty((2 * k, d))
    near, far = np.empty((2, len(points)), points.dtype)
    for _ in range(TWO_MEANS):
        halves = (labels + np.where(beyond, k, 0)).astype(np.int32)
        engine.cluster_sums(points, weights, halves, mass, sums)
        means, filled = np.concatenate([centroids, centroids]), mass > 0
        means[filled] = sums[filled] / mass[filled, None]
        places = means.astype(points.dtype, copy=False)
        engine.paired_distances(points, places[:k], labels, near)
        engine.paired_distances(points, places[k:], labels, far)
        beyond = far < near
    left = state.distances - np.minimum(near, far)
    saved = np.bincount(labels, weights * left, minlength=k)
    return means[:k], means[k:], saved.astype(np.float64, copy=False)


def _beyond_on_axis(
    own: Points, weights: Weights, labels: Labels, centroids: Centroids
) -> NDArray[np.bool_]:
    """Return whether points lie above their centroids on the axis where the cluster is widest."""
    offsets = own - centroids[labels]
    spread = np.stack(
        [
            np.bincount(labels, weights * np.square(axis), minlength=len(centroids))
            for axis in offsets.T
        ]
    )
    above: NDArray[np.bool_] = offsets[np.arange(len(own)), spread.argmax(axis=0)[labels]] > 0
    return above
