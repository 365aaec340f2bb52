"""Colour models of palette files, converted to 8-bit sRGB one colour at a time.

Colour profiles are not used. Colours outside sRGB are clipped channel by channel. NaN and infinity
are `Malformed`.
"""

from __future__ import annotations

import math
from typing import Final

from quantize.color.constants import LMS_TO_LINEAR, OKLAB_TO_LMS, Matrix
from quantize.palette_files.reading import Malformed

RGB = tuple[int, int, int]

_D50: Final = (0.96422, 1.0, 0.82521)
"""The white of Lab in Adobe's files and in CSS, D50 of ICC; rounded as in CSS Color 4."""

_FROM_XYZ_D50: Final = (
    (3.1338561, -1.6168667, -0.4906146),
    (-0.9787684, 1.9161415, 0.0334540),
    (0.0719453, -0.2289914, 1.4052427),
)
"""From XYZ of D50 to linear sRGB, adapted to D65 by Bradford's method (brucelindbloom.com, "RGB/XYZ
Matrices", sRGB D50)."""

_FARTHEST: Final = 200.0
"""Limit of a and b of Lab: no colour is farther out, and no sum overflows."""


def rgb(red: float, green: float, blue: float) -> RGB:
    """Convert sRGB, 0 to 1 each."""
    return byte(red), byte(green), byte(blue)


def byte(value: float) -> int:
    """Convert 0 to 1 to 0 to 255; halves are rounded up."""
    return int(_clipped(value) * 255 + 0.5)


def gray(lightness: float) -> RGB:
    """Convert a grey of 0 (black) to 1 (white), on the curve of sRGB."""
    return rgb(lightness, lightness, lightness)


def cmyk(cyan: float, magenta: float, yellow: float, black: float) -> RGB:
    """Convert inks, 0 to 1 each, by (1 - c)(1 - k) and so on.

    The profile of a press would give duller colours, but no palette file names a press.
    """
    paper = 1 - _clipped(black)
    return rgb(*((1 - _clipped(ink)) * paper for ink in (cyan, magenta, yellow)))


def hsb(hue: float, saturation: float, brightness: float) -> RGB:
    """Convert hue, saturation and brightness (HSV), 0 to 1 each; hues repeat beyond that."""
    turn = _finite(hue) % 1 * 6
    most, part = _clipped(brightness), _clipped(saturation)

    def channel(shift: int) -> float:
        place = (turn + shift) % 6
        return most * (1 - part * max(0.0, min(place, 4 - place, 1.0)))

    return rgb(channel(5), channel(3), channel(1))


def hsl(hue: float, saturation: float, lightness: float) -> RGB:
    """Convert hue, saturation and lightness (HSL), 0 to 1 each."""
    light = _clipped(lightness)
    brightness = light + _clipped(saturation) * min(light, 1 - light)
    return hsb(hue, 2 - 2 * light / brightness if brightness else 0.0, brightness)


def hwb(hue: float, white: float, black: float) -> RGB:
    """Convert hue, whiteness and blackness (HWB of CSS Color 4), 0 to 1 each."""
    light, dark = _clipped(white), _clipped(black)
    if light + dark >= 1:
        return gray(light / (light + dark))
    return hsb(hue, 1 - light / (1 - dark), 1 - dark)


def lab(lightness: float, a: float, b: float) -> RGB:
    """Convert CIELAB under D50, as in ICC, Adobe's files and CSS; L is 0 to 100."""
    middle = (_within(lightness, 0, 100) + 16) / 116
    right = middle + _within(a, -_FARTHEST, _FARTHEST) / 500
    down = middle - _within(b, -_FARTHEST, _FARTHEST) / 200
    xyz = [white * _cubed(f) for white, f in zip(_D50, (right, middle, down), strict=True)]
    return linear(*_times(_FROM_XYZ_D50, xyz))


def oklab(lightness: float, a: float, b: float) -> RGB:
    """Convert Oklab; L is 0 to 1, a and b are about -0.4 to 0.4."""
    place = [_within(lightness, 0, 1), _within(a, -2, 2), _within(b, -2, 2)]
    lms = [root**3 for root in _times(OKLAB_TO_LMS, place)]
    return linear(*_times(LMS_TO_LINEAR, lms))


def from_polar(chroma: float, degrees: float) -> tuple[float, float]:
    """Return a and b of a chroma and a hue in degrees, for LCh and OkLCh."""
    angle = math.radians(_finite(degrees) % 360)
    return _finite(chroma) * math.cos(angle), _finite(chroma) * math.sin(angle)


def linear(red: float, green: float, blue: float) -> RGB:
    """Convert linear light of the primaries of sRGB, 0 to 1 each, by IEC 61966-2-1."""
    values = (_clipped(value) for value in (red, green, blue))
    return rgb(
        *(12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055 for v in values),
    )


def _cubed(f: float) -> float:
    """Return the inverse of the cube root of CIELAB with its linear part (CIE 15)."""
    return f**3 if f > 6 / 29 else 3 * (6 / 29) ** 2 * (f - 4 / 29)


def _times(matrix: Matrix, vector: list[float]) -> tuple[float, float, float]:
    one, two, three = (sum(m * v for m, v in zip(row, vector, strict=True)) for row in matrix)
    return one, two, three


def _clipped(value: float) -> float:
    return _within(value, 0, 1)


def _within(value: float, low: float, high: float) -> float:
    return min(max(_finite(value), low), high)


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise Malformed(f"a colour holds {value}, which is no number; correct it")
    return value
