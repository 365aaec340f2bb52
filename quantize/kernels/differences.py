"""The kernel that bounds colour differences from below, in NumPy."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]

MOST_S_L: Final = 1.75
"""The largest S_L, the divisor of differences in lightness in CIEDE2000, is that of black or white:
1.7472."""
SIN_60: Final = 0.8660255
"""The sine of 60 degrees, rounded up."""


def within(colors: Floats, places: Floats, limits: Floats, near: Bytes) -> None:
    """Find pairs of colours whose CIEDE2000 may be within a limit, by a lower bound of it.

    The terms x and y of chroma and hue make x² + y² + R_T x y, at least (1 - |R_T|/2) (x² + y²).
    |R_T|/2 is at most sin 60° times a ratio that grows with C', the mean chroma. S_C and S_H, which
    divide x and y, are at most 1 + 0.045 C', and undivided x² + y² is the squared difference of a'
    and b. C' is at most one and a half times C, as a' is of a, which it never is nearer to 0 than.

    Args:
        colors: in, (k, 3) CIELAB.
        places: in, (n, 3) CIELAB.
        limits: in, (k,) one for each colour.
        near: out, (k, n) uint8, 1 for each pair whose bound is at most the limit, else 0.
    """
    near[:] = 0
    away = np.abs(np.subtract.outer(colors[:, 0], places[:, 0]))
    color, place = np.nonzero(away <= MOST_S_L * limits[:, None])
    (l1, a1, b1), (l2, a2, b2) = colors[color].T, places[place].T
    off_middle = np.square((l1 + l2) / 2 - 50)
    lightness = (l1 - l2) / (1 + 0.015 * off_middle / np.sqrt(20 + off_middle))
    chroma = (np.sqrt(a1 * a1 + b1 * b1) + np.sqrt(a2 * a2 + b2 * b2)) * 0.75
    cube = chroma * chroma * chroma
    seventh = cube * cube * chroma
    rotated = 1 - SIN_60 * np.sqrt(seventh / (seventh + 25.0**7))
    colorful = (np.square(a1 - a2) + np.square(b1 - b2)) / np.square(1 + 0.045 * chroma)
    near[color, place] = np.sqrt(np.square(lightness) + rotated * colorful) <= limits[color]
