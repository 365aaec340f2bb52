"""Clusters of colours with alpha, so that what is opaque stays opaque.

Plain k-means in four dimensions mixes opaque pixels with nearly opaque ones, and their mean has an
alpha of 253: a picture whose solid parts shine through. So clusters are of two kinds. A solid one
is opaque, with the colour of its mean; opaque colours belong to solid clusters only, others to any.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize.kmeans.lloyd import Assignment, Centroids, Clustering, Points, Weights, assign, means

ALPHA: Final = 3
"""The coordinate that is in proportion to opacity, in points as `spaces.encode` makes them."""

ROUNDS: Final = 10
"""Most steps of k-means with two kinds of clusters; plain k-means has come to rest before, and only
the boundary between the kinds moves."""

Mask = NDArray[np.bool_]


def separate_opaque(
    points: Points,
    weights: Weights,
    found: Clustering,
    *,
    height: float,
    fixed: int = 0,
    threads: int = 1,
) -> Clustering:
    """Decide which clusters are solid, and go on with each colour in a cluster that it may have.

    Args:
        points: (n, 4) float64, opacity last.
        weights: (n,) float64.
        found: of these points, by plain k-means.
        height: the last coordinate of opaque points, see `spaces.opaque_height`.
        fixed: so many of the first centroids stay where they are.
        threads: most threads to use; changes no result.

    Returns:
        The centroid of a solid cluster is opaque. There is at least one if a point is opaque,
        unless all centroids are fixed and none is solid.
    """
    opaque = points[:, ALPHA] == height
    if not opaque.any():
        return found
    solid = _solid((points, weights), found, opaque, height, fixed)
    if not solid.any():
        return found
    centroids = found.centroids.copy()
    centroids[solid] = _raised(centroids[solid], height)
    state = _assign((points, weights), centroids, opaque, solid, threads)
    for _ in range(ROUNDS):
        moved = means(points, weights, centroids, state, fixed)
        occupied = state.mass > 0
        occupied[:fixed] = False
        centroids = np.where(occupied[:, None], moved, centroids)
        centroids[solid] = _raised(centroids[solid], height)
        before = state.labels
        state = _assign((points, weights), centroids, opaque, solid, threads)
        if np.array_equal(before, state.labels):
            break
    return found._replace(centroids=centroids, labels=state.labels, inertia=state.inertia)


def _raised(centroids: Centroids, height: float) -> Centroids:
    """Return centroids of the same colours, (m, 4), opaque."""
    raised = centroids * (height / centroids[:, ALPHA:])
    raised[:, ALPHA] = height
    return raised


def _solid(
    weighted: tuple[Points, Weights], found: Clustering, opaque: Mask, height: float, fixed: int
) -> Mask:
    """Return which clusters are to be solid, (k,) bool.

    Those that are mostly opaque are; and each other one that has opaque points, the heaviest first,
    where it costs less to make all of it opaque than to send these points elsewhere.
    """
    (points, weights), centroids, labels = weighted, found.centroids, found.labels
    k = len(centroids)
    mass = np.bincount(labels, weights, minlength=k)
    opaque_mass = np.bincount(labels[opaque], weights[opaque], minlength=k)
    solid = 2 * opaque_mass > mass
    solid[:fixed] = centroids[:fixed, ALPHA] == height
    mixed = np.flatnonzero(~solid & (opaque_mass > 0))
    for cluster in mixed[np.argsort(-opaque_mass[mixed], kind="stable")]:
        if cluster < fixed:
            continue
        members = labels == cluster
        own, here = members & opaque, centroids[cluster : cluster + 1]
        part = points[members], weights[members]
        raised = _cost(*part, _raised(here, height)) - _cost(*part, here)
        part = points[own], weights[own]
        if not solid.any() or raised < _cost(*part, centroids[solid]) - _cost(*part, here):
            solid[cluster] = True
    return solid


def _cost(points: Points, weights: Weights, centroids: Centroids) -> float:
    """Return the inertia of points at the nearest of some centroids."""
    return assign(points, weights, centroids).inertia


def _assign(
    weighted: tuple[Points, Weights], centroids: Centroids, opaque: Mask, solid: Mask, threads: int
) -> Assignment:
    """Assign points as `lloyd.assign` does, opaque ones to solid centroids only."""
    points, weights = weighted
    k, d = centroids.shape
    labels, distances = np.empty(len(points), np.int32), np.empty(len(points), points.dtype)
    inertia, mass, sums = 0.0, np.zeros(k), np.zeros((k, d))
    for rows, places in ((opaque, np.flatnonzero(solid)), (~opaque, np.arange(k))):
        part = assign(points[rows], weights[rows], centroids[places], threads=threads)
        labels[rows], distances[rows] = places[part.labels], part.distances
        inertia += part.inertia
        mass[places] += part.mass
        sums[places] += part.sums
    return Assignment(labels, distances, inertia, mass, sums)
