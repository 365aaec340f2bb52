"""Pictures from files, streams, arrays and Pillow's images: opened, checked, decoded.

A damaged file is an error, never a picture that is half there.
"""

from __future__ import annotations

import io
import os
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

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

READABLE: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "PPM", "TGA", "ICO", "AVIF")
"""Pillow's names of what is read, where it was built with them. It knows more, but some of that is
programs to be run."""


LARGE: Final = 1 << 24
"""Pictures of more pixels are not copied: Pillow's copy stays, and is read in bands."""


def load(path: str, *, max_pixels: int = DEFAULT_MAX_PIXELS) -> Picture:
    """Read an image file; of a URL, the object that it names.

    Raises:
        InputMissingError, InputIsFolderError, ImageReadError, ImageTooLargeError: each names the
            file, what is wrong and what to do.
    """
    if remote.is_url(path):
        return load_stream(io.BytesIO(remote.read(path)), path, max_pixels=max_pixels)
    try:
        with open(path, "rb") as file:
            if file.seekable():
                return load_stream(file, path, max_pixels=max_pixels)
            return load_stream(io.BytesIO(file.read()), path, max_pixels=max_pixels)
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
        image = _open(stream, source, size, max_pixels)
        picture_format = image.format or "image"
        decoded, note = _decode(image, source, size)
        large = decoded.shape[0] * decoded.shape[1] > LARGE
    notes = [note, *decoded.notes]
    notes += [f"{picture_format} decoder: {_one_line(str(warning.message))}" for warning in caught]
    return Picture(
        decoded if large else decoded.whole(),
        source=source,
        source_bytes=size,
        metadata=Metadata(srgb=decoded.srgb),
        notes=tuple(note for note in notes if note),
    )


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


def _open(stream: BinaryIO, source: str, size: int, max_pixels: int) -> Image.Image:
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


def _decode(image: Image.Image, source: str, size: int) -> tuple[Decoded, str]:
    """The image, and a word on further frames."""
    try:
        note = _about_frames(image)
        with _quiet_decoder(image.format):
            image.load()
        return Decoded(image), note
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


def _about_frames(image: Image.Image) -> str:
    frames = getattr(image, "n_frames", 1)
    return f"has {frames} frames or pages; only the first is taken" if frames > 1 else ""


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
