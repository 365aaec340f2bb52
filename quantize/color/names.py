"""Names of colours for people: each colour is called after the nearest named colour."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.color.conversions import lab
from quantize.color.difference import ciede2000
from quantize.color.named_colors import NAMED
from quantize.model.palette import Palette
from quantize.model.pixels import Bytes, Floats

TRANSPARENT: Final = "transparent"

PART: Final = 1024
"""So many colours are named at once: some megabytes of differences."""
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
    in plain CIELAB gives a limit, and only pairs that can be below it are computed.

    Args:
        colors: (k, 3) CIELAB.
        places: (n, 3) CIELAB.

    Returns:
        (k,) row numbers of `places`.
    """
    guess, squares = np.empty(len(colors), np.int32), np.empty(len(colors), np.float32)
    kernels.nearest(colors.astype(np.float32), places.astype(np.float32), guess, squares)
    near = np.empty((len(colors), len(places)), np.uint8)
    limits = np.asarray(ciede2000(colors, places[guess]) + SLACK, np.float64)
    kernels.within(colors, places, limits, near)
    color, place = np.divmod(np.flatnonzero(near), len(places))
    distances = ciede2000(colors[color], places[place])
    starts = np.searchsorted(color, np.arange(len(colors)))
    least = np.flatnonzero(distances == np.minimum.reduceat(distances, starts)[color])
    return place[least[np.searchsorted(color[least], np.arange(len(colors)))]]


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
