"""Handwritten digits, found without being told.

1,797 scans of 8 × 8 grey pixels are points of 64 dimensions. Ten clusters of them are not asked to
be the ten digits, and nearly are. A centroid is the mean of its members, so it is a picture too:
one that no one wrote. To count how many digits are found, each cluster gets the name of the digit
that most of its members are. That takes the true labels, which k-means itself never sees.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import drawing
import numpy as np
import scoring
import tutorial
from matplotlib.axes import Axes
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from quantize import KMeans

LESSON = (
    "Distance between raw pixels already finds four digits of five; it confuses what has its ink "
    "in the same places, as half of the ones have with the eights."
)
PICTURES = {"digits.png": "Ten blurred digits; below each, how many of each digit it holds"}


class Found(NamedTuple):
    """The scans (1797, 64), the digits that they are of, and the fit."""

    digits: NDArray[np.float64]
    meant: NDArray[np.int64]
    model: KMeans


def run() -> Found:
    digits, meant = load_digits(return_X_y=True)
    model = KMeans(n_clusters=10, n_init=10, random_state=0).fit(digits)
    return Found(digits, meant, model)


def members(found: Found) -> NDArray[np.int64]:
    """How many scans of each digit (row) each cluster (column) holds."""
    table = np.zeros((10, 10), int)
    np.add.at(table, (found.meant, found.model.labels_), 1)
    return table


def by_name(table: NDArray[np.int64]) -> NDArray[np.intp]:
    """The clusters in the order of the digits that they stand for."""
    return np.argsort(table.argmax(axis=0), kind="stable")


def figures(found: Found) -> tutorial.Rows:
    return [
        ("accuracy", "inertia", "iterations"),
        (
            f"{scoring.accuracy(found.model.labels_, found.meant):.1%}",
            f"{found.model.inertia_:,.0f}",
            f"{found.model.n_iter_}",
        ),
    ]


def draw(found: Found, folder: Path) -> None:
    """Each centroid above the column of what it holds."""
    table = members(found)
    order = by_name(table)
    figure = drawing.blank(height=5.2)
    figure.set_layout_engine("none")
    left, width = 0.075, 0.0915
    for column, cluster in enumerate(order):
        axes = figure.add_axes((left + column * width, 0.72, width, 0.18))
        _draw_centroid(axes, found.model.cluster_centers_[cluster], table[:, cluster])
    _draw_members(figure.add_axes((left, 0.13, 10 * width, 0.57)), table[:, order])
    drawing.save(figure, folder / "digits.png")


def _draw_centroid(axes: Axes, center: NDArray[np.float64], held: NDArray[np.int64]) -> None:
    axes.imshow(center.reshape(8, 8), cmap="Greys", vmin=0, vmax=16)
    axes.set_title(f"{held.argmax()}: {held.max() / held.sum():.0%}")
    drawing.bare(axes)


def _draw_members(axes: Axes, table: NDArray[np.int64]) -> None:
    axes.imshow(table, cmap="Blues", vmin=0, vmax=table.max(), aspect="auto")
    for (digit, cluster), number in np.ndenumerate(table):
        color = "white" if number > table.max() / 2 else drawing.INK
        if number:
            axes.text(cluster, digit, number, ha="center", va="center", size=11, color=color)
    axes.set(xlabel="the cluster stands for", ylabel="digit that was written")
    axes.set(xticks=range(10), xticklabels=table.argmax(axis=0), yticks=range(10))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


if __name__ == "__main__":
    tutorial.show(run, draw, figures)
