"""The matrices of ordered dithering: (m, m) ranks, each from 0 to m² - 1 once."""

from __future__ import annotations

import base64

import numpy as np
from numpy.typing import NDArray

from quantize.dither.blue_noise import RANKS, SIDE

Ranks = NDArray[np.uint16]


def bayer(side: int) -> Ranks:
    """Return Bayer's matrix, in which successive ranks are as far apart as possible on every scale.

    B. E. Bayer, "An optimum method for two-level rendition of continuous-tone pictures" (1973).

    Args:
        side: a power of 2.
    """
    ranks = np.zeros((1, 1), np.uint16)
    while len(ranks) < side:
        quarters = [[ranks * 4, ranks * 4 + 2], [ranks * 4 + 3, ranks * 4 + 1]]
        ranks = np.block(quarters).astype(np.uint16)
    return ranks


def clustered_dot(side: int) -> Ranks:
    """Return the matrix of a halftone screen at 45 degrees, whose dots grow as in printing.

    A matrix has two dots, which meet at their corners at one half. R. Ulichney, "Digital
    Halftoning" (1987), chapter 5; places are ranked by the usual spot function, a sum of cosines.

    Args:
        side: even.
    """
    turn = 2 * np.pi * (np.arange(side) + 0.5) / side
    y, x = np.meshgrid(turn, turn, indexing="ij")
    height = np.cos(x + y) + np.cos(x - y)
    # equally high places go around the dot; rounded, since the last bits of a cosine may differ
    around = np.arctan2(np.sin(y), np.sin(x))
    by = np.lexsort((np.round(around, 6).ravel(), np.round(-height, 6).ravel()))
    ranks = np.empty(side * side, np.uint16)
    ranks[by] = np.arange(side * side)
    return ranks.reshape(side, side)


def blue_noise(side: int) -> Ranks:
    """Return the matrix of blue noise, without visible patterns and clumps.

    It is made by `docs/make_blue_noise.py`.

    Args:
        side: 64, the only size that is stored.
    """
    if side != SIDE:
        raise ValueError(f"the matrix of blue noise has a side of {SIDE}, not {side}")
    packed = np.frombuffer(base64.b85decode(RANKS), "<u2")
    return packed.reshape(SIDE, SIDE).astype(np.uint16)
