"""The table of dithering methods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

from quantize.dither import matrices

Tap = tuple[int, int, int]
"""Rows down, columns to the right, and the parts of the error that go there."""


class Diffusion(NamedTuple):
    """Error diffusion: what of an error goes where.

    Attributes:
        parts: what the whole error is divided into; may be more than the taps hand on.
        taps: where the parts go.
        strength: what is handed on of each part, see `strength_of`.
        serpentine: every other row runs from right to left.
    """

    parts: int
    taps: tuple[Tap, ...]
    strength: float
    serpentine: bool = False


class Ordered(NamedTuple):
    """Ordered dithering: a matrix that repeats.

    Attributes:
        matrix: makes the (m, m) ranks of `thresholds`.
        levels: entries in a mix; m² is a multiple of it.
        strength: what is handed on of an error within a mix, see `strength_of`.
    """

    matrix: Callable[[], matrices.Ranks]
    levels: int
    strength: float


def _taps(*rows: str) -> tuple[Tap, ...]:
    """A row of the picture a line, as the papers print them: `*` the pixel, `.` nothing."""
    table = [row.split() for row in rows]
    here = table[0].index("*")
    return tuple(
        (down, at - here, int(parts))
        for down, row in enumerate(table)
        for at, parts in enumerate(row)
        if parts not in "*."
    )


_FLOYD_STEINBERG = _taps(". * 7", "3 5 1")
"""R. W. Floyd & L. Steinberg, "An adaptive algorithm for spatial grey scale" (1976)."""


DITHERS: Final[Mapping[str, Diffusion | Ordered | None]] = {
    "none": None,
    "floyd-steinberg": Diffusion(16, _FLOYD_STEINBERG, 0.545),
    "floyd-steinberg-serpentine": Diffusion(16, _FLOYD_STEINBERG, 0.545, serpentine=True),
    # J. F. Jarvis, C. N. Judice & W. H. Ninke, "A survey of techniques for the display of
    # continuous tone pictures on bilevel displays" (1976)
    "jarvis-judice-ninke": Diffusion(48, _taps(". . * 7 5", "3 5 7 5 3", "1 3 5 3 1"), 0.62),
    # P. Stucki, "MECCA: a multiple-error correcting computation algorithm for bilevel image
    # hardcopy reproduction" (1981)
    "stucki": Diffusion(42, _taps(". . * 8 4", "2 4 8 4 2", "1 2 4 2 1"), 0.62),
    # D. Burkes, "Presentation of the Burkes error filter for use in preparing continuous-tone
    # images for presentation on bi-level devices" (1988)
    "burkes": Diffusion(32, _taps(". . * 8 4", "2 4 8 4 2"), 0.58),
    # F. Sierra, three filters of 1989 and 1990 (in LIB 17 of CIS Graphics Support Forum)
    "sierra": Diffusion(32, _taps(". . * 5 3", "2 4 5 4 2", ". 2 3 2 ."), 0.62),
    "sierra-two-row": Diffusion(16, _taps(". . * 4 3", "1 2 3 2 1"), 0.58),
    "sierra-lite": Diffusion(4, _taps(". * 2", "1 1 ."), 0.545),
    # B. Atkinson, for the Macintosh (1984): a quarter of the error is dropped
    "atkinson": Diffusion(8, _taps(". * 1 1", "1 1 1 .", ". 1 . ."), 0.75),
    "bayer-2": Ordered(partial(matrices.bayer, 2), 4, 0.45),
    "bayer-4": Ordered(partial(matrices.bayer, 4), 16, 0.45),
    "bayer-8": Ordered(partial(matrices.bayer, 8), 64, 0.45),
    "bayer-16": Ordered(partial(matrices.bayer, 16), 256, 0.45),
    "clustered-dot": Ordered(partial(matrices.clustered_dot, 8), 64, 0.45),
    "blue-noise": Ordered(matrices.blue_noise, 64, 0.45),
}
"""In the order of `settings.DITHERS`. Strengths are for palettes that were found for a picture, and
measured: docs/dithering.md."""
