"""Adobe's color table, `.act`: 256 triples of red, green and blue, and four optional bytes.

The four bytes are the number of colours and the transparent index, 0xFFFF for none; big-endian
(Adobe Photoshop File Formats Specification, "Color Table"). Photoshop takes no shorter table.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from quantize.model.palette import Palette
from quantize.palette_files.reading import Malformed, Swatch
from quantize.palette_files.text import opaque

_TABLE: Final = 768
_NONE: Final = 0xFFFF


def write(palette: Palette, title: str) -> bytes:  # noqa: ARG001 (one signature for all formats)
    """Return the table, filled with black; the first fully transparent colour has the index.

    For 256 opaque colours the four bytes are left out, as in the oldest files.
    """
    table = b"".join(map(bytes, opaque(palette))).ljust(_TABLE, b"\0")
    clear = [place for place, color in enumerate(palette) if color[3:] == (0,)]
    if len(palette) == 256 and not clear:
        return table
    return table + struct.pack(">HH", len(palette), clear[0] if clear else _NONE)


def read(data: bytes) -> Iterator[Swatch]:
    """Return the triples that are colours.

    A transparent index of 0 means none: tools that fill the field with zeros are more common than
    tables whose first colour is transparent, and an extra colour is better than a missing one.
    """
    if len(data) not in (_TABLE, _TABLE + 4):
        raise Malformed(
            f"has {len(data):,} bytes, and a color table {_TABLE} or {_TABLE + 4}; is it one?"
        )
    count, clear = struct.unpack(">HH", data[_TABLE:] or b"\x01\x00\xff\xff")
    if not 1 <= count <= 256:
        raise Malformed(f"says that {count:,} of its 256 colours count; it is damaged")
    for place in range(count):
        alpha = 0 if place == clear > 0 else 255
        yield Swatch((*data[3 * place : 3 * place + 3], alpha))
