"""The colour table of an indexed image, in the order of the file, with the entry of each pixel."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from quantize.images.read.decoded import Decoded, Stored, bands
from quantize.model.picture import FileTable
from quantize.model.pixels import Bytes, Counts

_PADDED: Final = ("GIF", "TIFF", "PCX")
"""Formats whose tables have a fixed number of entries: writers fill them up with black."""

_GREY_TABLES: Final = ("GIF", "BMP", "DIB")
"""Formats whose pictures are always indexed. Pillow reads a table of greys, in which entry n is the
grey n, as a picture of greys (mode L), and black and white in a BMP as mode 1."""


def of(decoded: Decoded, *, whole: bool = True) -> FileTable | None:
    """Return the table of an indexed image; None if it has none.

    Its colours go the way of the pixels: one row, with each entry once, is read as the image is. So
    they are sRGB, with the alpha that the file gives them.

    Args:
        decoded: the image, of one channel.
        whole: take the entries of all pixels into an array at once.
    """
    image = decoded.image
    if image.mode != "P" and image.format not in _GREY_TABLES:
        return None
    used: Counts = np.array([band.histogram()[:256] for band in bands(image)], np.int64).sum(axis=0)
    counts: Counts = used[[0, 255]] if image.mode == "1" else used
    size = _entries(image, counts)
    strip = image.crop((0, 0, size, 1))
    strip.putdata([0, 255] if image.mode == "1" else list(range(size)))
    colors = np.array(decoded.read(strip)[0])
    if image.format in _PADDED:
        size = _without_padding(colors, counts)
    if colors.shape[1] == 4 and (colors[:, 3] == 255).all():
        colors = colors[:, :3]
    indices = _Entries(decoded)
    return FileTable(
        np.ascontiguousarray(colors[:size]), counts[:size], indices[:] if whole else indices
    )


def _entries(image: Stored, counts: Counts) -> int:
    """Return how many entries the table has: at least those that pixels have."""
    if image.mode == "1":
        return 2
    last = int(np.flatnonzero(counts)[-1])
    if image.mode == "L":  # the table itself is lost; its size is a power of two
        return max(1 << last.bit_length(), 2)
    palette: Any = image.crop((0, 0, 1, 1)).getpalette()
    return max(len(palette or ()) // 3, last + 1)


def _without_padding(colors: Bytes, counts: Counts) -> int:
    """Return how many entries are left without the black ones at the end that no pixel has."""
    black = (colors[:, :3] == 0).all(axis=1) & (colors[:, 3:] == 255).all(axis=1)
    needed = ~black | (counts[: len(colors)] > 0)
    return int(np.flatnonzero(needed)[-1]) + 1


class _Entries:
    """The entries of upright pixels, (height, width), a band at a time; see `pixels.Bands`."""

    def __init__(self, decoded: Decoded) -> None:
        self._rows, self.shape = decoded.stored_rows, decoded.shape[:2]

    def __getitem__(self, rows: slice, /) -> Bytes:
        top, bottom, step = rows.indices(self.shape[0])
        found = self._rows(top, max(top, bottom))[::step]
        return found.astype(np.uint8) if found.dtype == bool else found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Bytes:
        """Return all entries."""
        return np.asarray(self[:], dtype)
