"""The best of a palette that is given: of threads, beads or paints, those that suit a picture."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.color import names, spaces
from quantize.color.nearest import candidates
from quantize.kmeans.lloyd import Points
from quantize.kmeans.medoids import Places
from quantize.model.palette import Palette
from quantize.model.picture import with_channels
from quantize.model.pixels import Bytes
from quantize.pipeline import histogram
from quantize.pipeline.given_palette import in_given_palette, needs_transparent_entry
from quantize.pipeline.histogram import Histogram
from quantize.pipeline.palette.alpha_clusters import groups_of
from quantize.pipeline.palette.centroids import cells_of
from quantize.pipeline.palette.problem import PaletteProblem, problem_of
from quantize.pipeline.settings import Settings
from quantize.pipeline.target import Target


def best_of(colors: Histogram, palette: Palette, settings: Settings, target: Target) -> Palette:
    """Return the `settings.colors` entries of a palette that suit some colours best, in its order.

    They are medoids in the space of clustering. There are fewer only where more would be nobody's
    nearest. A transparent entry of the palette is among them if something is transparent; one that
    has to be added comes on top.

    Args:
        colors: the distinct colours of a source, or of many.
        palette: as it was given, of any size.
        settings: `colors`, `space`, `cells` and `threads` are read.
        target: what the result can hold.
    """
    problem = problem_of(colors, settings, target)
    seen = problem.displayed.colors
    needs_one = needs_transparent_entry(seen, palette)
    k = settings.most_colors + int(needs_one)
    offered = np.append(
        with_channels(palette.colors, 4), np.zeros((int(needs_one), 4), np.uint8), 0
    )
    channels = max(seen.shape[1], palette.colors.shape[1])
    offered = np.ascontiguousarray(offered[:, :channels])
    clear = np.flatnonzero((offered[:, 3:] == 0).any(axis=1))
    unseen = bool((seen[:, 3:] == 0).any())
    staying = clear[-1:] if needs_one else clear[: int(unseen and k > 1)]
    choice = _Choice(problem, with_channels(seen, channels), offered, settings)
    rows = choice.best(k, staying)
    return palette.only(rows[rows < len(palette)])


def shared(colors: Histogram, palette: Palette, settings: Settings, target: Target) -> Palette:
    """Return the best of a palette for many pictures; its counts are those of `colors`."""
    chosen = best_of(colors, palette, settings, target)
    found = in_given_palette(colors, chosen, settings, target, "")
    counts = np.bincount(found.indices, colors.counts, minlength=len(found.palette))
    counts = np.rint(counts[: len(chosen)]).astype(np.int64)
    known = names.named(chosen)
    return Palette(known.colors, counts, known.names, known.codes)


MOST_OFFERED: Final = 1024
"""Of more entries, those are looked at that are nearest to some mean of neighbouring colours: a
medoid is the entry nearest to the mean of its cluster."""


class _Choice:
    """The colours of a problem, and the entries that are offered to them."""

    def __init__(
        self, problem: PaletteProblem, seen: Bytes, offered: Bytes, settings: Settings
    ) -> None:
        """Encode both.

        Args:
            problem: the colours.
            seen: (m, c) uint8, those that are displayed.
            offered: (p, c) uint8.
            settings: see `best_of`.
        """
        self._colors, self._space, self._threads = problem.displayed, problem.space, problem.threads
        self._seen, self._offered, self._cells = seen, offered, settings.cells
        same = seen.shape[1] == problem.points.shape[1]
        self._points = problem.points if same else spaces.encode(seen, self._space)
        self._places = spaces.encode(offered, self._space).astype(np.float64)

    def best(self, k: int, staying: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the rows of the best k entries, ascending; some stay."""
        own = Histogram(self._seen, self._colors.counts, self._colors.weights)
        bits = histogram.cell_bits(own, self._cells)
        points, weights = cells_of(own, self._points, bits)
        rows = np.arange(len(self._offered))
        if len(rows) > MOST_OFFERED:
            nearest = [self._nearest(cells_of(own, self._points, b)[0]) for b in range(1, bits + 1)]
            rows = np.unique(np.concatenate([staying, *nearest]))
        groups = groups_of(points, self._offered[rows], self._space)
        places = Places(points, weights, self._places[rows], groups=groups)
        stays = np.searchsorted(rows, staying)
        found = rows[places.best(k, stays, staying=len(stays))]
        return found if len(found) == k else self._filled(found, k)

    def _nearest(self, points: Points) -> NDArray[np.intp]:
        """Return the entries that are nearest to some point, whatever their kind."""
        labels, distances = np.empty(len(points), np.int32), np.empty(len(points))
        kernels.nearest(np.asarray(points, np.float64), self._places, labels, distances)
        return np.unique(labels)

    def _filled(self, rows: NDArray[np.intp], k: int) -> NDArray[np.intp]:
        """Return up to k entries, also those for rare colours, which a cell hides by its mean."""
        _, now = self._nearest_of(rows)
        labels, least = self._nearest_of(np.arange(len(self._offered)))
        saved = np.bincount(labels, (now - least) * self._colors.importance, len(self._offered))
        saved[rows] = 0
        order = np.argsort(-saved, kind="stable")[: k - len(rows)]
        return np.sort(np.concatenate([rows, order[saved[order] > 0]]))

    def _nearest_of(self, rows: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return which of some entries each colour gets, (m,), and its squared distance to that."""
        found, near = np.empty(len(self._seen), np.intp), np.empty(len(self._seen))
        for some, entries in candidates(self._seen, self._offered[rows]):
            part, own = self._points[some], rows[entries]
            labels, distances = np.empty(len(part), np.int32), np.empty(len(part), part.dtype)
            kernels.nearest(part, self._places[own].astype(part.dtype), labels, distances)
            found[some], near[some] = own[labels], distances
        return found, near
