"""`k_means` and `kmeans_plusplus`: the estimators' work as functions, as scikit-learn has them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quantize import kernels
from quantize.errors import DataError
from quantize.kmeans import seeding, streams, validation
from quantize.kmeans.estimator_base import Array
from quantize.kmeans.estimators import KMeans
from quantize.kmeans.lloyd import dense_rows


def k_means(
    X: ArrayLike,  # noqa: N803
    n_clusters: int,
    *,
    sample_weight: ArrayLike | None = None,
    return_n_iter: bool = False,
    **options: Any,
) -> tuple[Any, ...]:
    """Cluster points; return the centroids, the labels and the inertia.

    Args:
        X: (n, d) numbers, see `KMeans.fit`.
        n_clusters: how many centroids.
        sample_weight: (n,) numbers of 0 or more; None: each point counts 1.
        return_n_iter: whether the number of iterations is the fourth result.
        **options: of `KMeans`.

    Returns:
        (k, d) floats, (n,) int32, a float, and if asked for a whole number.

    Raises:
        DataError: the data or an option cannot be used; also a ValueError.

    Examples:
        >>> centers, labels, inertia = k_means([[0.0], [1.0], [9.0], [10.0]], 2, random_state=0)
        >>> sorted(centers.ravel().tolist()), inertia
        ([0.5, 9.5], 1.0)
    """
    streams.refuse_chunks(X)
    model = KMeans(n_clusters, **options).fit(X, sample_weight=sample_weight)
    found = model.cluster_centers_, model.labels_, model.inertia_
    return (*found, model.n_iter_) if return_n_iter else found


def kmeans_plusplus(
    X: ArrayLike,  # noqa: N803
    n_clusters: int,
    *,
    sample_weight: ArrayLike | None = None,
    x_squared_norms: ArrayLike | None = None,
    random_state: Any = None,
    n_local_trials: int | None = None,
) -> tuple[Array, NDArray[np.intp]]:
    """Return seeds by greedy k-means++ (Arthur & Vassilvitskii 2007), and their rows.

    Args:
        X: (n, d) numbers, see `KMeans.fit`; n at least `n_clusters`.
        n_clusters: how many seeds.
        sample_weight: (n,) numbers of 0 or more; None: each point counts 1.
        x_squared_norms: there since scikit-learn has it; only its length is checked.
        random_state: as for `KMeans`.
        n_local_trials: draws for each seed, of which the best is taken; None: 2 + ln k.

    Returns:
        (k, d), float32 if the data were, else float64, and (k,) whole numbers.

    Raises:
        DataError: the data or an argument cannot be used; also a ValueError.

    Examples:
        >>> centers, rows = kmeans_plusplus([[0.0], [0.0], [9.0]], 2, random_state=0)
        >>> sorted(centers.ravel().tolist())
        [0.0, 9.0]
    """
    points, dtype = validation.points_of(X, "kmeans_plusplus")
    weights = validation.weights_of(sample_weight, len(points))
    validation.whole_number("n_clusters", n_clusters)
    if n_local_trials is not None:
        validation.whole_number("n_local_trials", n_local_trials)
    if len(points) < n_clusters:
        raise DataError(f"n_samples={len(points)} should be >= n_clusters={n_clusters}.")
    if x_squared_norms is not None and len(np.asarray(x_squared_norms)) != len(points):
        raise DataError(
            f"The length of x_squared_norms {len(np.asarray(x_squared_norms))} should be equal to "
            f"the length of n_samples {len(points)}."
        )
    validation.variance_of(points, weights)
    rng, threads = validation.generator(random_state), kernels.thread_count()
    with kernels.one_blas_thread(points.shape[1]):
        rows = seeding.plus_plus_rows(
            points, weights, n_clusters, lambda: rng, threads, candidates=n_local_trials or 0
        )
    return dense_rows(points, rows).astype(dtype), rows
