"""The exercise of the k-means tutorials: `compress_image()`."""

from __future__ import annotations

from typing import Any, Final, Unpack

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.checks import memory_for, whole_number
from quantize.errors import PixelsError, SettingError
from quantize.kmeans import solver
from quantize.kmeans.problem import ClusteringProblem
from quantize.model.pixels import Floats
from quantize.pipeline.settings import DEFAULT_COLORS, SettingsDict, settings_of

CLUSTERING_SETTINGS: Final = (
    "algorithm",
    "batch_size",
    "init",
    "effort",
    "n_init",
    "max_iter",
    "tol",
    "search",
    "seed",
    "engine",
    "threads",
)
"""Settings that say how to cluster; the others are about pictures of 8 bits."""


def compress_image(
    image: NDArray[Any], colors: int = DEFAULT_COLORS, **settings: Unpack[SettingsDict]
) -> NDArray[Any]:
    """Return an image in few colours, in the shape and dtype that it came in.

    The values themselves are clustered, floats as they are: nothing is rounded to 8 bits unless the
    image has 8 bits.

    Args:
        image: (height, width, 3), or (height, width) of greys; float32 or float64 in 0 to 1, or
            uint8.
        colors: 1 or more.
        **settings: the attributes of `Settings` that say how to cluster, `CLUSTERING_SETTINGS`.

    Returns:
        An array of the same shape and dtype with at most `colors` distinct colours; `image` itself
        is not changed.

    Raises:
        PixelsError: another shape or dtype, no pixels, or values that are not in 0 to 1.
        SettingError: a setting is unknown, out of its range, or has no meaning here.

    Examples:
        >>> import numpy as np
        >>> compress_image(np.array([[0.0, 0.1, 0.9]]), 2).round(2).tolist()
        [[0.05, 0.05, 0.9]]
    """
    _check(image)
    wanted = settings_of(DEFAULT_COLORS, settings)
    for name in settings:
        if name not in CLUSTERING_SETTINGS:
            raise SettingError(name, "means nothing to compress_image; leave it out")
    whole_number("colors", colors, 1)  # floats have no limit of 256
    with memory_for("image", PixelsError):
        rows = image.reshape(-1, 3 if image.ndim == 3 else 1).astype(np.float64)
        points, row_of, weights = _distinct_rows(rows)
    if len(points) <= colors:
        return image.copy()
    problem = ClusteringProblem(
        points=points,
        weights=weights,
        k=colors,
        coarse_points=points,
        coarse_weights=weights,
        fixed=points[:0],
        threads=kernels.thread_count(wanted.threads),
    )
    found = solver.cluster(problem, wanted.cluster_options)
    values = found.centroids[found.labels][row_of]
    if image.dtype == np.uint8:
        values = np.rint(values)
    return values.astype(image.dtype).reshape(image.shape)


def _check(image: NDArray[Any]) -> None:
    """Refuse what is no picture of floats or bytes."""
    shape = getattr(image, "shape", type(image))
    if not isinstance(image, np.ndarray) or not (
        image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)
    ):
        raise PixelsError(
            f"image: wanted a (height, width, 3) or (height, width) array, got {shape}"
        )
    if image.dtype not in (np.uint8, np.float32, np.float64):
        raise PixelsError(
            f"image: wanted uint8, or float32 or float64 in 0 to 1, got {image.dtype}"
        )
    if image.size == 0:
        raise PixelsError(f"image: has no pixels: {image.shape}")
    low, high = float(image.min()), float(image.max())
    if image.dtype != np.uint8 and not (low >= 0 and high <= 1):  # also true of NaN
        raise PixelsError(f"image: wanted values in 0 to 1, got {low} to {high}")


def _distinct_rows(rows: Floats) -> tuple[Floats, NDArray[np.intp], Floats]:
    """Return the distinct rows, which of them each row is, and how many rows each is."""
    order = np.lexsort(rows.T[::-1])
    ordered = rows[order]
    new = np.r_[True, (ordered[1:] != ordered[:-1]).any(axis=1)]
    group = np.empty(len(rows), np.intp)
    group[order] = np.cumsum(new) - 1
    return ordered[new], group, np.bincount(group).astype(np.float64)
