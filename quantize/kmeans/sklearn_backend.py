"""scikit-learn's k-means on the same points, for comparison; the only module that needs it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Final

import numpy as np

from quantize.errors import MissingPackageError
from quantize.kmeans.lloyd import Centroids, Clustering
from quantize.kmeans.problem import ClusteringProblem, ClusterOptions

ITS_OWN_SEEDERS: Final = ("k-means++", "random")
"""Names in our table that scikit-learn's `init` takes as well."""


def cluster(
    problem: ClusteringProblem, options: ClusterOptions, seeds: Callable[[], Centroids]
) -> Clustering:
    """Return the best run of scikit-learn; one of its own seeders does all runs in one fit.

    With another seeder the first run starts from our seeds; the others are one fit from k-means++.

    Args:
        problem: the points; coarse ones are not used, and fixed places are put before what is
            found without them.
        options: all but the engine and the rounds of breathing k-means.
        seeds: returns (k, d) float64, the seeds of the first run from `options.init`.

    Raises:
        MissingPackageError: scikit-learn is not installed.
    """
    if options.init in ITS_OWN_SEEDERS:
        found = _fit(problem, options)
    else:
        found = _fit(problem, options, seeds()[len(problem.fixed) :])
        if options.n_init > 1:
            others = options._replace(init="k-means++", n_init=options.n_init - 1)
            found = min(found, _fit(problem, others), key=lambda run: run.inertia)
    centroids = np.concatenate([problem.fixed, found.centroids])
    return found._replace(centroids=centroids, labels=found.labels + len(problem.fixed))


def _fit(
    problem: ClusteringProblem, options: ClusterOptions, seeds: Centroids | None = None
) -> Clustering:
    """Return what `KMeans` or `MiniBatchKMeans` of scikit-learn finds, with our options.

    scikit-learn takes its threads from the environment, and its sums depend on them in the last
    bits.

    Args:
        problem: the points.
        options: as for `cluster`.
        seeds: (k, d) float64; None: those of its own seeder `options.init`.
    """
    try:
        from sklearn.cluster import KMeans, MiniBatchKMeans
        from sklearn.exceptions import ConvergenceWarning
    except ImportError:
        raise MissingPackageError("engine='scikit-learn'", "scikit-learn", "sklearn") from None
    parameters = {
        "n_clusters": problem.k - len(problem.fixed),
        "init": options.init if seeds is None else seeds,
        "n_init": options.n_init if seeds is None else 1,
        "max_iter": options.max_iter,
        "tol": options.tol,
        "random_state": options.seed % 2**32,  # all that it takes
    }
    if options.algorithm == "mini-batch":
        estimator = MiniBatchKMeans(batch_size=options.batch_size, **parameters)
    else:
        estimator = KMeans(**parameters)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        estimator.fit(problem.points, sample_weight=problem.weights)
    return Clustering(
        centroids=estimator.cluster_centers_.astype("float64"),
        labels=estimator.labels_,
        inertia=float(estimator.inertia_),
        iterations=int(estimator.n_iter_),
        converged=bool(estimator.n_iter_ < options.max_iter),
    )
