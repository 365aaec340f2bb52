"""Colour spaces: 8-bit colours → points for k-means, and back. Their names are in `table.SPACES`.

Colours with alpha become four numbers: the three of the space times opacity (premultiplied), and
opacity itself on the scale of 0 to 255. So the distance between two colours shrinks as they fade,
and all invisible colours are one point.
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
        steps: where points are whole multiples of 1 / steps, so that distances between them are
            exact and ties are ties; else None.
        separable: whether each coordinate depends on one channel alone.
        stored: whether points are the stored 8-bit values, so that their squared distances are
            the squared errors in sRGB.
    """

    encode: Callable[[Bytes], Points]
    decode: Callable[[Points], Points]
    steps: int | None = None
    separable: bool = False
    stored: bool = False


def _as_stored(colors: Bytes) -> Points:
    return colors.astype(np.float32)


def _as_it_is(points: Points) -> Points:
    return points


CHANNELS: Final = (7, 9, 7)
"""Eighths that red, green and blue are multiplied with, so that squared errors count 3 : 4.96 : 3:
those in green are seen best, which makes seven tenths of the light. The ratio was found by trial
(docs/eye.md); numbers so small keep sums of squares within 24 bits, and distances exact."""


def _weighted(colors: Bytes) -> Points:
    points = colors.astype(np.float32)
    for channel, eighths in enumerate(CHANNELS):  # a factor at a time: twice as fast as all three
        points[:, channel] *= eighths / 8
    return points


def _unweighted(points: Points) -> Points:
    return points / (np.array(CHANNELS) / 8)


SCALE: Final = 255.0
"""Of linear light and of Oklab, and `SCALE` / 100 of CIELAB: white is as far from black on the axis
of lightness as in sRGB on that of a channel."""

SRGB: Final = Space(_as_stored, _as_it_is, steps=1, separable=True, stored=True)
WEIGHTED: Final = Space(_weighted, _unweighted, steps=8, separable=True)
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
