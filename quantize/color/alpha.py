"""Alpha: the threshold of binary alpha, premultiplied colours, colours on a background."""

from __future__ import annotations

from typing import Final

import numpy as np

from quantize.model.pixels import Bytes

ALPHA_THRESHOLD: Final = 128
"""The least alpha that binary alpha shows: half of 255, rounded up."""


def threshold_alpha(colors: Bytes) -> Bytes:
    """Return colours as formats with binary alpha show them: opaque or fully transparent.

    Args:
        colors: (…, 3 or 4) uint8.

    Returns:
        The same shape; alpha is 255 from `ALPHA_THRESHOLD` on, else 0 with the colour (0, 0, 0).
    """
    if colors.shape[-1] == 3:
        return colors
    solid = colors[..., 3:] >= ALPHA_THRESHOLD
    shown = np.where(solid, colors, 0).astype(np.uint8)
    shown[..., 3:] = np.where(solid, 255, 0)
    return shown


def premultiplied(colors: Bytes) -> Bytes:
    """Return colours as they look on black: (…, 3) uint8 from (…, 3 or 4)."""
    if colors.shape[-1] == 3:
        return colors
    scaled = colors[..., :3] * colors[..., 3:].astype(np.uint16)  # at most 255²
    return ((scaled + 127) // 255).astype(np.uint8)


def over(colors: Bytes, background: int) -> Bytes:
    """Return colours as they look on a grey background: (n, 3) uint8 from (n, 3 or 4)."""
    if colors.shape[1] == 3:
        return colors
    alpha = colors[:, 3:] / 255
    seen: Bytes = np.rint(colors[:, :3] * alpha + background * (1 - alpha)).astype(np.uint8)
    return seen
