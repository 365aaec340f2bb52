"""The kernels in plain NumPy: the specification, and the fallback where nothing is compiled.

Nothing is validated here. Arguments are marked in, out, or in-out; callers own the buffers. Another
implementation gives equal results, to the bit: so for up to four dimensions distances are added in
float64 in the order of the dimensions, and ties go to the lowest index. Beyond four dimensions the
products come from one BLAS call (`cross_products`), which all implementations share.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Keys = NDArray[np.uint32]
Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Labels = NDArray[np.int32]

WRITTEN_ORDER_DIMENSIONS = 4
"""Up to here distances are sums in a written order; beyond, BLAS is worth its rounding."""

_TILE = 1 << 16
"""Distances held at once: 512 KiB of float64, so that a tile stays in the second-level cache."""


def pack(colors: Bytes, keys: Keys) -> None:
    """One number a colour, red in the highest byte: sorting the keys sorts the colours.

    Args:
        colors: in, (n, c) uint8, c = 3 or 4.
        keys: out, (n,) uint32.
    """
    keys[:] = colors[:, 0]
    for channel in range(1, colors.shape[1]):
        np.left_shift(keys, np.uint32(8), out=keys)
        np.bitwise_or(keys, colors[:, channel], out=keys)


def unpack(keys: Keys, colors: Bytes) -> None:
    """The inverse of `pack`.

    Args:
        keys: in, (n,) uint32.
        colors: out, (n, c) uint8.
    """
    channels = colors.shape[1]
    for channel in range(channels):
        colors[:, channel] = keys >> np.uint32(8 * (channels - 1 - channel)) & np.uint32(255)


def count_keys(keys: Keys) -> tuple[Keys, Counts]:
    """The distinct keys in ascending order, and how often each occurs.

    Args:
        keys: in, (n,) uint32.
    """
    distinct, counts = np.unique(keys, return_counts=True)
    return distinct, counts.astype(np.int64, copy=False)


def look_up(keys: Keys, distinct: Keys, labels: Bytes, indices: Bytes) -> None:
    """The label of each key, through a table of the distinct ones.

    Args:
        keys: in, (n,) uint32, each of them in `distinct`.
        distinct: in, (m,) uint32, ascending.
        labels: in, (m,) uint8.
        indices: out, (n,) uint8.
    """
    if len(distinct) and distinct[-1] < 1 << 24:
        table = np.zeros(1 << 24, np.uint8)  # 16 MiB of zeros cost nothing until they are touched
        table[distinct] = labels
        np.take(table, keys, out=indices, mode="clip")
    else:
        indices[:] = labels[np.searchsorted(distinct, keys)]


def nearest(points: Floats, centroids: Floats, labels: Labels, distances: Floats) -> None:
    """The nearest centroid of each point, and its squared distance; ties go to the lowest index.

    Args:
        points: in, (n, d) float64.
        centroids: in, (k, d) float64, k at least 1.
        labels: out, (n,) int32.
        distances: out, (n,) float64.
    """
    rows = min(max(_TILE // len(centroids), 1), len(points))
    scratch = np.empty((2, rows, len(centroids)))
    for start in range(0, len(points), rows):
        tile = slice(start, start + rows)
        table = _distance_table(points[tile], centroids, scratch)
        labels[tile] = table.argmin(axis=1)
        distances[tile] = _distances(points[tile], centroids[labels[tile]])


def cluster_sums(
    points: Floats, weights: Floats, labels: Labels, mass: Floats, sums: Floats
) -> None:
    """The weight of each cluster and the weighted sum of its points, added in row order.

    Args:
        points: in, (n, d) float64.
        weights: in, (n,) float64.
        labels: in, (n,) int32, below k.
        mass: out, (k,) float64.
        sums: out, (k, d) float64.
    """
    k = len(mass)
    mass[:] = np.bincount(labels, weights, minlength=k)
    for axis in range(points.shape[1]):
        sums[:, axis] = np.bincount(labels, weights * points[:, axis], minlength=k)


def cross_products(points: Floats, centroids: Floats) -> Floats:
    """(n, k) scalar products, by BLAS: the one place where the order of addition is not ours."""
    products: Floats = points @ centroids.T
    return products


def _distance_table(points: Floats, centroids: Floats, scratch: Floats) -> Floats:
    """(n, k) squared distances; beyond four dimensions less a term that no centroid changes.

    Args:
        points: in, (n, d) float64.
        centroids: in, (k, d) float64.
        scratch: out, (2, at least n, k) float64; the table is a part of it.
    """
    table: Floats = scratch[0, : len(points)]
    term: Floats = scratch[1, : len(points)]
    if points.shape[1] > WRITTEN_ORDER_DIMENSIONS:
        np.multiply(cross_products(points, centroids), -2, out=table)
        np.add(table, np.square(centroids).sum(axis=1), out=table)
        return table
    np.subtract(points[:, :1], centroids[:, 0], out=table)
    np.multiply(table, table, out=table)
    for axis in range(1, points.shape[1]):
        np.subtract(points[:, axis, None], centroids[:, axis], out=term)
        np.multiply(term, term, out=term)
        np.add(table, term, out=table)
    return table


def _distances(points: Floats, others: Floats) -> Floats:
    """(n,) squared distances of paired rows, added in the order of the dimensions."""
    total = np.zeros(len(points))
    for axis in range(points.shape[1]):
        step = points[:, axis] - others[:, axis]
        total += step * step
    return total
