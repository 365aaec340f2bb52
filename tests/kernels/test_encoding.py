"""Guards the kernel that makes points of colours: both implementations are equal, to the bit."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray

from quantize.color import conversions, spaces
from quantize.color.spaces import Space
from quantize.color.table import SPACES
from quantize.kernels import encoding

MODULES = {"reference": "quantize.kernels.reference", "compiled": "quantize.kernels._compiled"}
IMPLEMENTATIONS = [name for name, module in MODULES.items() if find_spec(module)]
EVERY_SPACE = pytest.mark.parametrize(
    "space", [SPACES.load(name) for name in SPACES], ids=list(SPACES)
)


@pytest.fixture(params=IMPLEMENTATIONS)
def kernels(request: pytest.FixtureRequest) -> ModuleType:
    return import_module(MODULES[request.param])


def noise(n: int, channels: int) -> NDArray[np.uint8]:
    colors = np.random.default_rng(n).integers(0, 256, (n, channels)).astype(np.uint8)
    colors[:2] = [[0], [255]]
    return colors


def encoded(kernels: ModuleType, colors: NDArray[np.uint8], space: Space) -> NDArray[np.float64]:
    points = np.empty(colors.shape, np.float32 if colors.shape[1] == 3 else np.float64)
    kernels.encode(colors, space.form, points)
    return points


@EVERY_SPACE
@pytest.mark.parametrize("channels", [3, 4])
def test_implementations_are_equal(space: Space, channels: int) -> None:
    colors = noise(20_000, channels)
    results = [encoded(import_module(MODULES[name]), colors, space) for name in IMPLEMENTATIONS]
    assert all(np.array_equal(result, results[0]) for result in results)


def test_columns_of_a_wider_array_are_encoded(kernels: ModuleType) -> None:
    colors = noise(50, 4)
    alone = encoded(kernels, np.ascontiguousarray(colors[:, :3]), spaces.OKLAB)
    assert np.array_equal(encoded(kernels, colors[:, :3], spaces.OKLAB), alone)


def test_oklab_is_that_of_cube_roots(kernels: ModuleType) -> None:
    colors = noise(20_000, 3)
    wanted = (conversions.oklab(colors) * spaces.SCALE).astype(np.float32)
    assert encoded(kernels, colors, spaces.OKLAB) == pytest.approx(wanted, abs=2e-5)


def test_a_root_is_followed_to_a_billionth_and_through_black() -> None:
    table = spaces.pieces_of(np.cbrt)
    values = np.geomspace(2.0**-17, 1.0001, 100_000)
    first = np.searchsorted(table[:, 0], values, side="right") - 1
    start, *parts = table[first].T
    found = sum(part * (values - start) ** power for power, part in enumerate(parts))
    assert np.abs(found / np.cbrt(values) - 1).max() < 2e-9
    assert table[0, :2].tolist() == [0, 0]
    assert table[1, 0] == 2.0**-17
    assert (encoding.PIECE_BITS, encoding.LOWEST) == (spaces._PIECE_BITS, spaces._LOWEST)
