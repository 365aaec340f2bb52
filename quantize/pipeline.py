"""The stages in order: picture → histogram → points → centroids → palette → indices.

Nothing here reads a file or prints; the front door, with files and arrays, is `api`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from quantize import colornames, colorspace, histogram, kernels, measure, merging, regions, remap
from quantize.finding import Clock, Progress, find, task_for
from quantize.model import (
    Bytes,
    Choice,
    Histogram,
    Palette,
    Picture,
    Quantized,
    Statistics,
    with_channels,
)
from quantize.settings import Settings


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
        task = task._replace(view=regions.view(picture.pixels))
    done, settings, choice = find(task, settings, clock, picture.pixels)
    palette = Palette(done.palette, names=colornames.name_colors(done.palette))
    found = Origin(done.found.inertia, done.found.iterations, done.found.converged, choice)
    errors = done.errors if settings.space == "srgb" and not on_off_alpha else None
    return _mapped(picture, colors, palette, done.entries, (settings, clock, found, errors))


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
        settings: `space`, `metrics` and `threads` are read.
        on_off_alpha: as for `run`; the palette is one for such a format.
    """
    clock = Clock()
    threads = settings.threads or kernels.available_cores()
    with clock.stage("count"):
        colors = histogram.count(picture.pixels, threads=threads)
    with clock.stage("map"):
        visible = colorspace.on_off(colors.colors) if on_off_alpha else colors.colors
        channels = max(visible.shape[1], palette.colors.shape[1])
        targets = with_channels(palette.colors, channels)
        visible = with_channels(visible, channels)
        entries, errors = remap.nearest_entries(visible, targets, settings.space, threads=threads)
    inertia = float(np.multiply(colors.counts, errors, dtype=np.float64).sum())
    found = Origin(inertia, 0, True, None)
    return _mapped(picture, colors, palette, entries, (settings, clock, found, None))


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


def _mapped(
    picture: Picture,
    colors: Histogram,
    palette: Palette,
    entries: Bytes,
    rest: tuple[Settings, Clock, Origin, measure.Errors | None],
) -> Quantized:
    """The picture in a palette's colours, and what that is worth.

    Args:
        picture: as it was read.
        colors: its n distinct colours.
        palette: as it is written.
        entries: (n,) uint8, the palette index of each colour.
        rest: settings, seconds so far, where the palette came from, and (n,) the squared errors in
            8-bit sRGB, if they are known.
    """
    settings, clock, origin, errors = rest
    threads = settings.threads or kernels.available_cores()
    with clock.stage("map"):
        indices = remap.index_pixels(picture.pixels, colors, entries, threads=threads)
    with clock.stage("measure"):
        counts = np.bincount(entries, colors.counts, minlength=len(palette)).astype(np.int64)
        palette = Palette(palette.colors, counts, palette.names)
        if errors is None:
            errors = measure.squared_errors(colors, entries, palette.colors)
        quality = measure.basic(colors, errors)
        if settings.metrics == "full":
            quality = measure.full(quality, picture, colors, entries, (palette, indices))
    statistics = Statistics(
        colors_before=len(colors),
        colors_after=int(np.count_nonzero(counts)),
        seconds=clock.seconds,
        **origin._asdict(),
        **quality._asdict(),
    )
    return Quantized(palette, indices, statistics)
