"""The kernel that chooses strings which LZW knows, in plain Python: its specification.

GIF's coder writes a code for the longest string of its table that comes next, and adds that string
with the pixel after it. The kernel goes along with the coder. Where a string ends, it looks for the
next one among those of the table: each pixel that a string covers is worth some bits, and costs the
error of its entry. So strings get longer where that is hardly seen.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize.kernels.lossy import NEVER, SHARE, LossyCosts, LossyRows

Bytes = NDArray[np.uint8]
Reals = NDArray[np.float32]

CODES: Final = 4096
"""Codes of a full table. It is cleared at once, as the writer of GIFs does: strings that are chosen
for tables which begin elsewhere take up to a third more bytes."""

LONGEST: Final = 256
"""Pixels of a string that is looked for."""

BRANCHES: Final = 16
"""Of the strings that go on from one, so many are looked at: those of the least cost."""

VISITS: Final = 100
"""Pixels that are looked at to find a string; three times as many save 0.5 % of the bytes."""

FROM_LEFT: Final = np.float32(0.45)
FROM_ABOVE: Final = np.float32(0.35)
"""The errors that are added to that of a pixel, as `KEPT` and `RISEN` of `lossy.trellis`. Strings
change more pixels; with those numbers they took 1 % more bytes for equal looks."""

STAYING: Final = np.float32(0.25)
"""A pixel that is not drawn is worth so much more: of such pixels strings get long, and nothing
flickers."""


def choose_strings(
    rows: LossyRows, costs: LossyCosts, near: Bytes, bits: int, found: Bytes
) -> None:
    """Choose the entries of a frame.

    No pixel costs more than it is worth: where it may cost half as much again, since later ones may
    make up for it, equal looks take 2 % more bytes.

    With a frame before, there is a symbol for pixels that are not drawn. It stands for what is seen
    before; for nothing else where the nominal entry is that of the frame before. No pixel is drawn
    with the entry that it has before.

    Args:
        rows: in; `before` is (0, 0) if all is drawn, and k where no entry has the colour before.
        costs: in; of `starts` the first is what a pixel is worth.
        near: in, (k, n) uint8, the entries nearest to each, from itself on.
        bits: in, 2 to 8, what the coder's first codes are made for.
        found: out, (h, w) uint8; `before` where a pixel is not drawn.
    """
    frame = _Frame(rows, costs)
    coder = _Coder(bits)
    left = np.zeros(3 if rows.wanted.shape[2] == 3 else 5, np.float32)
    at = 0
    while at < frame.size:
        if at % frame.width == 0:
            left = np.zeros_like(left)
        search = _Search(frame, coder)
        if len(frame.before):
            search.begin(at, frame.idle, left)
            search.visits = 0
        for symbol in frame.first(at, near):
            search.begin(at, symbol, left)
        for symbol in search.best:
            _, left = frame.cost(at, symbol, left)
            frame.risen[at % frame.width] = left
            coder.code(symbol)
            found.reshape(-1)[at] = frame.before[at] if symbol == frame.idle else symbol
            at += 1


class _Coder:
    """The coder: its table, and the string that it is in."""

    def __init__(self, bits: int) -> None:
        self.first_free = (1 << bits) + 2
        self.children: dict[int, list[tuple[int, int]]] = {}  # symbol and string, the newest first
        self.free, self.string = self.first_free, -1

    def next_of(self, string: int, symbol: int) -> int:
        """Return the string that goes on with a symbol, or -1."""
        return next((s for own, s in self.children.get(string, ()) if own == symbol), -1)

    def begins_table(self, symbol: int) -> bool:
        """Return whether the table is full, and emptied, if a symbol comes next."""
        fills = self.string >= 0 and self.free == CODES - 1
        return fills and self.next_of(self.string, symbol) < 0

    def lend(self, symbol: int) -> int:
        """Add what the coder adds if the symbol comes next; return the string before it, or -1."""
        if self.string < 0 or self.next_of(self.string, symbol) >= 0:
            return -1
        self.children.setdefault(self.string, []).insert(0, (symbol, self.free))
        return self.string

    def take_back(self, string: int) -> None:
        """Remove what `lend` has added."""
        if string >= 0:
            self.children[string].pop(0)

    def code(self, symbol: int) -> None:
        """Go on with a symbol."""
        going_on = self.next_of(self.string, symbol) if self.string >= 0 else symbol
        if going_on < 0:
            self.children.setdefault(self.string, []).insert(0, (symbol, self.free))
            self.free += 1
            if self.free == CODES:
                self.children, self.free = {}, self.first_free
            going_on = symbol
        self.string = going_on


class _Frame:
    """The pixels of a frame in their order, and what entries cost; see `LossyRows`."""

    def __init__(self, rows: LossyRows, costs: LossyCosts) -> None:
        self.width, self.size = rows.nominal.shape[1], rows.nominal.size
        self.wanted = rows.wanted.reshape(self.size, -1)
        self.nominal = rows.nominal.reshape(-1)
        self.worth = costs.worth[rows.ranges.reshape(-1)]
        self.before = rows.before.reshape(-1)
        self.seen = rows.seen.reshape(-1, rows.wanted.shape[2])
        self.entries, self.bits = costs.entries, costs.starts[0]
        self.idle = len(costs.entries)
        self.risen = np.zeros((self.width, costs.entries.shape[1]), np.float32)

    def first(self, at: int, near: Bytes) -> list[int]:
        """Return the entries that a string may begin with."""
        if self._is_idle(at):
            return []
        entries: list[int] = near[self.nominal[at]].tolist()
        return entries

    def _is_idle(self, at: int) -> bool:
        return len(self.before) > 0 and bool(self.before[at] == self.nominal[at])

    def cost(self, at: int, symbol: int, left: Reals) -> tuple[np.float32, Reals]:
        """Return the cost of a symbol at a pixel, and the error that it leaves."""
        if self._is_idle(at):
            return np.float32(0 if symbol == self.idle else NEVER), np.zeros_like(left)
        if len(self.before) and symbol == self.before[at] < self.idle:
            return NEVER, np.zeros_like(left)
        own = self.entries[self.nominal[at]]
        other = self.seen[at] if symbol == self.idle else self.entries[symbol]
        more, bent, error = np.float32(0), np.float32(0), np.empty_like(left)
        for axis in range(len(own)):
            off = own[axis] - other[axis]
            twice = 2 * (self.wanted[at, axis] - own[axis])
            carried = FROM_LEFT * left[axis] + FROM_ABOVE * self.risen[at % self.width, axis]
            more += off * (twice + off)
            bent += carried * ((off + off) + carried)
            error[axis] = off + carried
        cost = self.worth[at] * (max(more, np.float32(0)) + SHARE * bent)
        return cost - STAYING * self.bits if symbol == self.idle else cost, error


class _Search:
    """The search for the string that is worth most."""

    def __init__(self, frame: _Frame, coder: _Coder) -> None:
        self.frame, self.coder = frame, coder
        self.worth = frame.bits
        self.path, self.best = [0] * LONGEST, [0]
        self.score, self.visits = np.float32(-np.inf), 0

    def begin(self, at: int, symbol: int, left: Reals) -> None:
        """Look at the strings that begin with a symbol."""
        cost, error = self.frame.cost(at, symbol, left)
        if cost > self.worth and symbol != self.frame.nominal[at]:
            return
        self.path[0] = symbol
        if self.coder.begins_table(symbol):
            self.take_if_best(1, self.worth - cost)
            return
        added = self.coder.lend(symbol)
        self.go_on(symbol, at + 1, 1, self.worth - cost, error)
        self.coder.take_back(added)

    def take_if_best(self, count: int, score: np.float32) -> None:
        """Take the first pixels of the path, if they are worth more than what was found."""
        if score > self.score:
            self.score, self.best = score, self.path[:count]

    def go_on(self, string: int, at: int, count: int, score: np.float32, left: Reals) -> None:
        """Look at a string, and at those that go on from it."""
        self.take_if_best(count, score)
        if at == self.frame.size or count == LONGEST:
            return
        following = []
        for symbol, child in self.coder.children.get(string, ()):
            cost, error = self.frame.cost(at, symbol, left)
            if cost <= self.worth:
                following.append((cost, symbol, child, error))
        following.sort(key=lambda each: each[0])
        for cost, symbol, child, error in following[:BRANCHES]:
            if self.visits == VISITS:
                return
            self.visits += 1
            self.path[count] = symbol
            self.go_on(child, at + 1, count + 1, (score + self.worth) - cost, error)
