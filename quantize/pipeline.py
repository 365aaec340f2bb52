"""The stages in order: picture → histogram → points → centroids → palette → indices.

Nothing here reads a file or prints; the front door, with files and arrays, is `api`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from quantize import (
    colornames,
    colorspace,
    histogram,
    kernels,
    measure,
    merging,
    regions,
    remap,
)
from quantize.finding import Clock, find
from quantize.kmeans import Clustering
from quantize.model import (
    Bytes,
    Choice,
    Counts,
    Histogram,
    Palette,
    Picture,
    Quantized,
    Statistics,
    with_channels,
)
from quantize.pixels import give_back_memory
from quantize.settings import Settings
from quantize.tasks import Progress, task_for


def run(
    picture: Picture,
    settings: Settings,
    progress: Progress | None = None,
    *,
    on_off_alpha: bool = False,
) -> Quantized:
    """Quantize one picture; see `api.quantize` for what is promised.

    Args:
        picture: what to quantize.
        settings: how.
        progress: see `Progress`.
        on_off_alpha: give a palette whose colours are opaque or not there; errors are still
            measured against the picture as it is.

    Raises:
        ErrorLimitError: the error that was asked for cannot be met.
    """
    clock = Clock()
    with clock.stage("count"):
        threads = settings.threads or kernels.available_cores()
        colors = histogram.count(picture.pixels, weights=settings.weights, threads=threads)
        task = task_for(colors, settings, progress, on_off_alpha=on_off_alpha)
        if settings.weights != "uniform":
            task = task._replace(view=regions.view(picture.pixels))
    done, settings, choice = find(task, settings, clock, picture.pixels)
    palette = Palette(done.palette, names=colornames.name_colors(done.palette))
    found = origin_of(done.found, choice)
    if settings.dither != "none":
        before, alpha = len(colors), on_off_alpha
        del colors, task, done
        return _dithered(picture, palette, settings, clock, (found, before), on_off=alpha)
    with clock.stage("measure"):
        errors = done.errors if settings.space == "srgb" and not on_off_alpha else None
        judged = judge(colors, palette, done.entries, settings, errors)
    del colors, task, done, errors  # memory that mapping a very large picture needs
    return _mapped(picture, judged, settings, clock, found)


def learn(
    colors: Histogram,
    settings: Settings,
    progress: Progress | None = None,
    *,
    on_off_alpha: bool = False,
) -> Palette:
    """The palette of many pictures at once, from their histograms added up.

    Args:
        colors: of all of them; their counts are what the pictures weigh.
        settings: how.
        progress: see `Progress`.
        on_off_alpha: as for `run`.

    Returns:
        Its counts are those of `colors`.

    Raises:
        ErrorLimitError: the error that was asked for cannot be met.
    """
    task = task_for(colors, settings, progress, on_off_alpha=on_off_alpha)
    done = find(task, settings, Clock()).attempt
    counts = np.bincount(done.entries, colors.counts, minlength=len(done.palette))
    names = colornames.name_colors(done.palette)
    return Palette(done.palette, np.rint(counts).astype(np.int64), names)


def apply(
    picture: Picture, palette: Palette, settings: Settings, *, on_off_alpha: bool = False
) -> Quantized:
    """Give each pixel its nearest colour of a palette, whose order and colours stay as they are.

    Args:
        picture: what to map.
        palette: what to map it to; colours that no pixel takes stay in it.
        settings: `space`, `dither`, `metrics` and the like are read.
        on_off_alpha: as for `run`; the palette is one for such a format.
    """
    clock = Clock()
    threads = settings.threads or kernels.available_cores()
    with clock.stage("count"):
        colors = histogram.count(picture.pixels, threads=threads)
    with clock.stage("map"):
        entries, found = in_given(colors, palette, settings, on_off_alpha=on_off_alpha)
    if settings.dither != "none":
        before = len(colors)
        del colors, entries  # memory that a very large picture needs
        return _dithered(picture, palette, settings, clock, (found, before), on_off=on_off_alpha)
    with clock.stage("measure"):
        judged = judge(colors, palette, entries, settings)
    return _mapped(picture, judged, settings, clock, found)


def in_given(
    colors: Histogram, palette: Palette, settings: Settings, *, on_off_alpha: bool
) -> tuple[Bytes, Origin]:
    """(n,) uint8, the nearest entry of each colour in a palette that was given, and its inertia."""
    visible = colorspace.on_off(colors.colors) if on_off_alpha else colors.colors
    channels = max(visible.shape[1], palette.colors.shape[1])
    entries, errors = remap.nearest_entries(
        with_channels(visible, channels),
        with_channels(palette.colors, channels),
        settings.space,
        threads=settings.threads or kernels.available_cores(),
    )
    inertia = float(np.multiply(colors.counts, errors, dtype=np.float64).sum())
    return entries, Origin(inertia, 0, True, None)


def named(palette: Palette) -> Palette:
    """The palette with a name for each colour: its own, or else that of the nearest known one."""
    own = palette.names or ("",) * len(palette)
    found = colornames.name_colors(palette.colors)
    names = tuple(name or other for name, other in zip(own, found, strict=True))
    return Palette(palette.colors, palette.counts, names)


def thinned(palette: Palette, distance: float) -> Palette:
    """The palette without those of its colours that are too near others, see `merging`."""
    nobody = np.zeros(len(palette), bool)
    alive = merging.survivors(palette.colors, palette.counts, distance, nobody)
    names = tuple(name for name, lives in zip(palette.names, alive, strict=True) if lives)
    return Palette(palette.colors[alive], palette.counts[alive], names)


class Origin(NamedTuple):
    """What a palette came from: the figures of `Statistics` that are about its making."""

    inertia: float
    iterations: int
    converged: bool
    choice: Choice | None


def origin_of(found: Clustering, choice: Choice | None) -> Origin:
    """That of a palette which was found."""
    return Origin(found.inertia, found.iterations, found.converged, choice)


def statistics_of(
    colors_before: int, counts: Counts, clock: Clock, origin: Origin, quality: measure.Quality
) -> Statistics:
    """All that is known in the end; `counts` are the pixels that have each entry, (k,)."""
    return Statistics(
        colors_before=colors_before,
        colors_after=int(np.count_nonzero(counts)),
        seconds=clock.seconds,
        **origin._asdict(),
        **quality._asdict(),
    )


class Judged(NamedTuple):
    """What is known before a pixel has been mapped; the colours themselves are not needed any more.

    Attributes:
        palette: with its counts.
        quality: without what is seen in the picture alone.
        lookup: the palette index of each colour.
        colors_before: how many there are.
    """

    palette: Palette
    quality: measure.Quality
    lookup: remap.Lookup
    colors_before: int


def judge(
    colors: Histogram,
    palette: Palette,
    entries: Bytes,
    settings: Settings,
    errors: measure.Errors | None = None,
) -> Judged:
    """What a palette is worth to a picture's colours.

    Args:
        colors: its n distinct colours.
        palette: as it is written.
        entries: (n,) uint8, the palette index of each colour.
        settings: `metrics` is read.
        errors: (n,) their squared errors in 8-bit sRGB, if they are known.
    """
    counts = np.bincount(entries, colors.counts, minlength=len(palette)).astype(np.int64)
    if errors is None:
        errors = measure.squared_errors(colors, entries, palette.colors)
    quality = measure.basic(colors, errors)
    if settings.metrics == "full":
        quality = measure.differences(quality, colors, entries, palette.colors)
    palette = Palette(palette.colors, counts, palette.names)
    return Judged(palette, quality, remap.Lookup(colors, entries), len(colors))


def _mapped(
    picture: Picture, judged: Judged, settings: Settings, clock: Clock, origin: Origin
) -> Quantized:
    """The picture in a palette's colours."""
    palette, quality = judged.palette, judged.quality
    threads = settings.threads or kernels.available_cores()
    with clock.stage("map"):
        if not isinstance(picture.pixels, np.ndarray):
            give_back_memory()
        indices = judged.lookup.index(picture.pixels, threads=threads)
    if settings.metrics == "full":
        with clock.stage("measure"):
            likeness = measure.likeness(picture, palette.colors, indices)
            quality = quality._replace(ssim=likeness)
    figures = statistics_of(judged.colors_before, palette.counts, clock, origin, quality)
    return Quantized(palette, indices, figures)


