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
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quantize import kernels
from quantize.color import constants, conversions
from quantize.model.pixels import Bytes

Points = NDArray[np.floating[Any]]  # float32 or float64
Root = Callable[[NDArray[np.float64]], NDArray[np.float64]]

_PIECE_BITS: Final = 5
"""Each octave of a root has 2^5 pieces, each a cubic polynomial: cube roots are right to 10^-9 of
themselves, a hundredth of what float32 tells apart. As `kernels.encode` reads them."""

_OCTAVES: Final = 17
"""The pieces begin at 2^-17: the darkest colour but black has more than that in every cone."""

_LOWEST: Final = (1023 - _OCTAVES) << _PIECE_BITS
"""The top bits of 2^-17 as a float64."""


class Form(NamedTuple):
    """How a colour space makes a point of a colour, in numbers.

    Each channel has its own curve; a matrix mixes the three, a root bends each sum, and a second
    matrix mixes again: with light, cones, cube roots and opponent colours that is Oklab. What
    a space does not need is left out. With opacity a, the point c of a colour becomes a (c - m) and
    a h; see the module.

    Attributes:
        ramps: (3, 256) float64, what each value of red, green and blue is worth.
        mix: (3, 3) float64, the rows of the first matrix, or (0, 3).
        root: (m, 5) float64 of `pieces_of`, or (0, 5).
        axes: (3, 3) float64, the rows of the second matrix, or (0, 3).
        middle: (3,) float64, m, the mean of black and white.
        height: h, half the distance between them.
    """

    ramps: NDArray[np.float64]
    mix: NDArray[np.float64]
    root: NDArray[np.float64]
    axes: NDArray[np.float64]
    middle: NDArray[np.float64]
    height: float


class Space(NamedTuple):
    """A colour space; see `space_of`.

    Attributes:
        form: from 8-bit sRGB to points, on about the scale of 8-bit values.
        decode: (n, 3) float64 points → (n, 3) float64 sRGB, 0 to 255, not yet rounded.
        steps: points are whole multiples of 1 / steps, so that distances between them are exact and
            ties are found; None if they are not. With alpha see `steps_with_alpha`.
        stored: whether points of opaque colours are the stored 8-bit values, so that their squared
            distances are the squared errors in sRGB.
    """

    form: Form
    decode: Callable[[Points], Points]
    steps: int | None = None
    stored: bool = False


_ALPHA_STEPS: Final = 510 * 32
"""So many times finer are the steps with alpha: opacity is of 255 and c - m has halves; and with 32
times finer ones h is rounded by 4e-5 of itself at most. The squared distance between weighted black
and white in such steps is within 53 bits, so that all distances are exact."""


def space_of(
    ramps: NDArray[np.float64],
    decode: Callable[[Points], Points],
    *,
    mix: ArrayLike | None = None,
    root: Root | None = None,
    axes: ArrayLike | None = None,
    steps: int | None = None,
    stored: bool = False,
) -> Space:
    """Return a colour space: values of channels, mixed, bent and mixed again.

    Args:
        ramps: (256,) or (3, 256), what each 8-bit value of a channel is worth.
        decode: see `Space`.
        mix: the rows of the matrix that mixes the channels, if they are mixed.
        root: bends each of these sums, if they are bent; from 0 to 2, an array like its argument.
        axes: the rows of the matrix that mixes what was bent, if that is mixed.
        steps: see `Space`.
        stored: see `Space`.
    """
    nothing = np.empty((0, 3))
    form = Form(
        ramps=np.ascontiguousarray(np.broadcast_to(ramps, (3, 256)), np.float64),
        mix=nothing if mix is None else np.array(mix, np.float64),
        root=np.empty((0, 5)) if root is None else pieces_of(root),
        axes=nothing if axes is None else np.array(axes, np.float64),
        middle=np.zeros(3),
        height=0.0,
    )
    black_and_white = np.empty((2, 3), np.float32)
    kernels.encode(np.array([[0] * 3, [255] * 3], np.uint8), form, black_and_white)
    black, white = black_and_white.astype(np.float64)
    height = float(np.sqrt(np.square(white - black).sum())) / 2
    if steps is not None:
        height = round(height * steps * _ALPHA_STEPS / 255) / (steps * _ALPHA_STEPS) * 255
    form = form._replace(middle=(black + white) / 2, height=height)
    return Space(form, decode, steps, stored)


