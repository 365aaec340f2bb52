"""Grey of more than 8 bits as 8-bit RGB or RGBA.

Values become 16-bit first, then 8-bit through a table:

- 16 bits: 65535 is white; `(v + 128) // 257` rounds to the nearest of 256.
- 32-bit integers: values that all lie in 0 to 65535 are 16-bit ones, as PGM files and many a TIFF
  store them; any others are measurements, and their range, from the smallest to the largest,
  becomes black to white.
- 12 bits, which TIFF has: 4095 is white.
- floating point: 0 to 1 if all values lie there, else their range as above. NaN and infinity are
  refused.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from quantize.errors import PixelsError
from quantize.images.read.decoded import Reader, Stored, Transform, bands
from quantize.model.pixels import Bytes

_BITS, _PHOTOMETRIC, _SAMPLE_FORMAT = 258, 262, 339
"""Tags of TIFF 6.0."""


class _Range(NamedTuple):
    """The values that become black and white."""

    low: float
    high: float


def reader(image: Stored, transform: Transform | None, notes: list[str]) -> Reader:
    """Return what reads bands of an image: sRGB, with alpha if one value is transparent.

    Args:
        image: loaded, of one of `DEEP_MODES`.
        transform: to sRGB; None where the values are sRGB already.
        notes: what is assumed is added here.

    Raises:
        PixelsError: NaN or infinity among floats.
    """
    span = _span(image, notes)
    table = _table(transform)
    transparent = image.info.get("transparency")
    inverted = _tags(image).get(_PHOTOMETRIC) == 0  # white is zero, which Pillow leaves as it is

    def read(band: Image.Image) -> Bytes:
        values = _values(image, band)
        sixteen = _sixteen(values, span)
        colors = table[65535 - sixteen if inverted else sixteen]
        if isinstance(transparent, int):  # of PNG: one value is transparent
            alpha = np.where(values == transparent, 0, 255).astype(np.uint8)
            colors = np.concatenate([colors, alpha[..., None]], axis=2)
        return colors

    return read


def _values(image: Stored, band: Image.Image) -> NDArray[Any]:
    """Return (h, w) of what the file holds; Pillow takes 32 bits without a sign for signed ones."""
    values = np.asarray(band)
    tags = _tags(image)
    if image.mode == "I" and tags.get(_BITS) == (32,) and tags.get(_SAMPLE_FORMAT, (1,)) == (1,):
        return values.view(np.uint32)
    return values


def _tags(image: Stored) -> dict[int, Any]:
    """Return the tags of a TIFF; none of other formats."""
    return getattr(image, "tag_v2", {}) if image.format == "TIFF" else {}


def _span(image: Stored, notes: list[str]) -> _Range | None:
    """Return what becomes black and white; None where the values are 16-bit as they are."""
    if image.mode not in ("I", "F"):
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
    """Return the values as 0 to 65535."""
    if span is None:
        return values.astype(np.uint16)
    width = span.high - span.low
    scaled = (values.astype(np.float64) - span.low) * (65535 / width if width > 0 else 0.0)
    return np.rint(scaled).astype(np.uint16)


def _table(transform: Transform | None) -> Bytes:
    """Return (65536, 3): the colour of each grey of 16 bits."""
    greys = np.arange(65536, dtype=np.uint16)
    if transform is None or transform.mode != "L":
        plain = ((greys.astype(np.uint32) + 128) // 257).astype(np.uint8)
        table = np.repeat(plain[:, None], 3, axis=1)
        if transform is None:
            return table
        return _converted(transform, table)
    return _converted(transform, greys)


def _converted(transform: Transform, values: NDArray[Any]) -> Bytes:
    """Return (n, 3) uint8, sRGB, of n greys of 16 bits, or of (n, 3) uint8."""
    return np.asarray(transform.apply(Image.fromarray(values[None]))).reshape(-1, 3)
