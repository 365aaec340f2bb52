"""A still picture from a stream: opened by Pillow, checked, decoded.

A damaged file is an error, never a picture that is half there. Whatever a decoder says or raises
over one becomes one line.
"""

from __future__ import annotations

import logging
import os
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, BinaryIO, Final

from PIL import Image, ImageFile, UnidentifiedImageError

from quantize import checks
from quantize.errors import (
    FileError,
    ImageReadError,
    ImageTooLargeError,
    MissingPackageError,
    PixelsError,
    TruncatedImageError,
    quoted,
)
from quantize.images import png_chunks
from quantize.images.read import metadata
from quantize.images.read.decoded import DEEP_MODES, Decoded, Stored
from quantize.images.table import (
    READABLE,
    SIGNATURE_BYTES,
    frames_in,
    holders_of,
    readable_format,
)
from quantize.model.picture import FileTable, Picture

logging.getLogger("PIL").addHandler(logging.NullHandler())
"""Else what it logs of damaged files would go to standard error where nobody has set up a log."""

LARGE: Final = 1 << 24
"""Pictures of more pixels are not copied: Pillow's copy stays, and is read in bands."""


def load_stream(stream: BinaryIO, source: str, *, max_pixels: int) -> Picture:
    """Read the first or only picture from a stream that can seek.

    Args:
        stream: the file.
        source: its name in messages.
        max_pixels: refuse pictures with more.

    Raises:
        ImageReadError, ImageTooLargeError: it cannot be read, or should not be.
    """
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if size == 0:
        raise ImageReadError(source, "is empty (0 bytes)")
    with complaints() as said:
        stream, mended = mended_stream(stream, source, size)
        image = open_image(stream, source, size, max_pixels)
        with one_line(source, size):
            count = getattr(image, "n_frames", 1)
            if image.format == "PNG":
                image.info.update(_said_by_png(image, stream))
        decoded = _decode(image, stream, source, size, max_pixels)
        large = decoded.shape[0] * decoded.shape[1] > LARGE
        with one_line(source, size):
            pixels = decoded if large else decoded.whole()
            table = table_of(decoded, whole=not large)
    notes = [_only_first(count, image.format)] if count > 1 else []
    notes += [*mended, *decoded.notes]
    kept = metadata.read(image, notes, srgb=decoded.srgb)
    notes += [f"{image.format or 'image'} decoder: {line}" for line in said]
    return Picture(pixels, source, size, kept, tuple(notes), table)


_WARNINGS_LOCK = threading.Lock()
_heard: dict[int, list[list[str]]] = {}
_warnings_before = warnings.catch_warnings()


@contextmanager
def complaints() -> Iterator[list[str]]:
    """Collect what is warned of in this thread, as lines without repetition.

    Who shows warnings is global to the process: the first one in changes it, the last one out puts
    it back, and meanwhile warnings of other threads go where they would have gone.
    """
    global _warnings_before  # noqa: PLW0603
    thread, said = threading.get_ident(), list[str]()
    with _WARNINGS_LOCK:
        if not _heard:
            _warnings_before = warnings.catch_warnings()
            _warnings_before.__enter__()
            warnings.filterwarnings("always", module=_DECODERS)
            warnings.showwarning = _hear(warnings.showwarning)
        _heard.setdefault(thread, []).append(said)
    try:
        yield said
    finally:
        with _WARNINGS_LOCK:
            _heard[thread].pop()
            if not _heard[thread]:
                del _heard[thread]
            if not _heard:
                _warnings_before.__exit__(None, None, None)


_DECODERS: Final = "PIL|pillow_heif|quantize|numpy"
"""Modules whose warnings are wanted each time, not only the first."""


def _hear(others: Callable[..., None]) -> Callable[..., None]:
    """Return a `showwarning` that keeps the text for the thread that listens."""

    def show(message: Warning | str, *about: Any, **more: Any) -> None:
        lists = _heard.get(threading.get_ident())
        if lists is None:
            others(message, *about, **more)
        elif (line := quoted(str(message))) not in lists[-1]:
            lists[-1].append(line)

    return show


def picture_of(
    image: ImageFile.ImageFile, stream: BinaryIO, source: str, size: int, max_pixels: int
) -> Picture:
    """Return the frame or page at which an image that was opened stands, in an array.

    Raises:
        ImageReadError: it is damaged, or of a kind that is not read.
    """
    decoded = _decode(image, stream, source, size, max_pixels)
    with one_line(source, size):
        pixels = decoded.whole()
    notes = list(decoded.notes)
    kept = metadata.read(image, notes, srgb=decoded.srgb)
    return Picture(pixels, source, size, kept, tuple(notes))


def decoded_of(image: Stored) -> Decoded:
    """Return the upright sRGB picture around a loaded image.

    Raises:
        PixelsError: it has no pixels, NaN or infinity among them, or lacks palette entries.
    """
    if image.mode in DEEP_MODES:
        from quantize.images.read import deep

        return Decoded(image, deep.reader)
    return Decoded(image)


def table_of(decoded: Decoded, *, whole: bool = True) -> FileTable | None:
    """Return the colour table of an indexed image; None of any other.

    Args:
        decoded: the image.
        whole: take the entries of all pixels into an array at once.
    """
    if not decoded.may_have_table:
        return None
    from quantize.images.read import file_table  # which most pictures do not have

    return file_table.of(decoded, whole=whole)


