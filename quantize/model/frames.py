"""Frames: where they come from, when they are seen, and what is seen once they are drawn.

A still is a source of one frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize.model.palette import Palette
from quantize.model.picture import Picture, with_channels
from quantize.model.pixels import Bytes, Pixels
from quantize.values import Value

if TYPE_CHECKING:
    from fractions import Fraction


class Frame(NamedTuple):
    """A frame in few colours, or the part of it that is new.

    Attributes:
        palette: the colours of this frame.
        indices: (h, w) uint8, into the palette.
        drawn: (h, w) bool, True where the indices hold; elsewhere the frame before shows through.
            None where all of the frame is drawn.
    """

    palette: Palette
    indices: Bytes
    drawn: NDArray[np.bool_] | None = None


def canvases(frames: Iterable[Frame]) -> Iterator[Bytes]:
    """Yield each frame as it is seen: (h, w, 4) uint8; transparent pixels are (0, 0, 0, 0)."""
    canvas: Bytes | None = None
    for frame in frames:
        canvas = drawn(canvas, frame)
        yield canvas


def drawn(canvas: Bytes | None, frame: Frame) -> Bytes:
    """Return what is seen once a frame is drawn on a canvas; the arrays are those of `canvases`."""
    colors = with_channels(frame.palette.colors, 4)
    colors = np.where(colors[:, 3:] > 0, colors, np.uint8(0))
    found: Bytes = colors[frame.indices]
    if canvas is not None and frame.drawn is not None:
        return np.where(frame.drawn[..., None], found, canvas)
    return found


def with_alpha(pixels: Pixels, channels: int) -> Pixels:
    """Return pixels as (h, w, channels): with an alpha of 255 where one is added.

    Args:
        pixels: (h, w, 3 or 4) uint8; returned as they are if they have so many channels.
        channels: 3 or 4, at least as many as the pixels have.
    """
    height, width, present = pixels.shape
    if present == channels:
        return pixels
    flat = with_channels(np.asarray(pixels).reshape(height * width, -1), channels)
    return flat.reshape(height, width, channels)


FOREVER: Final = 0
"""The number of plays of an animation that never stops."""


class Timing(NamedTuple):
    """The times at which the frames of an animation are seen.

    Attributes:
        durations: milliseconds of each frame, at least one.
        plays: how often the animation is shown; `FOREVER` for ever.
    """

    durations: tuple[Fraction, ...]
    plays: int = FOREVER

    @property
    def total(self) -> Fraction:
        """Milliseconds of one play."""
        return sum(self.durations[1:], self.durations[0])

    def ticks(self, unit: int, most: int | None) -> list[int]:
        """Return the durations in whole units of so many milliseconds, none above `most`.

        The ends of the frames are rounded, not their lengths, so that errors do not add up. A
        duration above 0 never becomes 0.

        Args:
            unit: milliseconds.
            most: units; None for no limit.
        """
        found: list[int] = []
        end: Fraction | int = 0
        shown = 0
        for duration in self.durations:
            end += duration / unit
            ticks = max(round(end) - shown, int(duration > 0))
            ticks = ticks if most is None else min(ticks, most)
            found.append(ticks)
            shown += ticks
        return found


class FrameSource(Value):
    """Where the frames of one input come from: an animation, pages, or a still of one frame.

    Attributes:
        first: the first frame; its metadata is that of all.
        pictures: decodes the frames from the first to the last, as often as it is called; raises
            ImageReadError where one is damaged. They may differ in size and in whether they have
            alpha, unless there is a timing.
        count: how many frames there are.
        pixels: the pixels of all frames together.
        timing: of an animation; None for pages and stills.
        source: the name of the file or stream, for people.
        source_bytes: its size; 0 if it came from memory.
        notes: what was lost or assumed in reading, a sentence each.
        table: (n, 3 or 4) uint8, of an animation whose frames share one colour table; else None.
    """

    first: Picture
    pictures: Callable[[], Iterable[Picture]]
    count: int
    pixels: int
    timing: Timing | None = None
    source: str = ""
    source_bytes: int = 0
    notes: tuple[str, ...] = ()
    table: Bytes | None = None

    @classmethod
    def still(cls, picture: Picture) -> FrameSource:
        """Return a source of one frame."""
        return cls(
            first=picture,
            pictures=lambda: (picture,),
            count=1,
            pixels=picture.height * picture.width,
            source=picture.source,
            source_bytes=picture.source_bytes,
            notes=picture.notes,
        )

    def changed(self, change: Callable[[Picture], Picture]) -> FrameSource:
        """Return a source of the same frames after a change to each."""
        if self.count == 1:
            return FrameSource.still(change(self.first))
        pictures = self.pictures
        return self.replaced(first=change(self.first), pictures=lambda: map(change, pictures()))

    def released(self) -> FrameSource:
        """Return what is known of the source without its pixels, so that their memory is free."""
        return self.replaced(first=self.first.released(), pictures=tuple)
