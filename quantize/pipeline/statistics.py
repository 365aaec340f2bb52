"""The figures of a run: those of the search for a palette, and of the result."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from quantize.kmeans.lloyd import Clustering
from quantize.model.pixels import Counts
from quantize.model.result import Choice, Statistics
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
    colors_before: int, counts: Counts, timer: StageTimer, figures: SearchFigures, quality: Quality
) -> Statistics:
    """Return the figures of a run; `counts` are the pixels that have each entry, (k,)."""
    return Statistics(
        colors_before=colors_before,
        colors_after=int(np.count_nonzero(counts)),
        seconds=timer.seconds,
        **figures._asdict(),
        **quality._asdict(),
    )
