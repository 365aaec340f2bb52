"""Paint.NET's palette, `.txt`: a line `AARRGGBB` for each colour, comments after `;`.

As its handbook says ("Working with palettes"). The program itself shows 96 colours: it fills up
fewer with white and passes over more. So that a file reads back as what it was, nothing is filled
up here; alpha is straight, as there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from quantize.model.palette import Palette
from quantize.model.text import one_line
from quantize.palette_files.reading import Swatch, Title, bytes_of_hex, lines, without_comment


def write(palette: Palette, title: str) -> bytes:
    """Return the title and the colours in palette order, with the line ends of Windows."""
    header = ["; paint.net Palette File", f"; Palette Name: {one_line(title) or 'Untitled'}"]
    codes = zip(palette, palette.hex, strict=True)
    rows = [f"{(*color, 255)[3]:02X}{code[1:].upper()}" for color, code in codes]
    return "".join(f"{line}\r\n" for line in header + rows).encode()


def read(data: bytes) -> Iterator[Swatch | Title]:
    """Yield the colours in the order of the file; those of six digits are opaque."""
    for where, line in lines(data):
        if title := re.match(r";\s*Palette Name:\s*(.*)", line, re.IGNORECASE):
            yield Title(title[1])
        code = without_comment(line)
        if code:
            color = bytes_of_hex(code, where)
            eight = len(code.removeprefix("#")) == 8
            yield Swatch((*color[1:], color[0]) if eight else color)
