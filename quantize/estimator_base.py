"""What the two estimators share: parameters, checks, and all that follows from the centroids.

scikit-learn is never imported here unless it is loaded already: a pipeline or a grid search of its
own brings it along, and then the estimators speak its dialect (`NotFittedError`, tags).
"""

from __future__ import annotations

import inspect
import sys
from abc import ABC, abstractmethod
from numbers import Integral, Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quantize import kernels, seeding
from quantize.errors import DataError, DataTypeError, NotFittedError
from quantize.kmeans import Assignment, Clustering, assign

Array = NDArray[Any]


class Estimator(ABC):
    """What the two share: parameters, checks, and everything that follows from the centroids."""

    n_clusters: int
    init: str | ArrayLike
    n_init: int | str
    max_iter: int
    tol: float
    random_state: Any

    cluster_centers_: Array
    labels_: NDArray[np.int32]
    inertia_: float
    n_iter_: int
    n_features_in_: int

    # ------------------------------------------------------------------------------- parameters

    @classmethod
    def _parameters(cls) -> list[str]:
        return [name for name in inspect.signature(cls.__init__).parameters if name != "self"]

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 - its signature
        """The constructor's arguments, by name."""
        return {name: getattr(self, name) for name in self._parameters()}

    def set_params(self, **params: Any) -> Self:
        """Change some of them; an unknown name is a ValueError."""
        for name, value in params.items():
            if name not in self._parameters():
                valid = ", ".join(self._parameters())
                raise DataError(f"Invalid parameter {name!r}; valid parameters are {valid}")
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self).__init__).parameters
        given = (
            f"{name}={value!r}"
            for name, value in self.get_params().items()
            if repr(value) != repr(defaults[name].default)
        )
        return f"{type(self).__name__}({', '.join(given)})"

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import Tags, TargetTags, TransformerTags

        return Tags(
            estimator_type="clusterer",
            target_tags=TargetTags(required=False),
            transformer_tags=TransformerTags(preserves_dtype=["float64", "float32"]),
        )

    # ---------------------------------------------------------------------------------- fitting

    def fit(self, X: ArrayLike, y: object = None, sample_weight: ArrayLike | None = None) -> Self:  # noqa: ARG002, N803
        """Find the centroids.

        Args:
            X: (n, d) numbers, n at least `n_clusters`.
            y: ignored, as everywhere in scikit-learn's interface.
            sample_weight: (n,) numbers of 0 or more; each point counts 1 unless told.

        Raises:
            DataError: the data or a parameter cannot be used; also a ValueError.
        """
        points, dtype = self._points(X, fitting=True)
        weights = weights_of(sample_weight, len(points))
        self._check_parameters(len(points))
        rng = generator(self.random_state)
        runs = (self._run(points, weights, rng) for _ in range(self._restarts()))
        best = min(runs, key=lambda run: run.inertia)
        self._keep(points, weights, best.centroids.astype(dtype))
        self.n_iter_ = best.iterations
        return self

    def _keep(self, points: Array, weights: Array, centers: Array) -> Assignment:
        """Labels and inertia are those of the centroids as they are kept, also in float32."""
        state = assign(points, weights, centers.astype(np.float64))
        self.cluster_centers_ = centers
        self.labels_ = state.labels
        self.inertia_ = state.inertia
        return state

    def fit_predict(
        self,
        X: ArrayLike,  # noqa: N803
        y: object = None,
        sample_weight: ArrayLike | None = None,
    ) -> NDArray[np.int32]:
        """`fit`, then the label of each point."""
        return self.fit(X, y, sample_weight).labels_

    def fit_transform(
        self,
        X: ArrayLike,  # noqa: N803
        y: object = None,
        sample_weight: ArrayLike | None = None,
    ) -> Array:
        """`fit`, then `transform`."""
        return self.fit(X, y, sample_weight).transform(X)

    @abstractmethod
    def _run(self, points: Array, weights: Array, rng: np.random.Generator) -> Clustering:
        """One run from fresh seeds."""

    # -------------------------------------------------------------------------------- afterwards

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:  # noqa: N803
        """The nearest centroid of each point, (n,) int32; ties go to the lowest index."""
        points, centroids = self._fitted(X)
        labels, distances = np.empty(len(points), np.int32), np.empty(len(points))
        kernels.nearest(points, centroids, labels, distances)
        return labels

    def transform(self, X: ArrayLike) -> Array:  # noqa: N803
        """The Euclidean distance of each point to each centroid, (n, k)."""
        points, centroids = self._fitted(X)
        columns = [np.square(points - center).sum(axis=1) for center in centroids]
        distances: Array = np.sqrt(np.stack(columns, axis=1))
        return distances.astype(self.cluster_centers_.dtype)

    def score(
        self,
        X: ArrayLike,  # noqa: N803
        y: object = None,  # noqa: ARG002
        sample_weight: ArrayLike | None = None,
    ) -> float:
        """Minus the inertia of these points: larger is better."""
        points, centroids = self._fitted(X)
        return -assign(points, weights_of(sample_weight, len(points)), centroids).inertia

    def _fitted(self, X: ArrayLike) -> tuple[Array, Array]:  # noqa: N803
        if not hasattr(self, "cluster_centers_"):
            raise _not_fitted(type(self).__name__)
        points, _ = self._points(X, fitting=False)
        return points, np.ascontiguousarray(self.cluster_centers_, np.float64)

    # ------------------------------------------------------------------------------------ checks

    def _points(self, X: ArrayLike, *, fitting: bool) -> tuple[Array, Any]:  # noqa: N803
        """(n, d) float64, contiguous, and the dtype that results have: float32 stays float32."""
        if hasattr(X, "toarray"):
            raise DataTypeError("Sparse data is not supported; hand in X.toarray()")
        given = np.asarray(X)
        if given.dtype.kind == "c":
            raise DataError("Complex data not supported")
        if given.dtype.kind not in "buif":
            try:
                given = given.astype(np.float64)
            except (TypeError, ValueError) as error:
                kind = DataTypeError if isinstance(error, TypeError) else DataError
                said = f"X: wanted numbers, got dtype {given.dtype}"
                raise kind(f"{said}: argument must be a string or a number") from None
        if given.ndim != 2:
            raise DataError(
                f"Expected 2D array, got {given.ndim}D array instead: shape {given.shape}. "
                "Reshape your data with array.reshape(-1, 1) or array.reshape(1, -1)."
            )
        if 0 in given.shape:
            what = "sample(s)" if given.shape[0] == 0 else "feature(s)"
            raise DataError(
                f"Found array with 0 {what} (shape={given.shape}) while a minimum of 1 is required."
            )
        points = np.ascontiguousarray(given, np.float64)
        if not np.isfinite(points).all():
            raise DataError("Input X contains NaN or infinity.")
        if fitting:
            self.n_features_in_ = points.shape[1]
        elif points.shape[1] != self.n_features_in_:
            raise DataError(
                f"X has {points.shape[1]} features, but {type(self).__name__} is expecting "
                f"{self.n_features_in_} features as input"
            )
        return points, np.float32 if given.dtype == np.float32 else np.float64

    def _check_parameters(self, samples: int) -> None:
        for name in ("n_clusters", "max_iter"):
            whole_number(name, getattr(self, name))
        if samples < self.n_clusters:
            raise DataError(f"n_samples={samples} should be >= n_clusters={self.n_clusters}.")
        if not isinstance(self.tol, Real) or not 0 <= self.tol < np.inf:
            raise DataError(f"tol: {self.tol!r} is not a finite number of 0 or more")
        if self.n_init != "auto":
            whole_number("n_init", self.n_init)
        self._check_init()

    def _check_init(self) -> None:
        if isinstance(self.init, str):
            if self.init not in seeding.SEEDERS:
                known = ", ".join(seeding.SEEDERS)
                raise DataError(f"init: {self.init!r} is none of {known}, nor an array")
        elif np.shape(self.init) != (self.n_clusters, self.n_features_in_):
            raise DataError(
                f"The shape of the initial centers {np.shape(self.init)} does not match "
                f"({self.n_clusters}, {self.n_features_in_})"
            )
        elif not np.isfinite(np.asarray(self.init, np.float64)).all():
            raise DataError("init: the initial centers contain NaN or infinity")

    def _restarts(self) -> int:
        """`n_init`; 'auto' is 1, or 10 for seeds that are drawn blindly, as in scikit-learn."""
        if not isinstance(self.init, str):
            return 1
        if isinstance(self.n_init, str):
            return 10 if self.init == "random" else 1
        return self.n_init

    def _seeds(self, points: Array, weights: Array, rng: np.random.Generator) -> Array:
        if isinstance(self.init, str):
            return seeding.SEEDERS[self.init](points, weights, self.n_clusters, lambda: rng)
        return np.array(self.init, np.float64)


