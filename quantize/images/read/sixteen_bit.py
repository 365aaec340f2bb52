"""Colour of 16 bits a channel, rounded to 8: Pillow takes the high byte and drops the low one.

A second decoding with the order of the bytes turned gives the low bytes, and both together the
nearest of 256 values, `(v + 128) // 257`; with the high byte alone 511 of 65535, which is nearly 2
of 255, would be 1. Pillow keeps greyscale of 16 bits as it is (see `deep`). Premultiplied alpha
stays at its high bytes.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np
from PIL import Image, ImageFile

from quantize.images.read.decoded import Box, Stored, Transform
from quantize.model.pixels import Bytes

if TYPE_CHECKING:
    from quantize.images.read.coding import CodingTransform

_NATIVE: Final = "L" if sys.byteorder == "little" else "B"
_TURNED: Final = {"L": "B", "B": "L"}
_HALVED: Final = ("RGB", "RGBX", "RGBA", "CMYK")
_GREY_WITH_ALPHA: Final = "LA;16B"


def load(image: ImageFile.ImageFile, stream: BinaryIO) -> Stored:
    """Decode an image that was opened from `stream`; twice, where low bytes would be dropped.

    Raises:
        OSError, and whatever else decoders raise over damaged data.
    """
    _mend_layers(image)
    raws = [_raw_mode(tile) for tile in image.tile]
    if not any(map(_turned, raws)):
        image.load()
        return image
    image.load()
    stream.seek(0)
    low = type(image)(stream)
    if image.tell():  # a page of a TIFF
        low.seek(image.tell())
    _mend_layers(low)
    for place, raw in enumerate(raws):
        low.tile[place] = _with_raw_mode(low.tile[place], _turned(raw) or raw)
    low.load()
    return SixteenBit(image, low, grey_with_alpha=_GREY_WITH_ALPHA in raws)


def _mend_layers(image: ImageFile.ImageFile) -> None:
    """Let the separate layers of an uncompressed TIFF be read as the 16 bits that they have.

    Pillow 13 takes them for 8 bits, and gives another picture.
    """
    tags: Any = getattr(image, "tag_v2", {})
    if tags.get(284) != 2 or set(tags.get(258, ())) != {16}:  # PlanarConfiguration, BitsPerSample
        return
    order = "L" if tags.prefix == b"II" else "B"
    for place, tile in enumerate(image.tile):
        if tile[0] == "raw" and len(_raw_mode(tile)) == 1:
            image.tile[place] = _with_raw_mode(tile, f"{_raw_mode(tile)};16{order}")


def _with_raw_mode(tile: Any, raw: str) -> Any:
    return tile._replace(args=raw if isinstance(tile.args, str) else (raw, *tile.args[1:]))


def _raw_mode(tile: Any) -> str:
    """Return what Pillow's decoders are told of the values in the file, as `RGB;16B`."""
    args = tile[3]
    return str(args if isinstance(args, str) else args[0] if args else "")


def _turned(raw: str) -> str | None:
    """Return the raw mode that gives the low bytes where this one gives the high ones, or None."""
    if raw == _GREY_WITH_ALPHA:
        return "RGBA"  # all four bytes: grey high and low, alpha high and low
    kind, _, depth = raw.partition(";16")
    layers = len(kind) == 1 and kind in "RGBACMYK"
    if (kind in _HALVED or layers) and depth in ("L", "B", "N"):
        return f"{kind};16{_TURNED[_NATIVE if depth == 'N' else depth]}"
    return None


class SixteenBit:
    """Two loaded images, of high and of low bytes, as if they were one of 8 bits.

    Attributes:
        mode, size, info, format: as Pillow has them.
    """

    def __init__(
        self,
        high: Image.Image,
        low: Image.Image,
        *,
        grey_with_alpha: bool,
        coding: CodingTransform | None = None,
    ) -> None:
        self._coding = coding
        self._high, self._low = high, low
        self._places = [1, 1, 1, 3] if grey_with_alpha else None
        transparent = high.info.get("transparency")
        self._transparent = transparent if isinstance(transparent, tuple) else None
        self.mode = "RGBA" if self._transparent else high.mode
        self.size, self.format = high.size, high.format
        self.info = {key: value for key, value in high.info.items() if key != "transparency"}

    def through(self, transform: Transform) -> tuple[SixteenBit, Transform | None]:
        """Return the image whose bands a transform has converted, and what is left to be done.

        A profile is applied to 8 bits; numbers are to all 16, since light has most of its steps in
        the dark.
        """
        from quantize.images.read.coding import CodingTransform

        if not isinstance(transform, CodingTransform):
            return self, transform
        grey_with_alpha = self._places is not None
        return SixteenBit(
            self._high, self._low, grey_with_alpha=grey_with_alpha, coding=transform
        ), None

    def getexif(self) -> Image.Exif:
        """Return the EXIF block, as Pillow has it."""
        return self._high.getexif()

    def crop(self, box: Box) -> Image.Image:
        """Return pixels from left, top to before right, bottom."""
        high = np.asarray(self._high.crop(box))
        low = np.asarray(self._low.crop(box))
        if self._places is not None:
            low = low[..., self._places]
        if self._coding is not None:
            values = high[..., :3].astype(np.uint16) << 8 | low[..., :3]
            alpha = _rounded(high[..., 3:], low[..., 3:])
            colors = np.concatenate([self._coding.of(values), alpha], axis=2)
        else:
            colors = _rounded(high, low)
        if self._transparent is not None:
            key = np.array(self._transparent)
            transparent = (high.astype(np.int32) * 256 + low == key).all(axis=2)
            colors = np.dstack([colors, np.where(transparent, 0, 255).astype(np.uint8)])
        return _from_array(colors, self.mode)


def _rounded(high: Bytes, low: Bytes) -> Bytes:
    """Return the nearest of 256 values, (256 high + low + 128) // 257."""
    # v = 257 high + (low - high), so rounding v / 257 moves the high byte by one or not at all
    rest = low.astype(np.int16) - high
    return high + (rest > 128).astype(np.uint8) - (rest < -128).astype(np.uint8)


def _from_array(values: Any, mode: str) -> Image.Image:
    if mode in ("RGB", "RGBA"):
        return Image.fromarray(values)
    return Image.frombytes(mode, (values.shape[1], values.shape[0]), values.tobytes())
