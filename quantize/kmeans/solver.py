"""From a problem to its clustering: seeds, refinement and restarts, by the tables of k-means."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from quantize.checks import load
from quantize.kmeans import seeding
from quantize.kmeans.algorithms import Algorithm
from quantize.kmeans.lloyd import Centroids, Clustering, OnIteration
from quantize.kmeans.problem import ClusteringProblem, ClusterOptions
from quantize.kmeans.table import ALGORITHMS, ENGINES, SEEDERS


def cluster(
    problem: ClusteringProblem, options: ClusterOptions, on_iteration: OnIteration | None = None
) -> Clustering:
    """Return the clustering of least inertia of `options.n_init` runs; the first of equals.

    Args:
        problem: the points.
        options: how to cluster them.
        on_iteration: see `lloyd.OnIteration`.
    """
    engine = ENGINES[options.engine]
    if not engine.target:
        return _best_run(problem, options, on_iteration)
    source = seeding.random_source(options.seed, 0)
    seeds = partial(seeds_of, problem, options.init, source)
    found: Clustering = load(engine.target)(problem, options, seeds)
    if on_iteration is not None:
        on_iteration(found.iterations, found.centroids, found.inertia)
    return found


def seeds_of(problem: ClusteringProblem, init: str, source: seeding.RandomSource) -> Centroids:
    """Return the first centroids of a run: fixed ones, then those seeds not nearest to a fixed one.

    Args:
        problem: the points; seeds are found on those for them.
        init: the seeder, a key of `SEEDERS`.
        source: makes the random generator of the run.
    """
    seeder: seeding.Seeder = SEEDERS.load(init)
    coarse = problem.coarse_points, problem.coarse_weights
    points, weights = problem.for_seeds or coarse
    wanted = min(problem.k, len(points))
    seeds = seeder(points, weights, wanted, source, problem.threads)
    excess = max(len(seeds) + len(problem.fixed) - problem.k, 0)
    for place in problem.fixed[:excess]:
        nearest = np.square(seeds - place).sum(axis=1).argmin()
        seeds = np.delete(seeds, nearest, axis=0)
    return np.concatenate([problem.fixed, seeds])


def random_sources(seed: int, runs: int) -> Iterator[seeding.RandomSource]:
    """Yield the random source of each run; it does not depend on the number of runs."""
    return (seeding.random_source(seed, run) for run in range(runs))


def _best_run(
    problem: ClusteringProblem, options: ClusterOptions, on_iteration: OnIteration | None
) -> Clustering:
    """Return the best run of the internal engine.

    A seeder that is not random finds the seeds of the first run, k-means++ those of the others.
    """
    algorithm: Algorithm = ALGORITHMS.load(options.algorithm)
    again = options.init if SEEDERS[options.init].is_random else "k-means++"
    runs = (
        algorithm(
            problem,
            options,
            seeds_of(problem, again if run else options.init, source),
            source,
            on_iteration,
        )
        for run, source in enumerate(random_sources(options.seed, options.n_init))
    )
    return min(runs, key=lambda run: run.inertia)
