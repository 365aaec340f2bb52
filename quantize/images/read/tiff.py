"""What TIFFs need beside Pillow: silence and words for what libtiff complains of."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, Final

from PIL import Image, TiffImagePlugin

from quantize.errors import ImageReadError

_RARE: Final = ("webp", "zstd", "lzma", "tiff_sgilog", "tiff_sgilog24", "tiff_thunderscan")
"""Compressions that Pillow may have been built without."""

_COMPRESSION, _BITS = 259, 258
"""Tags of TIFF 6.0."""

_UNREAD_COLORS: Final = "unknown pixel mode"
"""Pillow's words for channels that it does not read."""


@contextmanager
def decoding(image: Image.Image, source: str) -> Iterator[None]:
    """Silence libtiff while it decodes, and name a compression that it was built without.

    Raises:
        ImageReadError: the compression is rare, and decoding failed.
    """
    try:
        with _quiet():
            yield
    except OSError as error:
        kind = image.info.get("compression")
        if kind in _RARE and "decoder error" in str(error):
            problem = f"damaged, or its compression ({kind}) is not read; save it with LZW"
            raise ImageReadError(source, problem) from None
        raise


@contextmanager
def _quiet() -> Iterator[None]:
    """Close file descriptor 2 for a while: libtiff writes its complaints there itself."""
    if sys.stderr is None:
        yield
        return
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def explain(stream: BinaryIO) -> str:
    """Return what is wrong with a TIFF that no decoder takes, as the end of a sentence about it.

    Args:
        stream: the file; its position is moved.
    """
    with suppress(Exception):  # a damaged directory can make Pillow raise anything
        stream.seek(0)
        tags = TiffImagePlugin.ImageFileDirectory_v2(stream.read(8))
        stream.seek(tags.next)
        tags.load(stream)
        compression, bits = tags.get(_COMPRESSION, 1), tags.get(_BITS, (1,))
        if compression not in TiffImagePlugin.COMPRESSION_INFO:
            return f"is a TIFF of compression {compression}, which is not read; save it with LZW"
        stream.seek(0)
        try:
            TiffImagePlugin.TiffImageFile(stream)
        except SyntaxError as error:
            if str(error) != _UNREAD_COLORS:
                return f"is a damaged TIFF: {error}"
        channels = f"{len(bits)} channel{'s' * (len(bits) > 1)} of {'/'.join(map(str, bits))} bits"
        return f"is a TIFF of {channels}, which are not read; save it as RGB of 8 or 16 bits"
    return "is a TIFF whose header is damaged"
