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
MOST_T: Final = 1.93
"""An upper bound of the formula's T, the sum of its factors."""
BLUE: Final = (0.08715574, -0.99619470)
"""The direction of 275 degrees."""
NEAR_BLUE: Final = 0.17364
FAR_FROM_BLUE: Final = 5e-5
"""Within 80 degrees of blue, by the cosine, chroma and hue interact; beyond, so little at most."""
TURNS: Final = (
    *(0.14722431864335458, 0.085),
    *(0.3182470065178475, 0.03344910824564911),
    *(0.09079809994790937, 0.17820130483767357),
)
"""The factors of T, 0.17, 0.32 and 0.20, times cosine and sine of 30, 6 and 63 degrees."""
ALIKE: Final = 1e-6
"""Below this length the sum of two directions has none."""
SLACK: Final = 2e-6
"""Added to limits, as bounds are rounded."""


def within(colors: Floats, places: Floats, limits: Floats, near: Bytes) -> None:
    """Find pairs of colours whose CIEDE2000 may be within a limit, by a lower bound of it.

    The bound is CIEDE2000 itself, but for the term R_T x y of chroma and hue, for which the least
    that it can be stands, and takes no functions of angles. Pairs that differ more in lightness
    alone are left out first.

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
    off = (l1 + l2) / 2 - 50
    off *= off
    lightness = (l1 - l2) / (1 + 0.015 * off / np.sqrt(20 + off))
    stretch = 1.5 - 0.5 * _ratio((np.sqrt(a1 * a1 + b1 * b1) + np.sqrt(a2 * a2 + b2 * b2)) / 2)
    a1, a2 = stretch * a1, stretch * a2
    c1, c2 = np.sqrt(a1 * a1 + b1 * b1), np.sqrt(a2 * a2 + b2 * b2)
    more, chroma, da, db = c2 - c1, (c1 + c2) / 2, a1 - a2, b1 - b2
    turned = da * da + db * db - more * more
    tint, blue = _of_hue(a1, b1, c1, a2, b2, c2)
    across, along = 1 + 0.015 * chroma * tint, more / (1 + 0.045 * chroma)
    turned = np.where(turned > 0, turned, 0.0) / (across * across)
    rotation = 2 * SIN_60 * blue * _ratio(chroma)
    total = lightness * lightness + along * along + turned
    total -= rotation * np.abs(along) * np.sqrt(turned)
    near[color, place] = np.sqrt(np.where(total > 0, total, 0.0)) <= limits[color] + SLACK


def _ratio(chroma: Floats) -> Floats:
    cube = chroma * chroma * chroma
    seventh = cube * cube * chroma
    ratio: Floats = np.sqrt(seventh / (seventh + 25.0**7))
    return ratio


def _of_hue(  # noqa: PLR0917 (two colours)
    a1: Floats, b1: Floats, c1: Floats, a2: Floats, b2: Floats, c2: Floats
) -> tuple[Floats, Floats]:
    """Return T, which the mean hue decides, and what it leaves at most of the term R_T."""
    tint, blue = np.full(len(c1), MOST_T), np.ones(len(c1))
    with np.errstate(divide="ignore", invalid="ignore"):
        x, y = a1 / c1 + a2 / c2, b1 / c1 + b2 / c2
        length = np.sqrt(x * x + y * y)
        x, y = x / length, y / length
    some = (c1 > 0) & (c2 > 0) & (length > ALIKE)
    x, y = x[some], y[some]
    x2, y2 = x * x - y * y, 2 * x * y
    x3, y3 = x2 * x - y2 * y, x2 * y + y2 * x
    x4, y4 = x2 * x2 - y2 * y2, 2 * x2 * y2
    found = 1 - (TURNS[0] * x + TURNS[1] * y)
    found = found + 0.24 * x2
    found = found + (TURNS[2] * x3 - TURNS[3] * y3)
    tint[some] = found - (TURNS[4] * x4 + TURNS[5] * y4)
    blue[some] = np.where(BLUE[0] * x + BLUE[1] * y > NEAR_BLUE, 1.0, FAR_FROM_BLUE)
    return tint, blue
