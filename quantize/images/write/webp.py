"""An encoder of lossless WebP, around libwebp; it finds the palette by itself."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, Final

from PIL import Image

from quantize.images.write import srgb_profile
from quantize.model.palette import Palette
from quantize.model.picture import Metadata
from quantize.model.pixels import Bytes

EFFORTS: Final = {"fast": ((0, 0),), "default": ((3, 50),), "best": ((3, 50), (5, 100))}
"""libwebp's method and quality, both of which are effort where nothing is lost; the smallest of the
results is taken. At 16, 64 and 256 colours, of pngquant's bytes, and nanoseconds a pixel: (0, 0)
1.18 1.06 1.03 for 40, (3, 50) 0.89 0.82 0.81 for 130, (4, 80) 0.90 0.82 0.81 for 180; (5, 100) is
up to 4 % below (3, 50) for 1,700, though not always, and (6, 100) takes 10,000 to 30,000."""


def encode(
    palette: Palette, indices: Bytes, *, metadata: Metadata, effort: str = "default"
) -> bytes:
    """Return the file of a picture, with EXIF, XMP and the colour space.

    Args:
        palette: k colours.
        indices: (h, w) uint8, below k; sides below 16,384.
        metadata: its EXIF block, XMP packet and colour space are written.
        effort: a key of `EFFORTS`.
    """
    return smallest(Image.fromarray(palette.colors[indices]), effort, beside_pixels(metadata))


def beside_pixels(metadata: Metadata) -> dict[str, bytes]:
    """Return what is written beside the pixels, by Pillow's names."""
    found: dict[str, bytes] = {}
    if metadata.srgb:
        found["icc_profile"] = srgb_profile.profile()
    if metadata.exif is not None:
        found["exif"] = metadata.exif
    if metadata.xmp is not None:
        found["xmp"] = metadata.xmp
    return found


def smallest(image: Image.Image, effort: str, beside: Mapping[str, bytes]) -> bytes:
    """Return the smallest file that an effort gives.

    Args:
        image: of mode RGB or RGBA; the colours of transparent pixels are kept.
        effort: a key of `EFFORTS`.
        beside: from `beside_pixels`.
    """
    files = []
    for method, quality in EFFORTS[effort]:
        stream = io.BytesIO()
        how: dict[str, Any] = {"method": method, "quality": quality, **beside}
        image.save(stream, "WEBP", lossless=True, exact=True, **how)
        files.append(stream.getvalue())
    return min(files, key=len)
