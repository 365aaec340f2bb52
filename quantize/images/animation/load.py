"""Files of several pictures: animations (GIF, APNG, WebP, AVIF) and the pages of a TIFF.

Their frames are decoded one at a time, as often as they are asked for; memory holds the file and
one frame. The limit on pixels is one on all frames together: a small file can hold ten thousand.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from typing import BinaryIO, Final

import numpy as np

from quantize import checks
from quantize.errors import ImageReadError, ImageTooLargeError, TruncatedImageError
from quantize.images.animation.compositing import EncodedAnimation, EncodedFrame, composed
from quantize.images.read import still
from quantize.images.read.decoded import tidied
from quantize.images.table import ReadableFormat
from quantize.model.frames import FOREVER, FrameSource, Timing
from quantize.model.picture import Metadata, Picture
from quantize.model.pixels import Bytes

_SUBFILE_TYPE: Final = 254
_REDUCED_OR_MASK: Final = 1 | 4
"""TIFF 6.0, NewSubfileType: a smaller copy of another page, or its transparency mask."""


def load_sequence(
    row: ReadableFormat, stream: BinaryIO, source: str, max_pixels: int
) -> FrameSource | None:
    """Return the frames or pages of a file; None if it holds one picture only.

    Args:
        row: the format of the file, which can hold several pictures.
        stream: the file; it can seek.
        source: its name in messages.
        max_pixels: refuse files with more, in all frames together.

    Raises:
        ImageReadError, ImageTooLargeError: the file cannot be read, or should not be.
    """
    size = stream.seek(0, os.SEEK_END)
    stream, mended = still.mended_stream(stream, source, size)
    found = (_animation if row.reader else _sequence)(row, stream.read(), source, max_pixels)
    if found is None:
        return None
    return found.replaced(source_bytes=size, notes=(*mended, *found.notes))


# --- animations that we take apart ----------------------------------------------------------------


def _animation(
    row: ReadableFormat, data: bytes, source: str, max_pixels: int
) -> FrameSource | None:
    """Return the frames of an animation of our own readers; None if it is a still picture."""
    with still.one_line(source, len(data)):
        animation: EncodedAnimation | None = checks.load(row.reader)(data)
    if animation is None:
        return None
    _check_pixels(source, len(animation.frames), animation.pixels, max_pixels)
    first = still.load_stream(io.BytesIO(animation.first), source, max_pixels=max_pixels)
    pictures = partial(_frames, animation, source, first.metadata)
    return FrameSource(
        first=next(iter(pictures())),
        pictures=pictures,
        count=len(animation.frames),
        pixels=animation.width * animation.height * len(animation.frames),
        timing=Timing(tuple(frame.duration for frame in animation.frames), animation.plays),
        source=source,
        source_bytes=len(data),
        notes=(*first.notes, *animation.notes),
        table=_table_of(animation, first),
    )


def _table_of(animation: EncodedAnimation, first: Picture) -> Bytes | None:
    """Return the colour table of all frames; in sRGB, where the first frame was converted."""
    table, of_first = animation.table, first.table
    if table is None or of_first is None or not first.metadata.srgb:
        return table
    return of_first.colors[: len(table)] if len(of_first.colors) >= len(table) else None


def _frames(animation: EncodedAnimation, source: str, metadata: Metadata) -> Iterator[Picture]:
    def decode(number: int, frame: EncodedFrame) -> Bytes:
        most = frame.width * frame.height
        with _frame_of(source, number, len(animation.frames)):
            picture = still.load_stream(io.BytesIO(frame.file), source, max_pixels=most)
            pixels = np.asarray(picture.pixels)
        if pixels.shape[:2] != (frame.height, frame.width):
            raise ImageReadError(source, f"frame {number + 1:,} is not of the size that it says")
        return pixels

    for canvas in composed(animation, decode):
        pixels = tidied(canvas)
        pixels = pixels.copy() if pixels is canvas else pixels  # the next frame is drawn into it
        yield Picture(pixels, source=source, metadata=metadata)


# --- sequences that Pillow goes through -----------------------------------------------------------


def _sequence(row: ReadableFormat, data: bytes, source: str, max_pixels: int) -> FrameSource | None:
    """Return the pages of a TIFF or the frames of an AVIF; None if there is only one."""
    with still.complaints() as said:
        found = _sequence_within(row, data, source, max_pixels)
    if found is None:
        return None
    complaints = (f"{row.pillow_name} decoder: {line}" for line in said)
    return found.replaced(notes=(*found.notes, *complaints))


def _sequence_within(
    row: ReadableFormat, data: bytes, source: str, max_pixels: int
) -> FrameSource | None:
    image = still.open_image(io.BytesIO(data), source, len(data), max_pixels)
    with still.one_line(source, len(data)):
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
    note = f"{left_out} of its pages are smaller copies or masks, and left out"
    pictures = partial(_pages, data, source, list(areas), max_pixels)
    return FrameSource(
        first=next(iter(pictures())),
        pictures=pictures,
        count=len(areas),
        pixels=sum(areas.values()),
        timing=None if paged else Timing(tuple(delays), FOREVER),
        source=source,
        source_bytes=len(data),
        notes=(note,) if left_out else (),
    )


def _pages(data: bytes, source: str, numbers: Sequence[int], max_pixels: int) -> Iterator[Picture]:
    stream = io.BytesIO(data)
    with still.complaints():
        image = still.open_image(stream, source, len(data), max_pixels)
    for number in numbers:
        with still.complaints():  # which the first look at all pages has noted
            with _frame_of(source, number, len(numbers)):
                image.seek(number)
            page = still.picture_of(image, stream, source, len(data), max_pixels)
        yield page


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
        with still.one_line(source, 0):
            yield
    except TruncatedImageError:
        raise TruncatedImageError(source, f"{name}: truncated") from None
    except ImageReadError as error:
        raise ImageReadError(source, f"{name}: {error.problem}", error.advice) from None
