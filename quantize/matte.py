"""Transparent pictures on a background of one colour (`--background`).

Colours are mixed in 8-bit sRGB as they are stored, as browsers and most programs do, and rounded to
the nearest.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from quantize.model import Bytes, Picture

BAND_PIXELS: Final = 1 << 18
"""Pixels that are mixed at once: in 16 bits they stay in the cache."""

SEEN_FROM: Final = 128
"""The least alpha that on/off transparency shows."""


def on_background(picture: Picture, color: str, *, on_off_alpha: bool = False) -> Picture:
    """The picture with nothing half transparent.

    Args:
        picture: an opaque one comes back as it is.
        color: `'#rrggbb'`.
        on_off_alpha: pixels of alpha below 128 are gone, and only the others are mixed with the
            background; without it all are, and the result is opaque.
    """
    if picture.channels == 3:
        return picture
    height, width = picture.pixels.shape[:2]
    holes = on_off_alpha and bool((picture.pixels[..., 3] < SEEN_FROM).any())
    pixels = np.empty((height, width, 4 if holes else 3), np.uint8)
    rows = max(BAND_PIXELS // width, 1)
    for top in range(0, height, rows):
        band = picture.pixels[top : top + rows]
        pixels[top : top + rows, :, :3] = _mixed(band, bytes.fromhex(color[1:]))
        if holes:
            seen = band[..., 3] >= SEEN_FROM
            pixels[top : top + rows] *= seen[..., None]
            pixels[top : top + rows, :, 3] = 255 * seen
    return replace(picture, pixels=pixels)


def _mixed(band: Bytes, color: bytes) -> Bytes:
    """(h, w, 3) uint8 of (h, w, 4) on a colour."""
    alpha = band[..., 3:].astype(np.uint16)
    ground = (255 - alpha) * np.frombuffer(color, np.uint8)  # at most 255², as the sum is
    mixed: Bytes = ((band[..., :3] * alpha + ground + 127) // 255).astype(np.uint8)
    return mixed
