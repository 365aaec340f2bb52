"""What TIFFs need beside Pillow: silence and words for what libtiff complains of."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import BinaryIO, Final

from PIL import Image, TiffImagePlugin

from quantize.errors import ImageReadError, quoted

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
    by_libtiff = any(tile[0] == "libtiff" for tile in getattr(image, "tile", ()))
    try:
        with _quiet() if by_libtiff else nullcontext():
            yield
    except OSError as error:
        kind = image.info.get("compression")
        if kind in _RARE and "decoder error" in str(error):
            problem = f"damaged, or its compression ({kind}) is not read; save it with LZW"
            raise ImageReadError(source, problem) from None
        raise


_LOCK: Final = threading.Lock()
_inside = 0
_kept: int | None = None


@contextmanager
def _quiet() -> Iterator[None]:
    """Turn file descriptor 2 away for a while: libtiff writes its complaints there itself.

    The descriptor belongs to the whole process. Of several threads the first one in turns it away,
    and the last one out puts it back; what others write there meanwhile is lost.
    """
    global _inside, _kept  # noqa: PLW0603
    with _LOCK:
        if not _inside:
            _kept = _turned_away()
        _inside += 1
    try:
        yield
    finally:
        with _LOCK:
            _inside -= 1
            if not _inside and _kept is not None:
                os.dup2(_kept, 2)
                os.close(_kept)


def _turned_away() -> int | None:
    """Let file descriptor 2 lead nowhere; return where it led, or None if it was closed."""
    with suppress(OSError, ValueError):
        if sys.stderr is not None:
            sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:
        return None
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return kept


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
            kind = quoted(str(compression))
            return f"is a TIFF of compression {kind}, which is not read; save it with LZW"
        stream.seek(0)
        try:
            TiffImagePlugin.TiffImageFile(stream)
        except SyntaxError as error:
            if str(error) != _UNREAD_COLORS:
                return f"is a damaged TIFF: {quoted(str(error))}"
        depths = quoted("/".join(map(str, bits)))
        channels = f"{len(bits):,} channel{'s' * (len(bits) > 1)} of {depths} bits"
        return f"is a TIFF of {channels}, which are not read; save it as RGB of 8 or 16 bits"
    return "is a TIFF whose header is damaged"
