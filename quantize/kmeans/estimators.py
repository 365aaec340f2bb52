"""`KMeans` and `MiniBatchKMeans`: the engine behind scikit-learn's estimator interface."""

from __future__ import annotations

import sys
from math import ceil
from typing import Any, ClassVar, Final, Self

import numpy as np
from numpy.typing import ArrayLike

from quantize import kernels
from quantize.errors import DataError
from quantize.kmeans import breathing, coreset, mini_batch, validation
from quantize.kmeans.estimator_base import Array, Callback, Estimator, Init
from quantize.kmeans.lloyd import Clustering, assign
from quantize.kmeans.refine import refine
from quantize.kmeans.spatial_order import OrderedPoints

ALGORITHMS: Final = {
    "lloyd": "assign, move to the means, until nothing moves",
    "elkan": "scikit-learn's name for the same result by pruning; ours always prunes",
    "breathing": "lloyd, then a search beyond its local optimum (Fritzke 2020)",
}

BREATHS: Final = 30
"""Most rounds of breathing k-means: those of the command's `--effort best`."""


class KMeans(Estimator):
    """Full k-means (Lloyd) in any number of dimensions, with sample weights.

    Args:
        n_clusters: how many centroids.
        init: a seeder of `table.SEEDERS`; or the first centroids as a (k, d) array; or a function
            of the points, `n_clusters` and a NumPy RandomState that gives them.
        n_init: runs from different seeds, of which the best is kept; 'auto': 1, or 10 with
            `init="random"` or a function.
        max_iter: most iterations of a run.
        tol: a run stops once the squared movement of all centroids together is at most `tol` times
            the mean variance of the dimensions.
        verbose: above 0, each iteration writes its number and inertia to standard output.
        random_state: None, a whole number, a NumPy Generator or RandomState.
        copy_x: there since scikit-learn has it; the data are never changed, whatever it says.
        algorithm: a key of `ALGORITHMS`.
        callback: see `estimator_base.Callback`; after the last call of a run its centroids are
            those of that run. Runs follow one another, each from 0.

    Attributes:
        cluster_centers_: (k, d), float32 if the data were, else float64.
        labels_: (n,) int32.
        inertia_: the weighted sum of squared distances to the nearest centroids.
        n_iter_: iterations of the best run.
        n_features_in_: d.
        feature_names_in_: (d,) their names, if the data were a frame with such.
    """

    RANDOM_RUNS: ClassVar = 10

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Init = "k-means++",
        n_init: int | str = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        verbose: int = 0,
        random_state: Any = None,
        copy_x: bool = True,
        algorithm: str = "lloyd",
        callback: Callback | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose
        self.random_state = random_state
        self.copy_x = copy_x
        self.algorithm = algorithm
        self.callback = callback

    def _check_parameters(self, samples: int, features: int) -> None:
        super()._check_parameters(samples, features)
        if not isinstance(self.algorithm, str) or self.algorithm not in ALGORITHMS:
            known = ", ".join(ALGORITHMS)
            raise DataError(f"algorithm: {self.algorithm!r} is none of {known}")

    def _run(self, points: Array, weights: Array, rng: np.random.Generator) -> Clustering:
        limit = self._limit(points, weights)
        return refine(
            points,
            weights,
            self._seeds(points, weights, rng),
            rounds=BREATHS if self.algorithm == "breathing" else 0,
            max_iter=self.max_iter,
            limit=limit,
            threads=kernels.thread_count(),
            on_iteration=self._on_iteration(),
        )


