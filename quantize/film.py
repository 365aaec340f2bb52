"""Pictures in few colours that follow one another: one palette over all, or one a frame.

Two passes over the frames, which are decoded again for the second: the distinct colours of all are
counted, then each is mapped; so memory holds one frame, and the indices of all.

What stands still does not flicker. A pixel whose colour in the source is that of the frame before
keeps its colour in the result: with one palette since equal colours are mapped equally, with one a
frame since it is not drawn again, see `steady`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize import (
    colornames,
    colorspace,
    finding,
    histogram,
    kernels,
    measure,
    metrics,
    pipeline,
    remap,
    tasks,
)
from quantize.finding import Clock
from quantize.model import (
    Bytes,
    Counts,
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
) -> Film:
    """One palette over all frames, each pixel its nearest colour of it.

    Args:
        pictures: the frames; they may differ in size and in whether they have alpha.
        settings: how.
        progress: see `tasks.Progress`.
        on_off_alpha: as for `pipeline.run`.
        palette: one that is given, whose colours and order stay as they are; None to find one.

    Raises:
        ErrorLimitError: the error that was asked for cannot be met.
    """
    clock = Clock()
    threads = settings.threads or kernels.available_cores()
    counted = announced(pictures(), progress, "count")
    colors = count(counted, clock, settings.weights, threads=threads)
    chosen = _found if palette is None else _given(palette)
    found = chosen(colors, settings, clock, progress, on_off_alpha)
    channels = colors.colors.shape[1]
    with clock.stage("map"):
        lookup = remap.Lookup(colors, found.entries)
    frames: list[Frame] = []
    likeness = Mean()
    for picture in announced(pictures(), progress, "map"):
        pixels = with_alpha(picture.pixels, channels)
        with clock.stage("map"):
            indices = lookup.index(pixels, threads=threads)
        if settings.metrics == "full":
            with clock.stage("measure"):
                likeness.add(similarity_of(pixels, found.palette.colors[indices]), indices.size)
        frames.append(Frame(found.palette, indices))
    with clock.stage("measure"):
        counts = np.bincount(found.entries, colors.counts, minlength=len(found.palette))
        used = Palette(found.palette.colors, counts.astype(np.int64), found.palette.names)
        errors = measure.squared_errors(colors, found.entries, used.colors)
        quality = measure.basic(colors, errors)
        if settings.metrics == "full":
            wanted = measure.premultiplied(colors.colors)
            got = measure.premultiplied(used.colors)[found.entries]
            quality = with_difference(quality, wanted, got, colors.counts, likeness)
    statistics = Statistics(
        colors_before=len(colors),
        colors_after=int(np.count_nonzero(counts)),
        seconds=clock.seconds,
        **found.origin._asdict(),
        **quality._asdict(),
    )
    return Film(tuple(frame._replace(palette=used) for frame in frames), used, statistics)


class _Found(NamedTuple):
    """A palette, the entry of each distinct colour in it, and what it came from."""

    palette: Palette
    entries: Bytes
    origin: pipeline.Origin


def _found(
    colors: Histogram,
    settings: Settings,
    clock: Clock,
    progress: Progress | None,
    on_off_alpha: bool,
) -> _Found:
    task = tasks.task_for(colors, settings, progress, on_off_alpha=on_off_alpha)
    done, _, choice = finding.find(task, settings, clock)
    names = colornames.name_colors(done.palette)
    end = done.found
    origin = pipeline.Origin(end.inertia, end.iterations, end.converged, choice)
    return _Found(Palette(done.palette, names=names), done.entries, origin)


def _given(palette: Palette) -> Callable[..., _Found]:
    """The same for a palette that is there already."""

    def apply(
        colors: Histogram, settings: Settings, clock: Clock, _: object, on_off_alpha: bool
    ) -> _Found:
        threads = settings.threads or kernels.available_cores()
        with clock.stage("map"):
            visible = colorspace.on_off(colors.colors) if on_off_alpha else colors.colors
            channels = max(visible.shape[1], palette.colors.shape[1])
            entries, errors = remap.nearest_entries(
                with_channels(visible, channels),
                with_channels(palette.colors, channels),
                settings.space,
                threads=threads,
            )
        inertia = float(np.multiply(colors.counts, errors, dtype=np.float64).sum())
        return _Found(palette, entries, pipeline.Origin(inertia, 0, True, None))

    return apply


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


class Mean:
    """Of the structural similarity of frames, each weighed with its pixels."""

    def __init__(self) -> None:
        self._sum, self._pixels = 0.0, 0

    def add(self, value: float, pixels: int) -> None:
        """Add a frame's."""
        self._sum += value * pixels
        self._pixels += pixels

    @property
    def value(self) -> float:
        """The mean; at least one was added."""
        return self._sum / self._pixels


def similarity_of(wanted: Bytes, got: Bytes) -> float:
    """SSIM of two (h, w, 3 or 4) uint8 pictures; those with alpha as they look on black."""
    return metrics.ssim(measure.premultiplied(wanted), measure.premultiplied(got))


def with_difference(
    quality: measure.Quality, wanted: Bytes, got: Bytes, counts: Counts, likeness: Mean
) -> measure.Quality:
    """The same with SSIM, and CIEDE2000 of (n, 3) uint8 colours, each pair of `counts` pixels."""
    difference = metrics.delta_e(wanted, got, counts)
    return quality._replace(
        ssim=likeness.value,
        delta_e_mean=difference.mean,
        delta_e_p95=difference.p95,
        delta_e_max=difference.max,
    )
