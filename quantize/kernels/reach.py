"""What a palette can mix: light beyond it is moved to the nearest mixture before dithering.

The mixtures of a palette are the convex hull of its entries in linear light. The nearest point of
the hull is found at the nodes of a grid of colours, when a colour beside them is asked for, and
what lies between is interpolated, in whole numbers.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

NODES: Final = 16
"""Nodes of the grid on each axis: 0, 17, 34 … 255 of red, green and blue."""

GAP: Final = 17
"""From node to node."""

TURNS: Final = 64
"""Most exchanges of two entries; a tenth of them do for most colours."""

ENOUGH: Final = 0.01
"""A mixture is near enough if no other is nearer by this part of the squared distance."""


class Reach(NamedTuple):
    """The mixtures of a palette.

    Attributes:
        entries: (m, 3) float64, the light of the entries that are mixed.
        slack: so far out light is left as it is.
        share: of the way to the nearest mixture that light is moved, 0 to 1.
        shifts: (NODES^3, 3) int32, in-out: from the light of each node to its mixture.
        known: (NODES^3,) uint8, in-out: 1 for each node whose shift is known.
        cells: (NODES^3,) uint8, in-out, by their lowest nodes: 1 for cells without shifts, 2 with.
    """

    entries: NDArray[np.float64]
    slack: float
    share: float
    shifts: NDArray[np.int32]
    known: NDArray[np.uint8]
    cells: NDArray[np.uint8]


def shift_of(color: list[int], light: NDArray[np.int32], reach: Reach) -> list[int]:
    """Return what is added to the light of an opaque colour, (3,).

    Args:
        color: 8-bit red, green, blue.
        light: (256,) int32, the units of light of each 8-bit value.
        reach: that of the palette.
    """
    red, green, blue = (min(value // GAP, NODES - 2) for value in color)
    cell = (red * NODES + green) * NODES + blue
    if reach.cells[cell] == 1:
        return [0, 0, 0]
    corners = [cell + (r * NODES + g) * NODES + b for r in (0, 1) for g in (0, 1) for b in (0, 1)]
    if not reach.cells[cell]:
        for node in corners:
            if not reach.known[node]:
                values = node // NODES**2, node // NODES % NODES, node % NODES
                reach.shifts[node] = _shift([float(light[GAP * at]) for at in values], reach)
                reach.known[node] = 1
        reach.cells[cell] = 1 + int(reach.shifts[corners].any())
        return shift_of(color, light, reach)
    sides = [
        (GAP * (at + 1) - value, value - GAP * at)
        for at, value in zip((red, green, blue), color, strict=True)
    ]
    weights = np.multiply.outer(np.multiply.outer(*sides[:2]), sides[2]).ravel()
    total = (weights[:, None] * reach.shifts[corners].astype(np.int64)).sum(axis=0)
    shift: list[int] = ((total + GAP**3 // 2) // GAP**3).tolist()
    return shift


def _shift(target: list[float], reach: Reach) -> list[int]:
    """Return how far light is moved to the nearest mixture, in whole units.

    Two entries exchange a part of their shares in a mixture: the one that is farthest in the
    direction that is missing, and the one that is farthest behind (B. F. Mitchell, V. F. Demyanov &
    V. N. Malozemov, "Finding the point of a polyhedron closest to the origin", 1974).
    """
    ways = reach.entries - target
    x, y, z = ways[0].tolist()
    shares = [0.0] * len(ways)
    shares[0] = 1.0
    for _ in range(TURNS):
        far = x * x + y * y + z * z
        if far <= reach.slack * reach.slack:
            return [0, 0, 0]
        along = x * ways[:, 0] + y * ways[:, 1] + z * ways[:, 2]
        ahead = int(along.argmin())
        if far - along[ahead] <= ENOUGH * far:
            break
        behind = int(np.where(np.array(shares) > 0, along, -np.inf).argmax())
        step = (ways[ahead] - ways[behind]).tolist()
        length = step[0] * step[0] + step[1] * step[1] + step[2] * step[2]
        part = float(along[behind] - along[ahead]) / length
        if part < shares[behind]:
            shares[behind] -= part
        else:
            part, shares[behind] = shares[behind], 0.0
        shares[ahead] += part
        x, y, z = x + part * step[0], y + part * step[1], z + part * step[2]
    share = reach.share * (1 - reach.slack / float(np.sqrt(x * x + y * y + z * z)))
    return [int(np.rint(way * share)) if share > 0 else 0 for way in (x, y, z)]
