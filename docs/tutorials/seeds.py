"""Random seeds against k-means++.

k-means goes downhill from where it starts, and stops in the first valley. `random` takes any points
as the first centroids: several fall into one group, others get none, and no iteration puts that
right. `k-means++` draws them one after another, each with a chance that grows with the squared
distance to those that it has, so that they spread. Twenty-five groups, twenty starts each:
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import drawing
import grid
import numpy as np
import tutorial
from matplotlib.axes import Axes
from numpy.typing import NDArray

from quantize import KMeans

LESSON = (
    "Where k-means ends depends on where it begins: spread the seeds, which is what `KMeans` does "
    "unless told otherwise."
)
PICTURES = {
    "seeds.png": "Two strips of twenty dots; and the centroids of one run of each on the data"
}


class Found(NamedTuple):
    """The points, and twenty fits for each way of seeding."""

    points: NDArray[np.float64]
    models: dict[str, list[KMeans]]


def run() -> Found:
    points = grid.points()
    models = {
        init: [
            KMeans(25, init=init, n_init=1, algorithm="lloyd", random_state=s).fit(points)
            for s in range(20)
        ]
        for init in ("random", "k-means++")
    }
    return Found(points, models)


def inertias(found: Found) -> dict[str, NDArray[np.float64]]:
    """The inertia of each run, by the way of seeding."""
    return {
        init: np.array([model.inertia_ for model in models])
        for init, models in found.models.items()
    }


def figures(found: Found) -> tutorial.Rows:
    head = ("init", "mean inertia", "best", "worst", "mean iterations")
    rows = [
        (
            f"`{init}`",
            f"{values.mean():.1f}",
            f"{values.min():.1f}",
            f"{values.max():.1f}",
            f"{np.mean([model.n_iter_ for model in found.models[init]]):.1f}",
        )
        for init, values in inertias(found).items()
    ]
    return [head, *rows]


def draw(found: Found, folder: Path) -> None:
    figure, (strip, *examples) = drawing.panels(1, 3, height=3.7)
    _draw_strip(strip, inertias(found))
    for axes, (init, models) in zip(examples, found.models.items(), strict=True):
        _draw_example(axes, found.points, models, init)
    drawing.save(figure, folder / "seeds.png")


def _draw_strip(axes: Axes, values: dict[str, NDArray[np.float64]]) -> None:
    """A dot a run, moved sideways by its seed; a bar at the mean."""
    for place, inertia in enumerate(values.values()):
        aside = place + np.linspace(-0.22, 0.22, len(inertia))
        axes.scatter(aside, inertia, s=30, c=drawing.COLORS[place], alpha=0.7, linewidths=0)
        mean = inertia.mean()
        axes.plot((place - 0.3, place + 0.3), (mean, mean), color=drawing.INK, linewidth=2)
        axes.text(place + 0.34, mean, f"mean\n{mean:.0f}", va="center")
    axes.set(xticks=range(len(values)), xticklabels=values, xlim=(-0.4, 1.75), ylim=(0, None))
    axes.set(ylabel="inertia", title="twenty runs each")
    axes.tick_params(axis="x", length=0)


def _draw_example(
    axes: Axes, points: NDArray[np.float64], models: list[KMeans], title: str
) -> None:
    """The run in the middle of the twenty."""
    middle = sorted(models, key=lambda model: model.inertia_)[len(models) // 2]
    axes.scatter(*points.T, s=4, c="#c4c4c4", linewidths=0)
    drawing.crosses(axes, middle.cluster_centers_, size=55)
    drawing.frame(axes, points)
    axes.set_title(f"a typical run: {title}")


if __name__ == "__main__":
    tutorial.show(run, draw, figures)
