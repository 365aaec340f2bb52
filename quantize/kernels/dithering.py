"""The kernels of dithering in plain Python: their specification, and the fallback.

Errors are whole numbers in units of light: linear light of 0 to `FULL`, times opacity for colours
with alpha; alpha itself in steps of `ALPHA_STEP`. So sums are exact, the order of addition does not
matter, and every implementation gives the same result.
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
"""Full light, in units of light: so the darkest two 8-bit values are 5 units apart, and a sum of
errors times their weights fits into 32 bits."""

ALPHA_STEP: Final = 64
"""Units of light that stand for a step of alpha: opaque is about as much as full light."""

WEIGHT_BITS: Final = 15
"""Bits after the binary point of a weight: 2^15 is 1."""

MARGIN: Final = 2
"""Rows above, and columns on each side, that errors come from at most."""

MAX_TAPS: Final = 16
"""Pixels that an error is diffused to, at most: what the compiled kernel has room for."""


class InverseMap(NamedTuple):
    """The inverse colour map of a palette: the nearest entry of any colour.

    Opaque colours have a table, which is filled where it is needed, a cell of 64 colours at a time.
    Other colours are looked up one by one.

    Attributes:
        colors: (k, 3 or 4) uint8, the palette.
        lights: (k, 3 or 4) int32, the palette in units of light.
        least, most: (3 or 4,) int32, the range of light that errors may ask for, in each channel.
        light: (256,) int32, the units of light of each 8-bit value.
        value: (FULL + 1,) uint8, the 8-bit value nearest to each number of units.
        indices: (2^24,) uint8, in-out, by the key of `pack`: the index of the nearest entry of each
            opaque colour, where it is known.
        known: (2^18,) uint8, in-out: 1 for each cell that is filled.
        fill: fills a cell, given its number.
        find: returns the index of the nearest entry of a colour with alpha, given its key.
        ramps: (3, 256) float32, the coordinates of each value of each channel, in spaces where
            a coordinate comes from one channel; else (3, 0). With ramps an implementation may fill
            cells by itself.
        points: (m, 3) float32, the points of the entries that opaque colours may have.
        allowed: (m,) uint8, the indices of these entries.
    """

    colors: Bytes
    lights: Ints
    least: Ints
    most: Ints
    light: Ints
    value: Bytes
    indices: Bytes
    known: Bytes
    fill: Callable[[int], None]
    find: Callable[[int], int]
    ramps: Reals
    points: Reals
    allowed: Bytes


_SPREAD = {channels: zorder.z_order_tables(8, channels).tolist() for channels in (3, 4)}


def diffuse(  # noqa: PLR0917
    pixels: Bytes,
    taps: Ints,
    inverse_map: InverseMap,
    above: Ints,
    errors: Ints,
    indices: Bytes,
    span: tuple[int, int],
) -> None:
    """Diffuse errors in a slanted strip of rows, left to right.

    A pixel wants its light plus the weighted errors of the pixels before it, and takes the palette
    entry that is nearest to that; the difference is its own error. Wanted light is clamped to black
    and full light before the entry is chosen, and errors to the range that the palette reaches.
    Three kinds of pixels have no error: those whose colour is in the palette, which take it,
    fully transparent ones, and those that get what they want. Opaque pixels take opaque entries.

    Each row of the strip is `slant` columns further left than the row above, where `slant` is one
    more than errors reach to the right from above. So a strip needs the strips to its left and, of
    the rows above, a strip that ends that much further right: strips can run side by side.

    Args:
        pixels: in, (h, w, 3 or 4) uint8; the colour of fully transparent ones is black.
        taps: in, (t, 3) int32, t at most `MAX_TAPS`: the rows above and the columns to the left of
            a pixel that an error comes from, at most `MARGIN` each, and its weight in 2^-15; the
            weights add up to 2^15 at most.
        inverse_map: the palette, of as many channels as the pixels.
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
            index, left = _choose(pixels[row, column], moved, inverse_map)
            indices[row, column] = index
            errors[row, MARGIN + column] = left


def slant_of(taps: Ints) -> int:
    """Return one more than errors reach to the right from the rows above."""
    above = [-back for up, back, _ in taps.tolist() if up]
    return 1 + max(above, default=0)


