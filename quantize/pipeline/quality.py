"""What a result is worth: the figures of `Statistics`, from the picture and its result."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.color import difference as color_difference
from quantize.color import spaces
from quantize.color.alpha import premultiplied
from quantize.model.picture import with_channels
from quantize.model.pixels import Bytes, Counts, LazyPixels, Pixels
from quantize.pipeline import similarity
from quantize.pipeline.histogram import Histogram

Errors = NDArray[np.floating[Any]]

BLOCK_COLORS = 1 << 15
"""Colours that are compared at once: their errors stay in the second-level cache."""


PIXEL_BLOCK = 1 << 16
"""Pixels that a thread compares at a time."""


class Quality(NamedTuple):
    """Error of the result against the picture, as `Statistics` defines it."""

    mse: float
    psnr: float
    ssim: float | None = None
    delta_e_mean: float | None = None
    delta_e_p95: float | None = None
    delta_e_max: float | None = None


def squared_errors(
    histogram: Histogram, entries: NDArray[np.uint8], palette: Bytes
) -> NDArray[np.float64]:
    """Return the squared distance of each colour to its entry, (n,), in 8-bit sRGB.

    Args:
        histogram: of n colours.
        entries: (n,) uint8, the palette index of each.
        palette: (k, c) uint8.
    """
    errors = np.empty(len(histogram))
    channels = max(histogram.colors.shape[1], palette.shape[1])
    got = spaces.encode(with_channels(palette, channels), spaces.SRGB)
    for start in range(0, len(histogram), BLOCK_COLORS):
        rows = slice(start, start + BLOCK_COLORS)
        wanted = spaces.encode(with_channels(histogram.colors[rows], channels), spaces.SRGB)
        found = np.empty(len(wanted), wanted.dtype)
        kernels.paired_distances(wanted, got, entries[rows].astype(np.int32), found)
        errors[rows] = found
    return errors


def basic(histogram: Histogram, errors: NDArray[Any]) -> Quality:
    """Return the mean squared error, exact for opaque pictures: sums of whole numbers.

    Args:
        histogram: of the picture.
        errors: (n,), the squared error of each of its colours.
    """
    mse = float(np.multiply(histogram.counts, errors, dtype=np.float64).sum()) / histogram.pixels
    return Quality(mse=mse, psnr=similarity.psnr(mse, histogram.colors.shape[1]))


def differences(
    error: Quality, histogram: Histogram, entries: NDArray[np.uint8], palette: Bytes
) -> Quality:
    """Return the figures with CIEDE2000; colours with alpha are compared premultiplied.

    Args:
        error: what `basic` gave.
        histogram: of the picture.
        entries: (n,) uint8, the palette index of each of its colours.
        palette: (k, c) uint8.
    """
    wanted, got = premultiplied(histogram.colors), premultiplied(palette)
    difference = color_difference.delta_e(wanted, got[entries], histogram.counts)
    return error._replace(
        delta_e_mean=difference.mean, delta_e_p95=difference.p95, delta_e_max=difference.max
    )


def ssim_of(pixels: Pixels, palette: Bytes, indices: Bytes) -> float:
    """Return the SSIM of a picture and its result, premultiplied where there is alpha.

    Args:
        pixels: (height, width, c) uint8, what was read.
        palette: (k, c) uint8.
        indices: (height, width) uint8 into it.
    """
    got = premultiplied(palette)

    def shown(band: Bytes) -> Bytes:
        pixels: Bytes = got[band[..., 0]]
        return pixels

    before = LazyPixels(pixels, premultiplied, 3)
    return similarity.ssim(before, LazyPixels(indices[..., None], shown, 3))


class WeightedMean:
    """The mean of the values of frames, weighted by their numbers of pixels."""

    def __init__(self) -> None:
        self._values: list[tuple[float, int]] = []

    def add(self, value: float, pixels: int) -> None:
        """Add the value of one frame."""
        self._values.append((value, pixels))

    @property
    def value(self) -> float | None:
        """The mean: of one value exactly that value, of none None."""
        if len(self._values) < 2:
            return self._values[0][0] if self._values else None
        total = sum(pixels for _, pixels in self._values)
        return sum(value * pixels for value, pixels in self._values) / total


class ErrorAccumulator:
    """The figures of dithered pictures, where the entry of a pixel does not follow from its colour.

    Attributes:
        counts: (k,) int64, how many pixels have each entry.
    """

    def __init__(self, palette: Bytes, level: str, *, threads: int = 1) -> None:
        """Begin without pixels.

        Args:
            palette: (k, 3 or 4) uint8.
            level: a key of `table.METRICS`; SSIM is left to `ssim_of`.
            threads: most threads to use; changes no result.
        """
        self.counts = np.zeros(len(palette), np.int64)
        self._palette, self._full, self._threads = palette, level == "full", threads
        self._channels = palette.shape[1]
        self._errors: list[float] = []
        self._pairs: list[tuple[NDArray[np.uint32], Counts]] = []

    def add(self, pixels: Bytes, indices: Bytes) -> None:
        """Compare some rows, (h, w, 3 or 4), with their entries, (h, w)."""
        self._channels = max(self._channels, pixels.shape[2])
        colors, entries = pixels.reshape(-1, pixels.shape[2]), indices.reshape(-1)
        compare = _tallied if self._channels == 3 else _compared

        def work(rows: slice) -> tuple[float, Counts]:
            return compare(colors[rows], entries[rows], self._palette)

        parts = kernels.each_block(len(entries), work, threads=self._threads, block=PIXEL_BLOCK)
        for error, counts in parts:
            self._errors.append(error)
            self.counts += counts
        if self._full:
            self._pairs.append(_occurring(premultiplied(colors), entries))

    def quality(self) -> Quality:
        """Return the figures of all pixels that were added."""
        mse = math.fsum(self._errors) / int(self.counts.sum())
        found = Quality(mse=mse, psnr=similarity.psnr(mse, self._channels))
        if not self._full:
            return found
        keys = np.concatenate([keys for keys, _ in self._pairs])
        counts = np.concatenate([counts for _, counts in self._pairs])
        pairs = keys[:, None].view(np.uint8)
        got = premultiplied(self._palette)[pairs[:, 3]]
        difference = color_difference.delta_e(np.ascontiguousarray(pairs[:, :3]), got, counts)
        return found._replace(
            delta_e_mean=difference.mean, delta_e_p95=difference.p95, delta_e_max=difference.max
        )


def _tallied(pixels: Bytes, indices: Bytes, palette: Bytes) -> tuple[float, Counts]:
    """Return the sum of squared errors, and how often each entry occurs."""
    counts = np.empty(len(palette), np.int64)
    return kernels.tally(pixels, indices, palette, counts), counts


def _compared(pixels: Bytes, indices: Bytes, palette: Bytes) -> tuple[float, Counts]:
    """Return the same for pixels with alpha."""
    wanted = spaces.encode(with_channels(pixels, 4), spaces.SRGB)
    got = spaces.encode(with_channels(palette, 4), spaces.SRGB)
    errors = np.square(wanted - got[indices])
    return float(errors.sum()), np.bincount(indices, minlength=len(palette)).astype(np.int64)


def _occurring(colors: Bytes, indices: Bytes) -> tuple[NDArray[np.uint32], Counts]:
    """Return each pair of a colour and an entry, as the bytes of a number, and its count."""
    pairs = np.concatenate([colors, indices[:, None]], axis=1)
    keys, counts = np.unique(pairs.view(np.uint32), return_counts=True)
    return keys.ravel(), counts.astype(np.int64)
