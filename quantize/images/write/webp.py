"""An encoder of lossless WebP, around libwebp; it finds the palette by itself."""

from __future__ import annotations

import io
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
    options: dict[str, Any] = {}
    if metadata.srgb:
        options["icc_profile"] = srgb_profile.profile()
    if metadata.exif is not None:
        options["exif"] = metadata.exif
    if metadata.xmp is not None:
        options["xmp"] = metadata.xmp
    image = Image.fromarray(palette.colors[indices])
    files = []
    for method, quality in EFFORTS[effort]:
        stream = io.BytesIO()
        how = {"method": method, "quality": quality, **options}
        image.save(stream, "WEBP", lossless=True, exact=True, **how)
        files.append(stream.getvalue())
    return min(files, key=len)