def pieces_of(root: Root) -> NDArray[np.float64]:
    """Return cubic polynomials that follow a root from 0 to 2.

    Each goes through four values of the root (Chebyshev's nodes). Below 2^-17 the root is straight.

    Args:
        root: of an array, each value by itself.

    Returns:
        (m, 5) float64: where a piece begins, and its coefficients from the constant one on.
    """
    tops = np.arange(_LOWEST, _LOWEST + ((_OCTAVES + 1) << _PIECE_BITS) + 1, dtype=np.int64)
    edges = (tops << (52 - _PIECE_BITS)).view(np.float64)
    start, width = edges[:-1], np.diff(edges)
    a, b, c, d = ((1 - np.cos((np.arange(4) + 0.5) * np.pi / 4)) / 2).tolist()
    at_a, at_b, at_c, at_d = (root(start + width * share) for share in (a, b, c, d))
    ab, bc, cd = (at_b - at_a) / (b - a), (at_c - at_b) / (c - b), (at_d - at_c) / (d - c)
    abc, bcd = (bc - ab) / (c - a), (cd - bc) / (d - b)
    cubic = (bcd - abc) / (d - a)  # Newton's divided differences, then powers of the distance
    square = abc - cubic * (a + b + c)
    slope = ab - abc * (a + b) + cubic * (a * b + a * c + b * c)
    constant = at_a - ab * a + abc * (a * b) - cubic * (a * b * c)
    curves = [start, constant, slope / width, square / width**2, cubic / width**3]
    black, least = (float(value) for value in root(np.array([0.0, edges[0]])))
    straight = np.array([[0.0, black, (least - black) / edges[0], 0.0, 0.0]])
    return np.concatenate([straight, np.stack(curves, axis=1)])


def steps_with_alpha(space: Space) -> int | None:
    """Return n such that points of colours with alpha are whole multiples of 1 / n, if they are."""
    return None if space.steps is None else _ALPHA_STEPS * space.steps


def opaque_height(space: Space) -> float:
    """Return the last of the four numbers of an opaque colour: half of white's distance to black.

    For alpha / 255 of it a colour has that alpha, and 0 is fully transparent.
    """
    return space.form.height


CHANNELS: Final = (7, 9, 7)
"""Factors of red, green and blue in eighths: squared errors count 3 : 4.96 : 3, since errors in
green, which makes seven tenths of the light, are seen best. The ratio was found by measurement
(docs/eye.md); such small factors keep sums of squares within 24 bits, so distances are exact."""

SCALE: Final = 255.0
"""Factor of linear light, Oklab and `EYE`; that of CIELAB is `SCALE` / 100. White is as far from
black on the axis of lightness as 255 is from 0 on a channel of sRGB."""

_VALUES: Final = np.arange(256.0)
_WEIGHTS: Final = np.array(CHANNELS) / 8

SRGB: Final = space_of(_VALUES, lambda points: points, steps=1, stored=True)
WEIGHTED: Final = space_of(
    np.multiply.outer(_WEIGHTS, _VALUES), lambda points: points / _WEIGHTS, steps=8
)
LINEAR: Final = space_of(
    conversions.LINEAR * SCALE, lambda points: conversions.srgb_of(points / SCALE)
)
OKLAB: Final = space_of(
    conversions.LINEAR,
    lambda points: conversions.from_oklab(points / SCALE),
    mix=constants.LINEAR_TO_LMS,
    root=np.cbrt,
    axes=np.array(constants.LMS_TO_OKLAB) * SCALE,
)
EYE: Final = space_of(
    conversions.LINEAR,
    lambda points: conversions.from_eye(points / SCALE),
    mix=constants.LINEAR_TO_LMS,
    root=conversions.three_eighths,
    axes=np.array(constants.LMS_TO_OKLAB) * SCALE,
)
LAB: Final = space_of(
    conversions.LINEAR,
    lambda points: conversions.from_lab(points / (SCALE / 100)),
    mix=conversions.LINEAR_TO_WHITE,
    root=lambda ratios: conversions.lab_root(ratios) - 16 / 116,
    axes=np.array([[0, 116, 0], [500, -500, 0], [0, 200, -200]]) * (SCALE / 100),
)


def encode(colors: Bytes, space: Space) -> Points:
    """Return points for k-means.

    Args:
        colors: (n, 3 or 4) uint8, alpha not premultiplied.
        space: the colour space of the points.

    Returns:
        (n, 3) float32: exact for sRGB, and precise enough for all else at half the memory and a
        third less time; or (n, 4) float64, as fractions of opacities need; see the module.
    """
    channels = colors.shape[1]
    points = np.empty((len(colors), channels), np.float32 if channels == 3 else np.float64)
    kernels.encode(colors, space.form, points)
    return points


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
    middle, height = space.form.middle, space.form.height
    opacity = points[:, 3:] / height
    alpha = _to_bytes(opacity * 255)
    seen = np.where(alpha > 0, opacity, 1)
    colors = _to_bytes(space.decode(points[:, :3] / seen + middle))
    return np.concatenate([np.where(alpha > 0, colors, 0), alpha], axis=1).astype(np.uint8)


def _to_bytes(values: Points) -> Bytes:
    rounded: Bytes = np.floor(np.clip(values, 0, 255) + 0.5).astype(np.uint8)
    return rounded
