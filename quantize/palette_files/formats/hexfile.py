"""Lospec's `.hex`: a line `rrggbb` for each colour, and nothing else.

Translucent colours have eight digits, `rrggbbaa`; the format has no place for a title. The reader
accepts more: `#` or `0x` before the digits (eight digits after `0x` are alpha first, as programs
write them), several colours on a line, commas, and comments after `;`, `//`, or `#` and a blank.
"""

from __future__ import annotations

from collections.abc import Iterator

from quantize.model.palette import Palette
from quantize.palette_files.reading import Swatch, bytes_of_hex, lines, without_comment


def write(palette: Palette, title: str) -> bytes:  # noqa: ARG001 (one signature for all formats)
    """Return the colours in palette order."""
    return "".join(f"{code.removeprefix('#')}\n" for code in palette.as_hex()).encode()


def read(data: bytes) -> Iterator[Swatch]:
    """Yield the colours in the order of the file."""
    for where, line in lines(data):
        for code in without_comment(line).replace(",", " ").split():
            yield Swatch(bytes_of_hex(code, where))
