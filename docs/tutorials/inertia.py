"""Inertia falls at each iteration.

Inertia is the sum of the squared distances of all points to their centroids, and both moves of the
algorithm lower it: a point changes to a nearer centroid, a mean is nearer to its points than any
other place. So it never rises, and since there are only so many ways to divide the points, the
algorithm ends. Not in the same place each time, as six runs on the handwritten digits show, from
six draws of seeds.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import drawing
import numpy as np
import tutorial
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from quantize import KMeans

LESSON = (
    "Inertia that rises is a bug; inertia that has stopped falling is an answer, not always the "
    "best one."
)
PICTURES = {"inertia.png": "Six falling curves that level off, one of them above the others"}


class Found(NamedTuple):
    """What `callback` was told, six runs one after another, and the fit."""

    steps: list[tuple[int, NDArray[np.float64], float]]
    model: KMeans


def run() -> Found:
    digits, _ = load_digits(return_X_y=True)
    steps = []
    model = KMeans(
        algorithm="lloyd",
        n_clusters=10,
        n_init=6,
        random_state=0,
        callback=lambda iteration, centers, inertia: steps.append((iteration, centers, inertia)),
    ).fit(digits)
    return Found(steps, model)


def runs(found: Found) -> list[list[float]]:
    """The inertias of each run: one begins wherever the iterations do."""
    inertias: list[list[float]] = []
    for iteration, _, inertia in found.steps:
        if iteration == 0:
            inertias.append([])
        inertias[-1].append(inertia)
    return inertias


def figures(found: Found) -> tutorial.Rows:
    all_runs = runs(found)
    head = ("run", *(f"{number}" for number in range(1, len(all_runs) + 1)))
    return [
        head,
        ("inertia of the seeds, thousands", *(f"{run[0] / 1000:,.0f}" for run in all_runs)),
        ("after 1 iteration", *(f"{run[1] / 1000:,.0f}" for run in all_runs)),
        ("at the end", *(f"{run[-1] / 1000:,.0f}" for run in all_runs)),
        ("iterations", *(f"{len(run) - 1}" for run in all_runs)),
    ]


def draw(found: Found, folder: Path) -> None:
    figure, (whole, near) = drawing.panels(1, 2, height=3.9)
    for axes in (whole, near):
        for color, inertias in zip(drawing.COLORS, runs(found), strict=False):
            thousands = np.array(inertias) / 1000
            axes.plot(thousands, color=color, linewidth=1.6)
            axes.plot(len(thousands) - 1, thousands[-1], "o", color=color)
        axes.set(xlabel="iteration")
    whole.set(ylabel="inertia, thousands", ylim=(0, None), title="six runs, from their seeds on")
    ends = np.array([inertias[-1] for inertias in runs(found)]) / 1000
    near.set(ylim=(0.998 * ends.min(), 1.008 * ends.max()), title="the same, where they end")
    drawing.save(figure, folder / "inertia.png")


if __name__ == "__main__":
    tutorial.show(run, draw, figures)
