"""Guards the promise that a value is checked once, when it is made, and stays as it was made."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from numpy.typing import NDArray

from quantize.errors import PixelsError
from quantize.model.frames import Frame
from quantize.model.palette import Palette
from quantize.model.picture import Picture
from quantize.model.result import Quantized, Statistics
from quantize.pipeline.histogram import Histogram

FIGURES = Statistics(
    colors_before=2,
    colors_after=2,
    mse=0.0,
    psnr=float("inf"),
    inertia=0.0,
    iterations=0,
    converged=True,
    seconds={},
)


def zeros(*shape: int) -> NDArray[np.uint8]:
    return np.zeros(shape, np.uint8)


def colors(*rows: tuple[int, ...]) -> NDArray[np.uint8]:
    return np.array(rows, np.uint8)


RED, LIME = (255, 0, 0), (0, 255, 0)


def quantized(indices: NDArray[np.uint8]) -> Quantized:
    red = Palette.from_hex("ff0000")
    return Quantized((Frame(red, indices),), red, FIGURES)


ARRAY_OF: dict[str, tuple[NDArray[np.uint8], Callable[[NDArray[np.uint8]], NDArray[np.uint8]]]] = {
    "Picture": (zeros(2, 2, 3), lambda array: Picture(array).pixels),
    "Histogram": (colors(RED), lambda array: Histogram(array, np.array([4])).colors),
    "Palette": (colors(RED), lambda array: Palette(array).colors),
    "Quantized": (
        zeros(2, 2),
        lambda array: quantized(array).indices,
    ),
}
EVERY_VALUE = pytest.mark.parametrize("name", ARRAY_OF)


# Frozen


@EVERY_VALUE
def test_the_array_of_a_value_cannot_be_written(name: str) -> None:
    array, inside = ARRAY_OF[name]
    with pytest.raises(ValueError, match="read-only"):
        inside(array.copy())[0] = 1


@EVERY_VALUE
def test_the_callers_array_stays_writable(name: str) -> None:
    array = ARRAY_OF[name][0].copy()
    ARRAY_OF[name][1](array)
    array[0] = 1
    assert (array[0] == 1).all()


@EVERY_VALUE
def test_a_value_looks_at_the_callers_array_and_does_not_copy_it(name: str) -> None:
    array, inside = ARRAY_OF[name]
    own = array.copy()
    assert np.shares_memory(inside(own), own)


def test_fields_cannot_be_replaced() -> None:
    palette, picture = Palette.from_hex("ff0000"), Picture(zeros(1, 1, 3))
    with pytest.raises(FrozenInstanceError):
        palette.colors = colors(LIME)  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        picture.source = "elsewhere"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        FIGURES.mse = 1.0  # type: ignore[misc]


# Pictures


def test_a_picture_knows_its_size() -> None:
    picture = Picture(zeros(2, 5, 4))
    assert (picture.height, picture.width, picture.channels) == (2, 5, 4)


@pytest.mark.parametrize(
    "pixels",
    [
        zeros(2, 2),
        zeros(2, 2, 2),
        zeros(2, 2, 5),
        zeros(0, 2, 3),
        zeros(2, 0, 3),
        zeros(1, 2, 2, 3),
    ],
    ids=lambda array: str(array.shape),
)
def test_a_picture_of_another_shape_is_refused(pixels: NDArray[np.uint8]) -> None:
    with pytest.raises(PixelsError) as caught:
        Picture(pixels)
    assert str(pixels.shape) in str(caught.value)


@pytest.mark.parametrize("dtype", [np.int64, np.float64, np.bool_, np.uint16])
def test_a_picture_of_another_dtype_is_refused(dtype: type) -> None:
    with pytest.raises(PixelsError, match=np.dtype(dtype).name):
        Picture(np.zeros((1, 1, 3), dtype))


# Histograms


def test_a_histogram_has_colours_of_bytes_and_counts_of_whole_numbers() -> None:
    with pytest.raises(PixelsError, match="colors"):
        Histogram(np.zeros((1, 3)), np.array([1]))  # type: ignore[arg-type]
    with pytest.raises(PixelsError, match="counts"):
        Histogram(zeros(1, 3), np.array([1.0]))  # type: ignore[arg-type]


def test_a_histogram_has_one_count_for_each_colour() -> None:
    with pytest.raises(PixelsError, match="counts"):
        Histogram(colors(LIME, RED), np.array([1, 2, 3]))


# Palettes


def test_hex_codes_are_read_with_and_without_hash_in_either_case() -> None:
    palette = Palette.from_hex("#ff0000", "00Ff7f")
    assert palette.colors.tolist() == [[255, 0, 0], [0, 255, 127]]
    assert list(palette) == [(255, 0, 0), (0, 255, 127)]
    assert palette.hex == ["#ff0000", "#00ff7f"]


def test_eight_digits_are_alpha_too() -> None:
    palette = Palette.from_hex("#ff000080", "#00000000")
    assert palette.colors.tolist() == [[255, 0, 0, 128], [0, 0, 0, 0]]
    assert palette.hex == ["#ff0000", "#000000"]


@pytest.mark.parametrize(
    "codes",
    [("red",), ("#fff",), ("#ff00000",), ("#gg0000",), ("",), ("#ff0000", "#ff000080"), ()],
    ids=str,
)
def test_what_is_no_hex_code_is_refused(codes: tuple[str, ...]) -> None:
    with pytest.raises(PixelsError):
        Palette.from_hex(*codes)


def test_a_wrong_hex_code_is_named() -> None:
    with pytest.raises(PixelsError, match=r"#12345: wanted '#rrggbb'"):
        Palette.from_hex("#12345")


def test_a_palette_that_was_read_may_hold_a_colour_twice() -> None:
    palette = Palette(np.array([[9, 9, 9], [0, 0, 0], [9, 9, 9]], np.uint8))
    assert [*palette] == [(9, 9, 9), (0, 0, 0), (9, 9, 9)]


def test_a_colour_that_is_written_out_twice_is_a_mistake() -> None:
    with pytest.raises(PixelsError, match="twice"):
        Palette.from_hex("#ff0000", "#00ff00", "#FF0000")


def test_colours_that_differ_in_alpha_alone_are_two() -> None:
    assert len(Palette.from_hex("#ff000080", "#ff000081")) == 2


@pytest.mark.parametrize("k", [1, 256, 489])
def test_a_palette_has_1_colour_or_more(k: int) -> None:
    greys = np.arange(k).astype(np.uint8)
    assert len(Palette(np.stack([greys] * 3, axis=1))) == k


@pytest.mark.parametrize("shape", [(0, 3), (2, 2), (2, 5)], ids=str)
def test_a_palette_of_another_shape_is_refused(shape: tuple[int, int]) -> None:
    rows = np.arange(shape[0] * shape[1]).reshape(shape).astype(np.uint8)
    with pytest.raises(PixelsError) as caught:
        Palette(rows)
    assert str(shape) in str(caught.value)


def test_counts_and_names_are_one_for_each_colour() -> None:
    two = colors(RED, LIME)
    assert Palette(two, np.array([3, 1]), ("red", "lime")).names == ("red", "lime")
    with pytest.raises(PixelsError, match="wanted 2"):
        Palette(two, np.array([3]))
    with pytest.raises(PixelsError, match="wanted 2"):
        Palette(two, names=("red",))


def test_shares_are_parts_of_all_pixels() -> None:
    assert Palette(colors(RED, LIME), np.array([3, 1])).shares == [0.75, 0.25]


def test_without_a_picture_counts_and_shares_are_0() -> None:
    palette = Palette.from_hex("ff0000", "00ff00")
    assert palette.counts.tolist() == [0, 0]
    assert palette.shares == [0, 0]


def test_palettes_are_equal_where_colours_and_order_are() -> None:
    palette = Palette.from_hex("ff0000", "00ff00")
    assert palette == Palette(colors(RED, LIME), np.array([5, 5]), ("a", "b"))
    assert palette != Palette.from_hex("00ff00", "ff0000")
    assert palette != Palette.from_hex("ff0000")
    assert palette != ["#ff0000", "#00ff00"]


def test_a_palette_is_no_key_of_a_dictionary() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Palette.from_hex("ff0000"))


def test_a_palette_is_a_dataclass_to_those_who_ask() -> None:
    palette = Palette.from_hex("#112233")
    assert [field.name for field in dataclasses.fields(palette)] == [*Palette.fields]
    assert dataclasses.replace(palette, names=("night",)).names == ("night",)
