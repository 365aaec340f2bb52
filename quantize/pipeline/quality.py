"""What a result is worth: the figures of `Statistics`, from the picture and its result."""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.color import difference as color_difference
from quantize.color.alpha import GROUNDS
from quantize.model.picture import with_channels
from quantize.model.pixels import Bytes, Counts, LazyPixels, Pixels
from quantize.pipeline import similarity
from quantize.pipeline.histogram import Histogram

Errors = NDArray[np.floating[Any]]

BLOCK_COLORS = 1 << 15
"""Colours that are compared at once: their errors stay in the second-level cache."""


PIXEL_BLOCK = 1 << 16
"""Pixels that a thread compares at a time."""


OPACITY_UNITS: Final = len(GROUNDS) * 255**2
"""Squared errors under alpha are whole numbers of so small parts: opacity is of 255, and they are
means over the grounds."""


class Quality(NamedTuple):
    """Error of the result against the picture, as `Statistics` defines it.

    With alpha each figure is the mean of that on black and that on white.
    """

    mse: float
    psnr: float
    ssim: float | None = None
    delta_e_mean: float | None = None
    delta_e_p95: float | None = None
    delta_e_max: float | None = None


def squared_errors(
    histogram: Histogram, entries: NDArray[np.uint8], palette: Bytes
) -> NDArray[np.float64]:
    """Return the squared distance of each colour to its entry, (n,), in 8-bit sRGB, exactly.

    Args:
        histogram: of n colours.
        entries: (n,) uint8, the palette index of each.
        palette: (k, c) uint8.
    """
    errors = np.empty(len(histogram))
    channels = max(histogram.colors.shape[1], palette.shape[1])
    seen, unit = (on_grounds, OPACITY_UNITS) if channels == 4 else (_stored, 1)
    got = seen(palette)
    for start in range(0, len(histogram), BLOCK_COLORS):
        rows = slice(start, start + BLOCK_COLORS)
        wanted = seen(histogram.colors[rows])
        found = np.empty(len(wanted), wanted.dtype)
        kernels.paired_distances(wanted, got, entries[rows].astype(np.int32), found)
        errors[rows] = found / unit
    return errors


def _stored(colors: Bytes) -> Errors:
    return colors.astype(np.float32)


def on_grounds(colors: Bytes) -> Errors:
    """Return how (n, 3 or 4) colours look on all grounds, times 255: (n, 6) whole numbers."""
    full = with_channels(colors, 4).astype(np.float64)
    alpha = full[:, 3:]
    on_each = [full[:, :3] * alpha + ground * (255 - alpha) for ground in GROUNDS]
    return np.concatenate(on_each, axis=1)


def basic(histogram: Histogram, errors: NDArray[Any]) -> Quality:
    """Return the mean squared error, from sums of whole numbers.

    Args:
        histogram: of the picture.
        errors: (n,), the squared error of each of its colours.
    """
    mse = float(np.multiply(histogram.counts, errors, dtype=np.float64).sum()) / histogram.pixels
    return Quality(mse=mse, psnr=similarity.psnr(mse))


def differences(
    error: Quality, histogram: Histogram, entries: NDArray[np.uint8], palette: Bytes
) -> Quality:
    """Return the figures with CIEDE2000.

    Args:
        error: what `basic` gave.
        histogram: of the picture.
        entries: (n,) uint8, the palette index of each of its colours.
        palette: (k, c) uint8.
    """
    wanted = color_difference.Differences(histogram.colors, histogram.counts)
    difference = wanted.to(palette, entries)
    return error._replace(
        delta_e_mean=difference.mean, delta_e_p95=difference.p95, delta_e_max=difference.max
    )


def ssim_of(pixels: Pixels, palette: Bytes, indices: Bytes) -> float:
    """Return the SSIM of a picture and its result.

    Args:
        pixels: (height, width, c) uint8, what was read.
        palette: (k, c) uint8.
        indices: (height, width) uint8 into it.
    """

    def shown(band: Bytes) -> Bytes:
        pixels: Bytes = palette[band[..., 0]]
        return pixels

    return similarity.ssim(pixels, LazyPixels(indices[..., None], shown, palette.shape[1]))


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
        self._errors: list[float] = []
        self._pairs: list[tuple[Bytes, Bytes, Counts]] = []

    def add(self, pixels: Bytes, indices: Bytes) -> None:
        """Compare some rows, (h, w, 3 or 4), with their entries, (h, w)."""
        channels = max(self._palette.shape[1], pixels.shape[2])
        colors, entries = pixels.reshape(-1, pixels.shape[2]), indices.reshape(-1)
        palette = with_channels(self._palette, channels)
        unit = OPACITY_UNITS if channels == 4 else 1

        def work(rows: slice) -> tuple[float, Counts]:
            counts = np.empty(len(palette), np.int64)
            part = with_channels(colors[rows], channels)
            return kernels.tally(part, entries[rows], palette, counts) / unit, counts

        parts = kernels.each_block(len(entries), work, threads=self._threads, block=PIXEL_BLOCK)
        for error, counts in parts:
            self._errors.append(error)
            self.counts += counts
        if self._full:
            self._pairs.append(_occurring(with_channels(colors, channels), entries))

    def quality(self) -> Quality:
        """Return the figures of all pixels that were added."""
        mse = math.fsum(self._errors) / int(self.counts.sum())
        found = Quality(mse=mse, psnr=similarity.psnr(mse))
        if not self._full:
            return found
        colors, entries, counts = (
            np.concatenate(parts) for parts in zip(*self._pairs, strict=True)
        )
        difference = color_difference.Differences(colors, counts).to(self._palette, entries)
        return found._replace(
            delta_e_mean=difference.mean, delta_e_p95=difference.p95, delta_e_max=difference.max
        )


def _occurring(colors: Bytes, indices: Bytes) -> tuple[Bytes, Bytes, Counts]:
    """Return the colour and the entry of each pair of these that occurs, and its count."""
    channels = colors.shape[1]
    pairs = np.zeros((len(colors), 4 if channels == 3 else 8), np.uint8)
    pairs[:, :channels], pairs[:, channels] = colors, indices
    keys, counts = np.unique(pairs.view(f"u{pairs.shape[1]}"), return_counts=True)
    found = keys.reshape(-1, 1).view(np.uint8)
    return found[:, :channels], found[:, channels], counts.astype(np.int64)
