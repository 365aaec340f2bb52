"""PNGs taken apart, independently of the writer."""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

SIGNATURE = b"\x89PNG\r\n\x1a\n"

BEFORE_PALETTE = {b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB"}
BETWEEN = {b"tRNS", b"bKGD", b"hIST"}
BEFORE_PIXELS = BEFORE_PALETTE | BETWEEN | {b"pHYs", b"eXIf", b"PLTE"}
"""ISO/IEC 15948, third edition, table 7."""


class Chunk(NamedTuple):
    kind: bytes
    data: bytes


def chunks(file: bytes) -> list[Chunk]:
    """All chunks, their lengths and checksums checked."""
    assert file.startswith(SIGNATURE)
    found, place = [], len(SIGNATURE)
    while place < len(file):
        length, kind = struct.unpack(">I4s", file[place : place + 8])
        data = file[place + 8 : place + 8 + length]
        assert len(data) == length
        check = file[place + 8 + length : place + 12 + length]
        assert check == zlib.crc32(kind + data).to_bytes(4, "big")
        found.append(Chunk(kind, data))
        place += 12 + length
    return found


def one(file: bytes, kind: bytes) -> bytes | None:
    """The data of the only chunk of a kind, or None."""
    found = [chunk.data for chunk in chunks(file) if chunk.kind == kind]
    assert len(found) <= 1
    return found[0] if found else None


def check_order(file: bytes) -> None:
    """The order of the standard."""
    kinds = [chunk.kind for chunk in chunks(file)]
    assert (kinds[0], kinds[-1]) == (b"IHDR", b"IEND")
    palette, pixels = kinds.index(b"PLTE"), kinds.index(b"IDAT")
    for place, kind in enumerate(kinds):
        assert kind not in BEFORE_PALETTE or place < palette
        assert kind not in BETWEEN or palette < place < pixels
        assert kind not in BEFORE_PIXELS or place < pixels
    once = [kind for kind in kinds if kind not in {b"tEXt", b"zTXt", b"iTXt", b"IDAT"}]
    assert len(once) == len(set(once))


def rows(file: bytes) -> list[bytes]:
    """The rows as they are stored, each after its filter type."""
    width, height, bits, color = struct.unpack(">IIBB", chunks(file)[0].data[:10])
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]
    each = 1 + -(-width * bits * channels // 8)
    data = zlib.decompress(b"".join(part.data for part in chunks(file) if part.kind == b"IDAT"))
    assert len(data) == each * height
    return [data[start : start + each] for start in range(0, len(data), each)]


def bit_depth(file: bytes) -> int:
    """Of an indexed PNG, bits a pixel."""
    header = chunks(file)[0].data
    assert header[9:] == b"\3\0\0\0"  # indexed; the one compression, filtering; not interlaced
    return header[8]
