"""Orders of the palette; they change no pixel of a picture. See `table.SORTS`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize.color.conversions import oklch
from quantize.model.pixels import Bytes, Counts, Floats

Rows = NDArray[np.intp]
Order = Callable[[Bytes, Counts, Bytes], Rows]
"""Takes colours (k, 3 or 4), the number of pixels of each (k,), and the decoded centroids in the
order of the clusters (m, 3 or 4), some of which may not be in the palette; returns (k,) rows."""

NEUTRAL: Final = 0.025
"""Colours of less chroma in Oklab are seen as greys; saturated ones have 0.1 to 0.3."""

FIRST_HUE: Final = (-60.0, 20.0)
"""Degrees of Oklab, from violet to red: the circle of hues is cut in the widest gap between. So
reds come first as in a rainbow, and a palette of pinks and reds stays together."""

FAMILY: Final = 11.0
"""Degrees of standard deviation above which a family of hues is split in two. Chosen by eye on the
sample pictures; smaller values make many short ramps."""


def dark_to_light(colors: Bytes) -> Rows:
    """Return row numbers that put translucent colours first, then dark before light.

    Translucent colours are first since a PNG stores alpha up to the last entry that has alpha.
    Lightness is Rec. 601 luma in whole numbers; equal lightness is ordered by red, green, blue.

    Args:
        colors: (k, 3 or 4) uint8.
    """
    red, green, blue = colors[:, :3].astype(np.int64).T
    luma = 299 * red + 587 * green + 114 * blue
    return np.lexsort((blue, green, red, luma, _alpha(colors)))


def by_luminance(colors: Bytes, _counts: Counts, _found: Bytes) -> Rows:
    """Return the rows from dark to light."""
    return dark_to_light(colors)


def by_count(colors: Bytes, counts: Counts, _found: Bytes) -> Rows:
    """Return the rows with the most frequent colour first; equal counts from dark to light."""
    rows = dark_to_light(colors)
    return rows[np.argsort(-counts[rows], kind="stable")]


def as_found(colors: Bytes, _counts: Counts, found: Bytes) -> Rows:
    """Return the rows in the order of the centroids; other colours are last, dark to light."""
    rows = dark_to_light(colors)
    same = (colors[rows][:, None] == found[None]).all(axis=2)
    place = np.where(same.any(axis=1), same.argmax(axis=1), len(found))
    return rows[np.argsort(place, kind="stable")]


def by_hue(colors: Bytes, _counts: Counts, _found: Bytes) -> Rows:
    """Return transparent colours, greys, then families of hues from red to violet.

    A plain sort by hue looks scattered, since neighbours in hue differ in lightness. So
    neighbouring hues form families, of least variance within, and inside a family the order is dark
    to light.
    """
    rows = dark_to_light(colors)
    lightness, chroma, hue = oklch(colors[rows])
    family = np.full(len(rows), -1)
    colorful = np.flatnonzero(chroma >= NEUTRAL)
    if len(colorful):
        family[colorful] = _families(hue[colorful], chroma[colorful])
    family[_alpha(colors[rows]) == 0] = -2
    return rows[np.lexsort((lightness, family))]


def in_columns(colors: Bytes, columns: int) -> Rows:
    """Return rows that fill a grid, row by row, in which hues go across and lightness goes down.

    Greys come first, then hues from red to violet. So many of them as a column has places make a
    column, and in it they go from light to dark. What nobody sees stands at the end.

    Args:
        colors: (k, 3 or 4) uint8.
        columns: of the grid; its last row may be short.
    """
    rows = by_hue(colors, np.zeros(len(colors), np.int64), colors)
    lightness, chroma, hue = oklch(colors[rows])
    group = np.where(chroma < NEUTRAL, -1.0, (hue - _cut(hue[chroma >= NEUTRAL])) % 360)
    group[_alpha(colors[rows]) == 0] = 720
    rows = rows[np.lexsort((-lightness, group))]
    height = -(-len(rows) // columns)
    short = columns * height - len(rows)
    heights = [height - (column >= columns - short) for column in range(columns)]
    grid = np.full((height, columns), -1)
    for column, end in enumerate(np.cumsum(heights).tolist()):
        part = rows[end - heights[column] : end]
        light, _, _ = oklch(colors[part])
        seen = _alpha(colors[part]) > 0
        grid[: len(part), column] = part[np.lexsort((-light, ~seen))]
    return grid[grid >= 0]


def _families(hue: Floats, weight: Floats) -> NDArray[np.intp]:
    """Return the family of each hue, numbered along the circle from the cut.

    The partition of the sorted hues into runs is the one of least cost: the sum over runs of the
    weighted squared deviation from their mean, plus a price for each run (dynamic programming).

    Args:
        hue: (n,) degrees.
        weight: (n,) how much each counts: its chroma, as the hue of a pale colour matters little.
    """
    along = (hue - _cut(hue)) % 360
    order = np.argsort(along, kind="stable")
    x, w = along[order], weight[order]
    sums = [np.concatenate([[0.0], np.cumsum(w * x**power)]) for power in range(3)]
    price = FAMILY**2 * float(w.mean()) * 2
    best, start = np.zeros(len(x) + 1), np.zeros(len(x) + 1, np.intp)
    for end in range(1, len(x) + 1):
        mass, first, second = (total[end] - total[:end] for total in sums)
        cost = best[:end] + second - first * first / mass + price
        start[end] = cost.argmin()
        best[end] = cost[start[end]]
    found = np.zeros(len(x), np.intp)
    end = len(x)
    while end:
        found[order[start[end] : end]] = start[end]  # where a run starts numbers it
        end = int(start[end])
    return found


def _cut(hue: Floats) -> float:
    """Return where the circle of hues is cut: the middle of the widest gap within `FIRST_HUE`."""
    low, high = FIRST_HUE
    from_low = np.sort((hue - low) % 360)
    inside = from_low[from_low < high - low]
    edges = np.concatenate([[0.0], inside, [high - low]])
    gap = int(np.diff(edges).argmax())
    return low + float(edges[gap] + edges[gap + 1]) / 2


def _alpha(colors: Bytes) -> Bytes:
    if colors.shape[1] == 4:
        return colors[:, 3]
    return np.full(len(colors), 255, np.uint8)
