"""A palette to be looked at: `palette_for="eye"`.

The k of an over-full palette are chosen that have the least mean CIEDE2000 to the pixels, as long
as no hue that has more than a trace of them is left out, and no two colours are alike.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize.checks import MAX_COLORS
from quantize.color import alpha, hue_families, spaces
from quantize.color.conversions import lab
from quantize.color.difference import ciede2000
from quantize.kmeans import selection
from quantize.model.pixels import Bytes, Floats
from quantize.pipeline import histogram
from quantize.pipeline.palette.problem import PaletteProblem

OVERFULL: Final = 96
"""Colours to choose from at least; and at least `TIMES` as many as are wanted."""

TIMES: Final = 2

CELLS: Final = 1500
"""Points, about, that stand for the pixels."""

HUE_CELLS: Final = 16_000
"""Points, about, in which hues are looked for."""

LEAST: Final = 0.004
"""Of the pixels: the least that a hue has."""

MOST: Final = 0.07
"""The most that a hue has for which there is a full reward: more are seen without one."""

LARGE: Final = 0.2
"""The reward of larger ones, as a part of it."""

REACHED: Final = (10.0, 13.0)
"""CIEDE2000 at which a colour stands for a hue, and at which it does not."""

REWARD: Final = 0.27
"""Of a hue, as a part of the mean CIEDE2000 that the palette has without rewards: this by √k, as
the fewer colours there are, the more it costs to give one to a hue."""

ALIKE: Final = 10.0
"""CIEDE2000 of colours that are alike, in palettes of up to 16 colours; of larger ones it is less,
as the mean distance of neighbours is."""

LOST: Final = 100.0
"""What an opaque pixel costs at an entry that is not: more than any difference."""


def size(wanted: int, problem: PaletteProblem) -> int:
    """Return how many colours an over-full palette has."""
    return min(max(OVERFULL, TIMES * wanted), MAX_COLORS, problem.size)


def choose(problem: PaletteProblem, overfull: Bytes, k: int) -> Bytes:
    """Return the palette: (at most k, c) uint8, fixed colours included, in the order of the choice.

    Args:
        problem: the colours.
        overfull: (m, c) uint8, colours to choose from, fixed ones included or not.
        k: how many colours are wanted, more than there are fixed ones.
    """
    fixed = problem.fixed
    colors, weights = _cells(problem, CELLS)
    hues = hue_families.families(*_opaque(*_cells(problem, HUE_CELLS)), LEAST)
    candidates = _distinct(np.concatenate([fixed, overfull, _nearest(problem, hues.places)]))
    differences = _differences(colors, candidates)
    costs = differences * (weights / weights.sum())[:, None]
    between = _differences(candidates, candidates)
    k = min(k, len(candidates))
    plain = selection.choose(costs, np.zeros_like(between), k, fixed=len(fixed))
    reward = REWARD / np.sqrt(k) * float(costs[:, plain].min(axis=1).sum())
    missed = _missed(hues, candidates) * reward
    limit = ALIKE * min(1.0, 4 / np.sqrt(k))
    near = np.clip(1 - between / limit, 0, 1) * reward
    np.fill_diagonal(near, 0)
    chosen = selection.choose(np.concatenate([costs, missed]), near, k, fixed=len(fixed))
    return candidates[chosen]


def _cells(problem: PaletteProblem, most: int) -> tuple[Bytes, Floats]:
    """Return colours that stand for those that are seen, (n, c) uint8, and their pixels, (n,)."""
    shown, points = problem.displayed, problem.points
    if shown.colors.shape[1] == 4:
        seen = shown.colors[:, 3] > 0
        shown, points = shown.chosen(seen), points[seen]
    found = []
    opaque = np.ones(len(shown), bool) if points.shape[1] == 3 else shown.colors[:, 3] == 255
    for rows in (opaque, ~opaque):
        if rows.any():
            part = shown.chosen(rows)
            bits = histogram.cell_bits(part, most, least_bits=4)
            means, weights = histogram.cells(
                part, points[rows], bits=bits, weights=part.counts.astype(np.float64)
            )
            found.append((spaces.decode(means, problem.space), weights))
    colors, weights = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return colors, weights


def _opaque(colors: Bytes, weights: Floats) -> tuple[Bytes, Floats]:
    """Return colours as they look on white, (n, 3), with their weights."""
    return alpha.over(colors, alpha.GROUNDS[-1]), weights


def _nearest(problem: PaletteProblem, places: Floats) -> Bytes:
    """Return the opaque colours of the picture that are nearest to some in CIELAB, (n, c) uint8."""
    colors = problem.displayed.colors
    if colors.shape[1] == 4:
        colors = colors[colors[:, 3] == 255]
    if not len(colors) or not len(places):
        return problem.displayed.colors[:0]
    own = lab(colors[:, :3])
    rows = [int(np.square(own - place).sum(axis=1).argmin()) for place in places]
    return colors[rows]


def _distinct(colors: Bytes) -> Bytes:
    """Return the different colours, in the order of their first places."""
    _, first = np.unique(colors, axis=0, return_index=True)
    return colors[np.sort(first)]


def _differences(colors: Bytes, others: Bytes) -> Floats:
    """Return CIEDE2000, (n, m); with alpha the mean of both grounds, and none may lose opacity."""
    found = [
        ciede2000(lab(own)[:, None], lab(other)[None])
        for own, other in alpha.on_grounds(colors, others)
    ]
    mean: Floats = sum(found[1:], found[0]) / len(found)
    if colors.shape[1] == 4:
        mean[np.ix_(colors[:, 3] == 255, others[:, 3] < 255)] = LOST
    return mean


def _missed(hues: hue_families.Families, candidates: Bytes) -> Floats:
    """Return how much each hue is missed with each candidate, (h, m), 0 to its weight."""
    seen = lab(alpha.over(candidates, alpha.GROUNDS[-1]))
    near, far = REACHED
    missed = np.clip((ciede2000(hues.places[:, None], seen[None]) - near) / (far - near), 0, 1)
    weights: NDArray[np.float64] = np.where(hues.shares > MOST, LARGE, 1.0) * hues.weights
    weighted: Floats = missed * weights[:, None]
    return weighted
