"""scikit-learn's k-means on the same points, for comparison; the only module that needs it."""

from __future__ import annotations

import warnings
from typing import Final

from quantize.errors import MissingPackageError
from quantize.kmeans.lloyd import Centroids, Clustering, Points, Weights
from quantize.pipeline.settings import Settings

ITS_OWN_SEEDERS: Final = ("k-means++", "random")


def cluster(
    points: Points, weights: Weights, k: int, seeds: Centroids | None, settings: Settings
) -> Clustering:
    """`KMeans` or `MiniBatchKMeans` of scikit-learn, with our settings under its names.

    Its own seeder runs where it has one of the name, else it starts from ours. It takes its threads
    from the environment, and its sums depend on them in the last bits.

    Args:
        points: (n, d) float32 or float64.
        weights: (n,) float64, positive.
        k: how many centroids, at most n.
        seeds: (k, d) float64, or None for a seeder of its own.
        settings: algorithm, init, n_init, max_iter, tol, batch_size and seed are read.

    Raises:
        MissingPackageError: scikit-learn is not installed.
    """
    try:
        from sklearn.cluster import KMeans, MiniBatchKMeans
        from sklearn.exceptions import ConvergenceWarning
    except ImportError:
        raise MissingPackageError("--engine scikit-learn", "scikit-learn", "sklearn") from None
    options = {
        "n_clusters": k,
        "init": settings.init if seeds is None else seeds,
        "n_init": settings.n_init if seeds is None else 1,
        "max_iter": settings.max_iter,
        "tol": settings.tol,
        "random_state": settings.seed % 2**32,  # all that it takes
    }
    if settings.algorithm == "mini-batch":
        estimator = MiniBatchKMeans(batch_size=settings.batch_size, **options)
    else:
        estimator = KMeans(**options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        estimator.fit(points, sample_weight=weights)
    return Clustering(
        centroids=estimator.cluster_centers_.astype("float64"),
        labels=estimator.labels_,
        inertia=float(estimator.inertia_),
        iterations=int(estimator.n_iter_),
        converged=bool(estimator.n_iter_ < settings.max_iter),
    )
