"""The kernels in plain NumPy: the specification, and the fallback where nothing is compiled.

Nothing is validated here. Arguments are marked in, out, or in-out; callers own the buffers. Another
implementation gives equal results, to the bit: so for up to four dimensions distances are added in
the order of the dimensions, in the precision of the points, and ties go to the lowest index. Beyond
four dimensions the products come from one BLAS call (`distance_tables`), which all share.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quantize import zorder
from quantize.kernels.dithering import diffuse, pattern, tally

__all__ = [
    "add_seed",
    "cluster_sums",
    "count_colors",
    "diffuse",
    "divide",
    "look_up",
    "nearest",
    "nearest_two",
    "pack",
    "pattern",
    "search",
    "seed_costs",
    "tally",
    "unpack",
]

Bytes = NDArray[np.uint8]
Keys = NDArray[np.uint32]
Counts = NDArray[np.int64]
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


_SPREAD = {channels: zorder.tables(8, channels) for channels in (3, 4)}


def pack(colors: Bytes, keys: Keys) -> None:
    """One number a colour: its place on the Z-order curve (Morton 1966).

    The bits of the channels take turns, the highest of red first. So colours in the order of their
    keys are neighbours, a cell of 2^(8 - b) values of each channel is a run of equal top bits, and
    each run lies in a small box: what makes pruning work.

    Args:
        colors: in, (n, c) uint8, c = 3 or 4.
        keys: out, (n,) uint32, below 2^(8 c).
    """
    spread = _SPREAD[colors.shape[1]]
    np.take(spread[0], colors[:, 0], out=keys)
    for channel in range(1, colors.shape[1]):
        np.bitwise_or(keys, spread[channel][colors[:, channel]], out=keys)


def unpack(keys: Keys, colors: Bytes) -> None:
    """The inverse of `pack`.

    Args:
        keys: in, (n,) uint32.
        colors: out, (n, c) uint8.
    """
    channels = colors.shape[1]
    colors[:] = 0
    for channel in range(channels):
        for bit in range(8):
            place = np.uint32(channels * bit + channels - 1 - channel)
            value = (keys >> place & np.uint32(1)).astype(np.uint8)
            colors[:, channel] |= value << np.uint8(bit)


def count_colors(pixels: Bytes, threads: int = 1) -> tuple[Keys, Counts]:  # noqa: ARG001
    """The distinct colours as ascending keys of `pack`, and how many pixels have each.

    Args:
        pixels: in, (n, c) uint8, c = 3 or 4.
        threads: most threads to use; this implementation sorts in one.
    """
    keys = np.empty(len(pixels), np.uint32)
    pack(pixels, keys)
    distinct, counts = np.unique(keys, return_counts=True)
    return distinct, counts.astype(np.int64, copy=False)


def weigh_colors(
    pixels: Bytes,
    weights: Bytes,
    threads: int = 1,  # noqa: ARG001
) -> tuple[Keys, Counts, Counts]:
    """As `count_colors`, and what the pixels of each colour weigh together.

    Args:
        pixels: in, (n, c) uint8, c = 3 or 4.
        weights: in, (n,) uint8, each at most 127: so that a weight and the lower 9 bits of a key
            fit into 16.
        threads: most threads to use; this implementation sorts in one.

    Returns:
        (m,) keys, (m,) counts, and (m,) int64, the weights added up.
    """
    keys = np.empty(len(pixels), np.uint32)
    pack(pixels, keys)
    weighed = keys.astype(np.uint64) << np.uint64(8) | weights
    weighed.sort()
    distinct, first, counts = np.unique(
        weighed >> np.uint64(8), return_index=True, return_counts=True
    )
    totals = (weighed & np.uint64(255)).astype(np.int64)
    if len(first):
        totals = np.add.reduceat(totals, first)
    return distinct.astype(np.uint32), counts.astype(np.int64, copy=False), totals


def least_ranges(pixels: Bytes, start: int, ranges: Bytes) -> None:
    """How far lightness varies about each pixel: of the 3 x 3 windows that hold it, in the calmest.

    So both sides of a clean edge are calm, and texture is not. What varies is the luma of Rec. 601
    in whole numbers, (77 R + 150 G + 29 B) / 256 rounded down, times opacity, as the largest less
    the smallest of a window. Windows have their middle in the picture and end at its edge.

    Args:
        pixels: in, (h, w, c) uint8, c = 3 or 4: the rows that are wanted, with up to two more above
            and below, or more, that are looked at.
        start: in, the first row that is wanted.
        ranges: out, (m, w) uint8, of the rows from `start` on.
    """
    height = pixels.shape[0]
    low = max(start - 2, 0)
    rows = pixels[low : min(start + len(ranges) + 2, height)].astype(np.uint32)
    luma = (77 * rows[..., 0] + 150 * rows[..., 1] + 29 * rows[..., 2]) >> 8
    if rows.shape[2] == 4:
        luma = luma * rows[..., 3] // 255
    values = luma.astype(np.uint8)
    spread = _window(values, np.maximum) - _window(values, np.minimum)
    ranges[:] = _window(spread, np.minimum)[start - low : start - low + len(ranges)]


def _window(values: Bytes, extreme: np.ufunc) -> Bytes:
    """The extreme of the 3 x 3 window about each place, of what lies in the array."""
    padded = np.pad(values, 1, "edge")
    across = extreme(extreme(padded[:, :-2], padded[:, 1:-1]), padded[:, 2:])
    found: Bytes = extreme(extreme(across[:-2], across[1:-1]), across[2:])
    return found


def look_up(pixels: Bytes, lines: Labels, table: Bytes, indices: Bytes) -> None:
    """The entry of each pixel in a table of 512 colours for each 5-bit cell that has any.

    Args:
        pixels: in, (n, 3) uint8.
        lines: in, (2^15,) int32, the row of `table` for each cell, by the key's upper 15 bits.
        table: in, (m, 512) uint8, by the key's lower 9 bits.
        indices: out, (n,) uint8.
    """
    keys = np.empty(len(pixels), np.uint32)
    pack(pixels, keys)
    indices[:] = table[lines[keys >> np.uint32(9)], keys & np.uint32(511)]


def search(pixels: Bytes, distinct: Keys, labels: Bytes, indices: Bytes) -> None:
    """The label of each pixel among the distinct colours, for the four channels of RGBA.

    Args:
        pixels: in, (n, 4) uint8, each of them in `distinct`.
        distinct: in, (m,) uint32, ascending keys of `pack`.
        labels: in, (m,) uint8.
        indices: out, (n,) uint8.
    """
    keys = np.empty(len(pixels), np.uint32)
    pack(pixels, keys)
    indices[:] = labels[np.searchsorted(distinct, keys)]


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
        seconds[tile] = _distances(points[tile], centroids[table.argmin(axis=1)])


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
