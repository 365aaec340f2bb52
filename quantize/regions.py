"""Small regions of a colour of their own, which a palette can lose: a red buoy in a blue sea.

k-means weighs errors by pixels, so a region of a thousandth of the picture may well end up in the
colour of something else. What is looked for is coherent: many pixels close together that went to
the same entry and far from their own colour, and that one colour would serve much better.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize import colorspace, kernels, measure, metrics, opponent, remap
from quantize.kmeans import Points
from quantize.model import Bytes, Histogram
from quantize.pixels import Pixels

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
"""Entries whose lost pixels are looked at, those of the largest errors."""

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
"""Colours of a palette for each region that gets one of them: of fewer than 8 none is given up."""

TRIED: Final = 2
"""Regions for which room is sought before it is given up."""

COST: Final = 0.001
"""What the squared error may rise by for each unit of a region's CIEDE2000, as a part of it."""

PATTERN: Final = 256
"""About so many pixels stand for a region."""


def view(pixels: Pixels) -> Bytes:
    """(h, w, c) pixels at regular places of a picture, as many as regions are looked for in."""
    step = max(int(np.ceil(np.sqrt(pixels.shape[0] * pixels.shape[1] / VIEW))), 1)
    if isinstance(pixels, np.ndarray):
        return pixels[::step, ::step]
    rows = [pixels[at : at + 1][:, ::step] for at in range(0, pixels.shape[0], step)]
    return np.concatenate(rows)


class Mapped(NamedTuple):
    """What became of the colours of a picture.

    Attributes:
        colors: the n colours, of the picture or of more.
        palette: (k, c) uint8.
        entries: (n,) uint8, the palette index of each.
        errors: (n,) their squared errors in the space.
        space: a key of `colorspace.SPACES`.
    """

    colors: Histogram
    palette: Bytes
    entries: Bytes
    errors: Points
    space: str


def lost(seen: Bytes, mapped: Mapped) -> list[Region]:
    """The regions that lost their colour, the worst first.

    Args:
        seen: (h, w, c) uint8, what `view` gave of the picture.
        mapped: its colours and the palette.
    """
    colors, palette, entries, errors, space = mapped
    mean = float((colors.counts * errors).sum()) / colors.pixels
    far = np.flatnonzero(errors > max(FLOOR**2, RATIO**2 * mean))
    counts = colors.counts[far].astype(np.float64)
    k = len(palette)
    points = colorspace.encode(colors.colors[far], space)
    mass, sums = np.empty(k), np.empty((k, points.shape[1]))
    kernels.cluster_sums(points, counts, entries[far].astype(np.int32), mass, sums)
    groups = np.flatnonzero(mass >= SHARE * colors.pixels)
    if len(groups):  # of what went to the same entry from all sides, the mean is the entry
        means = colorspace.decode(sums[groups] / mass[groups, None], space)
        groups = groups[_differences(means, palette[groups]) >= FAR]
    if not len(groups):
        return []
    cost = np.bincount(entries[far], counts * errors[far], minlength=k)[groups]
    groups = groups[np.argsort(-cost, kind="stable")[:GROUPS]]
    tags = np.zeros(k, np.uint8)
    tags[groups] = np.arange(1, len(groups) + 1)
    tagged = _tagged(seen, colors, far, tags[entries[far]])
    places = np.flatnonzero(tagged)
    tag_of = tagged.ravel()[places]
    blocks, block_of, least = _blocks(places, seen.shape)
    found = []
    for tag, entry in enumerate(groups.tolist(), 1):
        own = np.flatnonzero(tag_of == tag)
        filled = np.bincount(block_of[own], minlength=blocks[0] * blocks[1]).reshape(blocks)
        inside = _coherent(filled, least)
        if filled[inside].sum() < SHARE * tagged.size:
            continue
        own = own[inside.ravel()[block_of[own]]]
        pattern = seen.reshape(-1, seen.shape[2])[places[own[:: max(len(own) // PATTERN, 1)]]]
        error = float(_differences(pattern, palette[entry : entry + 1]).mean())
        middle = colorspace.encode(pattern, space).astype(np.float64).mean(axis=0)
        better = float(_differences(pattern, colorspace.decode(middle[None], space)).mean())
        if error >= FAR and better <= GAIN * error:
            found.append(Region(middle, error))
    return sorted(found, key=lambda region: -region.error)


def _tagged(
    seen: Bytes, colors: Histogram, far: NDArray[np.intp], tags: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """(h, w) uint8, the tag of each pixel: that of its colour, or of one in the same 5-bit cell.

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
        return remap.index_pixels(seen, colors, tag_of_color)
    keys = np.empty(np.count_nonzero(tags), np.uint32)
    kernels.pack(colors.colors[far[tags > 0]], keys)
    lines = np.zeros(1 << 15, np.int32)
    lines[keys >> np.uint32(9)] = tags[tags > 0]
    table = np.repeat(np.arange(GROUPS + 1, dtype=np.uint8)[:, None], 512, axis=1)
    tagged = np.empty(seen.shape[:2], np.uint8)
    kernels.look_up(seen.reshape(-1, 3), lines, table, tagged.reshape(-1))
    return tagged


def _blocks(
    places: NDArray[np.intp], shape: tuple[int, ...]
) -> tuple[tuple[int, int], NDArray[np.intp], int]:
    """The rows and columns of blocks, the block of each place, and the side of a block."""
    height, width = shape[:2]
    side = max(round(np.sqrt(height * width) / ACROSS), LEAST_SIDE)
    rows, columns = np.divmod(places, width)
    across = -(-width // side)
    return (-(-height // side), across), rows // side * across + columns // side, side // 4


def _differences(colors: Bytes, others: Bytes) -> NDArray[np.float64]:
    """(n,) CIEDE2000, of (n, c) and (n or 1, c) uint8; what is translucent is over black."""
    wanted, got = (opponent.lab(measure.premultiplied(some)) for some in (colors, others))
    return metrics.ciede2000(wanted, got)


def _coherent(filled: NDArray[np.intp], least: int) -> Mask:
    """Blocks that hang together, corners included: the heaviest of some such sets.

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
    """Grow to all that hangs together with it; both (rows, columns)."""
    size = 0
    while (now := int(np.count_nonzero(reached))) != size:
        size = now
        reached[1:] |= reached[:-1]
        reached[:-1] |= reached[1:]
        reached[:, 1:] |= reached[:, :-1]
        reached[:, :-1] |= reached[:, 1:]
        reached &= lit
