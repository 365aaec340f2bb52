"""The steps of the algorithm.

Two moves, again and again: each point joins its nearest centroid, each centroid moves to the mean
of its points. `callback` is told the centroids at every step, from the seeds on. The seeds here are
four points drawn at random, two of them in one group, where they stand in each other's way until
one of them leaves for the group that has none. Where no point changes its centroid any more, the
algorithm ends.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import drawing
import numpy as np
import scoring
import tutorial
from matplotlib.axes import Axes
from numpy.typing import NDArray
from sklearn.datasets import make_blobs

from quantize import KMeans

LESSON = (
    "That is all of k-means: assign, average, repeat. It may all but rest for some iterations and "
    "then find its way, so do not spare them."
)
PICTURES = {"steps.png": "Eight panels: crosses wander from bad seeds to the middles of four blobs"}

PANELS = 8


class Step(NamedTuple):
    """What `callback` is told."""

    iteration: int
    centers: NDArray[np.float64]
    inertia: float


class Found(NamedTuple):
    """The points, their true blobs, the fit, and the steps that led to it."""

    points: NDArray[np.float64]
    meant: NDArray[np.int64]
    model: KMeans
    steps: list[Step]


def run() -> Found:
    points, meant = make_blobs(300, centers=4, cluster_std=0.6, random_state=0)
    steps = []
    model = KMeans(
        algorithm="lloyd",
        n_clusters=4,
        init="random",
        n_init=1,
        random_state=0,
        callback=lambda iteration, centers, inertia: steps.append((iteration, centers, inertia)),
    ).fit(points)
    return Found(points, meant, model, [Step(*step) for step in steps])


def figures(found: Found) -> tutorial.Rows:
    moves = [
        np.linalg.norm(after.centers - before.centers, axis=1).max()
        for before, after in pairwise(found.steps)
    ]
    return [
        ("iteration", *(f"{step.iteration}" for step in found.steps)),
        ("inertia", *(f"{step.inertia:.0f}" for step in found.steps)),
        ("longest move", "", *(f"{move:.2f}" for move in moves)),
    ]


def chosen(steps: list[Step]) -> list[Step]:
    """As many as there are panels: the seeds, the last, and some between them."""
    if len(steps) <= PANELS:
        return steps
    return [steps[round(place)] for place in np.linspace(0, len(steps) - 1, PANELS)]


def title(step: Step, steps: list[Step]) -> str:
    if step.iteration == 0:
        return "seeds"
    return f"{step.iteration}, the last" if step is steps[-1] else f"iteration {step.iteration}"


def draw(found: Found, folder: Path) -> None:
    figure, panels = drawing.panels(2, 4, height=5.0)
    for axes, step in zip(panels, chosen(found.steps), strict=False):
        drawing.regions(axes, step.centers, found.points)
        drawing.points_by(axes, found.points, scoring.nearest(found.points, step.centers), size=8)
        _draw_trails(axes, found.steps[: step.iteration + 1])
        drawing.crosses(axes, step.centers, size=70)
        axes.set_title(title(step, found.steps))
    drawing.save(figure, folder / "steps.png")


def _draw_trails(axes: Axes, steps: list[Step]) -> None:
    """The way of each centroid from its seed."""
    for way in np.stack([step.centers for step in steps], axis=1):
        axes.plot(*way.T, color=drawing.INK, linewidth=1.2)


if __name__ == "__main__":
    tutorial.show(run, draw, figures)
