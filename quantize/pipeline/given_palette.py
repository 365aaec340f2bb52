"""Mapping to a palette that is given: its colours and their order stay."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from quantize import kernels
from quantize.checks import MAX_COLORS
from quantize.color import names
from quantize.color.alpha import ALPHA_THRESHOLD
from quantize.color.nearest import nearest_entries
from quantize.color.table import SPACES
from quantize.errors import OutputError
from quantize.model.palette import Palette
from quantize.model.picture import with_channels
from quantize.model.pixels import Bytes
from quantize.pipeline.histogram import Histogram
from quantize.pipeline.settings import Settings
from quantize.pipeline.statistics import SearchFigures
from quantize.pipeline.target import Target, has_transparent_entry


class InPalette(NamedTuple):
    """Where the colours of a source are in a palette that was given.

    Attributes:
        palette: the one that was given, or that with a transparent entry at the end; with names.
        added: the place of that entry, if there is one.
        indices: (n,) uint8, the nearest entry of each colour.
        figures: those of the mapping.
    """

    palette: Palette
    added: int | None
    indices: Bytes
    figures: SearchFigures


def in_given_palette(
    colors: Histogram, palette: Palette, settings: Settings, target: Target, source: str
) -> InPalette:
    """Return the nearest entry of each colour.

    What is transparent stays so: a palette without a transparent colour gets one at its end, where
    the source needs it.

    Args:
        colors: the n distinct colours of the source.
        palette: as it was given.
        settings: `space` and `threads` are read.
        target: what the result can hold.
        source: the file, for messages.

    Raises:
        OutputError: there is no room for a transparent colour.
    """
    displayable = target.displayable(colors.colors)
    added = None
    if needs_transparent_entry(displayable, palette):
        added = len(palette)
        palette = _with_transparent_entry(palette, source)
    channels = max(displayable.shape[1], palette.colors.shape[1])
    indices, errors = nearest_entries(
        with_channels(displayable, channels),
        with_channels(palette.colors, channels),
        SPACES.load(settings.space),
        threads=kernels.thread_count(settings.threads),
    )
    inertia = float(np.multiply(colors.counts, errors, dtype=np.float64).sum())
    return InPalette(
        names.named(palette), added, indices, SearchFigures(inertia, 0, converged=True)
    )


def needs_transparent_entry(colors: Bytes, palette: Palette) -> bool:
    """Return whether some colour is transparent and nothing in the palette is as much so.

    Beside opaque entries alone, what is more transparent than not would become solid.
    """
    if colors.shape[1] == 3 or has_transparent_entry(palette):
        return False
    translucent = palette.colors.shape[1] == 4 and bool((palette.colors[:, 3] < 255).any())
    limit = 1 if translucent else ALPHA_THRESHOLD
    return bool((colors[:, 3] < limit).any())


def _with_transparent_entry(palette: Palette, source: str) -> Palette:
    if len(palette) == MAX_COLORS:
        raise OutputError(
            source,
            f"has transparent pixels, and the palette {MAX_COLORS} colours of which none is "
            "transparent, so that there is no room for one",
            "leave out a colour, or say what is behind it, with background='#ffffff'",
        )
    colors = np.append(with_channels(palette.colors, 4), np.zeros((1, 4), np.uint8), axis=0)
    known = (*palette.names, names.TRANSPARENT) if palette.names else ()
    codes = (*palette.codes, "") if palette.codes else ()
    return Palette(colors, names=known, codes=codes)
