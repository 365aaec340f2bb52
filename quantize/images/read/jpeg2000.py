"""JPEG 2000 (ISO/IEC 15444-1), with the colour profile that Pillow leaves out."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import BinaryIO, Final

from PIL import ImageFile, Jpeg2KImagePlugin

_PROFILES: Final = (2, 3)
"""Methods of a `colr` box (I.5.3.3): an ICC profile, restricted or of any kind."""


def open_jpeg2000(stream: BinaryIO) -> ImageFile.ImageFile:
    """Return the image of a JP2 file or a bare codestream."""
    image = Jpeg2KImagePlugin.Jpeg2KImageFile(stream)
    position = stream.tell()
    profile = None
    with suppress(struct.error):
        profile = _profile(stream)
    if profile is not None:
        image.info["icc_profile"] = profile
    stream.seek(position)
    return image


def _profile(stream: BinaryIO) -> bytes | None:
    end = stream.seek(0, os.SEEK_END)
    for kind, start, stop in _boxes(stream, 0, end):
        if kind != b"jp2h":
            continue
        for inner, place, last in _boxes(stream, start, stop):
            stream.seek(place)
            if inner == b"colr" and stream.read(1)[:1] in map(bytes, zip(_PROFILES, strict=True)):
                stream.seek(place + 3)  # behind method, precedence and approximation
                return stream.read(last - place - 3)
    return None


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
