"""What the estimators accept: data, weights and parameters, refused in scikit-learn's words."""

from __future__ import annotations

import warnings
from numbers import Integral, Real
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from quantize import kernels
from quantize.checks import memory_for
from quantize.errors import DataError, DataTypeError
from quantize.kmeans.lloyd import mean_variance

Array = NDArray[Any]
Floats = NDArray[np.float64]

CHECKED: Final = 1 << 16
"""Numbers that are checked at a time."""


def points_of(given: ArrayLike, who: str) -> tuple[Any, type[Any]]:
    """Return (n, d) points, and the dtype that results have: float32 stays float32, else float64.

    An array is contiguous. Sparse data become `sparse.SparsePoints`, unless an array takes no more
    memory.

    Args:
        given: the data.
        who: the name of the estimator, for messages.

    Raises:
        DataTypeError: no numbers.
        DataError: not two dimensions, none in one of them, NaN, infinity or complex numbers; or
            numbers whose squared distances may be infinite, or more of them than memory holds.
    """
    if hasattr(given, "tocsr"):
        return _sparse_points(given, who)
    with memory_for("X", DataError):
        array = _numbers("X", given)
    if array.ndim < 2:
        what = "scalar array" if array.ndim == 0 else "1D array"
        raise DataError(
            f"Expected 2D array, got {what} instead: shape {array.shape}. Reshape your data either "
            "using array.reshape(-1, 1) if your data has a single feature or "
            "array.reshape(1, -1) if it contains a single sample."
        )
    if array.ndim > 2:
        raise DataError(f"Found array with dim {array.ndim}, while dim <= 2 is required by {who}.")
    _check_not_empty(array.shape, who)
    dtype = _dtype_of(array)
    with memory_for("X", DataError):
        points = _for_kernels(array, dtype)
    _check_finite(points, dtype, array.shape[1])
    return points, dtype


def _sparse_points(given: Any, who: str) -> tuple[Any, type[Any]]:
    from quantize.kmeans import sparse  # for those who have such data

    if given.dtype.kind == "c":
        raise DataError("Complex data not supported")
    if len(given.shape) != 2:
        raise DataError(
            f"Expected 2D input, got input with shape {given.shape}. Reshape your data either "
            "using array.reshape(-1, 1) if your data has a single feature or "
            "array.reshape(1, -1) if it contains a single sample."
        )
    _check_not_empty(given.shape, who)
    dtype = _dtype_of(given)
    points = sparse.from_scipy(given, dtype)
    _check_finite(points.matrix.data, dtype, given.shape[1])
    return dense_if_small(points), dtype


def dense_if_small(points: Any) -> Any:
    """Return sparse points as an array if that takes no more memory, or has few dimensions."""
    rows, columns = points.shape
    stored = points.matrix.data.nbytes + points.matrix.indices.nbytes
    whole = rows * columns * points.dtype.itemsize
    if columns <= kernels.WRITTEN_ORDER_DIMENSIONS or whole <= stored:
        return np.ascontiguousarray(points.matrix.toarray())
    return points


def _check_not_empty(shape: tuple[int, ...], who: str) -> None:
    if 0 in shape:
        what = "sample(s)" if shape[0] == 0 else "feature(s)"
        raise DataError(
            f"Found array with 0 {what} (shape={shape}) while a minimum of 1 is required by {who}."
        )


