"""Pixels → histogram: the distinct colours and how many pixels have each."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import add
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quantize import importance, kernels
from quantize.model import Bytes, Histogram

STRIP_PIXELS = 1 << 26
"""Pixels that are counted at once: bounds the memory for their order, 2 bytes each."""

WEIGHED_PIXELS = 1 << 18
"""Pixels that a thread weighs at a time: the rows around them are looked at twice."""

_HYPERGEOMETRIC_LIMIT = 10**9
"""NumPy's generator takes no more pixels than this."""


def count(pixels: Bytes, *, weights: str = "uniform", threads: int = 1) -> Histogram:
    """The histogram of a picture, counted in strips that are merged by `+`.

    Args:
        pixels: (height, width, 3 or 4) uint8.
        weights: a key of `importance.WEIGHTS`.
        threads: most threads to use; changes no result.
    """
    height = len(pixels)
    rows = max(STRIP_PIXELS // pixels.shape[1], 1)
    strips = (slice(top, min(top + rows, height)) for top in range(0, height, rows))
    return reduce(add, (count_rows(pixels, strip, weights, threads) for strip in strips))


def count_rows(pixels: Bytes, rows: slice, weights: str, threads: int = 1) -> Histogram:
    """The histogram of some rows of a picture.

    Args:
        pixels: (height, width, 3 or 4) uint8: these rows and their surroundings; `importance.HALO`
            rows of those are looked at.
        rows: which are counted, start and stop given.
        weights: a key of `importance.WEIGHTS`.
        threads: most threads to use; changes no result.
    """
    weigh = importance.WEIGHTS[weights]
    flat = pixels[rows].reshape(-1, pixels.shape[2])
    if weigh is None:
        distinct, counts = kernels.count_colors(flat, threads)
        return Histogram(_colors_of(distinct, pixels.shape[2]), counts)
    weighed = np.empty((rows.stop - rows.start, pixels.shape[1]), np.uint8)

    def work(part: slice) -> None:
        weigh(pixels, rows.start + part.start, weighed[part])

    block = max(WEIGHED_PIXELS // pixels.shape[1], 1)
    kernels.each_block(len(weighed), work, threads=threads, block=block)
    distinct, counts, totals = kernels.weigh_colors(flat, weighed.ravel(), threads)
    return Histogram(_colors_of(distinct, pixels.shape[2]), counts, totals)


def _colors_of(keys: NDArray[np.uint32], channels: int) -> Bytes:
    colors = np.empty((len(keys), channels), np.uint8)
    kernels.unpack(keys, colors)
    return colors


def mapped(histogram: Histogram, function: Callable[[Bytes], Bytes]) -> Histogram:
    """The histogram of the picture whose colours have all gone through a function."""
    found = Histogram(function(histogram.colors), histogram.counts, histogram.weights)
    return Histogram.merged([found])


def draw(histogram: Histogram, pixels: int, rng: np.random.Generator) -> Histogram:
    """The histogram of so many pixels drawn at random, each at most once.

    Args:
        histogram: of the whole picture.
        pixels: how many to draw; as many as there are, or more, gives `histogram` itself.
        rng: decides which.
    """
    if pixels >= histogram.pixels:
        return histogram
    if histogram.pixels < _HYPERGEOMETRIC_LIMIT:
        drawn = rng.multivariate_hypergeometric(histogram.counts, pixels, method="marginals")
    else:
        places = rng.choice(histogram.pixels, pixels, replace=False, shuffle=False)
        colors = np.searchsorted(np.cumsum(histogram.counts), places, side="right")
        drawn = np.bincount(colors, minlength=len(histogram))
    kept = drawn > 0
    counts = drawn[kept].astype(np.int64)
    if histogram.weights is None:
        return Histogram(histogram.colors[kept], counts)
    each = histogram.weights[kept] / histogram.counts[kept]
    weights = np.maximum(np.rint(each * counts), 1).astype(np.int64)
    return Histogram(histogram.colors[kept], counts, weights)


def cell_bits(histogram: Histogram, most: int, *, least_bits: int = 5) -> int:
    """The finest cells of which there are no more than `most`: `least_bits` to 8 bits a channel.

    Args:
        histogram: of a picture.
        most: how many cells there may be; more only if even the coarsest are.
        least_bits: of the coarsest: 5 bits leave a photograph of 768×512 with 3 to 25 thousand
            cells of its 40 to 300 thousand colours, 6 bits with 11 to 95 thousand.
    """
    keys = _keys(histogram)
    channels = histogram.colors.shape[1]
    for bits in range(8, least_bits, -1):
        cells = keys >> np.uint32(channels * (8 - bits))
        if np.count_nonzero(cells[1:] != cells[:-1]) < most:
            return bits
    return least_bits


def cells(
    histogram: Histogram,
    points: NDArray[Any],
    *,
    bits: int,
    weights: NDArray[np.float64] | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Neighbouring colours taken together: a picture in some thousand points, means exact.

    Args:
        histogram: of n colours.
        points: (n, d), the same colours in the space of clustering.
        bits: a cell has 2^(8 - bits) values of each channel.
        weights: (n,) float64, what each colour weighs; its pixels unless told.

    Returns:
        (m, d) float64, the mean point of each cell that is not empty, and (m,) float64, its weight.
    """
    own = histogram.counts.astype(np.float64) if weights is None else weights
    keys = _keys(histogram) >> np.uint32(histogram.colors.shape[1] * (8 - bits))
    new = np.empty(len(keys), np.int32)
    new[:1] = 0
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    cell = np.cumsum(new, dtype=np.int32)
    mass = np.empty(int(cell[-1]) + 1)
    sums = np.empty((len(mass), points.shape[1]))
    kernels.cluster_sums(points, own, cell, mass, sums)
    return sums / mass[:, None], mass


def _keys(histogram: Histogram) -> NDArray[np.uint32]:
    keys = np.empty(len(histogram), np.uint32)
    kernels.pack(histogram.colors, keys)
    return keys
