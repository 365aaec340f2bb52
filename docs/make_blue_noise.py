"""Write `quantize/dither/blue_noise.py`, the matrix of ranks for blue-noise dithering: run by hand.

    python docs/make_blue_noise.py

The void-and-cluster method of R. Ulichney, "The void-and-cluster method for dither array
generation" (1993): a Gaussian around each dot (sigma 1.5, on a torus) tells where dots are crowded
and where they are missing. From a random start, dots move out of the tightest cluster into the
largest void until nothing changes; that pattern is then taken apart cluster by cluster for the low
ranks, and filled up void by void for the high ones. Seed and size are fixed: the same file each
time.
"""

from __future__ import annotations

import base64
import textwrap
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

SIDE: Final = 64
"""The pattern repeats after so many pixels: far enough apart not to be seen."""

SIGMA: Final = 1.5
"""Ulichney's choice."""

FIRST: Final = SIDE * SIDE // 10
"""Dots of the first pattern: fewer than half, as the paper has it."""

TARGET: Final = Path(__file__).parent.parent / "quantize" / "dither" / "blue_noise.py"

Floats = NDArray[np.float64]
Dots = NDArray[np.bool_]


def bell() -> Floats:
    """The Gaussian around the dot at (0, 0), on a torus."""
    away = np.minimum(np.arange(SIDE), SIDE - np.arange(SIDE))
    squares = away[:, None] ** 2 + away[None, :] ** 2
    return np.exp(-squares / (2 * SIGMA**2))


def void_and_cluster(seed: int = 0) -> NDArray[np.uint16]:
    """The ranks, (SIDE, SIDE)."""
    shape = bell()

    def around(place: int) -> Floats:
        return np.roll(shape, divmod(place, SIDE), axis=(0, 1)).ravel()

    def cluster(dots: Dots, crowd: Floats) -> int:
        return int(np.where(dots, crowd, -np.inf).argmax())

    def void(dots: Dots, crowd: Floats) -> int:
        return int(np.where(dots, np.inf, crowd).argmin())

    dots = np.zeros(SIDE * SIDE, bool)
    dots[np.random.default_rng(seed).permutation(SIDE * SIDE)[:FIRST]] = True
    crowd = np.sum([around(place) for place in np.flatnonzero(dots)], axis=0)
    while True:
        tightest = cluster(dots, crowd)
        dots[tightest] = False
        crowd -= around(tightest)
        largest = void(dots, crowd)
        dots[largest] = True
        crowd += around(largest)
        if largest == tightest:
            break
    ranks = np.empty(SIDE * SIDE, np.uint16)
    left, crowd_left = dots.copy(), crowd.copy()
    for rank in range(FIRST - 1, -1, -1):
        place = cluster(left, crowd_left)
        left[place] = False
        crowd_left -= around(place)
        ranks[place] = rank
    for rank in range(FIRST, SIDE * SIDE):
        place = void(dots, crowd)
        dots[place] = True
        crowd += around(place)
        ranks[place] = rank
    return ranks.reshape(SIDE, SIDE)


def page(ranks: NDArray[np.uint16]) -> str:
    """The module."""
    text = base64.b85encode(ranks.astype("<u2").tobytes()).decode()
    lines = "\n".join(f'    "{line}"' for line in textwrap.wrap(text, 90))
    return (
        '"""The ranks of blue-noise dithering; made by `docs/make_blue_noise.py`."""\n\n'
        "from __future__ import annotations\n\n"
        "from typing import Final\n\n"
        f"SIDE: Final = {SIDE}\n\n"
        f"RANKS: Final = (\n{lines}\n)\n"
        '"""Row by row, 16 bits each, low byte first, in base 85 (RFC 1924)."""\n'
    )


if __name__ == "__main__":
    TARGET.write_text(page(void_and_cluster()), encoding="utf-8")
