"""Cursors of Windows (CUR), which are icons but for two bytes and the place that points.

Pillow's own reader of them leaves out masks and pictures stored as PNG, which that of icons knows.
"""

from __future__ import annotations

import io
import struct
from typing import BinaryIO, Final

from PIL import IcoImagePlugin, ImageFile

_HEADER, _ENTRY = 6, 16
"""Bytes of the header and of an entry of the directory, one for each size."""

_PNG: Final = b"\x89PNG"
_BITS: Final = 14
"""Where a bitmap without a file header has its bits a pixel."""


def open_cursor(stream: BinaryIO) -> ImageFile.ImageFile:
    """Return the largest picture of a cursor; it is decoded already."""
    data = bytearray(stream.read())
    (count,) = struct.unpack_from("<H", data, 4)
    data[2:4] = b"\1\0"
    for entry in range(_HEADER, _HEADER + _ENTRY * count, _ENTRY):
        (start,) = struct.unpack_from("<I", data, entry + 12)
        bits = 32
        if data[start : start + len(_PNG)] != _PNG:
            (bits,) = struct.unpack_from("<H", data, start + _BITS)
        struct.pack_into("<HH", data, entry + 4, 1, bits)  # in place of the point
    image = IcoImagePlugin.IcoImageFile(io.BytesIO(data))
    image.format = "CUR"
    return image
