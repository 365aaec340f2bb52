"""Frames, their timing, and what is seen when they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize.model.palette import Palette
from quantize.model.picture import Picture, with_channels
from quantize.model.pixels import Bytes, Pixels
from quantize.model.result import Statistics

Pictures = Callable[[], Iterable[Picture]]
"""Gives the frames from the first to the last, as often as it is called."""


class Frame(NamedTuple):
    """A frame in few colours, or the part of it that is new.

    Attributes:
        palette: of this frame.
        indices: (h, w) uint8, into it.
        drawn: (h, w) bool, where the indices hold; elsewhere the frame before shows through.
            None where all of it is drawn.
    """

    palette: Palette
    indices: Bytes
    drawn: NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """Frames in few colours.

    Attributes:
        frames: from the first to the last.
        palette: of all, or that of the first; its counts are of the frames that have it.
        statistics: over all pixels of all frames.
    """

    frames: tuple[Frame, ...]
    palette: Palette
    statistics: Statistics

    @property
    def palettes(self) -> list[Palette]:
        """The different palettes in their order: one, or one a frame that brings its own."""
        found: list[Palette] = []
        for frame in self.frames:
            if not found or frame.palette is not found[-1]:
                found.append(frame.palette)
        return found


def canvases(frames: Iterable[Frame]) -> Iterator[Bytes]:
    """(h, w, 4) uint8 of each frame as it is seen; what is fully transparent is (0, 0, 0, 0)."""
    canvas: Bytes | None = None
    for frame in frames:
        canvas = drawn(canvas, frame)
        yield canvas


def drawn(canvas: Bytes | None, frame: Frame) -> Bytes:
    """What is seen once a frame is drawn; for the arrays see `canvases`."""
    colors = with_channels(frame.palette.colors, 4)
    colors = np.where(colors[:, 3:] > 0, colors, np.uint8(0))
    found: Bytes = colors[frame.indices]
    if canvas is not None and frame.drawn is not None:
        return np.where(frame.drawn[..., None], found, canvas)
    return found


def with_alpha(pixels: Pixels, channels: int) -> Bytes:
    """(h, w, channels) from (h, w, 3 or 4): an alpha of 255 is added where one is wanted."""
    height, width, _ = pixels.shape
    flat = with_channels(np.asarray(pixels).reshape(height * width, -1), channels)
    return flat.reshape(height, width, channels)


@dataclass(frozen=True, slots=True, eq=False)
class Reel:
    """A file of several pictures.

    Attributes:
        source: the file or stream that it came from, for people.
        source_bytes: its size.
        count: how many pictures it has, 2 or more.
        pixels: of all of them.
        first: of them; its metadata is that of all.
        pictures: decodes them from the first to the last, as often as it is called; raises
            ImageReadError where one is damaged.
        timing: of an animation; None of pages.
        notes: what was lost or assumed in reading, a sentence each.
    """

    source: str
    source_bytes: int
    count: int
    pixels: int
    first: Picture
    pictures: Callable[[], Iterable[Picture]]
    timing: Timing | None
    notes: tuple[str, ...] = ()


FOREVER = 0
"""In place of a number of plays."""


class Timing(NamedTuple):
    """When frames are seen.

    Attributes:
        durations: milliseconds of each.
        plays: how often all are shown; `FOREVER` for ever.
    """

    durations: tuple[Fraction, ...]
    plays: int = FOREVER

    @property
    def total(self) -> Fraction:
        """Milliseconds of one play."""
        return sum(self.durations, Fraction(0))

    def ticks(self, unit: int, most: int | None) -> list[int]:
        """Return the durations in whole units of so many milliseconds, none above `most`.

        The ends of the frames are rounded, not their lengths, so that errors do not add up. A
        duration above 0 never becomes 0.

        Args:
            unit: milliseconds.
            most: units; None for no limit.
        """
        found: list[int] = []
        end, shown = Fraction(0), 0
        for duration in self.durations:
            end += duration / unit
            ticks = max(round(end) - shown, int(duration > 0))
            ticks = ticks if most is None else min(ticks, most)
            found.append(ticks)
            shown += ticks
        return found
