"""What the estimators accept: data, weights and parameters, refused in scikit-learn's words."""

from __future__ import annotations

import warnings
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quantize.errors import DataError, DataTypeError
from quantize.kmeans.lloyd import mean_variance

Array = NDArray[Any]
Floats = NDArray[np.float64]


def points_of(given: ArrayLike) -> tuple[Floats, type[Any]]:
    """Return (n, d) float64, contiguous, and the dtype that results have: float32 stays float32.

    Raises:
        DataTypeError: sparse data, or no numbers.
        DataError: not two dimensions, none in one of them, NaN, infinity or complex numbers.
    """
    if hasattr(given, "toarray"):
        raise DataTypeError("Sparse data is not supported; hand in X.toarray()")
    array = _numbers("X", given)
    if array.ndim != 2:
        raise DataError(
            f"Expected 2D array, got {array.ndim}D array instead: shape {array.shape}. "
            "Reshape your data with array.reshape(-1, 1) or array.reshape(1, -1)."
        )
    if 0 in array.shape:
        what = "sample(s)" if array.shape[0] == 0 else "feature(s)"
        raise DataError(
            f"Found array with 0 {what} (shape={array.shape}) while a minimum of 1 is required."
        )
    points = _for_kernels(array)
    if not np.isfinite(points).all():
        raise DataError("Input X contains NaN or infinity.")
    return points, _dtype_of(array)


def _numbers(name: str, given: Any) -> Array:
    """Return an array of real numbers.

    Raises:
        DataTypeError: it is made of something else.
        DataError: complex numbers, rows of different lengths, or text that is no number.
    """
    said = f"{name}: wanted numbers"
    try:
        array = np.asarray(given)
    except (TypeError, ValueError) as error:
        raise DataError(f"{said}: {error}") from None
    if array.dtype.kind == "c":
        raise DataError("Complex data not supported")
    if array.dtype.kind not in "buif":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError) as error:
            kind = DataTypeError if isinstance(error, TypeError) else DataError
            said = f"{said}, got dtype {array.dtype}"
            raise kind(f"{said}: argument must be a string or a number") from None
    return array


def _for_kernels(array: Array) -> Floats:
    """Return the array as the kernels take it: float64, contiguous, aligned, not byte-swapped."""
    with np.errstate(over="ignore"):  # a long double may be infinite then, which callers refuse
        return np.require(array, np.float64, ["C_CONTIGUOUS", "ALIGNED"])


def _dtype_of(array: Array) -> type[Any]:
    return np.float32 if array.dtype == np.float32 else np.float64


def fitted_centers(centers: Any) -> tuple[Floats, type[Any]]:
    """Return `cluster_centers_`, which anybody may have set, as `points_of` returns points.

    Raises:
        DataError: it is not (k, d) finite numbers, k and d at least 1.
    """
    array = _numbers("cluster_centers_", centers)
    if array.ndim != 2 or 0 in array.shape:
        raise DataError(f"cluster_centers_: wanted one row each, got shape {array.shape}")
    places = _for_kernels(array)
    if not np.isfinite(places).all():
        raise DataError("cluster_centers_: contains NaN or infinity")
    return places, _dtype_of(array)


