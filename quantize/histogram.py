"""Pixels → histogram: the distinct colours and how many pixels have each."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quantize import importance, kernels
from quantize.model import Bytes, Histogram
from quantize.pixels import BAND_PIXELS, Pixels

STRIP_PIXELS = 1 << 26
"""Pixels of an array that are counted at once: bounds the memory for their order, 2 bytes each."""

Counted = tuple[NDArray[Any], ...]
"""Ascending keys of `kernels.pack`, how many pixels have each, and the sums of their weights if
they are weighed."""

WEIGHED_PIXELS = 1 << 18
"""Pixels that a thread weighs at a time: the rows around them are looked at twice."""

_HYPERGEOMETRIC_LIMIT = 10**9
"""NumPy's generator takes no more pixels than this."""


def count(pixels: Pixels, *, weights: str = "uniform", threads: int = 1) -> Histogram:
    """The histogram of a picture, counted in strips that are added up.

    Args:
        pixels: (height, width, 3 or 4) uint8.
        weights: a key of `importance.WEIGHTS`.
        threads: most threads to use; changes no result.
    """
    height, width, channels = pixels.shape
    most = STRIP_PIXELS if isinstance(pixels, np.ndarray) else 2 * BAND_PIXELS
    step = max(most // width, 1)
    strips = (slice(top, min(top + step, height)) for top in range(0, height, step))
    distinct, *counted = reduce(
        _added, (_counted(pixels, rows, weights, threads) for rows in strips)
    )
    colors = np.empty((len(distinct), channels), np.uint8)
    kernels.unpack(distinct, colors)
    return Histogram(colors, *counted)


def _counted(pixels: Pixels, rows: slice, weights: str, threads: int) -> Counted:
    """Some rows of a picture."""
    weigh = importance.WEIGHTS[weights]
    if weigh is None:
        return kernels.count_colors(pixels[rows].reshape(-1, pixels.shape[2]), threads)
    above = min(rows.start, importance.HALO)
    around = pixels[rows.start - above : rows.stop + importance.HALO]
    weighed = np.empty((rows.stop - rows.start, pixels.shape[1]), np.uint8)

    def work(part: slice) -> None:
        weigh(around, above + part.start, weighed[part])

    block = max(WEIGHED_PIXELS // pixels.shape[1], 1)
    kernels.each_block(len(weighed), work, threads=threads, block=block)
    flat = around[above : above + len(weighed)].reshape(-1, pixels.shape[2])
    return kernels.weigh_colors(flat, weighed.ravel(), threads)


def _added(some: Counted, more: Counted) -> Counted:
    """Both together; the counts of the first are changed.

    It takes little memory beyond the result, where a sort of all keys takes several times as much.
    """
    keys, more_keys = some[0], more[0]
    places = np.searchsorted(keys, more_keys)
    known = keys[np.minimum(places, len(keys) - 1)] == more_keys
    found = [np.insert(keys, places[~known], more_keys[~known])]
    for counts, more_counts in zip(some[1:], more[1:], strict=True):
        counts[places[known]] += more_counts[known]
        found.append(np.insert(counts, places[~known], more_counts[~known]))
    return tuple(found)


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
