"""Seeds, refinement, restarts: the best of `n_init` runs.

`ALGORITHMS` and `ENGINES` hold the functions; their names and one-line descriptions stand in
`settings`, same keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from quantize import seeding
from quantize.kmeans import Clustering, Points, Watch, Weights, lloyd
from quantize.minibatch import mini_batch
from quantize.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What is to be clustered.

    Attributes:
        points: (n, d) float64.
        weights: (n,) float64, positive.
        k: how many centroids, at most n.
        coarse_points, coarse_weights: fewer points for the same mass, on which seeds are found.
        threads: most threads to use.
    """

    points: Points
    weights: Weights
    k: int
    coarse_points: Points
    coarse_weights: Weights
    threads: int = 1


def cluster(problem: Problem, settings: Settings, watch: Watch | None = None) -> Clustering:
    """The best clustering of `settings.n_init` runs, by inertia; the first of equals.

    Args:
        problem: the points.
        settings: engine, algorithm, init, n_init, max_iter, tol, batch_size and seed are read.
        watch: see `kmeans.Watch`.
    """
    return ENGINES[settings.engine](problem, settings, watch)


def seeds_of(problem: Problem, settings: Settings, rng: np.random.Generator) -> Points:
    """The first centroids of one run."""
    seeder = seeding.SEEDERS[settings.init]
    if len(problem.coarse_points) < problem.k:
        return seeder(problem.points, problem.weights, problem.k, rng)
    return seeder(problem.coarse_points, problem.coarse_weights, problem.k, rng)


def generators(seed: int, runs: int) -> Iterator[np.random.Generator]:
    """A generator for each run, the same for run r however many there are."""
    return (np.random.default_rng((seed, run)) for run in range(runs))


def _internal(problem: Problem, settings: Settings, watch: Watch | None) -> Clustering:
    runs = (
        ALGORITHMS[settings.algorithm](problem, settings, rng, watch)
        for rng in generators(settings.seed, settings.n_init)
    )
    return min(runs, key=lambda run: run.inertia)


def _scikit_learn(problem: Problem, settings: Settings, watch: Watch | None) -> Clustering:
    from quantize import sklearn_engine

    return sklearn_engine.cluster(problem, settings, watch)


def _full(
    problem: Problem, settings: Settings, rng: np.random.Generator, watch: Watch | None
) -> Clustering:
    return lloyd(
        problem.points,
        problem.weights,
        seeds_of(problem, settings, rng),
        max_iter=settings.max_iter,
        tol=settings.tol,
        threads=problem.threads,
        watch=watch,
    )


def _mini_batch(
    problem: Problem, settings: Settings, rng: np.random.Generator, watch: Watch | None
) -> Clustering:
    return mini_batch(
        problem.points,
        problem.weights,
        seeds_of(problem, settings, rng),
        batch_size=settings.batch_size,
        max_iter=settings.max_iter,
        tol=settings.tol,
        rng=rng,
        threads=problem.threads,
        watch=watch,
    )


Engine = Callable[[Problem, Settings, Watch | None], Clustering]
Algorithm = Callable[[Problem, Settings, np.random.Generator, Watch | None], Clustering]

ALGORITHMS: Final[dict[str, Algorithm]] = {"full": _full, "mini-batch": _mini_batch}
ENGINES: Final[dict[str, Engine]] = {"internal": _internal, "scikit-learn": _scikit_learn}