def pattern(  # noqa: PLR0917
    pixels: Bytes,
    ranks: Ranks,
    levels: int,
    strength: int,
    inverse_map: InverseMap,
    dark_to_light: Bytes,
    top: int,
    indices: Bytes,
) -> None:
    """Dither by a matrix: a colour is a mix of palette entries, and the place chooses among them.

    The mix of a colour is what error diffusion makes of a plane of it if errors have one way to go:
    `levels` entries, each the nearest to the colour plus the error of the entries before it, times
    the strength. The mix is sorted dark to light, and a pixel takes the entry whose number is the
    rank of its place (T. Knoll, "Pattern dithering", US patent 6,606,166, 1999, expired).

    Args:
        pixels: in, (h, w, 3 or 4) uint8, as for `diffuse`.
        ranks: in, (m, m) uint16, below `levels`: the matrix, which repeats.
        levels: in, the number of entries in a mix.
        strength: in, the share of an error that is handed on, in 2^-15.
        inverse_map: the palette, of as many channels as the pixels.
        dark_to_light: in, (k,) uint8, the palette indices dark to light, each once.
        top: in, the number of the first row in its picture.
        indices: out, (h, w) uint8.
    """
    height, width = indices.shape
    side = len(ranks)
    mixes: dict[bytes, list[int]] = {}
    rank_of = np.argsort(dark_to_light).tolist()
    for row in range(height):
        for column in range(width):
            pixel = pixels[row, column]
            color = pixel.tobytes()
            if color not in mixes:
                mix = _mix(pixel, levels, strength, inverse_map)
                mixes[color] = sorted(mix, key=rank_of.__getitem__)
            rank = ranks[(top + row) % side, column % side]
            indices[row, column] = mixes[color][rank]


def tally(pixels: Bytes, indices: Bytes, colors: Bytes, counts: Counts) -> int:
    """Count the pixels of each entry, and return the sum of the squared differences.

    With alpha that is the sum of those on black and on white, times 255².

    Args:
        pixels: in, (n, 3 or 4) uint8, n at most 2^28.
        indices: in, (n,) uint8.
        colors: in, (k, c) uint8, of as many channels.
        counts: out, (k,) int64.
    """
    counts[:] = np.bincount(indices, minlength=len(counts))
    wanted, got = pixels.astype(np.int64), colors.astype(np.int64)[indices]
    if pixels.shape[1] == 3:
        return int(np.square(wanted - got).sum())
    on_black = wanted[:, :3] * wanted[:, 3:] - got[:, :3] * got[:, 3:]
    on_white = on_black - 255 * (wanted[:, 3:] - got[:, 3:])
    return int((np.square(on_black) + np.square(on_white)).sum())


def _mix(pixel: Bytes, levels: int, strength: int, inverse_map: InverseMap) -> list[int]:
    """Return the entries of a mix in the order in which they are chosen."""
    mix = []
    left = [0] * len(pixel)
    for _ in range(levels):
        moved = [strength * error + (1 << WEIGHT_BITS - 1) for error in left]
        index, left = _choose(pixel, moved, inverse_map)
        mix.append(index)
    return mix


def _choose(pixel: Bytes, moved: Sequence[int], inverse_map: InverseMap) -> tuple[int, list[int]]:
    """Return the index of the entry that a pixel takes, and the error of each channel.

    Args:
        pixel: (c,) uint8.
        moved: the sum of errors times weights, and one half, in each channel.
        inverse_map: the palette.
    """
    color = pixel.tolist()
    index, nothing = _nearest(color, inverse_map), [0] * len(color)
    alpha = color[3] if len(color) == 4 else 255
    if alpha == 0 or inverse_map.colors[index].tolist() == color:
        return index, nothing
    lights = inverse_map.light[color[:3]].tolist()
    wanted = [
        (light * alpha + 127) // 255 + (error >> WEIGHT_BITS)
        for light, error in zip(lights, moved, strict=False)
    ]
    if alpha == 255:
        values = [int(inverse_map.value[_clamp(light, FULL)]) for light in wanted] + color[3:]
        index = _nearest(values, inverse_map)
        return index, _error(wanted, index, inverse_map) + nothing[3:]
    wanted.append(alpha * ALPHA_STEP + (moved[3] >> WEIGHT_BITS))
    alpha = (_clamp(wanted[3], 255 * ALPHA_STEP) + ALPHA_STEP // 2) // ALPHA_STEP
    straight = [_clamp(light, FULL) * 255 // max(alpha, 1) for light in wanted[:3]]
    values = [int(inverse_map.value[min(light, FULL)]) for light in straight]
    index = _nearest([*values, alpha] if alpha else [0, 0, 0, 0], inverse_map)
    return index, _error(wanted, index, inverse_map)


def _clamp(value: int, most: int) -> int:
    return min(max(value, 0), most)


def _error(wanted: list[int], index: int, inverse_map: InverseMap) -> list[int]:
    """Return the light that an entry lacks of what is wanted, clamped to the palette's reach."""
    reach = zip(inverse_map.least.tolist(), inverse_map.most.tolist(), strict=True)
    lights = inverse_map.lights[index].tolist()
    return [
        min(max(light, least), most) - own
        for light, (least, most), own in zip(wanted, reach, lights, strict=False)
    ]


def _nearest(color: list[int], inverse_map: InverseMap) -> int:
    if len(color) == 4 and color[3] < 255:
        return inverse_map.find(_key(color))
    key = _key(color[:3])
    if not inverse_map.known[key >> 6]:
        inverse_map.fill(key >> 6)
        inverse_map.known[key >> 6] = 1
    return int(inverse_map.indices[key])


def _key(color: Sequence[int]) -> int:
    key = 0
    for table, value in zip(_SPREAD[len(color)], color, strict=True):
        key |= table[value]
    return key
