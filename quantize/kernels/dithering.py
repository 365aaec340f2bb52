"""The kernels of dithering in plain Python: their specification, and the fallback.

Errors are whole numbers in units of light: linear light of 0 to `FULL`, times opacity for colours
with alpha; alpha itself in steps of `ALPHA_STEP`. So sums are exact, the order of addition does not
matter, and every implementation gives the same result.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize.kernels import zorder
from quantize.kernels.encoding import Form, encode, encode_wide
from quantize.kernels.reach import NODES, Reach, shift_of

__all__ = [
    "ALPHA_STEP",
    "FULL",
    "MARGIN",
    "MAX_TAPS",
    "NODES",
    "WEIGHT_BITS",
    "InverseMap",
    "Neighbors",
    "Reach",
    "diffuse",
    "pattern",
    "slant_of",
    "tally",
]

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int32]
Counts = NDArray[np.int64]
Ranks = NDArray[np.uint16]
Floats = NDArray[np.float64]
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


class Neighbors(NamedTuple):
    """Of some points, for each of them all, the nearest first; (0, 0) where nothing is looked for.

    Attributes:
        order: (n, n) uint8, their numbers.
        gaps: (n, n) float64, the distances to them.
    """

    order: Bytes
    gaps: Floats


class InverseMap(NamedTuple):
    """The inverse colour map of a palette: the nearest entry of any colour, exactly.

    Opaque colours have a table, which is filled where it is needed. Other colours are encoded and
    compared one by one. Ties go to the lowest index.

    Attributes:
        colors: (k, 4) uint8, the palette.
        lights: (k, 3 or 4) int32, the palette in units of light, as many channels as pixels have.
        least, most: (3 or 4,) int32, the range of light that pixels may want with their errors, in
            each channel; within -FULL to 2 FULL.
        light: (256,) int32, the units of light of each 8-bit value.
        value: (FULL + 1,) uint8, the 8-bit value nearest to each number of units.
        indices: (2^24,) uint8, in-out, by the key of `pack`: one more than the index of the nearest
            entry of each opaque colour, or 0 where it is not known. Entry 255 is never kept.
        guesses: (2^12,) uint8, in-out: an entry near to those of a cell of 4096 opaque colours.
        form: the colour space of distances.
        opaque: (m, 3) float32, the points of the opaque entries, to which opaque colours go;
            where m is 0 they go to any.
        allowed: (m,) uint8, the indices of these entries.
        places: (k, 4) float64, the points of all entries, in whole `steps` if there are any.
        steps: points with alpha are rounded to so many parts of 1, so that ties are ties; or 0.
        clear: the index of the entry for fully transparent colours.
        reach: what opaque entries can mix.
        greys: (256,) uint8, the nearest grey entry of each grey, where greys are mixed of greys
            alone; else (0,).
        among_opaque: the neighbours among `opaque`.
        among_all: those among `places`.
    """

    colors: Bytes
    lights: Ints
    least: Ints
    most: Ints
    light: Ints
    value: Bytes
    indices: Bytes
    guesses: Bytes
    form: Form
    opaque: Reals
    allowed: Bytes
    places: Floats
    steps: float
    clear: int
    reach: Reach
    greys: Bytes
    among_opaque: Neighbors
    among_all: Neighbors


_LUMINANCE: Final = (13933, 46871, 4732)
"""What red, green and blue add to luminance, in 2^-16 (IEC 61966-2-1)."""

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
    entry that is nearest to that; the difference is its own error. Light that no mixture of entries
    has is moved to the nearest mixture before (`Reach`), and what is wanted is clamped to the range
    of the palette and a margin. A grey pixel wants luminance, and takes a grey entry, where the
    palette has black and white. Three kinds of pixels have no error: those whose colour is in the
    palette, which take it, fully transparent ones, and those that get what they want. Opaque pixels
    take opaque entries.

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
    color, nothing = pixel.tolist(), [0] * len(pixel)
    alpha = color[3] if len(color) == 4 else 255
    if alpha == 0:
        return inverse_map.clear, nothing
    own = np.flatnonzero((inverse_map.colors == [*color[:3], alpha]).all(axis=1))
    if len(own):
        return int(own[0]), nothing
    lights = inverse_map.light[color[:3]].tolist()
    wanted = [
        (light * alpha + 127) // 255 + (error >> WEIGHT_BITS)
        for light, error in zip(lights, moved, strict=False)
    ]
    if alpha == 255:
        index, wanted = _choose_opaque(color[:3], wanted, inverse_map)
        return index, _error(wanted, index, inverse_map) + nothing[3:]
    wanted.append(alpha * ALPHA_STEP + (moved[3] >> WEIGHT_BITS))
    alpha = (_clamp(wanted[3], 255 * ALPHA_STEP) + ALPHA_STEP // 2) // ALPHA_STEP
    straight = [_clamp(light, FULL) * 255 // max(alpha, 1) for light in wanted[:3]]
    values = [int(inverse_map.value[min(light, FULL)]) for light in straight]
    index = _nearest([*values, alpha] if alpha else [0, 0, 0, 0], inverse_map)
    return index, _error(wanted, index, inverse_map)


def _choose_opaque(
    color: list[int], wanted: list[int], inverse_map: InverseMap
) -> tuple[int, list[int]]:
    """Return the index of the entry that an opaque pixel takes, and the light that it wants."""
    if len(inverse_map.greys) and color[0] == color[1] == color[2]:
        parts = zip(_LUMINANCE, wanted, strict=True)
        grey = (sum(part * light for part, light in parts) + (1 << 15)) >> 16
        return int(inverse_map.greys[inverse_map.value[_clamp(grey, FULL)]]), [grey] * 3
    if len(inverse_map.reach.entries):
        shift = shift_of(color, inverse_map.light, inverse_map.reach)
        wanted = [light + more for light, more in zip(wanted, shift, strict=True)]
    reach = zip(inverse_map.least.tolist(), inverse_map.most.tolist(), strict=True)
    wanted = [
        min(max(light, least), most) for light, (least, most) in zip(wanted, reach, strict=False)
    ]
    if all(0 <= light <= FULL for light in wanted):
        values = inverse_map.value[wanted].tolist()
        return _nearest(values, inverse_map), wanted
    return _nearest_of_light(wanted, inverse_map), wanted


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
    if len(color) == 4 and color[3] == 0:
        return inverse_map.clear
    if len(color) == 4 and color[3] < 255:
        return int(_nearest_of_all(np.array([color], np.uint8), inverse_map)[0])
    key = _key(color[:3])
    if not inverse_map.indices[key]:
        point = np.empty((1, 3), np.float32)
        encode(np.array([color[:3]], np.uint8), inverse_map.form, point)
        index = int(_nearest_of_opaque(point, inverse_map)[0])
        inverse_map.indices[key] = (index + 1) % 256
        return index
    return int(inverse_map.indices[key]) - 1


def _nearest_of_opaque(points: Reals, inverse_map: InverseMap) -> Bytes:
    """Return the indices of the nearest entries that opaque colours may have, (n,), of points."""
    if len(inverse_map.allowed):
        found: Bytes = inverse_map.allowed[_closest(points, inverse_map.opaque)]
        return found
    heights = np.full((len(points), 1), inverse_map.form.height)
    solid = np.concatenate([points - inverse_map.form.middle, heights], axis=1)
    return _closest(_in_steps(solid, inverse_map), inverse_map.places)


def _nearest_of_light(wanted: list[int], inverse_map: InverseMap) -> int:
    """Return the index of the nearest entry of light that is not all between black and white.

    The curves of a space go on at both ends as they came: they are turned by half around them.
    """
    value = inverse_map.value
    values = []
    for light in wanted:
        if light < 0:
            values.append(-int(value[-light]))
        elif light <= FULL:
            values.append(int(value[light]))
        else:
            values.append(510 - int(value[2 * FULL - light]))
    point = np.empty((1, 3), np.float32)
    encode_wide(values, inverse_map.form, point)
    return int(_nearest_of_opaque(point, inverse_map)[0])


def _nearest_of_all(colors: Bytes, inverse_map: InverseMap) -> Bytes:
    """Return the indices of the nearest of all entries, (n,), of (n, 4) colours."""
    points = np.empty((len(colors), 4))
    encode(colors, inverse_map.form, points)
    return _closest(_in_steps(points, inverse_map), inverse_map.places)


def _in_steps(points: Floats, inverse_map: InverseMap) -> Floats:
    return np.rint(points * inverse_map.steps) if inverse_map.steps else points


def _closest(points: NDArray[Any], places: NDArray[Any]) -> Bytes:
    """Return the first of the nearest places; squares are added in the order of the axes."""
    total = np.zeros((len(points), len(places)), points.dtype)
    for axis in range(points.shape[1]):
        step = points[:, axis, None] - places[:, axis]
        total += step * step
    first: Bytes = total.argmin(axis=1).astype(np.uint8)
    return first


def _key(color: Sequence[int]) -> int:
    key = 0
    for table, value in zip(_SPREAD[len(color)], color, strict=True):
        key |= table[value]
    return key
