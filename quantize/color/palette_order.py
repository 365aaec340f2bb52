"""The order of a palette's entries: which row comes first. It changes no pixel of a picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize.color.conversions import oklch
from quantize.model.pixels import Bytes, Counts, Floats

Rows = NDArray[np.intp]
Order = Callable[[Bytes, Counts, Bytes], Rows]
"""Colours (k, 3 or 4), how many pixels have each (k,), and colours in the order in which k-means
gave them (m, 3 or 4), not all of which need be in the palette → the (k,) rows in order."""

NEUTRAL: Final = 0.025
"""Colours of less chroma in Oklab are greys to the eye; saturated ones have 0.1 to 0.3."""

FIRST_HUE: Final = (-60.0, 20.0)
"""Degrees of Oklab, from violet to red: here the circle of hues is cut, in the widest gap. Reds
come first as in a rainbow, and a palette of pinks and reds is not torn."""

FAMILY: Final = 11.0
"""Degrees: how much hues may vary (standard deviation) before a family of them is split in two.
Chosen by eye on the sample pictures; smaller ones make many short ramps."""


def dark_to_light(colors: Bytes) -> Rows:
    """Row numbers that put translucent colours first, then dark before light.

    Translucent ones lead since a PNG stores alpha only up to the last entry that has any. Lightness
    is Rec. 601 luma in whole numbers; equal ones go by red, green, blue.

    Args:
        colors: (k, 3 or 4) uint8.
    """
    red, green, blue = colors[:, :3].astype(np.int64).T
    luma = 299 * red + 587 * green + 114 * blue
    return np.lexsort((blue, green, red, luma, _alpha(colors)))


def by_luminance(colors: Bytes, _counts: Counts, _found: Bytes) -> Rows:
    """Dark to light."""
    return dark_to_light(colors)


def smallest_file_order(colors: Bytes, counts: Counts, found: Bytes) -> Rows:
    """What writes smallest: a chain of neighbours for at most 4 bits a pixel, else dark to light.

    Unfiltered rows are the same to a compressor in any order. The difference to the row above,
    which `png` tries, is smaller if neighbours in the picture are neighbours in the palette. At 8
    bits a pixel that never wins.
    """
    rows = by_luminance(colors, counts, found)
    if len(colors) > FEW:
        return rows
    invisible = int(np.count_nonzero(_alpha(colors) < 255))
    parts = rows[:invisible], rows[invisible:]
    return np.concatenate([part[_chain(colors[part])] for part in parts])


FEW: Final = 16
"""Colours that 4 bits a pixel can name."""


def _chain(colors: Bytes) -> Rows:
    """The shortest walk through n colours that goes on to the nearest one left, of n starts.

    Lengths are Euclidean, in 8-bit sRGB with alpha; it begins at the end that comes first in
    `colors`.
    """
    if len(colors) < 3:
        return np.arange(len(colors))
    points = colors.astype(np.float64)
    distances = np.sqrt(np.square(points[:, None] - points).sum(axis=2))
    starts = np.arange(len(colors))
    walks, lengths, free = [starts], np.zeros(len(colors)), ~np.eye(len(colors), dtype=bool)
    for _ in range(len(colors) - 1):
        steps = np.where(free, distances[walks[-1]], np.inf)
        nearest = steps.argmin(axis=1)
        lengths += steps[starts, nearest]
        free[starts, nearest] = False
        walks.append(nearest)
    walk = np.stack(walks)[:, lengths.argmin()]
    return walk if walk[0] < walk[-1] else walk[::-1]


def by_count(colors: Bytes, counts: Counts, _found: Bytes) -> Rows:
    """The most frequent first; equally frequent ones dark to light."""
    rows = dark_to_light(colors)
    return rows[np.argsort(-counts[rows], kind="stable")]


def as_found(colors: Bytes, _counts: Counts, found: Bytes) -> Rows:
    """As k-means gave them; what joined the palette afterwards comes last, dark to light."""
    rows = dark_to_light(colors)
    same = (colors[rows][:, None] == found[None]).all(axis=2)
    place = np.where(same.any(axis=1), same.argmax(axis=1), len(found))
    return rows[np.argsort(place, kind="stable")]


def by_hue(colors: Bytes, _counts: Counts, _found: Bytes) -> Rows:
    """What is not seen, the neutrals, then hues from red to violet in families, each dark to light.

    A plain sort by hue looks scattered, since neighbours in hue jump in lightness. So neighbouring
    hues are gathered in families, cut where that leaves the hues within each closest together, and
    inside a family lightness alone decides.
    """
    rows = dark_to_light(colors)
    lightness, chroma, hue = oklch(colors[rows])
    family = np.full(len(rows), -1)
    colorful = np.flatnonzero(chroma >= NEUTRAL)
    if len(colorful):
        family[colorful] = _families(hue[colorful], chroma[colorful])
    family[_alpha(colors[rows]) == 0] = -2
    return rows[np.lexsort((lightness, family))]


def _families(hue: Floats, weight: Floats) -> NDArray[np.intp]:
    """The family of each hue, numbered along the circle from where it is cut.

    The best partition of the sorted hues into runs: the sum over runs of the weighted squared
    deviation from their mean, plus a price for each run, is least (dynamic programming).

    Args:
        hue: (n,) degrees.
        weight: (n,) how much each counts: its chroma, since the hue of a pale colour says little.
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
    """Where the circle of hues begins: the middle of the widest gap within `FIRST_HUE`."""
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
