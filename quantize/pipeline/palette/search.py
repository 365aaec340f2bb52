"""From the distinct colours of a picture, or of many, to a palette of the best.

Centroids, rounding to exactly k colours, entries for small regions, the order; and how many colours
there are to be, where that is left open.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from quantize.checks import BITS, load
from quantize.color import spaces
from quantize.color.nearest import nearest_entries
from quantize.errors import ErrorLimitError
from quantize.kmeans.lloyd import Centroids, Clustering, assign
from quantize.model.pixels import Bytes, Pixels
from quantize.model.result import Choice
from quantize.pipeline.palette import rounding, small_regions
from quantize.pipeline.palette.centroids import (
    around,
    clustering_of,
    find_centroids,
    is_chosen,
    over_all_colors,
)
from quantize.pipeline.palette.problem import PaletteCandidate, PaletteProblem
from quantize.pipeline.palette.small_regions import Region
from quantize.pipeline.quality import Errors
from quantize.pipeline.settings import Settings
from quantize.pipeline.table import order_of
from quantize.pipeline.target import Target
from quantize.pipeline.timing import StageTimer

if TYPE_CHECKING:
    from quantize.kmeans.problem import ClusteringProblem


class PaletteSearch(NamedTuple):
    """The result of a search.

    Attributes:
        candidate: the palette, in the order that is wanted.
        choice: why it has its size, where that was left open.
    """

    candidate: PaletteCandidate
    choice: Choice | None


def search(
    problem: PaletteProblem,
    settings: Settings,
    target: Target,
    timer: StageTimer,
    pixels: Pixels | None = None,
) -> PaletteSearch:
    """Find the best palette of the size that is wanted, or of the size that is best.

    Args:
        problem: the colours.
        settings: how.
        target: what the result can hold.
        timer: gets the seconds of the stages.
        pixels: (h, w, c) uint8 of the picture, if there is one: the size of files is estimated
            from it.

    Raises:
        ErrorLimitError: the error that was asked for cannot be met.
    """
    choice, candidate = None, None
    if settings.finds_size:
        if problem.progress is not None:
            problem.progress("choose", 0)
        with timer.stage("choose"):
            choice, candidate = _choose(problem, settings, target, pixels)
        settings = _of_size(settings, choice.colors)
    found = candidate or find_candidate(problem, settings, timer)
    return PaletteSearch(_in_order(found, problem, settings), choice)


def find_candidate(
    problem: PaletteProblem, settings: Settings, timer: StageTimer
) -> PaletteCandidate:
    """Find a palette of a given size, and the nearest of its colours for each colour."""
    if settings.most_colors == int(problem.has_transparent_entry) and problem.size > 1:
        problem = problem.without_transparent_entry()  # the only entry is for what can be seen
    if settings.most_colors - int(problem.has_transparent_entry) == 1:
        problem = problem.without_weights()  # the one colour of all pixels is their mean
    with timer.stage("cluster"):
        if settings.palette_for == "eye" and is_chosen(problem, settings):
            clustering, clustered = _chosen_for_eye(problem, settings), None
        else:
            clustering, clustered = find_centroids(problem, settings)
    with timer.stage("map"):
        candidate = _rounded(problem, settings, clustering)
        if clustered is not None and problem.previews and settings.weights != "uniform":
            candidate = _with_small_regions(problem, settings, candidate, clustered)
        if settings.posterize < BITS:
            from quantize.pipeline.palette import posterize  # for those who ask for it

            mapper = partial(_nearest, problem)
            candidate = posterize.posterized(problem, candidate, settings.posterize, mapper)
            candidate = _without_near(problem, settings, candidate)
    return candidate


def _chosen_for_eye(problem: PaletteProblem, settings: Settings) -> Clustering:
    """Return the clustering around colours that are chosen from an over-full palette."""
    from quantize.pipeline.palette import eye  # for those who ask for it

    more = settings.replaced(colors=eye.size(settings.most_colors, problem))
    clustering, _ = find_centroids(problem, more)
    colors = spaces.decode(_medoids_or_means(problem, more, clustering), problem.space)
    return around(problem, clustering, eye.choose(problem, colors, settings.most_colors))


def _nearest(problem: PaletteProblem, palette: Bytes) -> tuple[Bytes, Errors]:
    """Return the entry of each colour of a problem, and its squared distance to it."""
    rows = problem.rows
    indices, errors = nearest_entries(
        problem.displayed.colors,
        palette,
        problem.space,
        points=problem.points,
        threads=problem.threads,
    )
    return (indices, errors) if rows is None else (indices[rows], errors[rows])


def _rounded(
    problem: PaletteProblem, settings: Settings, clustering: Clustering
) -> PaletteCandidate:
    """Return the palette of 8-bit colours that centroids make, and the entry of each colour."""
    centroids = _medoids_or_means(problem, settings, clustering)
    palette, indices, errors = rounding.complete(
        rounding.round_to_palette(centroids, problem.space, problem.fixed),
        problem.displayable,
        problem.histogram.importance,
        min(settings.most_colors, problem.size),
        nearest=partial(_nearest, problem),
        fixed=problem.fixed,
    )
    return _without_near(problem, settings, PaletteCandidate(clustering, palette, indices, errors))


def _without_near(
    problem: PaletteProblem, settings: Settings, candidate: PaletteCandidate
) -> PaletteCandidate:
    """Return the candidate without entries that are nearer to others than is wanted."""
    if not settings.merge_distance:
        return candidate
    from quantize.pipeline.palette import merge  # for those who ask for it

    palette = candidate.palette
    counts = np.bincount(candidate.indices, problem.histogram.counts, minlength=len(palette))
    fixed = (palette[:, None] == problem.fixed).all(axis=2).any(axis=1)
    distinct = merge.without_near_duplicates(
        palette, counts.astype(np.int64), settings.merge_distance, fixed
    )
    palette = palette[distinct]
    indices, errors = _nearest(problem, palette)
    return candidate._replace(palette=palette, indices=indices, errors=errors)


# --- small regions --------------------------------------------------------------------------------


def _with_small_regions(
    problem: PaletteProblem,
    settings: Settings,
    candidate: PaletteCandidate,
    clustered: ClusteringProblem,
) -> PaletteCandidate:
    """Return the palette with entries for small regions, where these cost little."""
    most = small_regions.most_regions(len(candidate.palette) - len(problem.fixed))
    lost = small_regions.lost(problem, candidate)
    if lost and settings.sample:  # regions are looked for among all colours
        clustered = clustering_of(problem, settings.replaced(sample=0))
    for added in range(most if lost else 0):
        regions = lost[: small_regions.TRIED]
        tried = _with_one_more(
            problem, settings, candidate.clustering, clustered, regions=regions, added=added
        )
        if tried is None:
            break
        still_lost = small_regions.lost(problem, tried)
        if still_lost and still_lost[0].error >= lost[0].error:
            break
        candidate, lost = tried._replace(regions=added + 1), still_lost
        if not lost:
            break
    return candidate


def _with_one_more(
    problem: PaletteProblem,
    settings: Settings,
    clustering: Clustering,
    clustered: ClusteringProblem,
    *,
    regions: list[Region],
    added: int,
) -> PaletteCandidate | None:
    """Return the palette with an entry for the first region that is worth one, or None.

    Args:
        problem: the colours.
        settings: how.
        clustering: the centroids so far.
        clustered: the points that were clustered.
        regions: the regions to try.
        added: how many centroids, after the fixed ones, are there for other regions and stay.
    """
    from quantize.kmeans import breathing

    points = clustered.coarse_points.astype(clustered.points.dtype)
    weights, centroids = clustered.coarse_weights, clustering.centroids
    now = assign(points, weights, centroids, threads=problem.threads)
    for region in regions:
        tried, then = breathing.insert_centroid(
            points,
            weights,
            centroids,
            region.place,
            fixed=len(problem.fixed),
            staying=added,
            threads=problem.threads,
        )
        free = len(centroids) - len(problem.fixed)
        if small_regions.is_worth(region, free, now.inertia, then.inertia):
            return _rounded(problem, settings, over_all_colors(problem, clustering, tried))
    return None


# --- order ----------------------------------------------------------------------------------------


def _in_order(
    candidate: PaletteCandidate, problem: PaletteProblem, settings: Settings
) -> PaletteCandidate:
    """Return the candidate with its palette in the order that is wanted.

    Which of equally near colours a pixel gets has been decided, and stays: the darker one.
    """
    palette = candidate.palette
    counts = np.bincount(candidate.indices, problem.histogram.counts, minlength=len(palette))
    order, found = order_of(settings.sort, settings.palette_for), palette[:0]
    if order.reads_centroids:
        centroids = _medoids_or_means(problem, settings, candidate.clustering)
        found = spaces.decode(centroids, problem.space)
        if settings.posterize < BITS:
            from quantize.color import grid  # for those who ask for fewer

            found = grid.nearest(found, settings.posterize)
    rows = load(order.target)(palette, counts.astype(np.int64), found)
    new_index = np.argsort(rows).astype(np.uint8)
    return candidate._replace(palette=palette[rows], indices=new_index[candidate.indices])


def _medoids_or_means(
    problem: PaletteProblem, settings: Settings, clustering: Clustering
) -> Centroids:
    """Return the centroids, or the nearest colours of the picture, in the order of clusters."""
    if not settings.medoid or problem.size <= settings.most_colors:
        return clustering.centroids
    from quantize.pipeline.palette import alpha_clusters, merge  # for those who ask for medoids

    colors, points, labels = problem.displayed.colors, problem.points, clustering.labels
    if colors.shape[1] == 4:  # the medoid of a solid cluster is solid
        height = spaces.opaque_height(problem.space)
        solid = clustering.centroids[labels, alpha_clusters.ALPHA] == height
        allowed = ~solid | (colors[:, 3] == 255)
        colors, points, labels = colors[allowed], points[allowed], labels[allowed]
    fixed = len(problem.fixed)
    own = merge.medoids(colors, points, labels, clustering.centroids, fixed=fixed)
    return spaces.encode(own, problem.space).astype(np.float64)


# --- how many colours -----------------------------------------------------------------------------


def _choose(
    problem: PaletteProblem, settings: Settings, target: Target, pixels: Pixels | None
) -> tuple[Choice, PaletteCandidate | None]:
    """Return how many colours there are to be, and the palette, where sizes had to be tried.

    The palette is that of the same settings with this number in place of `"auto"`.

    Raises:
        ErrorLimitError: not even the largest palette is good enough.
    """
    from quantize.pipeline.palette import auto_size  # with what it alone needs, some milliseconds

    if not settings.has_goal:
        return auto_size.choose(problem, settings, pixels), None
    from quantize.pipeline.quality_scale import Goal

    goal = Goal.of(settings)
    points = auto_size.guess(auto_size.curve(problem, settings, pixels), goal)
    error_of = _error_of(problem, settings, target, pixels)
    best: tuple[float, int, PaletteCandidate] | None = None
    problem = problem._replace(cells={})

    def error(size: int) -> float:
        nonlocal best
        if problem.progress is not None:
            problem.progress("choose", size)
        candidate = find_candidate(problem, _of_size(settings, size), StageTimer())
        found = error_of(candidate)
        # each that is good enough is smaller than those before it
        if best is None or found <= goal.limit or found < best[0]:
            best = found, size, candidate
        return found

    least, most = max(len(problem.fixed), 1), min(settings.most_colors, problem.size)
    ripple = auto_size.ripple(len(problem.displayed))
    begin, power = auto_size.start(points, goal)
    begin = min(begin, most)
    auto_size.smallest(least, most, begin, goal.limit, error, ripple=ripple, power=power)
    assert best is not None, "the largest size is tried where no smaller one is good enough"
    reached, size, candidate = best
    missed = "" if reached <= goal.worst else goal.reached(reached, size)
    if missed and not settings.or_best:
        raise ErrorLimitError(missed, "or_best=True gives what comes nearest")
    enough = reached <= goal.limit
    return Choice(goal.criterion, size, points, enough, goal.quality(reached), missed), candidate


def _of_size(settings: Settings, size: int) -> Settings:
    """Return the settings with a size that was found, and no further wish for one."""
    return settings.replaced(
        colors=size, max_error=None, quality=None, or_best=False, auto_criterion=None
    )


def _error_of(
    problem: PaletteProblem, settings: Settings, target: Target, pixels: Pixels | None
) -> Callable[[PaletteCandidate], float]:
    """Return a function that returns the error of the result that a palette gives.

    It is the mean CIEDE2000; or with `quality` the mean squared error without dithering, as
    pngquant has it.
    """
    if settings.quality is not None:
        from quantize.pipeline import quality

        def squared(found: PaletteCandidate) -> float:
            errors = quality.squared_errors(problem.histogram, found.indices, found.palette)
            return quality.basic(problem.histogram, errors).mse

        return squared
    if settings.dither != "none" and pixels is not None:
        from quantize.pipeline import mappers  # with the tables of dithering

        return lambda found: mappers.mean_difference(pixels, found.palette, settings, target)
    from quantize.color import difference

    wanted = difference.Differences(
        problem.histogram.colors, problem.histogram.counts, keep=len(problem.histogram) <= KEPT
    )
    limit = settings.max_error or 0.0
    return lambda found: wanted.mean(found.palette, found.indices, limit)


KEPT: Final = 1 << 19
"""Colours that are kept in CIELAB from size to size: 6 MiB, or 12 with alpha."""
