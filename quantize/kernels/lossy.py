"""The kernel that chooses indices which compress well, in NumPy: its specification.

Each pixel has a nominal entry. Another entry costs its error, and saves bits where it continues a
string that a compressor (deflate, LZW) has seen before. The cheapest way through a row is found by
dynamic programming (Viterbi 1967), as in the trellis quantization of video coders.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Reals = NDArray[np.float32]

LITERAL, RUN, KEEP, FIRST_COPY = 0, 1, 2, 4
"""States of a pixel: its nominal entry; the entry of the pixel on the left; that of the frame
before; and from the fourth on copies of the row above. The third is not used: C takes four at a
time."""

COPIES: Final = 8
REACH: Final = 4
"""A copy is of the row above, from one place on: from `REACH` columns to the left of a pixel to
three to the right of it. Twice as many save 0.4 % more bytes in twice the time, more rows 0.2 %."""

STATES: Final = FIRST_COPY + COPIES

KEPT: Final = np.float32(0.4)
RISEN: Final = np.float32(0.3)
SHARE: Final = np.float32(0.5)
"""The error of a pixel on the left and above that is added to its own, and the weight of that sum:
so errors make up for each other, and the mean colour of a place stays. Found by measurement, with
and without dithering (`benchmarks/lossy.py`)."""

FAR: Final = np.float32(1e6)
"""A coordinate of places that are not in the picture."""

NEVER: Final = np.float32(1e30)
"""Bits that are not spent."""


UNSEEN: Final = np.empty((0, 0, 0), np.float32)


class LossyRows(NamedTuple):
    """Some rows of a frame.

    Attributes:
        wanted: (h, w, d) float32, the points of the pixels, d = 3 or 5.
        nominal: (h, w) uint8, the entries that they would have.
        ranges: (h, w) uint8, how busy the picture is at each pixel.
        before: (h, w) uint8, the entries of the frame before, or those that stand for them; (0, 0)
            without one.
        seen: (h, w, d) float32, the points of the frame before; (0, 0, 0) without one.
    """

    wanted: Reals
    nominal: Bytes
    ranges: Bytes
    before: Bytes
    seen: Reals = UNSEEN


class LossyCosts(NamedTuple):
    """What entries cost.

    Attributes:
        entries: (k, d) float32, the points of the palette, within a tenth of `FAR`; entries that
            may not stand for each other are about as far apart.
        worth: (256,) float32, the bits that a squared distance of 1 costs, for each range.
        starts: (STATES,) float32, the bits to begin each state; `NEVER` at most.
    """

    entries: Reals
    worth: Reals
    starts: Reals


def trellis(rows: LossyRows, costs: LossyCosts, found: Bytes, kept: Bytes) -> None:
    """Choose the entries of some rows, from the first on.

    A row is a way through the states. To continue in a state is free; to begin one costs its bits,
    and a literal begins anew at each pixel. A pixel adds the squared distance of its entry less
    that of the nominal one, 0 at least, in bits. Ties go to the lowest state.

    Args:
        rows: in.
        costs: in.
        found: out, (h, w) uint8.
        kept: out, (h, w) uint8, 1 where a pixel is as in the frame before; (0, 0) without one.
    """
    height, width, axes = rows.wanted.shape
    above = np.zeros(width + COPIES, np.uint8)
    points = np.full((axes, width + COPIES), FAR)
    risen = np.zeros((axes, width), np.float32)
    for y in range(height):
        way, states = _Row(rows, costs, y).way(above, points, risen)
        found[y], chosen = way, costs.entries[way]
        if len(rows.before):
            kept[y] = states == KEEP
            chosen = np.where((states == KEEP)[:, None], rows.seen[y], chosen)
        _carry(costs.entries[rows.nominal[y]].T, chosen.T, risen)
        above[REACH : REACH + width] = way
        points[:, REACH : REACH + width] = costs.entries[way].T


def _carry(nominal: Reals, chosen: Reals, risen: Reals) -> None:
    """Put the errors of a row in the place of those above, (d, w) each."""
    left = np.zeros(len(risen), np.float32)
    for x in range(risen.shape[1]):
        left = (nominal[:, x] - chosen[:, x]) + (KEPT * left + RISEN * risen[:, x])
        risen[:, x] = left


class _Row:
    """One row; the attributes are those of `LossyRows` and `LossyCosts`."""

    def __init__(self, rows: LossyRows, costs: LossyCosts, y: int) -> None:
        self.wanted, self.nominal = rows.wanted[y], rows.nominal[y]
        self.kept = rows.before[y] if len(rows.before) else None
        self.seen = rows.seen[y] if len(rows.before) else rows.wanted[y]
        self.entries, self.starts = costs.entries, costs.starts
        self.worth = costs.worth[rows.ranges[y]]

    def way(self, above: Bytes, points: Reals, risen: Reals) -> tuple[Bytes, Bytes]:
        """Return the entries of the row, and the states that they are in.

        Args:
            above: (w + COPIES,) uint8, the entries of the row above, from the place `REACH` on.
            points: (d, w + COPIES), their points; `FAR` where there are none.
            risen: (d, w), the errors above.
        """
        width, axes = self.wanted.shape
        costs = np.full(STATES, NEVER, np.float32)
        errors, left = np.zeros((axes, STATES), np.float32), np.zeros(axes, np.float32)
        values, last = np.zeros((width, STATES), np.uint8), np.uint8(0)
        stays, best = np.zeros((width, STATES), bool), np.zeros(width, np.intp)
        for x in range(width):
            stay = costs <= self.starts
            values[x, LITERAL] = self.nominal[x]
            values[x, RUN] = values[x - 1, RUN] if stay[RUN] else last
            values[x, FIRST_COPY:] = above[x : x + COPIES]
            colors = np.full((axes, STATES), FAR)
            colors[:, LITERAL] = self.entries[self.nominal[x]]
            colors[:, FIRST_COPY:] = points[:, x : x + COPIES]
            if x:
                colors[:, RUN] = self.entries[values[x, RUN]]
            if self.kept is not None:
                values[x, KEEP] = self.kept[x]
                colors[:, KEEP] = self.seen[x]
            carried = np.where(stay, errors, left[:, None])
            carried = KEPT * carried + (RISEN * risen[:, x])[:, None]
            cost, errors = self._costs(x, colors, carried)
            totals = np.minimum(costs, self.starts) + cost
            at = int(totals.argmin())
            costs = totals - totals[at]
            costs[LITERAL] = NEVER
            stays[x], best[x] = stay, at
            left, last = errors[:, at], values[x, at]
        return _traced(values, stays, best)

    def _costs(self, x: int, colors: Reals, carried: Reals) -> tuple[Reals, Reals]:
        """Return the cost of each state at a pixel, (STATES,), and its error, (d, STATES)."""
        own = self.entries[self.nominal[x]]
        twice = 2 * (self.wanted[x] - own)
        more, bent = np.zeros(STATES, np.float32), np.zeros(STATES, np.float32)
        errors = np.empty_like(colors)
        for axis in range(len(own)):
            off = own[axis] - colors[axis]
            more += off * (twice[axis] + off)
            bent += carried[axis] * ((off + off) + carried[axis])
            errors[axis] = off + carried[axis]
        cost: Reals = self.worth[x] * (np.maximum(more, 0) + SHARE * bent)
        return cost, errors


def _traced(values: Bytes, stays: NDArray[np.bool_], best: NDArray[Any]) -> tuple[Bytes, Bytes]:
    """Return the entries and states on the cheapest way, from its end back."""
    width = len(values)
    way, states, state = np.empty(width, np.uint8), np.empty(width, np.uint8), int(best[-1])
    for x in reversed(range(width)):
        way[x], states[x] = values[x, state], state
        if x and not stays[x, state]:
            state = int(best[x - 1])
    return way, states
