"""The kernels in plain NumPy: the specification, and the fallback where nothing is compiled.

Nothing is validated here. Arguments are marked in, out, or in-out; callers own the buffers. Another
implementation gives equal results, to the bit: so for up to four dimensions distances are added in
the order of the dimensions, in the precision of the points, and ties go to the lowest index. Beyond
four dimensions the products come from one BLAS call (`distance_tables`), which all share.

Here are those of k-means; those of colours stand in `counting`, of dithering in `dithering`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quantize.kernels.counting import (
    count_colors,
    least_ranges,
    look_up,
    pack,
    search,
    unpack,
    weigh_colors,
)
from quantize.kernels.dithering import diffuse, pattern, tally

__all__ = [
    "add_seed",
    "cluster_sums",
    "count_colors",
    "diffuse",
    "divide",
    "least_ranges",
    "look_up",
    "nearest",
    "nearest_two",
    "pack",
    "pattern",
    "search",
    "seed_costs",
    "tally",
    "unpack",
    "weigh_colors",
]

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Reals = NDArray[np.floating[Any]]  # float32 or float64
Labels = NDArray[np.int32]
Orders = NDArray[np.int64]

WRITTEN_ORDER_DIMENSIONS = 4
"""Up to here distances are sums in a written order; beyond, BLAS is worth its rounding."""

_TILE = 1 << 16
"""Distances held at once: 512 KiB of float64, so that a tile stays in the second-level cache."""

_FAR = 1e-3
"""Far from the origin products swallow differences: at this part of 1/√ε times the spread of the
centroids, where what is lost is a millionth of its square, points are moved before."""

_LANES = 8
"""Sums that run side by side in `seed_costs`: what a processor adds at once, and a few more."""


def nearest(points: Reals, centroids: Reals, labels: Labels, distances: Reals) -> None:
    """The nearest centroid of each point, and its squared distance; ties go to the lowest index.

    Args:
        points: in, (n, d) float32 or float64.
        centroids: in, (k, d) of the same type, k at least 1.
        labels: out, (n,) int32.
        distances: out, (n,) of the same type.
    """
    for tile, table in distance_tables(points, centroids):
        labels[tile] = table.argmin(axis=1)
        distances[tile] = _distances(points[tile], centroids[labels[tile]])


def nearest_two(
    points: Reals, centroids: Reals, labels: Labels, distances: Reals, seconds: Reals
) -> None:
    """The same, and the squared distance to the second nearest centroid.

    Args:
        points: in, (n, d) float32 or float64.
        centroids: in, (k, d) of the same type, k at least 2.
        labels: out, (n,) int32.
        distances: out, (n,) of the same type.
        seconds: out, (n,) of the same type; equal to `distances` where two are equally near.
    """
    for tile, table in distance_tables(points, centroids):
        labels[tile] = table.argmin(axis=1)
        distances[tile] = _distances(points[tile], centroids[labels[tile]])
        table[np.arange(len(table)), labels[tile]] = np.inf
        second = table.argmin(axis=1)
        seconds[tile] = _distances(points[tile], centroids[second])
        seconds[tile][second == labels[tile]] = np.inf  # the first of many that are infinitely far


def paired_distances(points: Reals, centroids: Reals, labels: Labels, distances: Reals) -> None:
    """The squared distance of each point to a centroid that is given, in the order of dimensions.

    Args:
        points: in, (n, d) float32 or float64.
        centroids: in, (k, d) of the same type.
        labels: in, (n,) int32, below k.
        distances: out, (n,) of the same type.
    """
    distances[:] = _distances(points, centroids[labels])


def cluster_sums(
    points: Reals, weights: Floats, labels: Labels, mass: Floats, sums: Floats
) -> None:
    """The weight of each cluster and the weighted sum of its points, added in row order.

    Args:
        points: in, (n, d) float32 or float64.
        weights: in, (n,) float64.
        labels: in, (n,) int32, below k.
        mass: out, (k,) float64.
        sums: out, (k, d) float64.
    """
    k = len(mass)
    mass[:] = np.bincount(labels, weights, minlength=k)
    for axis in range(points.shape[1]):
        sums[:, axis] = np.bincount(labels, weights * points[:, axis], minlength=k)


def divide(points: Floats, weights: Floats, orders: Orders, labels: Labels, k: int) -> int:
    """Cut the points into boxes: always the box whose best cut lowers the squared error most.

    A cut goes across an axis, between points that differ there. With W the weight and S the sum of
    a side, it lowers the squared error by |S1|²/W1 + |S2|²/W2 - |S|²/W; sums are added in the order
    of the points along the axis. Of equal cuts the first axis and place is taken, of equal boxes
    the first; a cut box keeps the left half, the right one becomes the last box.

    Args:
        points: in, (n, d) float64.
        weights: in, (n,) float64, positive.
        orders: in-out, (d, n) int64, the rows in ascending order along each axis; on return the
            rows of each box stand together.
        labels: out, (n,) int32, the box of each point.
        k: in, how many boxes are wanted, at least 1.

    Returns:
        How many boxes there are: k, or the number of distinct points if that is less.
    """
    spans = [(0, len(points))]
    cuts = [_best_cut(points, weights, orders)]
    while len(spans) < k:
        box = max(range(len(cuts)), key=lambda at: cuts[at][0])
        gain, axis, size = cuts[box]
        if gain < 0:
            break
        start, end = spans[box]
        on_left = np.zeros(len(points), bool)
        on_left[orders[axis, start : start + size]] = True
        for order in orders[:, start:end]:
            left = on_left[order]
            order[:] = np.concatenate([order[left], order[~left]])
        spans[box] = start, start + size
        spans.append((start + size, end))
        cuts[box] = _best_cut(points, weights, orders[:, start : start + size])
        cuts.append(_best_cut(points, weights, orders[:, start + size : end]))
    for box, (start, end) in enumerate(spans):
        labels[orders[0, start:end]] = box
    return len(spans)


def _best_cut(points: Floats, weights: Floats, orders: Orders) -> tuple[float, int, int]:
    """What the best cut of a box gains (-1 if none is possible), its axis, the rows on its left."""
    best = (-1.0, 0, 0)
    for axis, order in enumerate(orders):
        coordinate = points[order, axis]
        ends = np.flatnonzero(coordinate[1:] > coordinate[:-1])  # a cut may follow these rows
        if len(ends) == 0:
            continue
        weight = np.cumsum(weights[order])
        explained, unsplit = np.zeros(len(ends)), 0.0
        for column in points.T:
            total = np.cumsum(weights[order] * column[order])
            left, right = total[ends], total[-1] - total[ends]
            explained += left * left / weight[ends] + right * right / (weight[-1] - weight[ends])
            unsplit += total[-1] * total[-1] / weight[-1]
        cut = int(explained.argmax())
        gain = max(float(explained[cut]) - float(unsplit), 0.0)
        if gain > best[0]:
            best = (gain, axis, int(ends[cut]) + 1)
    return best


def seed_costs(
    columns: Floats, weights: Floats, cost: Floats, places: Floats, totals: Floats
) -> None:
    """What the points would cost all together with one more seed, for each place it could have.

    A point costs its weighted squared distance to the nearest seed. The sums are those of eight
    lanes, which take turns in the order of the points, added one lane after another.

    Args:
        columns: in, (d, n) float64, the points, each row contiguous.
        weights: in, (n,) float64, 0 or more.
        cost: in, (n,) float64, what each point costs with the seeds so far.
        places: in, (m, d) float64.
        totals: out, (m,) float64.
    """
    for row, left in enumerate(_with_seeds(columns, weights, cost, places)):
        lanes = np.pad(left, (0, -len(left) % _LANES)).reshape(-1, _LANES)
        totals[row] = np.cumsum(np.cumsum(lanes, axis=0)[-1])[-1]


def add_seed(columns: Floats, weights: Floats, place: Floats, cost: Floats) -> None:
    """Lower what each point costs to what it costs with one more seed.

    Args:
        columns: in, (d, n) float64, each row contiguous.
        weights: in, (n,) float64.
        place: in, (d,) float64.
        cost: in-out, (n,) float64; infinite where there is no seed yet.
    """
    for left in _with_seeds(columns, weights, cost, place[None]):
        cost[:] = left


def _with_seeds(columns: Floats, weights: Floats, cost: Floats, places: Floats) -> Iterator[Floats]:
    """(n,) for each place: what the points cost with a seed there as well."""
    for place in places:
        distances = _distances(columns.T, np.broadcast_to(place, columns.T.shape))
        yield np.minimum(cost, weights * distances)


def distance_tables(points: Reals, centroids: Reals) -> Iterator[tuple[slice, Reals]]:
    """Some rows at a time, and their (rows, k) squared distances; it is used again for the next.

    Beyond four dimensions less a term that no centroid changes, and from one BLAS call a tile: the
    one place where the order of addition is not ours.

    Args:
        points: in, (n, d).
        centroids: in, (k, d), of the same type.
    """
    rows = max(min(_TILE // len(centroids), len(points)), 1)
    table, term = np.empty((2, rows, len(centroids)), points.dtype)
    by_products = points.shape[1] > WRITTEN_ORDER_DIMENSIONS
    if by_products:
        middle = np.rint(centroids.mean(axis=0))  # so that whole numbers stay whole
        far = _FAR / np.sqrt(np.finfo(points.dtype).eps)
        if np.abs(middle).max() <= far * np.abs(centroids - middle).max():
            middle[:] = 0
        near = centroids - middle
        columns, squares = np.ascontiguousarray(-2 * near.T), np.square(near).sum(axis=1)
    for start in range(0, len(points), rows):
        tile = slice(start, start + rows)
        part = points[tile]
        found = table[: len(part)]
        if by_products:
            np.matmul(part - middle if middle.any() else part, columns, out=found)
            np.add(found, squares, out=found)
        else:
            _add_up(part, centroids, found, term[: len(part)])
        yield tile, found


def _add_up(points: Reals, centroids: Reals, table: Reals, term: Reals) -> None:
    """The squared distances, added in the order of the dimensions; `term` is room to work in."""
    np.subtract(points[:, :1], centroids[:, 0], out=table)
    np.multiply(table, table, out=table)
    for axis in range(1, points.shape[1]):
        np.subtract(points[:, axis, None], centroids[:, axis], out=term)
        np.multiply(term, term, out=term)
        np.add(table, term, out=table)


def _distances(points: Reals, others: Reals) -> Reals:
    """(n,) squared distances of paired rows, added in the order of the dimensions."""
    total: Reals = np.zeros(len(points), points.dtype)
    for axis in range(points.shape[1]):
        step = points[:, axis] - others[:, axis]
        total += step * step
    return total
