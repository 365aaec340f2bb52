"""The base of the two estimators: fitting, and all that follows from the centroids."""

from __future__ import annotations

import sys
import warnings
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quantize import kernels
from quantize.errors import DataError
from quantize.kmeans import distances, streams, validation
from quantize.kmeans.lloyd import Clustering, OnIteration, assign, kernels_of
from quantize.kmeans.sklearn_bridge import Bridge, not_fitted
from quantize.kmeans.spatial_order import OrderedPoints, order_points
from quantize.kmeans.table import SEEDERS

Array = NDArray[Any]

Callback = Callable[[int, Array, float], object]
"""Called with an iteration's number, the (k, d) float64 centroids that it led to, a copy, and their
inertia; number 0 is that of the seeds."""

Init = str | ArrayLike | Callable[..., ArrayLike]
"""A function is called with the points, `n_clusters` and `random_state=`, a NumPy RandomState."""


class Estimator(Bridge):
    """Parameters, checks, and everything that follows from the centroids."""

    RANDOM_RUNS: ClassVar[int]
    """The runs that `n_init="auto"` stands for with random seeds or a function; otherwise 1."""

    n_clusters: int
    init: Init
    n_init: int | str
    max_iter: int
    tol: float
    verbose: int
    random_state: Any
    callback: Callback | None

    cluster_centers_: Array
    labels_: NDArray[np.int32]
    inertia_: float
    n_iter_: int
    n_features_in_: int
    feature_names_in_: NDArray[Any]

    # ---------------------------------------------------------------------------------- fitting

    def fit(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> Self:  # noqa: ARG002, N803
        """Find the centroids.

        Args:
            X: (n, d) numbers, n at least `n_clusters`: an array, a frame, or a sparse matrix. Or
                more than memory holds: a `numpy.memmap`, or an iterator of chunks, each one of
                these or a pair `(X, sample_weight)`. Of more than a million numbers a sample is
                clustered then, see `streams`; it is the same however the rows are cut. Chunks leave
                no `labels_`, and an `inertia_` that is an estimate.
            y: ignored, as in all clusterers of scikit-learn.
            sample_weight: (n,) numbers of 0 or more; None: each point counts 1.

        Raises:
            DataError: the data or a parameter cannot be used; also a ValueError.
        """
        if streams.is_mapped(X) or streams.is_chunks(X):
            return self._fit_stream(X, sample_weight)
        points, dtype = self._points(X)
        return self._fit(points, dtype, validation.weights_of(sample_weight, len(points)))

    def _fit(self, points: Any, dtype: type[Any], weights: Array) -> Self:
        """Find the centroids of points that were checked."""
        self._check_parameters(*points.shape)
        # a function that finds seeds sees the rows as they were given
        data = OrderedPoints(points, weights, None)
        if not callable(self.init):
            data = order_points(points, weights)
        del weights  # which may be as large as the points
        rng = validation.generator(self.random_state)
        self._prepare(data)
        with kernels.one_blas_thread(points.shape[1]):
            runs = (self._run(data.points, data.weights, rng) for _ in range(self._restarts()))
            best = min(runs, key=lambda run: run.inertia)
            self._keep(data, best.centroids.astype(dtype))
        self._count(best)
        return self

    def _fit_stream(self, X: Any, sample_weight: ArrayLike | None) -> Self:  # noqa: N803
        """Find the centroids of a sample of a mapped array or of chunks, see `streams`."""
        validation.whole_number("n_clusters", self.n_clusters)
        taken = streams.taken(
            streams.chunks_of(X, sample_weight),
            self._points,
            self.n_clusters,
            validation.generator(self.random_state),
        )
        self._fit(taken.points, taken.dtype, taken.weights)
        if streams.is_chunks(X):
            self.__dict__.pop("labels_", None)
        elif not taken.is_all:
            labels, self.inertia_ = streams.labelled(X, sample_weight, self._fitted)
            if hasattr(self, "labels_"):
                self.labels_ = labels
        return self

    @abstractmethod
    def _count(self, best: Clustering) -> None:
        """Set the attributes that count what the best run did."""

    def _prepare(self, data: OrderedPoints) -> None:
        """Take note of the data before the first run."""

    def _keep(self, data: OrderedPoints, centers: Array) -> None:
        """Set the attributes; labels and inertia are those of the centroids in their dtype."""
        places = centers.astype(np.float64)
        state = assign(data.points, data.weights, places, threads=kernels.thread_count())
        self.cluster_centers_ = centers
        self.labels_ = data.expand(state.labels)
        self.inertia_ = state.inertia

    def fit_predict(
        self,
        X: ArrayLike,  # noqa: N803
        y: object = None,
        sample_weight: ArrayLike | None = None,
    ) -> NDArray[np.int32]:
        """Do `fit`; return the label of each point, which chunks have not."""
        streams.refuse_chunks(X)
        self.fit(X, y, sample_weight)
        return self.labels_ if hasattr(self, "labels_") else self.predict(X)

    def fit_transform(
        self,
        X: ArrayLike,  # noqa: N803
        y: object = None,
        sample_weight: ArrayLike | None = None,
    ) -> Any:
        """Do `fit`; return `transform` of the same points, which chunks have not."""
        streams.refuse_chunks(X)
        return self.fit(X, y, sample_weight).transform(X)

    @abstractmethod
    def _run(self, points: Array, weights: Array, rng: np.random.Generator) -> Clustering:
        """Do one run from new seeds."""

    def _on_iteration(self) -> OnIteration | None:
        """Return a callback that does what `verbose` and `callback` ask for."""
        if not self.verbose and self.callback is None:
            return None

        def on_iteration(iteration: int, centroids: Array, inertia: float) -> None:
            if self.verbose and not iteration:
                sys.stdout.write("Initialization complete\n")
            if self.verbose:
                sys.stdout.write(f"Iteration {iteration}, inertia {inertia:.9g}\n")
            if self.callback is not None:
                self.callback(iteration, centroids.copy(), inertia)

        return on_iteration

    # -------------------------------------------------------------------------------- afterwards

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:  # noqa: N803
        """Return the nearest centroid of each point, (n,) int32; ties go to the lowest index."""
        if streams.is_mapped(X):
            return streams.labelled(X, None, self._fitted)[0]
        points, centroids = self._fitted(X)
        labels, engine = np.empty(len(points), np.int32), kernels_of(points)

        def work(rows: slice) -> None:
            part = points[rows]
            engine.nearest(part, centroids, labels[rows], np.empty(len(part), points.dtype))

        block = kernels.block_rows(points.shape[1])
        with kernels.one_blas_thread(points.shape[1]):
            kernels.each_block(len(points), work, threads=kernels.thread_count(), block=block)
        return labels

    def transform(self, X: ArrayLike) -> Any:  # noqa: N803
        """Return the Euclidean distance of each point to each centroid, (n, k).

        The result is an array of float32 if data and centroids are, else of float64; or a frame,
        see `set_output`.
        """
        points, centroids = self._fitted(X)
        with kernels.one_blas_thread(points.shape[1]):
            return self._contained(distances.euclidean(points, centroids), X)

    def score(
        self,
        X: ArrayLike,  # noqa: N803
        y: object = None,  # noqa: ARG002
        sample_weight: ArrayLike | None = None,
    ) -> float:
        """Return minus the inertia of these points: larger is better."""
        if streams.is_mapped(X):
            return -streams.labelled(X, sample_weight, self._fitted)[1]
        points, centroids = self._fitted(X)
        weights = validation.weights_of(sample_weight, len(points))
        validation.check_inertia(points, centroids.astype(np.float64), weights)
        threads = kernels.thread_count()
        with kernels.one_blas_thread(points.shape[1]):
            return -assign(points, weights, centroids.astype(np.float64), threads=threads).inertia

    def get_feature_names_out(self, input_features: object = None) -> NDArray[Any]:  # noqa: ARG002
        """Return the names of the columns of `transform`: `kmeans0`, `kmeans1` and so on."""
        prefix = type(self).__name__.lower()
        return np.array([f"{prefix}{at}" for at in range(len(self._centers_now()[0]))], object)

    def _fitted(self, X: ArrayLike) -> tuple[Any, Array]:  # noqa: N803
        """Return the points, and centroids of as many dimensions and of the same dtype."""
        centroids, dtype = self._centers_now()
        points, given = self._points(X, centroids.shape[1])
        both = np.float32 if given is dtype is np.float32 else np.float64
        return points.astype(both, copy=False), centroids.astype(both, copy=False)

    def _centers_now(self) -> tuple[Array, type[Any]]:
        """Return `cluster_centers_` as it is, see `validation.fitted_centers`."""
        if not hasattr(self, "cluster_centers_"):
            raise not_fitted(type(self).__name__)
        return validation.fitted_centers(self.cluster_centers_)

    # ------------------------------------------------------------------------------------ checks

    def _points(self, X: ArrayLike, features: int | None = None) -> tuple[Any, type[Any]]:  # noqa: N803
        """Return the points, and the dtype of results; see `validation.points_of`.

        Args:
            X: the data.
            features: how many they have, under the names that were fitted; None: they are fitted.
        """
        who, names = type(self).__name__, validation.names_of(X)
        if features is not None:
            validation.check_names(names, getattr(self, "feature_names_in_", None), who)
        points, dtype = validation.points_of(X, who)
        if features is None:
            self.n_features_in_ = points.shape[1]
            if names is not None:
                self.feature_names_in_ = names
            elif hasattr(self, "feature_names_in_"):
                del self.feature_names_in_
        elif points.shape[1] != features:
            raise DataError(
                f"X has {points.shape[1]} features, but {who} is expecting "
                f"{features} features as input"
            )
        return points, dtype

    def _check_parameters(self, samples: int, features: int) -> None:
        for name in ("n_clusters", "max_iter"):
            validation.whole_number(name, getattr(self, name))
        if samples < self.n_clusters:
            raise DataError(f"n_samples={samples} should be >= n_clusters={self.n_clusters}.")
        validation.number_from_0("tol", self.tol)
        validation.number_from_0("verbose", self.verbose)
        if not (isinstance(self.n_init, str) and self.n_init == "auto"):
            validation.whole_number("n_init", self.n_init)
        if self.callback is not None and not callable(self.callback):
            raise DataError(f"callback: {self.callback!r} cannot be called")
        if isinstance(self.init, str):
            if self.init not in SEEDERS:
                known = ", ".join(SEEDERS)
                raise DataError(f"init: {self.init!r} is none of {known}, nor an array")
        elif not callable(self.init):
            validation.initial_centers(self.init, (self.n_clusters, features))

    def _limit(self, points: Array, weights: Array) -> float:
        """Return the squared movement of all centroids at which a run stops."""
        return self.tol * validation.variance_of(points, weights)

    def _restarts(self) -> int:
        """Return `n_init`, or 1 if every run would be the same."""
        if not isinstance(self.init, str) and not callable(self.init):
            if self.n_init not in ("auto", 1):
                said = "Explicit initial center position passed: performing only one init in"
                name = type(self).__name__
                said = f"{said} {name} instead of n_init={self.n_init}."
                warnings.warn(said, RuntimeWarning, stacklevel=3)
            return 1
        if isinstance(self.n_init, str):
            varies = self.init == "random" or callable(self.init)
            return self.RANDOM_RUNS if varies else 1
        return self.n_init

    def _seeds(
        self, points: Array, weights: Array, rng: np.random.Generator, draws: int = 0
    ) -> Array:
        """Return the first centroids of a run.

        Args:
            points: (n, d), among which they are found.
            weights: (n,) float64.
            rng: what decides.
            draws: those of k-means++ for each seed; 0: as many as it makes by itself.
        """
        wanted = (self.n_clusters, points.shape[1])
        if isinstance(self.init, str):
            few = min(self.n_clusters, len(points))  # of equal points only one is left
            seeder = SEEDERS.load(self.init)
            more = {"candidates": draws} if draws and self.init == "k-means++" else {}
            seeds: Array = seeder(points, weights, few, lambda: rng, kernels.thread_count(), **more)
            return seeds[np.arange(self.n_clusters) % few]
        if callable(self.init):
            legacy = np.random.RandomState(rng.integers(2**31))
            own = points.copy() if isinstance(points, np.ndarray) else points.matrix.copy()
            centers = self.init(own, self.n_clusters, random_state=legacy)
            return validation.initial_centers(centers, wanted, points.dtype.type)
        return validation.initial_centers(self.init, wanted, points.dtype.type)
