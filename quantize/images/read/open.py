"""From the first bytes of a file to a loaded Pillow image: the decoders, their limits and moods.

Pillow's own reader asks every decoder it knows and imports them all for it; the common formats are
told by their first bytes instead. Whatever a decoder says or raises over a damaged file becomes one
line.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from PIL import Image, ImageFile, UnidentifiedImageError

from quantize import checks
from quantize.errors import (
    FileError,
    ImageReadError,
    ImageTooLargeError,
    MissingPackageError,
    PixelsError,
    TruncatedImageError,
)
from quantize.images.read import sixteen_bit
from quantize.images.read.decoded import Decoded
from quantize.images.read.modes import Stored
from quantize.images.table import READABLE, SIGNATURE_BYTES, readable_format

logging.getLogger("PIL").addHandler(logging.NullHandler())
"""Else what it logs of damaged files would go to standard error where nobody has set up a log."""

_RARE: Final = ("webp", "zstd", "lzma", "tiff_sgilog", "tiff_sgilog24", "tiff_thunderscan")
"""Compressions of TIFF that Pillow may have been built without."""


def open_image(stream: BinaryIO, source: str, size: int, max_pixels: int) -> ImageFile.ImageFile:
    """The image with its header read, its size checked by our limit in place of Pillow's.

    Args:
        stream: can seek, and is at its start.
        source: what to call it in messages.
        size: of the stream, in bytes.
        max_pixels: refuse larger ones.

    Raises:
        ImageReadError, ImageTooLargeError: it cannot be read, or should not be.
    """
    try:
        image = _identify(stream, max_pixels)
    except Image.DecompressionBombError:
        raise _too_large_inside(source, max_pixels) from None
    except UnidentifiedImageError:
        raise ImageReadError(source, _why_unknown(stream)) from None
    except MissingPackageError as error:
        raise ImageReadError(source, str(error)) from None
    except Exception as error:  # a hostile header can make a decoder raise anything
        raise _damage(error, source, size) from None
    width, height = image.size
    if width < 1 or height < 1:
        raise ImageReadError(source, f"has no pixels: its header says {width:,} × {height:,}")
    _check_size(image, source, max_pixels)
    return image


def decode(
    image: ImageFile.ImageFile, stream: BinaryIO, source: str, size: int, max_pixels: int
) -> Decoded:
    """The picture in an image that was opened; the arguments are those of `open_image`.

    Raises:
        ImageReadError: it is damaged, or of a kind that is not read.
        ImageTooLargeError: what is inside is larger than its header said.
    """
    with one_line(source, size):
        try:
            with _pillows_limit(max_pixels), _quiet(image.format):
                stored = sixteen_bit.load(image, stream)
        except Image.DecompressionBombError:
            raise _too_large_inside(source, max_pixels) from None
        except OSError as error:
            kind = image.info.get("compression")
            if image.format == "TIFF" and kind in _RARE and "decoder error" in str(error):
                problem = f"damaged, or its compression ({kind}) is not read; save it with LZW"
                raise ImageReadError(source, problem) from None
            raise
        _check_size(stored, source, max_pixels)
        return Decoded(stored)


def _too_large_inside(source: str, max_pixels: int) -> ImageTooLargeError:
    return ImageTooLargeError(
        source,
        f"a picture inside has more pixels than the limit of {max_pixels:,}",
        "if the file can be trusted, max_pixels raises it",
    )


def _check_size(image: Stored, source: str, max_pixels: int) -> None:
    width, height = image.size
    if width * height > max_pixels:
        raise ImageTooLargeError(
            source,
            f"{width:,} × {height:,} = {width * height:,} pixels are more than the limit of "
            f"{max_pixels:,}",
            "if the file can be trusted, raise it with max_pixels={pixels}",
            pixels=width * height,
        )


@contextmanager
def one_line(source: str, size: int) -> Iterator[None]:
    """Whatever a decoder raises becomes an ImageReadError about `source`, of `size` bytes."""
    try:
        yield
    except FileError:
        raise
    except MemoryError:
        raise ImageReadError(source, "needs more memory than there is") from None
    except PixelsError as error:
        raise ImageReadError(source, str(error)) from None
    except Exception as error:  # damaged data can make a decoder raise anything
        raise _damage(error, source, size) from None


def _identify(stream: BinaryIO, max_pixels: int) -> ImageFile.ImageFile:
    """Return what `Image.open` does, without its search where the first bytes tell the format."""
    row = readable_format(stream.read(SIGNATURE_BYTES))
    stream.seek(0)
    if row is not None and row.opener:
        opened: ImageFile.ImageFile = checks.load(row.opener)(stream)
        return opened
    Image.init()
    known = dict.fromkeys(row.pillow_name for row in READABLE)  # each once
    formats = [name for name in known if name in Image.OPEN]
    with _pillows_limit(max_pixels if row is not None and row.decodes_on_opening else None):
        return Image.open(stream, formats=formats)


def _why_unknown(stream: BinaryIO) -> str:
    """Return what is wrong with a file that no decoder takes."""
    stream.seek(0)
    row = readable_format(stream.read(SIGNATURE_BYTES))
    if row is None or not row.explain:
        return "is not an image of a kind that can be read, or its header is damaged"
    problem: str = checks.load(row.explain)(stream)
    return problem


def _damage(error: Exception, source: str, size: int) -> ImageReadError:
    """Return the error that a decoder's complaint about a file of some bytes comes to."""
    said = " ".join(str(error).split())
    if said == "not identified by this driver":  # Pillow's words for 0 pixels and for odd headers
        return ImageReadError(source, "has no pixels, or its header is damaged")
    if "truncated" in said.lower() or isinstance(error, EOFError):
        return TruncatedImageError(source, f"truncated after {size:,} bytes")
    if "nsupported" in said:
        return ImageReadError(source, f"is of a kind that is not read: {said}")
    return ImageReadError(source, f"damaged: {said or type(error).__name__}")


_LIMIT_LOCK = threading.Lock()
_limits: list[int | None] = []
_limit_before: int | None = None


@contextmanager
def _pillows_limit(pixels: int | None) -> Iterator[None]:
    """With another limit on pixels, which is a global of Pillow's; threads share the largest."""
    global _limit_before  # noqa: PLW0603
    with _LIMIT_LOCK:
        if not _limits:
            _limit_before = Image.MAX_IMAGE_PIXELS
        _limits.append(pixels)
        Image.MAX_IMAGE_PIXELS = _largest(_limits)
    try:
        yield
    finally:
        with _LIMIT_LOCK:
            _limits.remove(pixels)
            Image.MAX_IMAGE_PIXELS = _largest(_limits) if _limits else _limit_before


def _largest(limits: list[int | None]) -> int | None:
    """Of which None, no limit, is larger than any."""
    known = [limit for limit in limits if limit is not None]
    return max(known) if len(known) == len(limits) else None


@contextmanager
def _quiet(image_format: str | None) -> Iterator[None]:
    """Silence libtiff, which writes its complaints to file descriptor 2 itself."""
    if image_format != "TIFF" or sys.stderr is None:
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
