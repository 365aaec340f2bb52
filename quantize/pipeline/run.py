"""The stages in order: picture → histogram → points → centroids → palette → indices.

Nothing here reads a file or prints; the front door, with files and arrays, is `api`.
"""

from __future__ import annotations

import numpy as np

from quantize import kernels
from quantize.color import alpha as color_alpha
from quantize.color import names as colornames
from quantize.color import nearest
from quantize.color.table import SPACES
from quantize.model.palette import Palette
from quantize.model.picture import Picture, with_channels
from quantize.model.pixels import Bytes, give_back_memory
from quantize.model.result import Quantized
from quantize.pipeline import histogram
from quantize.pipeline import quality as measure
from quantize.pipeline.histogram import Histogram
from quantize.pipeline.palette import small_regions
from quantize.pipeline.palette.problem import Progress, task_for
from quantize.pipeline.palette.search import find
from quantize.pipeline.settings import Settings
from quantize.pipeline.statistics import Judged, Origin, judge, origin_of, statistics_of
from quantize.pipeline.timing import Clock


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
        threads = kernels.thread_count(settings.threads)
        colors = histogram.count(picture.pixels, weights=settings.weights, threads=threads)
        task = task_for(colors, settings, progress, on_off_alpha=on_off_alpha)
        if settings.weights != "uniform":
            task = task._replace(view=small_regions.view(picture.pixels))
    done, settings, choice = find(task, settings, clock, picture.pixels)
    palette = Palette(done.palette, names=colornames.name_colors(done.palette))
    found = origin_of(done.found, choice)
    if settings.dither != "none":
        before, alpha = len(colors), on_off_alpha
        del colors, task, done
        return _dithered(picture, palette, settings, clock, (found, before), on_off=alpha)
    with clock.stage("measure"):
        errors = done.errors if SPACES.load(settings.space).stored and not on_off_alpha else None
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
    threads = kernels.thread_count(settings.threads)
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
    visible = color_alpha.on_off(colors.colors) if on_off_alpha else colors.colors
    channels = max(visible.shape[1], palette.colors.shape[1])
    entries, errors = nearest.nearest_entries(
        with_channels(visible, channels),
        with_channels(palette.colors, channels),
        SPACES.load(settings.space),
        threads=kernels.thread_count(settings.threads),
    )
    inertia = float(np.multiply(colors.counts, errors, dtype=np.float64).sum())
    return entries, Origin(inertia, 0, True, None)


def _mapped(
    picture: Picture, judged: Judged, settings: Settings, clock: Clock, origin: Origin
) -> Quantized:
    """The picture in a palette's colours."""
    palette, quality = judged.palette, judged.quality
    threads = kernels.thread_count(settings.threads)
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
    from quantize.pipeline import mappers  # with its tables, for those who want them

    origin, colors_before = known
    threads = kernels.thread_count(settings.threads)
    indices = np.empty(picture.pixels.shape[:2], np.uint8)
    compared = measure.Compared(palette.colors, settings.metrics, threads=threads)
    pieces = mappers.bands_of(picture.pixels, palette.colors, settings, on_off=on_off)
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
