"""Transparent pictures on a background of one colour (`--background`).

Colours are mixed in 8-bit sRGB as they are stored, as browsers and most programs do, and rounded to
the nearest.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np

from quantize.color.alpha import ALPHA_THRESHOLD
from quantize.model.picture import Picture
from quantize.model.pixels import Bytes, LazyPixels, bands

BAND_PIXELS: Final = 1 << 18
"""Pixels that are mixed at once: in 16 bits they stay in the cache."""


def on_background(picture: Picture, color: str, *, binary: bool = False) -> Picture:
    """Return a picture on a background, without half-transparent pixels.

    Args:
        picture: an opaque one comes back as it is.
        color: `'#rrggbb'`.
        binary: pixels of alpha below 128 are gone, and only the others are mixed with the
            background; without it all are, and the result is opaque.
    """
    if picture.channels == 3:
        return picture
    ground = bytes.fromhex(color[1:])
    parts = (band for _, band in bands(picture.pixels, BAND_PIXELS))
    if binary and any((band[..., 3] < ALPHA_THRESHOLD).any() for band in parts):
        changed = LazyPixels(picture.pixels, partial(_cut, color=ground), 4)
    else:
        changed = LazyPixels(picture.pixels, partial(_mixed, color=ground), 3)
    if not isinstance(picture.pixels, np.ndarray):
        return picture.replaced(pixels=changed, table=None)
    pixels = np.empty(changed.shape, np.uint8)
    for rows, band in bands(changed, BAND_PIXELS):
        pixels[rows] = band
    return picture.replaced(pixels=pixels, table=None)


def _cut(band: Bytes, color: bytes) -> Bytes:
    """Return (h, w, 4) uint8: seen pixels on a colour, the others fully transparent."""
    seen = band[..., 3:] >= ALPHA_THRESHOLD
    return np.concatenate([_mixed(band, color) * seen, np.uint8(255) * seen], axis=2)


def _mixed(band: Bytes, color: bytes) -> Bytes:
    """Return (h, w, 3) uint8 of (h, w, 4) on a colour."""
    alpha = band[..., 3:].astype(np.uint16)
    ground = (255 - alpha) * np.frombuffer(color, np.uint8)  # at most 255², as the sum is
    mixed: Bytes = ((band[..., :3] * alpha + ground + 127) // 255).astype(np.uint8)
    return mixed
