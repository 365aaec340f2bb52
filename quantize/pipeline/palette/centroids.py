"""Centroids for the colours of a problem: its own colours if they are few, else k-means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.color import spaces
from quantize.kmeans.lloyd import Centroids, Clustering, Points, Weights, assign
from quantize.model.pixels import Bytes
from quantize.pipeline import histogram
from quantize.pipeline.histogram import Histogram
from quantize.pipeline.palette.problem import PaletteProblem
from quantize.pipeline.settings import Settings

if TYPE_CHECKING:
    from quantize.kmeans.problem import ClusteringProblem
    from quantize.pipeline.palette.alpha_clusters import TwoKinds

Cells = tuple[NDArray[np.float64], NDArray[np.float64]]
"""(n, d) places and (n,) weights."""

CELLS_PER_COLOR: Final = 4
"""The least number of cells for each centroid, whatever `cells` says: fewer are too coarse to find
seeds on (measured on photographs, k = 256)."""

SEED_CELLS: Final = 2_000
SEED_CELLS_PER_COLOR: Final = 16
"""Cells that seeds are found on where a search follows, at most; the larger of both, but at least
of `SEED_BITS`. With 8 to 256 colours the error after the search is that of seeds on all cells, to
0.1 %, in a fifth of the time; without a search it would be up to 10 % larger."""
SEED_BITS: Final = 4

FEW: Final = 16
"""Up to so many centroids with alpha, those of two kinds are exchanged; of more, those of the plain
search are as good (measured on vignettes, soft shadows and glows)."""


def find_centroids(
    problem: PaletteProblem, settings: Settings
) -> tuple[Clustering, ClusteringProblem | None]:
    """Find the centroids of a problem; those of fixed colours come first.

    Returns:
        The clustering, with labels and inertia of all displayed colours, also where a sample was
        clustered; and the points that were clustered, or None where the colours are few enough.
    """
    if problem.size <= settings.most_colors:
        return _own_colors(problem), None
    if settings.most_colors - int(problem.has_transparent_entry) == 1 and not problem.space.stored:
        return _mean_color(problem, settings), None
    from quantize.kmeans import solver  # with seeding and the algorithms

    clustering_problem = clustering_of(problem, settings)

    def on_iteration(iteration: int, _centroids: Centroids, _inertia: float) -> None:
        if problem.progress is not None:
            problem.progress("cluster", iteration)

    found = solver.cluster(clustering_problem, settings.cluster_options, on_iteration)
    everything = len(clustering_problem.points) == len(problem.points)
    if everything and problem.points.shape[1] == 3:
        return _over_pixels(problem, found), clustering_problem
    missing = len(problem.fixed) - len(clustering_problem.fixed)  # the transparent one
    centroids = np.concatenate([np.zeros((missing, found.centroids.shape[1])), found.centroids])
    decided = centroids.shape[1] == 4 and len(centroids) <= FEW and _is_plain(settings)
    if decided:
        coarse = clustering_problem.coarse_points, clustering_problem.coarse_weights
        kinds = _two_kinds(problem, *coarse)
        centroids = kinds.breathe(kinds.with_solid(centroids), settings.search)
    return over_all_colors(problem, found, centroids, decided=decided), clustering_problem


def _is_plain(settings: Settings) -> bool:
    """Return whether centroids are found by our own full k-means, which searches on."""
    return settings.algorithm == "full" and settings.engine == "internal"


def over_all_colors(
    problem: PaletteProblem, clustering: Clustering, centroids: Centroids, *, decided: bool = False
) -> Clustering:
    """Return a clustering with other centroids, and the labels and inertia of all colours.

    With alpha, centroids become solid or not, unless that is decided, and move on.
    """
    points, weights = problem.points, problem.displayed.importance
    if centroids.shape[1] == 4:
        kinds = _two_kinds(problem, points, weights)
        centroids, state = kinds.settle(centroids if decided else kinds.with_solid(centroids))
    else:
        state = assign(points, weights, centroids, threads=problem.threads)
    found = clustering._replace(centroids=centroids, labels=state.labels, inertia=state.inertia)
    return _over_pixels(problem, found)


def _two_kinds(problem: PaletteProblem, points: Points, weights: Weights) -> TwoKinds:
    """Return some points of a problem, which are told to be opaque or not."""
    from quantize.pipeline.palette.alpha_clusters import TwoKinds  # for pictures with alpha

    return TwoKinds(
        points,
        weights,
        height=spaces.opaque_height(problem.space),
        fixed=len(problem.fixed),
        threads=problem.threads,
    )


def _mean_color(problem: PaletteProblem, settings: Settings) -> Clustering:
    """Return the clustering in which the one colour of all pixels is their mean in 8-bit sRGB.

    There is nothing to choose, so it is what people mean by a mean colour, in every space.
    """
    points = spaces.encode(problem.displayed.colors, spaces.SRGB)
    own = problem._replace(space=spaces.SRGB, points=points, cells=None)
    found, _ = find_centroids(own, settings)
    mean = spaces.encode(spaces.decode(found.centroids, spaces.SRGB), problem.space)
    found = found._replace(centroids=mean.astype(np.float64))
    return found._replace(inertia=_inertia(problem, found))


def is_chosen(problem: PaletteProblem, settings: Settings) -> bool:
    """Return whether there are more colours to choose from than are wanted, and not one alone."""
    seen = settings.most_colors - int(problem.has_transparent_entry)
    return problem.size > settings.most_colors > len(problem.fixed) and seen > 1


def around(problem: PaletteProblem, clustering: Clustering, colors: Bytes) -> Clustering:
    """Return a clustering with (k, c) uint8 colours as its centroids, fixed ones first."""
    centroids = spaces.encode(colors, problem.space).astype(np.float64)
    weights = problem.displayed.importance
    state = assign(problem.points, weights, centroids, threads=problem.threads)
    found = clustering._replace(centroids=centroids, labels=state.labels, inertia=state.inertia)
    return _over_pixels(problem, found)


def _own_colors(problem: PaletteProblem) -> Clustering:
    """Return a clustering in which each colour, displayed or fixed, is a centroid."""
    colors = problem.displayed.with_colors(problem.fixed)
    own = problem.points
    if colors is not problem.displayed:
        own = spaces.encode(colors.colors, problem.space)
    centroids = own.astype(np.float64)
    weights = problem.displayed.importance
    state = assign(problem.points, weights, centroids, threads=problem.threads)
    return Clustering(centroids, state.labels, 0.0, 0, True)


def _over_pixels(problem: PaletteProblem, found: Clustering) -> Clustering:
    """Return the clustering with the inertia of pixels that count the same, whatever they weigh."""
    if problem.displayed.weights is None:
        return found
    return found._replace(inertia=_inertia(problem, found))


def _inertia(problem: PaletteProblem, found: Clustering) -> float:
    """Return the sum over all pixels of squared distances to the centroids."""
    displayed, points = problem.displayed, problem.points
    centroids, distances = found.centroids.astype(points.dtype), np.empty(len(points), points.dtype)

    def work(rows: slice) -> float:
        kernels.paired_distances(points[rows], centroids, found.labels[rows], distances[rows])
        return float((displayed.counts[rows] * distances[rows]).sum())

    return sum(kernels.each_block(len(points), work, threads=problem.threads))


def clustering_of(problem: PaletteProblem, settings: Settings) -> ClusteringProblem:
    """Return the weighted points to cluster, and the cells of neighbouring colours among them."""
    from quantize.kmeans.problem import ClusteringProblem  # not where the colours are few enough

    part, points = _to_cluster(problem, settings)
    fixed = problem.fixed
    if problem.has_transparent_entry and bool((part.colors[:, 3] == 255).all()):
        fixed = fixed[1:]  # so that no opaque colour goes to it
    k = min(settings.most_colors - len(problem.fixed) + len(fixed), len(part.with_colors(fixed)))
    bits = histogram.cell_bits(part, max(settings.cells, CELLS_PER_COLOR * k))
    kept = {} if problem.cells is None else problem.cells
    coarse_points, coarse_weights = _kept_cells(kept, part, points, bits)
    for_seeds = None
    if settings.search and _is_plain(settings):
        most = max(SEED_CELLS, SEED_CELLS_PER_COLOR * k)
        fewer = histogram.cell_bits(part, most, least_bits=min(SEED_BITS, bits), most_bits=bits)
        for_seeds = _kept_cells(kept, part, points, fewer)
    return ClusteringProblem(
        points=points,
        weights=part.importance,
        k=k,
        coarse_points=coarse_points,
        coarse_weights=coarse_weights,
        fixed=spaces.encode(fixed, problem.space).astype(np.float64),
        threads=problem.threads,
        for_seeds=for_seeds,
    )


def _kept_cells(kept: dict[int, Cells], colors: Histogram, points: Points, bits: int) -> Cells:
    """Return the cells of so many bits, which are made once."""
    if bits not in kept:
        kept[bits] = cells_of(colors, points, bits)
    return kept[bits]


def cells_of(colors: Histogram, points: Points, bits: int) -> Cells:
    """Return what `histogram.cells` does, by importance; opaque colours have cells of their own."""
    weights = colors.importance
    if points.shape[1] == 3:
        return histogram.cells(colors, points, bits=bits, weights=weights)
    opaque, found = colors.colors[:, 3] == 255, []
    for rows in (opaque, ~opaque):
        if rows.any():
            part = colors.chosen(rows), points[rows]
            found.append(histogram.cells(*part, bits=bits, weights=weights[rows]))
    if opaque.any():
        found[0][0][:, 3] = points[opaque, 3][0]  # not the rounded mean of equal numbers
    places, mass = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return places, mass


def _to_cluster(problem: PaletteProblem, settings: Settings) -> tuple[Histogram, Points]:
    """Return the colours to cluster and their points: all that are seen, or a sample of them."""
    part, points = problem.displayed, problem.points
    if problem.has_transparent_entry:
        seen = problem.to_cluster
        part, points = part.chosen(seen), points[seen]
    if settings.sample:
        rng = np.random.default_rng(settings.seed)
        sample = histogram.draw(part, settings.sample, rng)
        if sample is not part:
            part, points = sample, spaces.encode(sample.colors, problem.space)
    return part, points
