"""Palette indices for pixels: each takes its nearest palette colour, exactly.

Distances are measured in the space of clustering, from the 8-bit palette as it is written; ties go
to the lowest index. Only distinct colours are compared: every pixel of a colour has its index.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quantize import colorspace, kernels
from quantize.model import Bytes, Histogram


def nearest_entries(
    colors: Bytes, palette: Bytes, space: str, *, threads: int = 1
) -> NDArray[np.uint8]:
    """The palette index of each colour.

    Args:
        colors: (n, c) uint8.
        palette: (k, c) uint8, k at most 256.
        space: a key of `colorspace.SPACES`.
        threads: most threads to use; changes no result.

    Returns:
        (n,) uint8.
    """
    entries = colorspace.encode(palette, space)
    indices = np.empty(len(colors), np.uint8)

    def work(rows: slice) -> None:
        points = colorspace.encode(colors[rows], space)
        labels, distances = np.empty(len(points), np.int32), np.empty(len(points))
        kernels.nearest(points, entries, labels, distances)
        indices[rows] = labels

    kernels.each_block(len(colors), work, threads=threads)
    return indices


def index_pixels(
    pixels: Bytes, histogram: Histogram, entries: NDArray[np.uint8], *, threads: int = 1
) -> Bytes:
    """The palette index of each pixel, from that of its colour.

    Args:
        pixels: (height, width, c) uint8.
        histogram: of exactly these pixels, or of more.
        entries: (n,) uint8, the palette index of each of its colours.
        threads: most threads to use; changes no result.

    Returns:
        (height, width) uint8.
    """
    flat = pixels.reshape(-1, pixels.shape[2])
    indices = np.empty(len(flat), np.uint8)
    distinct = np.empty(len(histogram), np.uint32)
    kernels.pack(histogram.colors, distinct)

    def work(rows: slice) -> None:
        keys = np.empty(rows.stop - rows.start, np.uint32)
        kernels.pack(flat[rows], keys)
        kernels.look_up(keys, distinct, entries, indices[rows])

    kernels.each_block(len(flat), work, threads=threads, block=1 << 22)
    return indices.reshape(pixels.shape[:2])