def _dithered(
    picture: Picture,
    palette: Palette,
    settings: Settings,
    clock: Clock,
    known: tuple[Origin, int],
    *,
    on_off: bool,
) -> Quantized:
    """The picture in a palette's colours, mixed.

    Args:
        picture: as it was read.
        palette: as it is written.
        settings: how.
        clock: seconds so far.
        known: where the palette came from, and how many colours the picture has.
        on_off: whether pixels are to be opaque or not there.
    """
    from quantize import dither  # with its tables, for those who want them

    origin, colors_before = known
    threads = settings.threads or kernels.available_cores()
    indices = np.empty(picture.pixels.shape[:2], np.uint8)
    compared = measure.Compared(palette.colors, settings.metrics, threads=threads)
    pieces = dither.bands_of(picture.pixels, palette.colors, settings, on_off=on_off)
    while True:
        with clock.stage("map"):
            piece = next(pieces, None)
        if piece is None:
            break
        rows, band, found = piece
        with clock.stage("measure"):
            indices[rows] = found
            compared.add(band, found)
    with clock.stage("measure"):
        quality = compared.quality()
        if settings.metrics == "full":
            quality = quality._replace(ssim=measure.likeness(picture, palette.colors, indices))
    used = Palette(palette.colors, compared.counts, palette.names)
    figures = statistics_of(colors_before, used.counts, clock, origin, quality)
    return Quantized(used, indices, figures)
