"""One palette for many pictures, from the sum of their histograms."""

from __future__ import annotations

from functools import partial

import numpy as np

from quantize.color import names
from quantize.model.palette import Palette
from quantize.pipeline import arrangement
from quantize.pipeline.histogram import Histogram
from quantize.pipeline.palette import best_of_given
from quantize.pipeline.palette.problem import Progress, problem_of
from quantize.pipeline.palette.search import search
from quantize.pipeline.settings import Settings
from quantize.pipeline.target import Target
from quantize.pipeline.timing import StageTimer


def find_palette(
    colors: Histogram,
    settings: Settings,
    target: Target,
    progress: Progress | None = None,
    palette: Palette | None = None,
) -> tuple[Palette, str]:
    """Find the palette of many pictures at once, from the sum of their histograms.

    Args:
        colors: those of all pictures; the counts are what the pictures weigh.
        settings: how.
        target: what the results can hold.
        progress: see `Progress`.
        palette: take the best of this one, as `run` does.

    Returns:
        The palette, whose counts are those of `colors`; and `Choice.missed`.

    Raises:
        ErrorLimitError: the error that was asked for cannot be met.
    """
    if settings.arranges:
        inner = partial(_plain, colors, target=target, progress=progress)
        opaque = colors.colors.shape[1] == 3
        return arrangement.with_room(
            settings, palette, inner, lambda found: found[0], opaque=opaque
        )
    return _plain(colors, settings, palette, target=target, progress=progress)


def _plain(
    colors: Histogram,
    settings: Settings,
    palette: Palette | None,
    *,
    target: Target,
    progress: Progress | None,
) -> tuple[Palette, str]:
    """Find the palette of many pictures; it is not arranged."""
    if palette is not None:
        return best_of_given.shared(colors, palette, settings, target), ""
    problem = problem_of(colors, settings, target, progress)
    found, choice = search(problem, settings, target, StageTimer())
    counts = np.bincount(found.indices, colors.counts, minlength=len(found.palette))
    known = names.name_colors(found.palette)
    palette = Palette(found.palette, np.rint(counts).astype(np.int64), known)
    return palette, "" if choice is None else choice.missed
