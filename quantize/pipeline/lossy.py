"""Entries that compress better, where that is hardly seen: `Settings.lossy`.

It comes after mapping, on the indices and the palette. A pixel takes the entry of a neighbour, or
the one that it had in the frame before, where the error in the space of clustering, weighted by
contrast, is worth the bytes; `kernels.trellis` chooses. No file is seen here: what a format does
with pixels is in its row.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

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
from quantize.pipeline.frame_colors import entries_of
from quantize.pipeline.pixel_weights import HALO, WEIGHT, WEIGHTS_BY_RANGE
from quantize.pipeline.quality import ErrorAccumulator, Quality
from quantize.pipeline.settings import MOST_LOSSY, Settings
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

MOST_BOXES: Final = 3
"""How often strings are looked for, in smaller rectangles as more of a frame stays."""

NEIGHBORS: Final = 12
"""Entries that a string may begin with in place of one."""

MOST_OF_STRINGS: Final = 1 << 22
"""Pixels of a GIF up to which strings are looked for: one thread goes through all of them."""

Mask = NDArray[np.bool_]

NO_FRAME: Final[Bytes] = np.empty((0, 0), np.uint8)

TOLERANCE: Final = 1.56
CURVE: Final = 0.725
"""A squared distance that is worth a bit, with `lossy=10` and 256 colours, and how it grows with
`lossy`: so that each ten cost a point of SSIMULACRA 2 at 768 x 512 (`benchmarks/lossy.py`)."""

AT_MOST: Final = 3
"""How much larger it is at 100 than by that curve: so a GIF looks there as after
`gifsicle --lossy=80`. The factor rises with the fourth power, up to 40 it is none."""

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


class _Before(NamedTuple):
    """The frame before.

    Attributes:
        entries: (h, w) uint8, its entries; of another palette, those that a pixel would get.
        shown: (h, w, 4) uint8, its colours, if it has another palette.
        drawn: (h, w) bool, where a pixel can be drawn, if it has another palette.
    """

    entries: Bytes
    shown: Bytes | None = None
    drawn: Mask | None = None


class Exchanger:
    """An exchange of the entries of frames; it measures what they are in the end.

    Attributes:
        channels: those of pixels, 3 or 4.
    """

    def __init__(self, palette: Bytes, channels: int, settings: Settings, target: Target) -> None:
        """Prepare the exchange.

        Args:
            palette: (k, 3 or 4) uint8.
            channels: those of the pixels, 3 or 4; 4 if the palette has as many.
            settings: `lossy`, `space`, `dither`, `metrics` and `threads` are read.
            target: what the result can hold.
        """
        self._target = target
        self._space = SPACES.load(settings.space)
        self.channels = max(channels, palette.shape[1])
        self._entries = self._points_apart(with_channels(palette, 4))
        apart = np.square(self._entries[:, None] - self._entries).sum(axis=2)
        near = np.argsort(apart, axis=1, kind="stable")[:, :NEIGHBORS]
        self._near = np.ascontiguousarray(near, np.uint8)
        self._worth = worth_of(settings, len(palette), lzw=target.lzw)
        self._bits = 8 if target.lzw else bits_for(len(palette))
        self._palette = palette
        self._has_transparent = bool((palette[:, 3:] == 0).any())
        self._threads = kernels.thread_count(settings.threads)
        self._errors = ErrorAccumulator(palette, settings.metrics, threads=self._threads)
        self._sizes = Sizes(self._bits)
        self._moved = 0

    def exchanged(self, pixels: Pixels, indices: Bytes, before: Bytes | None) -> Bytes:
        """Return the entries of a frame that compress well.

        Args:
            pixels: (h, w, c) uint8.
            indices: (h, w) uint8, the entries that they were mapped to.
            before: (h, w) uint8, the entries of the frame before, where the format can leave a
                pixel as it was; None for none.
        """
        last = None if before is None else _Before(before)
        if self._takes_strings(indices, last):
            found = self._by_strings(pixels, indices, last)
        else:
            found, _ = self._by_rows(pixels, indices, last)
        for rows, band in bands_of(pixels):
            self._errors.add(band, found[rows])
        self._moved += int(np.count_nonzero(found != indices))
        self._sizes.add(indices, found)
        return found

    def of_part(
        self, pixels: Bytes, indices: Bytes, drawn: Mask | None, shown: Bytes | None
    ) -> tuple[Bytes, Mask | None]:
        """Return entries that compress well, and where these are drawn; nothing is measured.

        Args:
            pixels: (h, w, c) uint8.
            indices: (h, w) uint8, the entries that they were mapped to; any where not drawn.
            drawn: (h, w) bool; None where all is drawn, whatever is seen.
            shown: (h, w, 4) uint8, what is seen before; it stays where that is hardly seen.
        """
        last = None
        if drawn is not None and shown is not None:
            last = _Before(indices, shown, drawn)
        if self._takes_strings(indices, last):
            if last is None or drawn is None or shown is None:
                return self._by_strings(pixels, indices, None), drawn
            entries = entries_of(shown, self._palette)
            entries = np.where(entries < 0, len(self._palette), entries)
            last = last._replace(entries=np.where(drawn, entries, indices).astype(np.uint8))
            found = self._by_strings(pixels, indices, last)
            return found, found != last.entries
        found, stays = self._by_rows(pixels, indices, last)
        return found, None if drawn is None else drawn & ~stays

    def _takes_strings(self, indices: Bytes, before: _Before | None) -> bool:
        """Return whether LZW codes a frame, and can leave pixels as they are if that is to be."""
        if not self._target.lzw or indices.size > MOST_OF_STRINGS:
            return False
        return before is None or len(self._entries) < MAX_COLORS or self._has_transparent

    def _by_strings(self, pixels: Pixels, indices: Bytes, before: _Before | None) -> Bytes:
        """Return entries in strings that LZW knows; what stays has the entry of the frame before.

        The rectangle that is drawn is coded, and it is smaller where more stays.
        """
        rows = self._rows(np.asarray(pixels), 0, slice(0, len(indices)), indices)
        if before is None:
            return self._strings(rows)
        rows = self._with_before(rows, before, slice(0, len(indices)))
        found, box = indices, None
        for _ in range(MOST_BOXES):
            smaller = _box_of(found != rows.before)
            if smaller == box:
                break
            box = smaller
            found = rows.before.copy()
            found[box] = self._strings(kernels.LossyRows(*(_of_box(part, box) for part in rows)))
        return found

    def _strings(self, rows: kernels.LossyRows) -> Bytes:
        """Return the entries of a rectangle."""
        starts = self._starts(rows.nominal.shape[1], keeps=False)
        starts[0] = BITS_OF_PIXEL
        found = np.empty_like(rows.nominal)
        idle = len(rows.before) > 0 and not self._has_transparent
        kernels.choose_strings(
            rows,
            kernels.LossyCosts(self._entries, self._worth, starts),
            self._near,
            max((len(self._entries) - 1 + idle).bit_length(), 2),
            found,
        )
        return found

    def _by_rows(
        self, pixels: Pixels, indices: Bytes, before: _Before | None
    ) -> tuple[Bytes, Mask]:
        """Return entries that go on with a run or the row above, and where all stays as before."""
        height, width = indices.shape
        starts = self._starts(width, keeps=before is not None)
        costs = kernels.LossyCosts(self._entries, self._worth, starts)
        found = np.empty_like(indices)
        kept = NO_FRAME if before is None else np.empty_like(indices)
        most = height * width if isinstance(pixels, np.ndarray) else BAND_PIXELS
        step = BLOCK_ROWS * max(most // (BLOCK_ROWS * width), 1)
        for top in range(0, height, step):
            low, count = max(top - HALO, 0), min(step, height - top)
            around = pixels[low : top + count + HALO]

            def work(rows: slice, around: Bytes = around, low: int = low, top: int = top) -> None:
                part = slice(top + rows.start, top + rows.stop)
                mapped = self._rows(around, low, part, indices)
                if before is not None:
                    mapped = self._with_before(mapped, before, part)
                kernels.trellis(mapped, costs, found[part], kept[part] if len(kept) else kept)

            kernels.each_block(count, work, threads=self._threads, block=BLOCK_ROWS)
        return found, kept.view(bool)

    def _with_before(
        self, mapped: kernels.LossyRows, before: _Before, part: slice
    ) -> kernels.LossyRows:
        """Return some rows of a frame with those of the frame before."""
        entries = np.ascontiguousarray(before.entries[part])
        if before.shown is None or before.drawn is None:
            return mapped._replace(before=entries, seen=self._entries[entries])
        seen = self._points_apart(before.shown[part].reshape(-1, 4)).reshape(mapped.wanted.shape)
        # what is not drawn makes no error that is carried on
        drawn, gets = before.drawn[part][..., None], self._entries[mapped.nominal]
        wanted = np.where(drawn, mapped.wanted, gets)
        return mapped._replace(wanted=wanted, before=entries, seen=np.where(drawn, seen, gets))

    def exchange(self, mse_before: float) -> Exchange:
        """Return what was done; the argument is the mean squared error without that."""
        return Exchange(self._moved, self._sizes.saved, mse_before)

    def results(self) -> tuple[Counts, Quality]:
        """Return counts and figures of the entries in the end, see `Mapper`."""
        return self._errors.counts, self._errors.quality()

    def _rows(self, around: Bytes, low: int, part: slice, indices: Bytes) -> kernels.LossyRows:
        """Return some rows of a frame as the kernel takes them.

        Args:
            around: (m, w, c) uint8, their pixels, and up to `HALO` rows above and below.
            low: the first row of these.
            part: the rows.
            indices: see `exchanged`.
        """
        start, nominal = part.start - low, np.ascontiguousarray(indices[part])
        ranges = np.empty_like(nominal)
        kernels.least_ranges(around, start, ranges)
        shown = self._target.displayable(around[start : start + len(nominal)])
        points = self._points(shown.reshape(-1, shown.shape[2]))
        if self.channels == 4:
            kinds = self._entries[nominal.reshape(-1), 4:]
            points = np.concatenate([points, kinds], axis=1)
        return kernels.LossyRows(points.reshape(*nominal.shape, -1), nominal, ranges, NO_FRAME)

    def _points_apart(self, colors: Bytes) -> spaces.Points:
        """Return the points of (n, 4) colours; those of different opacity are apart."""
        points = self._points(colors[:, : self.channels])
        if self.channels == 3:
            return points
        return np.concatenate([points, _kinds(colors)], axis=1)

    def _points(self, colors: Bytes) -> spaces.Points:
        full = np.ascontiguousarray(with_channels(colors, self.channels))
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
    steeper = 1 + (AT_MOST - 1) * (settings.lossy / MOST_LOSSY) ** 4
    tolerance: float = TOLERANCE * (settings.lossy / 10) ** CURVE * steeper
    tolerance *= (256 / colors) ** BY_SIZE
    if settings.dither != "none":
        tolerance *= DITHERED
    if lzw:
        tolerance *= STRINGS
    return np.asarray(WEIGHTS_BY_RANGE / (WEIGHT * tolerance), np.float32)


class Sizes:
    """The bytes of frames before and after an exchange, estimated from some of their rows."""

    def __init__(self, bits: int) -> None:
        """Begin without frames; `bits` are those of a pixel."""
        self._bits, self._sizes = bits, [0, 0]

    def add(self, before: Bytes, after: Bytes) -> None:
        """Add the indices of a frame, (h, w) uint8 each."""
        for at, each in enumerate((before, after)):
            self._sizes[at] += _sampled_size(each, self._bits)

    @property
    def saved(self) -> float:
        """The part of the bytes that is saved, 0 to 1."""
        before, after = self._sizes
        return max(1 - after / before, 0.0)


def _kinds(colors: Bytes) -> spaces.Points:
    """Return how opaque (n, 3 or 4) colours are, (n, 1), as a coordinate that keeps them apart."""
    alpha = with_channels(colors, 4)[:, 3:]
    kinds = np.where(alpha == 0, 0, np.where(alpha == 255, 1, 2)) * APART
    return kinds.astype(np.float32)


def _box_of(drawn: Mask) -> tuple[slice, ...]:
    """Return the smallest rectangle around what is drawn, which may be empty."""
    sides = (np.flatnonzero(drawn.any(axis=axis)) for axis in (1, 0))
    return tuple(slice(*((int(s[0]), int(s[-1]) + 1) if len(s) else (0, 0))) for s in sides)


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
