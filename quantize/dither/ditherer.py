"""Dithering: palette indices whose mean over a few pixels is nearer to the picture than any entry.

There are methods of two kinds. Error diffusion adds the error of a pixel to pixels that come later.
Ordered dithering chooses from a mix of entries by the place of a pixel alone, so pixels that do not
move in an animation keep their entries. Both add linear light, multiplied by opacity, as the eye
does, and both choose entries by the distance in the colour space of clustering.

Both keep a pixel whose colour is in the palette. So a picture whose colours are in the palette is
unchanged, and areas of palette colours have no dots.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.checks import Row, load
from quantize.dither.table import DITHERS, Diffusion, Ordered, check_method
from quantize.model.pixels import Bytes

Ints = NDArray[np.int32]


BAND: Final = 32
"""Rows that a thread does at a time."""

STRIP: Final = 1024
"""Columns that a thread does at a time. A band and strip take about a tenth of a millisecond, and
their errors stay in the cache. No result depends on these two sizes."""


COARSER: Final = 1.25
"""How much stronger a palette of few colours is dithered. With 2 photographs in 16 colours have
SSIMULACRA 2 up by 0.7 and 1.6 % more bytes, and are worse in 4 colours by every measure."""


def strength_of(method: str, given: float | None, colors: int) -> float:
    """Return the share of an error that dithering makes good, 0 to 1.

    The default is the strength of the method, and more the fewer colours there are: dots of a
    coarse palette cost detail too, but its bands are wide and seen at once. The strengths were
    tuned by SSIMULACRA 2, butteraugli and bytes in the default space (docs/dithering.md).

    Args:
        method: a key of `DITHERS`; `none` has strength 0.
        given: the strength; None for the default.
        colors: size of the palette.
    """
    row = DITHERS[method]
    if isinstance(row, Row):
        return 0.0
    return min(row.strength * (1 + COARSER / colors), 1.0) if given is None else given


class Ditherer:
    """Palette indices for the rows of a picture, from the top: in one piece or in many.

    Args:
        method: the row of the method.
        strength: share of an error that is made good, 0 to 1; see `strength_of`.
        inverse_map: the nearest entry of any colour, for as many channels as the pixels have.
        dark_to_light: (k,) uint8, the palette indices in ascending order of lightness.
        threads: most threads to use; changes no result.

    Raises:
        ValueError: the kernels cannot do what the row says, or the arguments do not fit together.
    """

    def __init__(
        self,
        method: Diffusion | Ordered,
        strength: float,
        inverse_map: kernels.InverseMap,
        dark_to_light: Bytes,
        *,
        threads: int = 1,
    ) -> None:
        check_method(method)
        entries = np.arange(len(inverse_map.colors))
        if not np.array_equal(np.sort(dark_to_light), entries):
            raise ValueError(f"dark_to_light: not each of {len(entries)} entries once")
        if not 0 <= strength <= 1:
            raise ValueError(f"strength: {strength} is not in 0 to 1")
        self._method, self._strength, self._threads = method, strength, threads
        self._inverse_map, self._dark_to_light = inverse_map, dark_to_light
        if isinstance(method, Diffusion):
            self._taps = taps_of(method, strength)
        else:
            self._ranks = ranks_of(method)
        self.restart()

    def restart(self) -> None:
        """Begin another picture, which may have another width."""
        self._top = 0
        self._above: Ints | None = None

    def rows(self, pixels: Bytes) -> Bytes:
        """Return the indices of the rows that follow.

        Args:
            pixels: (h, w, c) uint8, of the width of the rows before; fully transparent ones are
                black.

        Returns:
            (h, w) uint8.

        Raises:
            ValueError: the width is another, or the inverse map has another number of channels.
        """
        height, width, channels = pixels.shape
        above = self._above
        if above is None:
            above = _no_errors(kernels.MARGIN, width, channels)
        if channels != self._inverse_map.lights.shape[1] or above.shape != (
            kernels.MARGIN,
            width + 2 * kernels.MARGIN,
            channels,
        ):
            raise ValueError(f"pixels: rows of shape {pixels.shape[1:]} do not fit")
        pixels = np.ascontiguousarray(pixels)
        indices = np.empty((height, width), np.uint8)
        if isinstance(self._method, Ordered):
            self._apply_matrix(self._method, pixels, indices)
        elif self._method.serpentine:
            above = self._diffuse_serpentine(pixels, above, indices)
        else:
            above = self._diffuse(pixels, above, indices)
        self._above = above
        self._top += height
        return indices

    def _apply_matrix(self, method: Ordered, pixels: Bytes, indices: Bytes) -> None:
        strength = _fixed(self._strength)

        def work(part: slice) -> None:
            kernels.pattern(
                pixels[part],
                self._ranks,
                method.levels,
                strength,
                self._inverse_map,
                self._dark_to_light,
                self._top + part.start,
                indices[part],
            )

        kernels.each_block(len(indices), work, threads=self._threads, block=2 * BAND)

    def _diffuse_serpentine(self, pixels: Bytes, above: Ints, indices: Bytes) -> Ints:
        """Diffuse row by row; a row that runs to the left is the mirror image of one to the right.

        Returns:
            The errors of the last `MARGIN` rows, as for `_diffuse`.
        """
        width = pixels.shape[1]
        for row in range(len(pixels)):
            turn = -1 if (self._top + row) % 2 else 1
            line = np.ascontiguousarray(pixels[row : row + 1, ::turn])
            errors = _no_errors(1, *line.shape[1:])
            found = np.empty((1, width), np.uint8)
            mirrored = np.ascontiguousarray(above[:, ::turn])
            kernels.diffuse(
                line, self._taps, self._inverse_map, mirrored, errors, found, (0, width)
            )
            indices[row] = found[0, ::turn]
            above = np.concatenate([above[1:], errors[:, ::turn]])
        return above

    def _diffuse(self, pixels: Bytes, first: Ints, indices: Bytes) -> Ints:
        """Diffuse in bands of rows on threads, each band a strip behind the one above.

        So the errors at the top of a band are those of the rows above it: there are no seams.
        """
        height, width, channels = pixels.shape
        bands = -(-height // BAND)
        slant = kernels.slant_of(self._taps)
        steps = -(-(width + slant * BAND) // STRIP)
        threads = max(min(self._threads, bands), 1)
        ring = np.stack([_no_errors(BAND, width, channels)] * (threads + 1))

        def work(band: int, step: int) -> None:
            rows = slice(band * BAND, min((band + 1) * BAND, height))
            kernels.diffuse(
                pixels[rows],
                self._taps,
                self._inverse_map,
                ring[(band - 1) % (threads + 1), -kernels.MARGIN :] if band else first,
                ring[band % (threads + 1)],
                indices[rows],
                (step * STRIP, (step + 1) * STRIP),
            )

        kernels.each_wave(bands, steps, work, threads=threads)
        last = ring[(bands - 1) % (threads + 1), : height - (bands - 1) * BAND]
        before = ring[(bands - 2) % (threads + 1)] if bands > 1 else first
        return np.concatenate([before, last])[-kernels.MARGIN :]


def taps_of(method: Diffusion, strength: float) -> Ints:
    """Return (t, 3) int32 for `kernels.diffuse`: where errors come from, and their weights."""
    weights = (_fixed(strength * parts / method.divisor) for *_, parts in method.taps)
    places = ((down, right) for down, right, _ in method.taps)
    return np.array([(*tap, weight) for tap, weight in zip(places, weights, strict=True)], np.int32)


def ranks_of(method: Ordered) -> NDArray[np.uint16]:
    """Return the matrix with ranks below `levels`.

    Raises:
        ValueError: the matrix is not of the size that the row says, or has ranks beyond its size.
    """
    matrix: NDArray[np.uint16] = load(method.target)(method.side)
    if matrix.shape != (method.side,) * 2 or matrix.max() >= matrix.size:
        raise ValueError(f"a matrix of shape {matrix.shape} does not have each rank once")
    return (matrix // (matrix.size // method.levels)).astype(np.uint16)


def _fixed(value: float) -> int:
    return round(value * (1 << kernels.WEIGHT_BITS))


def _no_errors(rows: int, width: int, channels: int) -> Ints:
    return np.zeros((rows, width + 2 * kernels.MARGIN, channels), np.int32)