def whole_number(name: str, value: object) -> None:
    """Check a parameter.

    Raises:
        DataError: it is not a whole number of 1 or more.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise DataError(f"{name}: {value!r} is not a whole number of 1 or more")


def weights_of(sample_weight: ArrayLike | None, samples: int) -> NDArray[np.float64]:
    """(samples,) float64: 1 each unless told; a lone number is the weight of every sample.

    Raises:
        DataError: another shape, negative, not finite, or all of them zero.
    """
    if sample_weight is None:
        return np.ones(samples)
    weights = np.asarray(sample_weight, np.float64)
    if weights.ndim == 0:
        weights = np.full(samples, float(weights))
    if weights.shape != (samples,):
        raise DataError(f"sample_weight.shape == {weights.shape}, expected {(samples,)}!")
    if not np.isfinite(weights).all() or weights.min() < 0:
        raise DataError("sample_weight: wanted finite numbers of 0 or more")
    if weights.sum() <= 0:
        raise DataError("sample_weight: every weight is zero")
    return np.ascontiguousarray(weights)


def generator(random_state: Any) -> np.random.Generator:
    """A generator from what scikit-learn calls `random_state`.

    Raises:
        DataError: it is none of None, a whole number, a Generator or a RandomState.
    """
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(2**31, size=4))
    try:
        return np.random.default_rng(random_state)
    except (TypeError, ValueError) as error:
        raise DataError(f"random_state: {random_state!r}: {error}") from None


def _not_fitted(name: str) -> Exception:
    message = f"This {name} instance is not fitted yet; call 'fit' before using it."
    if sys.modules.get("sklearn") is not None:
        from sklearn.exceptions import NotFittedError as Theirs

        return Theirs(message)  # type: ignore[no-any-return]
    return NotFittedError(message)
