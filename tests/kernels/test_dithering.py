"""Guards the kernels of dithering: each implementation equals the textbook, to the bit.

The textbook hands errors on to pixels that come later, as the papers draw it; the kernels collect
them from pixels that came before.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from threading import Lock
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from helpers.examples import examples
from quantize.color import nearest, spaces
from quantize.color.inverse_map import LIGHT, VALUE, inverse_map_of
from quantize.color.table import SPACES
from quantize.dither.ditherer import taps_of
from quantize.dither.table import DITHERS, Diffusion
from quantize.kernels import dithering
from quantize.kernels.blocks import each_wave
from quantize.kernels.dithering import InverseMap, slant_of

MODULES = {"reference": "quantize.kernels.reference", "compiled": "quantize.kernels._compiled"}
IMPLEMENTATIONS = [name for name, module in MODULES.items() if find_spec(module)]
DIFFUSIONS = {name: row for name, row in DITHERS.items() if isinstance(row, Diffusion)}

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int32]

FEW = examples(20)

GREYS = np.array([[v, v, v] for v in (0, 90, 170, 255)], np.uint8)
PRIMARIES = np.array([[0, 0, 0], [200, 30, 40], [20, 180, 60], [40, 60, 220], [250] * 3], np.uint8)
CORNERS = np.concatenate(
    [PRIMARIES, 255 * np.stack(np.unravel_index(np.arange(1, 8), (2, 2, 2)), axis=1)]
).astype(np.uint8)
FULL = dithering.FULL


@pytest.fixture(params=IMPLEMENTATIONS)
def kernels(request: pytest.FixtureRequest) -> ModuleType:
    return import_module(MODULES[request.param])


def noise(*shape: int, seed: int = 0) -> Bytes:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def no_errors(rows: int, width: int, channels: int) -> Ints:
    return np.zeros((rows, width + 2 * dithering.MARGIN, channels), np.int32)


def diffused(kernels: ModuleType, pixels: Bytes, taps: Ints, inverse_map: InverseMap) -> Bytes:
    height, width, channels = pixels.shape
    indices = np.full((height, width), 77, np.uint8)
    above, errors = no_errors(2, width, channels), no_errors(height, width, channels)
    span = 0, width + slant_of(taps) * height
    kernels.diffuse(pixels, taps, inverse_map, above, errors, indices, span)
    return indices


def value_of(light: int) -> int:
    """The 8-bit value of light; before black and after white the curve is turned by half."""
    if light < 0:
        return -value_of(-light)
    return int(VALUE[light]) if light <= FULL else 510 - value_of(2 * FULL - light)


def textbook(pixels: Bytes, row: Diffusion, strength: float, palette: Bytes) -> list[list[int]]:
    """Errors are pushed to the pixels below and to the right, in whole numbers."""
    height, width = pixels.shape[:2]
    waiting: dict[tuple[int, int, int], int] = {}
    result = []
    for y in range(height):
        line = []
        for x in range(width):
            own, _ = nearest.nearest_entries(pixels[y, x][None], palette, spaces.SRGB)
            if (palette[own[0]] == pixels[y, x]).all():
                line.append(int(own[0]))
                continue
            wanted = []
            for channel in range(3):
                came = (waiting.get((y, x, channel), 0) + (1 << 14)) >> 15
                wanted.append(int(LIGHT[pixels[y, x, channel]]) + came)
            # the palette has all corners, so any light from 0 to FULL can be mixed
            wanted = [min(max(light, -FULL // 2), FULL + FULL // 4) for light in wanted]
            color = np.array([value_of(light) for light in wanted])
            entry = int(np.square(palette.astype(int) - color).sum(axis=1).argmin())
            line.append(entry)
            for channel in range(3):
                error = wanted[channel] - int(LIGHT[palette[entry, channel]])
                for down, right, parts in row.taps:
                    place = (y + down, x + right, channel)
                    if 0 <= x + right < width:
                        weight = round(strength * parts / row.divisor * 2**15)
                        waiting[place] = waiting.get(place, 0) + weight * error
        result.append(line)
    return result


def test_the_first_errors_by_hand(kernels: ModuleType) -> None:
    # Grey 100 is 2088 of 16383 units of light; 127 is 3477, 128 is 3536: white begins between.
    # 7/16 of an error go to the right, and all four pixels in a row want more than the one before:
    #   2088                    black, 2088 left
    #   2088 + 913.5 = 3001.5   black, 3002 left, since halves are rounded up
    #   2088 + 1313.4 = 3401    black, 3401 left
    #   2088 + 1487.9 = 3576    white
    assert [int(LIGHT[value]) for value in (100, 127, 128)] == [2088, 3477, 3536]
    taps = taps_of(DIFFUSIONS["floyd-steinberg"], 1.0)
    inverse_map = inverse_map_of(np.array([[0] * 3, [255] * 3], np.uint8), 3, spaces.SRGB)
    pixels, errors = np.full((1, 4, 3), 100, np.uint8), no_errors(1, 4, 3)
    indices = np.empty((1, 4), np.uint8)
    kernels.diffuse(pixels, taps, inverse_map, no_errors(2, 4, 3), errors, indices, (0, 9))
    assert indices.tolist() == [[0, 0, 0, 1]]
    assert errors[0, 2:6, 0].tolist() == [2088, 3002, 3401, 3576 - 16383]


@pytest.mark.parametrize("method", DIFFUSIONS)
@pytest.mark.parametrize("strength", [1.0, 0.6])
def test_diffusion_is_that_of_the_textbook(
    kernels: ModuleType, method: str, strength: float
) -> None:
    pixels = noise(7, 9, 3)
    row = DIFFUSIONS[method]
    found = diffused(
        kernels, pixels, taps_of(row, strength), inverse_map_of(CORNERS, 3, spaces.SRGB)
    )
    assert found.tolist() == textbook(pixels, row, strength, CORNERS)


@given(st.integers(0, 1 << 16), st.integers(1, 9), st.integers(1, 30), st.lists(st.integers(1, 20)))
@FEW
def test_strips_give_what_one_pass_gives(
    seed: int, height: int, width: int, widths: list[int]
) -> None:
    pixels, taps = noise(height, width, 3, seed=seed), taps_of(DIFFUSIONS["stucki"], 0.9)
    inverse_map = inverse_map_of(GREYS, 3, spaces.SRGB)
    edges = [0, *np.cumsum(widths).tolist(), width + slant_of(taps) * height]
    for name in IMPLEMENTATIONS:
        kernels = import_module(MODULES[name])
        above, errors = no_errors(2, width, 3), no_errors(height, width, 3)
        indices = np.empty((height, width), np.uint8)
        for first, end in pairwise(edges):
            kernels.diffuse(
                pixels, taps, inverse_map, above, errors, indices, (first, max(first, end))
            )
        assert np.array_equal(indices, diffused(kernels, pixels, taps, inverse_map))


def mixed(channels: int, opaque: int) -> tuple[Bytes, Bytes]:
    """Pixels of many alphas, and a palette of 40 with so many opaque entries."""
    pixels, palette = noise(12, 17, channels), noise(40, channels, seed=1)
    if channels == 4:
        pixels[..., 3] = np.random.default_rng(2).choice([0, 70, 200, 255], pixels.shape[:2])
        pixels[pixels[..., 3] == 0] = 0
        palette[:opaque, 3] = 255
        palette[opaque] = 0
        pixels[3, 4], palette[2] = palette[39], palette[1]
    return pixels, palette


@pytest.mark.skipif(len(IMPLEMENTATIONS) == 1, reason="there is nothing to compare with")
@pytest.mark.parametrize(("channels", "opaque"), [(3, 40), (4, 20), (4, 0)])
@pytest.mark.parametrize("space", list(SPACES))
def test_implementations_are_equal(channels: int, opaque: int, space: str) -> None:
    reference, compiled = (import_module(MODULES[name]) for name in IMPLEMENTATIONS)
    pixels, palette = mixed(channels, opaque)
    taps = taps_of(DIFFUSIONS["jarvis-judice-ninke"], 0.8)
    both = [
        diffused(one, pixels, taps, inverse_map_of(palette, channels, SPACES.load(space)))
        for one in (reference, compiled)
    ]
    assert np.array_equal(*both)
    ranks = np.arange(16, dtype=np.uint16).reshape(4, 4)
    order = np.random.default_rng(3).permutation(40).astype(np.uint8)
    results = []
    for one in (reference, compiled):
        indices = np.empty(pixels.shape[:2], np.uint8)
        inverse_map = inverse_map_of(palette, channels, SPACES.load(space))
        one.pattern(pixels, ranks, 16, 20_000, inverse_map, order, 5, indices)
        results.append(indices)
    assert np.array_equal(*results)


@pytest.mark.skipif(len(IMPLEMENTATIONS) == 1, reason="there is nothing to compare with")
@pytest.mark.parametrize("space", ["eye", "lab", "srgb"])
@pytest.mark.parametrize("alpha", [False, True])
def test_implementations_are_equal_beyond_what_a_palette_can_mix(space: str, alpha: bool) -> None:
    pixels = np.where(noise(24, 31, 3) > 99, 255, noise(24, 31, 3, seed=2)).astype(np.uint8)
    pixels[::3] = pixels[::3, :, :1]  # greys
    palette = CORNERS[[0, 1, 2, 3, 5, 11]]
    if alpha:
        pixels = np.dstack([pixels, noise(24, 31, seed=3) | 192])
        palette = np.pad(palette, [(0, 0), (0, 1)], constant_values=255)
    taps, channels = taps_of(DIFFUSIONS["floyd-steinberg"], 1.0), pixels.shape[2]
    results = [
        diffused(import_module(MODULES[name]), pixels, taps, fresh)
        for name in IMPLEMENTATIONS
        for fresh in [inverse_map_of(palette, channels, SPACES.load(space))]
    ]
    assert np.array_equal(*results)


@pytest.mark.parametrize("space", list(SPACES))
def test_the_nearest_of_256_entries_is_that_of_the_search_for_palettes(
    kernels: ModuleType, space: str
) -> None:
    pixels, palette = noise(30, 40, 3), noise(256, 3, seed=1)
    taps, how = taps_of(DIFFUSIONS["burkes"], 0.0), SPACES.load(space)
    found = diffused(kernels, pixels, taps, inverse_map_of(palette, 3, how, 0.0))
    wanted, _ = nearest.nearest_entries(pixels.reshape(-1, 3), palette, how)
    assert np.array_equal(found.ravel(), wanted)


@pytest.mark.parametrize("space", list(SPACES))
def test_so_is_the_nearest_entry_of_a_colour_with_alpha(space: str) -> None:
    colors, palette, how = noise(500, 4), noise(256, 4, seed=1), SPACES.load(space)
    colors[::7] = 0
    inverse_map = inverse_map_of(palette, 4, how)
    found = [dithering._nearest(color, inverse_map) for color in colors.tolist()]
    wanted, _ = nearest.nearest_entries(colors, palette, how)
    assert found == wanted.tolist()


def test_a_mix_is_sorted_and_adds_up_to_its_colour(kernels: ModuleType) -> None:
    # A quarter of the light of white: one of four places is white, that of rank 3.
    quarter = int(VALUE[dithering.FULL // 4])
    pixels = np.full((2, 6, 3), quarter, np.uint8)
    palette = np.array([[255, 255, 255], [0, 0, 0]], np.uint8)
    ranks = np.array([[0, 2], [3, 1]], np.uint16)
    indices = np.empty((2, 6), np.uint8)
    inverse_map = inverse_map_of(palette, 3, spaces.SRGB)
    dark_to_light = np.array([1, 0], np.uint8)
    kernels.pattern(pixels, ranks, 4, 1 << 15, inverse_map, dark_to_light, 0, indices)
    assert indices.tolist() == [[1, 1, 1, 1, 1, 1], [0, 1, 0, 1, 0, 1]]
    kernels.pattern(pixels, ranks, 4, 1 << 15, inverse_map, dark_to_light, 1, indices)
    assert indices[0].tolist() == [0, 1, 0, 1, 0, 1]


@given(st.integers(0, 1 << 16), st.integers(1, 200))
@FEW
def test_a_tally_of_colours_with_alpha_adds_squares_on_black_and_on_white(
    seed: int, n: int
) -> None:
    pixels, colors = noise(n, 4, seed=seed), noise(256, 4, seed=seed + 1)
    indices = noise(n, seed=seed + 2)

    def on(ground: int, seen: Bytes) -> NDArray[np.int64]:
        values = seen.astype(np.int64)
        return values[:, :3] * values[:, 3:] + ground * (255 - values[:, 3:])

    wanted = sum(((on(at, pixels) - on(at, colors)[indices]) ** 2).sum() for at in (0, 255))
    for name in IMPLEMENTATIONS:
        counts = np.full(256, -1, np.int64)
        assert import_module(MODULES[name]).tally(pixels, indices, colors, counts) == wanted
        assert counts.tolist() == [int((indices == entry).sum()) for entry in range(256)]


@given(st.integers(0, 1 << 16), st.integers(1, 200))
@FEW
def test_a_tally_counts_entries_and_adds_squares(seed: int, n: int) -> None:
    pixels, colors = noise(n, 3, seed=seed), noise(256, 3, seed=seed + 1)
    indices = noise(n, seed=seed + 2)
    for name in IMPLEMENTATIONS:
        counts = np.full(256, -1, np.int64)
        total = import_module(MODULES[name]).tally(pixels, indices, colors, counts)
        assert counts.tolist() == [int((indices == entry).sum()) for entry in range(256)]
        squares = (pixels.astype(int) - colors[indices].astype(int)) ** 2
        assert total == squares.sum()


# Waves


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize(("rows", "steps"), [(1, 1), (5, 1), (4, 2), (6, 5), (2, 7)])
def test_a_step_waits_for_the_next_one_of_the_row_above(
    rows: int, steps: int, threads: int
) -> None:
    done: set[tuple[int, int]] = set()
    lock = Lock()

    def needs(row: int, step: int) -> Iterator[tuple[int, int]]:
        if row:
            yield row - 1, min(step + 1, steps - 1)
        if step:
            yield row, step - 1

    def work(row: int, step: int) -> None:
        with lock:
            assert all(need in done for need in needs(row, step))
        with lock:
            done.add((row, step))

    each_wave(rows, steps, work, threads=threads)
    assert len(done) == rows * steps


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_in_a_wave_reaches_the_caller(threads: int) -> None:
    with pytest.raises(ZeroDivisionError):
        each_wave(3, 4, lambda row, step: 1 // (1 - row) and None, threads=threads)
