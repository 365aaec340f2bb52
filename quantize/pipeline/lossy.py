"""Entries that compress better, where that is hardly seen: `Settings.lossy`.

It comes after mapping, on the indices and the palette. A pixel takes the entry of a neighbour, or
the one that it had in the frame before, where the error in the space of clustering, weighted by
contrast, is worth the bytes; `kernels.trellis` chooses. No file is seen here: what a format does
with pixels is in its row.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.checks import MAX_COLORS
from quantize.color import spaces
from quantize.color.table import SPACES
from quantize.images import deflate
from quantize.images.png import bits_for, packed
from quantize.model.picture import with_channels
from quantize.model.pixels import BAND_PIXELS, Bytes, Counts, Pixels, bands_of
from quantize.model.result import Exchange
from quantize.pipeline.mappers import Mapper
from quantize.pipeline.pixel_weights import HALO, WEIGHT, WEIGHTS_BY_RANGE
from quantize.pipeline.quality import ErrorAccumulator, Quality
from quantize.pipeline.settings import Settings
from quantize.pipeline.target import Target

BLOCK_ROWS: Final = 128
"""Rows that are chosen together, each by the one above; blocks know nothing of each other, so that
threads change no byte. Half as many cost 0.3 % of the bytes."""

BITS_OF_LITERAL: Final = 5.0
BITS_OF_RUN: Final = 7.0
BITS_OF_COPY: Final = 12.0
"""What deflate spends, about, on a pixel by itself, on beginning a run, and on beginning to copy
the row above. Found by measurement, with 16 to 256 colours; a bit more or less changes little."""

BITS_OF_PIXEL: Final = 5.0
"""What LZW spends on a pixel of a photograph, about; so much it is worth to be in a string."""

NEIGHBORS: Final = 12
"""Entries that a string may begin with in place of one."""

MOST_OF_STRINGS: Final = 1 << 22
"""Pixels of a GIF up to which strings are looked for: one thread goes through all of them."""

NO_FRAME: Final[Bytes] = np.empty((0, 0), np.uint8)

TOLERANCE: Final = 1.56
CURVE: Final = 0.725
"""A squared distance that is worth a bit, with `lossy=10` and 256 colours, and how it grows with
`lossy`: so that each ten cost a point of SSIMULACRA 2 at 768 x 512 (`benchmarks/lossy.py`)."""

BY_SIZE: Final = 2 / 3
"""A palette of k colours has errors like k to the power of -2/3, as in any three dimensions
(Gersho 1979): so much more may be moved where there are fewer colours, for a point as well."""

DITHERED: Final = 0.5
"""The part of that where pixels are dithered: moved dots are seen sooner."""

STRINGS: Final = 1.2
"""The factor where LZW's strings are looked for, for a point as well."""

APART: Final = 1e5
"""How far entries of different opacity are apart: no pixel becomes transparent, or opaque."""

SAMPLE_ROWS: Final = 32
SAMPLE_OF: Final = 4
SAMPLE_LEVEL: Final = 6
"""The bytes that are saved are estimated from strips of so many rows, one of so many, at this level
of libdeflate: a millisecond for half a megapixel."""

WINDOW: Final = 1 << 15
"""Bytes that deflate looks back (RFC 1951); a longer row cannot copy the one above."""


