"""JPEG 2000 (ISO/IEC 15444-1), with the colour profile that Pillow leaves out."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

from PIL import ImageFile, Jpeg2KImagePlugin

_PROFILES: Final = (2, 3)
"""Methods of a `colr` box (I.5.3.3): an ICC profile, restricted or of any kind."""


_CODESTREAM: Final = b"\xff\x4f"
_END: Final = b"\xff\xd9"
"""Markers at the start and the end of a codestream (A.4); no other bytes of it look like them."""

_TAIL: Final = 1024
"""Bytes at the end in which the last marker is looked for; some writers pad."""


def open_jpeg2000(stream: BinaryIO) -> ImageFile.ImageFile:
    """Return the image of a JP2 file or a bare codestream.

    Raises:
        EOFError: the codestream has no end. OpenJPEG would make a picture of what is there.
    """
    end = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    profile = None
    if stream.read(2) != _CODESTREAM:
        try:
            profile, end = _parts(stream, end)
        except struct.error:
            raise EOFError("truncated") from None
    stream.seek(max(end - _TAIL, 0))
    if _END not in stream.read(min(end, _TAIL)):
        raise EOFError("truncated")
    stream.seek(0)
    image = Jpeg2KImagePlugin.Jpeg2KImageFile(stream)
    if profile is not None:
        image.info["icc_profile"] = profile
    return image


def _parts(stream: BinaryIO, end: int) -> tuple[bytes | None, int]:
    """Return the colour profile of a JP2 file, and where its codestream ends.

    Raises:
        EOFError, struct.error: there is no codestream.
    """
    profile = None
    for kind, start, stop in _boxes(stream, 0, end):
        if kind == b"jp2c":
            return profile, stop
        if kind != b"jp2h":
            continue
        for inner, place, last in _boxes(stream, start, stop):
            stream.seek(place)
            if inner == b"colr" and profile is None and stream.read(1)[0] in _PROFILES:
                stream.seek(place + 3)  # behind method, precedence and approximation
                profile = stream.read(last - place - 3)
    raise EOFError("truncated")


def _boxes(stream: BinaryIO, start: int, stop: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind of each box, and where its content begins and ends (I.4)."""
    while start < stop:
        stream.seek(start)
        length, kind = struct.unpack(">I4s", stream.read(8))
        content = start + 8
        if length == 1:
            (length,) = struct.unpack(">Q", stream.read(8))
            content += 8
        end = min(start + length, stop) if length else stop
        if end < content:
            return
        yield kind, content, end
        start = end
