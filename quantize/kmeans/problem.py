"""What is to be clustered, and how."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize.kmeans.lloyd import Centroids, Points, Weights


class ClusteringProblem(NamedTuple):
    """What is to be clustered.

    Attributes:
        points: (n, d) float32 or float64.
        weights: (n,) float64, positive.
        k: how many centroids, at most n.
        coarse_points, coarse_weights: the same in fewer points, of float64, on which seeds are
            found and refined first; or the points themselves, if they are few.
        for_seeds: fewer points and weights still, for seeds alone; None: they are found on the
            coarse ones.
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
    for_seeds: tuple[NDArray[np.float64], Weights] | None = None


class ClusterOptions(NamedTuple):
    """How to cluster.

    Attributes:
        engine: a key of `ENGINES`.
        algorithm: a key of `ALGORITHMS`.
        init: the seeder, a key of `SEEDERS`.
        n_init: number of runs, of which the best is kept.
        max_iter: most iterations of a run; mini-batch: most passes over the points.
        tol: a run stops once the squared movement of all centroids together is at most `tol` times
            the mean variance of the dimensions.
        batch_size: points of a batch (mini-batch).
        search_rounds: most rounds of breathing k-means (full algorithm of the internal engine).
        seed: of the random generator, 0 or more.
    """

    engine: str
    algorithm: str
    init: str
    n_init: int
    max_iter: int
    tol: float
    batch_size: int
    search_rounds: int
    seed: int
