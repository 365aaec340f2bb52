"""The table of colour spaces: 8-bit colours → points for k-means, and back.

Colours with alpha become four numbers: the three of the space times opacity (premultiplied), and
opacity itself on the scale of 0 to 255. So the distance between two colours shrinks as they fade,
and all invisible colours are one point.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from quantize.model import Bytes

Points = NDArray[np.floating[Any]]  # float32 or float64


@dataclass(frozen=True, slots=True)
class Space:
    """A row of the table.

    Attributes:
        encode: (n, 3) uint8 sRGB → (n, 3) float32 points.
        decode: (n, 3) float64 points → (n, 3) float64 sRGB, 0 to 255, not yet rounded.
    """

    encode: Callable[[Bytes], Points]
    decode: Callable[[Points], Points]


def _as_stored(colors: Bytes) -> Points:
    return colors.astype(np.float32)


def _as_it_is(points: Points) -> Points:
    return points


SPACES: Final = {
    "srgb": Space(_as_stored, _as_it_is),
}


def encode(colors: Bytes, space: str) -> Points:
    """Points for k-means.

    Args:
        colors: (n, 3 or 4) uint8, alpha not premultiplied.
        space: a key of `SPACES`.

    Returns:
        (n, 3 or 4) float32: exact for opaque sRGB, and precise enough for all else at half the
        memory and a third less time.
    """
    points = SPACES[space].encode(colors[:, :3])
    if colors.shape[1] == 3:
        return points
    alpha = colors[:, 3:].astype(np.float32)
    return np.concatenate([points * (alpha / np.float32(255)), alpha], axis=1)


def decode(points: Points, space: str) -> Bytes:
    """The 8-bit colours nearest to points, for instance to centroids.

    Args:
        points: (n, 3 or 4) float64, as `encode` makes them or averages of such.
        space: a key of `SPACES`.

    Returns:
        (n, 3 or 4) uint8; where alpha rounds to 0 the colour is (0, 0, 0, 0).
    """
    if points.shape[1] == 3:
        return _to_bytes(SPACES[space].decode(points))
    alpha = _to_bytes(points[:, 3:])
    opacity = np.maximum(points[:, 3:], 1) / 255  # below 1 the colour is dropped anyway
    colors = _to_bytes(SPACES[space].decode(points[:, :3] / opacity))
    return np.concatenate([np.where(alpha > 0, colors, 0), alpha], axis=1).astype(np.uint8)


def _to_bytes(values: Points) -> Bytes:
    rounded: Bytes = np.floor(np.clip(values, 0, 255) + 0.5).astype(np.uint8)
    return rounded
