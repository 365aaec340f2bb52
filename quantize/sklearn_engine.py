"""scikit-learn's k-means on the same points, for comparison; the only module that needs it."""

from __future__ import annotations

import warnings

from quantize import seeding
from quantize.clustering import Problem, seeds_of
from quantize.errors import MissingPackageError
from quantize.kmeans import Clustering, Watch
from quantize.settings import Settings

_ITS_OWN_SEEDERS = ("k-means++", "random")


def cluster(problem: Problem, settings: Settings, watch: Watch | None = None) -> Clustering:
    """`KMeans` or `MiniBatchKMeans` of scikit-learn, with our settings under its names.

    Its seeders run where it has one of that name, else ours hand it their seeds. It takes its
    threads from the environment, and its sums depend on them in the last bits.

    Raises:
        MissingPackageError: scikit-learn is not installed.
    """
    try:
        from sklearn.cluster import KMeans, MiniBatchKMeans
        from sklearn.exceptions import ConvergenceWarning
    except ImportError:
        raise MissingPackageError("--engine scikit-learn", "scikit-learn", "sklearn") from None
    own = settings.init in _ITS_OWN_SEEDERS
    options = {
        "n_clusters": problem.k,
        "init": settings.init
        if own
        else seeds_of(problem, settings, seeding.chance(settings.seed, 0)),
        "n_init": settings.n_init if own else 1,
        "max_iter": settings.max_iter,
        "tol": settings.tol,
        "random_state": settings.seed,
    }
    if settings.algorithm == "mini-batch":
        estimator = MiniBatchKMeans(batch_size=settings.batch_size, **options)
    else:
        estimator = KMeans(**options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        estimator.fit(problem.points, sample_weight=problem.weights)
    if watch is not None:
        watch(estimator.n_iter_, estimator.cluster_centers_, float(estimator.inertia_))
    return Clustering(
        centroids=estimator.cluster_centers_,
        labels=estimator.labels_,
        inertia=float(estimator.inertia_),
        iterations=int(estimator.n_iter_),
        converged=bool(estimator.n_iter_ < settings.max_iter),
    )
