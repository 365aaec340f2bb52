"""Any of Pillow's modes as 8-bit RGB, or RGBA if some pixel is not opaque, the right way up."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from quantize.errors import PixelsError
from quantize.model import Bytes

BAND_PIXELS: Final = 1 << 18
"""Pixels taken over from Pillow at once: a whole picture would stand in memory three times, and
bands that stay in the cache take half the time."""

_ORIENTATION_TAG: Final = 0x0112
_EXIF_HOMES: Final = ("exif", "Raw profile type exif", "xmp", "XML:com.adobe.xmp")
_SIXTEEN_BIT: Final = ("I;16", "I;16L", "I;16B", "I;16N")


def upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF orientation says; an EXIF block that cannot be read turns nothing."""
    orientation: object = 1
    if image.format in ("PNG", "JPEG") and image.info.keys().isdisjoint(_EXIF_HOMES):
        return image
    with suppress(Exception):
        orientation = image.getexif().get(_ORIENTATION_TAG, 1)
    if orientation not in range(2, 9):
        return image
    from PIL import ImageOps

    return ImageOps.exif_transpose(image)


def to_array(image: Image.Image) -> Bytes:
    """(h, w, 3 or 4) uint8 from any mode."""
    if image.mode in _SIXTEEN_BIT or image.mode == "I":
        return _from_sixteen_bits(np.asarray(image), image.info.get("transparency"))
    if image.mode == "F":
        raise PixelsError("32-bit floating-point greyscale is not read; save it with 16 bits")
    translucent = "A" in image.mode or "a" in image.mode or "transparency" in image.info
    mode = "RGBA" if translucent else "RGB"
    pixels = np.empty((image.height, image.width, len(mode)), np.uint8)
    rows = max(BAND_PIXELS // image.width, 1)
    for top in range(0, image.height, rows):
        band = image.crop((0, top, image.width, min(top + rows, image.height)))
        pixels[top : top + rows] = np.asarray(band if band.mode == mode else band.convert(mode))
    return pixels


def _from_sixteen_bits(grey: NDArray[Any], transparent: object) -> Bytes:
    """(h, w) of 0..65535 to (h, w, 3) of 0..255, 65535 to 255; with alpha if a value means none."""
    values = grey.astype(np.int64)
    if values.min(initial=0) < 0 or values.max(initial=0) > 65535:
        raise PixelsError("32-bit greyscale is not read; save it with 16 bits")
    channels = [((values + 128) // 257).astype(np.uint8)] * 3
    if isinstance(transparent, int):
        channels.append(np.where(values == transparent, 0, 255).astype(np.uint8))
    return np.stack(channels, axis=2)


def tidy(pixels: NDArray[Any]) -> Bytes:
    """Contiguous; no alpha if all is opaque; no colour where nothing can be seen."""
    if pixels.shape[2] == 4:
        alpha = pixels[..., 3]
        if alpha.size and alpha.min() == 255:
            pixels = pixels[..., :3]
        else:
            pixels = np.where(alpha[..., None] > 0, pixels, 0)
    return np.ascontiguousarray(pixels, np.uint8)
