"""The figures of `plots`, in matplotlib; loaded where one is drawn."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from quantize.api.result import Result
from quantize.checks import load, whole_number
from quantize.color import spaces
from quantize.color.table import SPACES
from quantize.errors import DataError, PixelsError, SettingError
from quantize.model.pixels import Floats
from quantize.report.page import evidence
from quantize.report.page import steps as page_steps
from quantize.report.page.curve import FIGURES

VIEWS: Final = {"rgb": (0, 1, 2), "rg": (0, 1), "rb": (0, 2)}
"""The channels of each view of a cloud."""

CHANNELS: Final = ("red", "green", "blue")

SIDE: Final = 3.4
"""Inches of a panel."""

MOST_COLUMNS: Final = 4
"""Panels in a row; our choice."""

PLACES: Final = 200
"""Places across and up at which the region is asked for; finer is not seen at `SIDE` inches."""


class Plot(Figure):
    """A figure that needs no window, and shows itself in a notebook."""

    def _repr_png_(self) -> bytes:
        stream = io.BytesIO()
        self.savefig(stream, format="png")
        return stream.getvalue()


def blank(panels: int) -> tuple[Plot, list[Axes]]:
    """Return a figure with so many flat axes, in rows."""
    columns = min(panels, MOST_COLUMNS)
    rows = -(-panels // columns)
    figure = Plot(figsize=(SIDE * columns, SIDE * rows), layout="compressed")
    FigureCanvasAgg(figure)
    return figure, [figure.add_subplot(rows, columns, place + 1) for place in range(panels)]


# --- clouds ---------------------------------------------------------------------------------------


def clouds(
    pixels: Result | ArrayLike, centroids: ArrayLike | None, *, views: Sequence[str], after: bool
) -> Figure:
    """Return the figure of `plot_clouds`."""
    for view in views:
        if view not in VIEWS:
            raise SettingError("views", f"{view!r} is none of {', '.join(VIEWS)}")
    if isinstance(pixels, Result):
        shown = evidence.cloud_of(pixels.picture.pixels, pixels.indices)
        points = shown.colors / 255
        places, labels = pixels.palette.colors[:, :3] / 255, shown.labels
    else:
        points = _sample(_colors("pixels", pixels).reshape(-1, 3))
        places = np.empty((0, 3)) if centroids is None else _colors("centroids", centroids)
        labels = _nearest(points, places) if len(places) else np.empty(0, np.uint8)
    if after and not len(places):
        raise PixelsError("centroids: wanted, as `after` gives the points their colours")
    figure = Plot(figsize=(SIDE * len(views), SIDE), layout="constrained")
    FigureCanvasAgg(figure)
    for place, view in enumerate(views):
        solid = {"projection": "3d"} if view == "rgb" else {}
        axes = figure.add_subplot(1, len(views), place + 1, **solid)
        _draw_cloud(axes, points, places[labels] if after else points, places, VIEWS[view])
    return figure


def _colors(name: str, given: ArrayLike) -> Floats:
    """Return colours as floats in 0 to 1."""
    array = np.asarray(given)
    if array.ndim < 2 or array.shape[-1] != 3 or not array.size:
        raise PixelsError(f"{name}: wanted (…, 3), got {array.shape}")
    colors: Floats = array.astype(np.float64)
    if array.dtype == np.uint8:
        return colors / 255
    if not (colors.min() >= 0 and colors.max() <= 1):  # also true of NaN
        raise PixelsError(f"{name}: wanted uint8, or floats in 0 to 1, got {array.dtype}")
    return colors


def _sample(points: Floats) -> Floats:
    """Return at most as many points as a report shows; neighbours of a picture are not in step."""
    if len(points) <= evidence.MOST_POINTS:
        return points
    return points[np.random.default_rng(0).permutation(len(points))[: evidence.MOST_POINTS]]


def _draw_cloud(
    axes: Any, points: Floats, colors: Floats, centroids: Floats, seen: tuple[int, ...]
) -> None:
    """Draw points, and centroids with a rim, by the channels that are seen."""
    as_given = {"depthshade": False} if len(seen) == 3 else {}
    axes.scatter(*points[:, seen].T, s=4, c=colors, linewidths=0, **as_given)
    rim = {"edgecolors": "black", "linewidths": 0.8, "zorder": 3}
    if len(centroids):
        axes.scatter(*centroids[:, seen].T, s=50, c=centroids, **rim, **as_given)
    names = [CHANNELS[channel] for channel in seen]
    for axis, name in zip("xyz", names, strict=False):
        axes.set(**{f"{axis}lim": (0, 1), f"{axis}label": name, f"{axis}ticks": (0, 1)})
    if len(seen) == 2:
        axes.set_aspect("equal")
    else:
        axes.set_box_aspect(None, zoom=0.8)  # room for the names of the axes
        axes.computed_zorder = False  # centroids are seen through the points


# --- steps ----------------------------------------------------------------------------------------


class Step(NamedTuple):
    """A step as it is drawn.

    Attributes:
        number: of the iteration; 0 has the seeds.
        centroids: (k, d), among the points.
        spots: (k, 2), where they are drawn.
        colors: (k, 3 or 4) floats, of the centroids and of their points.
        inertia: with each point at its nearest centroid.
    """

    number: int
    centroids: Floats
    spots: Floats
    colors: Floats
    inertia: float


def steps(
    points: Result | ArrayLike, told: Sequence[tuple[int, Any, float]] | None, *, panels: int
) -> Figure:
    """Return the figure of `plot_steps`."""
    whole_number("panels", panels, 2)
    if isinstance(points, Result):
        given, spots, taken = _steps_of(points)
    else:
        given, spots, taken = _steps_told(points, told or [])
    figure, (*axes, curve) = blank(min(panels, len(taken)) + 1)
    chosen = np.linspace(0, len(taken) - 1, len(axes)).round().astype(int)
    for each, place in zip(axes, chosen.tolist(), strict=True):
        _draw_step(each, given, spots, taken[: place + 1])
    curve.plot([step.number for step in taken], [step.inertia for step in taken], "o-")
    most = max(step.inertia for step in taken)
    curve.set(title="inertia", xlabel="iteration", ylim=(0, 1.05 * most or 1))
    return figure


def _steps_of(result: Result) -> tuple[Floats, Floats, list[Step]]:
    """Return colours of a picture, where they are drawn, and the steps of k-means on them."""
    cloud = evidence.cloud_of(result.picture.pixels, result.indices)
    k = len(result.palette)
    found = page_steps.of(cloud.colors, cloud.weights, k, result.settings)
    if found is None:
        raise DataError(f"points: {cloud.distinct} colours in {k} clusters, so nothing moves")
    space: spaces.Space = load(SPACES[found.space].target)
    run = found.runs[-1]
    taken = []
    for number, (centroids, inertia) in enumerate(zip(run.centroids, run.inertia, strict=True)):
        colors = spaces.decode(centroids, space)[:, :3] / 255
        taken.append(Step(number, centroids, colors[:, :2], colors, inertia))
    return found.points, cloud.colors[:, :2] / 255, taken


def _steps_told(
    points: ArrayLike, told: Sequence[tuple[int, Any, float]]
) -> tuple[Floats, Floats, list[Step]]:
    """Return points, where they are drawn, and what a callback was told."""
    given = np.asarray(points, np.float64)
    if given.ndim != 2 or given.shape[1] not in (2, 3):
        raise DataError(f"points: wanted (n, 2) or (n, 3), got {given.shape}")
    if not told:
        raise DataError("steps: none; hand over what `callback` of the estimator is told")
    if given.shape[1] == 3:
        _colors("points", points)
    scale = 255 if given.shape[1] == 3 and np.asarray(points).dtype == np.uint8 else 1
    taken = []
    for number, centroids, inertia in told:
        places = np.asarray(centroids, np.float64)
        if places.ndim != 2 or places.shape[1] != given.shape[1]:
            raise DataError(f"steps: wanted centroids (k, {given.shape[1]}), got {places.shape}")
        spots = places[:, :2] / scale
        colors = _hues(len(places)) if given.shape[1] == 2 else np.clip(places / scale, 0, 1)
        taken.append(Step(number, places, spots, colors, float(inertia)))
    return given, given[:, :2] / scale, taken


def _hues(k: int) -> Floats:
    """Return a colour for each of k clusters that has none of its own: (k, 4) floats."""
    named = colormaps["tab10"] if k <= 10 else colormaps["hsv"].resampled(k + 1)
    return np.asarray(named(np.arange(k)), np.float64)


def _nearest(points: Floats, centroids: Floats) -> Any:
    return np.square(points[:, None] - centroids).sum(axis=2).argmin(axis=1)


def _draw_step(axes: Any, points: Floats, spots: Floats, taken: Sequence[Step]) -> None:
    """Draw the last of some steps: regions, points, the way of each centroid, and where it is."""
    step = taken[-1]
    if points.shape[1] == 2:
        _draw_regions(axes, points, step)
    labels = _nearest(points, step.centroids)
    axes.scatter(*spots.T, s=6, c=step.colors[labels], linewidths=0)
    for way in np.stack([each.spots for each in taken], axis=1):
        axes.plot(*way.T, color="black", linewidth=1)
    axes.scatter(*step.spots.T, s=60, c=step.colors, edgecolors="black", zorder=3)
    name = "seeds" if step.number == 0 else f"iteration {step.number}"
    axes.set(title=name, xticks=(), yticks=(), aspect="equal")


def _draw_regions(axes: Axes, points: Floats, step: Step) -> None:
    """Tint each place of the plane in the colour of its nearest centroid."""
    every = np.concatenate([points, step.centroids])
    low, high = every.min(axis=0), every.max(axis=0)
    side = 1.1 * (high - low).max()
    low = (low + high - side) / 2
    high = low + side
    across, up = (np.linspace(*ends, PLACES) for ends in zip(low, high, strict=True))
    places = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    axes.imshow(
        _nearest(places, step.centroids).reshape(PLACES, PLACES),
        cmap=ListedColormap(list(map(tuple, step.colors))),
        vmin=-0.5,
        vmax=len(step.colors) - 0.5,
        extent=(low[0], high[0], low[1], high[1]),
        origin="lower",
        alpha=0.18,
        interpolation="nearest",
    )


# --- the curve ------------------------------------------------------------------------------------


def curve(given: Result | Mapping[int, float]) -> Figure:
    """Return the figure of `plot_curve`."""
    if isinstance(given, Result):
        choice = given.statistics.choice
        if choice is None:
            raise DataError("curve: the size was given, so there is none; see colors='auto'")
        rows = [{k: v for k, v in row._asdict().items() if v is not None} for row in choice.curve]
        titles, size = dict(FIGURES), choice.colors
    else:
        rows = [{"colors": k, "inertia": given[k]} for k in sorted(given)]
        titles, size = {"inertia": "inertia"}, 0
    names = [name for name in titles if sum(name in row for row in rows) > 1]
    if not names:
        raise DataError("curve: wanted two sizes or more")
    figure, panels = blank(len(names))
    for axes, name in zip(panels, names, strict=True):
        drawn = [(row["colors"], row[name]) for row in rows if name in row]
        axes.plot(*np.array(drawn, np.float64).T, "o-")
        if size:
            axes.axvline(size, color="black", linestyle="--", linewidth=1)
            axes.set_xscale("log", base=2)
            axes.xaxis.set_major_formatter("{x:.0f}")
        axes.set(xlabel="colours" if size else "clusters", ylabel=titles[name])
    return figure
