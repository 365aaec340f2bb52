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

_BITS: Final = {1: 16, 2: 16, 3: 10, 4: 8}
"""Bits of each coordinate, by the number of dimensions: as many as fit into 32 bits."""


class OrderedPoints(NamedTuple):
    """Points in spatial order.

    Attributes:
        points: (m, d), of the same type, neighbours beside each other.
        weights: (m,) float64; the weights of equal points are added.
        rows: (n,), the row in `points` of each point that was given; None if they stay as given.
    """

    points: Array
    weights: NDArray[np.float64]
    rows: NDArray[np.intp] | None

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
    keys = _z_order(points).astype(np.uint64) << np.uint64(32) | np.arange(
        len(points), dtype=np.uint64
    )
    keys.sort()
    order = (keys & np.uint64(0xFFFFFFFF)).astype(np.intp)
    ordered = points[order]
    new = np.empty(len(points), bool)
    new[0] = True
    np.any(ordered[1:] != ordered[:-1], axis=1, out=new[1:])
    starts = np.flatnonzero(new)
    rows = np.empty(len(points), np.intp)
    rows[order] = np.cumsum(new) - 1
    return OrderedPoints(ordered[starts], np.add.reduceat(weights[order], starts), rows)


def _z_order(points: Array) -> NDArray[np.uint32]:
    """Return the place of each point on the curve through the box of all points."""
    dimensions = points.shape[1]
    bits = _BITS[dimensions]
    keys, tables = np.zeros(len(points), np.uint32), kernels.z_order_tables(bits, dimensions)
    for axis in range(dimensions):
        column = points[:, axis]
        low, high = float(column.min()), float(column.max())
        # halves, since a difference of the largest floats would be infinite; of the smallest, 0
        width = high / 2 - low / 2
        scale = ((1 << bits) - 1) / width if width > 0 else 0.0
        with np.errstate(over="ignore", invalid="ignore"):
            steps = np.nan_to_num((column / 2 - low / 2) * scale)
        value = np.clip(steps, 0, (1 << bits) - 1).astype(np.uint32)
        keys |= tables[axis][value]
    return keys
