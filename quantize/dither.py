"""Dithering: palette indices whose mean over a few pixels is nearer to the picture than any entry.

A table of methods of two kinds. Error diffusion hands what a pixel's entry lacks on to pixels that
come later. Ordered dithering mixes entries by the place of a pixel alone, so what does not move in
an animation stays as it is. Both add up light (linear light, times opacity), as the eye does, and
both choose entries by the distance of the clustering.

Both leave a pixel alone whose colour is in the palette: so a picture that the palette can show is
unchanged, and no dots are strewn over areas that have no need of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize import colorspace, kernels, measure, ordering, thresholds
from quantize.model import Bytes
from quantize.pixels import BAND_PIXELS, Pixels, bands
from quantize.reaching import lookup_of
from quantize.settings import Settings

Ints = NDArray[np.int32]

Tap = tuple[int, int, int]
"""Rows down, columns to the right, and the parts of the error that go there."""


class Diffusion(NamedTuple):
    """Error diffusion: what of an error goes where.

    Attributes:
        parts: what the whole error is divided into; may be more than the taps hand on.
        taps: where the parts go.
        strength: what is handed on of each part, see `strength_of`.
        serpentine: every other row runs from right to left.
    """

    parts: int
    taps: tuple[Tap, ...]
    strength: float
    serpentine: bool = False


class Ordered(NamedTuple):
    """Ordered dithering: a matrix that repeats.

    Attributes:
        matrix: makes the (m, m) ranks of `thresholds`.
        levels: entries in a mix; m² is a multiple of it.
        strength: what is handed on of an error within a mix, see `strength_of`.
    """

    matrix: Callable[[], thresholds.Ranks]
    levels: int
    strength: float


def _taps(*rows: str) -> tuple[Tap, ...]:
    """A row of the picture a line, as the papers print them: `*` the pixel, `.` nothing."""
    table = [row.split() for row in rows]
    here = table[0].index("*")
    return tuple(
        (down, at - here, int(parts))
        for down, row in enumerate(table)
        for at, parts in enumerate(row)
        if parts not in "*."
    )


_FLOYD_STEINBERG = _taps(". * 7", "3 5 1")
"""R. W. Floyd & L. Steinberg, "An adaptive algorithm for spatial grey scale" (1976)."""

DITHERS: Final[Mapping[str, Diffusion | Ordered | None]] = {
    "none": None,
    "floyd-steinberg": Diffusion(16, _FLOYD_STEINBERG, 0.545),
    "floyd-steinberg-serpentine": Diffusion(16, _FLOYD_STEINBERG, 0.545, serpentine=True),
    # J. F. Jarvis, C. N. Judice & W. H. Ninke, "A survey of techniques for the display of
    # continuous tone pictures on bilevel displays" (1976)
    "jarvis-judice-ninke": Diffusion(48, _taps(". . * 7 5", "3 5 7 5 3", "1 3 5 3 1"), 0.62),
    # P. Stucki, "MECCA: a multiple-error correcting computation algorithm for bilevel image
    # hardcopy reproduction" (1981)
    "stucki": Diffusion(42, _taps(". . * 8 4", "2 4 8 4 2", "1 2 4 2 1"), 0.62),
    # D. Burkes, "Presentation of the Burkes error filter for use in preparing continuous-tone
    # images for presentation on bi-level devices" (1988)
    "burkes": Diffusion(32, _taps(". . * 8 4", "2 4 8 4 2"), 0.58),
    # F. Sierra, three filters of 1989 and 1990 (in LIB 17 of CIS Graphics Support Forum)
    "sierra": Diffusion(32, _taps(". . * 5 3", "2 4 5 4 2", ". 2 3 2 ."), 0.62),
    "sierra-two-row": Diffusion(16, _taps(". . * 4 3", "1 2 3 2 1"), 0.58),
    "sierra-lite": Diffusion(4, _taps(". * 2", "1 1 ."), 0.545),
    # B. Atkinson, for the Macintosh (1984): a quarter of the error is dropped
    "atkinson": Diffusion(8, _taps(". * 1 1", "1 1 1 .", ". 1 . ."), 0.75),
    "bayer-2": Ordered(partial(thresholds.bayer, 2), 4, 0.45),
    "bayer-4": Ordered(partial(thresholds.bayer, 4), 16, 0.45),
    "bayer-8": Ordered(partial(thresholds.bayer, 8), 64, 0.45),
    "bayer-16": Ordered(partial(thresholds.bayer, 16), 256, 0.45),
    "clustered-dot": Ordered(partial(thresholds.clustered_dot, 8), 64, 0.45),
    "blue-noise": Ordered(thresholds.blue_noise, 64, 0.45),
}
"""In the order of `settings.DITHERS`. Strengths are for palettes that were found for a picture, and
measured: docs/dithering.md."""

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
    if row is None:
        return 0.0
    return min(row.strength * (1 + 2 / colors), 1.0) if given is None else given


class Ditherer:
    """Palette indices for the rows of a picture, from the top: in one piece or in many.

    Args:
        palette: (k, 3 or 4) uint8.
        method: a key of `DITHERS`, not `none`.
        strength: 0 to 1, or None for the method's own.
        space: in which the nearest entry is nearest, a key of `colorspace.SPACES`.
        threads: most threads to use; changes no result.
    """

    def __init__(
        self, palette: Bytes, method: str, strength: float | None, space: str, *, threads: int = 1
    ) -> None:
        row = DITHERS[method]
        if row is None:
            raise ValueError(method)
        self._row = row
        self._strength = strength_of(method, strength, len(palette))
        self._threads = threads
        self._palette, self._space = palette, space
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
        matrix = row.matrix()
        ranks = (matrix // (matrix.size // row.levels)).astype(np.uint16)
        dark_to_light = ordering.dark_to_light(self._palette[:, :3]).astype(np.uint8)
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
    threads = settings.threads or kernels.available_cores()
    how = settings.dither, settings.dither_strength, settings.space
    ditherer = Ditherer(palette, *how, threads=threads)
    height, width = pixels.shape[:2]
    most = height * width if isinstance(pixels, np.ndarray) else BAND_PIXELS
    for rows, band in bands(pixels, most):
        yield rows, band, ditherer.rows(colorspace.on_off(band) if on_off else band)


def difference(pixels: Pixels, palette: Bytes, settings: Settings, *, on_off: bool) -> float:
    """The mean CIEDE2000 of a picture that is dithered; arguments as for `bands_of`."""
    compared = measure.Compared(palette, "full")
    for _, band, indices in bands_of(pixels, palette, settings, on_off=on_off):
        compared.add(band, indices)
    return compared.quality().delta_e_mean or 0.0


def taps_of(row: Diffusion, strength: float) -> Ints:
    """(t, 3) int32 for `kernels.diffuse`: where errors come from, and their weights."""
    taps = [(down, right, _fixed(strength * parts / row.parts)) for down, right, parts in row.taps]
    return np.array(taps, np.int32)


def _fixed(value: float) -> int:
    return round(value * (1 << kernels.WEIGHT_BITS))


def _no_errors(rows: int, width: int, channels: int) -> Ints:
    return np.zeros((rows, width + 2 * kernels.MARGIN, channels), np.int32)
