"""The figures of a run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from quantize.kmeans.lloyd import Clustering
from quantize.model.palette import Palette
from quantize.model.pixels import Bytes, Counts
from quantize.model.result import Choice, Statistics
from quantize.pipeline import color_table
from quantize.pipeline import quality as measure
from quantize.pipeline.histogram import Histogram
from quantize.pipeline.settings import Settings
from quantize.pipeline.timing import Clock


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
    lookup: color_table.Lookup
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
    return Judged(palette, quality, color_table.Lookup(colors, entries), len(colors))
