"""The kernels in plain NumPy: the specification, and the fallback where nothing is compiled.

Nothing is validated here. Arguments are marked in, out, or in-out; callers own the buffers. Another
implementation gives equal results, to the bit. For that, distances in up to four dimensions are
added in the order of the dimensions, in the precision of the points, and ties go to the lowest
index. Beyond four dimensions the products come from BLAS calls that all share (`distance_tables`).

The kernels of k-means are here; those of colours are in `counting` and `encoding`, of
dithering in `dithering`, of the order of a palette in `arranging`; sums are in `adding`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quantize.kernels.adding import cluster_sums, halve, weighted_total
from quantize.kernels.arranging import arrange, chain, count_pairs
from quantize.kernels.blocks import VECTOR_DIMENSIONS
from quantize.kernels.coding import clear_places, code_strings, filled_at
from quantize.kernels.counting import (
    count_colors,
    least_ranges,
    look_up,
    pack,
    search,
    unpack,
    weigh_colors,
)
from quantize.kernels.differences import within
from quantize.kernels.dithering import diffuse, pattern, tally
from quantize.kernels.encoding import encode
from quantize.kernels.inflating import stream_end
from quantize.kernels.lossy import trellis
from quantize.kernels.lzw import choose_strings
from quantize.kernels.moving import in_lanes, move_points

__all__ = [
    "add_seed",
    "arrange",
    "assign",
    "chain",
    "choose_strings",
    "clear_places",
    "cluster_sums",
    "code_strings",
    "count_colors",
    "count_pairs",
    "diffuse",
    "divide",
    "encode",
    "filled_at",
    "halve",
    "least_ranges",
    "look_up",
    "move_points",
    "nearest",
    "nearest_two",
    "pack",
    "pattern",
    "search",
    "seed_costs",
    "seed_rows",
    "stream_end",
    "tally",
    "trellis",
    "two_least",
    "unpack",
    "weigh_colors",
    "weighted_total",
    "within",
]

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]
Reals = NDArray[np.floating[Any]]  # float32 or float64
Labels = NDArray[np.int32]
Orders = NDArray[np.int64]

_TILE = 1 << 16
"""Most distances in a tile: 512 KiB of float64, so that it stays in the second-level cache."""

_FAR = 1e-3
"""How far centroids may lie from the origin, in 1/√ε of their spread, before points are moved to
it. Products lose digits far from the origin: at this limit a millionth of the squared spread."""


def nearest(points: Reals, centroids: Reals, labels: Labels, distances: Reals) -> None:
    """Find the nearest centroid of each point, the first of equals, and its squared distance.

    Args:
        points: in, (n, d) float32 or float64.
        centroids: in, (k, d) of the same type, k at least 1.
        labels: out, (n,) int32.
        distances: out, (n,) of the same type.
    """
    if points.shape[1] > VECTOR_DIMENSIONS:
        least, second = np.empty((2, len(points)), points.dtype)
        for tile, table, squares in product_tables(points, centroids):
            two_least(table, squares, labels[tile], least[tile], second[tile])
        distances[:] = _distances(points, centroids[labels])
        return
    for tile, table in distance_tables(points, centroids):
        labels[tile] = table.argmin(axis=1)
        distances[tile] = _distances(points[tile], centroids[labels[tile]])


def assign(  # noqa: PLR0917 (a kernel)
    points: Reals,
    weights: Floats,
    centroids: Reals,
    labels: Labels,
    distances: Reals,
    mass: Floats,
    sums: Floats,
) -> float:
    """Do `nearest` and `cluster_sums`; return the weighted sum of the distances."""
    nearest(points, centroids, labels, distances)
    cluster_sums(points, weights, labels, mass, sums)
    return weighted_total(weights, distances)


def nearest_two(
    points: Reals, centroids: Reals, labels: Labels, distances: Reals, seconds: Reals
) -> None:
    """Find the nearest centroid of each point, and the squared distances to it and to the second.

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


