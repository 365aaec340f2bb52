"""The order of a palette that writes smallest: entries that meet in the pictures come near.

Encoders that predict an index from those beside it store small differences then, which deflate
packs well. At 256 colours PNGs are some 12 % smaller than with entries from dark to light.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.color.palette_order import Rows
from quantize.model.palette import Palette
from quantize.model.pixels import Bytes

SAMPLE: Final = 1 << 19
"""About the most pixels that are looked at, in rows evenly over all frames: a millisecond."""

ROUNDS: Final = 2
"""Rounds of moves, 2 ms each with 256 colours. The second saves 0.4 % of the bytes, a third 0.1."""

TURNS: Final = 3
"""Times that a patient search goes on from the best order for the pairs below each other, then for
those beside each other. It saves 0.3 % in the mean, and 2 % of one picture in five."""

SMALL: Final = 1 << 17
"""Pixels up to which both orders are tried. A file of some kilobytes is mostly the codes of its
entries, which are shorter if those that are used alike are neighbours: up to 15 %."""

_UNIT: Final = 256
_COSTS: Final = np.rint(_UNIT * np.log2(1.0 + np.arange(257))).astype(np.int16)
"""What it costs that two entries that meet are so far apart: about the bits of the difference."""

_MOST: Final = (1 << 15) - 1 - 256
"""The links of an entry are scaled to this sum; each is rounded up, so that none is lost."""


def arranged(
    palette: Palette, frames: Sequence[Bytes], *, patient: bool = False
) -> tuple[Palette, list[Bytes]]:
    """Return a palette in the order that writes smallest, and the frames with its indices.

    Translucent entries come first, since a PNG stores alpha up to the last entry that has any. A
    small drawing, whose indices are stored as they are, keeps its order if that is better.

    Args:
        palette: k colours, translucent ones first.
        frames: (h, w) uint8 each, below k.
        patient: whether time is no matter.
    """
    first = int(np.count_nonzero(palette.colors[:, 3:] < 255))
    order = _order(*_pairs(frames, len(palette)), first, patient=patient)
    place = np.argsort(order).astype(np.uint8)
    found = [np.take(place, frame) for frame in frames]
    small = sum(frame.size for frame in frames) <= SMALL
    if small and _size(found, palette) > _size(frames, palette):
        return palette, [*frames]
    return palette.only(order), found


def _size(frames: Sequence[Bytes], palette: Palette) -> int:
    """Return about how many bytes a PNG of these indices takes."""
    from quantize.images import png  # for small pictures

    bits = png.bits_for(len(palette))
    return sum(png.quick_size(png.packed(frame, bits)) for frame in frames)


def _order(lefts: NDArray[np.int64], ups: NDArray[np.int64], first: int, *, patient: bool) -> Rows:
    """Return the rows in a good order, which begins at the darker end if all are opaque."""
    links = _links(lefts + ups)
    costs = _COSTS[: len(links) + 1]
    order = np.empty(len(links), np.int32)
    kernels.chain(links, order)
    order = np.concatenate([order[order < first], order[order >= first]])
    kernels.arrange(links, costs, order, first, len(links) if patient else ROUNDS)
    if patient:
        for _ in range(TURNS):
            for each in (_links(ups), _links(lefts), links):
                kernels.arrange(each, costs, order, first, len(links))
    turned = first == 0 and order[0] > order[-1]
    return (order[::-1] if turned else order).astype(np.intp)


def _pairs(frames: Sequence[Bytes], colors: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how often each entry has each other one on its left, and above it, (k, k)."""
    lefts, ups = np.zeros((2, colors, colors), np.int64)
    of_left, of_up = np.empty((2, colors, colors), np.int64)
    step = -(-sum(frame.size for frame in frames) // SAMPLE)
    for frame in frames:
        above = np.concatenate([frame[:1], frame[step - 1 : -1 : step]])
        kernels.count_pairs(frame[::step], above, of_left, of_up)
        lefts += of_left
        ups += of_up
    return lefts, ups


def _links(pairs: NDArray[np.int64]) -> NDArray[np.int16]:
    """Return what links each entry with each other, for the kernels."""
    links = pairs + pairs.T
    np.fill_diagonal(links, 0)
    most = max(int(links.sum(axis=1).max()), 1)
    if most > _MOST:
        links = -(-links * _MOST // most)
    return links.astype(np.int16)
