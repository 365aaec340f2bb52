"""What is to be done with the colours of a picture, and what came of one try."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from quantize import kernels
from quantize.color import alpha
from quantize.kmeans.lloyd import Clustering
from quantize.model.pixels import Bytes
from quantize.pipeline import histogram
from quantize.pipeline.histogram import Histogram
from quantize.pipeline.palette import rounding
from quantize.pipeline.settings import Settings

Progress = Callable[[str, int], None]
"""Called as work goes on, with the stage and how often it has advanced in it."""


class Attempt(NamedTuple):
    """A palette of one size, and what becomes of the picture with it.

    Attributes:
        found: the clustering behind it.
        palette: (k, c) uint8.
        entries: (n,) uint8, the palette index of each distinct colour.
        errors: (n,) their squared errors in the space of clustering.
    """

    found: Clustering
    palette: Bytes
    entries: Bytes
    errors: rounding.Errors


class Task(NamedTuple):
    """What stays the same for every size of palette.

    Attributes:
        colors: the n distinct colours of the picture.
        visible: (n, c) uint8, what the format can show of each.
        shown: the histogram of these.
        kept: (m, c) uint8, colours that the palette has whatever happens; the invisible one is the
            first of them, if some pixel is invisible.
        whole: `shown`, with the kept ones if they are not there.
        threads: most threads to use.
        progress: see `Progress`.
        view: what `regions.view` gives of the picture, if there is one.
    """

    colors: Histogram
    visible: Bytes
    shown: Histogram
    kept: Bytes
    whole: Histogram
    threads: int
    progress: Progress | None
    view: Bytes | None = None

    @property
    def unseen(self) -> int:
        """1 if the first of the kept colours is the invisible one, else 0."""
        return int(self.kept.shape[1] == 4 and bool((self.kept[:1, 3] == 0).any()))

    @property
    def seen(self) -> Histogram:
        """What is to be clustered: without what is invisible, where that has its entry already."""
        if not self.unseen:
            return self.shown
        visible = self.shown.colors[:, 3] > 0
        return self.shown.chosen(visible)


def task_for(
    colors: Histogram,
    settings: Settings,
    progress: Progress | None = None,
    *,
    on_off_alpha: bool = False,
) -> Task:
    """What is to be done with these colours; arguments as for `pipeline.run`."""
    threads = kernels.thread_count(settings.threads)
    shown, visible = colors, colors.colors
    if on_off_alpha:
        shown = histogram.mapped(colors, alpha.on_off)
        visible = alpha.on_off(colors.colors)
    rows = [[*bytes.fromhex(color[1:]), 255] for color in settings.keep_color]
    room = settings.most_colors > max(len(rows), 1)
    if room and shown.colors.shape[1] == 4 and not shown.colors[:, 3].all():
        rows.insert(0, [0, 0, 0, 0])
    kept = np.array(rows, np.uint8).reshape(-1, 4)[:, : colors.colors.shape[1]]
    return Task(colors, visible, shown, kept, shown.with_colors(kept), threads, progress)
