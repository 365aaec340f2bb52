"""Pixels → histogram: the distinct colours and how many pixels have each."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.model import Bytes, Histogram
from quantize.pixels import BAND_PIXELS, Pixels, bands

STRIP_PIXELS = 1 << 26
"""Pixels of an array that are counted at once: bounds the memory for their order, 2 bytes each."""

Counted = tuple[NDArray[np.uint32], NDArray[np.int64]]
"""Ascending keys of `kernels.pack`, and how many pixels have each."""

_HYPERGEOMETRIC_LIMIT = 10**9
"""NumPy's generator takes no more pixels than this."""


def count(pixels: Pixels, *, threads: int = 1) -> Histogram:
    """The histogram of a picture, counted in strips that are added up.

    Args:
        pixels: (height, width, 3 or 4) uint8.
        threads: most threads to use; changes no result.
    """
    channels = pixels.shape[2]
    most = STRIP_PIXELS if isinstance(pixels, np.ndarray) else 4 * BAND_PIXELS
    strips = (strip.reshape(-1, channels) for _, strip in bands(pixels, most))
    distinct, counts = reduce(_added, (kernels.count_colors(strip, threads) for strip in strips))
    colors = np.empty((len(distinct), channels), np.uint8)
    kernels.unpack(distinct, colors)
    return Histogram(colors, counts)


def _added(some: Counted, more: Counted) -> Counted:
    """Both together; the counts of the first are changed.

    It takes little memory beyond the result, where a sort of all keys takes several times as much.
    """
    (keys, counts), (more_keys, more_counts) = some, more
    places = np.searchsorted(keys, more_keys)
    known = keys[np.minimum(places, len(keys) - 1)] == more_keys
    counts[places[known]] += more_counts[known]
    places, more_keys, more_counts = places[~known], more_keys[~known], more_counts[~known]
    return np.insert(keys, places, more_keys), np.insert(counts, places, more_counts)


def mapped(histogram: Histogram, function: Callable[[Bytes], Bytes]) -> Histogram:
    """The histogram of the picture whose colours have all gone through a function."""
    return Histogram(histogram.colors[:0], histogram.counts[:0]) + Histogram(
        function(histogram.colors), histogram.counts
    )


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
    return Histogram(histogram.colors[kept], drawn[kept].astype(np.int64))


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
    histogram: Histogram, points: NDArray[Any], *, bits: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Neighbouring colours taken together: a picture in some thousand points, means exact.

    Args:
        histogram: of n colours.
        points: (n, d), the same colours in the space of clustering.
        bits: a cell has 2^(8 - bits) values of each channel.

    Returns:
        (m, d) float64, the mean point of each cell that is not empty, and (m,) float64, its pixels.
    """
    keys = _keys(histogram) >> np.uint32(histogram.colors.shape[1] * (8 - bits))
    new = np.empty(len(keys), np.int32)
    new[:1] = 0
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    cell = np.cumsum(new, dtype=np.int32)
    weights = np.empty(int(cell[-1]) + 1)
    sums = np.empty((len(weights), points.shape[1]))
    kernels.cluster_sums(points, histogram.counts.astype(np.float64), cell, weights, sums)
    return sums / weights[:, None], weights


def _keys(histogram: Histogram) -> NDArray[np.uint32]:
    keys = np.empty(len(histogram), np.uint32)
    kernels.pack(histogram.colors, keys)
    return keys
