"""Names of colours for people: the nearest named colour, once each in a palette."""

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
"""CIEDE2000 divides the difference in lightness by S_L: the most for black and for white."""
ROUNDED: Final = 1e-3
"""Of a lightness of 0 to 100 in float32, with room to spare."""
SIN_60: Final = 0.8660255
"""Rounded up."""
SLACK: Final = 1e-6
"""Bounds are computed in floats, too."""


def name_colors(colors: Bytes) -> tuple[str, ...]:
    """A name for each colour of a palette, no name twice.

    The nearest named colour by CIEDE2000, against all of them; of equally near ones the first in
    the table. Where a name is taken, "steel blue 2" and "steel blue 3" follow, in palette order.
    Alpha does not matter unless it is 0: that colour is "transparent".

    Args:
        colors: (k, 3 or 4) uint8.
    """
    names, places = named_colors()
    nearest = nearest_places(lab(colors[:, :3]), places)
    unseen = (colors[:, 3:] == 0).any(axis=1)
    used: Counter[str] = Counter()
    result = []
    for index, is_unseen in zip(nearest.tolist(), unseen.tolist(), strict=True):
        name = TRANSPARENT if is_unseen else names[index]
        used[name] += 1
        result.append(name if used[name] == 1 else f"{name} {used[name]}")
    return tuple(result)


def nearest_places(colors: Floats, places: Floats) -> NDArray[np.intp]:
    """The place that is nearest to each colour by CIEDE2000, the first of equals.

    Exactly, but most pairs are never looked at: the place that is nearest in plain CIELAB gives a
    limit, and only pairs that could be below it are computed. See `_floors`.

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
    """What CIEDE2000 of each of n pairs is at the least, from what is cheap to know of them.

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
    """The names of the table, and where they are in CIELAB: (names, 3) float64, read-only."""
    entries = re.findall(r"([a-z][a-z' ]*) #(\S{6})", NAMED)
    digits = bytes.fromhex("".join(color for _, color in entries))
    places = lab(np.frombuffer(digits, np.uint8).reshape(-1, 3))
    places.flags.writeable = False  # every caller gets this one array
    return tuple(name for name, _ in entries), places


def named(palette: Palette) -> Palette:
    """The palette with a name for each colour: its own, or else that of the nearest known one."""
    own = palette.names or ("",) * len(palette)
    found = name_colors(palette.colors)
    names = tuple(name or other for name, other in zip(own, found, strict=True))
    return Palette(palette.colors, palette.counts, names)
