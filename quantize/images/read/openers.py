"""How Pillow opens the common formats without its search, which imports every decoder it knows."""

from __future__ import annotations

from typing import BinaryIO

from PIL import ImageFile

from quantize.errors import MissingPackageError
from quantize.images import png_chunks


def open_png(stream: BinaryIO) -> ImageFile.ImageFile:
    """Return the image of a PNG, whose checksums are compared: Pillow skips those of the pixels."""
    from PIL import PngImagePlugin

    png_chunks.check(stream)
    stream.seek(0)
    return PngImagePlugin.PngImageFile(stream)


def open_jpeg(stream: BinaryIO) -> ImageFile.ImageFile:
    """Return the image of a JPEG; a file of several pictures gets a class of its own."""
    from PIL import JpegImagePlugin

    return JpegImagePlugin.jpeg_factory(stream)


def open_heif(stream: BinaryIO) -> ImageFile.ImageFile:
    """Return the image of a HEIF.

    Raises:
        MissingPackageError: pillow-heif is not installed.
    """
    try:
        import pillow_heif
    except ImportError:
        raise MissingPackageError("reading HEIF", "pillow-heif", "heif") from None
    opened: ImageFile.ImageFile = pillow_heif.HeifImageFile(stream)
    return opened
