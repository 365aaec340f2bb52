"""Indexed images as files: a row of `ENCODERS` for each format of `formats.FORMATS`."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, BinaryIO, Final

import numpy as np
from PIL import Image

from quantize import png
from quantize.errors import OutputError
from quantize.formats import FORMATS, ImageFormat
from quantize.model import Bytes, Palette


def encode(
    palette: Palette, indices: Bytes, format_name: str, *, icc_profile: bytes | None = None
) -> bytes:
    """The file of an indexed image.

    Args:
        palette: k colours; translucent ones only for formats that can hold them.
        indices: (h, w) uint8, below k.
        format_name: a key of `formats.FORMATS`.
        icc_profile: written into the file where the format takes one.
    """
    options = {} if icc_profile is None else {"icc_profile": icc_profile}
    stream = io.BytesIO()
    ENCODERS[format_name](palette, indices, stream, options)
    return stream.getvalue()


def to_image(palette: Palette, indices: Bytes) -> Image.Image:
    """An indexed Pillow image (mode P) of (h, w) uint8 indices."""
    image = Image.fromarray(indices)
    image.putpalette(palette.colors[:, :3].tobytes())
    if palette.colors.shape[1] == 4:
        image.info["transparency"] = palette.colors[:, 3].tobytes()
    return image


def check_alpha(palette: Palette, row: ImageFormat, target: str) -> None:
    """Refuse to write a palette with alpha in a format that would lose some of it.

    Raises:
        OutputError: names the formats that can hold it.
    """
    translucent = palette.colors[:, 3:]
    on_off = row.alpha == "on-off" and np.isin(translucent, (0, 255)).all()
    if translucent.size and row.alpha != "full" and not on_off:
        able = ", ".join(other.name for other in FORMATS.values() if other.alpha == "full")
        problem = f"{row.name} cannot hold the transparency of this palette; choose one of {able}"
        raise OutputError(target, problem)


Encoder = Callable[[Palette, Bytes, BinaryIO, dict[str, Any]], None]


def _png(palette: Palette, indices: Bytes, stream: BinaryIO, options: dict[str, Any]) -> None:
    stream.write(png.encode(palette, indices, **options))


def _gif(palette: Palette, indices: Bytes, stream: BinaryIO, _options: dict[str, Any]) -> None:
    image = to_image(palette, indices)
    image.info.pop("transparency", None)
    holes = np.flatnonzero(palette.colors[:, 3:] == 0)
    transparency = {"transparency": int(holes[0])} if len(holes) else {}
    image.save(stream, "GIF", optimize=False, **transparency)


def _webp(palette: Palette, indices: Bytes, stream: BinaryIO, options: dict[str, Any]) -> None:
    image = Image.fromarray(palette.colors[indices])
    image.save(stream, "WEBP", lossless=True, exact=True, quality=80, method=4, **options)


def _tiff(palette: Palette, indices: Bytes, stream: BinaryIO, options: dict[str, Any]) -> None:
    to_image(palette, indices).save(stream, "TIFF", compression="tiff_adobe_deflate", **options)


def _bmp(palette: Palette, indices: Bytes, stream: BinaryIO, _options: dict[str, Any]) -> None:
    to_image(palette, indices).save(stream, "BMP")


ENCODERS: Final[dict[str, Encoder]] = {
    "png": _png,
    "gif": _gif,
    "webp": _webp,
    "tiff": _tiff,
    "bmp": _bmp,
}
