"""The distances of all points to all centroids, for `transform`."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.kmeans.lloyd import Points, kernels_of

Array = NDArray[Any]

NEAR: Final = 1e-6
"""A squared distance by products that is a smaller part of the squares in it is computed anew by
differences, as it has lost half of its digits."""


def euclidean(points: Points, centroids: Array) -> Array:
    """Return the (n, k) Euclidean distances of points to centroids, in the dtype of both."""
    found = np.empty((len(points), len(centroids)), points.dtype)
    places = centroids.astype(np.float64, copy=False)

    def work(rows: slice) -> None:
        found[rows] = np.sqrt(_squared(points[rows], places))

    block = kernels.block_rows(points.shape[1])
    kernels.each_block(len(points), work, threads=kernels.thread_count(), block=block)
    return found


def _squared(points: Points, centroids: Array) -> Array:
    if not isinstance(points, np.ndarray):
        return np.asarray(kernels_of(points).distances_to(points, centroids))
    own = points.astype(np.float64, copy=False)
    if points.shape[1] <= kernels.WRITTEN_ORDER_DIMENSIONS:
        flat: Array = np.square(own[:, :1] - centroids[:, 0])
        for axis in range(1, points.shape[1]):
            flat += np.square(own[:, axis, None] - centroids[:, axis])
        return flat
    squares = np.square(own).sum(axis=1)[:, None] + np.square(centroids).sum(axis=1)
    table: Array = squares - 2 * (own @ centroids.T)
    rows, columns = np.nonzero(table < NEAR * squares)
    for start in range(0, len(rows), kernels.block_rows(points.shape[1])):
        some = slice(start, start + kernels.block_rows(points.shape[1]))
        steps = own[rows[some]] - centroids[columns[some]]
        table[rows[some], columns[some]] = np.square(steps).sum(axis=1)
    return table
