"""A writer of still GIFs (GIF89a) around Pillow's LZW.

Pillow's own begins with codes for 256 colours however few there are, and interlaces: 10 % more.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

import numpy as np
from PIL import Image

from quantize.model.palette import Palette
from quantize.model.picture import Metadata
from quantize.model.pixels import Bytes

_XMP_TRAILER: Final = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
"""However a reader that does not know XMP takes its bytes for lengths, it ends at the last one."""


def encode(palette: Palette, indices: Bytes, metadata: Metadata) -> bytes:
    """The file; texts are kept as comments, and XMP.

    Args:
        palette: k colours, each opaque or not there; of the latter the first is what GIF can hold.
        indices: (h, w) uint8, below k; sides below 65,536.
        metadata: what else to say.
    """
    height, width = indices.shape
    bits = max((len(palette) - 1).bit_length(), 1)
    table = palette.colors[:, :3].tobytes().ljust(3 << bits, b"\0")
    screen = struct.pack("<HHBBB", width, height, 0x80 | 0x70 | bits - 1, 0, 0)
    return b"".join(
        [
            *(b"GIF89a", screen, table),
            said(metadata),
            _control(palette),
            struct.pack("<cHHHHB", b",", 0, 0, width, height, 0),
            compressed(indices, bits),
            b";",
        ]
    )


def compressed(indices: Bytes, bits: int) -> bytes:
    """The code size, and the indices in blocks of at most 255 bytes.

    Args:
        indices: (h, w) uint8, below 2^bits.
        bits: 1 to 8.
    """
    size = max(bits, 2)  # GIF knows no codes for two colours
    data = Image.fromarray(indices).tobytes("gif", "L", size, 0)
    return bytes([size]) + data + b"\0"


def said(metadata: Metadata) -> bytes:
    """The blocks of its texts and its XMP."""
    return b"".join(_extensions(metadata))


def _extensions(metadata: Metadata) -> Iterator[bytes]:
    for key, text in metadata.text:
        words = text if key.lower() == "comment" else f"{key}: {text}"
        yield b"\x21\xfe" + _blocks(words.encode("utf-8", "replace"))
    if metadata.xmp is not None:
        yield b"\x21\xff\x0bXMP DataXMP" + metadata.xmp + _XMP_TRAILER


def _control(palette: Palette) -> bytes:
    """Which entry is not there, if one is not."""
    holes = np.flatnonzero(palette.colors[:, 3:] == 0)
    if not len(holes):
        return b""
    return struct.pack("<BBBBHBB", 0x21, 0xF9, 4, 1, 0, int(holes[0]), 0)


def _blocks(data: bytes) -> bytes:
    parts = [data[start : start + 255] for start in range(0, len(data), 255)]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"
