"""Points in an order in which neighbours in the list are neighbours in space, equal ones once.

Assigning points to centroids is fastest when each run of points lies in a small box: whole boxes
are then compared first (`kernels.nearest`). The order is that of a Z-order curve (Morton 1966).
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize import kernels

Array = NDArray[Any]

MAX_DIMENSIONS: Final = 4
"""With more, boxes are too large to tell centroids apart, and order is worth nothing."""

FEWEST: Final = 1 << 12
"""Fewer points are done before they are sorted."""

_BITS: Final = {1: 16, 2: 16, 3: 10, 4: 8}
"""Of each coordinate, by the number of dimensions: as many as fit into 32 bits."""


class Arranged(NamedTuple):
    """Points in a good order.

    Attributes:
        points: (m, d), of the same type, neighbours beside each other.
        weights: (m,) float64; those of equal points that met are added.
        places: (n,), where in `points` each of the points that were given stands; None where they
            stand as they were given.
    """

    points: Array
    weights: NDArray[np.float64]
    places: NDArray[np.intp] | None

    @property
    def given(self) -> int:
        """How many points were given: n."""
        return len(self.points if self.places is None else self.places)

    def spread(self, values: Array) -> Array:
        """(m,) values of the arranged points to (n,) values of those that were given."""
        return values if self.places is None else values[self.places]


def arrange(points: Array, weights: NDArray[np.float64]) -> Arranged:
    """The points along a Z-order curve, equal neighbours merged; unchanged if that cannot pay.

    Args:
        points: (n, d) floats, all finite.
        weights: (n,) float64.
    """
    if points.shape[1] > MAX_DIMENSIONS or len(points) < FEWEST:
        return Arranged(points, weights, None)
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
    places = np.empty(len(points), np.intp)
    places[order] = np.cumsum(new) - 1
    return Arranged(ordered[starts], np.add.reduceat(weights[order], starts), places)


def _z_order(points: Array) -> NDArray[np.uint32]:
    """The place of each point on the curve through the box that holds them all."""
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
