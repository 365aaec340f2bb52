"""PCX, whose packing Pillow takes for granted."""

from __future__ import annotations

from typing import BinaryIO

from PIL import ImageFile, PcxImagePlugin


def open_pcx(stream: BinaryIO) -> ImageFile.ImageFile:
    """Return the image of a PCX.

    Raises:
        OSError: its rows are not packed; Pillow would read another picture.
    """
    if stream.read(3)[2:] == b"\0":
        raise OSError("unsupported PCX, which is not packed; save it again")
    stream.seek(0)
    return PcxImagePlugin.PcxImageFile(stream)
