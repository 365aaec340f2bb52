"""The colours that hardware of fewer bits a channel shows, among those of 8 bits.

A channel of 5 bits becomes one of 8 as consoles and frame buffers do it: its bits are repeated from
the highest on, so that black is 0 and white 255; 10110 becomes 10110101.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from quantize.checks import BITS
from quantize.model.pixels import Bytes


def levels(bits: int) -> Bytes:
    """Return the values of a channel of 1 to 8 bits, as 8 bits show them: (2^bits,) uint8."""
    values = [f"{value:0{bits}b}" * BITS for value in range(1 << bits)]
    return np.array([int(value[:BITS], 2) for value in values], np.uint8)


def nearest(colors: Bytes, bits: int) -> Bytes:
    """Return the nearest colours of so many bits a channel; of equally near levels the lower.

    Args:
        colors: (n, 3 or 4) uint8; alpha stays as it is.
        bits: 1 to 8.
    """
    own = levels(bits).astype(int)
    table = own[np.abs(np.arange(256)[:, None] - own).argmin(axis=1)].astype(np.uint8)
    found = colors.copy()
    found[:, :3] = table[colors[:, :3]]
    return found


def nearest_hex(color: str, bits: int) -> str:
    """Return the nearest colour of so many bits a channel, of and as `'#rrggbb'`."""
    rgb = np.frombuffer(bytes.fromhex(color[1:]), np.uint8)[None]
    return f"#{nearest(rgb, bits).tobytes().hex()}"


def around(colors: Bytes, bits: int) -> Bytes:
    """Return the eight corners of the grid about each colour, (8 n, 3 or 4); some may be one."""
    own = levels(bits)
    above = np.searchsorted(own, colors[:, :3]).clip(0, len(own) - 1)
    below = np.where(own[above] == colors[:, :3], above, np.maximum(above - 1, 0))
    ends = np.stack([own[below], own[above]])
    found = np.tile(colors, (8, 1))
    for corner, sides in enumerate(product((0, 1), repeat=3)):
        rows = slice(corner * len(colors), (corner + 1) * len(colors))
        for channel, side in enumerate(sides):
            found[rows, channel] = ends[side, :, channel]
    return found


def every(bits: int) -> Bytes:
    """Return all opaque colours of so many bits a channel: (8^bits, 3) uint8."""
    return np.array([*product(levels(bits).tolist(), repeat=3)], np.uint8)
