"""A palette as blocks of colour on a terminal, by ECMA-48's "select graphic rendition"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

Rgb = tuple[int, int, int]

DEPTHS: Final = (0, 8, 24)
"""Bits a colour that a terminal can show; 0 for none."""

ROW: Final = 64
"""Places in a row of blocks: with what stands before them they fit into 80 columns."""

_LEVELS: Final = (0, 95, 135, 175, 215, 255)
_GRAYS: Final = range(8, 239, 10)
"""Of xterm's 256 colours, 16 to 231 are a cube of these levels and 232 to 255 these greys; the
first 16 are whatever the user has made of them."""

_END: Final = "\x1b[0m"


def block(color: Rgb, depth: int, width: int = 2) -> str:
    """Return blanks on a background of a colour; nothing at depth 0.

    Args:
        color: 8-bit sRGB.
        depth: one of `DEPTHS`.
        width: in columns.
    """
    if depth == 0:
        return ""
    return f"{_start(color, depth)}{' ' * width}{_END}"


def rows(colors: Sequence[Rgb], depth: int) -> Iterator[str]:
    """Return rows of all colours, as wide as there is room for; nothing at depth 0.

    Blocks are the wider the fewer there are: 4 columns up to 16 colours, 2 up to 64, then 1.
    """
    if depth == 0:
        return
    width = 4 if len(colors) <= 16 else 2 if len(colors) <= 64 else 1
    many = ROW // width
    for start in range(0, len(colors), many):
        part = colors[start : start + many]
        yield "".join(f"{_start(color, depth)}{' ' * width}" for color in part) + _END


def _start(color: Rgb, depth: int) -> str:
    if depth == 24:
        return "\x1b[48;2;{};{};{}m".format(*color)
    return f"\x1b[48;5;{nearest_of_256(color)}m"


def nearest_of_256(color: Rgb) -> int:
    """Return the nearest of xterm's colours that are the same everywhere: 16 to 255."""
    places = [min(range(6), key=lambda at: abs(_LEVELS[at] - channel)) for channel in color]
    gray = min(range(24), key=lambda at: abs(_GRAYS[at] - sum(color) / 3))
    cube = 16 + 36 * places[0] + 6 * places[1] + places[2]
    from_cube = sum((_LEVELS[at] - channel) ** 2 for at, channel in zip(places, color, strict=True))
    from_gray = sum((_GRAYS[gray] - channel) ** 2 for channel in color)
    return cube if from_cube <= from_gray else 232 + gray
