"""Seeders: methods that find the first centroids. Their names are in `table.SEEDERS`.

Each takes weighted points and returns k of them, or means of some, as (k, d) float64.

A seeder gets a `RandomSource`, which makes the random generator when it is first called:
`numpy.random` takes 15 ms to import, and not every seeder is random.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import log
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.errors import DataTypeError
from quantize.kmeans.lloyd import dense_rows

if TYPE_CHECKING:
    RandomSource: TypeAlias = Callable[[], np.random.Generator]
else:
    RandomSource = Callable


Points = NDArray[np.float64]
Weights = NDArray[np.float64]


Rows = NDArray[np.intp]
T = TypeVar("T")

ROUNDING: Final = 1e-13
"""Rounding error of a squared distance by products, as a share of the squares in the difference."""

FAR: Final = 1e6
"""Squared length of the mean, in variances, beyond which points are moved to their mean first: at
this limit rounding hides what is nearer than 1e-7 variances."""

Seeder = Callable[[Points, Weights, int, RandomSource, int], Points]
"""Takes points, weights, their number k, a random source, and the most threads to use."""


def random_source(seed: int, run: int) -> RandomSource:
    """Return the random generator of one run, made at the first call and then kept."""
    return cache(lambda: np.random.default_rng((seed, run)))


def kmeans_plus_plus(
    points: Points,
    weights: Weights,
    k: int,
    source: RandomSource,
    threads: int = 1,
    *,
    candidates: int = 0,
) -> Points:
    """Find seeds by greedy k-means++, see `plus_plus_rows`."""
    rows = plus_plus_rows(points, weights, k, source, threads, candidates=candidates)
    return dense_rows(points, rows)


def plus_plus_rows(
    points: Points,
    weights: Weights,
    k: int,
    source: RandomSource,
    threads: int = 1,
    *,
    candidates: int = 0,
) -> Rows:
    """Return the rows that greedy k-means++ takes (Arthur & Vassilvitskii 2007, section 5).

    Points are drawn with a probability proportional to their weighted squared distance to the seeds
    so far. Of `2 + ln k` such draws, the one that leaves the least cost is the next seed.

    Args:
        points: (n, d) float32 or float64, or sparse; n ≥ k.
        weights: (n,) float64, with at least k positive ones.
        k: the number of seeds.
        source: decides the draws.
        threads: most threads to use; changes no result.
        candidates: draws for each seed; 0: 2 + ln k, their own choice, and scikit-learn's.
    """
    rng = source()
    candidates = candidates or 2 + int(log(k))
    costs = _costs_of(points)(points, weights, threads)
    chosen = np.empty(k, np.intp)
    chosen[:1] = _draw(weights, 1, rng)
    costs.add(chosen[:1])
    for step in range(1, k):
        chosen[step] = costs.add(np.sort(_draw(costs.now, candidates, rng)))
    return chosen


def _costs_of(points: Points) -> type[_Costs | _CostsOfRows | _CostsByProducts]:
    if not isinstance(points, np.ndarray) or points.shape[1] > kernels.VECTOR_DIMENSIONS:
        return _CostsByProducts
    return _Costs if points.shape[1] <= kernels.WRITTEN_ORDER_DIMENSIONS else _CostsOfRows


class _Costs:
    """The costs of points with the seeds so far; distances are added in the order of dimensions.

    Attributes:
        now: (n,) float64, infinite before the first seed.
    """

    def __init__(self, points: Points, weights: Weights, threads: int) -> None:
        self._weights, self._threads = weights, threads
        self._columns = np.ascontiguousarray(points.T, np.float64)
        self._block = kernels.block_rows(points.shape[1])
        self.now = np.full(len(points), np.inf)

    def add(self, drawn: Rows) -> int:
        """Make the drawn point that leaves the least cost a seed; return its row."""
        best = int(drawn[self._totals(drawn).argmin()]) if len(drawn) > 1 else int(drawn[0])

        def work(rows: slice) -> None:
            columns, place = self._columns[:, rows], self._columns[:, best].copy()
            kernels.add_seed(columns, self._weights[rows], place, self.now[rows])

        self._each(work)
        return best

    def _totals(self, drawn: Rows) -> Weights:
        places = np.ascontiguousarray(self._columns[:, drawn].T)

        def work(rows: slice) -> Weights:
            totals = np.empty(len(places))
            columns, weights = self._columns[:, rows], self._weights[rows]
            kernels.seed_costs(columns, weights, self.now[rows], places, totals)
            return totals

        totals: Weights = np.sum(self._each(work), axis=0)
        return totals

    def _each(self, work: Callable[[slice], T]) -> list[T]:
        rows = len(self._weights)
        return kernels.each_block(rows, work, threads=self._threads, block=self._block)


class _CostsOfRows:
    """The costs in some more dimensions, where a new seed is far from most points, which rest.

    The points are neither copied nor converted.

    Attributes:
        now: (n,) float64.
    """

    def __init__(self, points: Points, weights: Weights, threads: int) -> None:
        self._points, self._weights, self._threads = np.ascontiguousarray(points), weights, threads
        self._block = kernels.block_rows(points.shape[1])
        self._seeds, self._squares = np.empty((0, points.shape[1])), np.empty(0)
        self._near = np.zeros(len(points), np.int32)
        self._reach = np.full(len(points), np.inf)
        self.now = self._reach

    def add(self, drawn: Rows) -> int:
        """Do the same as `_Costs.add`."""
        places = self._points[drawn].astype(np.float64)
        squares = np.square(places).sum(axis=1)
        gaps = np.zeros((len(places), 1))
        if len(self._seeds):
            gaps = (squares[:, None] + self._squares - 2 * (places @ self._seeds.T)) / 4
            gaps -= ROUNDING * (squares[:, None] + self._squares)
        left = np.empty((len(places), len(self._points)))

        def work(rows: slice) -> Weights:
            totals = np.empty(len(places))
            kernels.seed_rows(
                self._points[rows],
                self._weights[rows],
                places,
                gaps,
                self._near[rows],
                self._reach[rows],
                left[:, rows],
                totals,
            )
            return totals

        totals = kernels.each_block(
            len(self._points), work, threads=self._threads, block=self._block
        )
        best = int(np.sum(totals, axis=0).argmin())
        self._near[left[best] < self._reach] = len(self._seeds)
        self._reach = left[best]
        self.now = self._weights * self._reach
        self._seeds = np.concatenate([self._seeds, places[best : best + 1]])
        self._squares = np.append(self._squares, squares[best])
        return int(drawn[best])


class _CostsByProducts:
    """The costs in many dimensions, and of sparse points, by products: |x|² - 2 x·s + |s|².

    The points are not copied: a block at a time is converted, and moved if they are `FAR`.
    """

    def __init__(self, points: Points, weights: Weights, threads: int) -> None:
        self._points, self._weights, self._threads = points, weights, threads
        self._block = kernels.block_rows(points.shape[1])
        self._middle: Points | None = None
        self._squares: Weights = np.empty(len(points))
        self.now = np.full(len(points), np.inf)
        if not isinstance(points, np.ndarray):
            self._squares[:] = points.squares
            return
        self._square()
        middle = points.mean(axis=0, dtype=np.float64)
        length = float(np.square(middle).sum())
        if length > FAR * max(float(self._squares.mean()) - length, 0.0):
            self._middle = middle
            self._square()

    def add(self, drawn: Rows) -> int:
        """Do the same as `_Costs.add`."""
        places, squares = dense_rows(self._points, drawn), self._squares[drawn, None]
        if self._middle is not None:
            places = places - self._middle
        left = np.empty((len(drawn), len(self._points)))

        def work(rows: slice) -> Weights:
            part = left[:, rows]
            part[:] = self._products(rows, places)
            np.multiply(part, -2, out=part)
            np.add(part, self._squares[rows], out=part)
            np.add(part, squares, out=part)
            # a seed itself, and its equals, cost nothing, whatever rounding has left
            part[part < ROUNDING * self._squares[rows]] = 0.0
            np.multiply(part, self._weights[rows], out=part)
            np.minimum(part, self.now[rows], out=part)
            totals: Weights = part.sum(axis=1)
            return totals

        best = int(np.sum(self._each(work), axis=0).argmin())
        self.now = left[best]
        return int(drawn[best])

    def _products(self, rows: slice, places: Points) -> Points:
        """Return the products of the places with a block of points, (m, rows)."""
        if isinstance(self._points, np.ndarray):
            products: Points = places @ self._near(rows).T
            return products
        part: Points = self._points[rows].astype(np.float64).products(places).T
        return part

    def _near(self, rows: slice) -> Points:
        part: Points = self._points[rows].astype(np.float64, copy=False)
        return part if self._middle is None else part - self._middle

    def _square(self) -> None:
        def work(rows: slice) -> None:
            self._squares[rows] = np.square(self._near(rows)).sum(axis=1)

        self._each(work)

    def _each(self, work: Callable[[slice], T]) -> list[T]:
        rows = len(self._points)
        return kernels.each_block(rows, work, threads=self._threads, block=self._block)


def random(
    points: Points, weights: Weights, k: int, source: RandomSource, _threads: int = 1
) -> Points:
    """Draw k different points by weight (Forgy 1965).

    Drawn without replacement as the k largest of `log(u) / w` (Efraimidis & Spirakis 2006).
    """
    with np.errstate(divide="ignore"):
        ranks = np.log1p(-source().random(len(points))) / weights  # a weight of 0 ranks last
    return dense_rows(points, np.argsort(-ranks, kind="stable")[:k])


def wu(
    points: Points, weights: Weights, k: int, _random: RandomSource, _threads: int = 1
) -> Points:
    """Find seeds by variance cuts (Wu 1992): cut the best box where its variance falls most.

    Wu cuts a grid of 32 cells an axis, by tables of moments. Here the points themselves are sorted
    along each axis: the same criterion without a grid, in any number of dimensions.

    Args:
        points: (n, d) float64, n ≥ k.
        weights: (n,) float64, 0 or more, not all 0.
        k: the number of seeds; each is the mean of a box. With fewer distinct points than k, the
            first seeds are repeated.
    """
    if weights.min() <= 0:
        points, weights = points[weights > 0], weights[weights > 0]
    if not isinstance(points, np.ndarray):
        raise DataTypeError("init='wu' sorts along every axis, which sparse data have too many of")
    points = points.astype(np.float64, copy=False)
    orders = np.ascontiguousarray(np.argsort(points, axis=0, kind="stable").T, np.int64)
    labels = np.empty(len(points), np.int32)
    boxes = kernels.divide(points, weights, orders, labels, k)
    mass, sums = np.empty(boxes), np.empty((boxes, points.shape[1]))
    kernels.cluster_sums(points, weights, labels, mass, sums)
    seeds: Points = (sums / mass[:, None])[np.arange(k) % boxes]
    return seeds


def _draw(weights: NDArray[np.float64], size: int, rng: np.random.Generator) -> NDArray[np.intp]:
    """Draw rows by weight, with replacement; none of weight 0 while any weight is positive."""
    cumulative = np.cumsum(weights)
    wanted = rng.random(size) * cumulative[-1]
    drawn: NDArray[np.intp] = np.searchsorted(cumulative, wanted, side="right")
    if drawn.max(initial=0) < len(weights):
        return drawn
    # rounding has led beyond the end, or no weight is positive
    last = int(np.flatnonzero(weights)[-1]) if cumulative[-1] > 0 else len(weights) - 1
    return np.minimum(drawn, last)
