"""Lloyd's k-means on weighted points in any number of dimensions: assign, move, repair, stop.

The first centroids come from `seeding`; `solver` decides on restarts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from quantize import kernels

Points = NDArray[np.floating[Any]]  # float32 or float64
Centroids = NDArray[np.float64]
Weights = NDArray[np.float64]
Labels = NDArray[np.int32]
Rows = NDArray[np.intp]

OnIteration = Callable[[int, Centroids, float], None]
"""Called with 0, the seeds and their inertia; then after each iteration with its number, from 1,
the centroids that it led to and their inertia."""


class WeightedPoints(NamedTuple):
    """Points and how much each counts.

    Attributes:
        points: (n, d) float32 or float64.
        weights: (n,) float64, 0 or more.
    """

    points: Points
    weights: Weights


class Clustering(NamedTuple):
    """The result of a run.

    Attributes:
        centroids: (k, d) float64.
        labels: (n,) int32, the nearest centroid of each point.
        inertia: the weighted sum of squared distances to them.
        iterations: their number.
        converged: whether the run stopped before `max_iter`.
        ended: why it did, as scikit-learn words it; may be empty.
    """

    centroids: Centroids
    labels: Labels
    inertia: float
    iterations: int
    converged: bool
    ended: str = ""


class Assignment(NamedTuple):
    """The nearest centroid of each point, and the sums over the clusters.

    Attributes:
        labels: (n,) int32.
        distances: (n,), squared, of the points' type.
        inertia: the weighted sum of the distances.
        mass: (k,) float64, the weight of each cluster.
        sums: (k, d) float64, the weighted sum of its points.
    """

    labels: Labels
    distances: Points
    inertia: float
    mass: Weights
    sums: Centroids


STRICT = "strict convergence"
"""What `Clustering.ended` says of a run that stopped since no label changed."""


def kernels_of(points: Points) -> Any:
    """Return what has the kernels of k-means for the points: `kernels`, or the module `sparse`."""
    if isinstance(points, np.ndarray):
        return kernels
    from quantize.kmeans import sparse  # for those who have such points

    return sparse


def dense_rows(points: Points, rows: Any) -> Centroids:
    """Return a few of the points as a float64 array."""
    if isinstance(points, np.ndarray):
        return cast("Centroids", points[rows].astype(np.float64, copy=False))
    return cast("Centroids", points.dense(rows))


def assign(
    points: Points, weights: Weights, centroids: Centroids, *, threads: int = 1
) -> Assignment:
    """Assign each point to its nearest centroid; ties go to the lowest index.

    Distances are computed in the precision of the points, sums in float64. Sums are added block by
    block in row order, so they do not depend on `threads`.

    Args:
        points: (n, d) float32 or float64.
        weights: (n,) float64, 0 or more.
        centroids: (k, d) float64.
        threads: most threads to use.
    """
    n, (k, d) = len(points), centroids.shape
    labels, distances = np.empty(n, np.int32), np.empty(n, points.dtype)
    places = centroids.astype(points.dtype, copy=False)
    engine = kernels_of(points)

    # of sparse points the sums are larger than a block
    block = kernels.block_rows(d) if engine is kernels else max(n, 1)
    share = rows_of_share(n, k, d, block, threads)

    if share:  # each point by itself, in any parts

        def find(rows: slice) -> None:
            engine.nearest(points[rows], places, labels[rows], distances[rows])

        kernels.each_block(n, find, threads=threads, block=share)

    def work(rows: slice) -> tuple[float, Weights, Centroids]:
        part, weight, label, distance = points[rows], weights[rows], labels[rows], distances[rows]
        mass, sums = np.empty(k), np.empty((k, d))
        if not share:
            return engine.assign(part, weight, places, label, distance, mass, sums), mass, sums
        engine.cluster_sums(part, weight, label, mass, sums)
        return kernels.weighted_total(weight, distance), mass, sums

    parts = kernels.each_block(n, work, threads=threads, block=block)
    if len(parts) == 1:
        return Assignment(labels, distances, *parts[0])
    inertia, mass, sums = 0.0, np.zeros(k), np.zeros((k, d))
    for partial in parts:
        inertia += partial[0]
        mass += partial[1]
        sums += partial[2]
    return Assignment(labels, distances, inertia, mass, sums)


SHARED: Final = 1 << 20
"""Distances that are worth a second thread: it saves a tenth of a millisecond, less 20 µs."""


def rows_of_share(n: int, k: int, d: int, block: int, threads: int) -> int:
    """Return how many of n points of one block each thread compares; 0 where it is not worth it."""
    few = threads == 1 or n > block or n * k < SHARED or d > kernels.WRITTEN_ORDER_DIMENSIONS
    return 0 if few else -(-n // threads)


class Assigner:
    """Assigns the same points again and again; this one remembers nothing.

    Attributes:
        points: (n, d) float32 or float64, or sparse.
        weights: (n,) float64, 0 or more.
        threads: most threads to use; changes no result.
        state: what an assigner remembers, which can be put back.
    """

    def __init__(self, points: Points, weights: Weights, threads: int = 1) -> None:
        self.points, self.weights, self.threads = points, weights, threads
        self.state: Any = None

    def assign(self, centroids: Centroids, origin: Rows | None = None) -> Assignment:  # noqa: ARG002
        """Assign all points to their nearest centroids.

        Args:
            centroids: (k, d) float64.
            origin: (k,) the numbers of the centroids of the assignment before that they come from,
                -1 for a new one; None: they are as many, in the same order.
        """
        return assign(self.points, self.weights, centroids, threads=self.threads)

    def uses(self, centroids: Centroids, excess: int) -> Weights:  # noqa: ARG002
        """Return the rise of the inertia without each of the centroids.

        Args:
            centroids: (k, d) float64, those of the last assignment.
            excess: how many of the least useful ones are wanted; others may be infinite.
        """
        labels = np.empty(len(self.points), np.int32)
        distances, seconds = np.empty((2, len(self.points)), self.points.dtype)
        places = centroids.astype(self.points.dtype, copy=False)
        n, d = self.points.shape
        engine = kernels_of(self.points)

        def find(rows: slice) -> None:
            part = self.points[rows]
            engine.nearest_two(part, places, labels[rows], distances[rows], seconds[rows])

        share = rows_of_share(n, len(centroids), d, n, self.threads)
        kernels.each_block(n, find, threads=self.threads, block=share or max(n, 1))
        return np.bincount(
            labels, self.weights * (seconds - distances), minlength=len(centroids)
        ).astype(np.float64, copy=False)


def lloyd(
    points: Points,
    weights: Weights,
    seeds: Centroids,
    *,
    max_iter: int = 300,
    limit: float = 0.0,
    relaxation: float = 1.0,
    fixed: int = 0,
    threads: int = 1,
    assigner: Assigner | None = None,
    on_iteration: OnIteration | None = None,
) -> Clustering:
    """Run full k-means (Lloyd 1957, published 1982): assign, move to the means, until none moves.

    A run stops when no label changes, or when the squared movement of all centroids together is at
    most `limit`. A cluster that loses all its points takes the point that costs most.

    With a `relaxation` of r, centroids move r times as far as to their means, except in the last
    iteration and once no label changes. Below r = 2 the inertia never rises: while its points stay
    the same, the error of a cluster above its minimum becomes (1 - r)² of what it was.

    Args:
        points: (n, d) float32 or float64, n at least 1.
        weights: (n,) float64, 0 or more, with a positive sum.
        seeds: (k, d) float64, the first centroids.
        max_iter: most iterations; 0 only assigns.
        limit: 0 or more; scikit-learn's rule is its `tol` times `mean_variance`.
        relaxation: 1 to 2, 2 excluded.
        fixed: number of the first centroids that stay where they are.
        threads: most threads to use; changes no result.
        assigner: of these points; None: a plain one.
        on_iteration: see `OnIteration`.
    """
    centroids, assigner = seeds, assigner or Assigner(points, weights, threads)
    state = assigner.assign(centroids)
    if on_iteration is not None:
        on_iteration(0, centroids, state.inertia)
    iterations, converged, is_stable, ended = 0, False, False, ""
    while iterations < max_iter and not converged:
        iterations += 1
        moved = means(points, weights, centroids, state, fixed)
        shift = float(np.square(moved - centroids).sum())
        converged = shift <= limit
        plain = relaxation == 1 or converged or is_stable or iterations == max_iter
        if not plain:
            moved = relaxed(centroids, moved, state, relaxation)
        before, centroids = state.labels, moved
        state = assigner.assign(centroids)
        is_stable = np.array_equal(before, state.labels)
        if converged:
            ended = f"center shift {shift:.9g} within tolerance {limit:.9g}"
        elif plain and is_stable:
            converged, ended = True, STRICT
        if on_iteration is not None:
            on_iteration(iterations, centroids, state.inertia)
    return Clustering(centroids, state.labels, state.inertia, iterations, converged, ended)


def means(
    points: Points, weights: Weights, centroids: Centroids, state: Assignment, fixed: int = 0
) -> Centroids:
    """Return the centroids, moved to the means of their clusters except for the first `fixed`.

    Empty clusters are repaired: each takes one of the points with the largest weighted distances to
    their centroids, which then counts for its new cluster only; ties go to the first point. If
    every point is equal to a centroid, there is nothing to take, and the centroid stays.
    """
    mass, sums = state.mass, state.sums
    if not fixed and mass.min() > 0:  # as it mostly is
        return sums / mass[:, None]
    empty = fixed + np.flatnonzero(mass[fixed:] <= 0)
    if len(empty):
        cost = weights * state.distances
        costliest = largest(cost, len(empty))
        taken = costliest[cost[costliest] > 0]
        labels = state.labels.copy()
        labels[taken] = empty[: len(taken)]
        mass, sums = np.empty_like(mass), np.empty_like(sums)
        kernels_of(points).cluster_sums(points, weights, labels, mass, sums)
    filled = mass > 0
    filled[:fixed] = False
    moved = centroids.copy()
    moved[filled] = sums[filled] / mass[filled, None]
    return moved


def largest(values: Weights, count: int) -> Rows:
    """Return the rows of so many of the largest of (n,) numbers, in falling order, ties in order.

    Few of many are found without sorting all.
    """
    if 0 < count < len(values) // 8:
        least = np.partition(values, -count)[-count]
        rows = np.flatnonzero(values >= least)
        return rows[np.argsort(-values[rows], kind="stable")[:count]]
    return np.argsort(-values, kind="stable")[:count]


def relaxed(
    centroids: Centroids, moved: Centroids, state: Assignment, relaxation: float
) -> Centroids:
    """Return centroids that move so many times as far; a repaired one goes where it is needed."""
    further: Centroids = centroids + relaxation * (moved - centroids)
    if state.mass.min() > 0:
        return further
    return np.where(state.mass[:, None] > 0, further, moved)


def mean_variance(points: Points, weights: Weights) -> float:
    """Return the weighted variance of each dimension, averaged over the dimensions."""
    if not isinstance(points, np.ndarray):
        return cast("float", kernels_of(points).mean_variance(points, weights))
    total = float(weights.sum())
    spread, step = 0.0, kernels.block_rows(points.shape[1])
    if points.shape[1] > kernels.WRITTEN_ORDER_DIMENSIONS:  # columns are far apart in memory
        step //= 8  # two tables of 128 KiB
        blocks = [slice(start, start + step) for start in range(0, len(points), step)]
        mean = sum(weights[rows] @ points[rows] for rows in blocks) / total
        spread = sum(weights[rows] @ np.square(points[rows] - mean) for rows in blocks).sum()
        return float(spread / total / points.shape[1])
    for column in points.T:
        center = float((weights * column).sum()) / total
        spread += float((weights * np.square(column - center)).sum()) / total
    return float(spread / points.shape[1])
