"""Small regions of a colour of their own, which a palette can lose: a red buoy in a blue sea.

k-means weighs errors by pixels, so a region of a thousandth of the picture may well end up in the
colour of something else. What is looked for is coherent: many pixels close together that went to
the same entry and far from their own colour, and that one colour would serve much better.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.color import alpha, conversions, difference, spaces
from quantize.model.frames import with_alpha
from quantize.model.pixels import Bytes, Pixels
from quantize.pipeline import color_table
from quantize.pipeline.histogram import Histogram
from quantize.pipeline.palette.problem import PaletteCandidate, PaletteProblem

SHARE: Final = 0.0005
"""Of all pixels: smaller regions are nobody's loss."""

FAR: Final = 12.0
"""Mean CIEDE2000 of a region that has lost its colour: another one to every eye."""

FLOOR: Final = 16.0
"""Pixels are looked at whose error in the space of clustering is at least this, ..."""

RATIO: Final = 2.5
"""... and so many times the root of the mean squared one: where all is coarse, nothing stands
out."""

GAIN: Final = 0.6
"""A colour of its own must leave a region at most this part of its CIEDE2000."""

VIEW: Final = 1 << 18
"""Regions are looked for in about so many pixels, at regular places."""

ACROSS: Final = 80
"""Blocks along the root of a picture's area, in which pixels are close together."""

LEAST_SIDE: Final = 4
"""Of a block, in pixels."""

GROUPS: Final = 6
"""Groups of lost pixels that are looked at, those of the largest errors."""

PARTS: Final = 4
"""Entries that a region may have gone to: of more, each has too few of its pixels to be noticed."""

STARTS: Final = 4
"""Sets of blocks that are looked at, from their fullest blocks."""

Mask = NDArray[np.bool_]


class Region(NamedTuple):
    """A region that lost its colour.

    Attributes:
        place: (d,) float64, its mean colour in the space of clustering.
        error: its mean CIEDE2000.
    """

    place: NDArray[np.float64]
    error: float


COLORS_EACH: Final = 8
"""Colours of a palette for each region that gets one of them."""

FEWEST: Final = 5
"""Colours of the smallest palette that gives one up, and of 5 to 7 only one."""

STRIKING: Final = 20.0
"""Mean CIEDE2000 of a region that gets one of fewer than `COLORS_EACH` colours: in photographs in
six colours all is far from its colour, and regions that do not stand out cost the rest 0.1 to 0.8
of its mean CIEDE2000."""

TRIED: Final = 2
"""Regions for which room is sought before it is given up."""

COST: Final = 0.001
COST_OF_ONE: Final = 0.08
"""What the squared error may rise by for each unit of a region's CIEDE2000, as a part of it: the
larger of `COST` and `COST_OF_ONE` / k. To do without one of k colours costs the rest 1 / k to 2 / k
of its error; red, yellow and lit regions (tests/helpers/scenes.py) need 0.02 to 0.075 of it. In 16
photographs in 8 to 64 colours SSIMULACRA 2 was the same in the mean with it."""

PATTERN: Final = 256
"""About so many pixels stand for a region."""


