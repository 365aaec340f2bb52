"""Conversions between 8-bit sRGB and linear light, CIELAB and Oklab.

A conversion is made of sums in a fixed order, tables and NumPy functions of single values. So a
colour gives the same numbers whatever other colours are in the array.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from quantize.color import constants
from quantize.model.pixels import Bytes, Floats

Reals = NDArray[np.floating[Any]]

BLOCK: Final = 1 << 13
"""Colours that are converted at once: intermediate arrays stay in the second-level cache, which is
twice as fast as a million colours at once."""

LINEAR: Final[Floats] = np.array(constants.LINEAR)

# CIE 15: below (6/29)^3 of white the cube root gives way to its tangent, here in round digits.
LINEAR_BELOW: Final = 0.008856
SLOPE: Final = 7.787


def srgb_of(linear: Reals) -> Floats:
    """Convert linear light, clipped to 0 to 1, to sRGB values, 0 to 255, not rounded.

    This is the inverse of `LINEAR` (IEC 61966-2-1); the array has any shape.
    """
    clipped = np.clip(linear, 0, 1)
    steep = 1.055 * clipped ** (1 / 2.4) - 0.055
    values: Floats = 255 * np.where(clipped > 0.0031308, steep, 12.92 * clipped)
    return values


def lab(colors: Bytes) -> Floats:
    """Convert (n, 3) uint8 sRGB to CIELAB under D65, (n, 3) float64.

    L is from 0 to 100; values equal those of `skimage.color.rgb2lab`. Each channel is contiguous in
    memory, with which `ciede2000` is fastest.
    """

    def convert(columns: Bytes) -> list[Floats]:
        x, y, z = (lab_root(ratio) for ratio in _times(LINEAR_TO_WHITE, LINEAR[columns]))
        return [116 * y - 16, 500 * (x - y), 200 * (y - z)]

    return _by_blocks(convert, colors)


def from_lab(places: Reals) -> Floats:
    """Convert (n, 3) CIELAB under D65 to (n, 3) sRGB, 0 to 255, not rounded; inverse of `lab`."""

    def convert(columns: Floats) -> list[Floats]:
        lightness, a, b = columns
        y = (lightness + 16) / 116
        ratios = (_cubed(y + a / 500), _cubed(y), _cubed(y - b / 200))
        return [srgb_of(channel) for channel in _times(_FROM_WHITE, ratios)]

    return _by_blocks(convert, places)


def oklab(colors: Bytes) -> Floats:
    """Convert (n, 3) uint8 sRGB to Oklab, (n, 3) float64: L from 0 to 1, a and b about ±0.3.

    Each channel is contiguous in memory.
    """

    def convert(columns: Bytes) -> list[Floats]:
        cones = _times(constants.LINEAR_TO_LMS, LINEAR[columns])
        return _times(constants.LMS_TO_OKLAB, [np.cbrt(cone) for cone in cones])

    return _by_blocks(convert, colors)


def from_oklab(places: Reals) -> Floats:
    """Convert (n, 3) Oklab to (n, 3) sRGB, 0 to 255, not rounded; inverse of `oklab`."""
    return _by_blocks(lambda columns: [srgb_of(each) for each in linear_of(columns)], places)


def linear_of(columns: Iterable[Floats]) -> list[Floats]:
    """Convert three columns of Oklab to those of linear sRGB; outside sRGB not in 0 to 1."""
    roots = _times(constants.OKLAB_TO_LMS, columns)
    cones = [root * root * root for root in roots]
    return _times(constants.LMS_TO_LINEAR, cones)


def from_eye(places: Reals) -> Floats:
    """Convert (n, 3) of the space `eye` to (n, 3) sRGB, 0 to 255, not rounded.

    `eye` is Oklab with another root, see `three_eighths`.
    """

    def convert(columns: Floats) -> list[Floats]:
        roots = _times(constants.OKLAB_TO_LMS, columns)
        cones = [np.maximum(root, 0) ** (8 / 3) for root in roots]
        return [srgb_of(channel) for channel in _times(constants.LMS_TO_LINEAR, cones)]

    return _by_blocks(convert, places)


def three_eighths(cone: Floats) -> Floats:
    """Return the power of 3/8 of numbers from 0 on.

    It takes three square roots, which are rounded alike on every machine and are faster than a cube
    root. Oklab's cube root leaves a little too much to the darkest colours of a screen: by
    SSIMULACRA 2 and butteraugli palettes look better with exponents from 0.37 on (docs/eye.md).
    """
    fourth = np.sqrt(np.sqrt(cone))
    power: Floats = fourth * np.sqrt(fourth)
    return power


def _by_blocks(convert: Callable[[Any], list[Floats]], colors: Bytes | Reals) -> Floats:
    """Convert (n, 3) to (n, 3), block by block.

    Args:
        convert: takes and returns the three columns of a block.
        colors: what is converted.
    """
    converted = np.empty((3, len(colors)))
    for start in range(0, len(colors), BLOCK):
        block = slice(start, start + BLOCK)
        for channel, column in enumerate(convert(colors[block].T)):
            converted[channel, block] = column
    return converted.T


_XYZ: Final[Floats] = np.array(constants.LINEAR_TO_XYZ)
LINEAR_TO_WHITE: Final = (_XYZ / np.array(constants.D65)[:, None]).tolist()
_FROM_WHITE: Final = np.linalg.inv(_XYZ / np.array(constants.D65)[:, None]).tolist()
"""Linear sRGB to XYZ as parts of white, and back."""


def _times(matrix: constants.Matrix, columns: Iterable[Floats]) -> list[Floats]:
    """Multiply three columns by a matrix; products are added in the order of the columns."""
    first, second, third = columns
    return [one * first + two * second + three * third for one, two, three in matrix]


def lab_root(ratio: Floats) -> Floats:
    """Return the cube root of parts of white, with CIE's straight piece for dark ones."""
    return np.where(ratio > LINEAR_BELOW, np.cbrt(ratio), SLOPE * ratio + 16 / 116)


def _cubed(root: Floats) -> Floats:
    above = root > SLOPE * LINEAR_BELOW + 16 / 116
    return np.where(above, root * root * root, (root - 16 / 116) / SLOPE)


def oklch(colors: Bytes) -> tuple[Floats, Floats, Floats]:
    """Return lightness (0 to 1), chroma (0 to about 0.32) and hue (degrees) in Oklab, (k,) each."""
    lightness, a, b = oklab(colors[:, :3]).T
    return lightness, np.hypot(a, b), np.degrees(np.arctan2(b, a))
