"""Pictures from files, streams, arrays and Pillow's images: opened, checked, decoded.

A damaged file is an error, never a picture that is half there.
"""

from __future__ import annotations

import io
import os
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import BinaryIO, Final, TypeVar

import numpy as np
from PIL import Image, UnidentifiedImageError

from quantize import png, remote
from quantize.errors import (
    FileError,
    ImageReadError,
    ImageTooLargeError,
    InputIsFolderError,
    InputMissingError,
    PixelsError,
)
from quantize.images.decoded import Decoded, without_hidden_colors
from quantize.model import Bytes, Metadata, Picture
from quantize.settings import DEFAULT_MAX_PIXELS

T = TypeVar("T")

READABLE: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "PPM", "TGA", "ICO", "AVIF")
"""Pillow's names of what is read, where it was built with them. It knows more, but some of that is
programs to be run."""


def load(path: str, *, max_pixels: int = DEFAULT_MAX_PIXELS) -> Picture:
    """Read an image file; of a URL, the object that it names.

    Raises:
        InputMissingError, InputIsFolderError, ImageReadError, ImageTooLargeError: each names the
            file, what is wrong and what to do.
    """
    return with_stream(path, partial(load_stream, source=path, max_pixels=max_pixels))


def with_stream(path: str, read: Callable[[BinaryIO], T]) -> T:
    """What a function makes of a file, or of what a URL names, as a stream that can seek.

    Raises:
        InputMissingError, InputIsFolderError, ImageReadError: it cannot be opened.
    """
    if remote.is_url(path):
        return read(io.BytesIO(remote.read(path)))
    try:
        with open(path, "rb") as file:
            return read(file if file.seekable() else io.BytesIO(file.read()))
    except FileError:
        raise
    except FileNotFoundError:
        raise InputMissingError(path, "no such file; check the name") from None
    except IsADirectoryError:
        message = "is a folder; name an image in it"
        raise InputIsFolderError(path, message) from None
    except PermissionError:
        raise ImageReadError(path, "permission denied; make the file readable") from None
    except OSError as error:
        raise ImageReadError(path, f"cannot be opened: {error.strerror or error}") from None
    except ValueError as error:  # a NUL in the name
        raise ImageReadError(path, f"cannot be opened: {error}") from None


def load_stream(stream: BinaryIO, source: str, *, max_pixels: int = DEFAULT_MAX_PIXELS) -> Picture:
    """Read an image from a stream that can seek; `source` names it in messages.

    Raises:
        ImageReadError, ImageTooLargeError: as for `load`.
    """
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if size == 0:
        raise ImageReadError(source, "is empty (0 bytes)")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        image = open_image(stream, source, size, max_pixels)
        with one_line(source, size):
            note = _about_frames(image)
        picture = picture_of(image, stream, source, size)
    said = [f"{image.format} decoder: {_one_line(str(warning.message))}" for warning in caught]
    return replace(picture, notes=(*note, *picture.notes, *said))


def picture_of(image: Image.Image, _stream: BinaryIO, source: str, size: int) -> Picture:
    """The frame at which an image that was opened stands.

    Raises:
        ImageReadError: it is damaged, or of a kind that is not read.
    """
    with one_line(source, size):
        with _quiet_decoder(image.format):
            image.load()
        decoded = Decoded(image)
        pixels = decoded.whole()
    metadata = Metadata(srgb=decoded.srgb)
    return Picture(pixels, source, size, metadata, decoded.notes)


def as_picture(image: object, *, max_pixels: int = DEFAULT_MAX_PIXELS) -> Picture:
    """A path, a Pillow image or an (h, w, 3 or 4) uint8 array as a picture.

    Raises:
        PixelsError: the array has another shape or dtype, or no pixels; the object is none of them.
        FileError: as for `load`.
    """
    if isinstance(image, Picture):
        return image
    if isinstance(image, (str, os.PathLike)):
        return load(os.fsdecode(image), max_pixels=max_pixels)
    if isinstance(image, Image.Image):
        decoded = Decoded(image)
        return Picture(
            decoded.whole(),
            source="image",
            metadata=Metadata(srgb=decoded.srgb),
            notes=decoded.notes,
        )
    if isinstance(image, np.ndarray):
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (3, 4):
            raise PixelsError(
                f"image: wanted a (height, width, 3 or 4) array of uint8, got {image.shape} of "
                f"{image.dtype}; for floats in 0 to 1 there is compress_image"
            )
        return Picture(_tidy(image), source="array")
    raise PixelsError(f"image: wanted a path, a Pillow image or an array, got {type(image)}")


def _tidy(pixels: Bytes) -> Bytes:
    """Contiguous; no alpha if all is opaque; no colour where nothing can be seen."""
    if pixels.shape[2] == 4:
        opaque = pixels.size > 0 and bool(pixels[..., 3].min() == 255)
        pixels = pixels[..., :3] if opaque else without_hidden_colors(pixels)
    return np.ascontiguousarray(pixels)


_OPEN_LOCK = threading.Lock()


def open_image(stream: BinaryIO, source: str, size: int, max_pixels: int) -> Image.Image:
    """The image with its header read, its size checked by our limit in place of Pillow's."""
    with _OPEN_LOCK:  # the limit is Pillow's global; reading a header takes a millisecond
        before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            image = _identify(stream)
        except UnidentifiedImageError:
            message = "is not an image of a kind that can be read, or its header is damaged"
            raise ImageReadError(source, message) from None
        except Exception as error:  # a hostile header can make a decoder raise anything
            raise ImageReadError(source, _damage(error, size)) from None
        finally:
            Image.MAX_IMAGE_PIXELS = before
    pixels = image.width * image.height
    if pixels > max_pixels:
        raise ImageTooLargeError(
            source,
            f"{image.width:,} × {image.height:,} = {pixels:,} pixels are more than the limit of "
            f"{max_pixels:,}; if the file can be trusted, raise it with --max-pixels {pixels}",
        )
    return image


def _identify(stream: BinaryIO) -> Image.Image:
    """`Image.open`, without its import of every common decoder where the first bytes are clear."""
    start = stream.read(8)
    stream.seek(0)
    if start == png.SIGNATURE:
        from PIL import PngImagePlugin

        png.check(stream)  # Pillow does not look at the checksums of the pixels
        stream.seek(0)
        return PngImagePlugin.PngImageFile(stream)
    if start[:3] == b"\xff\xd8\xff":
        from PIL import JpegImagePlugin

        return JpegImagePlugin.jpeg_factory(stream)  # a multi-picture file gets its own class
    Image.init()
    return Image.open(stream, formats=[name for name in READABLE if name in Image.OPEN])


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


def _damage(error: Exception, size: int) -> str:
    """What a decoder's complaint comes to."""
    said = _one_line(str(error))
    if "truncated" in said.lower() or isinstance(error, EOFError):
        return f"truncated after {size:,} bytes"
    return f"damaged: {said or type(error).__name__}"


def _about_frames(image: Image.Image) -> tuple[str, ...]:
    frames = getattr(image, "n_frames", 1)
    return (f"has {frames} frames or pages; only the first is taken",) * (frames > 1)


def _one_line(text: str) -> str:
    return " ".join(text.split())


@contextmanager
def _quiet_decoder(picture_format: str | None) -> Iterator[None]:
    """Silence libtiff, which writes its complaints to file descriptor 2 itself."""
    if picture_format != "TIFF":
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
