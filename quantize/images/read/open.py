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
from contextlib import contextmanager, suppress
from typing import BinaryIO, Final

from PIL import Image, ImageFile, UnidentifiedImageError

from quantize.errors import (
    FileError,
    ImageReadError,
    ImageTooLargeError,
    MissingPackageError,
    PixelsError,
)
from quantize.images import png
from quantize.images.read import sixteen_bit
from quantize.images.read.decoded import Decoded
from quantize.images.read.modes import Stored

READABLE: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "PPM", "ICO", "AVIF", "TGA")
"""Pillow's names of what is read, where it was built with them. It knows more, but some of that is
programs to be run. TGA comes last: it has no mark of its own, and takes files of other formats."""

logging.getLogger("PIL").addHandler(logging.NullHandler())
"""Else what it logs of damaged files would go to standard error where nobody has set up a log."""

_ICO: Final = b"\0\0\1\0"
_TIFF: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_RARE: Final = ("webp", "zstd", "lzma", "tiff_sgilog", "tiff_sgilog24", "tiff_thunderscan")
"""Compressions of TIFF that Pillow may have been built without."""

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
        image = _identify(stream, max_pixels)
    except Image.DecompressionBombError:
        raise _too_large_inside(source, max_pixels) from None
    except UnidentifiedImageError:
        raise ImageReadError(source, _why_unknown(stream)) from None
    except MissingPackageError as error:
        raise ImageReadError(source, str(error)) from None
    except Exception as error:  # a hostile header can make a decoder raise anything
        raise ImageReadError(source, _damage(error, size)) from None
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
    problem = f"a picture inside has more pixels than the limit of {max_pixels:,}"
    return ImageTooLargeError(
        source, f"{problem}; if the file can be trusted, --max-pixels raises it"
    )


def _check_size(image: Stored, source: str, max_pixels: int) -> None:
    width, height = image.size
    if width * height > max_pixels:
        raise ImageTooLargeError(
            source,
            f"{width:,} × {height:,} = {width * height:,} pixels are more than the limit of "
            f"{max_pixels:,}; if the file can be trusted, raise it with "
            f"--max-pixels {width * height}",
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
        raise ImageReadError(source, _damage(error, size)) from None


def _identify(stream: BinaryIO, max_pixels: int) -> ImageFile.ImageFile:
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
    formats: list[str] = [name for name in READABLE if name in Image.OPEN]
    # of an icon the picture is decoded at once, and may be larger than it says
    with _pillows_limit(max_pixels if start.startswith(_ICO) else None):
        return Image.open(stream, formats=formats)


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
        stream.seek(0)
        try:
            TiffImagePlugin.TiffImageFile(stream)
        except SyntaxError as error:
            if str(error) != "unknown pixel mode":
                return f"is a damaged TIFF: {error}"
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
    if "nsupported" in said:
        return f"is of a kind that is not read: {said}"
    return f"damaged: {said or type(error).__name__}"


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
