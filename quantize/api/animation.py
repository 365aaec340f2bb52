"""A file of several pictures, quantized and encoded: what `work` and the library do with one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any, Final, NamedTuple

import numpy as np

from quantize.checks import MAX_COLORS
from quantize.errors import OutputError
from quantize.images.animation import encode as animation_encoding
from quantize.images.table import FORMATS, NO_ENTRY_NOTE, ON_OFF_NOTE, ImageFormat
from quantize.model import frames as model_frames
from quantize.model.frames import Film, Frame, Reel
from quantize.model.palette import Palette
from quantize.model.picture import Metadata, Picture
from quantize.pipeline import frame_palettes
from quantize.pipeline import frames as pipeline_frames
from quantize.pipeline.palette.problem import Progress
from quantize.pipeline.settings import Settings

GIF_NOTE: Final = "one of the 256 entries of a gif's palette is for what stays as it is"


class Order(NamedTuple):
    """What is to be made of a reel.

    Attributes:
        settings: what decides the colours.
        row: the format, or None where no image is written.
        palette: one that is given, or None.
        per_frame: find a palette for each frame.
    """

    settings: Settings
    row: ImageFormat | None = None
    palette: Palette | None = None
    per_frame: bool = False


class Done(NamedTuple):
    """What was made of a reel.

    Attributes:
        picture: the first frame, with as many channels as any has.
        film: the frames in few colours.
        notes: what was lost or assumed, a sentence each.
        fields: of the record: what it says of frames.
        seconds: by stage.
    """

    picture: Picture
    film: Film
    notes: tuple[str, ...]
    fields: dict[str, Any]
    seconds: dict[str, float]


def quantized(reel: Reel, order: Order, progress: Progress | None = None) -> Done:
    """Frames in few colours.

    Raises:
        OutputError: the format has no transparency, and a frame has.
        ErrorLimitError: the error that was asked for cannot be met.
        ImageReadError: a frame is damaged.
    """
    row, settings = order.row, order.settings
    on_off = row is not None and row.alpha == "binary"
    pages = reel.timing is None or (row is not None and row.frames == "pages")
    watch = _Watch(reel, row)
    if not order.per_frame:
        palette = order.palette
        how = {"on_off_alpha": on_off, "steady": not pages}
        made = pipeline_frames.run(watch, settings, progress, palette=palette, **how)
    else:
        most = MAX_COLORS - (0 if row is None else row.reserved_entries)
        if settings.most_colors > most:
            settings = replace(settings, colors=most)
        erasable = row is None or row.erasable
        ways = frame_palettes.Ways(on_off_alpha=on_off, steady=not pages, erasable=erasable)
        made = frame_palettes.run_each(watch, settings, progress, ways=ways)
    notes = [*reel.notes]
    if on_off and watch.half:
        notes.append(ON_OFF_NOTE)
    if watch.invisible and not all((each.colors[:, 3:] == 0).any() for each in made.palettes):
        notes.append(NO_ENTRY_NOTE)
    if settings is not order.settings:
        notes.append(GIF_NOTE)
    if row is not None:
        notes += animation_encoding.timing_losses(reel.timing, row.name)
    first = reel.first
    pixels = model_frames.with_alpha(first.pixels, 4 if watch.alpha else 3)
    picture = Picture(pixels, reel.source, reel.source_bytes, first.metadata)
    seconds = {"read": watch.seconds, **made.statistics.seconds}
    return Done(picture, made, tuple(notes), _fields(reel, order, made), seconds)


def encoded(
    reel: Reel,
    frames: Sequence[Frame],
    row: ImageFormat,
    *,
    metadata: Metadata,
    effort: str = "default",
) -> bytes:
    """The file of what was made of a reel; for the last two see `images.write.encode`."""
    timing = None if row.frames == "pages" else reel.timing
    return animation_encoding.encode_frames(
        frames, timing, row.name, metadata=metadata, effort=effort
    )


class _Watch:
    """Gives the frames of a reel, and sees what is to be said of them.

    Attributes:
        seconds: what reading has taken.
        alpha: whether a pixel of some frame is not opaque.
        half: whether one is neither opaque nor invisible.
        invisible: whether one is.
    """

    def __init__(self, reel: Reel, row: ImageFormat | None) -> None:
        self._reel, self._row = reel, row
        self.seconds = 0.0
        self.alpha = self.half = self.invisible = False

    def __call__(self) -> Iterator[Picture]:
        begin = perf_counter()
        for number, picture in enumerate(self._reel.pictures()):
            self.seconds += perf_counter() - begin
            self._look(picture, number)
            yield picture
            begin = perf_counter()
        self.seconds += perf_counter() - begin

    def _look(self, picture: Picture, number: int) -> None:
        if picture.channels == 3:
            return
        if self._row is not None and self._row.alpha == "none":
            able = ", ".join(row.name for row in FORMATS.values() if row.alpha != "none")
            raise OutputError(
                self._reel.source,
                f"{self._row.name} has no transparency, and frame {number + 1:,} has; "
                f"choose one of {able}",
            )
        alpha = np.asarray(picture.pixels)[..., 3]
        invisible = alpha == 0
        self.alpha = True
        self.invisible = self.invisible or bool(invisible.any())
        self.half = self.half or bool((~invisible & (alpha < 255)).any())


def _fields(reel: Reel, order: Order, made: Film) -> dict[str, Any]:
    """What the record says of frames."""
    fields: dict[str, Any] = {"frames": reel.count}
    if reel.timing is not None:
        total = reel.timing.total
        fields["duration_ms"] = int(total) if total.denominator == 1 else float(total)
        fields["loop"] = reel.timing.plays
    if order.per_frame:
        fields["palette_per_frame"] = True
        fields["palettes"] = [_codes(frame.palette) for frame in made.frames]
    return fields


def _codes(palette: Palette) -> list[str]:
    """`#rrggbb`, with alpha where it is not opaque."""
    return [
        code if len(color) == 3 or color[3] == 255 else f"{code}{color[3]:02x}"
        for code, color in zip(palette.hex, palette, strict=True)
    ]
