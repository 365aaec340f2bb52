"""The kernel that encodes colours as points of a colour space, in NumPy."""

from __future__ import annotations

from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]

PIECE_BITS: Final = 5
"""Each octave of a root has 2^5 pieces."""

LOWEST: Final = (1023 - 17) << PIECE_BITS
"""Sign, exponent and first 5 bits of the float64 at which the pieces begin, 2^-17; below that there
is one more."""


class Form(Protocol):
    """What is read of a `color.spaces.Form`."""

    @property
    def ramps(self) -> Floats:
        """(3, 256), what each value of red, green and blue is worth."""

    @property
    def mix(self) -> Floats:
        """(3, 3) or (0, 3), the rows of a matrix."""

    @property
    def root(self) -> Floats:
        """(m, 5) or (0, 5): where a piece begins, and its coefficients from the constant one on."""

    @property
    def axes(self) -> Floats:
        """(3, 3) or (0, 3), the rows of a matrix."""

    @property
    def middle(self) -> Floats:
        """(3,), what is taken off before a colour is multiplied by its opacity."""

    @property
    def height(self) -> float:
        """The last coordinate of an opaque colour."""


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
    tops = np.ascontiguousarray(values).view(np.int64) >> (52 - PIECE_BITS)
    piece = table[np.clip(tops - LOWEST + 1, 0, len(table) - 1)]
    start, constant, slope, square, cubic = piece.T
    step = values - start
    bent: Floats = ((cubic * step + square) * step + slope) * step + constant
    return bent
