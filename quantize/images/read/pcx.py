"""PCX: what Pillow takes for granted of its packing and its palette."""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

from PIL import ImageFile, PcxImagePlugin

_HEADER: Final = 128
_VERSION, _PACKED, _BITS, _PLANES, _ROW, _KIND_OF_PALETTE = 1, 2, 3, 65, 66, 68
"""Places in the header."""

_WITH_256_COLORS: Final = (5, 8, 1)
"""Version, bits and planes of a picture whose palette stands at the end."""

_PALETTE: Final = 1 + 3 * 256
_MARK: Final = 0x0C
"""Before that palette."""

_REPEATS: Final = 0xC0
"""A byte from here on says how often the next one stands."""

_GREY: Final = 2
"""A kind of palette: there is none."""


def open_pcx(stream: BinaryIO) -> ImageFile.ImageFile:
    """Return the image of a PCX.

    Raises:
        OSError: its rows are not packed; Pillow would read another picture.
        EOFError: its palette is missing; Pillow would take it for grey.
    """
    header = stream.read(_HEADER)
    if len(header) < _HEADER:
        raise EOFError("truncated")
    if not header[_PACKED]:
        raise OSError("unsupported PCX, which is not packed; save it again")
    kind = header[_VERSION], header[_BITS], header[_PLANES]
    if kind == _WITH_256_COLORS and header[_KIND_OF_PALETTE] != _GREY:
        top, bottom = struct.unpack_from("<6xH2xH", header)
        (row,) = struct.unpack_from("<H", header, _ROW)
        body = stream.read()
        palette = len(body) - _PALETTE
        if palette < _end_of_rows(body, row * (bottom - top + 1)) or body[palette] != _MARK:
            raise EOFError("truncated")
    stream.seek(0)
    return PcxImagePlugin.PcxImageFile(stream)


def _end_of_rows(body: bytes, count: int) -> int:
    """Return the place behind as many unpacked bytes; a byte from 0xC0 on repeats the next one."""
    place = 0
    while count > 0 and place < len(body):
        byte = body[place]
        packed = byte >= _REPEATS
        count -= byte - _REPEATS if packed else 1
        place += 1 + packed
    return place