def _only_first(count: int, pillow_name: str | None) -> str:
    """Return the note that one of several pictures is taken, and which formats hold them all."""
    frames = frames_in(pillow_name)
    what = {"animation": "frames", "pages": "pages", "none": "pictures"}[frames]
    note = f"has {count:,} {what}; only the first is taken"
    if frames == "none":
        return note
    *others, last = holders_of(frames)
    able = f"{', '.join(others)} and {last} hold" if others else f"{last} holds"
    return f"{note}; {able} them all"


def _said_by_png(image: Image.Image, stream: BinaryIO) -> dict[str, Any]:
    """Return what `png.heeded` does, without its import where a PNG has nothing for it."""
    if "transparency" not in image.info and not png_chunks.has(stream, b"cICP"):
        return {}
    from quantize.images.read import png

    return png.heeded(image, stream)


# --- opening and decoding -------------------------------------------------------------------------


def mended_stream(stream: BinaryIO, source: str, size: int) -> tuple[BinaryIO, list[str]]:
    """Return a file without what is damaged and not needed, and what that was, a sentence each.

    Args:
        stream: can seek; its position is moved.
        source: its name in messages.
        size: of the stream, in bytes.

    Returns:
        A stream at its start: the same one if nothing is left out.

    Raises:
        ImageReadError: something is damaged that is needed.
    """
    stream.seek(0)
    row = readable_format(stream.read(SIGNATURE_BYTES))
    notes: list[str] = []
    if row is not None and row.mend:
        with one_line(source, size):
            stream, notes = checks.load(row.mend)(stream)
    stream.seek(0)
    return stream, notes


def open_image(stream: BinaryIO, source: str, size: int, max_pixels: int) -> ImageFile.ImageFile:
    """Return the image with its header read; its size is checked by our limit, not Pillow's.

    Args:
        stream: can seek, and is at its start.
        source: its name in messages.
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


def _decode(
    image: ImageFile.ImageFile, stream: BinaryIO, source: str, size: int, max_pixels: int
) -> Decoded:
    """Return the picture in an image that was opened; the arguments are those of `open_image`.

    Raises:
        ImageReadError: it is damaged, or of a kind that is not read.
        ImageTooLargeError: what is inside is larger than its header said.
    """
    with one_line(source, size):
        try:
            with _pillows_limit(max_pixels), _tiff_quirks(image, source):
                stored = _loaded(image, stream)
        except Image.DecompressionBombError:
            raise _too_large_inside(source, max_pixels) from None
        _check_size(stored, source, max_pixels)
        return decoded_of(stored)


def _loaded(image: ImageFile.ImageFile, stream: BinaryIO) -> Stored:
    """Decode an image that was opened from `stream`."""
    stored: Stored = image
    if image.format == "TIFF":
        image.info[metadata.TURNED] = image.getexif().get(metadata.ORIENTATION, 1)
    if image.format == "TIFF" or any(";16" in str(tile[3]) for tile in image.tile):
        from quantize.images.read import sixteen_bit  # Pillow drops the low bytes

        stored = sixteen_bit.load(image, stream)
    else:
        image.load()
    if image.format == "PSD":
        from quantize.images.read import psd

        return psd.unmixed(stored)
    return stored


def _tiff_quirks(image: Image.Image, source: str) -> AbstractContextManager[None]:
    """Return a context for what libtiff says and raises while it decodes."""
    if image.format != "TIFF":
        return nullcontext()
    from quantize.images.read import tiff

    return tiff.decoding(image, source)


@contextmanager
def one_line(source: str, size: int) -> Iterator[None]:
    """Turn whatever a decoder raises into an ImageReadError about `source`, of `size` bytes."""
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
    with _pillows_limit(max_pixels if row is not None and row.decodes_on_opening else None):
        if row is not None and row.opener:
            opened: ImageFile.ImageFile = checks.load(row.opener)(stream)
            return opened
        Image.init()
        known = dict.fromkeys(row.pillow_name for row in READABLE)  # each once
        formats = [name for name in known if name in Image.OPEN]
        return Image.open(stream, formats=formats)


# --- refusing -------------------------------------------------------------------------------------


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
    said = quoted(str(error))
    if said == "not identified by this driver":  # Pillow's words for 0 pixels and for odd headers
        return ImageReadError(source, "has no pixels, or its header is damaged")
    if "truncated" in said.lower() or isinstance(error, EOFError):
        return TruncatedImageError(source, f"truncated after {size:,} bytes")
    if "nsupported" in said:
        return ImageReadError(source, f"is of a kind that is not read: {said}")
    return ImageReadError(source, f"damaged: {said or type(error).__name__}")


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


_LIMIT_LOCK = threading.Lock()
_limits: list[int | None] = []
_limit_before: int | None = None


@contextmanager
def _pillows_limit(pixels: int | None) -> Iterator[None]:
    """Set another limit on pixels, which is a global of Pillow's; threads share the largest."""
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
    """Return the largest limit; None, no limit, is larger than any."""
    known = [limit for limit in limits if limit is not None]
    return max(known) if len(known) == len(limits) else None
