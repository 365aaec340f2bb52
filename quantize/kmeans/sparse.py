"""Sparse points: rows of which most numbers are 0, as text by its words is; never made dense.

They are SciPy's compressed sparse rows. Whoever hands them in has loaded SciPy already; it is
imported here for no other purpose. The functions are those of `kernels` with the same arguments,
and stand in for them, see `lloyd.kernels_of`. Distances come from products, |x|² - 2 x·c + |c|², in
float64.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Floats = NDArray[np.float64]
Labels = NDArray[np.int32]

ENTRIES: Final = 1 << 18
"""Numbers of a tile, whether of its rows or of its table of distances: some megabytes."""

ROUNDING: Final = 1e-13
"""Rounding error of a squared distance by products, as a share of the squares in the difference."""


class SparsePoints:
    """Rows of a sparse matrix, which behave as a (n, d) array where k-means uses one.

    Args:
        matrix: (n, d) of SciPy in compressed sparse rows, float32 or float64, without duplicates.
        squares: (n,) float64, the squared length of each row, if it is known.
    """

    def __init__(self, matrix: Any, squares: Floats | None = None) -> None:
        self.matrix = matrix
        self.shape: tuple[int, int] = matrix.shape
        self.dtype: np.dtype[Any] = matrix.dtype
        self.squares = _squares(matrix) if squares is None else squares

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> SparsePoints:
        return SparsePoints(self.matrix[rows], self.squares[rows])

    def dense(self, rows: Any) -> Floats:
        """Return a few rows as a float64 array."""
        return np.asarray(self.matrix[rows].toarray(), np.float64)

    def astype(self, dtype: Any, **_copy: bool) -> SparsePoints:
        """Return the points with numbers of another type."""
        return SparsePoints(self.matrix.astype(dtype, copy=False), self.squares)

    def products(self, others: Array) -> Array:
        """Return the (n, m) products with the rows of an (m, d) array."""
        return np.asarray(self.matrix @ np.ascontiguousarray(others.T, self.dtype))

    def tiles(self, width: int) -> Iterator[slice]:
        """Yield slices of rows of a handy size, for a table of so many columns."""
        each = max(width, self.matrix.nnz // max(len(self), 1), 1)
        step = max(ENTRIES // each, 1)
        return (slice(start, start + step) for start in range(0, len(self), step))


def from_scipy(given: Any, dtype: Any) -> SparsePoints:
    """Return the points of any sparse matrix of SciPy, which is left as it is."""
    matrix = given.tocsr()
    if not matrix.has_canonical_format:
        matrix = matrix.copy() if matrix is given else matrix
        matrix.sum_duplicates()
    return SparsePoints(matrix.astype(dtype, copy=False))


def of(points: Any) -> SparsePoints:
    """Return points as sparse ones, whichever they are."""
    if isinstance(points, SparsePoints):
        return points
    from scipy.sparse import csr_array

    return SparsePoints(csr_array(points))


def joined(*parts: SparsePoints) -> SparsePoints:
    """Return the rows of all of them."""
    from scipy.sparse import vstack

    return SparsePoints(
        vstack([part.matrix for part in parts], format="csr"),
        np.concatenate([part.squares for part in parts]),
    )


def distances_to(points: SparsePoints, centroids: Array) -> Floats:
    """Return the (n, k) squared distances of points to centroids."""
    places = centroids.astype(np.float64, copy=False)
    wide = SparsePoints(points.matrix.astype(np.float64, copy=False), points.squares)
    squares = np.square(places).sum(axis=1)
    return _cleaned(points.squares[:, None] + squares, wide.products(places))


def nearest(points: SparsePoints, centroids: Array, labels: Labels, distances: Array) -> None:
    """Do what `kernels.nearest` does."""
    for tile, table in distance_tables(points, centroids):
        labels[tile] = table.argmin(axis=1)
    paired_distances(points, centroids, labels, distances)


def nearest_two(
    points: SparsePoints, centroids: Array, labels: Labels, distances: Array, seconds: Array
) -> None:
    """Do what `kernels.nearest_two` does."""
    second = np.empty_like(labels)
    for tile, table in distance_tables(points, centroids):
        labels[tile] = table.argmin(axis=1)
        table[np.arange(len(table)), labels[tile]] = np.inf
        second[tile] = table.argmin(axis=1)
    paired_distances(points, centroids, labels, distances)
    paired_distances(points, centroids, second, seconds)


def distance_tables(points: SparsePoints, centroids: Array) -> Iterator[tuple[slice, Array]]:
    """Yield tiles of rows, and their squared distances less what is the same for all centroids."""
    columns = np.ascontiguousarray(-2 * centroids.T, points.dtype)
    squares = np.square(centroids).sum(axis=1).astype(points.dtype)
    for tile in points.tiles(len(centroids)):
        table = np.asarray(points.matrix[tile] @ columns)
        table += squares
        yield tile, table


def paired_distances(
    points: SparsePoints, centroids: Array, labels: Labels, distances: Array
) -> None:
    """Do what `kernels.paired_distances` does."""
    squares = np.square(centroids.astype(np.float64, copy=False)).sum(axis=1)
    for tile in points.tiles(1):
        part, to = points.matrix[tile], labels[tile]
        rows = np.repeat(np.arange(len(to)), np.diff(part.indptr))
        terms = part.data * centroids[to[rows], part.indices].astype(np.float64, copy=False)
        products = np.bincount(rows, terms, minlength=len(to))
        distances[tile] = _cleaned(points.squares[tile] + squares[to], products)


def cluster_sums(
    points: SparsePoints, weights: Floats, labels: Labels, mass: Floats, sums: Floats
) -> None:
    """Do what `kernels.cluster_sums` does."""
    from scipy.sparse import csr_array

    k = len(mass)
    mass[:] = np.bincount(labels, weights, minlength=k)
    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], np.arange(k + 1))
    members = csr_array((weights[order], order, starts), shape=(k, len(points)))
    (members @ points.matrix).toarray(out=sums)


def assign(  # noqa: PLR0917 (as the kernel)
    points: SparsePoints,
    weights: Floats,
    centroids: Array,
    labels: Labels,
    distances: Array,
    mass: Floats,
    sums: Floats,
) -> float:
    """Do what `kernels.assign` does."""
    nearest(points, centroids, labels, distances)
    cluster_sums(points, weights, labels, mass, sums)
    return float((weights * distances).sum())


def mean_variance(points: SparsePoints, weights: Floats) -> float:
    """Return the weighted variance of each dimension, averaged over the dimensions."""
    total = float(weights.sum())
    mass, sums = np.empty(1), np.empty((1, points.shape[1]))
    cluster_sums(points, weights, np.zeros(len(points), np.int32), mass, sums)
    spread = float((weights * points.squares).sum()) / total - float(np.square(sums / total).sum())
    return max(spread, 0.0) / points.shape[1]


def sample(points: SparsePoints, weights: Floats, most: int) -> tuple[SparsePoints, Floats]:
    """Return a coreset of at most `most` of the points (Bachem, Lucic and Krause 2018).

    Half of the picks are by weight, half by the weighted squared distance to the mean. They are at
    even steps of the cumulative probability, so that nothing is left to chance.
    """
    points, weights = points[weights > 0], weights[weights > 0]
    if len(points) <= most:
        return points, weights
    mass, sums = np.empty(1), np.empty((1, points.shape[1]))
    labels = np.zeros(len(points), np.int32)
    cluster_sums(points, weights, labels, mass, sums)
    far = np.empty(len(points))
    paired_distances(points, sums / mass, labels, far)
    far *= weights
    share = weights / weights.sum()
    share = (share + far / far.sum()) / 2 if far.sum() > 0 else share
    picked = np.searchsorted(np.cumsum(share), (np.arange(most) + 0.5) / most)
    rows, often = np.unique(np.minimum(picked, len(points) - 1), return_counts=True)
    worth: Floats = often * weights[rows] / share[rows]
    return points[rows], worth * (weights.sum() / worth.sum())


def _squares(matrix: Any) -> Floats:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    terms: Floats = np.square(matrix.data, dtype=np.float64)
    return np.bincount(rows, terms, minlength=matrix.shape[0]).astype(np.float64, copy=False)


def _cleaned(squares: Floats, products: Array) -> Floats:
    """Return squared distances of which those that are rounding errors are 0."""
    distances: Floats = squares - 2 * products
    distances[distances < ROUNDING * squares] = 0.0
    return distances
