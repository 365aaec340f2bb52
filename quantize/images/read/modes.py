"""Any of Pillow's modes as 8-bit RGB or RGBA, a band at a time.

Greyscale of more than 8 bits is made 16-bit first, then 8-bit through a table:

- 16 bits: 65535 is white; `(v + 128) // 257` rounds to the nearest of 256.
- 32-bit integers: values that all lie in 0 to 65535 are 16-bit ones in wide clothes, as PGM files
  and many a TIFF have them; any others are measurements, and their range, from the smallest to the
  largest, becomes black to white.
- 12 bits, which TIFF has: 4095 is white.
- floating point: 0 to 1 if all values lie there, else their range likewise. NaN and infinity have
  no place in it and are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from quantize.errors import PixelsError
from quantize.images.read import icc
from quantize.images.read.icc import Transform
from quantize.model.pixels import Bytes

BAND_PIXELS: Final = 1 << 18
"""Pixels taken over from Pillow at once: a whole picture would stand in memory three times, and
bands that stay in the cache take half the time."""

SIXTEEN_BIT: Final = ("I;16", "I;16L", "I;16B", "I;16N")
DEEP: Final = (*SIXTEEN_BIT, "I", "F")
"""Modes of one channel of more than 8 bits."""

_BITS, _PHOTOMETRIC, _SAMPLE_FORMAT = 258, 262, 339
"""Tags of TIFF 6.0."""

_WITH_ALPHA: Final = ("RGBA", "LA", "PA", "RGBa", "La")

Box = tuple[int, int, int, int]
"""Left, top, right, bottom of pixels that are stored; the latter two are outside."""


class Stored(Protocol):
    """A loaded image as it was stored: Pillow's, or what can be read like it."""

    @property
    def mode(self) -> str:
        """Of the bands."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""

    @property
    def format(self) -> str | None:
        """Pillow's name of the file's format."""

    @property
    def info(self) -> dict[str | tuple[int, int], Any]:
        """What the file says beside its pixels."""

    def crop(self, box: Box, /) -> Image.Image:
        """A band."""

    def getexif(self) -> Image.Exif:
        """As Pillow has it."""


Reader = Callable[[Image.Image], Bytes]
"""From a band of the stored image to (h, w, 3 or 4) uint8, possibly read-only."""


def bands(image: Stored) -> Iterator[Image.Image]:
    """The image in strips of whole rows, about `BAND_PIXELS` each."""
    width, height = image.size
    rows = max(BAND_PIXELS // width, 1)
    for top in range(0, height, rows):
        yield image.crop((0, top, width, min(top + rows, height)))


def reader(image: Stored, transform: Transform | None, notes: list[str]) -> Reader:
    """What reads bands of `image`: sRGB, with alpha if the image can have any.

    Args:
        image: loaded.
        transform: to sRGB, for the image's mode; None where the values are sRGB already.
        notes: what is assumed is added here.

    Raises:
        PixelsError: NaN or infinity among floats; a palette that lacks the colour of some pixel.
    """
    if image.mode in ("P", "PA"):
        _check_palette(image)
    if image.mode in DEEP:
        return _deep_reader(image, transform, notes)
    translucent = image.mode in _WITH_ALPHA or "transparency" in image.info
    target = "RGBA" if translucent else "RGB"
    if transform is None:
        return lambda band: np.asarray(_as(band, target))
    return lambda band: _transformed(band, transform, translucent=translucent)


def has_holes(image: Stored, read: Reader) -> bool:
    """Whether some pixel is not opaque."""
    for band in bands(image):
        pixels = read(band)
        if pixels.shape[2] == 3:
            return False
        if pixels[..., 3].min() < 255:
            return True
    return False


def _transformed(band: Image.Image, transform: Transform, *, translucent: bool) -> Bytes:
    """Through a profile; the alpha channel is no colour and stays as it is."""
    source = "RGBA" if translucent and transform.mode == "RGB" else transform.mode
    colors = transform.apply(_as(band, source))
    if translucent and source != "RGBA":
        colors.putalpha(_as(band, "RGBA").getchannel("A"))
    return np.asarray(colors)


def _as(band: Image.Image, mode: str) -> Image.Image:
    """The band in another mode, itself if it is in that mode."""
    if band.mode == "La":  # which Pillow turns into nothing else
        band = band.convert("LA")
    return band if band.mode == mode else band.convert(mode)


def _check_palette(image: Stored) -> None:
    """A pixel whose colour is missing is damage; viewers show it black, or as they like.

    In a GIF the index that is transparent may lie beyond the palette: it needs no colour.
    """
    entries, used = 0, np.zeros(256, bool)
    for band in bands(image):
        entries = len(band.getpalette() or ()) // 3
        if entries == 256:
            return
        indices = band if band.mode == "P" else band.getchannel("P")
        used |= np.array(indices.histogram()[:256]) > 0
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):
        used[transparent] = False
    if entries == 0:
        raise PixelsError("is indexed, and has no palette")
    if used[entries:].any():
        last = int(np.flatnonzero(used)[-1])
        raise PixelsError(f"damaged: a pixel has entry {last} of a palette of {entries}")


# More than 8 bits


class _Range(NamedTuple):
    """The values that become black and white."""

    low: float
    high: float


def _deep_reader(image: Stored, transform: Transform | None, notes: list[str]) -> Reader:
    span = _span(image, notes)
    table = _table(transform)
    transparent = image.info.get("transparency")
    inverted = _tags(image).get(_PHOTOMETRIC) == 0  # white is zero, which Pillow leaves as it is

    def read(band: Image.Image) -> Bytes:
        values = _values(image, band)
        sixteen = _sixteen(values, span)
        colors = table[65535 - sixteen if inverted else sixteen]
        if isinstance(transparent, int):  # of PNG: one value is no colour but a hole
            alpha = np.where(values == transparent, 0, 255).astype(np.uint8)
            colors = np.concatenate([colors, alpha[..., None]], axis=2)
        return colors

    return read


def _values(image: Stored, band: Image.Image) -> NDArray[Any]:
    """(h, w) of what the file holds; Pillow has 32 bits without a sign as if they had one."""
    values = np.asarray(band)
    tags = _tags(image)
    if image.mode == "I" and tags.get(_BITS) == (32,) and tags.get(_SAMPLE_FORMAT, (1,)) == (1,):
        return values.view(np.uint32)
    return values


def _tags(image: Stored) -> dict[int, Any]:
    """Of a TIFF."""
    return getattr(image, "tag_v2", {}) if image.format == "TIFF" else {}


def _span(image: Stored, notes: list[str]) -> _Range | None:
    """What becomes black and white; None where the values are 16-bit as they are."""
    if image.mode in SIXTEEN_BIT:
        return _Range(0, 4095) if _tags(image).get(_BITS) == (12,) else None
    lows, highs = [], []
    for band in bands(image):
        values = _values(image, band)
        lows.append(float(values.min()))  # NaN, if there is any
        highs.append(float(values.max()))
    low, high = float(np.min(lows)), float(np.max(highs))
    if not np.isfinite([low, high]).all():
        raise PixelsError("holds values that are no finite numbers (NaN or infinity); mend them")
    usual = _Range(0, 1) if image.mode == "F" else _Range(0, 65535)
    if usual.low <= low and high <= usual.high:
        return usual if image.mode == "F" else None
    notes.append(f"the values {low:g} to {high:g} were made black to white")
    return _Range(low, high)


def _sixteen(values: NDArray[Any], span: _Range | None) -> NDArray[np.uint16]:
    """0 to 65535."""
    if span is None:
        return values.astype(np.uint16)
    width = span.high - span.low
    scaled = (values.astype(np.float64) - span.low) * (65535 / width if width > 0 else 0.0)
    return np.rint(scaled).astype(np.uint16)


def _table(transform: Transform | None) -> Bytes:
    """(65536, 3): the colour of each grey of 16 bits."""
    greys = np.arange(65536, dtype=np.uint16)
    if transform is None or transform.mode != "L":
        plain = ((greys.astype(np.uint32) + 128) // 257).astype(np.uint8)
        table = np.repeat(plain[:, None], 3, axis=1)
        if transform is None:
            return table
        return icc.apply_to_array(transform, table)
    return icc.apply_to_array(transform, greys)
