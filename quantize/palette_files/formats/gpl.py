"""GIMP's palette, `.gpl`: text, opaque colours with names.

Layout and limits from GIMP's `gimppalette-save.c` and `gimppalette-load.c`. Krita asks for the
`Name:` line as well (`KoColorSet.cpp`), so it is always there. Alpha is left out: GIMP reads none.
Files of Aseprite that have it, marked by `Channels: RGBA` (its docs/gpl-palette-extension.md), are
read with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from quantize.model.palette import Palette
from quantize.model.text import one_line
from quantize.palette_files.reading import Malformed, Swatch, byte, lines
from quantize.palette_files.text import labels, opaque

MAX_COLUMNS: Final = 16
"""Of the grid that GIMP shows; ours to choose, 16 makes 256 colours a square."""

_MAGIC: Final = "GIMP Palette"


def write(palette: Palette, title: str) -> bytes:
    """One row a colour, in palette order, each named; a colour without a name shows its hex."""
    header = [
        _MAGIC,
        f"Name: {one_line(title) or 'Untitled'}",
        f"Columns: {min(len(palette), MAX_COLUMNS)}",
        "#",
    ]
    rows = [
        f"{red:3d} {green:3d} {blue:3d}\t{label}"
        for (red, green, blue), label in zip(opaque(palette), labels(palette), strict=True)
    ]
    return "".join(f"{line}\n" for line in header + rows).encode()


def read(data: bytes) -> Iterator[Swatch]:
    """The rows; `Untitled`, GIMP's word for a missing name, is none."""
    rows = lines(data)
    if next(rows, ("", ""))[1] != _MAGIC:
        raise Malformed(f"does not begin with {_MAGIC!r}; is it a palette of GIMP?")
    channels = 3
    for where, line in rows:
        if line.startswith("#"):
            continue
        header = re.match(r"(Name|Columns|Channels):\s*(.*)", line)
        if header is None:
            yield _row(line, channels, where)
        elif header[1] == "Channels":
            channels = 4 if header[2].upper() == "RGBA" else 3


def _row(line: str, channels: int, where: str) -> Swatch:
    """A colour: so many numbers, then perhaps a name."""
    fields = line.split(None, channels)
    if len(fields) < channels:
        raise Malformed(f"{where}: wanted {channels} numbers from 0 to 255; correct it")
    name = fields[channels] if len(fields) > channels else ""
    color = tuple(byte(field, where) for field in fields[:channels])
    return Swatch(color, "" if name == "Untitled" else name)
