"""What a PNG says that Pillow does not read, or reads wrong: see ISO/IEC 15948:2025, 11.3."""

from __future__ import annotations

import struct
from contextlib import suppress
from typing import Any, BinaryIO, Final

from PIL import Image

from quantize.images import png_chunks

_GREY, _RGB = 0, 2
"""Colour types."""

_HEADER: Final = 8 + 8 + 8
"""Where IHDR has the depth, and behind it the colour type, behind width and height."""


def heeded(image: Image.Image, stream: BinaryIO) -> dict[str, Any]:
    """Return entries of `Image.info` that go before Pillow's own.

    Args:
        image: a PNG that Pillow has opened.
        stream: its file; its position stays.
    """
    found: dict[str, Any] = {}
    coding = png_chunks.before_pixels(stream, b"cICP", 4)
    if coding is not None:
        found["cicp"] = tuple(coding)
    if "transparency" in image.info:
        color = _transparent_color(stream)
        if color is not None:
            found["transparency"] = color
    return found


def loaded(image: Image.Image) -> Image.Image:
    """Return an image of Pillow's, loaded, with what its file says; the image stays as it is.

    Of a PNG that was loaded before, the file is gone, and Pillow's word stands.
    """
    stream = getattr(image, "fp", None)
    said: dict[str, Any] = {}
    if getattr(image, "tile", None) and stream is not None:
        with suppress(OSError, ValueError, EOFError):  # a stream that cannot seek, or is closed
            said = heeded(image, stream)
    image.load()
    if all(image.info.get(key) == value for key, value in said.items()):
        return image
    told = image.copy()
    told.format, told.info = image.format, dict(image.info)
    told.info.update(said)
    return told


def _transparent_color(stream: BinaryIO) -> int | tuple[int, ...] | None:
    """Return the grey or the colour that is transparent, in samples of Pillow's image.

    The file has it in samples of its own depth, of which the lowest bits count (11.3.1.1). Pillow
    scales samples of fewer bits to 8, and leaves the transparent one as it is.

    Returns:
        None of an indexed picture.
    """
    position = stream.tell()
    stream.seek(_HEADER)
    bits, kind = stream.read(2)
    stream.seek(position)
    if kind not in (_GREY, _RGB):
        return None
    count = 3 if kind == _RGB else 1
    data = png_chunks.before_pixels(stream, b"tRNS", 2 * count)
    if data is None:
        return None
    largest = (1 << bits) - 1
    scale = 255 // largest if bits < 8 else 1
    samples = tuple((value & largest) * scale for value in struct.unpack(f">{count}H", data))
    return samples if kind == _RGB else samples[0]
