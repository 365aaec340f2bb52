"""The chunks of a PNG (ISO/IEC 15948:2025, clause 5): the one reader and the one writer of them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final, NamedTuple

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"

XMP_KEY: Final = "XML:com.adobe.xmp"
"""The keyword of the iTXt chunk that holds an XMP packet."""

OF_FRAMES: Final = (b"acTL", b"fcTL", b"fdAT")
"""Chunks of an animation (11.3.6); they are ancillary by name, but frames depend on them."""

_AROUND: Final = 12
"""Bytes of a chunk beside its data: length, kind and checksum."""

_PIECE: Final = 1 << 20
"""Bytes read at once: a chunk may claim to be 2 GiB long."""


class Chunk(NamedTuple):
    """A chunk in memory."""

    kind: bytes
    data: bytes

    def pieces(self) -> tuple[bytes, bytes, bytes]:
        """Return the chunk as it is stored: length and kind; data; checksum."""
        check = zlib.crc32(self.data, zlib.crc32(self.kind))
        head = struct.pack(">I4s", len(self.data), self.kind)
        return head, self.data, struct.pack(">I", check)


class _Header(NamedTuple):
    """The kind of a chunk in a stream, the place where it begins, and the length of its data."""

    kind: bytes
    place: int
    length: int


def file_of(chunks: Iterable[Chunk]) -> bytes:
    """Return the PNG file of these chunks."""
    pieces = [piece for chunk in chunks for piece in chunk.pieces()]
    return b"".join([SIGNATURE, *pieces])


def read_all(data: bytes) -> list[Chunk]:
    """Return all chunks of a file up to the last one, IEND.

    Raises:
        EOFError: the file ends before its last chunk does.
        ValueError: a checksum of a chunk that pixels or frames depend on is wrong, or there is no
            chunk where one should be.
    """
    stream = io.BytesIO(data)
    found = []
    for header in _headers(stream):
        chunk = Chunk(header.kind, _exactly(stream, header.length))
        check = _exactly(stream, 4)
        if _is_critical(header.kind) or header.kind in OF_FRAMES:
            _compare(header, zlib.crc32(chunk.data, zlib.crc32(chunk.kind)), check)
        found.append(chunk)
    return found


def check(stream: BinaryIO) -> None:
    """Go through the chunks of a PNG to its end, and compare the checksums of the critical ones.

    A file whose end was never written can otherwise decode to a picture that is partly black.

    Args:
        stream: a PNG; its position is moved.

    Raises:
        EOFError: it ends before its last chunk does.
        ValueError: a checksum is wrong, or there is no chunk where one should be.
    """
    for header in _headers(stream):
        if not _is_critical(header.kind):  # a picture without it is whole
            continue
        found = zlib.crc32(header.kind)
        for piece in (*([_PIECE] * (header.length // _PIECE)), header.length % _PIECE):
            found = zlib.crc32(_exactly(stream, piece), found)
        _compare(header, found, _exactly(stream, 4))


def is_animated(stream: BinaryIO) -> bool:
    """Return whether an animation is announced before the pixels, as the standard demands.

    A damaged file is none; its position is moved.
    """
    try:
        return _find(stream, b"acTL") is not None
    except (EOFError, ValueError):
        return False


def before_pixels(stream: BinaryIO, kind: bytes, length: int) -> bytes | None:
    """Return the data of the first chunk of a kind before the pixels.

    Args:
        stream: a PNG that `check` accepts; its position stays.
        kind: four letters.
        length: of the data, in bytes.

    Returns:
        None if there is no such chunk, or its data has another length.
    """
    position = stream.tell()
    try:
        header = _find(stream, kind)
        if header is None or header.length != length:
            return None
        return _exactly(stream, length)
    finally:
        stream.seek(position)


def _find(stream: BinaryIO, kind: bytes) -> _Header | None:
    """Return the header of the first chunk of a kind before the pixels; the stream is behind it."""
    for header in _headers(stream):
        if header.kind in (kind, b"IDAT"):
            return header if header.kind == kind else None
    return None


def _headers(stream: BinaryIO) -> Iterator[_Header]:
    """Yield the header of each chunk up to IEND, with the stream at the data of the chunk."""
    place, kind = len(SIGNATURE), b""
    while kind != b"IEND":
        stream.seek(place)
        length, kind = struct.unpack(">I4s", _exactly(stream, 8))
        if not kind.isalpha():
            raise ValueError(f"no chunk at byte {place:,}")
        yield _Header(kind, place, length)
        place += _AROUND + length


def _is_critical(kind: bytes) -> bool:
    return kind[:1].isupper()


def _compare(header: _Header, found: int, stored: bytes) -> None:
    if found != int.from_bytes(stored, "big"):
        kind = header.kind.decode()
        raise ValueError(f"wrong checksum of the {kind} chunk at byte {header.place:,}")


def _exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) != count:
        raise EOFError("truncated")
    return data
