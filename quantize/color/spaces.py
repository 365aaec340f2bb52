"""Colour spaces: from 8-bit colours to points for k-means and back; see `table.SPACES`.

Colours with alpha become four numbers, whose squared distances are the mean of those on black and
on white, where mixing is linear in the numbers of the space. With a the opacity, 0 to 1, c the
colour, and b and w black and white in the space:

    |Δ(a (c - b))|² + |Δ(a (c - w))|² = 2 |Δ(a (c - m))|² + 2 (Δa h)²

where m = (b + w) / 2 and h = |w - b| / 2. So the numbers are a (c - m), three of them, and a h.
That is exact in sRGB, weighted or not, and a good model elsewhere. The distance between two colours
shrinks as they fade, and all fully transparent colours are one point, 0.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
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
            ties are found; None if they are not. With alpha see `steps_with_alpha`.
        separable: whether each coordinate depends on one channel alone.
        stored: whether points of opaque colours are the stored 8-bit values, so that their squared
            distances are the squared errors in sRGB.
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
"""Factor of linear light, Oklab and `EYE`; that of CIELAB is `SCALE` / 100. White is as far from
black on the axis of lightness as 255 is from 0 on a channel of sRGB."""

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
EYE: Final = Space(
    encode=lambda colors: conversions.eye(colors) * SCALE,
    decode=lambda points: conversions.from_eye(points / SCALE),
)
LAB: Final = Space(
    encode=lambda colors: conversions.lab(colors) * (SCALE / 100),
    decode=lambda points: conversions.from_lab(points / (SCALE / 100)),
)


_ALPHA_STEPS: Final = 510 * 32
"""So many times finer are the steps with alpha: opacity is of 255 and c - m has halves; and with 32
times finer ones h is rounded by 4e-5 of itself at most. The squared distance between weighted black
and white in such steps is within 53 bits, so that all distances are exact."""


def steps_with_alpha(space: Space) -> int | None:
    """Return n such that points of colours with alpha are whole multiples of 1 / n, if they are."""
    return None if space.steps is None else _ALPHA_STEPS * space.steps


def opaque_height(space: Space) -> float:
    """Return the last of the four numbers of an opaque colour: half of white's distance to black.

    For alpha / 255 of it a colour has that alpha, and 0 is fully transparent.
    """
    return _grounds(space)[1]


@cache
def _grounds(space: Space) -> tuple[Points, float]:
    """Return the mean of black and white, (3,) float64, and half the distance between them."""
    black, white = space.encode(np.array([[0] * 3, [255] * 3], np.uint8)).astype(np.float64)
    height = float(np.sqrt(np.square(white - black).sum())) / 2
    if (steps := steps_with_alpha(space)) is not None:
        height = round(height * steps / 255) / steps * 255
    return (black + white) / 2, height


def encode(colors: Bytes, space: Space) -> Points:
    """Return points for k-means.

    Args:
        colors: (n, 3 or 4) uint8, alpha not premultiplied.
        space: the colour space of the points.

    Returns:
        (n, 3) float32: exact for sRGB, and precise enough for all else at half the memory and a
        third less time; or (n, 4) float64, as fractions of opacities need; see the module.
    """
    points = np.ascontiguousarray(space.encode(colors[:, :3]), np.float32)
    if colors.shape[1] == 3:
        return points
    middle, height = _grounds(space)
    opacity = colors[:, 3:] / 255
    return np.concatenate([(points - middle) * opacity, opacity * height], axis=1)


def decode(points: Points, space: Space) -> Bytes:
    """Return the 8-bit colours nearest to points, for instance to centroids.

    Args:
        points: (n, 3 or 4) float64, as `encode` makes them or averages of such.
        space: the colour space of the points.

    Returns:
        (n, 3 or 4) uint8. The colour of a point with alpha is that of its own opacity, whatever
        alpha that is rounded to; so means of one colour at many opacities have that colour. Where
        alpha rounds to 0 the colour is (0, 0, 0, 0).
    """
    if points.shape[1] == 3:
        return _to_bytes(space.decode(points))
    middle, height = _grounds(space)
    opacity = points[:, 3:] / height
    alpha = _to_bytes(opacity * 255)
    seen = np.where(alpha > 0, opacity, 1)
    colors = _to_bytes(space.decode(points[:, :3] / seen + middle))
    return np.concatenate([np.where(alpha > 0, colors, 0), alpha], axis=1).astype(np.uint8)


def _to_bytes(values: Points) -> Bytes:
    rounded: Bytes = np.floor(np.clip(values, 0, 255) + 0.5).astype(np.uint8)
    return rounded
