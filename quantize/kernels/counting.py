"""The kernels of colours as keys: packing, counting, weighing, looking up, in NumPy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quantize.kernels import zorder

Bytes = NDArray[np.uint8]
Keys = NDArray[np.uint32]
Counts = NDArray[np.int64]
Labels = NDArray[np.int32]

_SPREAD = {channels: zorder.z_order_tables(8, channels) for channels in (3, 4)}


def pack(colors: Bytes, keys: Keys) -> None:
    """Pack each colour into its key: its place on the Z-order curve (Morton 1966).

    The bits of the channels take turns, the highest bit of red first. So colours in the order of
    their keys are neighbours, a cell of 2^(8 - b) values of each channel is a run of equal top
    bits, and each run lies in a small box, so that `nearest` can prune centroids.

    Args:
        colors: in, (n, c) uint8, c = 3 or 4.
        keys: out, (n,) uint32, below 2^(8 c).
    """
    spread = _SPREAD[colors.shape[1]]
    np.take(spread[0], colors[:, 0], out=keys)
    for channel in range(1, colors.shape[1]):
        np.bitwise_or(keys, spread[channel][colors[:, channel]], out=keys)


def unpack(keys: Keys, colors: Bytes) -> None:
    """Unpack keys into colours: the inverse of `pack`.

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
    """Return the distinct colours as ascending keys of `pack`, and the pixels of each.

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
    """Return the same as `count_colors`, and the sum of the weights of each colour.

    Args:
        pixels: in, (n, c) uint8, c = 3 or 4.
        weights: in, (n,) uint8, each at most 127, so that a weight and the lower 9 bits of a key
            fit into 16 bits.
        threads: most threads to use; this implementation sorts in one.

    Returns:
        (m,) keys, (m,) counts, and (m,) int64, the sums of the weights.
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
    """Find the least range of lightness of the 3 x 3 windows that hold each pixel.

    Both sides of a clean edge have a small range; texture has a large one. The range of a window is
    its largest less its smallest luma. Luma is that of Rec. 601 in whole numbers,
    (77 R + 150 G + 29 B) / 256 rounded down, times opacity. The middle of each window is in the
    picture; windows end at its edge.

    Args:
        pixels: in, (h, w, c) uint8, c = 3 or 4: the rows that are wanted, and at least two more
            above and below, as far as the picture has them.
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
    """Return the extreme of the 3 x 3 window about each place, which ends at the array's edge."""
    padded = np.pad(values, 1, "edge")
    across = extreme(extreme(padded[:, :-2], padded[:, 1:-1]), padded[:, 2:])
    found: Bytes = extreme(extreme(across[:-2], across[1:-1]), across[2:])
    return found


def look_up(pixels: Bytes, lines: Labels, table: Bytes, indices: Bytes) -> None:
    """Look up the index of each pixel in a table: 512 colours for each 5-bit cell that has any.

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
    """Search the label of each pixel among the distinct colours of RGBA.

    Args:
        pixels: in, (n, 4) uint8, each of them in `distinct`.
        distinct: in, (m,) uint32, ascending keys of `pack`.
        labels: in, (m,) uint8.
        indices: out, (n,) uint8.
    """
    keys = np.empty(len(pixels), np.uint32)
    pack(pixels, keys)
    indices[:] = labels[np.searchsorted(distinct, keys)]
