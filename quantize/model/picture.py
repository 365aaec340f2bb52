"""The values that travel between the stages: frozen, checked once when they are made.

Arrays inside are read-only. Colours are 8-bit sRGB, with straight (not premultiplied) alpha in a
fourth channel where there is any.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from quantize.errors import PixelsError
from quantize.model.pixels import Bytes, Forgotten, Pixels, freeze


class Metadata(NamedTuple):
    """What a file says beside its pixels, and the file that is made of it says again.

    Attributes:
        exif: the EXIF block, a TIFF structure without the `Exif` mark before it; the orientation,
            which the pixels have taken over, is 1.
        xmp: the XMP packet, UTF-8.
        dpi: pixels an inch, across and down.
        text: keys and their texts, as PNG has them.
        srgb: whether the file says that its colours are sRGB, or they were converted to it.
        gamma: the exponent that a PNG says its values were encoded with (1 / 2.2 of most), where
            nothing better says what they mean.
        chromaticity: x and y of white, red, green and blue, likewise.
    """

    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    text: tuple[tuple[str, str], ...] = ()
    srgb: bool = False
    gamma: float | None = None
    chromaticity: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An image as the engine sees it.

    Attributes:
        pixels: (height, width, 3 or 4) uint8, an array unless the picture is very large; see
            `pixels.Pixels`. Four channels only if some pixel is not opaque; the colour of fully
            transparent pixels is then (0, 0, 0, 0).
        source: the file or stream that it came from, for people.
        source_bytes: size of that file; 0 if it came from memory.
        metadata: what else the file says.
        notes: what was lost or assumed in reading, a sentence each.
    """

    pixels: Pixels
    source: str = ""
    source_bytes: int = 0
    metadata: Metadata = field(default_factory=Metadata)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.pixels, np.ndarray):
            freeze(self, "pixels", np.uint8, 3)
        height, width, channels = self.pixels.shape
        if height == 0 or width == 0 or channels not in (3, 4):
            raise PixelsError(
                f"pixels: wanted (height, width, 3 or 4) with at least one pixel, "
                f"got {self.pixels.shape}"
            )

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Pixels in a row."""
        return int(self.pixels.shape[1])

    @property
    def channels(self) -> int:
        """3, or 4 with alpha."""
        return int(self.pixels.shape[2])

    def forgotten(self) -> Picture:
        """All that is known of it but the pixels, so that their memory can go."""
        return replace(self, pixels=Forgotten(self.pixels.shape))


def with_channels(colors: Bytes, channels: int) -> Bytes:
    """(n, channels) uint8 from (n, 3 or 4): an alpha of 255 is added where one is wanted."""
    if colors.shape[1] == channels:
        return colors
    return np.pad(colors, ((0, 0), (0, 1)), constant_values=255)
