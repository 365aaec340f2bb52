"""Sprites of Aseprite, by its specification (docs/ase-file-specs.md)."""

from __future__ import annotations

import struct

PALETTE, LAYER, CEL, OLD, OLDEST = 0x2019, 0x2004, 0x2005, 0x0004, 0x0011


def chunk(kind: int, body: bytes) -> bytes:
    return struct.pack("<LH", len(body) + 6, kind) + body


def palette_chunk(*entries: tuple[int, int, int, int, str], first: int = 0) -> bytes:
    body = struct.pack("<LLL8x", len(entries), first, first + len(entries) - 1)
    for *color, name in entries:
        body += struct.pack("<H4B", bool(name), *color)
        if name:
            body += struct.pack("<H", len(name.encode())) + name.encode()
    return chunk(PALETTE, body)


def layer_chunk(flags: int) -> bytes:
    return chunk(LAYER, struct.pack("<HHHHHHB3xH", flags, 0, 0, 0, 0, 0, 255, 1) + b"L")


def sprite(*chunks: bytes, depth: int = 8, clear: int = 0, old_count: bool = False) -> bytes:
    inside = b"".join(chunks)
    counts = (len(chunks), 0) if old_count else (0xFFFF, len(chunks))
    frame = struct.pack("<LHHH2xL", len(inside) + 16, 0xF1FA, counts[0], 100, counts[1]) + inside
    header = struct.pack(
        "<LHHHHHLHLLB3xHBB92x", *(128 + len(frame), 0xA5E0, 1, 4, 4), *(depth, 1, 100, 0, 0), clear,
        *(32, 1, 1),
    )  # fmt: skip
    assert len(header) == 128
    return header + frame
