"""Any of Pillow's modes as 8-bit RGB or RGBA, a band at a time.

Greyscale of more than 8 bits is made 16-bit first, then 8-bit through a table:

- 16 bits: 65535 is white; `(v + 128) // 257` rounds to the nearest of 256.
- 32-bit integers: values that all lie in 0 to 65535 are 16-bit ones in wide clothes, as PGM files
  and many a TIFF have them; any others are measurements, and their range, from the smallest to the
  largest, becomes black to white.
- floating point: 0 to 1 if all values lie there, else their range likewise. NaN and infinity have
  no place in it and are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from quantize.errors import PixelsError
from quantize.images import profiles
from quantize.images.profiles import Transform
from quantize.model import Bytes

BAND_PIXELS: Final = 1 << 18
"""Pixels taken over from Pillow at once: a whole picture would stand in memory three times, and
bands that stay in the cache take half the time."""

SIXTEEN_BIT: Final = ("I;16", "I;16L", "I;16B", "I;16N")
DEEP: Final = (*SIXTEEN_BIT, "I", "F")
"""Modes of one channel of more than 8 bits."""

_WITH_ALPHA: Final = ("RGBA", "LA", "PA", "RGBa", "La")

Reader = Callable[[Image.Image], Bytes]
"""From a band of the stored image to (h, w, 3 or 4) uint8, possibly read-only."""


def bands(image: Image.Image) -> Iterator[Image.Image]:
    """The image in strips of whole rows, about `BAND_PIXELS` each."""
    rows = max(BAND_PIXELS // max(image.width, 1), 1)
    for top in range(0, image.height, rows):
        yield image.crop((0, top, image.width, min(top + rows, image.height)))


def reader(image: Image.Image, transform: Transform | None, notes: list[str]) -> Reader:
    """What reads bands of `image`: sRGB, with alpha if the image can have any.

    Args:
        image: loaded.
        transform: to sRGB, for the image's mode; None where the values are sRGB already.
        notes: what is assumed is added here.

    Raises:
        PixelsError: NaN or infinity among floats.
    """
    if image.mode in DEEP:
        return _deep_reader(image, transform, notes)
    translucent = image.mode in _WITH_ALPHA or "transparency" in image.info
    target = "RGBA" if translucent else "RGB"
    if transform is None:
        return lambda band: np.asarray(band if band.mode == target else band.convert(target))
    return lambda band: _transformed(band, transform, translucent=translucent)


def has_holes(image: Image.Image, read: Reader) -> bool:
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
    colors = transform.apply(band if band.mode == source else band.convert(source))
    if translucent and source != "RGBA":
        colors.putalpha(band.convert("RGBA").getchannel("A"))
    return np.asarray(colors)


# More than 8 bits


class _Range(NamedTuple):
    """The values that become black and white."""

    low: float
    high: float


def _deep_reader(image: Image.Image, transform: Transform | None, notes: list[str]) -> Reader:
    span = _span(image, notes)
    table = _table(transform)
    transparent = image.info.get("transparency")

    def read(band: Image.Image) -> Bytes:
        values = _values(image, band)
        colors = table[_sixteen(values, span)]
        if isinstance(transparent, int):
            alpha = np.where(values == transparent, 0, 255).astype(np.uint8)
            colors = np.concatenate([colors, alpha[..., None]], axis=2)
        return colors

    return read


def _values(image: Image.Image, band: Image.Image) -> NDArray[Any]:
    """(h, w) of what the file holds; Pillow has 32 bits without a sign as if they had one."""
    values = np.asarray(band)
    if image.mode == "I" and image.format == "TIFF":
        tags: Any = getattr(image, "tag_v2", {})
        if tags.get(258) == (32,) and tags.get(339, (1,)) == (1,):  # BitsPerSample, SampleFormat
            return values.view(np.uint32)
    return values


def _span(image: Image.Image, notes: list[str]) -> _Range | None:
    """What becomes black and white; None where the values are 16-bit as they are."""
    if image.mode in SIXTEEN_BIT:
        return None
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
        return profiles.apply_to_array(transform, table)
    return profiles.apply_to_array(transform, greys)