class Exchanger:
    """An exchange of the entries of frames; it measures what they are in the end."""

    def __init__(
        self, mapper: Mapper, palette: Bytes, channels: int, settings: Settings, target: Target
    ) -> None:
        """Prepare the exchange.

        Args:
            mapper: maps the pixels in the first place, and measures that.
            palette: (k, 3 or 4) uint8.
            channels: those of the pixels, 3 or 4.
            settings: `lossy`, `space`, `dither`, `metrics` and `threads` are read.
            target: what the result can hold.
        """
        self._mapper, self._target = mapper, target
        self._space = SPACES.load(settings.space)
        self._channels = max(channels, palette.shape[1])
        self._entries = self._points(palette)
        if self._channels == 4:
            alpha = with_channels(palette, 4)[:, 3:]
            kinds = np.where(alpha == 0, 0, np.where(alpha == 255, 1, 2)) * APART
            self._entries = np.concatenate([self._entries, kinds.astype(np.float32)], axis=1)
        apart = np.square(self._entries[:, None] - self._entries).sum(axis=2)
        near = np.argsort(apart, axis=1, kind="stable")[:, :NEIGHBORS]
        self._near = np.ascontiguousarray(near, np.uint8)
        self._worth = worth_of(settings, len(palette), lzw=target.lzw)
        self._bits = 8 if target.lzw else bits_for(len(palette))
        self._has_idle = len(palette) < MAX_COLORS or bool((palette[:, 3:] == 0).any())
        self._threads = kernels.thread_count(settings.threads)
        self._errors = ErrorAccumulator(palette, settings.metrics, threads=self._threads)
        self._moved, self._sizes = 0, [0, 0]

    def exchanged(self, pixels: Pixels, indices: Bytes, before: Bytes | None) -> Bytes:
        """Return the entries of a frame that compress well.

        Args:
            pixels: (h, w, c) uint8.
            indices: (h, w) uint8, the entries that they were mapped to.
            before: (h, w) uint8, the entries of the frame before, where the format can leave a
                pixel as it was; None for none.
        """
        by_strings = self._target.lzw and indices.size <= MOST_OF_STRINGS
        if by_strings and before is None:
            found = self._by_strings(pixels, indices, None)
        else:
            found = self._by_rows(pixels, indices, before)
        if by_strings and before is not None and self._has_idle and (found != before).any():
            found = self._by_strings(pixels, np.where(found == before, before, indices), before)
        for rows, band in bands_of(pixels):
            self._errors.add(band, found[rows])
        self._moved += int(np.count_nonzero(found != indices))
        for at, each in enumerate((indices, found)):
            self._sizes[at] += _sampled_size(each, self._bits)
        return found

    def _by_strings(self, pixels: Pixels, indices: Bytes, before: Bytes | None) -> Bytes:
        """Return entries in strings that LZW knows; what is as before is not drawn.

        Args:
            pixels: see `exchanged`.
            indices: where pixels are not drawn, the entries of the frame before.
            before: these; None where all is drawn.
        """
        found = indices.copy()
        drawn = np.ones(indices.shape, bool) if before is None else indices != before
        box = tuple(
            slice(int(some[0]), int(some[-1]) + 1)
            for some in (np.flatnonzero(drawn.any(axis=axis)) for axis in (1, 0))
        )
        rows = self._rows(np.asarray(pixels), 0, slice(0, len(indices)), indices, NO_FRAME)
        idles = NO_FRAME if before is None else _of_box(~drawn, box).astype(np.uint8)
        parts = (_of_box(rows.wanted, box), _of_box(rows.nominal, box), _of_box(rows.ranges, box))
        starts = self._starts(indices.shape[1], keeps=False)
        starts[0] = BITS_OF_PIXEL
        exchanged = np.empty_like(parts[1])
        kernels.choose_strings(
            kernels.LossyRows(*parts, idles),
            kernels.LossyCosts(self._entries, self._worth, starts),
            self._near,
            exchanged,
        )
        found[box] = exchanged
        return found

    def _by_rows(self, pixels: Pixels, indices: Bytes, before: Bytes | None) -> Bytes:
        """Return entries that go on with a run, the row above, or the frame before."""
        height, width = indices.shape
        starts = self._starts(width, keeps=before is not None)
        costs = kernels.LossyCosts(self._entries, self._worth, starts)
        kept = NO_FRAME if before is None else before
        found = np.empty_like(indices)
        most = height * width if isinstance(pixels, np.ndarray) else BAND_PIXELS
        step = BLOCK_ROWS * max(most // (BLOCK_ROWS * width), 1)
        for top in range(0, height, step):
            low, count = max(top - HALO, 0), min(step, height - top)
            around = pixels[low : top + count + HALO]

            def work(rows: slice, around: Bytes = around, low: int = low, top: int = top) -> None:
                part = slice(top + rows.start, top + rows.stop)
                mapped = self._rows(around, low, part, indices, kept)
                kernels.trellis(mapped, costs, found[part])

            kernels.each_block(count, work, threads=self._threads, block=BLOCK_ROWS)
        return found

    @property
    def exchange(self) -> Exchange:
        """The pixels that moved, the share of bytes saved, and the mean squared error before."""
        before, after = self._sizes
        saved = max(1 - after / before, 0.0)
        return Exchange(self._moved, saved, self._mapper.results()[1].mse)

    def results(self) -> tuple[Counts, Quality]:
        """Return counts and figures of the entries in the end, see `Mapper`."""
        return self._errors.counts, self._errors.quality()

    def _rows(
        self, around: Bytes, low: int, part: slice, indices: Bytes, kept: Bytes
    ) -> kernels.LossyRows:
        """Return some rows of a frame as the kernel takes them.

        Args:
            around: (m, w, c) uint8, their pixels, and up to `HALO` rows above and below.
            low: the first row of these.
            part: the rows.
            indices: see `exchanged`.
            kept: its `before`, or (0, 0).
        """
        start, nominal = part.start - low, np.ascontiguousarray(indices[part])
        ranges = np.empty_like(nominal)
        kernels.least_ranges(around, start, ranges)
        shown = self._target.displayable(around[start : start + len(nominal)])
        points = self._points(shown.reshape(-1, shown.shape[2]))
        if self._channels == 4:
            kinds = self._entries[nominal.reshape(-1), 4:]
            points = np.concatenate([points, kinds], axis=1)
        before = np.ascontiguousarray(kept[part]) if len(kept) else kept
        return kernels.LossyRows(points.reshape(*nominal.shape, -1), nominal, ranges, before)

    def _points(self, colors: Bytes) -> spaces.Points:
        full = np.ascontiguousarray(with_channels(colors, self._channels))
        points: spaces.Points = np.asarray(spaces.encode(full, self._space), np.float32)
        return points

    def _starts(self, width: int, *, keeps: bool) -> spaces.Points:
        """Return the bits to begin each state of `kernels.trellis`."""
        starts = np.full(kernels.STATES, kernels.NEVER, np.float32)
        each = 8 // self._bits
        starts[:2] = BITS_OF_LITERAL, BITS_OF_RUN
        if keeps:
            starts[2] = BITS_OF_RUN
        if -(-width // each) < WINDOW:
            offsets = np.arange(kernels.COPIES) - kernels.REACH
            starts[-kernels.COPIES :][offsets % each == 0] = BITS_OF_COPY
        return starts


def worth_of(settings: Settings, colors: int, *, lzw: bool = False) -> spaces.Points:
    """Return the bits that a squared distance of 1 is worth, by the range of `least_ranges`.

    Args:
        settings: `lossy`, not 0, and `dither` are read.
        colors: the size of the palette.
        lzw: whether strings are looked for.

    Returns:
        (256,) float32.
    """
    tolerance: float = TOLERANCE * (settings.lossy / 10) ** CURVE * (256 / colors) ** BY_SIZE
    if settings.dither != "none":
        tolerance *= DITHERED
    if lzw:
        tolerance *= STRINGS
    return np.asarray(WEIGHTS_BY_RANGE / (WEIGHT * tolerance), np.float32)


def _of_box(array: NDArray[Any], box: tuple[slice, ...]) -> NDArray[Any]:
    return np.ascontiguousarray(array[box])


def _sampled_size(indices: Bytes, bits: int) -> int:
    """Return the compressed bytes of some strips of a frame."""
    height = len(indices)
    strips = [
        packed(indices[top : top + SAMPLE_ROWS], bits).tobytes()
        for top in range(0, height, SAMPLE_ROWS * SAMPLE_OF)
    ]
    return len(deflate.compress(b"".join(strips), SAMPLE_LEVEL))
