"""Indexed images as files: a row of `ENCODERS` for each format of `formats.FORMATS`."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from PIL import Image

from quantize.errors import OutputError
from quantize.images import png
from quantize.images.table import FORMATS, ImageFormat
from quantize.model.palette import Palette
from quantize.model.picture import Metadata
from quantize.model.pixels import Bytes

WEBP_EFFORTS: Final = {"fast": ((0, 0),), "default": ((3, 50),), "best": ((3, 50), (5, 100))}
"""libwebp's method and quality, both of which are effort where nothing is lost; the smallest of the
results is taken. At 16, 64 and 256 colours, of pngquant's bytes, and nanoseconds a pixel: (0, 0)
1.18 1.06 1.03 for 40, (3, 50) 0.89 0.82 0.81 for 130, (4, 80) 0.90 0.82 0.81 for 180; (5, 100) is
up to 4 % below (3, 50) for 1,700, though not always, and (6, 100) takes 10,000 to 30,000."""


def encode(
    palette: Palette,
    indices: Bytes,
    format_name: str,
    *,
    metadata: Metadata | None = None,
    effort: str = "default",
) -> bytes:
    """The file of an indexed image.

    Args:
        palette: k colours; translucent ones only for formats that can hold them.
        indices: (h, w) uint8, below k.
        format_name: a key of `formats.FORMATS`.
        metadata: of which the file keeps what the format has a place for, see `docs/writing.md`.
        effort: a key of `settings.COMPRESSIONS`, for formats that it means something to.

    Raises:
        MissingPackageError: the effort needs what is not installed.
    """
    kept = that_holds(metadata or Metadata())
    return ENCODERS[format_name](palette, indices, kept, effort)


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
    on_off = row.alpha == "binary" and np.isin(translucent, (0, 255)).all()
    if translucent.size and row.alpha != "full" and not on_off:
        able = ", ".join(other.name for other in FORMATS.values() if other.alpha == "full")
        problem = (
            f"{row.name} cannot hold the transparency of this palette; choose one of {able}, "
            "or a background"
        )
        raise OutputError(target, problem)


def check_size(width: int, height: int, row: ImageFormat, target: str) -> None:
    """Refuse to write a picture that is too long for its format.

    Raises:
        OutputError: names the formats that can hold it.
    """
    if max(width, height) > row.longest:
        able = ", ".join(name for name, other in FORMATS.items() if other.longest > row.longest)
        problem = (
            f"{row.name} has at most {row.longest:,} pixels a side, and the picture "
            f"{width:,} × {height:,}; choose one of {able}"
        )
        raise OutputError(target, problem)


Encoder = Callable[[Palette, Bytes, Metadata, str], bytes]


def _png(palette: Palette, indices: Bytes, metadata: Metadata, effort: str) -> bytes:
    return png.encode(palette, indices, metadata=metadata, effort=effort)


def _gif(palette: Palette, indices: Bytes, metadata: Metadata, _effort: str) -> bytes:
    from quantize.images.write import gif

    return gif.encode(palette, indices, metadata)


def _webp(palette: Palette, indices: Bytes, metadata: Metadata, effort: str) -> bytes:
    options: dict[str, Any] = {}
    if metadata.srgb:
        from quantize.images.write import srgb_profile

        options["icc_profile"] = srgb_profile.profile()
    if metadata.exif is not None:
        options["exif"] = metadata.exif
    if metadata.xmp is not None:
        options["xmp"] = metadata.xmp
    image = Image.fromarray(palette.colors[indices])
    files = []
    for method, quality in WEBP_EFFORTS[effort]:
        stream = io.BytesIO()
        how = {"method": method, "quality": quality, **options}
        image.save(stream, "WEBP", lossless=True, exact=True, **how)
        files.append(stream.getvalue())
    return min(files, key=len)


def _tiff(palette: Palette, indices: Bytes, metadata: Metadata, effort: str) -> bytes:
    from quantize.images.write import tiff

    return tiff.encode(palette, indices, metadata, effort)


def _bmp(palette: Palette, indices: Bytes, metadata: Metadata, _effort: str) -> bytes:
    from quantize.images.write import bmp

    return bmp.encode(palette, indices, metadata)


ENCODERS: Final[dict[str, Encoder]] = {
    "png": _png,
    "gif": _gif,
    "webp": _webp,
    "tiff": _tiff,
    "bmp": _bmp,
}


# --- metadata ---------------------------------------------------------------------------------

_OTHER_HOMES: Final = ("raw profile type ", "xml:", "exif:", "png:", "date:", "tiff:")
"""Keys that begin so are EXIF or XMP in another dress, which have places of their own, or what
ImageMagick says of the file that it wrote: its bit depth, its chunks, when it was changed."""


def that_holds(metadata: Metadata) -> Metadata:
    """Without texts that are about the old file."""
    text = tuple(
        (key, words)
        for key, words in metadata.text
        if not key.lower().startswith(_OTHER_HOMES) and words
    )
    return metadata._replace(text=text)
