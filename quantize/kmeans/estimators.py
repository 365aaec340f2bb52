"""`KMeans` and `MiniBatchKMeans`: the engine behind scikit-learn's estimator interface."""

from __future__ import annotations

import sys
import warnings
from math import ceil
from typing import Any, ClassVar, Final, Self

import numpy as np
from numpy.typing import ArrayLike

from quantize import kernels
from quantize.errors import DataError
from quantize.kmeans import auto, breathing, coreset, mini_batch, validation
from quantize.kmeans.estimator_base import Array, Callback, Estimator, Init
from quantize.kmeans.lloyd import STRICT, Clustering, assign, kernels_of
from quantize.kmeans.refine import refine
from quantize.kmeans.sklearn_bridge import warn_of_convergence
from quantize.kmeans.spatial_order import OrderedPoints

ALGORITHMS: Final = {
    "auto": "lloyd, then as much of a search beyond its local optimum as pays",
    "lloyd": "assign, move to the means, until nothing moves",
    "elkan": "scikit-learn's name for the same result by pruning; ours always prunes",
    "breathing": "lloyd, then a search beyond its local optimum (Fritzke 2020)",
}

BREATHS: Final = 30
"""Most rounds of breathing k-means: those of the command's `--effort best`."""


class KMeans(Estimator):
    """Full k-means in any number of dimensions, with sample weights, dense or sparse.

    By default Lloyd's k-means is followed by a search beyond its local optimum, see `auto`.

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
        algorithm: a key of `ALGORITHMS`; `"lloyd"` and `"elkan"` give what scikit-learn gives.
        callback: see `estimator_base.Callback`; after the last call of a run its centroids are
            those of that run. Runs follow one another, each from 0.

    Attributes:
        cluster_centers_: (k, d), float32 if the data were, else float64.
        labels_: (n,) int32.
        inertia_: the weighted sum of squared distances to the nearest centroids.
        n_iter_: iterations of the best run, as scikit-learn counts them: with the one that finds
            that no label changes.
        n_features_in_: d.
        feature_names_in_: (d,) their names, if the data were a frame with such.

    Examples:
        >>> import numpy as np
        >>> points = np.array([[0.0], [1.0], [9.0], [10.0]])
        >>> model = KMeans(2, random_state=0).fit(points)
        >>> sorted(model.cluster_centers_.ravel().tolist()), model.inertia_
        ([0.5, 9.5], 1.0)
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
        algorithm: str = "auto",
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

        if self.algorithm == "elkan" and self.n_clusters == 1:
            said = (
                "algorithm='elkan' doesn't make sense for a single cluster. Using 'lloyd' instead."
            )
            warnings.warn(said, RuntimeWarning, stacklevel=3)

    def _run(self, points: Array, weights: Array, rng: np.random.Generator) -> Clustering:
        options: dict[str, Any] = {
            "max_iter": self.max_iter,
            "limit": self._limit(points, weights),
            "threads": kernels.thread_count(),
            "on_iteration": self._on_iteration(),
        }
        if self.algorithm == "auto":
            seeds = self._seeds(points, weights, rng, auto.DRAWS)
            found = auto.search(points, weights, seeds, **options)
        else:
            seeds = self._seeds(points, weights, rng)
            rounds = BREATHS if self.algorithm == "breathing" else 0
            found = refine(points, weights, seeds, rounds=rounds, **options)
        if self.verbose and found.converged:
            sys.stdout.write(f"Converged at iteration {found.iterations}: {found.ended}.\n")
        return found

    def _count(self, best: Clustering) -> None:
        self.n_iter_ = min(best.iterations + (best.ended == STRICT), self.max_iter)
        distinct = len(np.unique(self.labels_))
        if distinct < self.n_clusters:
            warn_of_convergence(
                f"Number of distinct clusters ({distinct}) found smaller than n_clusters "
                f"({self.n_clusters}). Possibly due to duplicate points in X."
            )


class MiniBatchKMeans(Estimator):
    """Mini-batch k-means (Sculley 2010), for large data, and for streams that fit into no memory.

    `fit` draws batches from data in memory, see `mini_batch`. `partial_fit` takes a stream, batch
    by batch, in any order: it keeps a coreset of all batches (see `coreset`; of sparse ones a
    sample, see `sparse.sample`), at most `MEMORY` points or `MEMORY_PER_CLUSTER` for each centroid,
    and refines the centroids on it.

    Args:
        n_clusters, init, n_init, verbose, random_state, callback: as for `KMeans`, but `n_init` is
            3 where it is 10 there.
        max_iter: most passes over the data, each of as many points as there are.
        batch_size: points in a batch, drawn by weight.
        compute_labels: whether `fit` keeps the labels of the points as `labels_`.
        tol: a run stops once a batch moves the centroids, or their means over all batches so far,
            by at most this: the sum of squared movements, relative to the mean variance; 0 leaves
            it to the early stopping by inertia.
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

    Examples:
        >>> import numpy as np
        >>> points = np.repeat([[0.0, 0.0], [9.0, 9.0]], 500, axis=0)
        >>> model = MiniBatchKMeans(2, random_state=0).fit(points)
        >>> sorted(model.cluster_centers_.tolist())
        [[0.0, 0.0], [9.0, 9.0]]
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
        if self.init_size is not None and self.init_size < self.n_clusters:
            said = f"init_size={self.init_size} should be larger than n_clusters={self.n_clusters}."
            warnings.warn(f"{said} Setting it to n_clusters.", RuntimeWarning, stacklevel=3)

    def fit(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> Self:  # noqa: N803
        """Find the centroids, see `KMeans.fit`; this forgets all batches of `partial_fit`."""
        return super().fit(X, y, sample_weight)

    def _prepare(self, data: OrderedPoints) -> None:
        self._samples = data.given

    def _count(self, best: Clustering) -> None:
        self.n_steps_ = best.iterations
        self.n_iter_ = ceil(self.n_steps_ * self._batch() / self._samples)

    def _batch(self) -> int:
        """Return the points in a batch, which are never more than there are."""
        return min(self.batch_size, self._samples)

    def _keep(self, data: OrderedPoints, centers: Array) -> None:
        super()._keep(data, centers)
        self._centers = centers.astype(np.float64)
        self._coreset = self._reduced(data.points, data.weights)
        if not self.compute_labels:
            del self.labels_

    def _reduced(self, points: Any, weights: Array) -> tuple[Any, Array]:
        """Return a coreset of `_memory` points."""
        if isinstance(points, np.ndarray):
            return coreset.reduce(points.astype(np.float64, copy=False), weights, self._memory())
        return kernels_of(points).sample(points, weights, self._memory())  # type: ignore[no-any-return]

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
        wide = points.astype(np.float64, copy=False)
        seen, mass = (wide, weights) if first else self._with_coreset(wide, weights)
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

    def set_partial_fit_request(self, *, sample_weight: bool | str | None) -> Self:
        """Say whether `sample_weight` is handed to `partial_fit`."""
        return self._request("partial_fit", sample_weight)

    def _with_coreset(self, points: Any, weights: Array) -> tuple[Any, Array]:
        """Return the points that stand for all batches so far, and a new batch."""
        kept, mass = self._coreset
        weights = np.concatenate([mass, weights])
        if isinstance(kept, np.ndarray) and isinstance(points, np.ndarray):
            return np.concatenate([kept, points]), weights
        from quantize.kmeans import sparse  # one of them is; the next batches may be

        return sparse.joined(sparse.of(kept), sparse.of(points)), weights

    def _refine(self, seen: Array, mass: Array) -> None:
        """Keep a coreset of what was seen, and move the centroids towards its optimum."""
        if len(seen) > 2 * self._memory():
            seen, mass = self._reduced(seen, mass)
        elif not self.n_steps_ and isinstance(seen, np.ndarray):
            seen, mass = seen.copy(), mass.copy()  # whoever gave them may change them
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
        batch = self._batch()
        steps = max(self.max_iter * self._samples // batch, 1)
        found = mini_batch.mini_batch(
            points,
            weights,
            self._seeds(*self._sample(points, weights, rng), rng),
            batch_size=batch,
            steps=steps,
            limit=limit,
            patience=self.max_no_improvement,
            reassignment=self.reassignment_ratio,
            settles=True,
            rng=rng,
            threads=kernels.thread_count(),
            on_iteration=self._on_iteration(),
        )
        if self.verbose and found.converged:
            sys.stdout.write(f"Converged ({found.ended}) at step {found.iterations}/{steps}\n")
        return found

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
