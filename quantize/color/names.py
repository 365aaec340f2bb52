"""Names of colours for people: each colour is called after the nearest named colour."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize.color.conversions import lab
from quantize.color.difference import blue_ratio, ciede2000
from quantize.color.named_colors import NAMED
from quantize.model.palette import Palette
from quantize.model.pixels import Bytes, Floats

TRANSPARENT: Final = "transparent"

MOST_S_L: Final = 1.7472
"""The largest S_L, the divisor of differences in lightness in CIEDE2000: that of black or white."""
ROUNDED: Final = 1e-3
"""An upper bound of the rounding error of a lightness of 0 to 100 in float32."""
PART: Final = 1024
"""So many colours are named at once: some megabytes of differences."""
SIN_60: Final = 0.8660255
"""The sine of 60 degrees, rounded up."""
SLACK: Final = 1e-6
"""Added to limits, since they are rounded as well."""


def name_colors(colors: Bytes) -> tuple[str, ...]:
    """Return a name for each colour of a palette; no name comes twice.

    A colour gets the name of the nearest named colour by CIEDE2000; of equally near ones the first
    in the table. Where a name is taken, "steel blue 2" and "steel blue 3" follow, in palette order.
    A fully transparent colour is "transparent"; otherwise alpha does not matter.

    Args:
        colors: (k, 3 or 4) uint8.
    """
    names, places = named_colors()
    parts = [colors[at : at + PART, :3] for at in range(0, len(colors), PART)]
    nearest = np.concatenate([nearest_places(lab(part), places) for part in parts])
    unseen = (colors[:, 3:] == 0).any(axis=1)
    used: Counter[str] = Counter()
    result = []
    for index, is_unseen in zip(nearest.tolist(), unseen.tolist(), strict=True):
        name = TRANSPARENT if is_unseen else names[index]
        used[name] += 1
        result.append(name if used[name] == 1 else f"{name} {used[name]}")
    return tuple(result)


def nearest_places(colors: Floats, places: Floats) -> NDArray[np.intp]:
    """Return the place that is nearest to each colour by CIEDE2000, the first of equals.

    The result is exact, though CIEDE2000 is not computed for most pairs: the place that is nearest
    in plain CIELAB gives a limit, and only pairs that can be below it are computed, see `_floors`.

    Args:
        colors: (k, 3) CIELAB.
        places: (n, 3) CIELAB.

    Returns:
        (k,) row numbers of `places`.
    """
    rows, columns = colors.astype(np.float32), places.astype(np.float32)
    lightness = np.subtract.outer(rows[:, 0], columns[:, 0])
    np.square(lightness, out=lightness)
    squared, difference = lightness.copy(), np.empty_like(lightness)
    for axis in (1, 2):
        np.subtract.outer(rows[:, axis], columns[:, axis], out=difference)
        squared += np.square(difference, out=difference)
    guess = squared.argmin(axis=1)
    limits = ciede2000(colors, places[guess]) + SLACK
    widest = np.square(MOST_S_L * limits + ROUNDED).astype(np.float32)
    color, place = np.divmod(np.flatnonzero(lightness <= widest[:, None]), len(places))
    floors = _floors(colors[color], places[place])
    # the pair of the lowest floor gives each colour a better limit
    starts = np.searchsorted(color, np.arange(len(colors)))
    lowest = np.flatnonzero(floors == np.minimum.reduceat(floors, starts)[color])
    better = ciede2000(colors[color[lowest]], places[place[lowest]]) + SLACK
    np.minimum.at(limits, color[lowest], better)
    near = floors <= limits[color]
    color, place = color[near], place[near]
    distances = ciede2000(colors[color], places[place])
    order = np.lexsort((place, distances, color))
    first = np.searchsorted(color[order], np.arange(len(colors)))
    return place[order[first]]


def _floors(colors: Floats, places: Floats) -> Floats:
    """Return a lower bound of CIEDE2000 for each of n pairs, which is cheap to compute.

    The terms x and y of chroma and hue make x² + y² + R_T x y, at least (1 - |R_T|/2) (x² + y²).
    |R_T|/2 is at most sin 60° times a ratio that grows with C', the mean chroma. S_C and S_H, which
    divide x and y, are at most 1 + 0.045 C', and undivided x² + y² is the squared difference of a'
    and b. C' is at most one and a half times C, as a' is of a, which it never is nearer to 0 than.

    Args:
        colors: (n, 3) CIELAB.
        places: (n, 3) CIELAB.
    """
    (l1, a1, b1), (l2, a2, b2) = colors.T, places.T
    off_middle = np.square((l1 + l2) / 2 - 50)
    lightness = (l1 - l2) / (1 + 0.015 * off_middle / np.sqrt(20 + off_middle))
    chroma = (np.sqrt(a1 * a1 + b1 * b1) + np.sqrt(a2 * a2 + b2 * b2)) * 0.75
    colorful = (np.square(a1 - a2) + np.square(b1 - b2)) / np.square(1 + 0.045 * chroma)
    rotated = 1 - SIN_60 * blue_ratio(chroma)
    floors: Floats = np.sqrt(np.square(lightness) + rotated * colorful)
    return floors


@cache
def named_colors() -> tuple[tuple[str, ...], Floats]:
    """Return the names of the table, and their places in CIELAB: (names, 3) float64, read-only."""
    entries = re.findall(r"([a-z][a-z' ]*) #(\S{6})", NAMED)
    digits = bytes.fromhex("".join(color for _, color in entries))
    places = lab(np.frombuffer(digits, np.uint8).reshape(-1, 3))
    places.flags.writeable = False  # every caller gets this one array
    return tuple(name for name, _ in entries), places


def named(palette: Palette) -> Palette:
    """Return the palette with a name for each colour; colours without a name get one."""
    own = palette.names or ("",) * len(palette)
    if all(own):
        return palette
    found = name_colors(palette.colors)
    names = tuple(name or other for name, other in zip(own, found, strict=True))
    return palette.replaced(names=names)
