"""Two blobs, and points that come later.

With two clusters the border is one straight line: all places as far from one centroid as from the
other. `predict` says on which side of it a new point lies, `transform` how far it is from each
centroid, so also how clear the case is.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import drawing
import numpy as np
import tutorial
from numpy.typing import NDArray
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score

from quantize import KMeans

LESSON = (
    "A fitted model is two things: where the groups are, and a rule for every point that is still "
    "to come."
)
PICTURES = {"two_blobs.png": "Two groups, the straight border between them, three new points"}

NAMES = ("A", "B", "C")


class Found(NamedTuple):
    """The points and their true blobs, the fit, and what it says of later points."""

    points: NDArray[np.float64]
    meant: NDArray[np.int64]
    model: KMeans
    later: NDArray[np.float64]
    labels: NDArray[np.int32]
    distances: NDArray[np.float64]


def run() -> Found:
    points, meant = make_blobs(200, centers=[[-2, -1], [2, 1]], cluster_std=0.8, random_state=0)
    model = KMeans(n_clusters=2, random_state=0).fit(points)
    later = np.array([[-2.5, 0.5], [3.0, -0.5], [-0.3, 0.9]])
    labels = model.predict(later)
    distances = model.transform(later)
    return Found(points, meant, model, later, labels, distances)


def rand_index(found: Found) -> float:
    """1 where the two groups are the two blobs."""
    return float(adjusted_rand_score(found.meant, found.model.labels_))


def figures(found: Found) -> tutorial.Rows:
    head = ("new point", "cluster", "distance to centroid 0", "distance to centroid 1")
    rows = [
        (f"{name} ({x:g}, {y:g})", f"{label}", f"{near:.2f}", f"{far:.2f}")
        for name, (x, y), label, (near, far) in zip(
            NAMES, found.later, found.labels, found.distances, strict=True
        )
    ]
    return [head, *rows]


def draw(found: Found, folder: Path) -> None:
    figure, (axes,) = drawing.panels(1, 1, height=4.5)
    centers = found.model.cluster_centers_
    drawing.regions(axes, centers, found.points, ratio=2)
    drawing.points_by(axes, found.points, found.model.labels_)
    drawing.crosses(axes, centers)
    for index, center in enumerate(centers):
        name = axes.annotate(
            f"centroid {index}", center, (0, -26), textcoords="offset points", ha="center"
        )
        name.set_bbox({"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 2})
    axes.scatter(
        *found.later.T,
        s=130,
        c=[drawing.COLORS[label] for label in found.labels],
        marker="s",
        edgecolors=drawing.INK,
        linewidths=1.5,
        zorder=5,
    )
    for name, place in zip(NAMES, found.later, strict=True):
        axes.annotate(name, place, (11, 4), textcoords="offset points", weight="bold", size=14)
    drawing.save(figure, folder / "two_blobs.png")


if __name__ == "__main__":
    tutorial.show(run, draw, figures)
