"""Films as files: a row of `ANIMATORS` for each format that holds more than one picture."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final, NamedTuple

from PIL import Image

from quantize.images import png
from quantize.images.animation import apng, gif_writer, webp
from quantize.images.write import gif
from quantize.images.write.encode import encode, that_holds
from quantize.model.frames import Frame, Timing
from quantize.model.palette import Palette
from quantize.model.picture import Metadata
from quantize.model.pixels import Bytes


class Rest(NamedTuple):
    """What else is to be written, and how.

    Attributes:
        metadata: of all frames; it stands in the first.
        effort: a key of `images.table.COMPRESSIONS`.
    """

    metadata: Metadata = Metadata()
    effort: str = "default"


def encode_film(
    frames: Sequence[Frame],
    timing: Timing | None,
    format_name: str,
    *,
    metadata: Metadata | None = None,
    effort: str = "default",
) -> bytes:
    """The file of an animation, or of pages.

    Args:
        frames: their palettes hold what the format can; see `apng.write` and `gif_writer.write` for
            what they may be.
        timing: None of pages.
        format_name: a key of `formats.FORMATS` that holds them.
        metadata: as for `writing.encode`.
        effort: likewise.
    """
    rest = Rest(metadata or Metadata(), effort)
    if timing is None:
        return pages(frames, rest)
    return ANIMATORS[format_name](frames, timing, rest)


def pages(frames: Sequence[Frame], rest: Rest) -> bytes:
    """A TIFF with a page a frame."""
    from PIL.TiffImagePlugin import AppendingTiffWriter

    stream = io.BytesIO()
    with AppendingTiffWriter(stream) as writer:
        for number, frame in enumerate(frames):
            kept = rest if number == 0 else rest._replace(metadata=Metadata())
            writer.write(encode(frame.palette, frame.indices, "tiff", **kept._asdict()))
            writer.newFrame()
        return stream.getvalue()


def from_arrays(canvases: Iterable[Bytes]) -> list[Image.Image]:
    """Pillow images (mode RGBA) of (h, w, 4) uint8."""
    return [Image.fromarray(canvas) for canvas in canvases]


def _apng(frames: Sequence[Frame], timing: Timing, rest: Rest) -> bytes:
    first: Callable[[Palette, Bytes], bytes] = partial(
        encode, format_name="png", metadata=rest.metadata, effort=rest.effort
    )
    return apng.write(frames, timing, first, partial(png.encode, effort=rest.effort))


def _gif(frames: Sequence[Frame], timing: Timing, rest: Rest) -> bytes:
    return gif_writer.write(frames, timing, gif.said(that_holds(rest.metadata)))


def _webp(frames: Sequence[Frame], timing: Timing, rest: Rest) -> bytes:
    first = encode(frames[0].palette, frames[0].indices, "webp", **rest._asdict())
    return webp.write(frames, timing, first)


def _tiff(frames: Sequence[Frame], _timing: Timing, rest: Rest) -> bytes:
    return pages(frames, rest)


ANIMATORS: Final[dict[str, Callable[[Sequence[Frame], Timing, Rest], bytes]]] = {
    "png": _apng,
    "gif": _gif,
    "webp": _webp,
    "tiff": _tiff,
}


def losses(timing: Timing | None, format_name: str) -> list[str]:
    """What a format cannot say of an animation's time, a sentence each."""
    if timing is None:
        return []
    if format_name == "tiff":
        return ["tiff has pages, which have no durations and are not repeated"]
    if format_name == "png":
        kept = all(apng.exact(duration) for duration in timing.durations)
        return [] if kept else ["durations are rounded to what a PNG can say"]
    found = []
    unit, most, plays = LIMITS[format_name]
    if any(duration % unit for duration in timing.durations):
        found.append(f"durations are rounded to {unit} ms, which is what a {format_name} counts in")
    if any(duration > unit * most for duration in timing.durations):
        found.append(
            f"durations are cut to {unit * most / 1000:,.2f} s, the longest of {format_name}"
        )
    if timing.plays > plays:
        found.append(f"it is played {plays:,} times, the most of {format_name}")
    return found


LIMITS: Final = {
    "gif": (gif_writer.UNIT, gif_writer.MOST, gif_writer.MOST + 1),
    "webp": (webp.UNIT, webp.MOST, webp.MOST_PLAYS),
}
"""Milliseconds that a format counts in, how many of them a frame can last, and the most plays."""
