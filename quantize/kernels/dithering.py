"""The kernels of dithering in plain Python: their specification, and the fallback.

Errors are whole numbers, in units of light: linear light of 0 to `FULL`, times opacity where there
is alpha, and alpha in steps of `ALPHA_STEP`. So sums are exact, their order does not matter, and
another implementation has no excuse for another result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize.kernels import zorder

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int32]
Counts = NDArray[np.int64]
Ranks = NDArray[np.uint16]
Reals = NDArray[np.float32]

FULL: Final = (1 << 14) - 1
"""Full light: the darkest two 8-bit values are 5 units apart, and a sum of errors times their
weights fits into 32 bits."""

ALPHA_STEP: Final = 64
"""Units of a step of alpha: opaque is about as much as full light."""

WEIGHT_BITS: Final = 15
"""A weight of 1 is 2^15."""

MARGIN: Final = 2
"""Rows above, and columns on each side, that errors come from."""

MAX_TAPS: Final = 16
"""Pixels that an error is diffused to, at most: what the compiled kernel has room for."""


class InverseMap(NamedTuple):
    """The palette, and the nearest entry of any colour.

    Opaque colours have a table, by the key of `pack`, which is filled where it is needed, a cell of
    64 colours at a time; others are asked for one by one.

    Attributes:
        colors: (k, 3 or 4) uint8, the palette.
        lights: (k, 3 or 4) int32, what its colours are in units of light.
        least, most: (3 or 4,) int32, the range of light that errors may ask for, in each channel.
        light: (256,) int32, what each 8-bit value is.
        value: (FULL + 1,) uint8, and the way back, rounded on the scale of sRGB.
        entries: (2^24,) uint8, in-out: the nearest entry of each opaque colour, where it is known.
        known: (2^18,) uint8, in-out: 1 for cells whose entries are known.
        fill: sets the entries of a cell.
        find: the nearest entry of a colour that is not opaque, from its key.
        ramps: (3, 256) float32, the coordinates of each value of each channel, where the space has
            such; else (3, 0). An implementation may fill the table from these three.
        places: (m, 3) float32, the points of those entries that opaque colours may have.
        names: (m,) uint8, which entries these are.
    """

    colors: Bytes
    lights: Ints
    least: Ints
    most: Ints
    light: Ints
    value: Bytes
    entries: Bytes
    known: Bytes
    fill: Callable[[int], None]
    find: Callable[[int], int]
    ramps: Reals
    places: Reals
    names: Bytes


_SPREAD = {channels: zorder.tables(8, channels).tolist() for channels in (3, 4)}


def diffuse(  # noqa: PLR0917
    pixels: Bytes,
    taps: Ints,
    lookup: InverseMap,
    above: Ints,
    errors: Ints,
    indices: Bytes,
    span: tuple[int, int],
) -> None:
    """Error diffusion in a slanted strip of rows, left to right.

    A pixel wants its light plus the weighted errors of the pixels before it, and takes the palette
    entry nearest to that; what is left over is its own error. Beyond black and full light there is
    nothing to take, and no error asks for light out of the reach of the palette. A pixel whose
    colour is in the palette takes it and has no error, and neither has one that is fully
    transparent; opaque pixels take opaque entries.

    Each row of the strip is `slant` columns further left than the one above, where `slant` is one
    more than errors reach to the right from above. So a strip needs those to the left of it and,
    of the rows above, a strip that ends that much further right: strips can run side by side.

    Args:
        pixels: in, (h, w, 3 or 4) uint8; the colour of fully transparent ones is black.
        taps: in, (t, 3) int32: how many rows above and how many columns to the left of a pixel an
            error comes from, at most `MARGIN` each, and its weight in 2^-15; the weights sum up
            to 2^15 at most.
        lookup: the palette.
        above: in, (MARGIN, w + 2 MARGIN, 3 or 4) int32, the errors of the rows above the first.
        errors: in-out, (h, w + 2 MARGIN, 3 or 4) int32; the margins on both sides are 0.
        indices: out, (h, w) uint8.
        span: in, first and end column of the strip in its first row; may reach beyond the row.
    """
    height, width = indices.shape
    slant = slant_of(taps)
    for row in range(height):
        first, end = max(span[0] - slant * row, 0), min(span[1] - slant * row, width)
        for column in range(first, end):
            moved = [1 << WEIGHT_BITS - 1] * pixels.shape[2]  # one half, to round
            for up, back, weight in taps.tolist():
                line = errors[row - up] if up <= row else above[MARGIN + row - up]
                there = line[MARGIN + column - back].tolist()
                moved = [
                    so_far + weight * error for so_far, error in zip(moved, there, strict=True)
                ]
            entry, left = _choose(pixels[row, column], moved, lookup)
            indices[row, column] = entry
            errors[row, MARGIN + column] = left


def slant_of(taps: Ints) -> int:
    """One more than errors reach to the right from the rows above."""
    above = [-back for up, back, _ in taps.tolist() if up]
    return 1 + max(above, default=0)


def pattern(  # noqa: PLR0917
    pixels: Bytes,
    ranks: Ranks,
    levels: int,
    strength: int,
    lookup: InverseMap,
    order_of: Bytes,
    top: int,
    indices: Bytes,
) -> None:
    """Ordered dithering: a colour is a mix of palette entries, and the place says which.

    The mix of a colour is what error diffusion would make of a plane of it if errors had one way
    to go: `levels` entries, each the nearest to the colour plus what the ones before left over,
    times the strength. It is sorted dark to light, and a pixel takes the one whose number is the
    rank of its place (T. Knoll, "Pattern dithering", US patent 6,606,166, 1999, expired).

    Args:
        pixels: in, (h, w, 3 or 4) uint8, as for `diffuse`.
        ranks: in, (m, m) uint16, below `levels`: the matrix, which repeats.
        levels: in, entries in a mix.
        strength: in, what is handed on of an error, in 2^-15.
        lookup: the palette.
        order_of: in, (k,) uint8, the entries dark to light.
        top: in, the number of the first row in its picture.
        indices: out, (h, w) uint8.
    """
    height, width = indices.shape
    side = len(ranks)
    mixes: dict[bytes, list[int]] = {}
    places = np.argsort(order_of).tolist()
    for row in range(height):
        for column in range(width):
            pixel = pixels[row, column]
            color = pixel.tobytes()
            if color not in mixes:
                mixes[color] = sorted(_mix(pixel, levels, strength, lookup), key=places.__getitem__)
            rank = ranks[(top + row) % side, column % side]
            indices[row, column] = mixes[color][rank]


def tally(pixels: Bytes, indices: Bytes, colors: Bytes, counts: Counts) -> int:
    """How many pixels have each entry, and the squared differences, summed.

    Args:
        pixels: in, (n, 3) uint8.
        indices: in, (n,) uint8.
        colors: in, (k, 3) uint8.
        counts: out, (k,) int64.
    """
    counts[:] = np.bincount(indices, minlength=len(counts))
    return int(np.square(pixels.astype(np.int64) - colors[indices]).sum())


def _mix(pixel: Bytes, levels: int, strength: int, lookup: InverseMap) -> list[int]:
    mix = []
    left = [0] * len(pixel)
    for _ in range(levels):
        moved = [strength * error + (1 << WEIGHT_BITS - 1) for error in left]
        entry, left = _choose(pixel, moved, lookup)
        mix.append(entry)
    return mix


def _choose(pixel: Bytes, moved: Sequence[int], lookup: InverseMap) -> tuple[int, list[int]]:
    """The entry that a pixel takes, and the error that is left over.

    Args:
        pixel: (c,) uint8.
        moved: c errors times their weights, and one half.
        lookup: the palette.
    """
    color = pixel.tolist()
    entry, nothing = _nearest(color, lookup), [0] * len(color)
    alpha = color[3] if len(color) == 4 else 255
    if alpha == 0 or lookup.colors[entry].tolist() == color:
        return entry, nothing
    wanted = [
        (int(lookup.light[color[channel]]) * alpha + 127) // 255 + (moved[channel] >> WEIGHT_BITS)
        for channel in range(3)
    ]
    if alpha == 255:
        values = [int(lookup.value[_within(light, FULL)]) for light in wanted] + color[3:]
        entry = _nearest(values, lookup)
        return entry, _left(wanted, entry, lookup) + nothing[3:]
    wanted.append(alpha * ALPHA_STEP + (moved[3] >> WEIGHT_BITS))
    alpha = (_within(wanted[3], 255 * ALPHA_STEP) + ALPHA_STEP // 2) // ALPHA_STEP
    straight = [_within(light, FULL) * 255 // max(alpha, 1) for light in wanted[:3]]
    values = [int(lookup.value[min(light, FULL)]) for light in straight]
    entry = _nearest([*values, alpha] if alpha else [0, 0, 0, 0], lookup)
    return entry, _left(wanted, entry, lookup)


def _within(value: int, most: int) -> int:
    return min(max(value, 0), most)


def _left(wanted: list[int], entry: int, lookup: InverseMap) -> list[int]:
    """What an entry lacks of the light that is wanted, as far as that is in reach."""
    return [
        min(max(light, int(lookup.least[at])), int(lookup.most[at])) - int(lookup.lights[entry, at])
        for at, light in enumerate(wanted)
    ]


def _nearest(color: list[int], lookup: InverseMap) -> int:
    if len(color) == 4 and color[3] < 255:
        return lookup.find(_key(color))
    key = _key(color[:3])
    if not lookup.known[key >> 6]:
        lookup.fill(key >> 6)
        lookup.known[key >> 6] = 1
    return int(lookup.entries[key])


def _key(color: Sequence[int]) -> int:
    key = 0
    for table, value in zip(_SPREAD[len(color)], color, strict=True):
        key |= table[value]
    return key
