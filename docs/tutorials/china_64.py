"""A photograph in 64 colours, learnt from some of its pixels.

A pixel is a point of three dimensions: red, green, blue. k-means with 64 clusters finds a palette,
and each pixel takes the colour of its centroid. Neighbouring pixels tell nearly the same, so there
is no need to learn from all: one fit sees every third pixel, another every fifth. Both then
predict the colour of every pixel.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import picture
import scoring
import tutorial
from numpy.typing import NDArray

from quantize import KMeans

LESSON = (
    "Learn on a sample, predict on all: a fifth of the pixels makes each iteration a fifth of the "
    "work, and the error hardly grows."
)
PICTURES = {
    "china.jpg": "the original",
    "china_64_third.png": "64 colours, from every third pixel",
    "china_64_fifth.png": "64 colours, from every fifth pixel",
}

FILES = {3: "china_64_third.png", 5: "china_64_fifth.png"}


class Found(NamedTuple):
    """The pixels; fits and pixels in 64 colours, by the step between the pixels of the fit."""

    pixels: NDArray[np.float64]
    models: dict[int, KMeans]
    compressed: dict[int, NDArray[np.float64]]


def run() -> Found:
    pixels = picture.china().reshape(-1, 3)
    models, compressed = {}, {}
    for step in (1, 3, 5):
        model = KMeans(n_clusters=64, random_state=0).fit(pixels[::step])
        compressed[step] = model.cluster_centers_[model.predict(pixels)]
        models[step] = model
    return Found(pixels, models, compressed)


def figures(found: Found) -> tutorial.Rows:
    head = ("fit on", "pixels in the fit", "iterations", "distinct colours", "MSE over all pixels")
    names = {1: "all pixels", 3: "`pixels[::3]`", 5: "`pixels[::5]`"}
    rows = [
        (
            names[step],
            f"{len(found.pixels[::step]):,}",
            f"{model.n_iter_}",
            f"{len(np.unique(found.compressed[step], axis=0))}",
            f"{scoring.mse(found.pixels, found.compressed[step]):.1f}",
        )
        for step, model in found.models.items()
    ]
    return [head, *rows]


def draw(found: Found, folder: Path) -> None:
    picture.save_original(folder / "china.jpg")
    for step, name in FILES.items():
        picture.save(found.compressed[step], folder / name)


if __name__ == "__main__":
    tutorial.show(run, draw, figures)
