"""Guards the kernels that code pixels as LZW: parity, what others decode, and where tables end."""

from __future__ import annotations

import io
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from helpers.examples import examples
from quantize.images.write import gif
from quantize.kernels.coding import CODES, UNKNOWN

MODULES = {"reference": "quantize.kernels.reference", "compiled": "quantize.kernels._compiled"}
IMPLEMENTATIONS = [name for name, module in MODULES.items() if find_spec(module)]

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]


@pytest.fixture(params=IMPLEMENTATIONS)
def kernels(request: pytest.FixtureRequest) -> ModuleType:
    return import_module(MODULES[request.param])


def coded(kernels: ModuleType, pixels: Bytes, places: list[int], bits: int) -> bytes:
    found = np.zeros(2 * (len(pixels) + len(places)) + 4, np.uint8)
    size = kernels.code_strings(pixels, np.array(places, np.int64), bits, found)
    assert not found[size:].any()
    return found[:size].tobytes()


def decoded(data: bytes, count: int, bits: int) -> Bytes:
    """The pixels as Pillow reads them, of a row."""
    blocks = b"".join(
        bytes([len(data[at : at + 255])]) + data[at : at + 255] for at in range(0, len(data), 255)
    )
    packed = bytes([bits]) + blocks + b"\0"
    table = bytes(range(256)) * 3
    file = gif.header(count, 1, table) + gif.image((0, 0, count, 1), None, packed) + gif.TRAILER
    with Image.open(io.BytesIO(file)) as image:
        image.load()
        return np.array(image).reshape(-1)


def skewed(seed: int, count: int, bits: int) -> Bytes:
    chance = np.random.default_rng(seed)
    pixels = np.minimum(chance.geometric(0.4, count) - 1, (1 << bits) - 1)
    return pixels.astype(np.uint8)


def test_known_pixels_have_the_codes_of_the_standard(kernels: ModuleType) -> None:
    # clear 4; then 0, 6 = (0 0), 7 = (0 0 0); end 5 in four bits, since string 8 is the next
    codes = [(4, 3), (0, 3), (6, 3), (7, 3), (5, 4)]
    stream = sum(code << 3 * place for place, (code, _) in enumerate(codes))
    assert coded(kernels, np.zeros(6, np.uint8), [0], 2) == stream.to_bytes(2, "little")


@pytest.mark.parametrize("places", [[0], [0, 5, 6, 4_000], [0, 19_999]])
def test_pillow_decodes_codes_with_tables_that_go_on_when_full(
    kernels: ModuleType, places: list[int]
) -> None:
    for bits in (2, 5, 8):
        pixels = skewed(bits, 20_000, bits)
        assert (decoded(coded(kernels, pixels, places, bits), 20_000, bits) == pixels).all()


def test_a_table_is_full_after_4096_codes(kernels: ModuleType) -> None:
    pixels = np.random.default_rng(0).permutation(np.arange(9_000) % 251).astype(np.uint8)
    full = kernels.filled_at(pixels, 0, 8)
    data = coded(kernels, pixels[:full], [0], 8)
    codes = CODES - 258
    widths = 9 + (codes > 512 - 258) + (codes > 1024 - 258) + (codes > 2048 - 258)
    assert widths == 12
    bits = 9 + 9 * (512 - 257) + 10 * 512 + 11 * 1024 + 12 * (codes - 255 - 1536) + 12
    assert len(data) == -(-bits // 8)
    assert kernels.filled_at(pixels[:100], 0, 8) == 100


def test_a_table_is_cleared_where_the_picture_changes(kernels: ModuleType) -> None:
    one, other = (skewed(seed, 12_000, 4) for seed in (1, 2))
    pixels = np.concatenate([one, 15 - other])
    places = np.array([0, 6_000, 12_000, 18_000, 24_000])
    sizes, before = best = np.empty((2, len(places)), np.int64)
    kernels.clear_places(pixels, places, 4, 10**6, best)
    assert before[-1] == 2
    assert before[2] == 0
    chosen = len(coded(kernels, pixels, [0, 12_000], 4))
    assert sizes[-1] // 8 == pytest.approx(chosen, abs=2)
    assert chosen < len(coded(kernels, pixels, [0], 4))


@given(
    seed=st.integers(0, 10**6),
    count=st.integers(1, 9_000),
    bits=st.integers(2, 8),
    step=st.integers(40, 3_000),
    slack=st.integers(0, 3_000),
)
@examples(20)
def test_both_implementations_choose_and_write_the_same(
    seed: int, count: int, bits: int, step: int, slack: int
) -> None:
    pixels = skewed(seed, count, bits)
    places = np.append(np.arange(0, count, step), count).astype(np.int64)
    results = []
    for name in IMPLEMENTATIONS:
        kernels = import_module(MODULES[name])
        best = np.empty((2, len(places)), np.int64)
        kernels.clear_places(pixels, places, bits, slack, best)
        assert best[0].max() < UNKNOWN
        data = coded(kernels, pixels, places[:-1].tolist(), bits)
        full = kernels.filled_at(pixels, int(places[0]), bits)
        results.append((best.tolist(), full, data))
    assert all(result == results[0] for result in results)
