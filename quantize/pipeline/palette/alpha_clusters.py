"""Clusters of colours with alpha, so that what is opaque stays opaque.

Plain k-means in four dimensions mixes opaque pixels with nearly opaque ones, and their mean has an
alpha of 253: a picture whose solid parts shine through. So clusters are of two kinds. A solid one
is opaque, with the colour of its mean; opaque colours belong to solid clusters only, others to any.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.color import spaces
from quantize.color.spaces import Space
from quantize.kmeans import breathing
from quantize.kmeans.lloyd import Assignment, Centroids, Points, Weights, assign, means
from quantize.kmeans.medoids import Group
from quantize.model.pixels import Bytes

ALPHA: Final = 3
"""The coordinate that is in proportion to opacity, in points as `spaces.encode` makes them."""

ROUNDS: Final = 4
"""Most steps of k-means with two kinds of clusters; plain k-means has come to rest before, and only
the boundary between the kinds moves. Ten are no better (measured as `centroids.FEW` was)."""


def groups_of(points: Points, colors: Bytes, space: Space) -> list[Group]:
    """Return the groups of `nearest.candidates` for medoids: fully transparent, and opaque.

    Args:
        points: (n, 3 or 4) in the space.
        colors: (m, 3 or 4) uint8, those that are offered.
        space: that of the points.
    """
    if points.shape[1] == 3:
        return []
    levels = ((0.0, 0), (spaces.opaque_height(space), 255))
    return [(points[:, ALPHA] == height, colors[:, 3] == alpha) for height, alpha in levels]


class TwoKinds:
    """Weighted points, and clusters of two kinds of them: centroids at `height` are solid."""

    def __init__(
        self,
        points: Points,
        weights: Weights,
        *,
        height: float,
        fixed: int = 0,
        threads: int = 1,
    ) -> None:
        """Tell the opaque points from the others.

        Args:
            points: (n, 4) float64, opacity last.
            weights: (n,) float64.
            height: the last coordinate of opaque points, see `spaces.opaque_height`.
            fixed: so many of the first centroids stay where they are.
            threads: most threads to use; changes no result.
        """
        self.points, self.weights, self.fixed = points, weights, fixed
        self._height, self._threads = height, threads
        self._opaque = points[:, ALPHA] == height
        rows = np.flatnonzero(self._opaque), np.flatnonzero(~self._opaque)
        self._parts = [(own, points[own], weights[own]) for own in rows]

    def with_solid(self, centroids: Centroids) -> Centroids:
        """Return the centroids with those made opaque that are to be solid, (k, 4).

        Those whose points are mostly opaque are; and each other one that has opaque points, the
        heaviest first, where it costs less to make all of it opaque than to send these points
        elsewhere. There is at least one if a point is opaque, unless all centroids are fixed.
        """
        found, k = centroids.copy(), len(centroids)
        labels = assign(self.points, self.weights, centroids, threads=self._threads).labels
        mass = np.bincount(labels, self.weights, minlength=k)
        opaque_mass = np.bincount(labels, self.weights * self._opaque, minlength=k)
        solid = 2 * opaque_mass > mass
        solid[: self.fixed] = centroids[: self.fixed, ALPHA] == self._height
        mixed = np.flatnonzero(~solid & (opaque_mass > 0))
        mixed = mixed[mixed >= self.fixed]
        for cluster in mixed[np.argsort(-opaque_mass[mixed], kind="stable")]:
            here = centroids[cluster : cluster + 1]
            part = np.flatnonzero(labels == cluster)
            raised = self._cost(part, self._raised(here)) - self._cost(part, here)
            own = part[self._opaque[part]]
            if not solid.any() or raised < self._cost(own, centroids[solid]) - self._cost(
                own, here
            ):
                solid[cluster] = True
        found[solid] = self._raised(found[solid])
        return found

    def _cost(self, rows: NDArray[np.intp], centroids: Centroids) -> float:
        """Return the inertia of some points at the nearest of some centroids."""
        return assign(self.points[rows], self.weights[rows], centroids).inertia

    def _raised(self, centroids: Centroids) -> Centroids:
        """Return centroids of the same colours, (m, 4), opaque."""
        raised = centroids * (self._height / centroids[:, ALPHA:])
        raised[:, ALPHA] = self._height
        return raised

    def _places(self, centroids: Centroids) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return which centroids opaque points may have, and which others may."""
        solid = np.flatnonzero(centroids[:, ALPHA] == self._height)
        every = np.arange(len(centroids))
        return (solid if len(solid) else every), every

    def assign(self, centroids: Centroids) -> Assignment:
        """Assign points as `lloyd.assign` does, opaque ones to solid centroids only."""
        n, (k, d) = len(self.points), centroids.shape
        labels, distances = np.empty(n, np.int32), np.empty(n)
        inertia, mass, sums = 0.0, np.zeros(k), np.zeros((k, d))
        parts = zip(self._parts, self._places(centroids), strict=True)
        for (rows, points, weights), places in parts:
            part = assign(points, weights, centroids[places], threads=self._threads)
            labels[rows], distances[rows] = places[part.labels], part.distances
            inertia += part.inertia
            mass[places] += part.mass
            sums[places] += part.sums
        return Assignment(labels, distances, inertia, mass, sums)

    def moved(self, centroids: Centroids, state: Assignment) -> Centroids:
        """Return the means of clusters; those that have opaque points are solid."""
        found = means(self.points, self.weights, centroids, state, self.fixed)
        solid = np.bincount(state.labels[self._opaque], minlength=len(found)) > 0
        solid[: self.fixed] = False
        found[solid] = self._raised(found[solid])
        return found

    def settle(self, centroids: Centroids, rounds: int = ROUNDS) -> tuple[Centroids, Assignment]:
        """Do steps of k-means; return the centroids and the points assigned to them."""
        state = self.assign(centroids)
        for _ in range(rounds):
            before, centroids = state.labels, self.moved(centroids, state)
            state = self.assign(centroids)
            if np.array_equal(before, state.labels):
                break
        return centroids, state

    def breathe(self, centroids: Centroids, rounds: int) -> Centroids:
        """Do what `breathing.breathe` does; an exchange can change how many are solid."""
        k = len(centroids)
        size = breathing.first_size(k - self.fixed)
        centroids, best = self.settle(centroids)
        for _ in range(rounds if k - self.fixed > 1 else 0):
            tried, _ = self.settle(self._split(centroids, best, size), breathing.STEPS)
            tried, state = self.settle(self._without_least_useful(tried, k), breathing.STEPS)
            if state.inertia < best.inertia * (1 - breathing.WORTH):
                centroids, best = tried, state
            elif size > 1:
                size //= 2
            else:
                break
        return centroids

    def _split(self, centroids: Centroids, state: Assignment, size: int) -> Centroids:
        """Return the centroids with the costliest split; halves of solid ones are solid."""
        k = len(centroids)
        found = breathing.split(self.points, self.weights, centroids, state, size, fixed=self.fixed)
        parents = np.r_[np.arange(k), breathing.costliest(self.weights, state, k, size)]
        solid = centroids[parents, ALPHA] == self._height
        found[solid] = self._raised(found[solid])
        return found

    def _without_least_useful(self, centroids: Centroids, k: int) -> Centroids:
        """Return the k most useful centroids, one solid one among them if there is one."""
        use = np.zeros(len(centroids))
        parts = zip(self._parts, self._places(centroids), strict=True)
        for (_, points, weights), places in parts:
            labels = np.empty(len(points), np.int32)
            distances, seconds = np.empty(len(points)), np.full(len(points), np.inf)
            if len(places) > 1:
                kernels.nearest_two(points, centroids[places], labels, distances, seconds)
                own = np.bincount(labels, weights * (seconds - distances), minlength=len(places))
                use[places] += own
            elif len(points):
                use[places] = np.inf
        solid = np.flatnonzero(centroids[:, ALPHA] == self._height)
        if len(solid):
            use[solid[use[solid].argmax()]] = np.inf
        use[: self.fixed] = np.inf
        return breathing.without_least_useful(centroids, use, k)
