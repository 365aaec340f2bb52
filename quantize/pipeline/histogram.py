"""Pixels → histogram: the distinct colours and how many pixels have each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.checks import load
from quantize.errors import PixelsError
from quantize.model.picture import with_channels
from quantize.model.pixels import BAND_PIXELS, Bytes, Counts, Pixels, freeze
from quantize.pipeline import pixel_weights
from quantize.pipeline.pixel_weights import WEIGHT
from quantize.pipeline.table import WEIGHTS
from quantize.values import Value

PREVIEWS: Final = 8
"""Pictures of many in which small regions are looked for; more have their say by their pixels."""


class Histogram(Value):
    """The distinct colours of one picture or of many, and how many pixels have each.

    Histograms merge by `+`, in any order with the same result: strips of a large picture, the
    pictures of a folder and the shares of many machines are one and the same operation.

    Attributes:
        colors: (n, 3 or 4) uint8, distinct, in Z-order: the bits of red, green, blue and alpha take
            turns, so that neighbours in the list are neighbours in colour.
        counts: (n,) int64, each at least 1.
        weights: (n,) int64, at least 1: what the pixels of each colour weigh together, `WEIGHT` or
            less each; or None where each weighs the same.
        previews: at most `PREVIEWS` of the pictures, (h, w, c) uint8 at fewer places, in which
            small regions are looked for; none where nobody looks.

    Examples:
        >>> import numpy as np
        >>> from quantize.pipeline.histogram import count
        >>> black = count(np.zeros((2, 3, 3), np.uint8))
        >>> (black + black).counts.tolist()
        [12]
    """

    colors: Bytes
    counts: Counts
    weights: Counts | None = None
    previews: tuple[Bytes, ...] = ()

    def __post_init__(self) -> None:
        freeze(self, "colors", np.uint8, 2)
        freeze(self, "counts", np.int64, 1)
        if len(self.colors) != len(self.counts):
            raise PixelsError(f"counts: wanted {len(self.colors)}, one for each colour")
        if self.weights is not None:
            freeze(self, "weights", np.int64, 1)
            if len(self.weights) != len(self.colors):
                raise PixelsError(f"weights: wanted {len(self.colors)}, one for each colour")

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def pixels(self) -> int:
        """The number of pixels that were counted."""
        return int(self.counts.sum())

    @property
    def importance(self) -> NDArray[np.float64]:
        """The weight of each colour in clustering: (n,) whole numbers without a unit."""
        weights = self.counts if self.weights is None else self.weights
        return weights.astype(np.float64)

    def chosen(self, rows: NDArray[Any]) -> Histogram:
        """Return the histogram of some colours, by a mask or by ascending row numbers."""
        weights = None if self.weights is None else self.weights[rows]
        return Histogram(self.colors[rows], self.counts[rows], weights)

    def with_colors(self, colors: Bytes) -> Histogram:
        """Return the histogram with these colours; each that was missing has one pixel.

        Args:
            colors: (m, c) uint8, of as many channels.
        """
        missing = [color for color in colors if not (self.colors == color).all(axis=1).any()]
        if not missing:
            return self
        ones = np.ones(len(missing), np.int64)
        weights = None if self.weights is None else ones * WEIGHT
        return self + Histogram(np.array(missing, np.uint8), ones, weights)

    def __add__(self, other: Histogram) -> Histogram:
        return Histogram.merged([self, other])

    @classmethod
    def merged(cls, parts: Sequence[Histogram]) -> Histogram:
        """Return the sum of histograms, at least one.

        Where some have weights, the pixels of those that have none weigh `WEIGHT` each.
        """
        channels = max(part.colors.shape[1] for part in parts)
        colors = np.concatenate([with_channels(part.colors, channels) for part in parts])
        found = cls._grouped(colors, parts)[0]
        return found.with_previews([preview for part in parts for preview in part.previews])

    def with_previews(self, previews: Sequence[Bytes]) -> Histogram:
        """Return the histogram with the previews that stand for these, whatever their order.

        Args:
            previews: of all its pictures, or those that stand for some of them.
        """
        if len(previews) > 1:  # the least of random numbers, the same for equal previews
            from hashlib import blake2b  # some milliseconds, for several pictures only

            previews = sorted(previews, key=lambda preview: blake2b(preview.tobytes()).digest())
        return Histogram(self.colors, self.counts, self.weights, tuple(previews[:PREVIEWS]))

    def recolored(self, colors: Bytes) -> tuple[Histogram, NDArray[np.intp]]:
        """Return the histogram of the same pixels in other colours, and the row of each colour.

        Args:
            colors: (n, c) uint8, what each colour becomes; they may coincide.

        Returns:
            A histogram of m colours, m at most n, and (n,) the row in it of each colour.
        """
        return self._grouped(colors, [self])

    @classmethod
    def _grouped(
        cls, colors: Bytes, parts: Sequence[Histogram]
    ) -> tuple[Histogram, NDArray[np.intp]]:
        """Return the histogram of colours, (n, c), with the counts of parts, and the row of each.

        Args:
            colors: (n, c) uint8, those of the parts in their order.
            parts: give the counts and weights.
        """
        _, first, rows = np.unique(_keys(colors), return_index=True, return_inverse=True)

        def added(values: Sequence[Counts]) -> Counts:
            total = np.zeros(len(first), np.int64)
            np.add.at(total, rows, np.concatenate(values))
            return total

        counts = added([part.counts for part in parts])
        if all(part.weights is None for part in parts):
            return cls(colors[first], counts), rows
        weights = [part.counts * WEIGHT if part.weights is None else part.weights for part in parts]
        return cls(colors[first], counts, added(weights)), rows


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
    """Count the colours of a picture, in strips that are added up.

    Args:
        pixels: (height, width, 3 or 4) uint8.
        weights: a key of `table.WEIGHTS`.
        threads: most threads to use; changes no result.
    """
    height, width, channels = pixels.shape
    most = STRIP_PIXELS if isinstance(pixels, np.ndarray) else 2 * BAND_PIXELS
    step = max(most // width, 1)
    strips = (slice(top, min(top + step, height)) for top in range(0, height, step))
    counted = reduce(_added, (_counted(pixels, rows, weights, threads) for rows in strips))
    distinct, counts, *weighed = counted
    colors = np.empty((len(distinct), channels), np.uint8)
    kernels.unpack(distinct, colors)
    return Histogram(colors, counts, weighed[0] if weighed else None)


def _counted(pixels: Pixels, rows: slice, weights: str, threads: int) -> Counted:
    """Count the colours of some rows of a picture."""
    method = WEIGHTS[weights]
    if not method.target:
        return kernels.count_colors(pixels[rows].reshape(-1, pixels.shape[2]), threads)
    weigh: pixel_weights.Weigher = load(method.target)
    above = min(rows.start, pixel_weights.HALO)
    around = pixels[rows.start - above : rows.stop + pixel_weights.HALO]
    weighed = np.empty((rows.stop - rows.start, pixels.shape[1]), np.uint8)

    def work(part: slice) -> None:
        weigh(around, above + part.start, weighed[part])

    block = max(WEIGHED_PIXELS // pixels.shape[1], 1)
    kernels.each_block(len(weighed), work, threads=threads, block=block)
    flat = around[above : above + len(weighed)].reshape(-1, pixels.shape[2])
    return kernels.weigh_colors(flat, weighed.ravel(), threads)


def _added(some: Counted, more: Counted) -> Counted:
    """Return the sum of two counts; the counts of the first are changed.

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


