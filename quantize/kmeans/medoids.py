"""The best k of a given set of places: k-medoids whose medoids are not the points themselves.

Places are added greedily, then exchanged one for one as long as that lowers the inertia, the first
that does at once (FasterPAM: Schubert & Rousseeuw, "Fast and eager k-medoids clustering", 2021).
Gains of the greedy part only fall as places are added, so most need no second look (Minoux 1978).
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import combinations
from math import comb
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize.kmeans.lloyd import Centroids, Points, Rows, Weights

Distances = NDArray[np.float64]
Group = tuple[NDArray[np.bool_], NDArray[np.bool_]]
"""(n,) the points and (m,) the places of a group."""

WORTH: Final = 1e-9
"""Part of the inertia that an exchange must save: less is rounding, and it would not end."""

MOST_CHOICES: Final = 1 << 13
TRIED: Final = 1 << 26
"""All choices are tried where there are at most so many, of so many distances: 0.2 s."""

MOST_STARTS: Final = 16
MOST_WORK: Final = 1 << 21
"""There are at most so many starts, and so many distances in one sweep over the places from each of
them. On 400 problems of up to 16 places one start left 1.15 times the least inertia, four 1.04 and
ten 1.007; in two million distances a start takes a tenth to a third of a second."""

NONE: Final = np.zeros(0, np.intp)


class Places:
    """Weighted points, and places of which some are to be their medoids."""

    def __init__(
        self,
        points: Points,
        weights: Weights,
        places: Centroids,
        *,
        groups: Sequence[Group] = (),
    ) -> None:
        """Keep the points by coordinate.

        Args:
            points: (n, d).
            weights: (n,), none of them negative.
            places: (m, d).
            groups: a point of a group goes to a place outside it only if no medoid is inside.
        """
        self.axes = np.ascontiguousarray(points.T, np.float64)
        self.places = np.asarray(places, np.float64)
        self.weights = np.asarray(weights, np.float64)
        self._groups = groups
        spans = np.concatenate([points, places]).astype(np.float64)
        self.far = float(np.square(np.ptp(spans, axis=0)).sum()) + 1.0

    def best(self, k: int, start: Rows = NONE, *, staying: int = 0) -> Rows:
        """Return k places of least inertia, as far as is known; ascending.

        Where all choices can be tried they are; else exchanges begin at several of them.

        Args:
            k: how many; there are fewer where some would be no point's nearest.
            start: places that are among the chosen ones at first, at most k different ones.
            staying: so many of the first of these stay.
        """
        free = np.setdiff1d(np.arange(len(self.places)), start[:staying])
        n, more = self.axes.shape[1], min(k - staying, len(free))
        choices = comb(len(free), more)
        if choices <= MOST_CHOICES and n * (choices * k + len(self.places)) <= TRIED:
            return self._used(self._best_of_all(start[:staying], free, more), staying)
        starts = [start]
        several = min(max(MOST_WORK // (n * len(free)), 1), MOST_STARTS)
        if several > 1:
            rng = np.random.default_rng(0)
            random = (rng.permutation(free)[:more] for _ in range(several - 1))
            starts += [np.concatenate([start[:staying], rows]) for rows in random]
        found = [self._exchanged(self._added(k, rows.tolist()), staying) for rows in starts]
        return self._used(min(found, key=self._inertia), staying)

    def improved(self, k: int, start: Rows, *, staying: int = 0) -> Rows:
        """Return what `best` does, from one start: of no more inertia than that has."""
        found = self._exchanged(self._added(k, start.tolist()), staying)
        return self._used(found, staying)

    def _best_of_all(self, stays: Rows, free: Rows, more: int) -> Rows:
        """Return the best of all choices that have some places, and so many of the free ones."""
        every = np.arange(self.axes.shape[1])
        distances = self.distances_between(np.arange(len(self.places)), every)
        choices = np.array([*combinations(free.tolist(), more)], np.intp).reshape(-1, more)
        best, least = NONE, np.inf
        for choice in choices:
            rows = np.concatenate([stays, choice])
            inertia = self.weighed(distances[rows].min(axis=0))
            if inertia < least:
                best, least = rows, inertia
        return best

    def _inertia(self, rows: Rows) -> float:
        return self.weighed(self._nearest(rows)[1])

    def _nearest(self, rows: Rows) -> tuple[Rows, Distances]:
        """Return which of some places is nearest to each point, the first of equals, and how."""
        first, near = np.zeros(self.axes.shape[1], np.intp), np.full(self.axes.shape[1], np.inf)
        for number, place in enumerate(rows.tolist()):
            distances = self.distances_to(place)
            nearer = distances < near
            first[nearer], near[nearer] = number, distances[nearer]
        return first, near

    def _used(self, rows: Rows, staying: int) -> Rows:
        """Return the places that are some point's nearest, and those that stay; ascending."""
        stays, others = rows[:staying], np.sort(rows[staying:])
        rows = np.concatenate([stays, others])
        used = np.bincount(self._nearest(rows)[0], minlength=len(rows)) > 0
        used[:staying] = True
        return np.sort(rows[used])

    def distances_to(self, place: int) -> Distances:
        """Return the squared distance of each point to a place, (n,)."""
        found = np.zeros(self.axes.shape[1])
        for axis, value in zip(self.axes, self.places[place], strict=True):
            apart = axis - value
            found += np.multiply(apart, apart, out=apart)
        for points, places in self._groups:
            if not places[place]:
                found[points] += self.far
        return found

    def distances_between(self, places: Rows, points: Rows) -> Distances:
        """Return the squared distances of some points to some places, (p, q)."""
        found = np.zeros((len(places), len(points)))
        for axis, values in zip(self.axes, self.places.T, strict=True):
            found += np.square(axis[points] - values[places, None])
        for inside, own in self._groups:
            found[np.ix_(~own[places], inside[points])] += self.far
        return found

    def weighed(self, values: Distances) -> float:
        """Return the sum over all points of what each weighs times a value, which is changed."""
        return float(np.multiply(values, self.weights, out=values).sum())

    def _added(self, k: int, chosen: list[int]) -> list[int]:
        """Return chosen places and those that save most, one after the other, until there are k."""
        nearest = np.full(self.axes.shape[1], 3 * self.far)
        for place in chosen:
            np.minimum(nearest, self.distances_to(place), out=nearest)
        waiting = [(-np.inf, place) for place in range(len(self.places)) if place not in chosen]
        while len(chosen) < k and waiting:
            place = waiting[0][1]
            distances = self.distances_to(place)
            saved = self.weighed(np.maximum(nearest - distances, 0))
            heapq.heapreplace(waiting, (-saved, place))
            if waiting[0][1] != place:
                continue
            if saved <= 0:
                break
            heapq.heappop(waiting)
            chosen = [*chosen, place]
            np.minimum(nearest, distances, out=nearest)
        return chosen

    def _exchanged(self, chosen: list[int], staying: int) -> Rows:
        """Return the chosen places after exchanges for others, until none saves anything."""
        state = _Medoids(self, np.array(chosen, np.intp), staying)
        idle, place, count = 0, 0, len(self.places)
        while idle < count and len(chosen) > staying:
            idle = 0 if state.take(place) else idle + 1
            place = (place + 1) % count
        return state.rows


