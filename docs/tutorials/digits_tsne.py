"""The same digits after t-SNE.

t-SNE lays the scans out on a plane so that neighbours stay neighbours. Groups that were long and
bent in 64 dimensions become islands, and k-means on the plane finds the islands. The layout never
sees the labels either. It has its price: it takes many times as long as the clustering, new scans
have no place in it, and the sizes of islands and the distances between them mean little.
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
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from quantize import KMeans

LESSON = (
    "k-means is as good as the space that it works in; a step before it that makes groups round is "
    "worth more than any setting of it."
)
PICTURES = {
    "digits_tsne.png": "Left: islands of points, a digit on each; right: the wrong ones in black"
}


class Found(NamedTuple):
    """The scans on the plane (1797, 2), the digits that they are of, and the fit."""

    plane: NDArray[np.float32]
    meant: NDArray[np.int64]
    model: KMeans


def run() -> Found:
    digits, meant = load_digits(return_X_y=True)
    with threadpool_limits(1):  # its layout depends on the number of threads
        plane = TSNE(n_components=2, init="pca", random_state=0).fit_transform(digits)
    model = KMeans(n_clusters=10, n_init=10, random_state=0).fit(plane)
    return Found(plane, meant, model)


def figures(found: Found) -> tutorial.Rows:
    named = scoring.named(found.model.labels_, found.meant)
    return [
        ("accuracy after t-SNE", "scans in the wrong cluster"),
        (
            f"{scoring.accuracy(found.model.labels_, found.meant):.1%}",
            f"{(named != found.meant).sum()} of {len(found.meant):,}",
        ),
    ]


def draw(found: Found, folder: Path) -> None:
    figure, (islands, mistakes) = drawing.panels(1, 2, height=4.9)
    named = scoring.named(found.model.labels_, found.meant)
    _draw_islands(islands, found, named)
    wrong = named != found.meant
    mistakes.scatter(*found.plane[~wrong].T, s=6, c="#d5d5d5", linewidths=0)
    mistakes.scatter(*found.plane[wrong].T, s=14, c=drawing.INK, linewidths=0)
    mistakes.set_title("scans in a cluster of another digit")
    for axes in (islands, mistakes):
        drawing.frame(axes, found.plane)
    drawing.save(figure, folder / "digits_tsne.png")


def _draw_islands(axes: Axes, found: Found, named: NDArray[np.integer]) -> None:
    colors = np.array(drawing.TEN)[found.model.labels_]
    axes.scatter(*found.plane.T, s=6, c=colors, linewidths=0)
    axes.set_title("clusters, and the digits that they stand for")
    for cluster, center in enumerate(found.model.cluster_centers_):
        digit = named[found.model.labels_ == cluster][0]
        label = axes.text(*center, digit, size=16, weight="bold", ha="center", va="center")
        label.set_bbox({"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 2})


if __name__ == "__main__":
    tutorial.show(run, draw, figures)
