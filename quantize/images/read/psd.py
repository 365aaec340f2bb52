"""The flattened picture of a Photoshop file (PSD, and PSB for large ones).

Adobe's "Photoshop File Formats Specification" is the source. Pillow reads the same picture, but
takes any fourth channel for transparency, loses its place in packed files of more channels, and
has neither 16 bits nor PSB.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from PIL import Image, ImageFile, ImagePalette

from quantize.images.read.decoded import Box, Stored, bands
from quantize.model.pixels import Bytes

_MODES: Final = {
    (0, 1): ("1", ("1;I",)),
    (1, 8): ("L", ("L",)),
    (1, 16): ("I;16", ("I;16B",)),
    (2, 8): ("P", ("P",)),
    (3, 8): ("RGB", ("R", "G", "B")),
    (3, 16): ("RGB", ("R;16B", "G;16B", "B;16B")),
    (4, 8): ("CMYK", ("C;I", "M;I", "Y;I", "K;I")),
    (8, 8): ("L", ("L",)),
    (9, 8): ("LAB", ("L", "A", "B")),
}
"""Colour mode and bits a channel: Pillow's mode, and the raw mode of each channel."""

_GREYS: Final = ("L", "I;16")

_RAW, _PACKED = 0, 1
"""How the flattened picture can be stored."""

_PROFILE: Final = 1039
"""The resource with the ICC profile."""


class _Header(NamedTuple):
    """The first 26 bytes."""

    signature: bytes
    version: int
    channels: int
    height: int
    width: int
    bits: int
    kind: int


class FlatPsd(ImageFile.ImageFile):
    """The flattened picture, for Pillow's decoders."""

    format = "PSD"

    def _open(self) -> None:
        assert self.fp is not None
        header = _Header(*struct.unpack(">4sH6xHIIHH", self.fp.read(26)))
        if header.version not in (1, 2) or (header.kind, header.bits) not in _MODES:
            what = f"colour mode {header.kind}, {header.bits} bits a channel"
            raise OSError(f"unsupported PSD ({what}); save it with RGB of 8 or 16 bits")
        mode, raws = _MODES[header.kind, header.bits]
        colors = self._section(">I")
        if mode == "P" and len(colors) == 768:
            self.palette = ImagePalette.raw("RGB;L", colors)
        profile = _resource(self._section(">I"), _PROFILE)
        if profile:
            self.info["icc_profile"] = profile
        layers = self._start_of_section(">I" if header.version == 1 else ">Q")
        channels: Sequence[int] = range(len(raws))
        if mode in (*_GREYS, "RGB") and _has_transparency(layers, header):
            channels = (0, 0, 0, 1) if mode in _GREYS else (0, 1, 2, 3)
            depth = ";16B" if header.bits == 16 else ""
            mode, raws = "RGBA", tuple(f"{band}{depth}" for band in "RGBA")
        if max(channels) >= header.channels:
            raise ValueError(f"channel {max(channels) + 1} of {header.channels} is missing")
        self._mode, self._size = mode, (header.width, header.height)
        places = self._places(header)
        self.tile = [
            ImageFile._Tile(self._decoder, (0, 0, *self.size), places[channel], raw)  # noqa: SLF001
            for channel, raw in zip(channels, raws, strict=True)
        ]

    def _section(self, length: str) -> bytes:
        """Return the section of the file that begins here with its length."""
        assert self.fp is not None
        (size,) = struct.unpack(length, self.fp.read(struct.calcsize(length)))
        return ImageFile._safe_read(self.fp, size)  # noqa: SLF001 - in pieces, and all of it

    def _start_of_section(self, length: str) -> bytes:
        """Return the first bytes of such a section, and go to its end."""
        assert self.fp is not None
        (size,) = struct.unpack(length, self.fp.read(struct.calcsize(length)))
        place = self.fp.tell()
        start = self.fp.read(min(size, 10))
        self.fp.seek(place + size)
        return start

    def _places(self, header: _Header) -> list[int]:
        """Return where each channel begins, and note how it is stored."""
        assert self.fp is not None
        (stored,) = struct.unpack(">H", self.fp.read(2))
        if stored == _RAW:
            self._decoder = "raw"
            size = (header.width * header.bits + 7) // 8 * header.height
            return [self.fp.tell() + size * channel for channel in range(header.channels)]
        if stored != _PACKED:
            raise OSError(f"unsupported PSD: compression {stored} of the flattened picture")
        self._decoder = "packbits"
        kind = ">u2" if header.version == 1 else ">u4"
        count = header.channels * header.height * int(kind[2])
        table = np.frombuffer(ImageFile._safe_read(self.fp, count), kind)  # noqa: SLF001
        sizes = table.reshape(header.channels, header.height).sum(axis=1, dtype=np.int64)
        return [self.fp.tell() + int(size) for size in np.cumsum([0, *sizes[:-1]])]


def _resource(section: bytes, wanted: int) -> bytes | None:
    """Return an image resource by its number."""
    place = 0
    while place + 12 <= len(section):
        (number, name) = struct.unpack_from(">HB", section, place + 4)
        place += 6 + (name + 2) // 2 * 2
        if place + 4 > len(section):
            return None
        (size,) = struct.unpack_from(">I", section, place)
        if number == wanted:
            return section[place + 4 : place + 4 + size]
        place += 4 + (size + 1) // 2 * 2
    return None


def _has_transparency(layers: bytes, header: _Header) -> bool:
    """Return whether the channel behind the colours is transparency: a negative count of layers.

    Otherwise it is a selection that was kept.
    """
    place = 4 if header.version == 1 else 8
    if len(layers) < place + 2 or not any(layers[:place]):
        return False
    (count,) = struct.unpack_from(">h", layers, place)
    return bool(count < 0)


# --- transparency ---------------------------------------------------------------------------------


def unmixed(image: Stored) -> Stored:
    """Return the loaded picture with its own colours.

    Photoshop mixes what is not opaque with white. Other programs do not; theirs has pixels that no
    mixture with white can be.
    """
    if image.mode != "RGBA" or not all(_is_mixed(np.asarray(band)) for band in bands(image)):
        return image
    return _Unmixed(image)


def _is_mixed(pixels: Bytes) -> bool:
    """Return whether (h, w, 4) pixels can be mixtures with white, but for rounding."""
    darkest, alpha = pixels[..., :3].min(axis=2).astype(np.int16), pixels[..., 3].astype(np.int16)
    return bool((darkest + alpha >= 255 - _ROUNDING).all())


_ROUNDING: Final = 1


class _Unmixed:
    """A loaded image that was mixed with white, as if it were not."""

    def __init__(self, image: Stored) -> None:
        self._image = image
        self.mode, self.size, self.format = image.mode, image.size, image.format
        self.info = image.info

    def getexif(self) -> Image.Exif:
        """Return the EXIF block, as Pillow has it."""
        return self._image.getexif()

    def crop(self, box: Box) -> Image.Image:
        """Return pixels from left, top to before right, bottom."""
        pixels = np.asarray(self._image.crop(box))
        alpha = pixels[..., 3:].astype(np.int32)
        colors = (pixels[..., :3].astype(np.int32) + alpha - 255) * 255
        own = np.rint(colors / np.maximum(alpha, 1)).clip(0, 255).astype(np.uint8)
        return Image.fromarray(np.concatenate([own, pixels[..., 3:]], axis=2))
