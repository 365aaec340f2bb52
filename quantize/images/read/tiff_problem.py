"""What is wrong with a TIFF that no decoder takes."""

from __future__ import annotations

from contextlib import suppress
from typing import BinaryIO, Final

from PIL import TiffImagePlugin

_COMPRESSION, _BITS = 259, 258
"""Tags of TIFF 6.0."""

_UNREAD_COLORS: Final = "unknown pixel mode"
"""Pillow's words for channels that it does not read."""


def explain(stream: BinaryIO) -> str:
    """Return what is wrong with a TIFF, as the end of a sentence about it.

    Args:
        stream: the file; its position is moved.
    """
    with suppress(Exception):  # a damaged directory can make Pillow raise anything
        stream.seek(0)
        tags = TiffImagePlugin.ImageFileDirectory_v2(stream.read(8))
        stream.seek(tags.next)
        tags.load(stream)
        compression, bits = tags.get(_COMPRESSION, 1), tags.get(_BITS, (1,))
        if compression not in TiffImagePlugin.COMPRESSION_INFO:
            return f"is a TIFF of compression {compression}, which is not read; save it with LZW"
        stream.seek(0)
        try:
            TiffImagePlugin.TiffImageFile(stream)
        except SyntaxError as error:
            if str(error) != _UNREAD_COLORS:
                return f"is a damaged TIFF: {error}"
        channels = f"{len(bits)} channel{'s' * (len(bits) > 1)} of {'/'.join(map(str, bits))} bits"
        return f"is a TIFF of {channels}, which are not read; save it as RGB of 8 or 16 bits"
    return "is a TIFF whose header is damaged"