def variance_of(points: Floats, weights: Floats) -> float:
    """Return the mean variance of the dimensions.

    Raises:
        DataError: the points are so far apart, or so heavy, that an inertia may be infinite. Its
            squared distances are at most four times those to the mean.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        variance = mean_variance(points, weights)
        largest = 4 * variance * points.shape[1] * float(weights.sum())
    if not np.isfinite(largest):
        raise DataError(
            "X: squared distances times weights add up to more than a float holds; scale the data"
        )
    return variance


def names_of(given: ArrayLike) -> NDArray[Any] | None:
    """Return the names of the features of a data frame, if all columns have one."""
    columns = getattr(given, "columns", None)
    if columns is None or not all(isinstance(name, str) for name in columns):
        return None
    return np.array(list(columns), object)


def check_names(now: NDArray[Any] | None, fitted: NDArray[Any] | None, who: str) -> None:
    """Check that data have the feature names that were fitted, in the same order.

    Raises:
        DataError: they have others.
    """
    if now is None and fitted is not None:
        said = f"X does not have valid feature names, but {who} was fitted with feature names"
        warnings.warn(said, UserWarning, stacklevel=4)
    elif fitted is None and now is not None:
        said = f"X has feature names, but {who} was fitted without feature names"
        warnings.warn(said, UserWarning, stacklevel=4)
    elif now is not None and now.tolist() != (fitted.tolist() if fitted is not None else None):
        raise DataError(_other_names(now.tolist(), [] if fitted is None else fitted.tolist()))


def _other_names(now: list[str], fitted: list[str]) -> str:
    unseen, missing = sorted(set(now) - set(fitted)), sorted(set(fitted) - set(now))
    lines = ["The feature names should match those that were passed during fit."]
    if unseen:
        lines += ["Feature names unseen at fit time:", *(f"- {name}" for name in unseen)]
    if missing:
        lines += ["Feature names seen at fit time, yet now missing:"]
        lines += [f"- {name}" for name in missing]
    if not unseen and not missing:
        lines.append("Feature names must be in the same order as they were in fit.")
    return "\n".join([*lines, ""])


def weights_of(sample_weight: ArrayLike | None, samples: int) -> Floats:
    """Return (samples,) float64.

    Args:
        sample_weight: as many numbers, or one for every sample; None: 1 each.
        samples: their number.

    Raises:
        DataError: no numbers, another shape, negative, not finite, or all of them zero.
    """
    if sample_weight is None:
        return np.ones(samples)
    weights = _for_kernels(_numbers("sample_weight", sample_weight))
    if weights.ndim == 0:
        weights = np.full(samples, float(weights))
    if weights.shape != (samples,):
        raise DataError(f"sample_weight.shape == {weights.shape}, expected {(samples,)}!")
    if not np.isfinite(weights).all() or weights.min() < 0:
        raise DataError("sample_weight: wanted finite numbers of 0 or more")
    with np.errstate(over="ignore"):
        total = float(weights.sum())
    if total <= 0:
        raise DataError("sample_weight: every weight is zero")
    if not np.isfinite(total):
        raise DataError("sample_weight: the sum is more than a float holds")
    return weights


def generator(random_state: Any) -> np.random.Generator:
    """Return a random generator for what scikit-learn calls `random_state`.

    Raises:
        DataError: it is none of None, a whole number, a Generator or a RandomState.
    """
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(2**31, size=4))
    try:
        return np.random.default_rng(random_state)
    except (TypeError, ValueError) as error:
        raise DataError(f"random_state: {random_state!r}: {error}") from None


def whole_number(name: str, value: object) -> None:
    """Check a parameter.

    Raises:
        DataError: it is not a whole number of 1 or more.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise DataError(f"{name}: {value!r} is not a whole number of 1 or more")


def number_from_0(name: str, value: Any) -> None:
    """Check a parameter.

    Raises:
        DataError: it is not a finite number of 0 or more.
    """
    try:
        allowed = isinstance(value, Real) and 0 <= float(value) < np.inf
    except OverflowError:  # a whole number larger than any float
        allowed = False
    if not allowed:
        raise DataError(f"{name}: {value!r} is not a finite number of 0 or more")


def initial_centers(centers: Any, wanted: tuple[int, int]) -> Floats:
    """Return first centroids that were handed in, as a (k, d) float64 array of their own.

    Raises:
        DataError: no numbers, another shape, or NaN or infinity among them.
    """
    array = _numbers("init", centers)
    if array.shape != wanted:
        raise DataError(f"The shape of the initial centers {array.shape} does not match {wanted}")
    places = _for_kernels(array).copy()
    if not np.isfinite(places).all():
        raise DataError("init: the initial centers contain NaN or infinity")
    return places
