"""HEIF, which a package of its own decodes."""

from __future__ import annotations

from typing import BinaryIO

from PIL import ImageFile

from quantize.errors import MissingPackageError


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
