"""A decoded image, from which upright 8-bit sRGB is taken a band at a time.

Pillow holds the picture as it was stored; everything that makes our pixels of it - the mode, the
colour profile, the orientation, alpha - is done on the rows that are asked for, so that no second
copy of a large picture is ever made.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import numpy as np

from quantize.errors import PixelsError
from quantize.images.read import icc, modes
from quantize.images.read.modes import Box, Stored
from quantize.model.pixels import Bytes

_ORIENTATION_TAG: Final = 0x0112
_EXIF_HOMES: Final = ("exif", "Raw profile type exif", "xmp", "XML:com.adobe.xmp")

_TURNS: Final[dict[int, Callable[[Bytes], Bytes]]] = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.swapaxes(0, 1),
    6: lambda stored: stored.swapaxes(0, 1)[:, ::-1],
    7: lambda stored: stored.swapaxes(0, 1)[::-1, ::-1],
    8: lambda stored: stored.swapaxes(0, 1)[::-1],
}
"""EXIF 2.32, 4.6.4 A: from what is stored to what is to be seen."""

_ON_ITS_SIDE: Final = (5, 6, 7, 8)
_FROM_THE_END: Final = (3, 4, 7, 8)


class Decoded:
    """An upright sRGB picture around a loaded image.

    Attributes:
        shape: height, width and channels: 4 only if some pixel is not opaque.
        srgb: whether the colours are known to be sRGB: a profile said so, or they were converted.
        notes: what was lost or assumed, a sentence each.
    """

    def __init__(self, image: Stored) -> None:
        """Take over a loaded image.

        Raises:
            PixelsError: it has no pixels, NaN or infinity among them, or lacks palette entries.
        """
        if 0 in image.size:
            raise PixelsError(f"has no pixels: {image.size[0]:,} × {image.size[1]:,}")
        notes: list[str] = []
        profile = icc.of(image.mode, image.info.get("icc_profile"), notes)
        self._image = image
        self._orientation = orientation(image)
        self._read = modes.reader(image, profile.transform, notes)
        # what alpha there is does not depend on the profile, whose conversion takes its time
        plain = self._read if profile.transform is None else modes.reader(image, None, [])
        self._alpha = modes.has_holes(image, plain)
        width, height = image.size
        if self._orientation in _ON_ITS_SIDE:
            width, height = height, width
        self.shape: tuple[int, int, int] = (height, width, 4 if self._alpha else 3)
        self.srgb: bool = profile.srgb
        self.notes: tuple[str, ...] = tuple(notes)

    def rows(self, top: int, bottom: int) -> Bytes:
        """Upright rows from `top` to before `bottom`.

        Returns:
            (bottom - top, width, channels) uint8, C-contiguous, possibly read-only. The colour of
            fully transparent pixels is (0, 0, 0, 0).
        """
        turn = _TURNS[self._orientation]
        band = self._read(self._image.crop(self._box(top, bottom)))
        if not self._alpha:
            return np.ascontiguousarray(turn(band[..., :3]))
        return np.ascontiguousarray(turn(without_hidden_colors(band)))

    def __getitem__(self, rows: slice, /) -> Bytes:
        """Upright rows, see `rows`; so this is one of `pixels.Bands`."""
        top, bottom, step = rows.indices(self.shape[0])
        return self.rows(top, max(top, bottom))[::step]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Bytes:
        """All of them."""
        return np.asarray(self.whole(), dtype)

    def whole(self) -> Bytes:
        """All rows in one (height, width, channels) uint8 array."""
        height, width, _ = self.shape
        pixels = np.empty(self.shape, np.uint8)
        step = max(modes.BAND_PIXELS // width, 1)
        for top in range(0, height, step):
            bottom = min(top + step, height)
            pixels[top:bottom] = self.rows(top, bottom)
        return pixels

    def _box(self, top: int, bottom: int) -> Box:
        """Where upright rows are stored: left, top, right, bottom."""
        width, height = self._image.size
        if self._orientation in _FROM_THE_END:
            top, bottom = self.shape[0] - bottom, self.shape[0] - top
        if self._orientation in _ON_ITS_SIDE:
            return top, 0, bottom, height
        return 0, top, width, bottom


def orientation(image: Stored) -> int:
    """1 to 8, as EXIF or XMP says; 1 where neither does, or what they say cannot be read."""
    if image.format in ("PNG", "JPEG") and image.info.keys().isdisjoint(_EXIF_HOMES):
        return 1  # without the import of Pillow's EXIF
    found: object = 1
    with suppress(Exception):
        found = image.getexif().get(_ORIENTATION_TAG, 1)
    return found if isinstance(found, int) and found in _TURNS else 1


def without_hidden_colors(pixels: Bytes) -> Bytes:
    """(h, w, 4): the colour that nobody sees is (0, 0, 0)."""
    visible = pixels[..., 3] > 0
    return pixels if visible.all() else pixels * visible[..., None]
