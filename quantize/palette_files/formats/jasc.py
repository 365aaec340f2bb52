"""Paint Shop Pro's palette, `.pal` and `.psppalette`: text that begins with `JASC-PAL`.

The version, the number of colours, then a line of decimal numbers for each; no names, no alpha.
Lines end as on Windows, since GIMP reads the number at byte 16 (`gimppalette-load.c`).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from quantize.model.palette import Palette
from quantize.palette_files.reading import Malformed, Swatch, byte, lines, quoted
from quantize.palette_files.text import opaque

_MAGIC: Final = "JASC-PAL"
_VERSION: Final = "0100"


def write(palette: Palette, title: str) -> bytes:  # noqa: ARG001 (one signature for all formats)
    """Return the colours in palette order."""
    rows = [f"{red} {green} {blue}" for red, green, blue in opaque(palette)]
    return "".join(f"{line}\r\n" for line in [_MAGIC, _VERSION, str(len(rows)), *rows]).encode()


def read(data: bytes) -> Iterator[Swatch]:
    """Yield the colours; their number has to be the one in the header."""
    rows = lines(data)
    header = [line for _, line in islice(rows, 3)]
    if header[:1] != [_MAGIC]:
        raise Malformed("begins neither with 'JASC-PAL' nor 'RIFF'; is it a palette?")
    if len(header) < 3 or header[1] != _VERSION:
        raise Malformed(f"wanted {_VERSION} in line 2 and a number of colours in line 3")
    count = 0
    for count, (where, line) in enumerate(rows, 1):  # noqa: B007 - its last value counts
        fields = line.split()
        if len(fields) != 3:
            raise Malformed(
                f"{where}: wanted 3 numbers from 0 to 255, got {quoted(line)}; correct it"
            )
        yield Swatch(tuple(byte(field, where) for field in fields))
    if header[2] != str(count):
        raise Malformed(
            f"says that it holds {quoted(header[2])} colours, and holds {count:,}; "
            "it is truncated, or correct line 3"
        )
