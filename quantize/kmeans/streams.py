"""More points than memory holds: a weighted sample that stands for them, drawn in one pass.

Points are drawn as for a lightweight coreset (Bachem, Lucic and Krause 2018): half by their weight,
half by their squared distance to the middle, here that of the first rows. They are drawn without
replacement, by priority (Duffield, Lund and Thorup 2007): each row has a random number, and the
rows of the largest priorities are the sample. So two samples merge, as histograms do: their rows
are put together and the largest priorities kept. No error adds up on the way, in contrast to trees
of coresets (Har-Peled and Mazumdar 2004).

The random number of a row depends on its place in the stream, all else on the row. So the sample
is the same however the rows are cut into chunks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike

from quantize import kernels
from quantize.errors import DataError
from quantize.kmeans import validation
from quantize.kmeans.lloyd import Labels, Points, Weights, assign, kernels_of

NUMBERS: Final = 1 << 19
"""Numbers in a sample: 4 MiB of float64."""

FEWEST: Final = 1 << 13
"""Least rows in a sample, in many dimensions."""

PER_CLUSTER: Final = 128
"""Least rows for each centroid. Beside `fit` of all, noise in 20 dimensions costs 1.1 % more in 64
clusters, a set like Covertype 1.8 %; noise 1.4 % with half as many rows."""

FIRST: Final = 1 << 12
"""Rows at the beginning whose mean and spread say what is far."""

FARTHEST: Final = 1e100
"""Most spreads from the middle that count; a chance needs to be finite, no more."""

SHARED: Final = "joblib_memmapping_folder_"
"""How joblib names the folders of arrays that it shares (`TemporaryResourcesManager`)."""

PIECE: Final = 1 << 18
"""Numbers of a mapped array that are read at a time: 2 MiB of float64."""


class Chunk(NamedTuple):
    """Some rows of a stream.

    Attributes:
        given: them, as they came.
        weights: one for each, or None.
    """

    given: Any
    weights: ArrayLike | None


class Taken(NamedTuple):
    """What is kept of a stream.

    Attributes:
        points: (m, d) in the order of the stream.
        weights: (m,) float64; they add up to those of all rows.
        dtype: that results have.
        is_all: whether these are all rows, each with its own weight.
    """

    points: Points
    weights: Weights
    dtype: type[Any]
    is_all: bool


def is_mapped(given: Any) -> bool:
    """Return whether data are an array in a file.

    One that joblib shares with other processes is not: it is in memory, and the result must not
    depend on the number of processes.
    """
    if not isinstance(given, np.memmap) or SHARED in str(given.filename):
        return False
    return given.ndim == 2 and given.size > 0


def is_chunks(given: Any) -> bool:
    """Return whether data come in chunks, each of which is seen once."""
    return isinstance(given, Iterator)


def rows_of_sample(features: int, clusters: int) -> int:
    """Return how many rows stand for a stream."""
    return max(NUMBERS // features, FEWEST, PER_CLUSTER * clusters)


def chunks_of(given: Any, sample_weight: ArrayLike | None) -> Iterator[Chunk]:
    """Yield the chunks of a stream that have rows.

    Args:
        given: a mapped array; or an iterator of chunks, each an array, a frame or a sparse matrix,
            or a pair of one of these and its weights.
        sample_weight: (n,) for a mapped array, or None.

    Raises:
        DataError: weights for an iterator, or not as many as there are rows.
    """
    if is_mapped(given):
        yield from pieces(given, sample_weight)
        return
    if sample_weight is not None:
        raise DataError("sample_weight: of chunks, each brings its own, as a pair (X, weights)")
    for part in given:
        is_pair = isinstance(part, tuple) and len(part) == 2 and len(np.shape(part[0])) == 2
        chunk = Chunk(*part) if is_pair else Chunk(part, None)
        if np.shape(chunk.given)[:1] != (0,):
            yield chunk


def pieces(given: Any, sample_weight: ArrayLike | None = None) -> Iterator[Chunk]:
    """Yield a mapped array in parts of `PIECE` numbers."""
    weights = None
    if sample_weight is not None:
        weights = validation.weights_of(sample_weight, len(given))
    step = max(PIECE // given.shape[1], 1)
    for start in range(0, len(given), step):
        rows = slice(start, start + step)
        yield Chunk(np.asarray(given[rows]), None if weights is None else weights[rows])


def refuse_chunks(given: Any) -> None:
    """Refuse data that are gone once they were seen.

    Raises:
        DataError: they come in chunks.
    """
    if is_chunks(given):
        raise DataError("X: chunks are seen once and get no labels; call fit, then predict of each")


def taken(
    chunks: Iterator[Chunk],
    read: Callable[[Any, int | None], tuple[Points, type[Any]]],
    clusters: int,
    rng: np.random.Generator,
) -> Taken:
    """Return what is kept of a stream.

    Args:
        chunks: at least one.
        read: returns the points of a chunk and the dtype that results have; takes also the number
            of features, which the first chunk tells.
        clusters: how many centroids are wanted.
        rng: decides the draws.

    Raises:
        DataError: no rows, no weights, or chunks that do not go together.
    """
    draws = np.random.default_rng(rng.integers(2**63, size=2))
    sample, kinds, is_sparse = None, set(), False
    for chunk in chunks:
        points, dtype = read(chunk.given, sample.features if sample else None)
        weights = validation.weights_of(chunk.weights, len(points), may_be_zero=True)
        if hasattr(chunk.given, "tocsr"):
            from quantize.kmeans import sparse

            points = cast("Points", sparse.of(points))
        if sample is None:
            is_sparse = not isinstance(points, np.ndarray)
            features = points.shape[1]
            sample = Sample(features, rows_of_sample(features, clusters), draws)
        if is_sparse == isinstance(points, np.ndarray):
            raise DataError("X: some chunks are sparse, others are not; make them alike")
        kinds.add(dtype)
        sample.add(points, weights)
    if sample is None:
        raise DataError("X: no rows; wanted an iterator of chunks, each (m, d)")
    found = sample.taken(np.float32 if kinds == {np.float32} else np.float64)
    if is_sparse:
        found.points.matrix.eliminate_zeros()  # type: ignore[attr-defined]
        found = found._replace(points=validation.dense_if_small(found.points))
    return found


def labelled(
    given: Any, sample_weight: ArrayLike | None, read: Callable[[Any], tuple[Points, Points]]
) -> tuple[Labels, float]:
    """Return the nearest centroid of each row of a mapped array, (n,) int32, and the inertia.

    Args:
        given: (n, d).
        sample_weight: (n,), or None.
        read: returns the points of some rows, and the centroids in the same dtype.
    """
    labels, inertia, threads, done = np.empty(len(given), np.int32), 0.0, kernels.thread_count(), 0
    with kernels.one_blas_thread(given.shape[1]):
        for piece in pieces(given, sample_weight):
            points, centroids = read(piece.given)
            weights = validation.weights_of(piece.weights, len(points), may_be_zero=True)
            places = centroids.astype(np.float64)
            validation.check_inertia(points, places, weights)
            state = assign(points, weights, places, threads=threads)
            labels[done : done + len(points)] = state.labels
            inertia += state.inertia
            done += len(points)
    return labels, inertia


class Sample:
    """The rows of the largest priorities.

    Args:
        features: numbers in a row.
        most: how many rows, 1 or more.
        rng: gives a number to each row.
    """

    def __init__(self, features: int, most: int, rng: np.random.Generator) -> None:
        self.features, self._most, self._rng = features, most, rng
        self._first: list[tuple[Points, Weights]] = []
        self._middle: Points | None = None
        self._spread = 1.0
        self._kept: list[tuple[Points, Weights, Weights, Weights]] = []
        self._rows = self._held = 0
        self._total = self._least = 0.0

    def add(self, points: Points, weights: Weights) -> None:
        """Add rows of a stream.

        Args:
            points: (n, d) float32 or float64, or sparse; all of a stream are of the same kind.
            weights: (n,) float64, 0 or more.
        """
        self._rows += len(points)
        # one after the other, as a sum by parts would depend on the parts
        with np.errstate(over="ignore"):
            self._total = float(np.cumsum(np.append(self._total, weights))[-1])
        if self._middle is not None:
            self._draw(points, weights)
            return
        self._first.append((points, weights))
        if self._rows >= FIRST:
            self._begin()

    def taken(self, dtype: type[Any]) -> Taken:
        """Return the sample of all rows so far.

        Raises:
            DataError: all of their weights are zero, or their sum is infinite.
        """
        validation.check_total(self._total)
        if self._middle is None:
            self._begin()
        if self._rows > self._most:
            self._keep_largest()
        points, weights, shares, priorities = self._all()
        if self._rows > self._most:
            if len(points) > self._most:  # the first priority that is left out
                rows = priorities > self._least
                points, shares = points[rows], shares[rows]
                weights = weights[rows] * np.maximum(1.0, self._least / shares)
            weights = weights * (self._total / float(weights.sum()))
        is_all = self._rows <= self._most
        return Taken(points.astype(dtype, copy=False), weights, dtype, is_all)

    def _begin(self) -> None:
        """Find the middle and the spread of the first rows, and draw among those held back."""
        points = _joined([points for points, _ in self._first])
        weights = np.concatenate([weights for _, weights in self._first])
        self._first = []
        some, mass, sums = points[:FIRST], np.empty(1), np.empty((1, points.shape[1]))
        ones = np.ones(len(some))
        kernels_of(some).cluster_sums(some, ones, np.zeros(len(some), np.int32), mass, sums)
        self._middle = sums / mass[:, None]
        self._spread = float(self._distances(some).mean()) or 1.0
        self._draw(points, weights)

    def _draw(self, points: Points, weights: Weights) -> None:
        """Keep the rows whose priorities are not too small already."""
        chances = 1.0 - self._rng.random(len(points))  # above 0
        with np.errstate(over="ignore"):  # the first rows may be all but equal
            far = np.minimum(self._distances(points) / self._spread, FARTHEST)
        shares = weights * (1 + far) / 2
        priorities = shares / chances
        # while all rows may be kept, those of no weight are too
        rows = np.flatnonzero((priorities > self._least) | (self._rows <= self._most))
        kept = points[rows], weights[rows], shares[rows], priorities[rows]
        self._kept.append(kept)
        self._held += len(rows)
        if self._held > self._most + self._most // 2:
            self._keep_largest()

    def _all(self) -> tuple[Points, Weights, Weights, Weights]:
        """Return the points that are kept, their weights, shares and priorities."""
        columns = list(zip(*self._kept, strict=True))
        return (_joined(columns[0]), *(np.concatenate(column) for column in columns[1:]))

    def _keep_largest(self) -> None:
        """Keep one row more than is wanted: its priority gives the others their weights."""
        priorities = np.concatenate([part[-1] for part in self._kept])
        stays = np.zeros(len(priorities), bool)
        stays[np.argsort(-priorities, kind="stable")[: self._most + 1]] = True
        stays &= priorities > 0
        done = 0
        for at, part in enumerate(self._kept):  # one by one, so that no copy of all is needed
            rows = np.flatnonzero(stays[done : done + len(part[-1])])
            done += len(part[-1])
            self._kept[at] = part[0][rows], part[1][rows], part[2][rows], part[3][rows]
        self._kept = [part for part in self._kept if len(part[-1])]
        self._held = int(stays.sum())
        if self._held > self._most:
            self._least = float(priorities[stays].min())

    def _distances(self, points: Points) -> Weights:
        """Return the squared distances of points to the middle, each in its own written order."""
        found = np.empty(len(points))
        labels = np.zeros(len(points), np.int32)
        wide = points.astype(np.float64, copy=False)
        kernels_of(points).paired_distances(wide, self._middle, labels, found)
        return found


def _joined(parts: Sequence[Any]) -> Any:
    """Return the rows of all parts."""
    if len(parts) == 1:
        return parts[0]
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    from quantize.kmeans import sparse

    return sparse.joined(*parts)
