"""Pictures from files, streams, arrays and Pillow's images: opened, checked, decoded.

A damaged file is an error, never a picture that is half there.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from functools import partial
from typing import BinaryIO, Final, TypeVar

import numpy as np
from PIL import Image, ImageFile

from quantize.checks import DEFAULT_MAX_PIXELS
from quantize.errors import (
    ImageReadError,
    InputIsFolderError,
    PixelsError,
)
from quantize.images.read import metadata
from quantize.images.read import open as opening
from quantize.images.read.decoded import Decoded, without_hidden_colors
from quantize.images.table import frames_in, holders_of
from quantize.model.picture import Picture
from quantize.model.pixels import Bytes
from quantize.storage import files

T = TypeVar("T")

_SRGB_CODING: Final = (1, 13, 0, 1)
"""Primaries of BT.709, the curve of IEC 61966-2-1, RGB, full range (ITU-T H.273)."""

LARGE: Final = 1 << 24
"""Pictures of more pixels are not copied: Pillow's copy stays, and is read in bands."""


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
    try:
        with files.open_for_reading(path, ImageReadError) as stream:
            return read(stream)
    except InputIsFolderError:
        raise InputIsFolderError(path, advice="name an image in it") from None


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
        image = opening.open_image(stream, source, size, max_pixels)
        with opening.one_line(source, size):
            frames = getattr(image, "n_frames", 1)
            coding = _coding(image, stream)
        decoded = opening.decode(image, stream, source, size, max_pixels)
        large = decoded.shape[0] * decoded.shape[1] > LARGE
        with opening.one_line(source, size):
            pixels = decoded if large else decoded.whole()
    notes = [_only_first(frames, image.format)] if frames > 1 else []
    notes += [*coding, *decoded.notes]
    kept = metadata.read(image, notes, srgb=decoded.srgb)
    said = (" ".join(str(warning.message).split()) for warning in caught)
    notes += [f"{image.format or 'image'} decoder: {line}" for line in said]
    return Picture(
        pixels,
        source=source,
        source_bytes=size,
        metadata=kept,
        notes=tuple(notes),
    )


def _only_first(count: int, pillow_name: str | None) -> str:
    """Return the note that one of several pictures in a file is taken, and what holds them all."""
    frames = frames_in(pillow_name)
    what = {"animation": "frames", "pages": "pages", "none": "pictures"}[frames]
    note = f"has {count:,} {what}; only the first is taken"
    if frames == "none":
        return note
    *others, last = holders_of(frames)
    able = f"{', '.join(others)} and {last} hold" if others else f"{last} holds"
    return f"{note}; {able} them all"


def picture_of(
    image: ImageFile.ImageFile, stream: BinaryIO, source: str, size: int, max_pixels: int
) -> Picture:
    """The frame or page at which an image that was opened stands, in an array.

    Raises:
        ImageReadError: it is damaged, or of a kind that is not read.
    """
    decoded = opening.decode(image, stream, source, size, max_pixels)
    with opening.one_line(source, size):
        pixels = decoded.whole()
    notes = list(decoded.notes)
    kept = metadata.read(image, notes, srgb=decoded.srgb)
    return Picture(pixels, source, size, kept, tuple(notes))


def as_picture(image: object, *, max_pixels: int = DEFAULT_MAX_PIXELS) -> Picture:
    """A path, a Pillow image or an (h, w, 3 or 4) uint8 array as a picture.

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
        image.load()
        decoded = Decoded(image)
        notes = list(decoded.notes)
        kept = metadata.read(image, notes, srgb=decoded.srgb)
        return Picture(decoded.whole(), source="image", metadata=kept, notes=tuple(notes))
    if isinstance(image, np.ndarray):
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (3, 4):
            raise PixelsError(
                f"image: wanted a (height, width, 3 or 4) array of uint8, got {image.shape} of "
                f"{image.dtype}; for floats in 0 to 1 there is compress_image"
            )
        return Picture(_tidy(image), source="array")
    raise PixelsError(f"image: wanted a path, a Pillow image or an array, got {type(image)}")


def _coding(image: Image.Image, stream: BinaryIO) -> list[str]:
    """Heed the cICP chunk of a PNG, which goes before its profile; a note if it is not understood.

    sRGB is; of the others there are few, and a file for people comes with a profile as well.
    """
    coding = metadata.coding_of_png(stream) if image.format == "PNG" else None
    if coding == _SRGB_CODING:
        image.info["srgb"] = 0
        image.info.pop("icc_profile", None)
        return []
    if coding is None or image.info.get("icc_profile"):
        return []
    return [f"its colours are coded as {coding[:2]} of H.273, which is not read; taken as sRGB"]


def _tidy(pixels: Bytes) -> Bytes:
    """Contiguous; no alpha if all is opaque; no colour where nothing can be seen."""
    if pixels.shape[2] == 4:
        opaque = pixels.size > 0 and bool(pixels[..., 3].min() == 255)
        pixels = pixels[..., :3] if opaque else without_hidden_colors(pixels)
    return np.ascontiguousarray(pixels)
