"""Points assigned again and again to centroids that move, come and go, by bounds (Hamerly 2010).

For each point a lower bound is kept of the distance to every centroid but its own. A centroid that
moves lowers it by as much as it moves. While the point's own centroid is nearer than that, no other
can be nearest, and none is looked at. After an exchange of some centroids most of the others rest:
the few that have moved far are compared with all points, and do not lower any bound.

Of equally near centroids a point keeps its own, where a plain assignment takes the first.

In many dimensions comparing is nearly all that k-means does; in few, `kernels.nearest` drops whole
boxes of points instead.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.kmeans.lloyd import (
    Assigner,
    Assignment,
    Centroids,
    Labels,
    Points,
    Weights,
    kernels_of,
)

Array = NDArray[Any]
Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

TILE: Final = 1 << 16
"""Most distances in a table: 512 KiB of float64, so that it stays in the second-level cache."""

SLACK: Final = 8.0
"""Rounding errors of a squared distance by products, in units of ε, the root of the number of
dimensions and the squares in it; errors of a sum grow with the root of its length."""

SHARES: Final = (0.0, 1 / 16, 1 / 8, 1 / 4)
"""Parts of the centroids that may be compared with all points since they have moved farthest."""

MANY: Final = 0.7
"""Part of the rows of a block beyond which all are compared, as picking them costs time too."""

SAMPLE: Final = 1 << 12
"""Points by which it is estimated how many have to be compared."""

FAR: Final = 1e6
"""Squared length of the mean, in variances, beyond which points are moved to it, see `seeding`."""


class State(NamedTuple):
    """What is known after an assignment.

    Attributes:
        centroids: (k, d) float64.
        labels: (n,) int32, the nearest centroid of each point.
        reach: (n,) float64, the distance to it.
        lower: (n,) float64, a bound of the distance to every other.
    """

    centroids: Centroids
    labels: Labels
    reach: Floats
    lower: Floats


class _Move(NamedTuple):
    """From one set of centroids to the next.

    Attributes:
        places: (k, d), the centroids in the points' type.
        labels: (n,) int32, those of before as numbers of the new centroids; -1 where it is gone.
        movers: (m,) the centroids that are new or have moved far.
        drift: how far the others have moved at most; infinite if everything is new.
    """

    places: Array
    labels: Labels
    movers: Rows
    drift: float


class BoundedAssigner(Assigner):
    """An `Assigner` that remembers.

    Args:
        points: (n, d) float32 or float64, or sparse.
        weights: (n,) float64, 0 or more.
        threads: most threads to use; changes no result.
    """

    def __init__(self, points: Points, weights: Weights, threads: int = 1) -> None:
        super().__init__(points, weights, threads)
        self.state: State | None = None
        self._engine = kernels_of(points)
        n, d = points.shape
        self._block = kernels.block_rows(d) if isinstance(points, np.ndarray) else max(n, 1)
        self._slack = SLACK * np.sqrt(d) * float(np.finfo(points.dtype).eps)
        self._middle: Array | None = None
        self._squares = np.empty(n)
        if isinstance(points, np.ndarray):
            self._square()
            middle = points.mean(axis=0, dtype=np.float64)
            length = float(np.square(middle).sum())
            if length > FAR * max(float(self._squares.mean()) - length, 0.0):
                self._middle = middle.astype(points.dtype)
                self._square()
        else:
            self._squares[:] = points.squares

    def assign(self, centroids: Centroids, origin: Rows | None = None) -> Assignment:
        """Assign all points; see `Assigner.assign`."""
        n, (k, d) = len(self.points), centroids.shape
        move = self._move_to(centroids, np.arange(k) if origin is None else origin)
        labels, distances = np.empty(n, np.int32), np.empty(n, self.points.dtype)
        lower = np.empty(n)

        def work(rows: slice) -> tuple[float, Weights, Centroids]:
            part = self.points[rows]
            if np.isinf(move.drift):
                self._compare(part, self._squares[rows], move.places, labels[rows], lower[rows])
                self._measure(part, move.places, labels[rows], distances[rows])
            else:
                self._update(
                    rows,
                    part,
                    move,
                    labels=labels[rows],
                    distances=distances[rows],
                    lower=lower[rows],
                )
            mass, sums = np.empty(k), np.empty((k, d))
            weights = self.weights[rows]
            self._engine.cluster_sums(part, weights, labels[rows], mass, sums)
            return float((weights * distances[rows]).sum()), mass, sums

        inertia, mass, sums = 0.0, np.zeros(k), np.zeros((k, d))
        found = kernels.each_block(n, work, threads=self.threads, block=self._block)
        for partial in found:
            inertia += partial[0]
            mass += partial[1]
            sums += partial[2]
        self.state = State(centroids, labels, np.sqrt(distances, dtype=np.float64), lower)
        return Assignment(labels, distances, inertia, mass, sums)

    def uses(self, centroids: Centroids, excess: int) -> Floats:
        """Return the rise of the inertia without each centroid, see `Assigner.uses`.

        Bounds tell which ones are of little use; for three times as many as are wanted the distance
        to the second nearest is computed.
        """
        assert self.state is not None
        state, k = self.state, len(centroids)
        distances = np.square(state.reach)
        rise = self.weights * (np.square(state.lower) - distances)
        guessed = np.bincount(state.labels, rise, minlength=k)
        likely = np.argsort(guessed, kind="stable")[: 3 * excess]
        rank = np.zeros(k, bool)
        rank[likely] = True
        rows = np.flatnonzero(rank[state.labels])
        labels, lower = np.empty(len(rows), np.int32), np.empty(len(rows))
        places = centroids.astype(self.points.dtype, copy=False)
        self._compare(self.points[rows], self._squares[rows], places, labels, lower)
        rise = self.weights[rows] * (np.square(lower) - distances[rows])
        uses = np.full(k, np.inf)
        found = np.bincount(state.labels[rows], rise, minlength=k)
        uses[likely] = found[likely]
        return uses

    def _move_to(self, centroids: Centroids, origin: Rows) -> _Move:
        """Return how the centroids came from those of before, and which of them moved far."""
        places, k = centroids.astype(self.points.dtype, copy=False), len(centroids)
        everything = _Move(places, np.empty(0, np.int32), np.empty(0, np.intp), np.inf)
        if self.state is None:
            return everything
        before = self.state
        drifts = np.full(k, np.inf)
        old = origin >= 0
        steps = centroids[old] - before.centroids[origin[old]]
        drifts[old] = np.sqrt(np.square(steps).sum(axis=1)) * (1 + 1e-9)
        number = np.full(len(before.centroids), -1, np.int32)
        number[origin[old]] = np.flatnonzero(old)
        order = np.argsort(-drifts, kind="stable")
        new = k - int(old.sum())
        some = slice(None, None, max(len(before.labels) // SAMPLE, 1))
        labels = number[before.labels]
        room = np.where(labels[some] >= 0, before.lower[some] - before.reach[some], -np.inf)
        cost = 0.8 * k  # everything anew is simpler, so it wins if it costs much the same
        for share in SHARES:
            movers = min(new + round(share * k), k)
            drift = drifts[order[movers]] if movers < k else 0.0
            expected = movers + k * float((room < drift).mean())
            if expected < cost:
                cost = expected
                everything = _Move(places, labels, np.sort(order[:movers]), drift)
        return everything

    def _update(
        self,
        rows: slice,
        part: Points,
        move: _Move,
        *,
        labels: Labels,
        distances: Array,
        lower: Array,
    ) -> None:
        """Assign a block of points, most of them by their bounds."""
        assert self.state is not None
        lost = move.labels[rows] < 0
        labels[:] = np.where(lost, 0, move.labels[rows])
        lower[:] = self.state.lower[rows] - move.drift
        self._measure(part, move.places, labels, distances)
        reach = np.where(lost, np.inf, np.sqrt(distances, dtype=np.float64))
        if len(move.movers):
            squares = self._squares[rows]
            taken = self._compare_movers(
                part, squares, move, labels=labels, lower=lower, reach=reach
            )
            self._measure_some(part, move.places, labels, distances, taken)
            reach[taken] = np.sqrt(distances[taken], dtype=np.float64)
        unsure = np.flatnonzero(reach > lower)
        if len(unsure) > MANY * len(labels):
            self._compare(part, self._squares[rows], move.places, labels, lower)
            self._measure(part, move.places, labels, distances)
        elif len(unsure):
            found, bound = np.empty(len(unsure), np.int32), np.empty(len(unsure))
            squares = self._squares[rows][unsure]
            self._compare(part[unsure], squares, move.places, found, bound)
            lower[unsure] = bound
            changed = unsure[(labels[unsure] != found) | lost[unsure]]
            labels[unsure] = found
            self._measure_some(part, move.places, labels, distances, changed)

    def _compare_movers(
        self,
        part: Points,
        squares: Floats,
        move: _Move,
        *,
        labels: Labels,
        lower: Array,
        reach: Array,
    ) -> Rows:
        """Compare points with the movers; return the rows that one of them has taken."""
        nearest, near, far = self._two_least(part, squares, move.places[move.movers])
        slack = self._slack_of(squares, move.places[move.movers])
        is_own = move.movers[nearest] == labels
        sure = np.sqrt(np.maximum(near + 2 * slack, 0.0)) < reach
        near, far = np.sqrt(np.maximum(near, 0.0)), np.sqrt(np.maximum(far, 0.0))
        taken: Rows = np.flatnonzero(sure & ~is_own & np.isfinite(reach))
        bound = np.where(is_own, far, near)
        bound[taken] = np.minimum(reach[taken], far[taken])
        np.minimum(lower, bound, out=lower)
        labels[taken] = move.movers[nearest[taken]]
        return taken

    def _compare(
        self, part: Points, squares: Floats, places: Array, labels: Labels, lower: Array
    ) -> None:
        """Find the nearest of all centroids, and a bound of the distance to the second nearest."""
        nearest, _, far = self._two_least(part, squares, places)
        labels[:] = nearest
        lower[:] = np.sqrt(np.maximum(far, 0.0))

    def _two_least(
        self, part: Points, squares: Floats, places: Array
    ) -> tuple[Labels, Floats, Floats]:
        """Return the nearest of some centroids, and bounds of the least two squared distances."""
        n, k = len(part), len(places)
        nearest, (least, second) = np.empty(n, np.int32), np.empty((2, n), part.dtype)
        own = places if self._middle is None else places - self._middle
        factors, lengths = -2 * own, np.square(own).sum(axis=1)
        step = max(TILE // k, 1)
        memory = np.empty(k * min(step, n), part.dtype)
        for start in range(0, n, step):
            tile = slice(start, start + step)
            table = self._products(part[tile], factors, memory)
            kernels.two_least(table, lengths, nearest[tile], least[tile], second[tile])
        near, far = least.astype(np.float64), second.astype(np.float64)
        less = squares - self._slack_of(squares, places)
        near += less
        far += less
        return nearest, near, far

    def _products(self, part: Points, factors: Array, memory: Array) -> Array:
        """Return a table of products, in memory that is used again."""
        if not isinstance(part, np.ndarray):
            return np.ascontiguousarray(part.products(factors).T)
        near = part if self._middle is None else part - self._middle
        table = memory[: len(factors) * len(near)].reshape(len(factors), len(near))
        return np.matmul(factors, near.T, out=table)

    def _slack_of(self, squares: Floats, places: Array) -> Floats:
        """Return how far a squared distance by products may be wrong."""
        own = places if self._middle is None else places - self._middle
        slack: Floats = self._slack * (squares + float(np.square(own).sum(axis=1).max()))
        return slack

    def _measure(self, part: Points, places: Array, labels: Labels, distances: Array) -> None:
        self._engine.paired_distances(part, places, labels, distances)

    def _measure_some(
        self, part: Points, places: Array, labels: Labels, distances: Array, rows: Rows
    ) -> None:
        if len(rows):
            found = np.empty(len(rows), distances.dtype)
            self._measure(part[rows], places, labels[rows], found)
            distances[rows] = found

    def _square(self) -> None:
        for start in range(0, len(self.points), self._block):
            part = self.points[start : start + self._block]
            near = part if self._middle is None else part - self._middle
            np.square(near, dtype=np.float64).sum(
                axis=1, out=self._squares[start : start + self._block]
            )
