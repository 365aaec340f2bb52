"""What the texts on k-means draw, by matplotlib: clouds, steps, and the curve over the size.

Each function returns a figure that shows itself in a notebook; `savefig` writes it to a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from quantize.api.result import Result
from quantize.errors import MissingPackageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@contextmanager
def _drawn_by(what: str) -> Iterator[None]:
    """Name what needs matplotlib where that is not installed."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        raise MissingPackageError(what, "matplotlib", "plot") from None
    yield


def plot_clouds(
    pixels: Result | ArrayLike,
    centroids: ArrayLike | None = None,
    *,
    views: Sequence[str] = ("rgb", "rg", "rb"),
    after: bool = False,
) -> Figure:
    """Draw colours as a cloud of points in red, green and blue, and the centroids in it.

    Args:
        pixels: a result; or colours, (..., 3) uint8, or floats in 0 to 1. Of more than 4,000 some
            are drawn.
        centroids: (k, 3), in the units of the pixels; a result has its palette.
        views: a figure for each: `rgb`, in three dimensions; `rg` and `rb`, flat.
        after: give each point the colour of its centroid, and not its own.

    Returns:
        A figure with an axes for each view.

    Raises:
        PixelsError: the colours or the centroids have another shape, or no such values.
        SettingError: there is no such view.
        MissingPackageError: matplotlib is not installed, the extra `plot`.

    Examples:
        >>> import numpy as np
        >>> figure = plot_clouds(np.eye(3), np.full((1, 3), 1 / 3), views=["rg"])
        >>> [(axes.get_xlabel(), axes.get_ylabel()) for axes in figure.axes]
        [('red', 'green')]
    """
    with _drawn_by("plot_clouds"):
        from quantize.api import figures
    return figures.clouds(pixels, centroids, views=views, after=after)


def plot_steps(
    points: Result | ArrayLike,
    steps: Sequence[tuple[int, Any, float]] | None = None,
    *,
    panels: int = 7,
) -> Figure:
    """Draw the steps of k-means: centroids that move, regions that change, inertia that falls.

    Args:
        points: (n, 2), of which the plane shows the regions; or (n, 3), colours, which are drawn
            in red and green; or a result, of which the colours are clustered by plain k-means.
        steps: what `callback` of an estimator is told in one run: the number of the iteration,
            (k, 2 or 3) centroids, and the inertia. A result has its own.
        panels: 2 or more; of more steps the first, the last and some between are drawn.

    Returns:
        A figure with an axes for each panel, and one for the inertia.

    Raises:
        DataError: points or steps have another shape, or nothing moves.
        SettingError: `panels` is less than 2.
        MissingPackageError: matplotlib is not installed, the extra `plot`.

    Examples:
        >>> import numpy as np
        >>> from quantize import KMeans
        >>> points, steps = np.random.default_rng(0).random((50, 2)), []
        >>> told = lambda *step: steps.append(step)
        >>> model = KMeans(3, n_init=1, algorithm="lloyd", random_state=0, callback=told)
        >>> len(plot_steps(points, model.fit(points) and steps, panels=3).axes)
        4
    """
    with _drawn_by("plot_steps"):
        from quantize.api import figures
    return figures.steps(points, steps, panels=panels)


def plot_curve(curve: Result | Mapping[int, float]) -> Figure:
    """Draw what each size of the palette would cost: errors, and bytes as an indexed PNG.

    Args:
        curve: a result whose size was left open, by `colors="auto"`, `max_error` or `quality`;
            or the inertia by the number of clusters, for the elbow.

    Returns:
        A figure with an axes for each curve; a line stands at the size that was chosen.

    Raises:
        DataError: the size of the result was given, or there are less than two points.
        MissingPackageError: matplotlib is not installed, the extra `plot`.

    Examples:
        >>> figure = plot_curve({1: 90.0, 2: 30.0, 3: 28.0})
        >>> figure.axes[0].get_ylabel()
        'inertia'
    """
    with _drawn_by("plot_curve"):
        from quantize.api import figures
    return figures.curve(curve)
