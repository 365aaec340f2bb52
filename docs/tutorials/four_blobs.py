"""Four blobs are recovered.

Three hundred points were drawn around four places. k-means is told the number four and nothing
else; it gives back the four groups without a mistake, and their middles. Every point of the plane
belongs to the nearest centroid, so the plane falls into cells with straight borders: a Voronoi
diagram.
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
    "Round groups of like size that lie apart are what k-means is made for: there it is right, and "
    "fast."
)
PICTURES = {
    "four_blobs.png": "Left: grey points; right: four groups on tinted cells, a cross in each"
}


class Found(NamedTuple):
    """The points, their true blobs, the places of these, and the fit."""

    points: NDArray[np.float64]
    meant: NDArray[np.int64]
    places: NDArray[np.float64]
    model: KMeans


def run() -> Found:
    points, meant, places = make_blobs(
        300, centers=4, cluster_std=0.6, random_state=0, return_centers=True
    )
    model = KMeans(n_clusters=4, random_state=0).fit(points)
    return Found(points, meant, places, model)


def farthest(found: Found) -> float:
    """How far the centroid that is farthest from the place of its blob lies from it."""
    apart = found.places[:, None] - found.model.cluster_centers_
    return float(np.sqrt(np.square(apart).sum(axis=2)).min(axis=1).max())


def figures(found: Found) -> tutorial.Rows:
    return [
        ("adjusted Rand index", "farthest centroid from its place", "inertia", "iterations"),
        (
            f"{adjusted_rand_score(found.meant, found.model.labels_):.3f}",
            f"{farthest(found):.2f}",
            f"{found.model.inertia_:.1f}",
            f"{found.model.n_iter_}",
        ),
    ]


def draw(found: Found, folder: Path) -> None:
    figure, (given, clustered) = drawing.panels(1, 2, height=5.0)
    given.scatter(*found.points.T, s=16, c=drawing.GREY, linewidths=0)
    given.set_title("what k-means is given")
    drawing.frame(given, found.points)
    drawing.regions(clustered, found.model.cluster_centers_, found.points)
    drawing.points_by(clustered, found.points, found.model.labels_)
    drawing.crosses(clustered, found.model.cluster_centers_)
    clustered.set_title("what it gives back")
    drawing.save(figure, folder / "four_blobs.png")


if __name__ == "__main__":
    tutorial.show(run, draw, figures)
