"""`KMeans` and `MiniBatchKMeans`: the engine behind scikit-learn's estimator interface."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from quantize import kernels, minibatch
from quantize.estimator_base import Array, Estimator, generator, weights_of, whole_number
from quantize.kmeans import Assignment, Clustering, lloyd, mean_variance


class KMeans(Estimator):
    """Full k-means (Lloyd) in any number of dimensions, with sample weights.

    Args:
        n_clusters: how many centroids.
        init: a seeder of `seeding.SEEDERS`, or the first centroids as a (k, d) array.
        n_init: runs from different seeds, of which the best is kept; 'auto': 1, or 10 with
            `init="random"`.
        max_iter: most iterations of a run.
        tol: a run stops once the squared movement of all centroids together is at most `tol` times
            the mean variance of the dimensions.
        random_state: None, a whole number, a NumPy Generator or RandomState.

    Attributes:
        cluster_centers_: (k, d), float32 if the data were, else float64.
        labels_: (n,) int32.
        inertia_: the weighted sum of squared distances to the nearest centroids.
        n_iter_: iterations of the best run.
        n_features_in_: d.
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: str | ArrayLike = "k-means++",
        n_init: int | str = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        random_state: Any = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.random_state = random_state

    def _run(self, points: Array, weights: Array, rng: np.random.Generator) -> Clustering:
        return lloyd(
            points,
            weights,
            self._seeds(points, weights, rng),
            max_iter=self.max_iter,
            limit=self.tol * mean_variance(points, weights),
            threads=kernels.available_cores(),
        )


class MiniBatchKMeans(Estimator):
    """Mini-batch k-means (Sculley 2010), for streams and for large data.

    Args:
        n_clusters, init, n_init, random_state: as for `KMeans`.
        max_iter: most passes over the data.
        batch_size: points in a batch, drawn by weight.
        tol: a run stops once a batch moves the centroids by at most this, relative to the mean
            variance; 0 leaves it to the early stopping by inertia.

    Attributes:
        cluster_centers_, labels_, inertia_, n_features_in_: as for `KMeans`; after `partial_fit`
            labels and inertia are of the last batch.
        n_iter_: batches of the best run, or calls of `partial_fit`.
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: str | ArrayLike = "k-means++",
        n_init: int | str = "auto",
        max_iter: int = 100,
        batch_size: int = 1024,
        tol: float = 0.0,
        random_state: Any = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.tol = tol
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> Self:  # noqa: N803
        """See `KMeans.fit`; `partial_fit` can go on from it, but is forgotten by it."""
        whole_number("batch_size", self.batch_size)
        self._mass: Array | None = None
        return super().fit(X, y, sample_weight)

    def _keep(self, points: Array, weights: Array, centers: Array) -> Assignment:
        state = super()._keep(points, weights, centers)
        self._mass, self._centers = state.mass, centers.astype(np.float64)
        return state

    def partial_fit(
        self,
        X: ArrayLike,  # noqa: N803
        y: object = None,  # noqa: ARG002
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Learn from one more batch of a stream; the first one also gives the seeds."""
        first = getattr(self, "_mass", None) is None
        points, dtype = self._points(X, fitting=first)
        weights = weights_of(sample_weight, len(points))
        if first:
            self._check_parameters(len(points))
            seeds = self._seeds(points, weights, generator(self.random_state))
            self._mass, self._centers, self.n_iter_ = np.zeros(self.n_clusters), seeds, 0
        assert self._mass is not None
        mass = self._mass
        minibatch.step(points, weights, self._centers, mass)
        super()._keep(points, weights, self._centers.astype(dtype))
        self.n_iter_ += 1
        return self

    def _run(self, points: Array, weights: Array, rng: np.random.Generator) -> Clustering:
        return minibatch.mini_batch(
            points,
            weights,
            self._seeds(points, weights, rng),
            batch_size=self.batch_size,
            max_iter=self.max_iter,
            limit=self.tol * mean_variance(points, weights),
            rng=rng,
            threads=kernels.available_cores(),
        )
