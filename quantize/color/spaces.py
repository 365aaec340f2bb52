"""Colour spaces: from 8-bit colours to points for k-means and back; see `table.SPACES`.

Colours with alpha become four numbers: the three of the space, multiplied by opacity, and opacity
on the scale of 0 to 255. So the distance between two colours shrinks as they become transparent,
and all fully transparent colours are one point.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize.color import conversions
from quantize.model.pixels import Bytes

Points = NDArray[np.floating[Any]]  # float32 or float64


class Space(NamedTuple):
    """A colour space.

    Attributes:
        encode: (n, 3) uint8 sRGB → (n, 3) floats, on about the scale of 8-bit values.
        decode: (n, 3) float64 points → (n, 3) float64 sRGB, 0 to 255, not yet rounded.
        steps: points are whole multiples of 1 / steps, so that distances between them are exact and
            ties are found; None if they are not.
        separable: whether each coordinate depends on one channel alone.
        stored: whether points are the stored 8-bit values, so that their squared distances are
            the squared errors in sRGB.
    """

    encode: Callable[[Bytes], Points]
    decode: Callable[[Points], Points]
    steps: int | None = None
    separable: bool = False
    stored: bool = False


def _encode_srgb(colors: Bytes) -> Points:
    return colors.astype(np.float32)


def _decode_srgb(points: Points) -> Points:
    return points


CHANNELS: Final = (7, 9, 7)
"""Factors of red, green and blue in eighths: squared errors count 3 : 4.96 : 3, since errors in
green, which makes seven tenths of the light, are seen best. The ratio was found by measurement
(docs/eye.md); such small factors keep sums of squares within 24 bits, so distances are exact."""


def _encode_weighted(colors: Bytes) -> Points:
    points = colors.astype(np.float32)
    for channel, eighths in enumerate(CHANNELS):  # a factor at a time: twice as fast as all three
        points[:, channel] *= eighths / 8
    return points


def _decode_weighted(points: Points) -> Points:
    return points / (np.array(CHANNELS) / 8)


SCALE: Final = 255.0
"""Factor of linear light and of Oklab; that of CIELAB is `SCALE` / 100. White is as far from black
on the axis of lightness as 255 is from 0 on a channel of sRGB."""

SRGB: Final = Space(_encode_srgb, _decode_srgb, steps=1, separable=True, stored=True)
WEIGHTED: Final = Space(_encode_weighted, _decode_weighted, steps=8, separable=True)
LINEAR: Final = Space(
    encode=lambda colors: conversions.LINEAR[colors] * SCALE,
    decode=lambda points: conversions.srgb_of(points / SCALE),
    separable=True,
)
OKLAB: Final = Space(
    encode=lambda colors: conversions.oklab(colors) * SCALE,
    decode=lambda points: conversions.from_oklab(points / SCALE),
)
LAB: Final = Space(
    encode=lambda colors: conversions.lab(colors) * (SCALE / 100),
    decode=lambda points: conversions.from_lab(points / (SCALE / 100)),
)


def encode(colors: Bytes, space: Space) -> Points:
    """Return points for k-means.

    Args:
        colors: (n, 3 or 4) uint8, alpha not premultiplied.
        space: the colour space of the points.

    Returns:
        (n, 3) float32: exact for sRGB, and precise enough for all else at half the memory and a
        third less time; or (n, 4) float64, since the fractions of premultiplied values add up.
    """
    points = np.ascontiguousarray(space.encode(colors[:, :3]), np.float32)
    if colors.shape[1] == 3:
        return points
    alpha = colors[:, 3:].astype(np.float64)
    return np.concatenate([points * (alpha / 255), alpha], axis=1)


def decode(points: Points, space: Space) -> Bytes:
    """Return the 8-bit colours nearest to points, for instance to centroids.

    Args:
        points: (n, 3 or 4) float64, as `encode` makes them or averages of such.
        space: the colour space of the points.

    Returns:
        (n, 3 or 4) uint8; where alpha rounds to 0 the colour is (0, 0, 0, 0).
    """
    if points.shape[1] == 3:
        return _to_bytes(space.decode(points))
    alpha = _to_bytes(points[:, 3:])
    opacity = np.maximum(alpha, 1) / 255  # as it is stored: the colour makes up for its rounding
    colors = _to_bytes(space.decode(points[:, :3] / opacity))
    return np.concatenate([np.where(alpha > 0, colors, 0), alpha], axis=1).astype(np.uint8)


def _to_bytes(values: Points) -> Bytes:
    rounded: Bytes = np.floor(np.clip(values, 0, 255) + 0.5).astype(np.uint8)
    return rounded
