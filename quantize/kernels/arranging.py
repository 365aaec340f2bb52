"""The order of the entries of a palette: those that are beside each other in a picture come near.

PNG's filters and TIFF's predictor store an index as the difference to the one on the left or above.
So the files are small if entries that meet often have numbers that differ little. Counts and
lengths are whole numbers, so no sum depends on its order.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Counts = NDArray[np.int64]
Links = NDArray[np.int16]
Order = NDArray[np.int32]

MOST_LINKS: Final = (1 << 15) - 1
"""The most that the links of an entry add up to."""

MOST_STEP: Final = 1 << 8
"""The most by which the cost of a distance is above that of the distance below it."""


def count_pairs(rows: Bytes, above: Bytes, lefts: Counts, ups: Counts) -> None:
    """Count how often each entry has each other one on its left, and above it.

    Args:
        rows: in, (n, w) uint8, below k; the columns of a row are contiguous.
        above: in, (n, w) uint8, the row above each.
        lefts: out, (k, k) int64, by entry and by the entry on its left.
        ups: out, (k, k) int64, by entry and by the entry above.
    """
    k = len(lefts)
    for others, rest, found in ((rows[:, :-1], rows[:, 1:], lefts), (above, rows, ups)):
        keys = rest.astype(np.int64) * k + others
        found[:] = np.bincount(keys.ravel(), minlength=k * k).reshape(k, k)


def chain(links: Links, order: Order) -> None:
    """Put the entries into a row, from the best linked one on, each at the better of both ends.

    The next entry is the one that has most links to all that are in the row, the first of equals.
    It goes to the front if the row would be longer otherwise, by links times places between
    (Zeng, Li and Lei 2000, in the version of Pinho and Neves 2004).

    Args:
        links: in, (k, k) int16, symmetric, 0 or more; a row adds up to at most `MOST_LINKS`.
        order: out, (k,) int32, each entry once.
    """
    wide = links.astype(np.int64)
    start = int(wide.sum(axis=1).argmax())
    row, left = [start], [entry for entry in range(len(links)) if entry != start]
    linked = wide[start].copy()
    while left:
        entry = left.pop(int(linked[left].argmax()))
        places = np.arange(len(row))
        balance = int(((len(row) - 1 - 2 * places) * wide[entry, row]).sum())
        row.insert(0 if balance > 0 else len(row), entry)
        linked += wide[entry]
    order[:] = row


def arrange(links: Links, costs: Links, order: Order, first: int, rounds: int) -> int:
    """Move entries, one after another, to the place where the row costs least.

    A row costs, over all pairs of entries, their links times the cost of the distance between their
    places. An entry moves if that lowers the cost, to the first of the best places. The first
    `first` entries keep to the first places, the others to the others. A round moves each entry
    once, by their numbers; the last round is the one without a move.

    Args:
        links: in, as for `chain`, with zeros on the diagonal.
        costs: in, (k + 1,) int16: that of each distance, each at most `MOST_STEP` above the one
            before, and not below it.
        order: in-out, (k,) int32, each entry once.
        first: in, 0 to k.
        rounds: in, the most rounds.

    Returns:
        The number of moves.
    """
    k, moves = len(links), 0
    for _ in range(rounds):
        before = moves
        for entry in range(k):
            place = int(np.flatnonzero(order == entry)[0])
            low, high = (0, first) if place < first else (first, k)
            others = np.delete(order, place)
            totals = _totals(links, costs, entry, others)[low:high]
            best = int(totals.argmin())
            if totals[best] < totals[place - low]:
                order[:] = np.insert(others, low + best, entry)
                moves += 1
        if moves == before:
            break
    return moves


def _totals(links: Links, costs: Links, entry: int, others: Order) -> Counts:
    """Return what rows cost that have an entry at each place, (k,); all but the same term."""
    k = len(links)
    wide = costs.astype(np.int64)
    places = np.arange(k)[:, None]
    there = np.arange(k - 1) + (np.arange(k - 1) >= places)  # (place, other)
    own: Counts = (links[entry, others] * wide[abs(there - places)]).sum(axis=1)
    apart = abs(np.arange(k - 1)[:, None] - np.arange(k - 1))
    longer = np.triu(links[np.ix_(others, others)] * (wide[apart + 1] - wide[apart]))
    opened = np.concatenate([[0], np.cumsum(longer.sum(axis=1) - longer.sum(axis=0))])
    totals: Counts = own + opened
    return totals
