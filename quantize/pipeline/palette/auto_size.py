"""How many colours: `-k auto`.

A path of palettes of growing size (`growing`) on the cells of a picture gives a curve of errors.
Where no error is asked for, a criterion of the table chooses a point of the curve; where one is,
the curve says where to begin, and palettes as they would be written are tried until the smallest
that is good enough is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import inf, log
from typing import Final

import numpy as np

from quantize.checks import MAX_COLORS
from quantize.color import difference, spaces
from quantize.color.nearest import nearest_entries
from quantize.images import png
from quantize.kmeans import silhouette as kmeans_silhouette
from quantize.kmeans.incremental import grow_clusters
from quantize.kmeans.lloyd import Centroids, assign
from quantize.model.palette import Palette
from quantize.model.pixels import Bytes, Pixels
from quantize.model.result import Choice, CurvePoint
from quantize.pipeline import color_table, histogram
from quantize.pipeline.histogram import Histogram
from quantize.pipeline.palette import file_order
from quantize.pipeline.palette.problem import PaletteProblem
from quantize.pipeline.quality_scale import Goal
from quantize.pipeline.settings import Settings
from quantize.pipeline.table import CRITERIA

FEW: Final = 16
"""A picture of so few colours keeps them all: its curve is too short for a knee, and 4 bits a pixel
hold them."""

STEP: Final = 1.1
"""From 16 colours on, each palette of the path is so many times as large as the one before."""

LONG_STEP: Final = 1.25
"""The same where an error is asked for: between two sizes the curve is a straight line in
logarithms, within a hundredth."""

CELLS: Final = 8_000
"""The path sees at most about so many points, as `--effort fast` does."""

STAND_INS: Final = 1024
"""Points of a silhouette: a million distances."""

SAMPLE_PIXELS: Final = 1 << 16
BANDS: Final = 8
"""The size of a file is estimated from at most so many pixels, in so many bands of whole rows."""


def sizes(least: int, most: int, step: float = STEP) -> list[int]:
    """Return the sizes of the path: each up to 16, then `step` times the last, and `most`."""
    found = [min(least, most)]
    while (last := found[-1]) < most:
        found.append(last + 1 if last < FEW else min(round(last * step), most))
    return found


def curve(
    problem: PaletteProblem, settings: Settings, pixels: Pixels | None
) -> Iterator[CurvePoint]:
    """Yield the points of the curve, from the smallest palette to the largest that makes sense.

    Errors are of cells against palettes rounded to 8 bits, with what the cells themselves leave
    out; so they are a little above what k-means on all colours reaches. CIEDE2000 is of some of the
    colours. Sizes of files are not estimated where an error is asked for.

    Args:
        problem: the colours.
        settings: `space`, `max_error`, `quality` and `auto_criterion` are read.
        pixels: (h, w, c) uint8; None if there is no one picture, and files are not estimated.
    """
    colors = problem.displayed
    least_bits = 5 if colors.colors.shape[1] == 3 else 4  # of 5 bits with alpha there are 30,000
    bits = histogram.cell_bits(colors, CELLS, least_bits=least_bits)
    own = spaces.encode(colors.colors, spaces.SRGB).astype(np.float64)
    means, weights = histogram.cells(colors, own, bits=bits)
    total = float((colors.counts * np.square(own).sum(axis=1)).sum())
    within = max(total - float((weights * np.square(means).sum(axis=1)).sum()), 0.0)
    points, mass = histogram.cells(colors, problem.points, bits=bits, weights=colors.importance)
    step = STEP if settings.max_error is None else LONG_STEP
    wanted = sizes(max(len(problem.fixed), 1), min(MAX_COLORS, len(points)), step)
    fixed = spaces.encode(problem.fixed, problem.space).astype(np.float64)
    figures = _CurveFigures(problem, settings, pixels, points, (means, weights))
    for centroids, state in grow_clusters(points, mass, wanted, fixed, threads=problem.threads):
        palette = spaces.decode(centroids, problem.space)
        nearest = spaces.encode(palette, spaces.SRGB)[state.labels]
        error = float((weights * np.square(means - nearest).sum(axis=1)).sum())
        yield CurvePoint(
            colors=len(centroids),
            mse=(error + within) / colors.pixels,
            bytes=figures.bytes(palette),
            delta_e_mean=figures.delta_e(centroids, palette),
            silhouette=figures.silhouette(state.labels),
        )


class _CurveFigures:
    """The figures of each palette of a curve; None for what no criterion asks for."""

    def __init__(
        self,
        problem: PaletteProblem,
        settings: Settings,
        pixels: Pixels | None,
        points: np.ndarray,
        cells: tuple[np.ndarray, np.ndarray],
    ) -> None:
        _, weights = cells
        self.settings, self.space, self.threads = settings, problem.space, problem.threads
        self.sample: Bytes | None = None
        if settings.max_error is not None:
            self.some = _stand_ins(problem)
            self.places = spaces.encode(self.some.colors, problem.space)
            self.wanted = difference.Differences(self.some.colors, self.some.counts, keep=True)
        elif pixels is not None:
            self.sample = _bands(pixels)
            self.shown = histogram.count(self.sample, threads=problem.threads)
            self.points = spaces.encode(self.shown.colors, problem.space)
            self.share = len(self.sample) / pixels.shape[0]
        self.rows: np.ndarray | None = None
        if settings.auto_criterion == "silhouette" and not settings.has_goal:
            self.rows, self.often = kmeans_silhouette.weighted_sample(weights, STAND_INS)
            self.distances = kmeans_silhouette.distances_between(
                points[self.rows].astype(np.float64)
            )

    def bytes(self, colors: Bytes) -> int | None:
        """Estimate the bytes of the picture as an indexed PNG."""
        if self.sample is None:
            return None
        distinct = np.unique(colors, axis=0)
        found, _ = nearest_entries(self.shown.colors, distinct, self.space, points=self.points)
        indices = color_table.index_pixels(self.sample, self.shown, found)
        palette, frames = file_order.arranged(Palette(distinct), [indices])
        return png.estimate(palette, frames[0], self.share)

    def delta_e(self, centroids: Centroids, palette: Bytes) -> float | None:
        """Return the mean CIEDE2000 between some colours and their palette colours.

        Entries that stand for opaque colours most of all are opaque, as those of palettes are.
        """
        limit = self.settings.max_error
        if limit is None:
            return None
        counts = self.some.counts.astype(np.float64)
        state = assign(self.places, counts, centroids, threads=self.threads)
        if palette.shape[1] == 4:
            opaque = counts * (self.some.colors[:, 3] == 255)
            of_opaque = np.bincount(state.labels, opaque, minlength=len(palette))
            palette = palette.copy()
            palette[2 * of_opaque > state.mass, 3] = 255
        return self.wanted.mean(palette, state.labels, limit)

    def silhouette(self, labels: np.ndarray) -> float | None:
        """Return the mean silhouette of the sampled points."""
        if self.rows is None:
            return None
        return kmeans_silhouette.silhouette(self.distances, self.often, labels[self.rows])


def _stand_ins(problem: PaletteProblem) -> Histogram:
    """Return some of the colours as they were read, each with the pixels that it stands for.

    They are the colours of `CELLS` pixels at equal steps along the histogram, in which neighbours
    are alike.
    """
    every = problem.histogram
    if len(every) <= CELLS:
        return Histogram(every.colors, every.counts)
    reached = np.cumsum(every.counts)
    steps = (np.arange(CELLS) * 2 + 1) * (every.pixels / (2 * CELLS))
    rows, counts = np.unique(np.searchsorted(reached, steps), return_counts=True)
    return Histogram(every.colors[rows], counts)


def _bands(pixels: Pixels) -> Bytes:
    """Return rows of a picture in bands from top to bottom; all rows of a small one."""
    height, width = pixels.shape[:2]
    rows = max(SAMPLE_PIXELS // (width * BANDS), 1)
    if rows * BANDS >= height:
        return np.asarray(pixels)
    starts = np.linspace(0, height - rows, BANDS).astype(int)
    return np.concatenate([pixels[start : start + rows] for start in starts])


def choose(problem: PaletteProblem, settings: Settings, pixels: Pixels | None) -> Choice:
    """Return the palette size that `settings.auto_criterion` prefers, and the curve that it saw.

    The arguments are those of `curve`.
    """
    criterion = settings.auto_criterion or "knee"
    points = tuple(curve(problem, settings, pixels))
    if len(problem.displayed) <= FEW:
        return Choice(criterion, min(problem.size, MAX_COLORS), points)
    candidates = points
    if criterion == "silhouette":  # a cluster of one colour alone would be perfect
        most = max(len(problem.displayed) // 2, points[0].colors)
        candidates = tuple(point for point in points if point.colors <= most)
    return Choice(criterion, candidates[CRITERIA.load(criterion)(candidates)].colors, points)


# --- an error that is asked for ---------------------------------------------------------------


def guess(points: Iterator[CurvePoint], goal: Goal) -> tuple[CurvePoint, ...]:
    """Return the curve up to the first palette whose error is small enough."""
    seen: list[CurvePoint] = []
    for point in points:
        seen.append(point)
        if goal.figure(point) <= goal.limit:
            break
    return tuple(seen)


POWER: Final = 0.4
"""The mean CIEDE2000 of photographs falls about with this power of the number of colours."""


def start(points: Sequence[CurvePoint], goal: Goal) -> tuple[int, float]:
    """Return the size at which an error is met, by a curve of `guess`, and the curve's power there.

    That is the p of an error that falls as 1 / size^p.
    """
    sizes_seen = np.log([point.colors for point in points])
    errors = np.log([max(goal.figure(point), LEAST_ERROR) for point in points])
    wanted = np.log(max(goal.limit * WORSE, LEAST_ERROR))
    first = int(np.argmax(errors <= max(errors[-1], wanted) + SLOPE_OVER))
    run = sizes_seen[-1] - sizes_seen[first]
    power = (errors[first] - errors[-1]) / run if run > 0 else 0.0
    usual = POWER * goal.degree
    power = min(max(float(power), usual / 2), usual * 2)
    return round(float(np.exp(sizes_seen[-1] - (wanted - errors[-1]) / power))), power


WORSE: Final = 1.04
"""Palettes of the path are about so much worse than those that are written, of 50 to 250 colours
(measured on the photographs and vignettes of four pictures)."""

LEAST_ERROR: Final = 1e-3
"""A smaller mean CIEDE2000 is none, to the search."""

SLOPE_OVER: Final = 0.4
"""The power is that of the curve from where the logarithm of its error is so much larger: from
half as large again."""


def smallest(
    low: int,
    high: int,
    start: int,
    limit: float,
    error: Callable[[int], float],
    *,
    ripple: float,
    power: float = POWER,
) -> int | None:
    """Return the smallest size from `low` to `high` whose error is small enough.

    Errors fall about with a power of the size, which says where to look next; where that does not
    help, halves are taken. Since they do not fall at every step, sizes below the one that was found
    are looked at as well, until one is too bad by more than such a ripple.

    Args:
        low: the smallest size that there is.
        high: the largest.
        start: where to begin.
        limit: the largest error.
        error: of a size; called once for each that is looked at.
        ripple: how many times as large as that of a smaller size an error may be; with infinity
            all smaller sizes are looked at.
        power: with which errors fall, near the size that is sought.

    Returns:
        None if none of them will do.
    """
    known: dict[int, float] = {}

    def error_of(size: int) -> float:
        known[size] = known[size] if size in known else error(size)
        return known[size]

    below, enough, size = low - 1, high + 1, start
    while enough - below > 1:
        size = min(max(size, below + 1), enough - 1)
        found = error_of(size)
        below, enough = (below, size) if found <= limit else (size, enough)
        if len(known) > POWER_TURNS or limit == 0:
            size = (below + enough) // 2
        elif below in known and known.get(enough, 0) > 0:  # a power that goes through both
            part = log(known[below] / limit) / log(known[below] / known[enough])
            size = round(below * (enough / below) ** part)
        else:
            size = round(size * min(found / limit, high) ** (1 / power))
    for size in range(enough - 1, low - 1, -1):
        if ripple < inf and error_of(size) > limit * ripple:
            break
        enough = size if error_of(size) <= limit else enough
    return enough if enough <= high else None


POWER_TURNS: Final = 6
"""After so many turns the power has had its chance."""


def ripple(colors: int) -> float:
    """Return the ripple for `smallest`, for a picture of so many colours.

    In small pictures ripples are large (up to 1.35 in fewer than 256 colours, up to 1.1 in some
    hundred), and a look costs little. On photographs no error was more than 1.022 times that of a
    smaller palette, and a look costs a clustering of all colours: there it is enough that one
    colour less would not do.
    """
    return inf if colors <= MAX_COLORS else 1.1 if colors <= SMALL else 1.0


SMALL: Final = 1 << 12
"""Colours of a picture whose palettes take some milliseconds."""