def _check_finite(numbers: Array, dtype: type[Any], features: int) -> None:
    """Check numbers block by block, since what is asked of each takes memory."""
    block, most = max(CHECKED // max(numbers[:1].size, 1), 1), 0.0
    for start in range(0, len(numbers), block):
        part = numbers[start : start + block]
        if not np.isfinite(part).all():
            raise DataError("Input X contains NaN or infinity.")
        most = max(most, float(part.max()), -float(part.min()))
    _check_range("X", most, dtype, features)


def _check_range(name: str, most: float, dtype: type[Any], features: int) -> None:
    """Refuse numbers, at most so large, between whose rows squared distances may be infinite.

    Points at opposite corners are 2 * `most` apart on each axis.
    """
    if most > np.sqrt(float(np.finfo(dtype).max) / (4 * features)):
        kind = np.dtype(dtype).name
        raise DataError(f"{name}: squared distances are more than a {kind} holds; scale the data")


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
            if any(type(value).__name__ == "NAType" for value in array.flat):  # of pandas
                raise DataError(f"Input {name} contains NaN.") from None
            kind = DataTypeError if isinstance(error, TypeError) else DataError
            said = f"{said}, got dtype {array.dtype}"
            raise kind(f"{said}: argument must be a string or a number") from None
    return array


def _for_kernels(array: Array, dtype: type[Any] = np.float64) -> Array:
    """Return the array as the kernels take it: contiguous, aligned, not byte-swapped."""
    with np.errstate(over="ignore"):  # a long double may be infinite then, which callers refuse
        return np.require(array, dtype, ["C_CONTIGUOUS", "ALIGNED"])


def _dtype_of(array: Any) -> type[Any]:
    return np.float32 if array.dtype == np.float32 else np.float64


def fitted_centers(centers: Any) -> tuple[Floats, type[Any]]:
    """Return `cluster_centers_`, which anybody may have set, as `points_of` returns points.

    Raises:
        DataError: it is not (k, d) finite numbers, k and d at least 1, or they are too large.
    """
    array = _numbers("cluster_centers_", centers)
    if array.ndim != 2 or 0 in array.shape:
        raise DataError(f"cluster_centers_: wanted one row each, got shape {array.shape}")
    places, dtype = _for_kernels(array), _dtype_of(array)
    if not np.isfinite(places).all():
        raise DataError("cluster_centers_: contains NaN or infinity")
    _check_range("cluster_centers_", float(np.abs(places).max()), dtype, places.shape[1])
    return places, dtype


def variance_of(points: Any, weights: Floats) -> float:
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


def check_inertia(points: Any, centroids: Floats, weights: Floats) -> None:
    """Refuse points and weights whose inertia at some centroids may be infinite.

    Raises:
        DataError: they are too far from the centroids, or too heavy.
    """
    numbers = points if isinstance(points, np.ndarray) else points.matrix.data
    most = max(float(np.abs(part).max()) for part in (numbers, centroids) if part.size)
    with np.errstate(over="ignore"):
        largest = 4 * np.square(most) * centroids.shape[1] * weights.sum()
    if not np.isfinite(largest):
        raise DataError(
            "X: squared distances times weights add up to more than a float holds; scale the data"
        )


def names_of(given: ArrayLike) -> NDArray[Any] | None:
    """Return the names of the features of a data frame, if its columns have such.

    Raises:
        DataTypeError: some have one, others not.
    """
    columns = getattr(given, "columns", None)
    kinds = {} if columns is None else {type(name).__name__: name for name in columns}
    words = [isinstance(name, str) for name in kinds.values()]
    if any(words) and not all(words):
        raise DataTypeError(
            "Feature names are only supported if all input features have string names, but your "
            f"input has {sorted(kinds)} as feature name / column name types. If you want feature "
            "names to be stored and validated, you must convert them all to strings, by using "
            "X.columns = X.columns.astype(str) for example. Otherwise you can remove feature / "
            "column names from your input data, or convert them all to a non-string data type."
        )
    if columns is None or not all(words):
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


def weights_of(
    sample_weight: ArrayLike | None, samples: int, *, may_be_zero: bool = False
) -> Floats:
    """Return (samples,) float64.

    Args:
        sample_weight: as many numbers, or one for every sample; None: 1 each.
        samples: their number.
        may_be_zero: whether all of them may be, as of a part of the samples.

    Raises:
        DataError: no numbers, another shape, negative, not finite, or all of them zero.
    """
    if sample_weight is None:
        return np.ones(samples)
    with memory_for("sample_weight", DataError):
        weights = _for_kernels(_numbers("sample_weight", sample_weight))
    if weights.ndim == 0:
        weights = np.full(samples, float(weights))
    if weights.shape != (samples,):
        raise DataError(f"sample_weight.shape == {weights.shape}, expected {(samples,)}!")
    if not np.isfinite(weights).all() or weights.min() < 0:
        raise DataError("sample_weight: wanted finite numbers of 0 or more")
    with np.errstate(over="ignore"):
        total = float(weights.sum())
    if total > 0 or not may_be_zero:
        check_total(total)
    return weights


def check_total(total: float) -> None:
    """Refuse weights by their sum.

    Raises:
        DataError: it is 0 or infinite.
    """
    if total <= 0:
        raise DataError("sample_weight: every weight is zero")
    if not np.isfinite(total):
        raise DataError("sample_weight: the sum is more than a float holds")


def generator(random_state: Any) -> np.random.Generator:
    """Return a random generator for what scikit-learn calls `random_state`.

    None draws from NumPy's global state, as scikit-learn does: `numpy.random.seed` repeats a run.

    Raises:
        DataError: it is none of None, a whole number, a Generator or a RandomState.
    """
    if random_state is None or random_state is np.random:
        random_state = np.random.mtrand._rand  # noqa: SLF001 - what its functions draw from
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


def initial_centers(centers: Any, wanted: tuple[int, int], dtype: type[Any] = np.float64) -> Floats:
    """Return first centroids that were handed in, as a (k, d) float64 array of their own.

    Args:
        centers: they.
        wanted: k and d.
        dtype: of the points.

    Raises:
        DataError: no numbers, another shape, NaN or infinity among them, or they are too large.
    """
    array = _numbers("init", centers.toarray() if hasattr(centers, "toarray") else centers)
    what = f"The shape of the initial centers {array.shape} does not match the number of"
    if array.ndim != 2 or array.shape[0] != wanted[0]:
        raise DataError(f"{what} clusters {wanted[0]}.")
    if array.shape[1] != wanted[1]:
        raise DataError(f"{what} features of the data {wanted[1]}.")
    places = _for_kernels(array).copy()
    if not np.isfinite(places).all():
        raise DataError("init: the initial centers contain NaN or infinity")
    _check_range("init", float(np.abs(places).max()), dtype, wanted[1])
    return places
