"""Alpha: the threshold, premultiplied colours, colours over a background."""

from __future__ import annotations

import numpy as np

from quantize.model.pixels import Bytes


def on_off(colors: Bytes) -> Bytes:
    """For formats whose pixels are opaque or not there: alpha from 128 on counts as opaque.

    Args:
        colors: (…, 3 or 4) uint8.

    Returns:
        The same shape, with alpha 0 (and no colour) or 255.
    """
    if colors.shape[-1] == 3:
        return colors
    solid = colors[..., 3:] >= 128
    shown = np.where(solid, colors, 0).astype(np.uint8)
    shown[..., 3:] = np.where(solid, 255, 0)
    return shown


def premultiplied(colors: Bytes) -> Bytes:
    """(…, 3) uint8 colours as they look on black, from (…, 3 or 4)."""
    if colors.shape[-1] == 3:
        return colors
    scaled = colors[..., :3] * colors[..., 3:].astype(np.uint16)  # at most 255²
    return ((scaled + 127) // 255).astype(np.uint8)


def _over(colors: Bytes, background: int) -> Bytes:
    if colors.shape[1] == 3:
        return colors
    alpha = colors[:, 3:] / 255
    seen: Bytes = np.rint(colors[:, :3] * alpha + background * (1 - alpha)).astype(np.uint8)
    return seen
