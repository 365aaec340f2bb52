"""Centroids for the colours of a problem: its own colours if they are few, else k-means."""

from __future__ import annotations

from typing import Final

import numpy as np

from quantize import kernels
from quantize.color import spaces
from quantize.kmeans.lloyd import Centroids, Clustering, Points, assign
from quantize.kmeans.problem import ClusteringProblem
from quantize.pipeline import histogram
from quantize.pipeline.histogram import Histogram
from quantize.pipeline.palette.problem import PaletteProblem
from quantize.pipeline.settings import Settings

CELLS_PER_COLOR: Final = 4
"""The least number of cells for each centroid, whatever `cells` says: fewer are too coarse to find
seeds on (measured on photographs, k = 256)."""


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
    from quantize.kmeans import solver  # with seeding and the algorithms

    clustering_problem = clustering_of(problem, settings)

    def on_iteration(iteration: int, _centroids: Centroids, _inertia: float) -> None:
        if problem.progress is not None:
            problem.progress("cluster", iteration)

    found = solver.cluster(clustering_problem, settings.cluster_options, on_iteration)
    everything = len(clustering_problem.points) == len(problem.points)
    if everything and problem.points.shape[1] == 3:
        return _over_pixels(problem, found), clustering_problem
    transparent = np.zeros((int(problem.has_transparent_entry), problem.points.shape[1]))
    centroids = np.concatenate([transparent, found.centroids])
    return over_all_colors(problem, found, centroids), clustering_problem


def over_all_colors(
    problem: PaletteProblem, clustering: Clustering, centroids: Centroids
) -> Clustering:
    """Return a clustering with other centroids, and the labels and inertia of all colours."""
    points, weights = problem.points, problem.displayed.importance
    state = assign(points, weights, centroids, threads=problem.threads)
    found = clustering._replace(centroids=centroids, labels=state.labels, inertia=state.inertia)
    if centroids.shape[1] == 4:
        from quantize.pipeline.palette import alpha_clusters

        found = alpha_clusters.separate_opaque(
            points,
            weights,
            found,
            height=spaces.opaque_height(problem.space),
            fixed=len(problem.fixed),
            threads=problem.threads,
        )
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
    displayed, points = problem.displayed, problem.points
    if displayed.weights is None:
        return found
    centroids, distances = found.centroids.astype(points.dtype), np.empty(len(points), points.dtype)

    def work(rows: slice) -> float:
        kernels.paired_distances(points[rows], centroids, found.labels[rows], distances[rows])
        return float((displayed.counts[rows] * distances[rows]).sum())

    blocks = kernels.each_block(len(points), work, threads=problem.threads)
    return found._replace(inertia=sum(blocks))


def clustering_of(problem: PaletteProblem, settings: Settings) -> ClusteringProblem:
    """Return the weighted points to cluster, and the cells of neighbouring colours among them."""
    part, points = _to_cluster(problem, settings)
    fixed = problem.fixed_to_cluster
    transparent = int(problem.has_transparent_entry)
    k = min(settings.most_colors - transparent, len(part.with_colors(fixed)))
    bits = histogram.cell_bits(part, max(settings.cells, CELLS_PER_COLOR * k))
    # the colour that stands for all pixels is their mean, in which each counts the same
    weights = part.importance if k > 1 else part.counts.astype(np.float64)
    coarse_points, coarse_weights = histogram.cells(part, points, bits=bits, weights=weights)
    return ClusteringProblem(
        points=points,
        weights=weights,
        k=k,
        coarse_points=coarse_points,
        coarse_weights=coarse_weights,
        fixed=spaces.encode(fixed, problem.space).astype(np.float64),
        threads=problem.threads,
    )


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
