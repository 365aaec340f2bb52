"""Two ways from pixels to palette indices: the nearest entry, and dithering."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.checks import Row
from quantize.color.table import SPACES
from quantize.dither.table import DITHERS
from quantize.model.pixels import Bytes, Counts, Pixels, bands_of, release_memory
from quantize.pipeline import quality
from quantize.pipeline.color_table import ColorTable
from quantize.pipeline.histogram import Histogram
from quantize.pipeline.quality import ErrorAccumulator, Errors, Quality
from quantize.pipeline.settings import Settings
from quantize.pipeline.target import Target
from quantize.pipeline.timing import StageTimer


class Mapper(Protocol):
    """A way from the pixels of frames to the entries of one palette; it measures the result."""

    def start_frame(self) -> None:
        """Begin with the top row of another frame."""

    def map(self, band: Bytes) -> Bytes:
        """Return the indices of the rows that follow: (h, w) uint8 of (h, w, c) uint8."""

    def add(self, band: Bytes, indices: Bytes) -> None:
        """Measure rows and the indices that they have in the end."""

    def results(self) -> tuple[Counts, Quality]:
        """Return how many pixels have each entry, (k,), and the figures over all frames.

        SSIM is left to `quality.ssim_of`: it needs whole frames.
        """


class NearestMapper:
    """Each pixel gets the entry of its colour; the figures follow from the colours alone."""

    def __init__(
        self,
        histogram: Histogram,
        palette: Bytes,
        indices: Bytes,
        settings: Settings,
        errors: Errors | None = None,
    ) -> None:
        """Measure the colours and prepare the table of their entries.

        Args:
            histogram: the n distinct colours of all frames.
            palette: (k, c) uint8, as it is written.
            indices: (n,) uint8, the entry of each colour.
            settings: `metrics` and `threads` are read.
            errors: (n,) the squared errors of the colours in 8-bit sRGB, if they are known.
        """
        counts = np.bincount(indices, histogram.counts, minlength=len(palette))
        self._counts = counts.astype(np.int64)
        if errors is None:
            errors = quality.squared_errors(histogram, indices, palette)
        self._quality = quality.basic(histogram, errors)
        if settings.metrics == "full":
            self._quality = quality.differences(self._quality, histogram, indices, palette)
        self._table = ColorTable(histogram, indices)
        self._threads = kernels.thread_count(settings.threads)

    def start_frame(self) -> None:
        """See `Mapper`; frames do not matter here."""

    def map(self, band: Bytes) -> Bytes:
        """See `Mapper`."""
        return self._table.index(band, threads=self._threads)

    def add(self, band: Bytes, indices: Bytes) -> None:
        """See `Mapper`; nothing is left to measure."""

    def results(self) -> tuple[Counts, Quality]:
        """See `Mapper`."""
        return self._counts, self._quality


class DitherMapper:
    """Pixels get entries whose mean over a few pixels is near to their colour."""

    def __init__(self, palette: Bytes, channels: int, settings: Settings, target: Target) -> None:
        """Prepare the method of `settings.dither`, which is not `none`.

        Args:
            palette: (k, 3 or 4) uint8.
            channels: those of the pixels, 3 or 4.
            settings: `dither`, `dither_strength`, `space`, `metrics` and `threads` are read.
            target: what the result can hold.
        """
        from quantize.color import palette_order  # with the tables of dithering
        from quantize.color.inverse_map import as_greys, inverse_map_of, is_of_one_hue
        from quantize.dither.ditherer import Ditherer, strength_of

        method = DITHERS[settings.dither]
        assert not isinstance(method, Row)
        threads = kernels.thread_count(settings.threads)
        # to a palette without hues goes the luminance of pixels: the picture is made grey first
        self._shown = as_greys if is_of_one_hue(palette) else np.asarray
        strength = strength_of(settings.dither, settings.dither_strength, len(palette))
        self._ditherer = Ditherer(
            method,
            strength,
            inverse_map_of(self._shown(palette), channels, SPACES.load(settings.space), strength),
            palette_order.dark_to_light(palette[:, :3]).astype(np.uint8),
            threads=threads,
        )
        self._target = target
        self._errors = ErrorAccumulator(palette, settings.metrics, threads=threads)

    def start_frame(self) -> None:
        """See `Mapper`."""
        self._ditherer.restart()

    def map(self, band: Bytes) -> Bytes:
        """See `Mapper`."""
        return self._ditherer.rows(self._shown(self._target.displayable(band)))

    def add(self, band: Bytes, indices: Bytes) -> None:
        """See `Mapper`."""
        self._errors.add(band, indices)

    def results(self) -> tuple[Counts, Quality]:
        """See `Mapper`."""
        return self._errors.counts, self._errors.quality()


def mean_difference(pixels: Pixels, palette: Bytes, settings: Settings, target: Target) -> float:
    """Return the mean CIEDE2000 between a picture, (h, w, c) uint8, and its dithered result."""
    mapper = DitherMapper(palette, pixels.shape[2], settings, target)
    errors = ErrorAccumulator(palette, "full")
    for _, band in bands_of(pixels):
        errors.add(band, mapper.map(band))
    return errors.quality().delta_e_mean or 0.0


def frame_indices(
    mapper: Mapper,
    pixels: Pixels,
    timer: StageTimer,
    still: NDArray[np.bool_] | None,
    before: Bytes | None,
) -> Bytes:
    """Map the rows of one frame.

    Args:
        mapper: of all frames.
        pixels: (h, w, c) uint8; or (h, w), entries that are kept.
        timer: gets the seconds of the stages.
        still: (h, w) bool, pixels that keep their entry of the frame before; None for none.
        before: (h, w) uint8, the indices of the frame before, if there is one.
    """
    height, width = pixels.shape[:2]
    indices = np.empty((height, width), np.uint8)
    if not isinstance(pixels, np.ndarray):
        release_memory()
    mapper.start_frame()
    for rows, band in timer.each("map", bands_of(pixels)):
        with timer.stage("map"):
            found = mapper.map(band)
            if still is not None and before is not None:
                found = np.where(still[rows], before[rows], found)
            if len(found) == height:
                indices = found
            else:
                indices[rows] = found
        with timer.stage("measure"):
            mapper.add(band, found)
    return indices