class MiniBatchKMeans(Estimator):
    """Mini-batch k-means (Sculley 2010), for large data, and for streams that fit into no memory.

    `fit` draws batches from data in memory, see `mini_batch`. `partial_fit` takes a stream, batch
    by batch, in any order: it keeps a coreset of all batches (see `coreset`), at most `MEMORY`
    points or `MEMORY_PER_CLUSTER` for each centroid, and refines the centroids on it.

    Args:
        n_clusters, init, n_init, verbose, random_state, callback: as for `KMeans`, but `n_init` is
            3 where it is 10 there.
        max_iter: most passes over the data.
        batch_size: points in a batch, drawn by weight.
        compute_labels: whether `fit` keeps the labels of the points as `labels_`.
        tol: a run stops once a batch moves the centroids by at most this, relative to the mean
            variance; 0 leaves it to the early stopping by inertia.
        max_no_improvement: batches without a lower smoothed inertia before a run stops; None: no
            such stop.
        init_size: number of points, drawn by weight, among which seeds are found; None:
            `INIT_SIZE`.
        reassignment_ratio: after each pass, a centroid with less than this part of the points of
            the largest one moves to a point that costs much.

    Attributes:
        cluster_centers_, labels_, inertia_, n_features_in_, feature_names_in_: as for `KMeans`;
            after `partial_fit` labels and inertia are of the last batch.
        n_iter_: passes of the best run, begun ones too, or calls of `partial_fit`.
        n_steps_: batches of the best run, or calls of `partial_fit`.
    """

    RANDOM_RUNS: ClassVar = 3

    INIT_SIZE: ClassVar = 1 << 17
    """Three batches, as scikit-learn has it, cost 4 to 6 % of the error of twelve photographs."""

    MEMORY: ClassVar = 4096
    MEMORY_PER_CLUSTER: ClassVar = 16
    """On twelve photographs in 16 to 256 colours, streamed row by row, the error is within 1 % of
    full k-means; twice as many points save half of that, and take half as long again."""

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Init = "k-means++",
        n_init: int | str = "auto",
        max_iter: int = 100,
        batch_size: int = 1024,
        verbose: int = 0,
        compute_labels: bool = True,
        random_state: Any = None,
        tol: float = 0.0,
        max_no_improvement: int | None = 10,
        init_size: int | None = None,
        reassignment_ratio: float = 0.01,
        callback: Callback | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.verbose = verbose
        self.compute_labels = compute_labels
        self.random_state = random_state
        self.tol = tol
        self.max_no_improvement = max_no_improvement
        self.init_size = init_size
        self.reassignment_ratio = reassignment_ratio
        self.callback = callback

    def _check_parameters(self, samples: int, features: int) -> None:
        super()._check_parameters(samples, features)
        validation.whole_number("batch_size", self.batch_size)
        for name in ("max_no_improvement", "init_size"):
            if getattr(self, name) is not None:
                validation.whole_number(name, getattr(self, name))
        validation.number_from_0("reassignment_ratio", self.reassignment_ratio)

    def fit(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> Self:  # noqa: N803
        """Find the centroids, see `KMeans.fit`; this forgets all batches of `partial_fit`."""
        super().fit(X, y, sample_weight)
        self.n_steps_ = self.n_iter_
        self.n_iter_ = ceil(self.n_steps_ * self.batch_size / max(self._samples, self.batch_size))
        return self

    def _keep(self, data: OrderedPoints, centers: Array) -> None:
        super()._keep(data, centers)
        self._samples = data.given
        self._centers = centers.astype(np.float64)
        self._coreset = coreset.reduce(data.points, data.weights, self._memory())
        if not self.compute_labels:
            del self.labels_

    def partial_fit(
        self,
        X: ArrayLike,  # noqa: N803
        y: object = None,  # noqa: ARG002
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Refine the centroids with one more batch of a stream; the first batch gives the seeds."""
        first = not hasattr(self, "_coreset")
        points, dtype = self._points(X, None if first else self._centers.shape[1])
        weights = validation.weights_of(sample_weight, len(points))
        self._check_parameters(len(points) if first else sys.maxsize, points.shape[1])
        before = (points[:0], weights[:0]) if first else self._coreset
        seen, mass = np.concatenate([before[0], points]), np.concatenate([before[1], weights])
        validation.variance_of(seen, mass)
        if first:
            self._centers = self._seeds(points, weights, validation.generator(self.random_state))
            self.n_steps_ = self.n_iter_ = 0
        with kernels.one_blas_thread(points.shape[1]):
            self._refine(seen, mass)
        super()._keep(OrderedPoints(points, weights, None), self._centers.astype(dtype))
        self.n_steps_ += 1
        self.n_iter_ += 1
        return self

    def _refine(self, seen: Array, mass: Array) -> None:
        """Keep a coreset of what was seen, and move the centroids towards its optimum."""
        if len(seen) > 2 * self._memory():
            seen, mass = coreset.reduce(seen, mass, self._memory())
        self._coreset = seen, mass
        self._centers, _ = breathing.lloyd_steps(seen, mass, self._centers)
        self._centers = breathing.breathe(seen, mass, self._centers, rounds=1)
        if (on_iteration := self._on_iteration()) is not None:
            on_iteration(
                self.n_steps_ + 1, self._centers, assign(seen, mass, self._centers).inertia
            )

    def _memory(self) -> int:
        return max(self.MEMORY, self.MEMORY_PER_CLUSTER * len(self._centers))

    def _run(self, points: Array, weights: Array, rng: np.random.Generator) -> Clustering:
        limit = self._limit(points, weights)
        return mini_batch.mini_batch(
            points,
            weights,
            self._seeds(*self._sample(points, weights, rng), rng),
            batch_size=self.batch_size,
            max_iter=self.max_iter,
            limit=limit,
            patience=self.max_no_improvement,
            reassignment=self.reassignment_ratio,
            rng=rng,
            threads=kernels.thread_count(),
            on_iteration=self._on_iteration(),
        )

    def _sample(
        self, points: Array, weights: Array, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Return the points among which seeds are found, and how often each was drawn."""
        size = max(self.init_size or self.INIT_SIZE, self.n_clusters)
        if size >= len(weights) or not isinstance(self.init, str):
            return points, weights
        cumulative = np.cumsum(weights)
        drawn = np.searchsorted(cumulative, rng.random(size) * cumulative[-1], side="right")
        rows, often = np.unique(np.minimum(drawn, len(weights) - 1), return_counts=True)
        return points[rows], often.astype(np.float64)
