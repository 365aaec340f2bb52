"""The k of some candidates that cost least together, by a table of what each point costs at each.

So a cost may be any difference, and candidates may be said to stand in each other's way; where it
is a squared distance, see `medoids`.

Candidates are chosen one by one, then exchanged as in FasterPAM (Schubert & Rousseeuw, "Fast and
eager k-medoids clustering", 2021): all exchanges of one chosen candidate for another are valued
at once, from each point's nearest and second nearest one, and the best is made.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EXCHANGES: Final = 100
"""Most exchanges; with up to 16 of 130 candidates 3 to 20 are made."""

WORTH: Final = 1e-9
"""The least part of the cost that an exchange lowers it by, beyond rounding errors."""


def choose(costs: Floats, near: Floats, k: int, *, fixed: int = 0) -> list[int]:
    """Return the candidates that cost least together, in the order in which they were chosen.

    The cost of a choice is the sum over the points of the least cost at a chosen candidate, and
    over all pairs of chosen candidates of what their nearness costs.

    Args:
        costs: (n, m) what each point costs at each candidate, weights included.
        near: (m, m) what two candidates cost that are chosen both; symmetric, 0 on the diagonal.
        k: how many are chosen, at most m.
        fixed: so many of the first candidates are chosen in any case, at most k.
    """
    chosen = list(range(fixed))
    least = costs[:, :fixed].min(axis=1, initial=np.inf)[:, None]
    for _ in range(k - fixed):
        added = np.minimum(costs, least).sum(axis=0) + near[:, chosen].sum(axis=1)
        added[chosen] = np.inf
        chosen.append(int(added.argmin()))
        least = np.minimum(least, costs[:, chosen[-1] :][:, :1])
    for _ in range(EXCHANGES if k > fixed else 0):
        saved, leaves, enters = _best_exchange(costs, near, chosen, fixed)
        if saved <= WORTH * float(costs[:, chosen].min(axis=1).sum()):
            break
        chosen[leaves] = enters
    return chosen


def _best_exchange(
    costs: Floats, near: Floats, chosen: list[int], fixed: int
) -> tuple[float, int, int]:
    """Return what the best exchange saves, the place in `chosen` that it empties, and who enters.

    For the other arguments see `choose`.

    Args:
        costs: (n, m).
        near: (m, m).
        chosen: k candidates.
        fixed: so many of the first stay.
    """
    own = costs[:, chosen]
    order = own.argsort(axis=1, kind="stable")[:, :2]
    nearest = order[:, 0]
    rows = np.arange(len(own))
    first = own[rows, nearest]
    second = own[rows, order[:, 1]] if len(chosen) > 1 else np.full(len(own), own.max() + 1)
    joined = np.minimum(costs, first[:, None]) - first[:, None]
    # where a point loses its nearest, it goes to the second nearest or to who enters
    moved = np.minimum(costs, second[:, None]) - first[:, None] - joined
    change = joined.sum(axis=0) + _sums_by(nearest, moved, len(chosen))
    pairs = near[chosen]
    change += pairs.sum(axis=0) - pairs - pairs[:, chosen].sum(axis=1)[:, None]
    change[:fixed] = np.inf
    change[:, chosen] = np.inf
    leaves, enters = np.unravel_index(int(change.argmin()), change.shape)
    return -float(change[leaves, enters]), int(leaves), int(enters)


def _sums_by(labels: NDArray[Any], rows: Floats, k: int) -> Floats:
    """Return the sum of the rows of each label, (k, m)."""
    order = labels.argsort(kind="stable")
    found, starts = np.unique(labels[order], return_index=True)
    sums = np.zeros((k, rows.shape[1]))
    sums[found] = np.add.reduceat(rows[order], starts, axis=0)
    return sums
