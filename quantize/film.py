"""Pictures in few colours that follow one another: one palette over all, or one a frame.

Two passes over the frames, which are decoded again for the second: the distinct colours of all are
counted, then each is mapped; so memory holds one frame, and the indices of all.

What stands still does not flicker. A pixel whose colour in the source is that of the frame before
keeps its colour in the result: with one palette since equal colours are mapped equally, or keep
their entry where entries are mixed; with one a frame since it is not drawn again, see `steady`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize import (
    colornames,
    finding,
    histogram,
    kernels,
    pipeline,
    tasks,
)
from quantize.assigning import Assigner, Dithered, Nearest
from quantize.finding import Clock
from quantize.model import (
    Bytes,
    Histogram,
    Palette,
    Picture,
    Statistics,
    with_channels,
)
from quantize.pixels import Pixels
from quantize.settings import Settings
from quantize.shared import Merger
from quantize.tasks import Progress

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


def count(
    pictures: Iterable[Picture], clock: Clock, weights: str = "uniform", *, threads: int = 1
) -> Histogram:
    """The histogram of all frames together; `clock` gets what counting takes, not reading."""
    merger = Merger("pixels")
    for picture in pictures:
        with clock.stage("count"):
            merger.add(histogram.count(picture.pixels, weights=weights, threads=threads))
    with clock.stage("count"):
        return merger.total()


def run(
    pictures: Pictures,
    settings: Settings,
    progress: Progress | None = None,
    *,
    on_off_alpha: bool = False,
    palette: Palette | None = None,
    steady: bool = True,
) -> Film:
    """One palette over all frames.

    Args:
        pictures: the frames; they may differ in size and in whether they have alpha.
        settings: how.
        progress: see `tasks.Progress`.
        on_off_alpha: as for `pipeline.run`.
        palette: one that is given, whose colours and order stay as they are; None to find one.
        steady: the frames are seen one after another in one place, and are of one size.

    Raises:
        ErrorLimitError: the error that was asked for cannot be met.
    """
    clock = Clock()
    threads = settings.threads or kernels.available_cores()
    counted = announced(pictures(), progress, "count")
    weights = settings.weights if palette is None else "uniform"
    colors = count(counted, clock, weights, threads=threads)
    if palette is None:
        task = tasks.task_for(colors, settings, progress, on_off_alpha=on_off_alpha)
        done, _, choice = finding.find(task, settings, clock)
        palette = Palette(done.palette, names=colornames.name_colors(done.palette))
        own, origin = done.entries, pipeline.origin_of(done.found, choice)
    else:
        with clock.stage("map"):
            own, origin = pipeline.in_given(colors, palette, settings, on_off_alpha=on_off_alpha)
    entries: Assigner
    if settings.dither == "none":
        entries = Nearest(colors, palette, own, settings)
    else:
        entries = Dithered(palette.colors, settings, on_off=on_off_alpha)
    frames: list[Frame] = []
    before: Bytes | None = None
    for picture in announced(pictures(), progress, "map"):
        pixels = with_alpha(picture.pixels, colors.colors.shape[1])
        with clock.stage("map"):
            indices = entries.indices(pixels)
            if steady and before is not None and settings.dither != "none":
                still = (pixels == before).all(axis=2)
                indices = np.where(still, frames[-1].indices, indices)
        with clock.stage("measure"):
            entries.add(pixels, indices)
        frames.append(Frame(palette, indices))
        before = pixels
    with clock.stage("measure"):
        counts, quality = entries.results()
    used = Palette(palette.colors, counts, palette.names)
    figures = pipeline.statistics_of(len(colors), counts, clock, origin, quality)
    return Film(tuple(frame._replace(palette=used) for frame in frames), used, figures)


def announced(
    pictures: Iterable[Picture], progress: Progress | None, stage: str
) -> Iterator[Picture]:
    """The same pictures, and a word to the caller before each."""
    for number, picture in enumerate(pictures):
        if progress is not None:
            progress(stage, number)
        yield picture


def with_alpha(pixels: Pixels, channels: int) -> Bytes:
    """(h, w, channels) from (h, w, 3 or 4): an alpha of 255 is added where one is wanted."""
    height, width, _ = pixels.shape
    flat = with_channels(np.asarray(pixels).reshape(height * width, -1), channels)
    return flat.reshape(height, width, channels)
