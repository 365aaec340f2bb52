"""GIMP's palette, `.gpl`: text, opaque colours with names.

Layout and limits from GIMP's `gimppalette-save.c` and `gimppalette-load.c`. Krita asks for the
`Name:` line as well (`KoColorSet.cpp`), so it is always there. Alpha is left out: GIMP reads none.
Files of Aseprite that have it, marked by `Channels: RGBA` (its docs/gpl-palette-extension.md), are
read with it. Lospec writes the title as a comment, `#Palette Name: …`, and hex codes as names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from quantize.model.palette import Palette
from quantize.model.text import one_line
from quantize.palette_files.reading import Malformed, Swatch, Title, byte, lines
from quantize.palette_files.text import labels, opaque

MAX_COLUMNS: Final = 16
"""Columns of the grid that GIMP shows; our choice, with 16 a palette of 256 colours is a square."""

_MAGIC: Final = "GIMP Palette"


def write(palette: Palette, title: str) -> bytes:
    """Return a row for each colour, with its name or else its hex code."""
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


def read(data: bytes) -> Iterator[Swatch | Title]:
    """Yield the rows; the name `Untitled`, which GIMP gives colours without a name, is dropped."""
    rows = lines(data)
    if next(rows, ("", ""))[1] != _MAGIC:
        raise Malformed(f"does not begin with {_MAGIC!r}; is it a palette of GIMP?")
    channels = 3
    for where, line in rows:
        if line.startswith("#"):
            if title := re.match(r"#\s*Palette Name:\s*(.*)", line, re.IGNORECASE):
                yield Title(title[1])
            continue
        header = re.match(r"(Name|Columns|Channels):\s*(.*)", line)
        if header is None:
            yield _row(line, channels, where)
        elif header[1] == "Name":
            yield Title(header[2])
        elif header[1] == "Channels":
            channels = 4 if header[2].upper() == "RGBA" else 3


def _row(line: str, channels: int, where: str) -> Swatch:
    """Return a colour of so many numbers, with its name if it has one."""
    fields = line.split(None, channels)
    if len(fields) < channels:
        raise Malformed(f"{where}: wanted {channels} numbers from 0 to 255; correct it")
    name = fields[channels] if len(fields) > channels else ""
    color = tuple(byte(field, where) for field in fields[:channels])
    return Swatch(color, "" if name == "Untitled" else name)
