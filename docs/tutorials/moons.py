"""Two moons: what k-means cannot separate.

Two crescents, each in the hollow of the other. Anybody sees two groups; k-means cuts both in two,
because its border is a straight line whatever the seeds, the restarts or the iterations: no two
centroids have the moons as their cells. Spectral clustering, which follows neighbours rather than
distances to a centre, tells them apart; k-means is still inside it, at work in another space.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import drawing
import numpy as np
import scoring
import tutorial
from numpy.typing import NDArray
from sklearn.cluster import SpectralClustering
from sklearn.datasets import make_moons

from quantize import KMeans

LESSON = (
    "This is a limit of the method, not of an implementation. Where groups are not round, use "
    "spectral clustering or DBSCAN, or find a space in which they are."
)
PICTURES = {
    "moons.png": "Left: a straight border cuts both moons; right: spectral clustering follows them"
}


class Found(NamedTuple):
    """The points, their true moons, and two answers."""

    points: NDArray[np.float64]
    meant: NDArray[np.int64]
    model: KMeans
    spectral: NDArray[np.int32]


def run() -> Found:
    points, meant = make_moons(200, noise=0.06, random_state=0)
    model = KMeans(n_clusters=2, n_init=10, random_state=0).fit(points)
    by_neighbors = SpectralClustering(2, affinity="nearest_neighbors", random_state=0)
    spectral = by_neighbors.fit_predict(points)
    return Found(points, meant, model, spectral)


def figures(found: Found) -> tutorial.Rows:
    return [
        ("method", "points in the right moon"),
        ("k-means", f"{scoring.accuracy(found.model.labels_, found.meant):.1%}"),
        ("spectral clustering", f"{scoring.accuracy(found.spectral, found.meant):.1%}"),
    ]


def draw(found: Found, folder: Path) -> None:
    figure, (ours, theirs) = drawing.panels(1, 2, height=3.2)
    centers = found.model.cluster_centers_
    drawing.regions(ours, centers, found.points, ratio=1.6)
    drawing.points_by(ours, found.points, found.model.labels_)
    drawing.crosses(ours, centers)
    ours.set_title("k-means")
    drawing.points_by(theirs, found.points, found.spectral)
    drawing.frame(theirs, found.points, ratio=1.6)
    theirs.set_title("spectral clustering")
    drawing.save(figure, folder / "moons.png")


if __name__ == "__main__":
    tutorial.show(run, draw, figures)
