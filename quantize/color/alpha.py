"""Alpha: the threshold of binary alpha, and colours as they look on a background."""

from __future__ import annotations

from collections.abc import Iterator
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


GROUNDS: Final = (0, 255)
"""Black and white: colours with alpha are judged by how they look on both."""


def over(colors: Bytes, background: int) -> Bytes:
    """Return colours as they look on a grey background: (…, 3) uint8 from (…, 3 or 4)."""
    if colors.shape[-1] == 3:
        return colors
    alpha = colors[..., 3:].astype(np.uint16)
    mixed = colors[..., :3] * alpha + background * (255 - alpha)  # at most 255²
    seen: Bytes = ((mixed + 127) // 255).astype(np.uint8)
    return seen


def on_grounds(first: Bytes, second: Bytes) -> Iterator[tuple[Bytes, Bytes]]:
    """Yield two arrays of colours as they look on black, then on white; opaque ones once.

    Args:
        first: (…, 3 or 4) uint8.
        second: the same, of any shape.

    Yields:
        Both as (…, 3) uint8.
    """
    opaque = all(colors.shape[-1] == 3 or colors[..., 3].min() == 255 for colors in (first, second))
    for ground in GROUNDS[:1] if opaque else GROUNDS:
        yield over(first, ground), over(second, ground)
