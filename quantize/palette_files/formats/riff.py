"""Microsoft's palette, `.riff.pal`: the binary `.pal`, chunks in a RIFF.

`"RIFF"`, the size of what follows, `"PAL "`, then a chunk `data`: version 0x0300, the number of
colours, and a LOGPALETTE's entries of red, green, blue and flags (Multimedia Programming Interface
and Data Specifications 1.0, 1991). Little-endian; neither names nor alpha.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

from quantize.model.palette import Palette
from quantize.palette_files.cursor import Cursor
from quantize.palette_files.reading import Malformed, Swatch
from quantize.palette_files.text import opaque

_VERSION: Final = 0x0300
_HEADER: Final = "<4sL"


def write(palette: Palette, title: str) -> bytes:  # noqa: ARG001 (one signature for all formats)
    """Return the colours in palette order: 24 bytes, and 4 for each."""
    entries = b"".join(struct.pack("4B", *color, 0) for color in opaque(palette))
    body = struct.pack("<HH", _VERSION, len(palette)) + entries
    form = b"PAL " + struct.pack(_HEADER, b"data", len(body)) + body
    return struct.pack(_HEADER, b"RIFF", len(form)) + form


def read(data: bytes) -> Iterator[Swatch]:
    """Yield the colours of the first chunk `data`; other chunks are ignored."""
    file = Cursor(data)
    kind, _, form = file.unpack("<4sL4s", "the header")
    if (kind, form) != (b"RIFF", b"PAL "):
        raise Malformed("does not begin with 'RIFF' and 'PAL'; is it a palette?")
    while file.left:
        name, size = file.unpack(_HEADER, "the header of a chunk")
        chunk = Cursor(file.take(size, "a chunk"))
        if name == b"data":
            yield from _entries(chunk)
            return
        file.take(min(size % 2, file.left), "padding")  # chunks begin at even places
    raise Malformed("there is no chunk 'data' with colours in it; get it anew")


def _entries(chunk: Cursor) -> Iterator[Swatch]:
    version, count = chunk.unpack("<HH", "the header of the colours")
    if version != _VERSION:
        problem = f"its version is {version:#06x}, and only {_VERSION:#06x} is known; save it anew"
        raise Malformed(problem)
    for number in range(1, count + 1):
        red, green, blue, _ = chunk.unpack("4B", f"colour {number} of {count}")
        yield Swatch((red, green, blue))