class _Medoids:
    """Medoids, and of each point the nearest and the second nearest of them.

    Attributes:
        rows: (k,) the places that are medoids.
    """

    def __init__(self, of: Places, rows: Rows, staying: int) -> None:
        n = of.axes.shape[1]
        self._of, self._staying, self.rows = of, staying, rows
        self._taken = np.zeros(len(of.places), bool)
        self._taken[rows] = True
        self._first, self._second = np.zeros(n, np.intp), np.zeros(n, np.intp)
        self._near, self._next = np.full(n, np.inf), np.full(n, np.inf)
        step = max((1 << 20) // len(rows), 1)
        for start in range(0, n, step):
            self._find(np.arange(start, min(start + step, n)))
        self._least = WORTH * of.weighed(self._near.copy())

    def take(self, place: int) -> bool:
        """Exchange a place for the medoid that is missed least, if that pays; return whether."""
        if self._taken[place]:
            return False
        of = self._of
        distances = of.distances_to(place)
        saved = of.weighed(np.maximum(self._near - distances, 0))
        if saved <= self._least:
            return False
        missed = (np.clip(distances, self._near, self._next) - self._near) * of.weights
        losses = np.bincount(self._first, missed, minlength=len(self.rows))
        losses[: self._staying] = np.inf
        medoid = int(losses.argmin())
        if losses[medoid] >= saved - self._least:
            return False
        self._taken[self.rows[medoid]], self._taken[place] = False, True
        self.rows[medoid] = place
        lost = (self._first == medoid) | (self._second == medoid)
        self._join(medoid, distances)
        self._find(np.flatnonzero(lost))
        return True

    def _join(self, medoid: int, distances: Distances) -> None:
        """Let a medoid be the nearest, or the second, of the points that it is so near to."""
        second = distances < self._next
        self._next[second], self._second[second] = distances[second], medoid
        first = distances < self._near
        self._next[first], self._second[first] = self._near[first], self._first[first]
        self._near[first], self._first[first] = distances[first], medoid

    def _find(self, points: Rows) -> None:
        """Find the nearest two medoids of some points; the second of one is infinitely far."""
        distances = self._of.distances_between(self.rows, points)
        every = np.arange(len(points))
        first = distances.argmin(axis=0)
        self._first[points], self._near[points] = first, distances[first, every]
        distances[first, every] = 3 * self._of.far
        second = distances.argmin(axis=0)
        self._second[points], self._next[points] = second, distances[second, every]
