"""From the distinct colours of a picture, or of many, to a palette of the best.

Cells and points, centroids, rounding to exactly k colours; and how many these are to be, where that
is left open.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np

from quantize import kernels
from quantize.checks import MAX_COLORS, load
from quantize.color import alpha, difference, spaces
from quantize.color import nearest as color_nearest
from quantize.color.table import SORTS, SPACES
from quantize.errors import ErrorLimitError
from quantize.kmeans import breathing, solver
from quantize.kmeans.lloyd import Centroids, Clustering, assign
from quantize.kmeans.problem import ClusteringProblem
from quantize.model.pixels import Pixels
from quantize.model.result import Choice
from quantize.pipeline import histogram
from quantize.pipeline.histogram import Histogram
from quantize.pipeline.palette import alpha_clusters, merge, rounding, small_regions
from quantize.pipeline.palette.problem import Attempt, Task
from quantize.pipeline.settings import AUTO, Settings
from quantize.pipeline.timing import Clock

CELLS_PER_COLOR = 4
"""Fewer cells for each centroid are too coarse to find seeds on, whatever `cells` says."""


class Found(NamedTuple):
    """The palette that was found.

    Attributes:
        attempt: what became of the colours with it.
        settings: with the number of colours that was chosen.
        choice: why that one, where it was left open.
    """

    attempt: Attempt
    settings: Settings
    choice: Choice | None


def find(task: Task, settings: Settings, clock: Clock, pixels: Pixels | None = None) -> Found:
    """The best palette of the size that is wanted, or of the size that is best.

    Args:
        task: the colours.
        settings: how.
        clock: gets the seconds of the stages.
        pixels: (h, w, c) uint8, from which the size of files is estimated, if there is a picture.

    Raises:
        ErrorLimitError: the error that was asked for cannot be met.
    """
    choice, done = None, None
    if settings.colors == AUTO:
        with clock.stage("choose"):
            choice, done = choose(task, settings, pixels)
        settings = replace(settings, colors=choice.colors, max_error=None, auto_criterion=None)
    return Found(in_order(done or attempt(task, settings, clock), task, settings), settings, choice)


def attempt(task: Task, settings: Settings, clock: Clock) -> Attempt:
    """Find a palette of a size that is given, and the nearest of its colours for each colour."""
    if settings.most_colors == task.unseen and len(task.whole) > 1:
        task = task._replace(kept=task.kept[1:])  # the only colour is for what can be seen
    with clock.stage("cluster"):
        found = find_centroids(task, settings)
    with clock.stage("map"):
        made = _rounded(task, settings, found)
        if task.view is not None and settings.weights != "uniform":
            made = _with_regions(task, settings, made)
    return made


def _rounded(task: Task, settings: Settings, found: Clustering) -> Attempt:
    """The palette of 8-bit colours that centroids make, and what becomes of the colours."""
    space = SPACES.load(settings.space)
    nearest = partial(
        color_nearest.nearest_entries, task.visible, space=space, threads=task.threads
    )
    palette, entries, errors = rounding.complete(
        rounding.round_to_palette(_as_found(task, settings, found), space, task.kept),
        task.visible,
        task.colors.importance,
        min(settings.most_colors, len(task.whole)),
        nearest=nearest,
        kept=task.kept,
    )
    if settings.merge_distance:
        counts = np.bincount(entries, task.colors.counts, minlength=len(palette))
        kept = (palette[:, None] == task.kept).all(axis=2).any(axis=1)
        distance = settings.merge_distance
        palette = palette[merge.survivors(palette, counts.astype(np.int64), distance, kept)]
        entries, errors = nearest(palette)
    return Attempt(found, palette, entries, errors)


def _with_regions(task: Task, settings: Settings, made: Attempt) -> Attempt:
    """The same with entries for small regions that lost their colour, where that costs little."""
    most = (len(made.palette) - len(task.kept)) // small_regions.COLORS_EACH
    lost = _lost(task, settings, made)
    for staying in range(most if lost else 0):
        tried = _making_room(task, settings, made.found, lost[: small_regions.TRIED], staying)
        if tried is None:
            break
        then = _lost(task, settings, tried)
        if then and then[0].error >= lost[0].error:
            break
        made, lost = tried, then
        if not lost:
            break
    return made


def _lost(task: Task, settings: Settings, made: Attempt) -> list[small_regions.Region]:
    assert task.view is not None
    mapped = small_regions.Mapped(
        task.colors, made.palette, made.entries, made.errors, SPACES.load(settings.space)
    )
    return small_regions.lost(task.view, mapped)


def _making_room(
    task: Task,
    settings: Settings,
    found: Clustering,
    lost: list[small_regions.Region],
    staying: int,
) -> Attempt | None:
    """What becomes of it with a centroid more for the first region that is worth another.

    Args:
        task: the colours.
        settings: how.
        found: the centroids so far.
        lost: regions.
        staying: so many centroids after those of kept colours are there for others.
    """
    problem = problem_of(task.seen, settings, task)
    points, weights = problem.coarse_points.astype(problem.points.dtype), problem.coarse_weights
    now = assign(points, weights, found.centroids, threads=task.threads)
    for region in lost:
        centroids, then = breathing.make_room(
            points,
            weights,
            found.centroids,
            region.place,
            fixed=len(task.kept),
            staying=staying,
            threads=task.threads,
        )
        if then.inertia <= now.inertia * (1 + small_regions.COST * region.error):
            return _rounded(task, settings, _of_all(task, settings, found, centroids))
    return None


def in_order(made: Attempt, task: Task, settings: Settings) -> Attempt:
    """The same with its palette in the order that is wanted.

    Which of equally near colours a pixel gets has been decided, and stays: the darker one.
    """
    counts = np.bincount(made.entries, task.colors.counts, minlength=len(made.palette))
    order, found = SORTS[settings.sort], made.palette[:0]
    if order.reads_centroids:
        found = spaces.decode(_as_found(task, settings, made.found), SPACES.load(settings.space))
    rows = load(order.target)(made.palette, counts.astype(np.int64), found)
    places = np.argsort(rows).astype(np.uint8)
    return made._replace(palette=made.palette[rows], entries=places[made.entries])


def _as_found(task: Task, settings: Settings, found: Clustering) -> Centroids:
    """The centroids, or the nearest that the picture has; in the order of the clustering."""
    if not settings.medoid or len(task.whole) <= settings.most_colors:
        return found.centroids
    colors, labels = task.shown.colors, found.labels
    if colors.shape[1] == 4:  # the medoid of a solid cluster is solid
        solid = found.centroids[labels, alpha_clusters.ALPHA] == alpha_clusters.SOLID
        allowed = ~solid | (colors[:, 3] == alpha_clusters.SOLID)
        colors, labels = colors[allowed], labels[allowed]
    points = spaces.encode(colors, SPACES.load(settings.space))
    own = merge.medoids(colors, points, labels, found.centroids, fixed=len(task.kept))
    return spaces.encode(own, SPACES.load(settings.space)).astype(np.float64)


def choose(task: Task, settings: Settings, pixels: Pixels | None) -> tuple[Choice, Attempt | None]:
    """How many colours there are to be; and what came of it, where that had to be tried.

    The palette is that of the same settings with this number in place of `"auto"`.

    Raises:
        ErrorLimitError: not even the largest palette is good enough.
    """
    from quantize.pipeline import mappers  # with what they alone need, some milliseconds
    from quantize.pipeline.palette import auto_size

    subject = auto_size.Subject(pixels, task.shown, task.kept, task.threads)
    if settings.max_error is None:
        return auto_size.choose(subject, settings), None
    limit, good = settings.max_error, dict[int, Attempt]()
    points = auto_size.guess(auto_size.curve(subject, settings), limit)
    wanted = alpha.premultiplied(task.colors.colors)

    def error(size: int) -> float:
        if task.progress is not None:
            task.progress("choose", size)
        made = attempt(task, replace(settings, colors=size, max_error=None), Clock())
        if settings.dither != "none" and pixels is not None:
            on_off = task.visible is not task.colors.colors
            found = mappers.difference(pixels, made.palette, settings, on_off=on_off)
        else:
            got = alpha.premultiplied(made.palette)[made.entries]
            found = difference.delta_e(wanted, got, task.colors.counts).mean
        if found <= limit:  # each that is good enough is smaller than those before it
            good.clear()
            good[size] = made
        return found

    least, most = max(len(task.kept), 1), min(MAX_COLORS, len(task.whole))
    ripple = auto_size.ripple(len(task.shown))
    size = auto_size.smallest(least, most, points[-1].colors, limit, error, ripple=ripple)
    if size is None:
        colors = f"{most} colours do" if most > 1 else "1 colour does"
        raise ErrorLimitError(f"{colors} not bring the mean CIEDE2000 down to {limit:g}")
    return Choice("max-error", size, points), good[size]


def find_centroids(task: Task, settings: Settings) -> Clustering:
    """Centroids of a histogram; its own colours if they are few enough. Kept ones come first.

    The labels and the inertia are of all colours, also where a sample was clustered.
    """
    colors, part = task.shown, task.seen
    if len(task.whole) <= settings.most_colors:
        own = spaces.encode(task.whole.colors, SPACES.load(settings.space)).astype(np.float64)
        points = spaces.encode(colors.colors, SPACES.load(settings.space))
        state = assign(points, colors.importance, own, threads=task.threads)
        return Clustering(own, state.labels, 0.0, 0, True)
    if settings.sample:
        part = histogram.draw(part, settings.sample, np.random.default_rng(settings.seed))

    def on_iteration(iteration: int, _centroids: Centroids, _inertia: float) -> None:
        if task.progress is not None:
            task.progress("cluster", iteration)

    problem = problem_of(part, settings, task)
    found = solver.cluster(problem, settings.cluster_options, on_iteration)
    if part is colors and part.colors.shape[1] == 3:
        return _over_pixels(task, settings, found)
    unseen = np.zeros((task.unseen, part.colors.shape[1]))
    return _of_all(task, settings, found, np.concatenate([unseen, found.centroids]))


def _of_all(task: Task, settings: Settings, found: Clustering, centroids: Centroids) -> Clustering:
    """A clustering with these centroids, and the labels and inertia of all colours."""
    points = spaces.encode(task.shown.colors, SPACES.load(settings.space))
    weights = task.shown.importance
    state = assign(points, weights, centroids, threads=task.threads)
    found = found._replace(centroids=centroids, labels=state.labels, inertia=state.inertia)
    if centroids.shape[1] == 4:
        fixed = len(task.kept)
        found = alpha_clusters.settle(points, weights, found, fixed=fixed, threads=task.threads)
    return _over_pixels(task, settings, found)


def _over_pixels(task: Task, settings: Settings, found: Clustering) -> Clustering:
    """The same with the inertia of pixels that count the same, whatever they weighed."""
    colors = task.shown
    if colors.weights is None:
        return found
    points = spaces.encode(colors.colors, SPACES.load(settings.space))
    centroids, distances = found.centroids.astype(points.dtype), np.empty(len(points), points.dtype)

    def work(rows: slice) -> float:
        kernels.paired_distances(points[rows], centroids, found.labels[rows], distances[rows])
        return float((colors.counts[rows] * distances[rows]).sum())

    return found._replace(inertia=sum(kernels.each_block(len(points), work, threads=task.threads)))


def problem_of(colors: Histogram, settings: Settings, task: Task) -> ClusteringProblem:
    """The weighted points of a histogram, and its cells as the coarse ones."""
    points = spaces.encode(colors.colors, SPACES.load(settings.space))
    weights = colors.importance
    kept = task.kept[task.unseen :]
    k = min(settings.most_colors - task.unseen, len(colors.with_colors(kept)))
    bits = histogram.cell_bits(colors, max(settings.cells, CELLS_PER_COLOR * k))
    coarse_points, coarse_weights = histogram.cells(colors, points, bits=bits, weights=weights)
    return ClusteringProblem(
        points=points,
        weights=weights,
        k=k,
        coarse_points=coarse_points,
        coarse_weights=coarse_weights,
        fixed=spaces.encode(kept, SPACES.load(settings.space)).astype(np.float64),
        threads=task.threads,
    )
