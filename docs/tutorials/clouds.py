"""A photograph as a cloud of points.

To k-means a photograph is a cloud of pixels in a cube of red, green and blue; here it is seen from
two sides. Left, some pixels in their own colours. In the middle each has the colour of its
centroid, and the lines are the ways of the sixteen centroids from their seeds, as `callback` was
told them. Right, all pixels have moved to their centroids: what is left of the cloud is sixteen
points, each as large as the number of its pixels.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import drawing
import numpy as np
import picture
import tutorial
from matplotlib.axes import Axes
from numpy.typing import NDArray

from quantize import KMeans

LESSON = (
    "A palette is a set of centroids: many where the cloud is thick, few where it is thin, and "
    "none for a colour that few pixels have."
)
PICTURES = {"clouds.png": "Six clouds: red against green above, red against blue below"}


class Found(NamedTuple):
    """The pixels, their labels, and the centroids at each iteration (n, 16, 3)."""

    pixels: NDArray[np.float64]
    labels: NDArray[np.int32]
    ways: NDArray[np.float64]


def run() -> Found:
    pixels = picture.china().reshape(-1, 3)
    steps = []
    model = KMeans(
        n_clusters=16, algorithm="lloyd", random_state=2, callback=lambda *step: steps.append(step)
    )
    labels = model.fit(pixels[::5]).predict(pixels)
    ways = np.stack([centers for iteration, centers, inertia in steps])
    return Found(pixels, labels, ways)


def figures(found: Found) -> tutorial.Rows:
    counts = np.bincount(found.labels)
    return [
        ("colours before", "after", "pixels in the smallest cluster", "in the largest"),
        (
            f"{len(np.unique(found.pixels, axis=0)):,}",
            f"{len(found.ways[-1])}",
            f"{counts.min() / counts.sum():.1%}",
            f"{counts.max() / counts.sum():.1%}",
        ),
    ]


def draw(found: Found, folder: Path) -> None:
    figure, panels = drawing.panels(2, 3, height=6.4, sharex=True, sharey="row")
    _draw_row(panels[:3], found, [0, 1])
    _draw_row(panels[3:], found, [0, 2])
    panels[0].set(title="before", ylabel="green")
    panels[1].set_title("in its centroid's colour")
    panels[2].set_title("after: moved there")
    panels[3].set_ylabel("blue")
    for axes in panels:
        axes.set(xlim=(-0.08, 1.08), ylim=(-0.08, 1.08), xticks=(0, 1), yticks=(0, 1))
    for axes in panels[3:]:
        axes.set_xlabel("red")
    drawing.save(figure, folder / "clouds.png", colors=96)


def _draw_row(row: list[Axes], found: Found, seen: list[int]) -> None:
    """The three clouds, seen along the channel that `seen` leaves out."""
    before, named, after = row
    some = np.random.default_rng(0).permutation(len(found.pixels))[:2500]
    centers, counts = found.ways[-1], np.bincount(found.labels)
    cloud = found.pixels[some][:, seen].T
    before.scatter(*cloud, s=4, c=found.pixels[some], linewidths=0)
    named.scatter(*cloud, s=4, c=centers[found.labels[some]], linewidths=0)
    _draw_ways(named, found.ways.swapaxes(0, 1)[:, :, seen])
    areas = 5000 * counts / counts.sum()
    style = {"edgecolors": drawing.INK, "linewidths": 0.8}
    after.scatter(*centers[:, seen].T, s=areas, c=centers, **style)


def _draw_ways(axes: Axes, ways: NDArray[np.float64]) -> None:
    """The way of each centroid from its seed to the place where it stays."""
    for way in ways:
        axes.plot(*way.T, color="white", linewidth=3)
        axes.plot(*way.T, color=drawing.INK, linewidth=1.2)
    axes.scatter(*ways[:, -1].T, s=26, c=drawing.INK, edgecolors="white", zorder=3)


if __name__ == "__main__":
    tutorial.show(run, draw, figures)
