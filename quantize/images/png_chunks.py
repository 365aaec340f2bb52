"""The chunks of a PNG (ISO/IEC 15948:2025, clause 5): the one reader and the one writer of them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, Final, NamedTuple

SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"

XMP_KEY: Final = "XML:com.adobe.xmp"
"""The keyword of the iTXt chunk that holds an XMP packet."""

OUR_KEY: Final = "quantize"
"""The keyword of the text that says how an indexed picture of ours was made."""

OF_FRAMES: Final = (b"acTL", b"fcTL", b"fdAT")
"""Chunks of an animation (11.3.6); they are ancillary by name, but frames depend on them."""

_AROUND: Final = 12
"""Bytes of a chunk beside its data: length, kind and checksum."""

_PIECE: Final = 1 << 20
"""Bytes read at once: a chunk may claim to be 2 GiB long."""

_CONTROL: Final = 26
_LENGTHS: Final = {
    b"cICP": 4,
    b"cHRM": 32,
    b"gAMA": 4,
    b"sRGB": 1,
    b"pHYs": 9,
    b"acTL": 8,
    b"fcTL": _CONTROL,
}
"""Bytes of chunks that always have as many (11.3)."""

_DISPOSALS, _BLENDINGS = 3, 2
"""What can become of a frame, and how it can be drawn: numbers in fcTL below these."""

_TRANSPARENT_COLOR: Final = {0: 2, 2: 6}
"""Bytes of tRNS in a picture of grey or of RGB, by the colour type."""

_COMPRESSED: Final = (b"iCCP", b"zTXt", b"iTXt")

_MOST_INFLATED: Final = 1 << 20
"""Bytes up to which Pillow inflates a profile or a text; more may be a bomb."""


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

    Args:
        data: a PNG whose checksums were compared, see `mended`.

    Raises:
        EOFError: the file ends before its last chunk does.
        ValueError: there is no chunk where one should be.
    """
    stream = io.BytesIO(data)
    found = []
    for header in _headers(stream):
        found.append(Chunk(header.kind, _exactly(stream, header.length)))
        _exactly(stream, 4)
    return found


def mended(stream: BinaryIO) -> tuple[BinaryIO, list[str]]:
    """Return a PNG that decoders can rely on, and what was left out of it, a sentence each.

    All checksums are compared, because a file whose end was never written can otherwise decode to a
    picture that is partly black. A picture without an ancillary chunk is whole: where such a chunk
    is wrong it is left out (13.1), as are all of an animation if one of them is wrong.

    Args:
        stream: a PNG; its position is moved.

    Returns:
        The stream itself if nothing is wrong.

    Raises:
        EOFError: it ends before its last chunk does.
        ValueError: a checksum of a critical chunk is wrong, or there is no chunk where one should
            be.
    """
    kept: list[_Header] = []
    wrong: dict[bytes, str] = {}
    parts: list[Chunk] = []
    fault, color_type = "", 0
    for header in _headers(stream):
        start, matches = _compared(stream, header)
        name = f"{header.kind.decode()} chunk"
        if header.kind == b"IHDR":
            color_type = start[9] if len(start) > 9 else 0
        if _is_critical(header.kind) and not matches:
            raise ValueError(f"{_WRONG_CHECKSUM} of the {name} at byte {header.place:,}")
        problem = _problem(header, start, color_type) if matches else _WRONG_CHECKSUM
        if header.kind in (b"IHDR", b"IDAT", *OF_FRAMES):
            parts.append(Chunk(header.kind, start[:_CONTROL]))
            fault = fault or (f"{name}: {problem}" if problem else "")
        elif problem:
            wrong.setdefault(header.kind, f"its {name} is left out: {problem}")
            continue
        kept.append(header)
    notes = list(wrong.values())
    if not fault and any(part.kind in OF_FRAMES for part in parts):
        fault = _fault_of_animation(parts)
    if fault:
        kept = [header for header in kept if header.kind not in OF_FRAMES]
        notes.append(f"its animation is damaged ({fault}); the still picture is taken")
    return (_file_of_headers(stream, kept) if notes else stream), notes


_WRONG_CHECKSUM: Final = "wrong checksum"


def _compared(stream: BinaryIO, header: _Header) -> tuple[bytes, bool]:
    """Return the first piece of a chunk's data, and whether its checksum is right."""
    start = _exactly(stream, min(header.length, _PIECE))
    found = zlib.crc32(start, zlib.crc32(header.kind))
    rest = header.length - len(start)
    while rest:
        piece = _exactly(stream, min(rest, _PIECE))
        found = zlib.crc32(piece, found)
        rest -= len(piece)
    return start, found == int.from_bytes(_exactly(stream, 4), "big")


