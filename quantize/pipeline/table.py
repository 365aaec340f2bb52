"""The tables of the pipeline: weights of pixels, criteria, metrics, efforts, weights of images."""

from __future__ import annotations

from typing import Final, NamedTuple

from quantize.checks import Row, Table
from quantize.color.table import SORTS, SortOrder

WEIGHTS: Final = Table(
    (
        Row("uniform", "each pixel counts the same"),
        Row(
            "contrast",
            "smooth areas, where errors are seen, count more than noise and texture",
            "quantize.pipeline.pixel_weights:by_contrast",
        ),
    )
)
"""Weights of pixels in clustering; a target is a `pixel_weights.Weigher`."""

CRITERIA: Final = Table(
    (
        Row(
            "knee",
            "where the curve of the mean squared error bends most",
            "quantize.pipeline.criteria:knee",
        ),
        Row(
            "silhouette",
            "where clusters are farthest apart for their size (mean silhouette)",
            "quantize.pipeline.criteria:best_silhouette",
        ),
    )
)
"""Criteria that choose a number of colours; a target chooses a point of a curve of errors."""


class Purpose(NamedTuple):
    """What a palette is for.

    Attributes:
        name, summary: see `checks.Row`.
        space: a key of `SPACES`, unless told.
    """

    name: str
    summary: str
    space: str


PURPOSES: Final = Table(
    (
        Purpose("image", "to redraw the picture with the least error", "eye"),
        Purpose(
            "eye",
            "to be looked at: distinct colours, accents among them, the largest share first",
            "lab",
        ),
    )
)
"""What a palette is for."""


def order_of(sort: str, palette_for: str) -> SortOrder:
    """Return the order of a palette that is found: of one for the eye, unless told, by shares."""
    order = SORTS[sort]
    return SORTS["count"] if order.keeps_table and palette_for == "eye" else order


METRICS: Final = Table(
    (
        Row("basic", "mean squared error and PSNR"),
        Row("full", "also SSIM and CIEDE2000"),
    )
)
"""Figures of the error."""

SHARED_WEIGHTS: Final = Table(
    (
        Row("image", "each image counts the same, large or small"),
        Row("pixels", "each pixel counts the same"),
    )
)
"""Weights of images in a palette that they share."""


class Preset(NamedTuple):
    """The settings that an effort stands for; `Settings` has attributes of the same names.

    Attributes:
        n_init, max_iter, tol, search, cells: see `Settings`.
    """

    n_init: int
    max_iter: int
    tol: float
    search: int
    cells: int


class Effort(NamedTuple):
    """An effort.

    Attributes:
        name, summary: see `checks.Row`.
        preset: the settings that it stands for.
    """

    name: str
    summary: str
    preset: Preset


EFFORTS: Final = Table(
    (
        Effort(
            "fast",
            "one run of Lloyd's k-means, stopped early",
            Preset(n_init=1, max_iter=300, tol=1e-2, search=0, cells=8_000),
        ),
        Effort(
            "balanced",
            "one run, and a search beyond its local optimum",
            Preset(n_init=1, max_iter=300, tol=2e-3, search=3, cells=24_000),
        ),
        Effort(
            "best",
            "several runs and a long search, until centroids rest",
            Preset(n_init=4, max_iter=1000, tol=1e-5, search=30, cells=50_000),
        ),
    )
)
"""Efforts; whole values, chosen by measurement (`benchmarks/engine.py`)."""