def draw(histogram: Histogram, pixels: int, rng: np.random.Generator) -> Histogram:
    """Return the histogram of pixels that are drawn at random, each at most once.

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


def cell_bits(histogram: Histogram, most: int, *, least_bits: int = 5, most_bits: int = 8) -> int:
    """Return the bits of the finest cells of which there are at most `most`.

    Args:
        histogram: of a picture.
        most: how many cells there may be; more only if even the coarsest are.
        least_bits: of the coarsest: 5 bits leave a photograph of 768×512 with 3 to 25 thousand
            cells of its 40 to 300 thousand colours, 6 bits with 11 to 95 thousand.
        most_bits: of the finest.
    """
    keys = _keys(histogram.colors)
    channels = histogram.colors.shape[1]
    for bits in range(most_bits, least_bits, -1):
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
    """Return the cells of neighbouring colours: some thousand points with exact means.

    Args:
        histogram: of n colours.
        points: (n, d), the same colours in the space of clustering.
        bits: a cell has 2^(8 - bits) values of each channel.
        weights: (n,) float64, what each colour weighs; its pixels unless told.

    Returns:
        (m, d) float64, the mean point of each cell that is not empty, and (m,) float64, its weight.
    """
    own = histogram.counts.astype(np.float64) if weights is None else weights
    keys = _keys(histogram.colors) >> np.uint32(histogram.colors.shape[1] * (8 - bits))
    new = np.empty(len(keys), np.int32)
    new[:1] = 0
    np.not_equal(keys[1:], keys[:-1], out=new[1:])
    cell = np.cumsum(new, dtype=np.int32)
    mass = np.empty(int(cell[-1]) + 1)
    sums = np.empty((len(mass), points.shape[1]))
    kernels.cluster_sums(points, own, cell, mass, sums)
    return sums / mass[:, None], mass


def _keys(colors: Bytes) -> NDArray[np.uint32]:
    """Return the place of each colour, (n, c) uint8, on the Z-order curve: (n,) uint32."""
    keys = np.empty(len(colors), np.uint32)
    kernels.pack(colors, keys)
    return keys


TOTAL: Final = 1 << 40
"""What the counts of an image add up to, nearly, where all images weigh the same, and so do its
weights: many times the pixels of any, and so little that millions of images can be added."""

PENDING_COLORS: Final = 1 << 18
"""Histograms are kept apart until they have so many colours, or half as many as all before: so each
colour is sorted a few times only, and memory holds little more than the sum."""


class Merger:
    """A sum of the histograms of images, which are added one after another.

    Attributes:
        images: how many were added.
        pixels: how many pixels they have.
    """

    def __init__(self, weight: str) -> None:
        """Begin with no image; `weight` is a key of `table.SHARED_WEIGHTS`."""
        self.weight = weight
        self.images = 0
        self.pixels = 0
        self._sum: Histogram | None = None
        self._pending: list[Histogram] = []

    def add(self, histogram: Histogram) -> None:
        """Add the histogram of one image."""
        self.images += 1
        self.pixels += histogram.pixels
        if self.weight == "image":
            histogram = Histogram(
                histogram.colors,
                _scaled(histogram.counts),
                None if histogram.weights is None else _scaled(histogram.weights),
                histogram.previews,
            )
        self._pending.append(histogram)
        waiting = sum(len(each) for each in self._pending)
        if waiting > max(PENDING_COLORS, 0 if self._sum is None else len(self._sum) // 2):
            self._fold()

    def total(self) -> Histogram:
        """Return the sum of all histograms, at least one."""
        self._fold()
        assert self._sum is not None
        return self._sum

    def _fold(self) -> None:
        parts = self._pending if self._sum is None else [self._sum, *self._pending]
        self._sum = Histogram.merged(parts)
        self._pending = []


def _scaled(values: Counts) -> Counts:
    return values * np.int64(max(TOTAL // int(values.sum()), 1))
