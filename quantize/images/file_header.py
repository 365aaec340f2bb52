"""What a file says of itself before any pixel is decoded: its format, its palette, our own mark.

So a folder of thousands is looked through without decoding it. Loaded where that is asked for.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import BinaryIO, Final, NamedTuple

from quantize.images import png_chunks
from quantize.images.table import SIGNATURE_BYTES, readable_format

MOST_PARTS: Final = 100_000
"""Blocks, chunks or pages that are looked at; more are in no file that is not made to be long."""


class Header(NamedTuple):
    """What a file says of itself.

    Attributes:
        format: Pillow's name of it in lower case, `'png'` for instance; empty if it is not known.
        entries: of an indexed picture: how many colours its table has, or the largest of its
            tables; None if it is not indexed, or does not tell.
        mark: the text that a PNG of ours has under `png_chunks.OUR_KEY`, or an empty one.
    """

    format: str = ""
    entries: int | None = None
    mark: str = ""


def read(stream: BinaryIO) -> Header:
    """Return what a file says of itself; of a damaged one, what could be read.

    Args:
        stream: can seek; its position is moved.
    """
    start = stream.read(SIGNATURE_BYTES)
    row = readable_format(start)
    if row is None:
        return Header()
    name, entries, mark = row.pillow_name.lower(), None, ""
    with suppress(EOFError, ValueError, struct.error, IndexError):
        if name == "png":
            entries, mark = _of_png(stream)
        elif name in _ENTRIES:
            entries = _ENTRIES[name](stream)
    return Header(name, entries, mark)


def table_size(format_name: str, colors: int) -> int:
    """Return how many entries a file of ours has for so many colours: some formats fill up.

    Args:
        format_name: as in `Header`.
        colors: 1 or more.
    """
    if format_name == "gif":
        return max(1 << (colors - 1).bit_length(), 2)
    if format_name == "tiff":  # of 4 or 8 bits
        return 16 if colors <= 16 else 256
    return colors


def _of_png(stream: BinaryIO) -> tuple[int | None, str]:
    """Return the size of the table, and our mark; of a picture that is not indexed, None."""
    entries, indexed, mark = None, False, ""
    for kind, data in png_chunks.before_the_pixels(stream, (b"IHDR", b"PLTE", b"tEXt")):
        if kind == b"IHDR":
            indexed = data[9] == _INDEXED_PNG
        elif kind == b"PLTE":
            entries = len(data) // 3
        elif data.startswith(_OUR_TEXT):
            mark = data[len(_OUR_TEXT) :].decode("latin-1")
    return entries if indexed else None, mark


_INDEXED_PNG: Final = 3
_OUR_TEXT: Final = png_chunks.OUR_KEY.encode() + b"\0"


def _of_gif(stream: BinaryIO) -> int | None:
    """Return the size of the largest table; tables have powers of two (GIF89a, 18 and 20)."""
    stream.seek(10)
    size = _table_size(_byte(stream))
    stream.seek(13 + 3 * size)
    sizes = [size]
    for _ in range(MOST_PARTS):
        kind = _byte(stream)
        if kind == _GIF_TRAILER:
            break
        if kind == _GIF_IMAGE:
            stream.seek(8, 1)
            own = _table_size(_byte(stream))
            sizes.append(own)
            stream.seek(3 * own + 1, 1)
        elif kind == _GIF_EXTENSION:
            stream.seek(1, 1)
        else:
            return None
        while length := _byte(stream):
            stream.seek(length, 1)
    return max(sizes) or None


_GIF_TRAILER, _GIF_IMAGE, _GIF_EXTENSION = 0x3B, 0x2C, 0x21


def _table_size(flags: int) -> int:
    return 2 << (flags & 7) if flags & 0x80 else 0


def _of_bmp(stream: BinaryIO) -> int | None:
    """Return the size of the table: biClrUsed, or all that the bits of a pixel can tell."""
    stream.seek(14)
    size, _width, _height, _planes, bits = struct.unpack("<IiiHH", _exactly(stream, 16))
    if bits > 8 or size < 36:
        return None
    stream.seek(14 + 32)
    used = int.from_bytes(_exactly(stream, 4), "little")
    return used or 1 << bits


def _of_webp(stream: BinaryIO) -> int | None:
    """Return the size of the palette of a lossless still picture (RFC 9649, 4.4).

    libwebp writes it before all other transforms.
    """
    stream.seek(12)
    for _ in range(MOST_PARTS):
        kind, length = struct.unpack("<4sI", _exactly(stream, 8))
        if kind == b"VP8L":
            bits = int.from_bytes(_exactly(stream, 7), "little") >> (8 + 32)
            is_palette = bits & 1 and (bits >> 1) & 3 == _COLOR_INDEXING
            return ((bits >> 3) & 0xFF) + 1 if is_palette else None
        if kind in (b"VP8 ", b"ANMF"):
            return None
        stream.seek(length + length % 2, 1)
    return None


_COLOR_INDEXING: Final = 3


def _of_tiff(stream: BinaryIO) -> int | None:
    """Return the size of the largest table of all pages; None if one is not indexed."""
    stream.seek(0)
    order = "<" if _exactly(stream, 2) == b"II" else ">"
    version, place = struct.unpack(f"{order}HI", _exactly(stream, 6))
    if version != _TIFF:  # another layout, of files beyond 4 GiB
        return None
    sizes = []
    for _ in range(MOST_PARTS):
        tags = dict(_tags(stream, order, place))
        if tags.get(_PHOTOMETRIC, (0, 0))[1] != _RGB_PALETTE or _COLOR_MAP not in tags:
            return None
        sizes.append(tags[_COLOR_MAP][0] // 3)
        (place,) = struct.unpack(f"{order}I", _exactly(stream, 4))
        if not place:
            return max(sizes)
    return None


def _tags(stream: BinaryIO, order: str, place: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield each tag of a directory, with the number of its values, and its value if it is one."""
    stream.seek(place)
    (count,) = struct.unpack(f"{order}H", _exactly(stream, 2))
    for _ in range(count):
        tag, _kind, values, value = struct.unpack(f"{order}HHIH2x", _exactly(stream, 12))
        yield tag, (values, value)


_TIFF: Final = 42
_PHOTOMETRIC, _COLOR_MAP = 262, 320
_RGB_PALETTE: Final = 3

_ENTRIES: Final[dict[str, Callable[[BinaryIO], int | None]]] = {
    "gif": _of_gif,
    "bmp": _of_bmp,
    "webp": _of_webp,
    "tiff": _of_tiff,
}


def _byte(stream: BinaryIO) -> int:
    return _exactly(stream, 1)[0]


def _exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) != count:
        raise EOFError("truncated")
    return data
