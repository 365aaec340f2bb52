"""The problem of a palette: the colours, their points, and what a palette of them must have."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.color import spaces
from quantize.color.spaces import Space
from quantize.color.table import SPACES
from quantize.kmeans.lloyd import Clustering, Points
from quantize.model.pixels import Bytes
from quantize.pipeline.histogram import Histogram
from quantize.pipeline.quality import Errors
from quantize.pipeline.settings import Settings
from quantize.pipeline.target import Target

Progress = Callable[[str, int], None]
"""Called as work goes on, with the stage and how often it has advanced in it."""


class PaletteCandidate(NamedTuple):
    """A palette of one size, and the nearest entry of each colour.

    Attributes:
        clustering: the clustering behind it.
        palette: (k, c) uint8.
        indices: (n,) uint8, the palette index of each distinct colour.
        errors: (n,) squared errors of the colours in the space of clustering.
        regions: so many centroids, after those of fixed colours, are there for small regions.
    """

    clustering: Clustering
    palette: Bytes
    indices: Bytes
    errors: Errors
    regions: int = 0


class PaletteProblem(NamedTuple):
    """What stays the same for every size of palette.

    Attributes:
        histogram: the n distinct colours as they were read.
        displayable: (n, c) uint8, the same colours as the target can show them.
        displayed: these, merged: m distinct colours.
        space: the space of clustering.
        points: (m, d) the displayed colours in that space.
        rows: (n,) the row of `displayed` that each colour is; None where the two are the same.
        fixed: (j, c) uint8, colours that the palette has in any case; the transparent one is the
            first of them, if a pixel is transparent.
        has_transparent_entry: whether the first fixed colour is the transparent one.
        size: how many colours there are, displayed and fixed.
        threads: most threads to use.
        progress: see `Progress`.
        previews: of the pictures, in which small regions are looked for; maybe none.
        cells: what `centroids.clustering_of` made for other sizes, and keeps here; None: nothing.
    """

    histogram: Histogram
    displayable: Bytes
    displayed: Histogram
    space: Space
    points: Points
    rows: NDArray[np.intp] | None
    fixed: Bytes
    has_transparent_entry: bool
    size: int
    threads: int
    progress: Progress | None = None
    previews: tuple[Bytes, ...] = ()
    cells: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]] | None = None

    @property
    def to_cluster(self) -> NDArray[np.bool_]:
        """The rows of `displayed` to cluster, (m,) bool, if there is a transparent entry."""
        return self.displayed.colors[:, 3] > 0

    def without_weights(self) -> PaletteProblem:
        """Return the problem where all pixels count the same."""
        displayed = self.displayed
        return self._replace(displayed=Histogram(displayed.colors, displayed.counts), cells=None)

    def without_transparent_entry(self) -> PaletteProblem:
        """Return the problem where the transparent colour has no entry of its own; it has one."""
        return self._replace(fixed=self.fixed[1:], has_transparent_entry=False, cells=None)


def problem_of(
    histogram: Histogram,
    settings: Settings,
    target: Target,
    progress: Progress | None = None,
) -> PaletteProblem:
    """Return the problem of a palette for some colours.

    Args:
        histogram: the distinct colours as they were read, with previews of the pictures.
        settings: `space`, `keep_color`, `colors` and `threads` are read.
        target: what the result can hold.
        progress: see `Progress`.
    """
    displayable = target.displayable(histogram.colors)
    displayed, rows = histogram, None
    if displayable is not histogram.colors:
        displayed, rows = histogram.recolored(displayable)
    wanted = [[*bytes.fromhex(color[1:]), 255] for color in settings.keep_color]
    room = settings.most_colors > max(len(wanted), 1)
    has_alpha = displayed.colors.shape[1] == 4
    transparent = bool(room and has_alpha and not displayed.colors[:, 3].all())
    if transparent:
        wanted.insert(0, [0, 0, 0, 0])
    fixed = np.array(wanted, np.uint8).reshape(-1, 4)[:, : histogram.colors.shape[1]]
    space = SPACES.load(settings.space)
    return PaletteProblem(
        histogram=histogram,
        displayable=displayable,
        displayed=displayed,
        space=space,
        points=spaces.encode(displayed.colors, space),
        rows=rows,
        fixed=fixed,
        has_transparent_entry=transparent,
        size=len(displayed.with_colors(fixed)),
        threads=kernels.thread_count(settings.threads),
        progress=progress,
        previews=histogram.previews,
    )
