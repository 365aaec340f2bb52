"""The kernel that encodes colours as points of a colour space, in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]

ROOT_BITS: Final = 5
"""Each octave of a root has 2^5 pieces, each a cubic polynomial: cube roots are right to 10^-9 of
themselves, a hundredth of what float32 tells apart."""

_OCTAVES: Final = 17
"""The pieces begin at 2^-17: the darkest colour but black has more than that in every cone."""

_LOWEST: Final = (1023 - _OCTAVES) << ROOT_BITS
"""The top bits of 2^-17 as a float64."""


class Form(NamedTuple):
    """How a colour space makes a point of a colour, in numbers.

    Each channel has its own curve; a matrix mixes the three, a root bends each sum, and a second
    matrix mixes again: with light, cones, cube roots and opponent colours that is Oklab. What
    a space does not need is left out. With opacity a, the point c of a colour becomes a (c - m) and
    a h; see `color.spaces`.

    Attributes:
        ramps: (3, 256) float64, what each value of red, green and blue is worth.
        mix: (3, 3) float64, the rows of the first matrix, or (0, 3).
        root: (m, 5) float64 of `pieces`, or (0, 5).
        axes: (3, 3) float64, the rows of the second matrix, or (0, 3).
        middle: (3,) float64, m, the mean of black and white.
        height: h, half the distance between them.
    """

    ramps: Floats
    mix: Floats
    root: Floats
    axes: Floats
    middle: Floats
    height: float


def pieces(root: Callable[[Floats], Floats]) -> Floats:
    """Return cubic polynomials that follow a root from 0 to 2.

    Each goes through four values of the root (Chebyshev's nodes). Below 2^-17 the root is straight.

    Args:
        root: of an array, each value by itself.

    Returns:
        (m, 5) float64: where a piece begins, and its coefficients from the constant one on.
    """
    tops = np.arange(_LOWEST, _LOWEST + ((_OCTAVES + 1) << ROOT_BITS) + 1, dtype=np.int64)
    edges = (tops << (52 - ROOT_BITS)).view(np.float64)
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


def encode(colors: Bytes, form: Form, points: NDArray[np.floating[Any]]) -> None:
    """Encode colours as points; the sums are added in the order of the channels.

    Args:
        colors: in, (n, 3 or 4) uint8, alpha not premultiplied.
        form: in, the colour space.
        points: out, (n, 3) float32, or (n, 4) float64 with alpha.
    """
    columns = [ramp[colors[:, channel]] for channel, ramp in enumerate(form.ramps)]
    if len(form.mix):
        columns = _times(form.mix, columns)
    if len(form.root):
        columns = [_root(form.root, column) for column in columns]
    if len(form.axes):
        columns = _times(form.axes, columns)
    if colors.shape[1] == 3:
        for axis, column in enumerate(columns):
            points[:, axis] = column
        return
    opacity = colors[:, 3] / 255
    for axis, column in enumerate(columns):
        points[:, axis] = (column.astype(np.float32) - form.middle[axis]) * opacity
    points[:, 3] = opacity * form.height


def _times(matrix: Floats, columns: list[Floats]) -> list[Floats]:
    first, second, third = columns
    return [one * first + two * second + three * third for one, two, three in matrix.tolist()]


def _root(table: Floats, values: Floats) -> Floats:
    tops = np.ascontiguousarray(values).view(np.int64) >> (52 - ROOT_BITS)
    piece = table[np.clip(tops - _LOWEST + 1, 0, len(table) - 1)]
    start, constant, slope, square, cubic = piece.T
    step = values - start
    bent: Floats = ((cubic * step + square) * step + slope) * step + constant
    return bent
