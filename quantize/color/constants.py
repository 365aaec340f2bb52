"""Constants of sRGB: the light of each value, and the matrices from light to CIE XYZ and Oklab.

They are plain numbers, which can be used without NumPy.
"""

from __future__ import annotations

from typing import Final

Matrix = tuple[tuple[float, float, float], ...]

LINEAR: Final = tuple(
    value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
    for value in (byte / 255 for byte in range(256))
)
"""The light of each 8-bit value, 0 to 1 (IEC 61966-2-1)."""

LINEAR_TO_LMS: Final[Matrix] = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
LMS_TO_LINEAR: Final[Matrix] = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)
LMS_TO_OKLAB: Final[Matrix] = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
OKLAB_TO_LMS: Final[Matrix] = (
    (1.0, 0.3963377774, 0.2158037573),
    (1.0, -0.1055613458, -0.0638541728),
    (1.0, -0.0894841775, -1.2914855480),
)
"""Björn Ottosson, "A perceptual color space for image processing" (2020), as corrected in 2021:
light → responses of the cones, whose cube roots → Oklab; and the way back, in his digits."""

LINEAR_TO_XYZ: Final[Matrix] = (
    (0.412453, 0.357580, 0.180423),
    (0.212671, 0.715160, 0.072169),
    (0.019334, 0.119193, 0.950227),
)
D65: Final = (0.95047, 1.0, 1.08883)
"""Linear sRGB to CIE XYZ and its white, of the 2-degree observer, both in scikit-image's digits.
They do not quite fit: grey has |a| and |b| of up to 0.005, which no CIEDE2000 feels."""
