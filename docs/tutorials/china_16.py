"""The same photograph in 16 colours, with mini-batches.

Mini-batch k-means does not look at all pixels before it moves. It draws a thousand or so, moves the
centroids a little towards them, and draws again, until it gets no better. `compress_image` is the
same exercise in one line, with full k-means on the distinct colours and a search behind it. Sixteen
colours are few: the sky turns into bands.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import picture
import scoring
import tutorial
from numpy.typing import NDArray

from quantize import KMeans, MiniBatchKMeans, compress_image

LESSON = (
    "Where data are large or come as a stream, mini-batches give nearly the answer of full k-means "
    "for a small part of its work."
)
PICTURES = {
    "china.jpg": "the original",
    "china_16.png": "16 colours, with mini-batches",
    "china_16_compress_image.png": "16 colours, with `compress_image`",
}


class Found(NamedTuple):
    """The pixels, two fits, and the pixels in 16 colours by the name of what made them."""

    pixels: NDArray[np.float64]
    batches: MiniBatchKMeans
    full: KMeans
    compressed: dict[str, NDArray[np.float64]]


def run() -> Found:
    image = picture.china()
    pixels = image.reshape(-1, 3)
    batches = MiniBatchKMeans(n_clusters=16, n_init=3, random_state=0).fit(pixels)
    full = KMeans(n_clusters=16, n_init=3, random_state=0).fit(pixels)
    compressed = {
        "MiniBatchKMeans": batches.cluster_centers_[batches.predict(pixels)],
        "KMeans": full.cluster_centers_[full.predict(pixels)],
        "compress_image": compress_image(image, 16).reshape(-1, 3),
    }
    return Found(pixels, batches, full, compressed)


def figures(found: Found) -> tutorial.Rows:
    seen = {
        "MiniBatchKMeans": f"{found.batches.n_steps_ * found.batches.batch_size:,}",
        "KMeans": f"{found.full.n_iter_ * len(found.pixels):,}",
        "compress_image": "–",
    }
    head = (
        "with",
        "pixels looked at, over all iterations",
        "distinct colours",
        "MSE over all pixels",
    )
    rows = [
        (
            f"`{name}`",
            seen[name],
            f"{len(np.unique(pixels, axis=0))}",
            f"{scoring.mse(found.pixels, pixels):.1f}",
        )
        for name, pixels in found.compressed.items()
    ]
    return [head, *rows]


def draw(found: Found, folder: Path) -> None:
    picture.save_original(folder / "china.jpg")
    picture.save(found.compressed["MiniBatchKMeans"], folder / "china_16.png")
    picture.save(found.compressed["compress_image"], folder / "china_16_compress_image.png")


if __name__ == "__main__":
    tutorial.show(run, draw, figures)
