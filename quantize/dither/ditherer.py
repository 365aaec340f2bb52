"""Dithering: palette indices whose mean over a few pixels is nearer to the picture than any entry.

A table of methods of two kinds. Error diffusion hands what a pixel's entry lacks on to pixels that
come later. Ordered dithering mixes entries by the place of a pixel alone, so what does not move in
an animation stays as it is. Both add up light (linear light, times opacity), as the eye does, and
both choose entries by the distance of the clustering.

Both leave a pixel alone whose colour is in the palette: so a picture that the palette can show is
unchanged, and no dots are strewn over areas that have no need of them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.checks import Row, load
from quantize.color import palette_order
from quantize.color.inverse_map import lookup_of
from quantize.color.table import SPACES
from quantize.dither.table import DITHERS, Diffusion, Ordered
from quantize.model.pixels import Bytes

Ints = NDArray[np.int32]


BAND: Final = 32
"""Rows that a thread does at a time; with `STRIP` about a tenth of a millisecond, and so small that
errors stay in the cache. No result depends on the two."""

STRIP: Final = 1024


def strength_of(method: str, given: float | None, colors: int) -> float:
    """What dithering makes good of an error.

    Where nothing is said, the method's own strength, and more the fewer colours there are: dots of
    a coarse palette cost detail too, but its bands are wide and seen at once.

    Args:
        method: a key of `DITHERS`; 0 of `none`.
        given: what was said.
        colors: size of the palette.
    """
    row = DITHERS[method]
    if isinstance(row, Row):
        return 0.0
    return min(row.strength * (1 + 2 / colors), 1.0) if given is None else given


class Ditherer:
    """Palette indices for the rows of a picture, from the top: in one piece or in many.

    Args:
        palette: (k, 3 or 4) uint8.
        method: a key of `DITHERS`, not `none`.
        strength: 0 to 1, or None for the method's own.
        space: in which the nearest entry is nearest, a key of `color.table.SPACES`.
        threads: most threads to use; changes no result.
    """

    def __init__(
        self, palette: Bytes, method: str, strength: float | None, space: str, *, threads: int = 1
    ) -> None:
        row = DITHERS[method]
        if isinstance(row, Row):
            raise ValueError(method)
        self._row: Diffusion | Ordered = row
        self._strength = strength_of(method, strength, len(palette))
        self._threads = threads
        self._palette, self._space = palette, SPACES.load(space)
        self._lookup: kernels.Lookup | None = None
        self.restart()

    def restart(self) -> None:
        """Begin another picture of as many channels, with what is known of the palette."""
        self._top = 0
        self._above: Ints | None = None

    def rows(self, pixels: Bytes) -> Bytes:
        """The indices of the rows that follow.

        Args:
            pixels: (h, w, c) uint8, with w and c as before; fully transparent ones are black.

        Returns:
            (h, w) uint8.
        """
        height, width, channels = pixels.shape
        pixels = np.ascontiguousarray(pixels)
        if self._lookup is None:
            self._lookup = lookup_of(self._palette, channels, self._space)
        indices = np.empty((height, width), np.uint8)
        if isinstance(self._row, Ordered):
            self._order(self._row, pixels, self._lookup, indices)
        elif self._row.serpentine:
            self._wind(taps_of(self._row, self._strength), pixels, self._lookup, indices)
        else:
            self._diffuse(taps_of(self._row, self._strength), pixels, self._lookup, indices)
        self._top += height
        return indices

    def _errors_above(self, pixels: Bytes) -> Ints:
        if self._above is None:
            return _no_errors(kernels.MARGIN, *pixels.shape[1:])
        return self._above

    def _order(self, row: Ordered, pixels: Bytes, lookup: kernels.Lookup, indices: Bytes) -> None:
        matrix = load(row)(row.side)
        ranks = (matrix // (matrix.size // row.levels)).astype(np.uint16)
        dark_to_light = palette_order.dark_to_light(self._palette[:, :3]).astype(np.uint8)
        strength = _fixed(self._strength)

        def work(part: slice) -> None:
            kernels.pattern(
                pixels[part],
                ranks,
                row.levels,
                strength,
                lookup,
                dark_to_light,
                self._top + part.start,
                indices[part],
            )

        kernels.each_block(len(indices), work, threads=self._threads, block=2 * BAND)

    def _wind(self, taps: Ints, pixels: Bytes, lookup: kernels.Lookup, indices: Bytes) -> None:
        """Row by row; one that runs to the left is a mirror image of one that runs to the right."""
        width = pixels.shape[1]
        above = self._errors_above(pixels)
        for row in range(len(pixels)):
            turn = -1 if (self._top + row) % 2 else 1
            line = np.ascontiguousarray(pixels[row : row + 1, ::turn])
            errors = _no_errors(1, *line.shape[1:])
            found = np.empty((1, width), np.uint8)
            mirrored = np.ascontiguousarray(above[:, ::turn])
            kernels.diffuse(line, taps, lookup, mirrored, errors, found, (0, width))
            indices[row] = found[0, ::turn]
            above = np.concatenate([above[1:], errors[:, ::turn]])
        self._above = above

    def _diffuse(self, taps: Ints, pixels: Bytes, lookup: kernels.Lookup, indices: Bytes) -> None:
        """Bands of rows on threads, each a strip behind the one above.

        So no band begins with other errors than those of the rows above it: there are no seams.
        """
        height, width, channels = pixels.shape
        first = self._errors_above(pixels)
        bands = -(-height // BAND)
        slant = kernels.slant_of(taps)
        steps = -(-(width + slant * BAND) // STRIP)
        threads = max(min(self._threads, bands), 1)
        ring = np.stack([_no_errors(BAND, width, channels)] * (threads + 1))

        def work(band: int, step: int) -> None:
            rows = slice(band * BAND, min((band + 1) * BAND, height))
            kernels.diffuse(
                pixels[rows],
                taps,
                lookup,
                ring[(band - 1) % (threads + 1), -kernels.MARGIN :] if band else first,
                ring[band % (threads + 1)],
                indices[rows],
                (step * STRIP, (step + 1) * STRIP),
            )

        kernels.each_wave(bands, steps, work, threads=threads)
        last = ring[(bands - 1) % (threads + 1), : height - (bands - 1) * BAND]
        before = ring[(bands - 2) % (threads + 1)] if bands > 1 else first
        self._above = np.concatenate([before, last])[-kernels.MARGIN :]


def taps_of(row: Diffusion, strength: float) -> Ints:
    """(t, 3) int32 for `kernels.diffuse`: where errors come from, and their weights."""
    taps = [
        (down, right, _fixed(strength * parts / row.divisor)) for down, right, parts in row.taps
    ]
    return np.array(taps, np.int32)


def _fixed(value: float) -> int:
    return round(value * (1 << kernels.WEIGHT_BITS))


def _no_errors(rows: int, width: int, channels: int) -> Ints:
    return np.zeros((rows, width + 2 * kernels.MARGIN, channels), np.int32)
