"""Seeds, refinement, restarts: the best of `n_init` runs, from coarse to fine.

`ALGORITHMS` and `ENGINES` hold the functions, with the keys of the tables of the same names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize.kmeans import breathing, seeding
from quantize.kmeans.lloyd import (
    Centroids,
    Clustering,
    Points,
    Watch,
    Weights,
    lloyd,
    mean_variance,
)
from quantize.kmeans.mini_batch import mini_batch
from quantize.kmeans.table import SEEDERS
from quantize.pipeline.settings import Settings

RELAXATION: Final = 1.8
"""Measured on twelve photographs, k = 4 to 256: 1.6 needs a third more iterations for the same
error, 1.9 saves none."""


class Problem(NamedTuple):
    """What is to be clustered.

    Attributes:
        points: (n, d) float32 or float64.
        weights: (n,) float64, positive.
        k: how many centroids, at most n.
        coarse_points, coarse_weights: the same in fewer points, of float64, on which seeds are
            found and refined first; or the points themselves, if they are few.
        fixed: (m, d) float64, m at most k: places that are the first centroids and stay so.
        threads: most threads to use.
    """

    points: Points
    weights: Weights
    k: int
    coarse_points: NDArray[np.float64]
    coarse_weights: Weights
    fixed: Centroids
    threads: int = 1


def cluster(problem: Problem, settings: Settings, watch: Watch | None = None) -> Clustering:
    """The best clustering of `settings.n_init` runs, by inertia; the first of equals.

    Args:
        problem: the points.
        settings: engine, algorithm, init, n_init, max_iter, tol, batch_size and seed are read.
        watch: see `kmeans.Watch`.
    """
    return ENGINES[settings.engine](problem, settings, watch)


def seeds_of(problem: Problem, settings: Settings, chance: seeding.Chance) -> Centroids:
    """The first centroids of one run: fixed ones, then those seeds that are not their nearest."""
    seeder = SEEDERS.load(settings.init)
    wanted = min(problem.k, len(problem.coarse_points))
    seeds = seeder(problem.coarse_points, problem.coarse_weights, wanted, chance, problem.threads)
    excess = max(len(seeds) + len(problem.fixed) - problem.k, 0)
    for place in problem.fixed[:excess]:
        nearest = np.square(seeds - place).sum(axis=1).argmin()
        seeds = np.delete(seeds, nearest, axis=0)
    return np.concatenate([problem.fixed, seeds])


def chances(seed: int, runs: int) -> Iterator[seeding.Chance]:
    """The random generator of each run, the same for run r however many there are."""
    return (seeding.chance(seed, run) for run in range(runs))


def _internal(problem: Problem, settings: Settings, watch: Watch | None) -> Clustering:
    """One run after another; a seeder without chance gives one start, k-means++ the others."""
    algorithm = ALGORITHMS[settings.algorithm]
    again = settings
    if not SEEDERS[settings.init].is_random:
        again = replace(settings, init="k-means++")
    runs = (
        algorithm(problem, again if run else settings, chance, watch)
        for run, chance in enumerate(chances(settings.seed, settings.n_init))
    )
    return min(runs, key=lambda run: run.inertia)


def _scikit_learn(problem: Problem, settings: Settings, watch: Watch | None) -> Clustering:
    """One fit for all runs; where the seeder is not one of its own, a fit from ours comes first."""
    from quantize.kmeans import sklearn_backend

    def fit(seeds: Centroids | None, wanted: Settings) -> Clustering:
        return sklearn_backend.cluster(problem.points, problem.weights, problem.k, seeds, wanted)

    if settings.init in sklearn_backend.ITS_OWN_SEEDERS:
        found = fit(None, settings)
    else:
        found = fit(seeds_of(problem, settings, seeding.chance(settings.seed, 0)), settings)
        if settings.n_init > 1:
            others = replace(settings, init="k-means++", n_init=settings.n_init - 1)
            found = min(found, fit(None, others), key=lambda run: run.inertia)
    if watch is not None:
        watch(found.iterations, found.centroids, found.inertia)
    return found


def _full(
    problem: Problem, settings: Settings, chance: seeding.Chance, watch: Watch | None
) -> Clustering:
    """Seeds, Lloyd and the search on the coarse points, then Lloyd on all.

    Iterations are those of Lloyd's runs, together; the steps of the search do not count.
    """
    limit = settings.tol * mean_variance(problem.coarse_points, problem.coarse_weights)
    points = problem.coarse_points.astype(problem.points.dtype)
    coarse = lloyd(
        points,
        problem.coarse_weights,
        seeds_of(problem, settings, chance),
        max_iter=settings.max_iter // 2,
        limit=limit,
        relaxation=RELAXATION,
        fixed=len(problem.fixed),
        threads=problem.threads,
        watch=watch,
    )
    centroids = breathing.breathe(
        points,
        problem.coarse_weights,
        coarse.centroids,
        rounds=settings.search,
        fixed=len(problem.fixed),
        threads=problem.threads,
    )

    def continued(iteration: int, places: Centroids, inertia: float) -> None:
        if watch is not None and iteration:
            watch(coarse.iterations + iteration, places, inertia)

    fine = lloyd(
        problem.points,
        problem.weights,
        centroids,
        max_iter=settings.max_iter - coarse.iterations,
        limit=limit,
        relaxation=RELAXATION,
        fixed=len(problem.fixed),
        threads=problem.threads,
        watch=continued,
    )
    return fine._replace(iterations=coarse.iterations + fine.iterations)


def _mini_batch(
    problem: Problem, settings: Settings, chance: seeding.Chance, watch: Watch | None
) -> Clustering:
    return mini_batch(
        problem.points,
        problem.weights,
        seeds_of(problem, settings, chance),
        batch_size=settings.batch_size,
        max_iter=settings.max_iter,
        limit=settings.tol * mean_variance(problem.coarse_points, problem.coarse_weights),
        rng=chance(),
        fixed=len(problem.fixed),
        threads=problem.threads,
        watch=watch,
    )


Engine = Callable[[Problem, Settings, Watch | None], Clustering]
Algorithm = Callable[[Problem, Settings, seeding.Chance, Watch | None], Clustering]

ALGORITHMS: Final[dict[str, Algorithm]] = {"full": _full, "mini-batch": _mini_batch}
ENGINES: Final[dict[str, Engine]] = {"internal": _internal, "scikit-learn": _scikit_learn}
