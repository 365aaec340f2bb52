"""The table of dithering methods."""

from __future__ import annotations

from typing import Final, NamedTuple

from quantize.checks import Row, Table

Tap = tuple[int, int, int]
"""Rows down, columns to the right, and the parts of the error that go there."""

MARGIN: Final = 2
"""Rows and columns that a tap reaches at most: the kernels keep no errors of pixels farther away.
`kernels.MARGIN`, which only NumPy could bring; a test holds them equal."""

MOST_TAPS: Final = 16
"""Taps of a method at most, `kernels.MAX_TAPS`: the compiled kernels have an array of this size."""

MOST_SIDE: Final = 256
"""Of a matrix: its ranks are 16-bit numbers."""


class Diffusion(NamedTuple):
    """Error diffusion: an error is handed on to pixels that come later.

    Attributes:
        name, summary: see `checks.Row`.
        divisor: the number of parts that an error has; may be more than the taps hand on.
        taps: where the parts go.
        strength: the share of each part that is handed on by default, see `ditherer.strength_of`.
        serpentine: every other row runs from right to left.
    """

    name: str
    summary: str
    divisor: int
    taps: tuple[Tap, ...]
    strength: float
    serpentine: bool = False


class Ordered(NamedTuple):
    """Ordered dithering: the place of a pixel in a matrix, which repeats, chooses its entry.

    Attributes:
        name, summary: see `checks.Row`.
        target: a function in `matrices`, from `side` to (side, side) ranks.
        side: rows and columns of the matrix, 1 to 256.
        levels: entries in a mix; divides `side` squared.
        strength: the share of an error within a mix that is handed on by default, see
            `ditherer.strength_of`.
    """

    name: str
    summary: str
    target: str
    side: int
    levels: int
    strength: float


Method = Row | Diffusion | Ordered
"""A row of `DITHERS`; that of `none` is a plain `Row`."""


def check_method(row: Method) -> None:
    """Check that the kernels can run a method.

    Raises:
        ValueError: they cannot, since a tap lies outside what they keep, or the numbers of the row
            contradict each other.
    """
    if isinstance(row, Row):
        return
    problem = _problem_of_taps(row) if isinstance(row, Diffusion) else _problem_of_matrix(row)
    if not problem and not 0 < row.strength <= 1:
        problem = "its strength is not above 0 and at most 1"
    if problem:
        raise ValueError(f"dithering method {row.name!r}: {problem}")


def _problem_of_taps(row: Diffusion) -> str:
    """Return what is wrong with the taps; empty if nothing is."""
    if not 1 <= len(row.taps) <= MOST_TAPS:
        return f"it has {len(row.taps)} taps; use 1 to {MOST_TAPS}"
    for down, right, parts in row.taps:
        if (down, right) <= (0, 0):
            return f"the tap {(down, right)} goes back, to a pixel that is done"
        if down > MARGIN or abs(right) > MARGIN:
            return f"the tap {(down, right)} reaches farther than {MARGIN} rows or columns"
        if parts < 1:
            return f"the tap {(down, right)} has {parts} parts; use 1 or more"
    total = sum(parts for _, _, parts in row.taps)
    if total > row.divisor:
        return f"its taps hand on {total} parts of {row.divisor}: errors would grow without end"
    return ""


def _problem_of_matrix(row: Ordered) -> str:
    """Return what is wrong with the size of the matrix; empty if nothing is."""
    if not 1 <= row.side <= MOST_SIDE:
        return f"its side of {row.side} is not from 1 to {MOST_SIDE}"
    if row.levels < 1 or row.side**2 % row.levels:
        return f"its {row.levels} levels do not divide the {row.side**2} places of its matrix"
    return ""


def _taps(*rows: str) -> tuple[Tap, ...]:
    """Return taps, drawn as the papers print them: `*` is the pixel, `.` is nothing.

    Args:
        rows: a row of the picture each, with its columns separated by spaces.
    """
    table = [row.split() for row in rows]
    here = table[0].index("*")
    return tuple(
        (down, at - here, int(parts))
        for down, row in enumerate(table)
        for at, parts in enumerate(row)
        if parts not in "*."
    )


_FLOYD_STEINBERG: Final = _taps(". * 7", "3 5 1")
"""R. W. Floyd & L. Steinberg, "An adaptive algorithm for spatial grey scale" (1976)."""

