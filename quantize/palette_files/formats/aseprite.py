"""The palette of a sprite of Aseprite, `.aseprite` or `.ase`; little-endian, read only.

By its specification (aseprite/docs/ase-file-specs.md): the chunk 0x2019 of the first frame, with
alpha and names, else the older chunks 0x0004 and 0x0011. In an indexed sprite one entry stands for
what is transparent, unless its only layer is the background.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from quantize.palette_files.cursor import Cursor
from quantize.palette_files.reading import Malformed, Swatch

_FILE, _FRAME = 0xA5E0, 0xF1FA
"""Magic numbers."""
_INDEXED: Final = 8
"""Bits of a pixel of an indexed sprite."""

_LAYER, _CEL, _PALETTE, _OLD, _OLDEST = 0x2004, 0x2005, 0x2019, 0x0004, 0x0011
_BACKGROUND: Final = 8
"""The flag of a background layer."""

_HAS_NAME: Final = 1


def read(data: bytes) -> Iterator[Swatch]:
    """Yield the entries of the palette of the first frame; pixels, which follow, are not read."""
    file = Cursor(data)
    _, magic, _, _, _, depth, _, _, _, _, clear = file.unpack("<LHHHHHLHLLB", "the header")
    file.take(128 - 29, "the header")
    _, frame, old_count, _, _, count = file.unpack("<LHHHHL", "the header of the first frame")
    if (magic, frame) != (_FILE, _FRAME):
        raise Malformed("is no sprite of Aseprite, or its header is damaged; save it anew")
    palette: dict[int, Swatch] = {}
    older: dict[int, Swatch] = {}
    layers = []
    for number in range(1, (count or old_count) + 1):
        where = f"chunk {number:,}"
        size, kind = file.unpack("<LH", where)
        if kind == _CEL and (palette or older):
            break
        if size < 6:
            raise Malformed(
                f"{where} says that it is {size} bytes long; it is damaged, get it anew"
            )
        chunk = Cursor(file.take(size - 6, where))
        if kind == _LAYER:
            layers.append(chunk.unpack("<H", where)[0] & _BACKGROUND)
        elif kind == _PALETTE:
            palette |= _entries(chunk, where)
        elif kind in (_OLD, _OLDEST):
            older |= _packets(chunk, where, of_64=kind == _OLDEST)
    found = palette or older
    only_background = bool(layers) and all(layers)
    for place, swatch in sorted(found.items()):
        if depth == _INDEXED and place == clear and not only_background:
            swatch = swatch._replace(color=(*swatch.color[:3], 0))  # noqa: PLW2901
        yield swatch


def _entries(chunk: Cursor, where: str) -> dict[int, Swatch]:
    """Return the entries of a chunk by their index."""
    _, first, last, _ = chunk.unpack("<LLLQ", where)
    found = {}
    for place in range(first, last + 1):
        flags, *color = chunk.unpack("<H4B", f"{where}, entry {place:,}")
        name = b""
        if flags & _HAS_NAME:
            (length,) = chunk.unpack("<H", where)
            name = chunk.take(length, where)
        found[place] = Swatch(tuple(color), name.decode(errors="replace"))
    return found


def _packets(chunk: Cursor, where: str, *, of_64: bool) -> dict[int, Swatch]:
    """Return the same of an older chunk: runs of opaque colours, in 256 or 64 steps a channel."""
    found, place = {}, 0
    for _ in range(chunk.unpack("<H", where)[0]):
        skipped, count = chunk.unpack("<2B", where)
        place += skipped
        for _ in range(count or 256):
            color = chunk.unpack("<3B", where)
            if of_64:
                color = tuple(min(channel, 63) * 255 // 63 for channel in color)
            found[place] = Swatch(color)
            place += 1
    return found
