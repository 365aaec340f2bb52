"""Files of several pictures: animations (GIF, APNG, WebP, AVIF) and the pages of a TIFF.

Their frames are decoded one at a time, as often as they are asked for; memory holds the file and
one frame. The limit on pixels is one on all frames together: a small file can hold ten thousand.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, BinaryIO, Final

import numpy as np

from quantize.errors import ImageReadError, ImageTooLargeError
from quantize.images import png
from quantize.images.read import load as loading
from quantize.images.read import open as opening
from quantize.images.read.decoded import without_hidden_colors
from quantize.images.table import Frames
from quantize.model.picture import Metadata, Picture
from quantize.model.pixels import Bytes

if TYPE_CHECKING:
    from quantize.images.animation.compositing import Layout, Part
from quantize.model.frames import FOREVER, FrameSource, Timing

_TIFF_STARTS: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_AVIF_SEQUENCE: Final = b"ftypavis"

_SUBFILE_TYPE: Final = 254
_REDUCED_OR_MASK: Final = 1 | 4
"""TIFF 6.0, NewSubfileType: a smaller copy of another page, or its transparency mask."""


def load_frames(path: str, *, max_pixels: int, frames: Frames) -> FrameSource:
    """Read an image file with all its pictures, if they can be used; else the first of them.

    Args:
        path: a file, or the URL of an object.
        max_pixels: refuse files with more, in all frames together.
        frames: what can be used: `animation`, `pages` (and animations too), or `none`.

    Raises:
        FileError: as for `reading.load`.
    """
    read = partial(load_frames_stream, source=path, max_pixels=max_pixels, frames=frames)
    return loading.with_stream(path, read)


def load_frames_stream(
    stream: BinaryIO, source: str, *, max_pixels: int, frames: Frames
) -> FrameSource:
    """The same from a stream that can seek; `source` names it in messages."""
    found = None
    if frames != "none":
        stream.seek(0)
        start = stream.read(16)
        stream.seek(0)
        if name := _container(start):
            found = _moving(name, stream, source, max_pixels)
        elif start[4:12] == _AVIF_SEQUENCE or (frames == "pages" and start[:4] in _TIFF_STARTS):
            found = _stacked(stream, source, max_pixels)
    if found is not None:
        return found
    return FrameSource.still(loading.load_stream(stream, source, max_pixels=max_pixels))


# --- animations of parts ----------------------------------------------------------------------


def _container(start: bytes) -> str:
    """The module in `moving` that reads a file which begins so."""
    if start[:6] in (b"GIF87a", b"GIF89a"):
        return "gif"
    if start.startswith(png.SIGNATURE):
        return "apng"
    return "webp" if start[:4] == b"RIFF" and start[8:12] == b"WEBP" else ""


def _png_may_move(stream: BinaryIO) -> bool:
    """Whether an animation is announced before the pixels, as it has to be."""
    stream.seek(len(png.SIGNATURE))
    while len(start := stream.read(8)) == 8:
        if start[4:] in (b"acTL", b"IDAT"):
            return start[4:] == b"acTL"
        stream.seek(int.from_bytes(start[:4], "big") + 4, io.SEEK_CUR)
    return False


def _webp_may_move(stream: BinaryIO) -> bool:
    """Whether the header says so."""
    stream.seek(12)
    start = stream.read(9)
    return len(start) == 9 and start[:4] == b"VP8X" and bool(start[8] & 0x02)


_MAY_MOVE: Final[dict[str, Callable[[BinaryIO], bool]]] = {
    "gif": lambda _: True,
    "apng": _png_may_move,
    "webp": _webp_may_move,
}
"""Whether a closer look is worth it; the pieces of a GIF have no lengths to hop along."""


def _moving(name: str, stream: BinaryIO, source: str, max_pixels: int) -> FrameSource | None:
    """The frames of a GIF, PNG or WebP; None if it is a still picture."""
    if not _MAY_MOVE[name](stream):
        return None

    container = import_module(f"quantize.images.animation.{name}")
    stream.seek(0)
    data = stream.read()
    with opening.one_line(source, len(data)):
        layout: Layout | None = container.read(data)
    if layout is None:
        return None
    _check_pixels(source, len(layout.parts), layout.pixels, max_pixels)
    first = loading.load_stream(io.BytesIO(layout.first), source, max_pixels=max_pixels)
    pictures = partial(_frames, layout, source, first.metadata)
    return FrameSource(
        first=next(iter(pictures())),
        pictures=pictures,
        count=len(layout.parts),
        pixels=layout.width * layout.height * len(layout.parts),
        timing=Timing(tuple(part.duration for part in layout.parts), layout.plays),
        source=source,
        source_bytes=len(data),
        notes=(*first.notes, *layout.notes),
    )


def _frames(layout: Layout, source: str, metadata: Metadata) -> Iterator[Picture]:
    from quantize.images.animation.compositing import composed

    def decode(number: int, part: Part) -> Bytes:
        most = part.width * part.height
        with _frame_of(source, number, len(layout.parts)):
            picture = loading.load_stream(io.BytesIO(part.file), source, max_pixels=most)
            pixels = np.asarray(picture.pixels)
        if pixels.shape[:2] != (part.height, part.width):
            raise ImageReadError(source, f"frame {number + 1:,} is not of the size that it says")
        return pixels

    for canvas in composed(layout, decode):
        yield Picture(_tidied(canvas), source=source, metadata=metadata)


def _tidied(canvas: Bytes) -> Bytes:
    """A copy, without alpha if all is opaque."""
    if (canvas[..., 3] == 255).all():
        return np.ascontiguousarray(canvas[..., :3])
    return without_hidden_colors(canvas.copy())


# --- what Pillow goes through -----------------------------------------------------------------


def _stacked(stream: BinaryIO, source: str, max_pixels: int) -> FrameSource | None:
    """The pages of a TIFF, or the frames of an AVIF; None if there is but one."""
    from fractions import Fraction

    data = stream.read()
    image = opening.open_image(io.BytesIO(data), source, len(data), max_pixels)
    with opening.one_line(source, len(data)):
        count: int = getattr(image, "n_frames", 1)
    paged = image.format == "TIFF"
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
    left_out_note = f"{left_out} of its pages are smaller copies or masks, and left out"
    return FrameSource(
        first=next(iter(pictures())),
        pictures=pictures,
        count=len(areas),
        pixels=sum(areas.values()),
        timing=None if paged else Timing(tuple(delays), FOREVER),
        source=source,
        source_bytes=len(data),
        notes=(left_out_note,) if left_out else (),
    )


def _pages(data: bytes, source: str, numbers: Sequence[int], max_pixels: int) -> Iterator[Picture]:
    stream = io.BytesIO(data)
    image = opening.open_image(stream, source, len(data), max_pixels)
    for number in numbers:
        with _frame_of(source, number, len(numbers)):
            image.seek(number)
        yield loading.picture_of(image, stream, source, len(data), max_pixels)


# --- both ---------------------------------------------------------------------------------------


def _check_pixels(source: str, frames: int, pixels: int, most: int) -> None:
    if pixels > most:
        raise ImageTooLargeError(
            source,
            f"{frames:,} frames or pages have {pixels:,} pixels together, more than the limit of "
            f"{most:,}; if the file can be trusted, raise it with --max-pixels",
        )


@contextmanager
def _frame_of(source: str, number: int, count: int) -> Iterator[None]:
    """Whatever is wrong with a frame is one line that says with which."""
    try:
        with opening.one_line(source, 0):
            yield
    except ImageReadError as error:
        said = "truncated" if error.problem.startswith("truncated") else error.problem
        raise ImageReadError(source, f"frame {number + 1:,} of {count:,}: {said}") from None
