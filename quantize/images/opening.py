"""From the first bytes of a file to a loaded Pillow image: the decoders, their limits and moods.

Pillow's own reader asks every decoder it knows and imports them all for it; the common formats are
told by their first bytes instead. Whatever a decoder says or raises over a damaged file becomes one
line.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, Final

from PIL import Image, ImageFile, UnidentifiedImageError

from quantize import png
from quantize.errors import ImageReadError, ImageTooLargeError, MissingPackageError, PixelsError
from quantize.images import sixteen
from quantize.images.decoded import Decoded

READABLE: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "PPM", "TGA", "ICO", "AVIF")
"""Pillow's names of what is read, where it was built with them. It knows more, but some of that is
programs to be run."""

_TIFF: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_HEIF_BRANDS: Final = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
"""ISO/IEC 23008-12, annex B; `mif1` may be AVIF as well, which names itself in the list."""


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
        with no_limit():
            image = _identify(stream)
    except UnidentifiedImageError:
        raise ImageReadError(source, _why_unknown(stream)) from None
    except MissingPackageError as error:
        raise ImageReadError(source, str(error)) from None
    except Exception as error:  # a hostile header can make a decoder raise anything
        raise ImageReadError(source, _damage(error, size)) from None
    width, height = image.size
    if width < 1 or height < 1:
        raise ImageReadError(source, f"has no pixels: its header says {width:,} × {height:,}")
    if width * height > max_pixels:
        raise ImageTooLargeError(
            source,
            f"{width:,} × {height:,} = {width * height:,} pixels are more than the limit of "
            f"{max_pixels:,}; if the file can be trusted, raise it with "
            f"--max-pixels {width * height}",
        )
    return image


def decode(image: ImageFile.ImageFile, stream: BinaryIO, source: str, size: int) -> Decoded:
    """The picture in an image that was opened.

    Raises:
        ImageReadError: it is damaged, or of a kind that is not read.
    """
    with one_line(source, size):
        with no_limit(), _quiet(image.format):
            stored = sixteen.load(image, stream)
        return Decoded(stored)


@contextmanager
def one_line(source: str, size: int) -> Iterator[None]:
    """Whatever a decoder raises becomes an ImageReadError about `source`, of `size` bytes."""
    try:
        yield
    except ImageReadError:
        raise
    except MemoryError:
        raise ImageReadError(source, "needs more memory than there is") from None
    except PixelsError as error:
        raise ImageReadError(source, str(error)) from None
    except Exception as error:  # damaged data can make a decoder raise anything
        raise ImageReadError(source, _damage(error, size)) from None


def _identify(stream: BinaryIO) -> ImageFile.ImageFile:
    """`Image.open`, without its import of every common decoder where the first bytes are clear."""
    start = stream.read(64)
    stream.seek(0)
    if start.startswith(png.SIGNATURE):
        from PIL import PngImagePlugin

        png.check(stream)  # Pillow does not look at the checksums of the pixels
        stream.seek(0)
        return PngImagePlugin.PngImageFile(stream)
    if start[:3] == b"\xff\xd8\xff":
        from PIL import JpegImagePlugin

        return JpegImagePlugin.jpeg_factory(stream)  # a multi-picture file gets its own class
    if _is_heif(start):
        return _heif(stream)
    Image.init()
    return Image.open(stream, formats=[name for name in READABLE if name in Image.OPEN])


def _is_heif(start: bytes) -> bool:
    """Whether the first box of the file names a brand of HEIF and none of AVIF."""
    if start[4:8] != b"ftyp":
        return False
    length = int.from_bytes(start[:4], "big")
    brands = {start[at : at + 4] for at in (8, *range(16, min(length, len(start)), 4))}
    return bool(brands & _HEIF_BRANDS) and not brands & {b"avif", b"avis"}


def _heif(stream: BinaryIO) -> ImageFile.ImageFile:
    try:
        import pillow_heif
    except ImportError:
        raise MissingPackageError("reading HEIF", "pillow-heif", "heif") from None
    opened: ImageFile.ImageFile = pillow_heif.HeifImageFile(stream)
    return opened


def _why_unknown(stream: BinaryIO) -> str:
    """What is wrong with a file that no decoder takes."""
    stream.seek(0)
    if stream.read(4) not in _TIFF:
        return "is not an image of a kind that can be read, or its header is damaged"
    from PIL import TiffImagePlugin

    with suppress(Exception):
        stream.seek(0)
        tags = TiffImagePlugin.ImageFileDirectory_v2(stream.read(8))
        stream.seek(tags.next)
        tags.load(stream)
        compression, bits = tags.get(259, 1), tags.get(258, (1,))
        if compression not in TiffImagePlugin.COMPRESSION_INFO:
            return f"is a TIFF of compression {compression}, which is not read; save it with LZW"
        channels = f"{len(bits)} channel{'s' * (len(bits) > 1)} of {'/'.join(map(str, bits))} bits"
        return f"is a TIFF of {channels}, which are not read; save it as RGB of 8 or 16 bits"
    return "is a TIFF whose header is damaged"


def _damage(error: Exception, size: int) -> str:
    """What a decoder's complaint comes to."""
    said = " ".join(str(error).split())
    if said == "not identified by this driver":  # what Pillow says of 0 pixels and of odd headers
        return "has no pixels, or its header is damaged"
    if "truncated" in said.lower() or isinstance(error, EOFError):
        return f"truncated after {size:,} bytes"
    return f"damaged: {said or type(error).__name__}"


_LIMIT_LOCK = threading.Lock()
_limit_users = 0
_limit_before: int | None = None


@contextmanager
def no_limit() -> Iterator[None]:
    """Without Pillow's limit on pixels, which is a global of its own; ours is checked instead."""
    global _limit_users, _limit_before  # noqa: PLW0603
    with _LIMIT_LOCK:
        if _limit_users == 0:
            _limit_before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        _limit_users += 1
    try:
        yield
    finally:
        with _LIMIT_LOCK:
            _limit_users -= 1
            if _limit_users == 0:
                Image.MAX_IMAGE_PIXELS = _limit_before


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
