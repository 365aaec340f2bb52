"""How the pixels of frames get their entries of one palette, and what that is worth in all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np

from quantize import kernels
from quantize.checks import Row
from quantize.color import alpha, palette_order
from quantize.color.inverse_map import inverse_map_of
from quantize.color.table import SPACES
from quantize.dither.ditherer import Ditherer, strength_of
from quantize.dither.table import DITHERS
from quantize.model.palette import Palette
from quantize.model.picture import Picture
from quantize.model.pixels import BAND_PIXELS, Bytes, Counts, Pixels, bands
from quantize.pipeline import quality as measure
from quantize.pipeline import statistics
from quantize.pipeline.histogram import Histogram
from quantize.pipeline.settings import Settings


def ditherer_of(palette: Bytes, channels: int, settings: Settings) -> Ditherer:
    """Return the ditherer of `settings.dither`, which is not `none`, for a palette.

    Args:
        palette: (k, 3 or 4) uint8.
        channels: of the pixels, 3 or 4.
        settings: `dither`, `dither_strength`, `space` and `threads` are read.
    """
    method = DITHERS[settings.dither]
    assert not isinstance(method, Row)
    return Ditherer(
        method,
        strength_of(settings.dither, settings.dither_strength, len(palette)),
        inverse_map_of(palette, channels, SPACES.load(settings.space)),
        palette_order.dark_to_light(palette[:, :3]).astype(np.uint8),
        threads=kernels.thread_count(settings.threads),
    )


def bands_of(
    pixels: Pixels, palette: Bytes, settings: Settings, *, on_off: bool = False
) -> Iterator[tuple[slice, Bytes, Bytes]]:
    """A picture from the top, some rows at a time: which, their pixels, and their indices.

    Args:
        pixels: (h, w, 3 or 4) uint8.
        palette: (k, 3 or 4) uint8.
        settings: `dither`, not `none`, `dither_strength`, `space` and `threads` are read.
        on_off: whether pixels are to be opaque or not there.
    """
    ditherer = ditherer_of(palette, pixels.shape[2], settings)
    height, width = pixels.shape[:2]
    most = height * width if isinstance(pixels, np.ndarray) else BAND_PIXELS
    for rows, band in bands(pixels, most):
        yield rows, band, ditherer.rows(alpha.on_off(band) if on_off else band)


def difference(pixels: Pixels, palette: Bytes, settings: Settings, *, on_off: bool) -> float:
    """The mean CIEDE2000 of a picture that is dithered; arguments as for `bands_of`."""
    compared = measure.Compared(palette, "full")
    for _, band, indices in bands_of(pixels, palette, settings, on_off=on_off):
        compared.add(band, indices)
    return compared.quality().delta_e_mean or 0.0


class Assigner(Protocol):
    """Gives the pixels of one frame after another their entries."""

    def indices(self, pixels: Bytes) -> Bytes:
        """(h, w) uint8 of (h, w, c) uint8: the whole of a frame."""

    def add(self, pixels: Bytes, indices: Bytes) -> None:
        """Measure a frame as it is, and as it is in the end."""

    def results(self) -> tuple[Counts, measure.Quality]:
        """(k,) how many pixels have each entry, and the figures, over all frames."""


class Mean:
    """Of the structural similarity of frames, each weighed with its pixels."""

    def __init__(self) -> None:
        self._sum, self._pixels = 0.0, 0

    def add(self, value: float, pixels: int) -> None:
        """Add a frame's."""
        self._sum += value * pixels
        self._pixels += pixels

    @property
    def value(self) -> float:
        """The mean; at least one was added."""
        return self._sum / self._pixels


class Nearest:
    """Each pixel gets the entry of its colour."""

    def __init__(
        self, colors: Histogram, palette: Palette, entries: Bytes, settings: Settings
    ) -> None:
        """Of the n distinct colours of all frames, and (n,) uint8 the entry of each."""
        self._judged = statistics.judge(colors, palette, entries, settings)
        self._full = settings.metrics == "full"
        self._threads = kernels.thread_count(settings.threads)
        self._likeness = Mean()

    def indices(self, pixels: Bytes) -> Bytes:
        """See `Assigner`."""
        return self._judged.lookup.index(pixels, threads=self._threads)

    def add(self, pixels: Bytes, indices: Bytes) -> None:
        """See `Assigner`; all but the likeness follows from the colours."""
        if self._full:
            palette = self._judged.palette.colors
            likeness = measure.likeness(Picture(pixels), palette, indices)
            self._likeness.add(likeness, indices.size)

    def results(self) -> tuple[Counts, measure.Quality]:
        """See `Assigner`."""
        quality = self._judged.quality
        if self._full:
            quality = quality._replace(ssim=self._likeness.value)
        return self._judged.palette.counts, quality


class Dithered:
    """Entries are mixed, in each frame anew: so those of ordered methods depend on place alone."""

    def __init__(self, palette: Bytes, settings: Settings, *, on_off: bool) -> None:
        """Of (k, c) uint8; with `on_off` pixels are opaque or not there."""
        self._palette, self._settings, self._on_off = palette, settings, on_off
        threads = kernels.thread_count(settings.threads)
        self._compared = measure.Compared(palette, settings.metrics, threads=threads)
        self._likeness = Mean()

    def indices(self, pixels: Bytes) -> Bytes:
        """See `Assigner`."""
        ditherer = ditherer_of(self._palette, pixels.shape[2], self._settings)
        return ditherer.rows(alpha.on_off(pixels) if self._on_off else pixels)

    def add(self, pixels: Bytes, indices: Bytes) -> None:
        """See `Assigner`."""
        self._compared.add(pixels, indices)
        if self._settings.metrics == "full":
            likeness = measure.likeness(Picture(pixels), self._palette, indices)
            self._likeness.add(likeness, indices.size)

    def results(self) -> tuple[Counts, measure.Quality]:
        """See `Assigner`."""
        quality = self._compared.quality()
        if self._settings.metrics == "full":
            quality = quality._replace(ssim=self._likeness.value)
        return self._compared.counts, quality
