"""The effect of n_init.

`n_init=10` runs k-means from ten draws of seeds and keeps the run of least inertia. More runs from
the same `random_state` are the same runs and some more, so the best of them can only fall. With
`random` seeds even many runs miss the best; with `k-means++` a few find it.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import drawing
import grid
import numpy as np
import tutorial
from numpy.typing import NDArray

from quantize import KMeans

LESSON = (
    "Time grows with the number of runs and the gain shrinks: twenty runs from random seeds do not "
    "make up for good ones. Good seeds first, then a handful of restarts."
)
PICTURES = {"restarts.png": "Two falling lines: the best inertia of 1, 2, 5, 10 and 20 runs"}

INITS = ("random", "k-means++")
RUNS = (1, 2, 5, 10, 20)


class Found(NamedTuple):
    """The inertias of ten fits, by the way of seeding and `n_init`."""

    inertias: dict[tuple[str, int], list[float]]


def run() -> Found:
    points = grid.points()
    inertias = {}
    for init in ("random", "k-means++"):
        for runs in (1, 2, 5, 10, 20):
            how = {"init": init, "n_init": runs, "algorithm": "lloyd"}
            models = [KMeans(25, random_state=seed, **how) for seed in range(10)]
            inertias[init, runs] = [model.fit(points).inertia_ for model in models]
    return Found(inertias)


def table(found: Found, init: str) -> NDArray[np.float64]:
    """(10, 5): a row for each random state, a column for each `n_init`."""
    return np.array([found.inertias[init, runs] for runs in RUNS]).T


def figures(found: Found) -> tutorial.Rows:
    head = ("mean inertia with", *(f"`n_init={runs}`" for runs in RUNS))
    rows = [
        (f"`{init}`", *(f"{mean:.1f}" for mean in table(found, init).mean(axis=0)))
        for init in INITS
    ]
    return [head, *rows]


def draw(found: Found, folder: Path) -> None:
    figure, (axes,) = drawing.panels(1, 1, height=3.8)
    for color, init in zip(drawing.COLORS, INITS, strict=False):
        values = table(found, init)
        axes.plot(RUNS, values.T, color=color, alpha=0.3, linewidth=1)
        mean = values.mean(axis=0)
        axes.plot(RUNS, mean, "o-", color=color, linewidth=2.5, label=f"init={init!r}")
    axes.set(xscale="log", ylim=(0, None), xlabel="n_init", ylabel="inertia of the best run")
    axes.set_xticks(RUNS, labels=RUNS)
    axes.minorticks_off()
    axes.legend(title="mean of ten random states", loc="upper right")
    drawing.save(figure, folder / "restarts.png")


if __name__ == "__main__":
    tutorial.show(run, draw, figures)
