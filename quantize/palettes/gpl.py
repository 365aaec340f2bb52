"""GIMP's palette, `.gpl`: text, opaque colours with names.

Layout and limits from GIMP's `gimppalette-save.c` and `gimppalette-load.c`. Krita asks for the
`Name:` line as well (`KoColorSet.cpp`), so it is always there. Alpha is left out: GIMP reads none.
"""

from __future__ import annotations

from typing import Final

from quantize.model import Palette
from quantize.palettes.text import one_line

MAX_COLUMNS: Final = 16
"""Of the grid that GIMP shows; ours to choose, 16 makes 256 colours a square."""


def write(palette: Palette, title: str) -> bytes:
    """One row a colour, in palette order, each named; a colour without a name shows its hex."""
    header = [
        "GIMP Palette",
        f"Name: {one_line(title) or 'Untitled'}",
        f"Columns: {min(len(palette), MAX_COLUMNS)}",
        "#",
    ]
    names = palette.names or ("",) * len(palette)
    rows = [
        f"{red:3d} {green:3d} {blue:3d}\t{one_line(name) or code}"
        for (red, green, blue, *_), name, code in zip(palette, names, palette.hex, strict=True)
    ]
    return "".join(f"{line}\n" for line in header + rows).encode()
