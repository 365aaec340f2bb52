"""Files of several pictures: animations (GIF, APNG, WebP, AVIF) and the pages of a TIFF.

Their frames are decoded one at a time, as often as they are asked for; memory holds the file and
one frame. The limit on pixels is one on all frames together: a small file can hold ten thousand.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np

from quantize import checks
from quantize.errors import ImageReadError, ImageTooLargeError, TruncatedImageError
from quantize.images.read import load as loading
from quantize.images.read import open as opening
from quantize.images.read.decoded import without_hidden_colors
from quantize.images.table import (
    SIGNATURE_BYTES,
    Frames,
    ReadableFormat,
    readable_format,
)
from quantize.model.frames import Reel
from quantize.model.picture import Metadata, Picture
from quantize.model.pixels import Bytes

if TYPE_CHECKING:
    from quantize.images.animation.compositing import EncodedAnimation, EncodedFrame

_SUBFILE_TYPE: Final = 254
_REDUCED_OR_MASK: Final = 1 | 4
"""TIFF 6.0, NewSubfileType: a smaller copy of another page, or its transparency mask."""


def load_reel(path: str, *, max_pixels: int, frames: Frames) -> Picture | Reel:
    """Read an image file with all its pictures, if they can be used; else the first of them.

    Args:
        path: a file, or the URL of an object.
        max_pixels: refuse files with more, in all frames together.
        frames: what can be used: `animation`, `pages` (and animations too), or `none`.

    Raises:
        FileError: as for `read.load.load`.
    """
    read = partial(load_reel_stream, source=path, max_pixels=max_pixels, frames=frames)
    return loading.with_stream(path, read)


def load_reel_stream(
    stream: BinaryIO, source: str, *, max_pixels: int, frames: Frames
) -> Picture | Reel:
    """Read the same from a stream that can seek; `source` names it in messages."""
    found = None
    if frames != "none":
        stream.seek(0)
        row = readable_format(stream.read(SIGNATURE_BYTES))
        if row is not None and row.frames in ("animation", frames):
            read = _encoded_animation if row.reader else _sequence
            found = read(row, stream, source, max_pixels)
    return found or loading.load_stream(stream, source, max_pixels=max_pixels)


# --- animations that we take apart ----------------------------------------------------------------


def _encoded_animation(
    row: ReadableFormat, stream: BinaryIO, source: str, max_pixels: int
) -> Reel | None:
    """Return the frames of an animation of our own readers; None if it is a still picture."""
    if row.is_animated and not checks.load(row.is_animated)(stream):
        return None
    from quantize.model.frames import Timing

    stream.seek(0)
    data = stream.read()
    with opening.one_line(source, len(data)):
        animation: EncodedAnimation | None = checks.load(row.reader)(data)
    if animation is None:
        return None
    _check_pixels(source, len(animation.frames), animation.pixels, max_pixels)
    first = loading.load_stream(io.BytesIO(animation.first), source, max_pixels=max_pixels)
    pictures = partial(_frames, animation, source, first.metadata)
    return Reel(
        source=source,
        source_bytes=len(data),
        count=len(animation.frames),
        pixels=animation.width * animation.height * len(animation.frames),
        first=next(iter(pictures())),
        pictures=pictures,
        timing=Timing(tuple(frame.duration for frame in animation.frames), animation.plays),
        notes=(*first.notes, *animation.notes),
    )


def _frames(animation: EncodedAnimation, source: str, metadata: Metadata) -> Iterator[Picture]:
    from quantize.images.animation.compositing import composed

    def decode(number: int, frame: EncodedFrame) -> Bytes:
        most = frame.width * frame.height
        with _frame_of(source, number, len(animation.frames)):
            picture = loading.load_stream(io.BytesIO(frame.file), source, max_pixels=most)
            pixels = np.asarray(picture.pixels)
        if pixels.shape[:2] != (frame.height, frame.width):
            raise ImageReadError(source, f"frame {number + 1:,} is not of the size that it says")
        return pixels

    for canvas in composed(animation, decode):
        yield Picture(_tidied(canvas), source=source, metadata=metadata)


def _tidied(canvas: Bytes) -> Bytes:
    """Return a copy, without alpha if all is opaque."""
    if (canvas[..., 3] == 255).all():
        return np.ascontiguousarray(canvas[..., :3])
    return without_hidden_colors(canvas.copy())


# --- sequences that Pillow goes through -----------------------------------------------------------


def _sequence(row: ReadableFormat, stream: BinaryIO, source: str, max_pixels: int) -> Reel | None:
    """Return the pages of a TIFF or the frames of an AVIF; None if there is only one."""
    from fractions import Fraction

    from quantize.model.frames import FOREVER, Timing

    stream.seek(0)
    data = stream.read()
    image = opening.open_image(io.BytesIO(data), source, len(data), max_pixels)
    with opening.one_line(source, len(data)):
        count: int = getattr(image, "n_frames", 1)
    paged = row.frames == "pages"
    areas: dict[int, int] = {}
    delays: list[Fraction] = []
    for number in range(count if count > 1 else 0):
        with _frame_of(source, number, count):
            image.seek(number)
            if not paged:
                image.load()  # which says how long it lasts
                delays.append(Fraction(image.info.get("duration", 0)))
            elif image.tag_v2.get(_SUBFILE_TYPE, 0) & _REDUCED_OR_MASK:  # type: ignore[attr-defined]
                continue
            areas[number] = image.width * image.height
            _check_pixels(source, number + 1, sum(areas.values()), max_pixels)
    if len(areas) < 2:
        return None
    left_out = count - len(areas)
    pictures = partial(_pages, data, source, list(areas), max_pixels)
    return Reel(
        source=source,
        source_bytes=len(data),
        count=len(areas),
        pixels=sum(areas.values()),
        first=next(iter(pictures())),
        pictures=pictures,
        timing=None if paged else Timing(tuple(delays), FOREVER),
        notes=(f"{left_out} of its pages are smaller copies or masks, and left out",)
        * (left_out > 0),
    )


def _pages(data: bytes, source: str, numbers: Sequence[int], max_pixels: int) -> Iterator[Picture]:
    stream = io.BytesIO(data)
    image = opening.open_image(stream, source, len(data), max_pixels)
    for number in numbers:
        with _frame_of(source, number, len(numbers)):
            image.seek(number)
        yield loading.picture_of(image, stream, source, len(data), max_pixels)


# --- both -----------------------------------------------------------------------------------------


def _check_pixels(source: str, frames: int, pixels: int, most: int) -> None:
    if pixels > most:
        raise ImageTooLargeError(
            source,
            f"{frames:,} frames or pages have {pixels:,} pixels together, more than the limit of "
            f"{most:,}",
            "if the file can be trusted, raise it with max_pixels",
        )


@contextmanager
def _frame_of(source: str, number: int, count: int) -> Iterator[None]:
    """Let an error about a frame say which frame it is."""
    name = f"frame {number + 1:,} of {count:,}"
    try:
        with opening.one_line(source, 0):
            yield
    except TruncatedImageError:
        raise TruncatedImageError(source, f"{name}: truncated") from None
    except ImageReadError as error:
        raise ImageReadError(source, f"{name}: {error.problem}", error.advice) from None
