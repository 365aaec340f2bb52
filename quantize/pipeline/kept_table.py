"""An indexed picture whose table fits: the table, its order and the indices stay as they are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from quantize.checks import BITS
from quantize.color import names
from quantize.color.table import SORTS
from quantize.model.palette import Palette
from quantize.model.picture import FileTable
from quantize.model.pixels import Bytes, Counts, Pixels
from quantize.pipeline import similarity
from quantize.pipeline.histogram import Histogram
from quantize.pipeline.quality import Quality
from quantize.pipeline.settings import Settings
from quantize.pipeline.statistics import SearchFigures
from quantize.pipeline.target import Target

NOTHING_SEARCHED = SearchFigures(0.0, 0, converged=True)


def asks_for_more(settings: Settings) -> bool:
    """Return whether the settings change a palette even where all colours fit into it."""
    return (
        settings.finds_size
        or not SORTS[settings.sort].keeps_table
        or bool(settings.keep_color)
        or settings.merge_distance > 0
    )


def fitting(colors: Bytes, settings: Settings, target: Target) -> Bytes | None:
    """Return the entries of a table, as the target writes them; None if they are not kept.

    Args:
        colors: (n, 3 or 4) uint8, of a file.
        settings: how.
        target: what the result can hold.
    """
    if asks_for_more(settings) or len(colors) > settings.most_colors:
        return None
    if settings.posterize < BITS:
        from quantize.color import grid  # for those who ask for fewer

        if not np.array_equal(colors, grid.nearest(colors, settings.posterize)):
            return None
    if colors.shape[1] == 3:
        return colors
    if target.alpha == "none":  # no pixel is transparent, or the picture would have been refused
        return np.ascontiguousarray(colors[:, :3])
    if target.alpha == "binary":
        return colors if np.isin(colors[:, 3], (0, 255)).all() else None
    return colors


class Kept(NamedTuple):
    """A table that is kept.

    Attributes:
        palette: the table.
        mapper: gives each pixel the entry that it has.
        seen: (m, 3 or 4) uint8, the different colours that pixels have.
    """

    palette: Palette
    mapper: TableMapper
    seen: Bytes


def kept(table: FileTable, channels: int, settings: Settings, target: Target) -> Kept | None:
    """Return the table of a still picture, if it is kept.

    Args:
        table: of the picture.
        channels: of the picture, 3 or 4.
        settings: how.
        target: what the result can hold.
    """
    colors = fitting(table.colors, settings, target)
    if colors is None:
        return None
    seen = table.colors[table.counts > 0, :channels]
    if channels == 4:
        seen = np.where(seen[:, 3:] > 0, seen, np.uint8(0))
    seen = np.unique(seen, axis=0)
    palette = Palette(colors, names=names.name_colors(colors))
    return Kept(palette, TableMapper(table, full=settings.metrics == "full"), seen)


def in_frames(
    table: Bytes, colors: Histogram, settings: Settings, target: Target
) -> tuple[Palette, Bytes] | None:
    """Return the table of an animation, if it is kept, and the entry of each colour, (n,) uint8.

    Of equal entries a pixel has the first. Entries at the end that no pixel has and that are black
    or transparent are left out: formats fill their tables up with them, and need them to say which
    pixels of a frame stay.

    Args:
        table: (m, 3 or 4) uint8.
        colors: of all frames.
        settings: how.
        target: what the result can hold.
    """
    if asks_for_more(settings):
        return None
    places = {color: row for row, color in reversed([*enumerate(map(_key, table.tolist()))])}
    wanted = [places.get(_key(color)) for color in colors.colors.tolist()]
    known = [place for place in wanted if place is not None]
    if len(known) < len(wanted):
        return None
    idle = (table[:, :3] == 0).all(axis=1) | (table[:, 3:] == 0).any(axis=1)
    idle[known] = False
    kept = fitting(table[: int(np.flatnonzero(~idle)[-1]) + 1], settings, target)
    if kept is None:
        return None
    return Palette(kept, names=names.name_colors(kept)), np.array(known, np.uint8)


def _key(color: list[int]) -> tuple[int, ...]:
    """Return an entry or a colour as what is compared: all that is transparent is one colour."""
    alpha = color[3] if len(color) == 4 else 255
    return (*color[:3], alpha) if alpha else (0, 0, 0, 0)


class TableMapper:
    """Each pixel keeps its entry: a mapper whose bands are the entries of a table."""

    def __init__(self, table: FileTable, *, full: bool) -> None:
        self.indices: Pixels = table.indices
        self._counts, self._full = table.counts, full

    def start_frame(self) -> None:
        """See `mappers.Mapper`."""

    def map(self, band: Bytes) -> Bytes:
        """See `mappers.Mapper`."""
        return band

    def add(self, band: Bytes, indices: Bytes) -> None:
        """See `mappers.Mapper`; there is no error."""

    def results(self) -> tuple[Counts, Quality]:
        """See `mappers.Mapper`."""
        exact = Quality(0.0, similarity.psnr(0.0))
        if self._full:
            exact = exact._replace(delta_e_mean=0.0, delta_e_p95=0.0, delta_e_max=0.0)
        return self._counts, exact
