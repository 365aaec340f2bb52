"""The Z-order curve (Morton 1966): the bits of the coordinates take turns in one number.

Neighbours in the order of these numbers are neighbours in space.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def z_order_tables(bits: int, dimensions: int) -> NDArray[np.uint32]:
    """Return the bits that each value of each coordinate sets in the place on the curve.

    Args:
        bits: of a coordinate; bits times dimensions is at most 32.
        dimensions: the number of coordinates; the highest bit of the first one is the highest.

    Returns:
        (dimensions, 2^bits) uint32; a place is the bitwise or of one value of each row.
    """
    values = np.arange(1 << bits, dtype=np.uint32)
    spread = np.zeros(1 << bits, np.uint32)
    for bit in range(bits):
        spread |= (values >> np.uint32(bit) & np.uint32(1)) << np.uint32(dimensions * bit)
    return np.stack([spread << np.uint32(dimensions - 1 - at) for at in range(dimensions)])