_ROWS: Final[tuple[Method, ...]] = (
    Row("none", "each pixel gets its nearest colour"),
    Diffusion(
        "floyd-steinberg",
        "error diffusion, the classic method: fine grain (1976)",
        divisor=16,
        taps=_FLOYD_STEINBERG,
        strength=0.67,
    ),
    Diffusion(
        "floyd-steinberg-serpentine",
        "the same, with every other row from right to left: less drift, but slower",
        divisor=16,
        taps=_FLOYD_STEINBERG,
        strength=0.67,
        serpentine=True,
    ),
    # J. F. Jarvis, C. N. Judice & W. H. Ninke, "A survey of techniques for the display of
    # continuous tone pictures on bilevel displays" (1976)
    Diffusion(
        "jarvis-judice-ninke",
        "error diffusion over three rows: coarser and calmer (1976)",
        divisor=48,
        taps=_taps(". . * 7 5", "3 5 7 5 3", "1 3 5 3 1"),
        strength=0.7,
    ),
    # P. Stucki, "MECCA: a multiple-error correcting computation algorithm for bilevel image
    # hardcopy reproduction" (1981)
    Diffusion(
        "stucki",
        "error diffusion over three rows: a little crisper (1981)",
        divisor=42,
        taps=_taps(". . * 8 4", "2 4 8 4 2", "1 2 4 2 1"),
        strength=0.7,
    ),
    # D. Burkes, "Presentation of the Burkes error filter for use in preparing continuous-tone
    # images for presentation on bi-level devices" (1988)
    Diffusion(
        "burkes",
        "error diffusion over two rows (1988)",
        divisor=32,
        taps=_taps(". . * 8 4", "2 4 8 4 2"),
        strength=0.68,
    ),
    # F. Sierra, three filters of 1989 and 1990 (in LIB 17 of CIS Graphics Support Forum)
    Diffusion(
        "sierra",
        "error diffusion over three rows (1989)",
        divisor=32,
        taps=_taps(". . * 5 3", "2 4 5 4 2", ". 2 3 2 ."),
        strength=0.7,
    ),
    Diffusion(
        "sierra-two-row",
        "error diffusion over two rows (1990)",
        divisor=16,
        taps=_taps(". . * 4 3", "1 2 3 2 1"),
        strength=0.68,
    ),
    Diffusion(
        "sierra-lite",
        "error diffusion with three neighbours (1990)",
        divisor=4,
        taps=_taps(". * 2", "1 1 ."),
        strength=0.67,
    ),
    # B. Atkinson, for the Macintosh (1984): a quarter of the error is dropped
    Diffusion(
        "atkinson",
        "error diffusion of three quarters of the error: clean lights and darks (1984)",
        divisor=8,
        taps=_taps(". * 1 1", "1 1 1 .", ". 1 . ."),
        strength=0.86,
    ),
    Ordered(
        "bayer-2",
        "ordered: mixes of 4 entries, the coarsest pattern (Bayer 1973)",
        "quantize.dither.matrices:bayer",
        side=2,
        levels=4,
        strength=0.54,
    ),
    Ordered(
        "bayer-4",
        "ordered: mixes of 16 entries",
        "quantize.dither.matrices:bayer",
        side=4,
        levels=16,
        strength=0.54,
    ),
    Ordered(
        "bayer-8",
        "ordered: mixes of 64 entries",
        "quantize.dither.matrices:bayer",
        side=8,
        levels=64,
        strength=0.54,
    ),
    Ordered(
        "bayer-16",
        "ordered: mixes of 256 entries",
        "quantize.dither.matrices:bayer",
        side=16,
        levels=256,
        strength=0.54,
    ),
    Ordered(
        "clustered-dot",
        "ordered: dots that grow, as in printing",
        "quantize.dither.matrices:clustered_dot",
        side=8,
        levels=64,
        strength=0.54,
    ),
    Ordered(
        "blue-noise",
        "ordered: no visible pattern (void and cluster, Ulichney 1993)",
        "quantize.dither.matrices:blue_noise",
        side=64,
        levels=64,
        strength=0.54,
    ),
)

DITHERS: Final = Table(_ROWS, check_method)
"""Dithering methods. Strengths are for palettes that were found for a picture, and measured:
docs/dithering.md."""
