"""Spatial order: neighbours in the list of points are neighbours in space, equal points are merged.

Points are assigned to centroids fastest if each run of points lies in a small box, because whole
boxes are compared first (`kernels.nearest`). The order is that of a Z-order curve (Morton 1966).
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize import kernels

Array = NDArray[Any]

MAX_DIMENSIONS: Final = 4
"""With more dimensions, boxes are too large to tell centroids apart, and order saves no time."""

FEWEST: Final = 1 << 12
"""Fewer points are assigned in less time than it takes to sort them."""

BLOCK: Final = 1 << 14
"""Points that are looked at together: a few hundred kilobytes."""

_BITS: Final = {1: 16, 2: 16, 3: 10, 4: 8}
"""Bits of each coordinate, by the number of dimensions: as many as fit into 32 bits."""


class OrderedPoints(NamedTuple):
    """Points in spatial order.

    Attributes:
        points: (m, d), of the same type, neighbours beside each other.
        weights: (m,) float64; the weights of equal points are added.
        rows: (n,) int32, the row in `points` of each point that was given; None: they stay.
    """

    points: Array
    weights: NDArray[np.float64]
    rows: NDArray[Any] | None

    @property
    def given(self) -> int:
        """The number of points that were given: n."""
        return len(self.points if self.rows is None else self.rows)

    def expand(self, values: Array) -> Array:
        """Return (n,) values of the points that were given, from (m,) values of these points."""
        return values if self.rows is None else values[self.rows]


def order_points(points: Array, weights: NDArray[np.float64]) -> OrderedPoints:
    """Return the points along a Z-order curve, equal neighbours merged.

    Points stay as they are if there are too few or too many dimensions for it to save time.

    Args:
        points: (n, d) floats, all finite.
        weights: (n,) float64.
    """
    if not isinstance(points, np.ndarray) or points.shape[1] > MAX_DIMENSIONS:
        return OrderedPoints(points, weights, None)
    if len(points) < FEWEST:
        return OrderedPoints(points, weights, None)
    # keys and row numbers in one number: all different, so that no tie is left to the sort
    keys = _z_order(points)
    keys.sort()
    keys &= np.uint64(0xFFFFFFFF)
    order = keys.view(np.int64)
    starts, rows = _runs(points, order)
    mass = np.add.reduceat(weights[order], starts)
    return OrderedPoints(points[order[starts]], mass, rows)


def _runs(points: Array, order: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[Any]]:
    """Return where equal points begin in an order, and which of these runs each point is in."""
    n, before = len(points), 0
    new = np.empty(n, bool)
    rows = np.empty(n, np.int32 if n <= np.iinfo(np.int32).max else np.int64)
    for start in range(0, n, BLOCK):
        part = points[order[max(start - 1, 0) : start + BLOCK]]
        some = new[start : start + BLOCK]
        np.any(part[1:] != part[:-1], axis=1, out=some[1:] if start == 0 else some)
        new[0] = True
        numbers = np.cumsum(some) + (before - 1)
        rows[order[start : start + BLOCK]] = numbers
        before = int(numbers[-1]) + 1
    return np.flatnonzero(new), rows


def _z_order(points: Array) -> NDArray[np.uint64]:
    """Return the place of each point on the curve through the box of all points, and its row."""
    n, dimensions = points.shape
    bits = _BITS[dimensions]
    keys, tables = np.empty(n, np.uint64), kernels.z_order_tables(bits, dimensions)
    # halves, since a difference of the largest floats would be infinite; of the smallest, 0
    lows, highs = (points.min(axis=0) / 2).tolist(), (points.max(axis=0) / 2).tolist()
    for start in range(0, n, BLOCK):
        part = points[start : start + BLOCK]
        places = np.zeros(len(part), np.uint32)
        for axis in range(dimensions):
            width = highs[axis] - lows[axis]
            scale = ((1 << bits) - 1) / width if width > 0 else 0.0
            with np.errstate(over="ignore", invalid="ignore"):
                steps = np.nan_to_num((part[:, axis] / 2 - lows[axis]) * scale)
            places |= tables[axis][np.clip(steps, 0, (1 << bits) - 1).astype(np.uint32)]
        numbers = np.arange(start, start + len(part), dtype=np.uint64)
        keys[start : start + BLOCK] = places.astype(np.uint64) << np.uint64(32) | numbers
    return keys
