"""Seeds, refinement, restarts: the best of `n_init` runs, from coarse to fine.

`ALGORITHMS` and `ENGINES` hold the functions; their names and one-line descriptions stand in
`settings`, same keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import numpy as np

from quantize.kmeans import seeding
from quantize.kmeans.lloyd import (
    Centroids,
    Clustering,
    OnIteration,
    WeightedPoints,
    mean_variance,
)
from quantize.kmeans.mini_batch import mini_batch
from quantize.kmeans.problem import ClusteringProblem, ClusterOptions
from quantize.kmeans.refine import refine

RELAXATION: Final = 1.8
"""Measured on twelve photographs, k = 4 to 256: 1.6 needs a third more iterations for the same
error, 1.9 saves none."""


def cluster(
    problem: ClusteringProblem, options: ClusterOptions, on_iteration: OnIteration | None = None
) -> Clustering:
    """Return the clustering of least inertia of `options.n_init` runs; the first of equals.

    Args:
        problem: the points.
        options: how to cluster them.
        on_iteration: see `lloyd.OnIteration`.
    """
    return ENGINES[options.engine](problem, options, on_iteration)


def seeds_of(problem: ClusteringProblem, init: str, chance: seeding.Chance) -> Centroids:
    """Return the first centroids of a run: fixed ones, then those seeds not nearest to a fixed one.

    Args:
        problem: the points; seeds are found on the coarse ones.
        init: the seeder, a key of `seeding.SEEDERS`.
        chance: the random generator of the run.
    """
    seeder = seeding.SEEDERS[init]
    wanted = min(problem.k, len(problem.coarse_points))
    seeds = seeder(problem.coarse_points, problem.coarse_weights, wanted, chance, problem.threads)
    excess = max(len(seeds) + len(problem.fixed) - problem.k, 0)
    for place in problem.fixed[:excess]:
        nearest = np.square(seeds - place).sum(axis=1).argmin()
        seeds = np.delete(seeds, nearest, axis=0)
    return np.concatenate([problem.fixed, seeds])


def chances(seed: int, runs: int) -> Iterator[seeding.Chance]:
    """Yield the random generator of each run; that of a run does not depend on their number."""
    return (seeding.chance(seed, run) for run in range(runs))


def _internal(
    problem: ClusteringProblem, options: ClusterOptions, on_iteration: OnIteration | None
) -> Clustering:
    """Return the best run of our own engine.

    A seeder without chance gives the seeds of the first run, k-means++ those of the others.
    """
    algorithm = ALGORITHMS[options.algorithm]
    again = options
    if options.init in seeding.WITHOUT_CHANCE:
        again = options._replace(init="k-means++")
    runs = (
        algorithm(problem, again if run else options, chance, on_iteration)
        for run, chance in enumerate(chances(options.seed, options.n_init))
    )
    return min(runs, key=lambda run: run.inertia)


def _scikit_learn(
    problem: ClusteringProblem, options: ClusterOptions, on_iteration: OnIteration | None
) -> Clustering:
    """Return the best run of scikit-learn; its own seeders do all runs in one fit.

    With another seeder the first run starts from our seeds; the others are one fit from k-means++.
    """
    from quantize.kmeans import sklearn_backend

    fit = partial(sklearn_backend.cluster, problem)
    if options.init in sklearn_backend.ITS_OWN_SEEDERS:
        found = fit(options)
    else:
        seeds = seeds_of(problem, options.init, seeding.chance(options.seed, 0))
        found = fit(options, seeds)
        if options.n_init > 1:
            others = options._replace(init="k-means++", n_init=options.n_init - 1)
            found = min(found, fit(others), key=lambda run: run.inertia)
    if on_iteration is not None:
        on_iteration(found.iterations, found.centroids, found.inertia)
    return found


def _full(
    problem: ClusteringProblem,
    options: ClusterOptions,
    chance: seeding.Chance,
    on_iteration: OnIteration | None,
) -> Clustering:
    """Refine seeds on the coarse points, then on all."""
    return refine(
        problem.points,
        problem.weights,
        seeds_of(problem, options.init, chance),
        coarse=WeightedPoints(problem.coarse_points, problem.coarse_weights),
        rounds=options.search_rounds,
        max_iter=options.max_iter,
        limit=options.tol * mean_variance(problem.coarse_points, problem.coarse_weights),
        relaxation=RELAXATION,
        fixed=len(problem.fixed),
        threads=problem.threads,
        on_iteration=on_iteration,
    )


def _mini_batch(
    problem: ClusteringProblem,
    options: ClusterOptions,
    chance: seeding.Chance,
    on_iteration: OnIteration | None,
) -> Clustering:
    return mini_batch(
        problem.points,
        problem.weights,
        seeds_of(problem, options.init, chance),
        batch_size=options.batch_size,
        max_iter=options.max_iter,
        limit=options.tol * mean_variance(problem.coarse_points, problem.coarse_weights),
        rng=chance(),
        fixed=len(problem.fixed),
        threads=problem.threads,
        on_iteration=on_iteration,
    )


Engine = Callable[[ClusteringProblem, ClusterOptions, OnIteration | None], Clustering]
Algorithm = Callable[
    [ClusteringProblem, ClusterOptions, seeding.Chance, OnIteration | None], Clustering
]

ALGORITHMS: Final[dict[str, Algorithm]] = {"full": _full, "mini-batch": _mini_batch}
ENGINES: Final[dict[str, Engine]] = {"internal": _internal, "scikit-learn": _scikit_learn}