def _problem(header: _Header, data: bytes, color_type: int) -> str:
    """Return why an ancillary chunk cannot be used; empty if it can."""
    kind, length = header.kind, header.length
    wanted = _LENGTHS.get(kind, length)
    if kind == b"tRNS":
        wanted = _TRANSPARENT_COLOR.get(color_type, length)
    if length != wanted:
        return f"{length:,} bytes in place of {wanted}"
    if kind == b"fdAT" and length < 4:
        return "it has no number"
    if kind in _COMPRESSED:
        return _problem_of_compressed(kind, data)
    return ""


def _problem_of_compressed(kind: bytes, data: bytes) -> str:
    """Return why a profile or a text, compressed behind its keyword, cannot be used."""
    _, separator, rest = data.partition(b"\0")
    if kind == b"iTXt":
        if rest[:1] in (b"", b"\0"):  # not compressed
            return ""
        rest = rest[1:2] + rest[2:].split(b"\0", 2)[-1]
    if not separator or rest[:1] != b"\0":
        return "its compression is not known"
    inflating = zlib.decompressobj()
    try:
        inflating.decompress(rest[1:], _MOST_INFLATED)
    except zlib.error:
        return "it is damaged"
    return "it is too long" if inflating.unconsumed_tail else ""


def _file_of_headers(stream: BinaryIO, headers: Sequence[_Header]) -> BinaryIO:
    """Return the file of some of the chunks of a stream."""
    file = io.BytesIO()
    file.write(SIGNATURE)
    for header in headers:
        stream.seek(header.place)
        file.write(_exactly(stream, _AROUND + header.length))
    file.seek(0)
    return file


def _fault_of_animation(parts: Sequence[Chunk]) -> str:
    """Return what is wrong with an animation (11.3.6); empty if nothing is.

    Args:
        parts: IHDR, IDAT and the chunks of the animation, in their order, with the start of their
            data: `fcTL` whole.
    """
    return next(_faults_of(parts), "")


def _faults_of(parts: Sequence[Chunk]) -> Iterator[str]:
    """Yield what is wrong; what follows the first is not to be relied on."""
    kinds = [part.kind for part in parts]
    pixels = kinds.index(b"IDAT") if b"IDAT" in kinds else 0
    if kinds[:pixels].count(b"acTL") != 1 or kinds.count(b"acTL") != 1:
        yield "it is not announced, once and before the pixels"
    numbered = [part.data for part in parts if part.kind in (b"fcTL", b"fdAT")]
    for number, data in enumerate(numbered):
        if int.from_bytes(data[:4], "big") != number:
            yield f"piece {number:,} is not in its place"
    announced = int.from_bytes(parts[kinds.index(b"acTL")].data[:4], "big")
    controls = [part.data for part in parts if part.kind == b"fcTL"]
    if not announced or len(controls) != announced:
        yield f"it should have {announced:,} frames, and has {len(controls):,}"
    if any(data[24] >= _DISPOSALS or data[25] >= _BLENDINGS for data in controls):
        yield "what becomes of a frame is not known"
    if b"fcTL" in kinds[:pixels] and controls[0][4:20] != parts[0].data[:8] + bytes(8):
        yield "the first frame is not as large as the picture"
    before = b""
    for kind in (kind for kind in (*kinds, b"fcTL") if kind not in (b"acTL", b"IHDR")):
        if kind == before == b"fcTL":
            yield "a frame has no pixels"
        if kind == b"fdAT" and b"fcTL" not in kinds[: kinds.index(b"fdAT")]:
            yield "there are pixels before the first frame"
        before = kind


def is_animated(stream: BinaryIO) -> bool:
    """Return whether an animation is announced before the pixels, as the standard demands.

    A damaged file is none; its position is moved.
    """
    try:
        return _find(stream, b"acTL") is not None
    except (EOFError, ValueError):
        return False


def has(stream: BinaryIO, kind: bytes) -> bool:
    """Return whether there is a chunk of a kind before the pixels.

    Args:
        stream: a PNG from `mended`; its position stays.
        kind: four letters.
    """
    position = stream.tell()
    try:
        return _find(stream, kind) is not None
    finally:
        stream.seek(position)


def before_pixels(stream: BinaryIO, kind: bytes, length: int) -> bytes | None:
    """Return the data of the first chunk of a kind before the pixels.

    Args:
        stream: a PNG from `mended`; its position stays.
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


def before_the_pixels(stream: BinaryIO, kinds: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and data of the chunks of some kinds before the pixels; of a long one, its start.

    Args:
        stream: its position is moved; checksums are not compared.
        kinds: four letters each.

    Raises:
        EOFError: the file ends before.
        ValueError: there is no chunk where one should be.
    """
    for header in _headers(stream):
        if header.kind == b"IDAT":
            return
        if header.kind in kinds:
            yield header.kind, _exactly(stream, min(header.length, _PIECE))


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


def _exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if len(data) != count:
        raise EOFError("truncated")
    return data
