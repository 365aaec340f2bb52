"""Lospec's `.hex`: a line `rrggbb` for each colour, and nothing else.

Translucent colours have eight digits, `rrggbbaa`; the format has no place for a title. The reader
accepts more: `#` before the digits, several colours on a line, commas, and comments after `;`.
"""

from __future__ import annotations

from collections.abc import Iterator

from quantize.model.palette import Palette
from quantize.palette_files.reading import Swatch, bytes_of_hex, lines


def write(palette: Palette, title: str) -> bytes:  # noqa: ARG001 (one signature for all formats)
    """Return the colours in palette order."""
    return "".join(f"{code.removeprefix('#')}\n" for code in palette.as_hex()).encode()


def read(data: bytes) -> Iterator[Swatch]:
    """Yield the colours in the order of the file."""
    for where, line in lines(data):
        for code in line.partition(";")[0].replace(",", " ").split():
            yield Swatch(bytes_of_hex(code, where))
