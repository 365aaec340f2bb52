"""Palette indices for pixels: each takes its nearest palette colour, exactly.

Distances are measured in the space of clustering, from the 8-bit palette as it is written; ties go
to the lowest index. Only distinct colours are compared: every pixel of a colour has its index.

Opaque colours go to opaque entries alone, and invisible ones to the invisible entry, where the
palette has such: nothing solid ever shines through, and nothing appears that was not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quantize import colorspace, kernels
from quantize.model import Bytes, Histogram

PIXEL_BLOCK = 1 << 18
"""Pixels that a thread looks up at a time: about half a millisecond."""


def nearest_entries(
    colors: Bytes, palette: Bytes, space: str, *, threads: int = 1
) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """The palette index of each colour, and the squared distance to that entry.

    Args:
        colors: (n, c) uint8.
        palette: (k, c) uint8, k at most 256.
        space: a key of `colorspace.SPACES`.
        threads: most threads to use; changes no result.

    Returns:
        (n,) uint8, and (n,) float32 or float64 in the units of the space; exact in opaque sRGB.
    """
    places, unit = _places(palette, space)
    indices, distances = np.empty(len(colors), np.uint8), np.empty(len(colors), places.dtype)

    def work(rows: slice) -> None:
        points, _ = _places(colors[rows], space)
        for some, entries in candidates(colors[rows], palette):
            part = points[some]
            labels, found = np.empty(len(part), np.int32), np.empty(len(part), part.dtype)
            kernels.nearest(part, places[entries], labels, found)
            indices[rows][some] = entries[labels]
            distances[rows][some] = found / unit

    kernels.each_block(len(colors), work, threads=threads)
    return indices, distances


def candidates(colors: Bytes, palette: Bytes) -> Iterator[tuple[Any, NDArray[np.uint8]]]:
    """Which palette entries come into question for which colours.

    Args:
        colors: (n, c) uint8.
        palette: (k, c) uint8.

    Yields:
        What picks some of the colours, and the entries that these may have, in ascending order;
        together all colours, each once.
    """
    every = np.arange(len(palette), dtype=np.uint8)
    if colors.shape[1] == 3:
        yield slice(None), every
        return
    rest = np.ones(len(colors), bool)
    for alpha in (0, 255):
        own = every[palette[:, 3] == alpha]
        some = colors[:, 3] == alpha
        if 0 < len(own) < len(every) and some.any():
            yield some, own
            rest &= ~some
    if rest.any():
        yield rest, every


def _places(colors: Bytes, space: str) -> tuple[NDArray[Any], float]:
    """Points whose distances are exact wherever they can be, and the square of their unit.

    Premultiplied colours are fractions of 255; times 255 they are whole numbers, and ties are ties.
    """
    points = colorspace.encode(colors, space)
    steps = colorspace.SPACES[space].steps
    if colors.shape[1] == 4 and steps is not None:
        return np.rint(points * (255 * steps)), (255.0 * steps) ** 2
    return points, 1.0


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
    keys = np.empty(len(histogram), np.uint32)
    kernels.pack(histogram.colors, keys)
    if pixels.shape[2] == 3:
        lines, table = _table(keys, entries)

        def work(rows: slice) -> None:
            kernels.look_up(flat[rows], lines, table, indices[rows])

    else:

        def work(rows: slice) -> None:
            kernels.search(flat[rows], keys, entries, indices[rows])

    kernels.each_block(len(flat), work, threads=threads, block=PIXEL_BLOCK)
    return indices.reshape(pixels.shape[:2])


def _table(
    keys: NDArray[np.uint32], entries: NDArray[np.uint8]
) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """The two levels of `kernels.look_up`: of all 16.7 million colours, the cells that occur."""
    cells = keys >> np.uint32(9)
    occurs = np.zeros(1 << 15, np.int32)
    occurs[cells] = 1
    lines = np.cumsum(occurs, dtype=np.int32) - 1
    table = np.zeros((int(lines[-1]) + 1, 512), np.uint8)
    table.ravel()[(lines[cells].astype(np.intp) << 9) + (keys & np.uint32(511))] = entries
    return lines, table
