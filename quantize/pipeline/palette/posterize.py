"""Entries of fewer bits a channel, as consoles show them, chosen together.

Each entry rounded by itself is the start: two may become one, and the nearest colour of the grid is
not the best one beside the others. So colours of the grid about the entries are exchanged for one
another as long as that lowers the error, as medoids are.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize.color import grid, palette_order, spaces
from quantize.kmeans.medoids import Places
from quantize.model.pixels import Bytes
from quantize.pipeline import histogram
from quantize.pipeline.palette.alpha_clusters import groups_of
from quantize.pipeline.palette.centroids import cells_of
from quantize.pipeline.palette.problem import PaletteCandidate, PaletteProblem
from quantize.pipeline.palette.rounding import Mapper
from quantize.pipeline.quality import Errors

CELLS: Final = 8_000
"""Points that exchanges are tried on, about: a third of those of k-means are enough for steps of
the grid."""

WHOLE: Final = 3
"""Of up to so many bits all 512 colours of the grid are looked at."""

SQUARED: Final = (1.0, 4.0)
"""What the squared error in sRGB counts beside that in the space of clustering: the first of these
with which neither is larger than after rounding."""

LOST: Final = 256
"""Of the costliest colours so many may have entries of their own."""


def posterized(
    problem: PaletteProblem, candidate: PaletteCandidate, bits: int, nearest: Mapper
) -> PaletteCandidate:
    """Return a palette on the grid of so many bits a channel; no worse than one that is rounded.

    That is so in the space of clustering and by the squared error in sRGB. There are as many
    entries as before, if so many colours of the grid are some pixel's nearest.

    Args:
        problem: the colours; its fixed ones are on the grid.
        candidate: a palette of 8 bits.
        bits: 1 to 7.
        nearest: maps the colours of the problem to a palette.
    """
    plain = _distinct(np.concatenate([problem.fixed, grid.nearest(candidate.palette, bits)]))
    rounded = _Tried.of(problem, plain, nearest)
    costliest = np.argsort(-(problem.histogram.importance * rounded.distances), kind="stable")
    own = problem.displayable[costliest[:LOST]]
    offered = [plain, grid.around(candidate.palette, bits), grid.nearest(own, bits)]
    if bits <= WHOLE:
        whole = grid.every(bits)
        opaque = np.full((len(whole), plain.shape[1] - 3), 255, np.uint8)
        offered.append(np.concatenate([whole, opaque], axis=1))
    colors = _distinct(np.concatenate(offered))
    start = _start(problem, candidate, plain, bits)
    best, k = rounded, len(candidate.palette)
    for share in (0.0,) if problem.space.stored else SQUARED:
        places = _places(problem, colors, rounded, share)
        rows = places.improved(k, start.rows, staying=start.staying)
        tried = _Tried.of(problem, colors[rows], nearest)
        if tried.inertia <= rounded.inertia and tried.squared <= rounded.squared:
            best = tried
            break
    found = candidate._replace(palette=best.palette, indices=best.indices, errors=best.distances)
    return _in_use(problem, found)


class _Tried(NamedTuple):
    """A palette that is tried.

    Attributes:
        palette: (k, c) uint8.
        indices: the entry of each colour.
        distances: the squared distance of each colour to it.
        inertia: the sum of these, by importance.
        squared: the sum of squared errors in sRGB, by pixels.
    """

    palette: Bytes
    indices: Bytes
    distances: Errors
    inertia: float
    squared: float

    @classmethod
    def of(cls, problem: PaletteProblem, palette: Bytes, nearest: Mapper) -> _Tried:
        """Return what mapping to a palette gives."""
        indices, distances = nearest(palette)
        colors, counts = problem.histogram, problem.histogram.counts
        inertia = float((colors.importance * distances).sum())
        got = spaces.encode(palette, spaces.SRGB)[indices]
        errors = np.square(spaces.encode(problem.displayable, spaces.SRGB) - got).sum(axis=1)
        return cls(palette, indices, distances, inertia, float((counts * errors).sum()))


class _Start(NamedTuple):
    """Where exchanges start.

    Attributes:
        rows: of the rounded entries.
        staying: so many of them stay: the fixed ones, and those of small regions.
    """

    rows: NDArray[np.intp]
    staying: int


def _start(problem: PaletteProblem, candidate: PaletteCandidate, plain: Bytes, bits: int) -> _Start:
    """Return the start, with what stays first; see `posterized`."""
    fixed = len(problem.fixed)
    regions = candidate.clustering.centroids[fixed : fixed + candidate.regions]
    wanted = grid.nearest(spaces.decode(regions, problem.space), bits)
    stays = (plain[:, None] == wanted).all(axis=2).any(axis=1)
    stays[:fixed] = True
    return _Start(np.argsort(~stays, kind="stable"), int(stays.sum()))


def _places(problem: PaletteProblem, colors: Bytes, rounded: _Tried, share: float) -> Places:
    """Return the points and the colours that are offered, in coordinates of both errors.

    Args:
        problem: the colours.
        colors: those that are offered.
        rounded: of its errors, the squared one in sRGB counts as much as ...
        share: ... so many times the other.
    """
    displayed, own = problem.displayed, spaces.encode(problem.displayed.colors, spaces.SRGB)
    bits = histogram.cell_bits(displayed, CELLS)
    points, weights = cells_of(displayed, problem.points, bits)
    groups = groups_of(points, colors, problem.space)
    places = spaces.encode(colors, problem.space).astype(np.float64)
    if share and rounded.squared > 0 and rounded.inertia > 0:
        scale = (rounded.inertia / weights.sum()) / (rounded.squared / displayed.pixels)
        factor = np.sqrt(share * scale)
        more, _ = cells_of(displayed, own, bits)
        points = np.concatenate([points, factor * more], axis=1)
        places = np.concatenate([places, factor * spaces.encode(colors, spaces.SRGB)], axis=1)
    return Places(points, weights, places, groups=groups)


def _in_use(problem: PaletteProblem, candidate: PaletteCandidate) -> PaletteCandidate:
    """Return the candidate from dark to light, without entries of no pixel that are not fixed."""
    palette = candidate.palette
    stays = np.bincount(candidate.indices, minlength=len(palette)) > 0
    stays |= (palette[:, None] == problem.fixed).all(axis=2).any(axis=1)
    rows = np.flatnonzero(stays)
    rows = rows[palette_order.dark_to_light(palette[rows])]
    new_index = np.zeros(len(palette), np.uint8)
    new_index[rows] = np.arange(len(rows))
    return candidate._replace(palette=palette[rows], indices=new_index[candidate.indices])


def _distinct(colors: Bytes) -> Bytes:
    """Return each colour once, in the order in which they come first."""
    rows = b"".join(dict.fromkeys(map(bytes, colors)))
    return np.frombuffer(rows, np.uint8).reshape(-1, colors.shape[1])
