"""Both implementations of the kernels give the same result from the pixels to the file.

`test_kernels.py` holds each kernel to its specification; here whole pictures go through both.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from helpers.examples import examples
from quantize import kernels, quantize
from quantize.color import nearest, spaces
from quantize.kernels import reference

MODULES = {"reference": "quantize.kernels.reference", "compiled": "quantize.kernels._compiled"}
IMPLEMENTATIONS = [name for name, module in MODULES.items() if find_spec(module)]
KERNELS = [name for name in kernels.__all__ if callable(getattr(reference, name, 0))]

Picture = NDArray[np.uint8]
Colors = int | Literal["auto"]


@contextmanager
def running(name: str) -> Iterator[None]:
    """Put an implementation behind the door."""
    module = import_module(MODULES[name])
    with pytest.MonkeyPatch.context() as patch:
        for kernel in KERNELS:
            patch.setattr(kernels, kernel, getattr(module, kernel))
        yield


def results(picture: Picture, k: Colors, **options: Any) -> list[tuple[bytes, ...]]:
    """Palette, counts and indices, and the figures but for the seconds, by each implementation."""
    found = []
    for name in IMPLEMENTATIONS:
        with running(name):
            result = quantize(picture, k, **options)
        figures = result.statistics._replace(seconds={})
        found.append(
            (
                result.palette.colors.tobytes(),
                result.palette.counts.tobytes(),
                result.indices.tobytes(),
                repr(figures).encode(),
            )
        )
    return found


def same(picture: Picture, k: Colors, **options: Any) -> bool:
    found = results(picture, k, **options)
    return all(other == found[0] for other in found)


def noise(height: int, width: int, channels: int = 3, seed: int = 0) -> Picture:
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (height, width, channels)).astype(np.uint8)


def test_the_door_offers_every_kernel() -> None:
    assert {"pack", "count_colors", "nearest", "cluster_sums", "divide", "look_up"} <= set(KERNELS)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (37, 41), (64, 64)])
@pytest.mark.parametrize("channels", [3, 4])
def test_pictures_of_any_shape(size: tuple[int, int], channels: int) -> None:
    assert same(noise(*size, channels), 7)


@pytest.mark.parametrize("k", [1, 2, 3, 16, 100, 255, 256])
def test_palettes_of_any_size(k: int) -> None:
    assert same(noise(60, 80), k)


def test_saturated_colours_with_many_ties() -> None:
    picture = np.where(noise(50, 50) > 127, 255, 0).astype(np.uint8)
    picture[:25] //= 2
    for k in (2, 5, 8, 11):
        assert same(picture, k)


@pytest.mark.parametrize("init", ["wu", "k-means++", "random"])
@pytest.mark.parametrize("algorithm", ["full", "mini-batch"])
def test_any_method(init: str, algorithm: str) -> None:
    assert same(noise(50, 70, seed=3), 24, init=init, algorithm=algorithm, metrics="full")


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize(
    "wishes", [{}, {"auto_criterion": "silhouette"}, {"max_error": 9.0}], ids=str
)
def test_a_number_of_colours_that_is_left_open(channels: int, wishes: dict[str, Any]) -> None:
    kept = ("#123456", "#ff00ff")
    assert same(noise(15, 20, channels) // 2, "auto", keep_color=kept, **wishes)


def test_pictures_that_lie_in_memory_as_they_like() -> None:
    wide = noise(40, 90)
    frozen = noise(40, 45)
    frozen.flags.writeable = False
    for picture in (wide[:, ::2], wide[::-1], np.asfortranarray(wide), frozen):
        assert same(picture, 9)


@given(
    picture=arrays(
        np.uint8,
        st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([3, 4])),
        elements=st.integers(0, 255) | st.sampled_from([0, 127, 128, 255]),
    ),
    k=st.integers(1, 20),
)
@examples(60)
def test_any_picture(picture: Picture, k: int) -> None:
    assert same(picture, k)


@pytest.mark.slow
def test_any_number_of_threads() -> None:
    picture = noise(300, 400, seed=9)
    one = results(picture, 32, threads=1)
    assert all(results(picture, 32, threads=threads) == one for threads in (2, 7))


@pytest.mark.parametrize("k", [5, 64, 256])
@pytest.mark.parametrize("name", IMPLEMENTATIONS)
def test_mapping_equals_brute_force_on_a_dense_sample_of_all_colours(name: str, k: int) -> None:
    axis = np.arange(0, 256, 6)
    random = np.random.default_rng(k)
    grid = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    colors = np.minimum(grid + random.integers(0, 6, grid.shape), 255).astype(np.uint8)
    palette = np.unique(random.integers(0, 256, (2 * k, 3)), axis=0)[:k].astype(np.uint8)
    with running(name):
        entries, distances = nearest.nearest_entries(colors, palette, spaces.SRGB, threads=2)
    best = np.full(len(colors), 1 << 30)
    chosen = np.zeros(len(colors), np.uint8)
    for index, entry in enumerate(palette.astype(np.int64)):
        distance = np.square(colors - entry).sum(axis=1)
        nearer = distance < best
        best[nearer], chosen[nearer] = distance[nearer], index
    assert np.array_equal(entries, chosen)
    assert np.array_equal(distances, best)