def most_regions(colors: int) -> int:
    """Return how many of so many colours can go to regions."""
    return max(colors // COLORS_EACH, int(colors >= FEWEST))


def is_worth(region: Region, colors: int, before: float, after: float) -> bool:
    """Return whether a region gets one of so many colours, by the inertia without and with it."""
    if colors < COLORS_EACH and region.error < STRIKING:
        return False
    return after <= before * (1 + max(COST, COST_OF_ONE / colors) * region.error)


def preview(pixels: Pixels, parts: int = 1) -> Bytes:
    """Return pixels at regular places of a picture: (h, w, c), about `VIEW` / `parts` of them."""
    view = VIEW // parts
    step = max(int(np.ceil(np.sqrt(pixels.shape[0] * pixels.shape[1] / view))), 1)
    if isinstance(pixels, np.ndarray):
        return pixels[::step, ::step]
    rows = [pixels[at : at + 1][:, ::step] for at in range(0, pixels.shape[0], step)]
    return np.concatenate(rows)


class _LostByEntry(NamedTuple):
    """The pixels that went far from their colour, by entry: (k,) and (k, d).

    Attributes:
        mass: how many.
        sums: of their points.
        cost: of their squared errors.
        palette: (k, c) uint8.
        space: of the points.
    """

    mass: NDArray[np.float64]
    sums: NDArray[np.float64]
    cost: NDArray[np.float64]
    palette: Bytes
    space: spaces.Space


def lost(problem: PaletteProblem, candidate: PaletteCandidate) -> list[Region]:
    """Return the regions that lost their colour, the worst first.

    Args:
        problem: the colours of a picture or of several, with previews. Of several, a region that
            is large enough in one of them counts.
        candidate: the palette, and the entry of each colour.
    """
    colors, space = problem.histogram, problem.space
    palette, indices, errors = candidate.palette, candidate.indices, candidate.errors
    mean = float((colors.counts * errors).sum()) / colors.pixels
    far = np.flatnonzero(errors > max(FLOOR**2, RATIO**2 * mean))
    counts = colors.counts[far].astype(np.float64)
    k = len(palette)
    if problem.rows is None:
        points = problem.points[far]
    else:
        points = spaces.encode(colors.colors[far], space)
    mass, sums = np.empty(k), np.empty((k, points.shape[1]))
    kernels.cluster_sums(points, counts, indices[far].astype(np.int32), mass, sums)
    cost = np.bincount(indices[far], counts * errors[far], minlength=k).astype(np.float64)
    least = SHARE * colors.pixels / len(problem.previews)
    groups = _groups(_LostByEntry(mass, sums, cost, palette, space), least)
    if not groups:
        return []
    tags = np.zeros(k, np.uint8)
    for tag, group in enumerate(groups, 1):
        tags[group] = tag
    found: list[Region] = []
    patterns = _patterns(problem, far, tags[indices[far]], len(groups))
    for group, pattern in zip(groups, patterns, strict=True):
        region = None if pattern is None else _region(pattern, palette[group], space)
        found += [region] if region else []
    return sorted(found, key=lambda region: -region.error)


def _patterns(
    problem: PaletteProblem, far: NDArray[np.intp], tags: NDArray[np.uint8], groups: int
) -> list[Bytes | None]:
    """Return pixels of the largest coherent region of each group, (n, c) uint8, or None.

    Args:
        problem: with at least one preview.
        far: (m,) rows of colours.
        tags: (m,) uint8, of these: the number of their group from 1 on, or 0.
        groups: how many there are.
    """
    largest, found = [SHARE] * groups, list[Bytes | None]([None] * groups)
    channels = problem.histogram.colors.shape[1]
    for preview in problem.previews:
        seen = np.asarray(with_alpha(preview, channels))
        tagged = _tagged(seen, problem.histogram, far, tags)
        places = np.flatnonzero(tagged)
        tag_of = tagged.ravel()[places]
        blocks = _blocks(places, seen.shape)
        for group in range(groups):
            inside = blocks.coherent(np.flatnonzero(tag_of == group + 1))
            share = len(inside) / tagged.size
            if share >= largest[group] and (found[group] is None or share > largest[group]):
                pattern = places[inside[:: max(len(inside) // PATTERN, 1)]]
                largest[group], found[group] = share, seen.reshape(-1, channels)[pattern]
    return found


def _region(pattern: Bytes, entries: Bytes, space: spaces.Space) -> Region | None:
    """Return the region of some pixels, (n, c) uint8, that have these entries, (m, c).

    None unless it is far from all of them, and one colour would do much better.
    """
    to_each = [_differences(pattern, entry[None]) for entry in entries]
    error = float(np.min(to_each, axis=0).mean())
    middle = spaces.encode(pattern, space).astype(np.float64).mean(axis=0)
    better = float(_differences(pattern, spaces.decode(middle[None], space)).mean())
    return Region(middle, error) if error >= FAR and better <= GAIN * error else None


def _groups(lost: _LostByEntry, least: float) -> list[list[int]]:
    """Return groups of entries whose lost pixels have one colour, the costliest first.

    A region whose colour is about as far from several entries may have gone to all of them.

    Args:
        lost: of each entry.
        least: pixels of a group that is looked at.
    """
    some = np.flatnonzero(lost.mass >= least / PARTS)
    if not len(some):
        return []
    means = spaces.decode(lost.sums[some] / lost.mass[some, None], lost.space)
    # of what went to the same entry from all sides, the mean is the entry
    apart = _differences(means, lost.palette[some]) >= FAR
    some, means = some[apart], means[apart]
    groups: list[list[int]] = []
    firsts: list[int] = []
    if len(some) > 1:  # all pairs at once, which take little longer than one
        firsts_of, seconds_of = np.divmod(np.arange(len(some) ** 2), len(some))
        between = _differences(means[firsts_of], means[seconds_of]).reshape(len(some), -1)
    for at in np.argsort(-lost.cost[some], kind="stable").tolist():
        near = [between[at, first] < FAR for first in firsts]
        if any(near):
            groups[near.index(True)].append(int(some[at]))
        else:
            groups.append([int(some[at])])
            firsts.append(at)
    groups = [group for group in groups if lost.mass[group].sum() >= least]
    return sorted(groups, key=lambda group: -float(lost.cost[group].sum()))[:GROUPS]


def _tagged(
    seen: Bytes, colors: Histogram, far: NDArray[np.intp], tags: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Return the tag of each pixel, (h, w) uint8: of its colour, or of one in its 5-bit cell.

    A table of whole cells is made in no time; one of all colours takes as long as all the rest, and
    is used for pictures with alpha alone.

    Args:
        seen: (h, w, c) uint8.
        colors: the n colours.
        far: (m,) rows of some.
        tags: (m,) uint8, of these; 0, as all others have, for none.
    """
    if seen.shape[2] == 4:
        tag_of_color = np.zeros(len(colors), np.uint8)
        tag_of_color[far] = tags
        return color_table.index_pixels(seen, colors, tag_of_color)
    keys = np.empty(np.count_nonzero(tags), np.uint32)
    kernels.pack(colors.colors[far[tags > 0]], keys)
    lines = np.zeros(1 << 15, np.int32)
    lines[keys >> np.uint32(9)] = tags[tags > 0]
    table = np.repeat(np.arange(GROUPS + 1, dtype=np.uint8)[:, None], 512, axis=1)
    tagged = np.empty(seen.shape[:2], np.uint8)
    kernels.look_up(seen.reshape(-1, 3), lines, table, tagged.reshape(-1))
    return tagged


class _Blocks(NamedTuple):
    """Squares of a picture, in which pixels count as close together.

    Attributes:
        shape: rows and columns of blocks.
        block_of: (n,) the block of each of some places.
        least: pixels that a block must have to count: as many as on a quarter of its side.
    """

    shape: tuple[int, int]
    block_of: NDArray[np.intp]
    least: int

    def coherent(self, some: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return those of some places that lie in connected blocks."""
        blocks = self.block_of[some]
        filled = np.bincount(blocks, minlength=self.shape[0] * self.shape[1]).reshape(self.shape)
        return some[_coherent(filled, self.least).ravel()[blocks]]


def _blocks(places: NDArray[np.intp], shape: tuple[int, ...]) -> _Blocks:
    """Return the blocks of (n,) places in a picture of (h, w, c)."""
    height, width = shape[:2]
    side = max(round(np.sqrt(height * width) / ACROSS), LEAST_SIDE)
    rows, columns = np.divmod(places, width)
    across = -(-width // side)
    of_each = rows // side * across + columns // side
    return _Blocks((-(-height // side), across), of_each, side // 4)


def _differences(colors: Bytes, others: Bytes) -> NDArray[np.float64]:
    """Return CIEDE2000, (n,), of (n, c) and (n or 1, c) uint8; the mean of that on each ground."""
    found: list[conversions.Reals] = []
    for wanted, got in alpha.on_grounds(colors, others):
        found.append(difference.ciede2000(conversions.lab(wanted), conversions.lab(got)))
    return (sum(found[1:], found[0]) / len(found)).astype(np.float64, copy=False)


def _coherent(filled: NDArray[np.intp], least: int) -> Mask:
    """Return the heaviest set of connected blocks, corners included.

    They have at least so many pixels of the region: a broken line through a block has, and few of
    many scattered pixels have.

    Args:
        filled: (rows, columns), pixels of the region in each block.
        least: as many pixels as a block has on a quarter of its side.
    """
    left, best, most = filled >= least, np.zeros(filled.shape, bool), 0
    for _ in range(STARTS):
        start = int(np.where(left, filled, 0).argmax())
        if not left.ravel()[start]:
            break
        reached = np.zeros_like(left)
        reached.ravel()[start] = True
        _spread(reached, left)
        left &= ~reached
        if (mass := int(filled[reached].sum())) > most:
            best, most = reached, mass
    return best


def _spread(reached: Mask, lit: Mask) -> None:
    """Grow a mask to all blocks that are connected with it; both (rows, columns)."""
    size = 0
    while (now := int(np.count_nonzero(reached))) != size:
        size = now
        reached[1:] |= reached[:-1]
        reached[:-1] |= reached[1:]
        reached[:, 1:] |= reached[:, :-1]
        reached[:, :-1] |= reached[:, 1:]
        reached &= lit
