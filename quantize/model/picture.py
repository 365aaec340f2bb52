"""Pictures and their metadata: frozen values, checked once when they are made.

Arrays inside are read-only. Colours are 8-bit sRGB, with straight (not premultiplied) alpha in a
fourth channel where there is any.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from quantize.errors import PixelsError
from quantize.model.pixels import Bytes, Counts, Pixels, ReleasedPixels, freeze
from quantize.values import Value


class GeoTags(NamedTuple):
    """What a GeoTIFF says of the place that its pixels show.

    Attributes:
        tags: the number of each tag, its type by TIFF 6.0, and its value as Pillow has it.
        nodata: the value of pixels that show nothing, as GDAL writes it; None if there is none.
        nodata_color: red, green and blue of that value; None if it is not known.
    """

    tags: tuple[tuple[int, int, Any], ...] = ()
    nodata: str | None = None
    nodata_color: tuple[int, int, int] | None = None

    def nodata_index(self, colors: Bytes) -> int | None:
        """Return the entry of a palette that has the colour of nodata, at its own number if it can.

        Args:
            colors: (k, 3 or 4) uint8.

        Returns:
            None if no entry has that colour.
        """
        if self.nodata_color is None:
            return None
        entries = np.flatnonzero((colors[:, :3] == self.nodata_color).all(axis=1)).tolist()
        own = [entry for entry in entries if str(entry) == self.nodata]
        return next(iter(own + entries), None)


class Metadata(NamedTuple):
    """What a file says beside its pixels; it is written again into the result.

    Attributes:
        exif: the EXIF block, a TIFF structure without the `Exif` mark before it; the orientation is
            1, because the pixels are upright.
        xmp: the XMP packet, UTF-8.
        dpi: pixels an inch, across and down.
        text: keywords and their texts, as PNG has them.
        srgb: whether the colours are known to be sRGB: the file says so, or they were converted.
        geo: the georeference of a TIFF.
    """

    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    text: tuple[tuple[str, str], ...] = ()
    srgb: bool = False
    geo: GeoTags | None = None


class FileTable(Value):
    """The colour table of an indexed file, in its order, and the entry of each pixel.

    Attributes:
        colors: (n, 3 or 4) uint8, n from 1 to 256; four channels only if some entry is not opaque.
            Equal entries and entries that no pixel has are among them; a fully transparent one has
            the colour that the file gives it.
        counts: (n,) int64, how many pixels have each entry.
        indices: (height, width) uint8, below n; an array unless the picture is very large.
    """

    colors: Bytes
    counts: Counts
    indices: Pixels


class Picture(Value):
    """An image as all stages see it.

    Attributes:
        pixels: (height, width, 3 or 4) uint8, an array unless the picture is very large; see
            `pixels.Pixels`. Four channels only if some pixel is not opaque; the colour of fully
            transparent pixels is then (0, 0, 0, 0).
        source: the name of the file or stream that it came from, for people.
        source_bytes: the size of that file; 0 if it came from memory.
        metadata: what else the file says.
        notes: what was lost or assumed in reading, a sentence each.
        table: of an indexed file, or of a Pillow image in mode P, its colour table; else None.

    Examples:
        >>> import numpy as np
        >>> picture = Picture(np.zeros((4, 6, 3), np.uint8), "black")
        >>> picture.height, picture.width, picture.channels
        (4, 6, 3)
    """

    pixels: Pixels
    source: str = ""
    source_bytes: int = 0
    metadata: Metadata = Metadata()
    notes: tuple[str, ...] = ()
    table: FileTable | None = None

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
        """The number of rows."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """The number of pixels in a row."""
        return int(self.pixels.shape[1])

    @property
    def channels(self) -> int:
        """3, or 4 with alpha."""
        return int(self.pixels.shape[2])

    def released(self) -> Picture:
        """Return the picture without its pixels, so that their memory is free."""
        return self.replaced(pixels=ReleasedPixels(self.pixels.shape), table=None)


def with_channels(colors: Bytes, channels: int) -> Bytes:
    """Return (n, channels) uint8 from (n, 3 or 4): with an alpha of 255 where one is added."""
    if colors.shape[1] == channels:
        return colors
    return np.pad(colors, ((0, 0), (0, 1)), constant_values=255)
