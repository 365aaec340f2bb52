"""The figures of a run: those of the search for a palette, and of the result."""

from __future__ import annotations

from typing import NamedTuple

from quantize.kmeans.lloyd import Clustering
from quantize.model.palette import Palette
from quantize.model.result import Choice, Exchange, Statistics
from quantize.pipeline.quality import Quality
from quantize.pipeline.timing import StageTimer


class SearchFigures(NamedTuple):
    """The figures of `Statistics` that are about how a palette was found."""

    inertia: float
    iterations: int
    converged: bool
    choice: Choice | None = None

    @classmethod
    def of(cls, clustering: Clustering, choice: Choice | None) -> SearchFigures:
        """Return those of a palette that k-means found."""
        return cls(clustering.inertia, clustering.iterations, clustering.converged, choice)


def statistics_of(
    colors_before: int,
    palette: Palette,
    timer: StageTimer,
    figures: SearchFigures,
    quality: Quality,
    *,
    lossy: Exchange | None = None,
) -> Statistics:
    """Return the figures of a run; equal entries of its palette are one colour."""
    used = palette.colors[palette.counts > 0]
    if used.shape[1] == 4:
        used = used * (used[:, 3:] > 0)  # all that is transparent is one colour
    return Statistics(
        colors_before=colors_before,
        colors_after=len({*map(bytes, used)}),
        seconds=timer.seconds,
        **figures._asdict(),
        **quality._asdict(),
        lossy=lossy,
    )