def two_least(table: Reals, squares: Reals, labels: Labels, least: Reals, second: Reals) -> None:
    """Find the least value of each column, the first of equals, and the second.

    Args:
        table: in-out, (k, n) float32 or float64; what it holds afterwards is not defined.
        squares: in, (k,) of the same type, which is added to each column first.
        labels: out, (n,) int32, the row of the least value.
        least: out, (n,) of the same type.
        second: out, (n,) of the same type; may be equal to the least; infinite if k is 1.
    """
    np.add(table, squares[:, None], out=table)
    columns = np.arange(table.shape[1])
    labels[:] = table.argmin(axis=0)
    least[:] = table[labels, columns]
    table[labels, columns] = np.inf
    second[:] = table[table.argmin(axis=0), columns]


def paired_distances(points: Reals, centroids: Reals, labels: Labels, distances: Reals) -> None:
    """Compute the squared distance of each point to the centroid of its label.

    Args:
        points: in, (n, d) float32 or float64.
        centroids: in, (k, d) of the same type.
        labels: in, (n,) int32, below k.
        distances: out, (n,) of the same type.
    """
    distances[:] = _distances(points, centroids[labels])


def divide(points: Floats, weights: Floats, orders: Orders, labels: Labels, k: int) -> int:
    """Cut the points into boxes, each time the box whose best cut lowers the squared error most.

    A cut goes across an axis, between points that differ there. With W the weight and S the sum of
    a side, it lowers the squared error by |S1|²/W1 + |S2|²/W2 - |S|²/W; sums are added in the order
    of the points along the axis. Among equal cuts the first axis and place wins, among equal boxes
    the first. A cut box keeps its left half; the right half becomes the last box.

    Args:
        points: in, (n, d) float64.
        weights: in, (n,) float64, positive.
        orders: in-out, (d, n) int64, the rows in ascending order along each axis; on return the
            rows of each box stand together.
        labels: out, (n,) int32, the box of each point.
        k: in, the number of boxes wanted, at least 1.

    Returns:
        The number of boxes: k, or the number of distinct points if that is less.
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
    """Return the gain of the best cut of a box (-1 for none), its axis, the rows on its left."""
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
    """Compute what all points cost with one more seed, for each place that it could have.

    A point costs its weighted squared distance to the nearest seed. Costs are summed in eight lanes
    that take turns in the order of the points; the lanes are then added one after another.

    Args:
        columns: in, (d, n) float64, the points, each row contiguous.
        weights: in, (n,) float64, 0 or more.
        cost: in, (n,) float64, the cost of each point with the seeds so far.
        places: in, (m, d) float64.
        totals: out, (m,) float64.
    """
    for row, left in enumerate(_with_seeds(columns, weights, cost, places)):
        totals[row] = in_lanes(left)


def seed_rows(  # noqa: PLR0917 (a kernel)
    points: Reals,
    weights: Floats,
    places: Floats,
    gaps: Floats,
    near: Labels,
    reach: Floats,
    left: Floats,
    totals: Floats,
) -> None:
    """Find how far points are from the nearest seed with one more, for each place it could have.

    A seed more than twice as far from a point's nearest seed as the point itself is not looked at
    (Raff 2021). Squared distances, and the sums of `seed_costs`, are added in lanes.

    Args:
        points: in, (n, d) float32 or float64.
        weights: in, (n,) float64, 0 or more.
        places: in, (m, d) float64.
        gaps: in, (m, s) float64, a quarter of the squared distance of places to the seeds so far.
        near: in, (n,) int32, the nearest of these; 0 before the first.
        reach: in, (n,) float64, the squared distance to it; infinite before the first.
        left: out, (m, n) float64, rows contiguous: the same with a seed at each place.
        totals: out, (m,) float64, weighted sums of these.
    """
    own = points.astype(np.float64, copy=False)
    for row, place in enumerate(places):
        distances = in_lanes(np.square(own - place))
        left[row] = np.where(reach > gaps[row][near], np.minimum(distances, reach), reach)
        totals[row] = in_lanes(weights * left[row])


def add_seed(columns: Floats, weights: Floats, place: Floats, cost: Floats) -> None:
    """Lower the cost of each point to its cost with one more seed.

    Args:
        columns: in, (d, n) float64, each row contiguous.
        weights: in, (n,) float64.
        place: in, (d,) float64.
        cost: in-out, (n,) float64; infinite before the first seed.
    """
    for left in _with_seeds(columns, weights, cost, place[None]):
        cost[:] = left


def _with_seeds(columns: Floats, weights: Floats, cost: Floats, places: Floats) -> Iterator[Floats]:
    """Yield (n,) costs of the points for each place, with a seed there as well."""
    for place in places:
        distances = _distances(columns.T, np.broadcast_to(place, columns.T.shape))
        yield np.minimum(cost, weights * distances)


def distance_tables(points: Reals, centroids: Reals) -> Iterator[tuple[slice, Reals]]:
    """Yield tiles of rows and their (rows, k) squared distances; the array is used again.

    Beyond four dimensions they lack a term that is the same for all centroids, and come from one
    BLAS call for each tile: the only sums whose order is not ours.

    Args:
        points: in, (n, d).
        centroids: in, (k, d), of the same type.
    """
    rows = max(min(_TILE // len(centroids), len(points)), 1)
    table, term = np.empty((2, rows, len(centroids)), points.dtype)
    by_products = points.shape[1] > VECTOR_DIMENSIONS
    if by_products:
        middle, near = _near_origin(centroids)
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


def product_tables(points: Reals, centroids: Reals) -> Iterator[tuple[slice, Reals, Reals]]:
    """Yield tiles of rows, -2 times their (k, rows) products with the centroids, and (k,) squares.

    The table is used again. Both together are squared distances, less what is the same for all
    centroids.

    Args:
        points: in, (n, d).
        centroids: in, (k, d), of the same type.
    """
    rows = max(_TILE // len(centroids), 1)
    middle, near = _near_origin(centroids)
    factors, squares = -2 * near, np.square(near).sum(axis=1)
    memory = np.empty(len(centroids) * min(rows, len(points)), points.dtype)
    for start in range(0, len(points), rows):
        tile = slice(start, start + rows)
        part = points[tile] - middle if middle.any() else points[tile]
        table = memory[: len(centroids) * len(part)].reshape(len(centroids), len(part))
        yield tile, np.matmul(factors, part.T, out=table), squares


def _near_origin(centroids: Reals) -> tuple[Reals, Reals]:
    """Return what is taken from points (0 if they are near the origin), and centroids less it."""
    middle: Reals = np.rint(centroids.mean(axis=0))  # so that whole numbers stay whole
    far = _FAR / np.sqrt(np.finfo(centroids.dtype).eps)
    if np.abs(middle).max() <= far * np.abs(centroids - middle).max():
        middle[:] = 0
    return middle, centroids - middle


def _add_up(points: Reals, centroids: Reals, table: Reals, term: Reals) -> None:
    """Write squared distances, added in the order of the dimensions; `term` is working memory."""
    np.subtract(points[:, :1], centroids[:, 0], out=table)
    np.multiply(table, table, out=table)
    for axis in range(1, points.shape[1]):
        np.subtract(points[:, axis, None], centroids[:, axis], out=term)
        np.multiply(term, term, out=term)
        np.add(table, term, out=table)


def _distances(points: Reals, others: Reals) -> Reals:
    """Return (n,) squared distances of paired rows, added in the order of the dimensions."""
    total: Reals = np.zeros(len(points), points.dtype)
    for axis in range(points.shape[1]):
        step = points[:, axis] - others[:, axis]
        total += step * step
    return total
