"""Palette indices for pixels: each takes its nearest palette colour, exactly.

Distances are measured in the space of clustering, from the 8-bit palette as it is written; ties go
to the lowest index. Only distinct colours are compared: every pixel of a colour has its index.

Opaque colours go to opaque entries alone, and invisible ones to the invisible entry, where the
palette has such: nothing solid ever shines through, and nothing appears that was not there.
"""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.model.pixels import BAND_PIXELS, Bytes, Pixels, bands
from quantize.pipeline.histogram import Histogram

PIXEL_BLOCK = 1 << 18
"""Pixels that a thread looks up at a time: about half a millisecond."""


class ColorTable:
    """A table of the palette index of each colour of a histogram, to look pixels up in."""

    def __init__(self, histogram: Histogram, entries: NDArray[np.uint8]) -> None:
        """Make the table; the arguments are not needed any more after that.

        Args:
            histogram: of the pixels that will be looked up, or of more.
            entries: the palette index of each of its colours.
        """
        keys = np.empty(len(histogram), np.uint32)
        kernels.pack(histogram.colors, keys)
        self._channels = histogram.colors.shape[1]
        if self._channels == 3:
            self._lines, self._table = _table(keys, entries)
        else:
            self._keys, self._table = keys, entries

    def index(self, pixels: Pixels, *, threads: int = 1) -> Bytes:
        """Return the palette index of each pixel.

        Args:
            pixels: (height, width, c) uint8.
            threads: most threads to use; changes no result.

        Returns:
            (height, width) uint8.
        """
        height, width = pixels.shape[:2]
        indices = np.empty((height, width), np.uint8)
        most = height * width if isinstance(pixels, np.ndarray) else BAND_PIXELS
        for rows, band in bands(pixels, most):
            flat, found = band.reshape(-1, self._channels), indices[rows].reshape(-1)
            part = partial(self._look_up, flat, found)
            kernels.each_block(len(flat), part, threads=threads, block=PIXEL_BLOCK)
        return indices

    def _look_up(self, flat: Bytes, found: Bytes, rows: slice) -> None:
        if self._channels == 3:
            kernels.look_up(flat[rows], self._lines, self._table, found[rows])
        else:
            kernels.search(flat[rows], self._keys, self._table, found[rows])


def index_pixels(
    pixels: Pixels, histogram: Histogram, entries: NDArray[np.uint8], *, threads: int = 1
) -> Bytes:
    """Return the palette index of each pixel, from that of its colour; see `ColorTable`."""
    return ColorTable(histogram, entries).index(pixels, threads=threads)


def _table(
    keys: NDArray[np.uint32], entries: NDArray[np.uint8]
) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Return the two levels of `kernels.look_up`: the cells that occur of all 16.7 million colours.

    Filled in blocks, so that little memory is needed beside it.
    """
    occurs = np.zeros(1 << 15, np.int32)
    blocks = [slice(at, at + PIXEL_BLOCK) for at in range(0, len(keys), PIXEL_BLOCK)]
    for block in blocks:
        occurs[keys[block] >> np.uint32(9)] = 1
    lines = np.cumsum(occurs, dtype=np.int32) - 1
    table = np.zeros((int(lines[-1]) + 1, 512), np.uint8)
    for block in blocks:
        cells = keys[block] >> np.uint32(9)
        places = (lines[cells].astype(np.intp) << 9) + (keys[block] & np.uint32(511))
        table.ravel()[places] = entries[block]
    return lines, table
