"""How the tutorials' pictures look, and how they are made: small, by `quantize` itself."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scoring import nearest
from tutorial import Picture

from quantize import quantize

# eight colours that colour-blind readers tell apart: Okabe and Ito, "Color universal design" (2008)
COLORS = (
    "#0072b2",
    "#e69f00",
    "#009e73",
    "#cc79a7",
    "#56b4e9",
    "#d55e00",
    "#f0e442",
    "#000000",
)
# for the ten digits: as many as can be, and each cluster says its name besides
TEN = (*COLORS[:6], "#882255", "#999933", "#332288", "#999999")
INK = "#222222"
GREY = "#9a9a9a"

DPI = 110  # at 9 inches a picture is as wide as a page shows it
STYLE = {
    "font.size": 12,
    "axes.titlesize": 13,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
}
mpl.rcParams.update(STYLE)


def blank(*, height: float) -> Figure:
    """A figure as wide as the page."""
    return Figure(figsize=(9, height), dpi=DPI, layout="constrained")


def panels(rows: int, columns: int, *, height: float, **options: Any) -> tuple[Figure, list[Axes]]:
    """A figure as wide as the page, and its axes in reading order."""
    figure = blank(height=height)
    axes = figure.subplots(rows, columns, squeeze=False, **options)
    return figure, list(axes.flat)


def picture(figure: Figure, name: str, alt: str, *, colors: int = 64) -> Picture:
    """A figure as a PNG of a few colours, a third of the size that it would have."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[:, :, :3]
    return Picture(name, quantize(np.ascontiguousarray(pixels), colors).encode("png"), alt)


def bare(axes: Axes) -> None:
    """Neither ticks nor frame, where places mean something and their numbers do not."""
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def window(points: NDArray[np.floating], ratio: float = 1) -> tuple[float, float, float, float]:
    """Left, right, bottom and top around points, `ratio` times as wide as high."""
    low, high = points.min(axis=0), points.max(axis=0)
    width, height = 1.1 * (high - low)
    half = np.array([max(width, height * ratio), max(height, width / ratio)]) / 2
    middle = (low + high) / 2
    (left, bottom), (right, top) = middle - half, middle + half
    return left, right, bottom, top


def frame(axes: Axes, points: NDArray[np.floating], ratio: float = 1) -> None:
    """Bare axes around points, a unit as long across as up."""
    left, right, bottom, top = window(points, ratio)
    axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    bare(axes)


def regions(
    axes: Axes, centers: NDArray[np.floating], points: NDArray[np.floating], ratio: float = 1
) -> None:
    """A frame around points, in which each place has the tint of its nearest centre."""
    left, right, bottom, top = window(points, ratio)
    across, up = np.linspace(left, right, 600), np.linspace(bottom, top, 600)
    places = np.stack(np.meshgrid(across, up), axis=-1)
    owner = nearest(places.reshape(-1, 2), centers).reshape(600, 600)
    axes.imshow(
        owner,
        cmap=ListedColormap(COLORS[: len(centers)]),
        vmin=-0.5,
        vmax=len(centers) - 0.5,
        extent=(left, right, bottom, top),
        origin="lower",
        alpha=0.16,
        interpolation="nearest",
    )
    frame(axes, points, ratio)


def points_by(
    axes: Axes, points: NDArray[np.floating], labels: NDArray[np.integer], *, size: float = 16
) -> None:
    """Points of two dimensions, each in the colour of its label."""
    axes.scatter(*points.T, s=size, c=[COLORS[label] for label in labels], linewidths=0)


def crosses(axes: Axes, centers: NDArray[np.floating], *, size: float = 130) -> None:
    """Centroids: large crosses with a white rim, so that they stand out of their points."""
    axes.scatter(*centers.T, s=size * 1.9, c="white", marker="X", linewidths=0, zorder=3)
    axes.scatter(*centers.T, s=size, c=INK, marker="X", linewidths=0, zorder=4)
