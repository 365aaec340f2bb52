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
    columns = _bent([ramp[colors[:, at]] for at, ramp in enumerate(form.ramps)], form)
    if colors.shape[1] == 3:
        for axis, column in enumerate(columns):
            points[:, axis] = column
        return
    opacity = colors[:, 3] / 255
    for axis, column in enumerate(columns):
        points[:, axis] = (column.astype(np.float32) - form.middle[axis]) * opacity
    points[:, 3] = opacity * form.height


def encode_wide(values: list[int], form: Form, point: NDArray[np.float32]) -> None:
    """Encode a colour with values from -255 to 510: ramps go on at both ends as they came.

    Args:
        values: in, red, green, blue.
        form: in, the colour space.
        point: out, (1, 3) float32.
    """
    columns = []
    for value, ramp in zip(values, form.ramps, strict=True):
        if value < 0:
            worth = 2 * ramp[0] - ramp[-value]
        else:
            worth = ramp[value] if value < 256 else 2 * ramp[255] - ramp[510 - value]
        columns.append(np.array([worth]))
    for axis, column in enumerate(_bent(columns, form)):
        point[:, axis] = column


def _bent(columns: list[Floats], form: Form) -> list[Floats]:
    """Return the axes of points from what the channels are worth."""
    if len(form.mix):
        columns = _times(form.mix, columns)
    if len(form.root):
        columns = [_root(form.root, column) for column in columns]
    return _times(form.axes, columns) if len(form.axes) else columns


def _times(matrix: Floats, columns: list[Floats]) -> list[Floats]:
    first, second, third = columns
    return [one * first + two * second + three * third for one, two, three in matrix.tolist()]


def _root(table: Floats, values: Floats) -> Floats:
    negative, values = values < 0, np.abs(values)
    tops = values.view(np.int64) >> (52 - PIECE_BITS)
    piece = table[np.clip(tops - LOWEST + 1, 0, len(table) - 1)]
    start, constant, slope, square, cubic = piece.T
    step = values - start
    bent: Floats = ((cubic * step + square) * step + slope) * step + constant
    return np.where(negative, -bent, bent)
