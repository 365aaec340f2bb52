"""The steps of k-means, to be looked at: centroids from three kinds of seeds, until they rest."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from quantize.checks import load
from quantize.color import spaces
from quantize.color.table import SPACES
from quantize.kmeans import lloyd, seeding, solver
from quantize.kmeans.problem import ClusteringProblem
from quantize.kmeans.table import SEEDERS
from quantize.model.pixels import Bytes, Floats
from quantize.pipeline.settings import Settings

MOST_STEPS: Final = 40
"""Iterations that are shown; by then what moves cannot be seen. Our choice."""


class Run(NamedTuple):
    """One run of Lloyd's k-means.

    Attributes:
        seeder: a key of `SEEDERS`.
        centroids: of each step, the seeds first: (k, 3) float64 in the space of clustering.
        inertia: of each step, with the points assigned to its centroids.
    """

    seeder: str
    centroids: list[Floats]
    inertia: list[float]


class Steps(NamedTuple):
    """Runs side by side on the same points.

    Attributes:
        points: (n, 3), in the space of clustering.
        space: its name.
        runs: the seeder of the settings last.
    """

    points: Floats
    space: str
    runs: list[Run]


def of(colors: Bytes, weights: Floats, k: int, settings: Settings) -> Steps | None:
    """Return the steps of plain k-means on some colours from each kind of seeds.

    Args:
        colors: (n, 3) uint8.
        weights: (n,) float64, positive.
        k: number of clusters.
        settings: their space, seeder and seed.

    Returns:
        None where there are no more colours than clusters: nothing moves.
    """
    if len(colors) <= k:
        return None
    points = spaces.encode(colors, load(SPACES[settings.space].target)).astype(np.float64)
    names = sorted(SEEDERS, key=lambda name: (name == settings.init, list(SEEDERS).index(name)))
    names.remove("random")
    runs = [_run(name, points, weights, k, settings.seed) for name in ("random", *names)]
    return Steps(points, settings.space, runs)


def _run(seeder: str, points: Floats, weights: Floats, k: int, seed: int) -> Run:
    run = Run(seeder, [], [])

    def note(_iteration: int, centroids: Floats, inertia: float) -> None:
        run.centroids.append(centroids)
        run.inertia.append(inertia)

    nothing = np.empty((0, points.shape[1]))
    problem = ClusteringProblem(points, weights, k, points, weights, nothing)
    source = seeding.random_source(seed, 0)
    seeds = solver.seeds_of(problem, seeder, source)
    lloyd.lloyd(points, weights, seeds, max_iter=MOST_STEPS, on_iteration=note)
    return run
