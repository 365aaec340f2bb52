"""Pixels as a file that every browser shows, exactly as they are: for pages that hold pictures."""

from __future__ import annotations

import io
from base64 import b64encode
from typing import Final

import numpy as np

from quantize.images import encode
from quantize.model.palette import Palette
from quantize.model.pixels import Bytes

MOST_SIDE: Final = 16383
"""What WebP can hold, across and down."""

THUMBNAIL: Final = (112, 80)
"""Pixels of a thumbnail at most, across and down."""


def address(pixels: Bytes) -> str:
    """Return pixels as the `data:` address of a lossless WebP.

    Args:
        pixels: (height, width, 3 or 4) uint8, at most `MOST_SIDE` in each direction. The colours of
            invisible pixels are kept as well.
    """
    from PIL import Image

    stream = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.save(stream, "WEBP", lossless=True, quality=20, method=1, exact=True)
    return f"data:image/webp;base64,{b64encode(stream.getvalue()).decode()}"


def thumbnail_address(pixels: Bytes) -> str:
    """Return pixels as the `data:` address of a small WebP, for a table.

    Args:
        pixels: as for `address`.
    """
    from PIL import Image

    stream = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.thumbnail(THUMBNAIL)
    image.save(stream, "WEBP", quality=70)
    return f"data:image/webp;base64,{b64encode(stream.getvalue()).decode()}"


def levels_address(levels: Bytes) -> str:
    """Return levels as the `data:` address of a PNG in which each is a grey of that value.

    Args:
        levels: (height, width) uint8.
    """
    greys = np.repeat(np.arange(int(levels.max()) + 1, dtype=np.uint8)[:, None], 3, axis=1)
    data = encode.encode(Palette(greys), np.ascontiguousarray(levels), "png")
    return f"data:image/png;base64,{b64encode(data).decode()}"
