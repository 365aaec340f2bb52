"""Pictures and frames from files, streams, arrays and Pillow's images."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import BinaryIO, TypeVar

import numpy as np
from PIL import Image

from quantize import checks
from quantize.checks import DEFAULT_MAX_PIXELS, memory_for
from quantize.errors import ImageReadError, InputIsFolderError, PixelsError
from quantize.images.read import metadata, still
from quantize.images.read.decoded import tidied
from quantize.images.table import SIGNATURE_BYTES, Frames, ReadableFormat, readable_format
from quantize.model.frames import FrameSource
from quantize.model.picture import Picture
from quantize.storage import files

T = TypeVar("T")


def load(path: str, *, max_pixels: int = DEFAULT_MAX_PIXELS) -> Picture:
    """Read the first or only picture of an image file.

    Args:
        path: a file, or the URL of an object.
        max_pixels: refuse pictures with more.

    Raises:
        InputMissingError, InputIsFolderError, ImageReadError, ImageTooLargeError: each names the
            file, what is wrong and what to do.
    """
    return _with_stream(path, partial(load_stream, source=path, max_pixels=max_pixels))


def load_stream(stream: BinaryIO, source: str, *, max_pixels: int = DEFAULT_MAX_PIXELS) -> Picture:
    """Read the same from a stream that can seek; `source` is its name in messages."""
    return still.load_stream(stream, source, max_pixels=max_pixels)


def load_frames(path: str, *, max_pixels: int, frames: Frames) -> FrameSource:
    """Read an image file with all its pictures if they can be used; else the first of them.

    Args:
        path: a file, or the URL of an object.
        max_pixels: refuse files with more, in all frames together.
        frames: what can be used: `animation`, `pages` (and animations too), or `none`.

    Raises:
        FileError: as for `load`.
    """
    read = partial(load_frames_stream, source=path, max_pixels=max_pixels, frames=frames)
    return _with_stream(path, read)


def load_frames_stream(
    stream: BinaryIO, source: str, *, max_pixels: int, frames: Frames
) -> FrameSource:
    """Read the same from a stream that can seek; `source` is its name in messages."""
    found = None
    if (row := _format_of_several(stream, frames)) is not None:
        from quantize.images.animation.load import load_sequence  # which most files are not

        found = load_sequence(row, stream, source, max_pixels)
    return found or FrameSource.still(still.load_stream(stream, source, max_pixels=max_pixels))


def _format_of_several(stream: BinaryIO, frames: Frames) -> ReadableFormat | None:
    """Return the format of a file that may hold several pictures of a kind that can be used."""
    stream.seek(0)
    row = readable_format(stream.read(SIGNATURE_BYTES))
    if row is None or frames == "none" or row.frames not in ("animation", frames):
        return None
    if row.is_animated and not checks.load(row.is_animated)(stream):
        return None
    return row


def _with_stream(path: str, read: Callable[[BinaryIO], T]) -> T:
    """Return what a function makes of a file, or of what a URL names, as a stream that can seek.

    Raises:
        InputMissingError, InputIsFolderError, ImageReadError: it cannot be opened.
    """
    try:
        with files.open_for_reading(path, ImageReadError) as stream:
            return read(stream)
    except InputIsFolderError:
        raise InputIsFolderError(path, advice="name an image in it") from None


def as_picture(image: object, *, max_pixels: int = DEFAULT_MAX_PIXELS) -> Picture:
    """Return a path, a Pillow image or a uint8 array, (h, w, 3 or 4) or (h, w), as a picture.

    An image of Pillow's is treated as its file would be: profile, orientation, metadata. Only
    colour of 16 bits a channel has lost its low bytes there.

    Raises:
        PixelsError: the array has another shape or dtype, or no pixels; the object is none of them.
        FileError: as for `load`.
    """
    if isinstance(image, Picture):
        return image
    if isinstance(image, (str, os.PathLike)):
        return load(os.fsdecode(image), max_pixels=max_pixels)
    if isinstance(image, Image.Image):
        stored = image
        if image.format == "PNG":
            from quantize.images.read import png

            stored = png.loaded(image)
        stored.load()
        decoded = still.decoded_of(stored)
        notes = list(decoded.notes)
        kept = metadata.read(image, notes, srgb=decoded.srgb)
        pixels, table = decoded.whole(), still.table_of(decoded)
        return Picture(pixels, "image", metadata=kept, notes=tuple(notes), table=table)
    if isinstance(image, np.ndarray):
        grey = image.ndim == 2
        if image.dtype != np.uint8 or not (grey or (image.ndim == 3 and image.shape[2] in (3, 4))):
            raise PixelsError(
                "image: wanted a (height, width, 3 or 4) or (height, width) array of uint8, got "
                f"{image.shape} of {image.dtype}; for floats in 0 to 1 there is compress_image"
            )
        with memory_for("image", PixelsError):
            if grey:
                image = np.repeat(image[..., None], 3, axis=2)
            return Picture(tidied(image), source="array")
    raise PixelsError(f"image: wanted a path, a Pillow image or an array, got {type(image)}")
