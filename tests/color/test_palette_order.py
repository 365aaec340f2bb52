"""Guards the promises about the order of a palette: what comes first, and that no pixel changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from helpers.paths import SAMPLES
from quantize import Palette, quantize
from quantize.color.conversions import oklch
from quantize.color.palette_order import by_hue
from quantize.color.table import SORTS

Bytes = NDArray[np.uint8]
SORT = pytest.mark.parametrize("sort", SORTS)
NOTHING = np.empty((0, 3), np.uint8)


def sorted_hex(sort: str, *colors: str, counts: object = None, found: tuple[str, ...] = ()) -> str:
    given = Palette.from_hex(*colors)
    first = Palette.from_hex(*found).colors if found else NOTHING
    pixels = given.counts if counts is None else np.asarray(counts, np.int64)
    return " ".join(np.array(given.hex)[SORTS.load(sort)(given.colors, pixels, first)])


@SORT
@given(colors=arrays(np.uint8, st.tuples(st.integers(1, 40), st.sampled_from([3, 4]))))
def test_every_order_has_each_row_once(sort: str, colors: Bytes) -> None:
    counts = np.arange(len(colors))
    rows = SORTS.load(sort)(colors, counts, colors[::-2])
    assert sorted(rows.tolist()) == counts.tolist()


@given(colors=arrays(np.uint8, (12, 3), unique=True), seed=st.integers(0, 99))
def test_the_order_by_hue_does_not_depend_on_the_order_before(colors: Bytes, seed: int) -> None:
    colors = np.unique(colors, axis=0)
    mixed = colors[np.random.default_rng(seed).permutation(len(colors))]
    one, other = (part[by_hue(part, part[:, 0], NOTHING)] for part in (colors, mixed))
    assert one.tolist() == other.tolist()


def test_luminance_is_dark_to_light() -> None:
    wanted = "#0000ff #ff0000 #808080 #00ff00 #ffffff"
    assert sorted_hex("luminance", "#ffffff", "#00ff00", "#ff0000", "#0000ff", "#808080") == wanted


@given(colors=arrays(np.uint8, st.tuples(st.integers(1, 40), st.sampled_from([3, 4]))))
def test_auto_is_dark_to_light_where_there_is_no_image(colors: Bytes) -> None:
    rows = (SORTS.load(name)(colors, colors[:, 0], NOTHING) for name in ("auto", "luminance"))
    assert np.array_equal(*rows)


@given(colors=arrays(np.uint8, st.tuples(st.integers(1, 30), st.just(4))))
def test_auto_has_what_is_not_opaque_first(colors: Bytes) -> None:
    rows = SORTS.load("auto")(colors, np.arange(len(colors)), NOTHING)
    opaque = colors[rows, 3] == 255
    assert (np.diff(opaque.astype(int)) >= 0).all()


def test_count_has_the_most_frequent_first_and_equal_ones_dark_to_light() -> None:
    colors = ("#ffffff", "#ff0000", "#000000", "#808080")
    wanted = "#ff0000 #808080 #000000 #ffffff"
    assert sorted_hex("count", *colors, counts=[1, 9, 1, 5]) == wanted


def test_none_is_the_order_of_the_centroids_and_new_colours_come_last() -> None:
    found = ("#ff0000", "#00ff00", "#123456", "#0000ff")
    wanted = "#ff0000 #00ff00 #0000ff #111111 #eeeeee"
    colors = ("#eeeeee", "#0000ff", "#00ff00", "#111111", "#ff0000")
    assert sorted_hex("none", *colors, found=found) == wanted


def test_hue_has_neutrals_first_then_the_rainbow() -> None:
    colors = (
        "#0000ff",
        "#ffffff",
        "#ffff00",
        "#00b000",
        "#ff0000",
        "#808080",
        "#ff8000",
        "#000000",
    )
    wanted = "#000000 #808080 #ffffff #ff0000 #ff8000 #ffff00 #00b000 #0000ff"
    assert sorted_hex("hue", *colors) == wanted


def test_shades_of_one_hue_stand_together_dark_to_light() -> None:
    blues, reds = ("#001040", "#2040a0", "#80a0ff"), ("#400000", "#a02020", "#ff8080")
    mixed = [color for pair in zip(blues, reds, strict=True) for color in pair]
    assert sorted_hex("hue", *mixed) == " ".join((*reds, *blues))


def test_pinks_and_reds_are_not_torn_by_the_end_of_the_circle() -> None:
    colors = ("#ff0040", "#ff0010", "#ff2000", "#00a0ff")
    assert sorted_hex("hue", *colors).endswith("#00a0ff")


def test_what_is_not_seen_leads() -> None:
    assert sorted_hex("hue", "#000000ff", "#ff0000ff", "#ff000000", found=("#00000000",)) == (
        "#ff0000 #000000 #ff0000"
    )


@pytest.mark.parametrize("name", ["china.jpg", "astronaut.png", "chelsea.png", "flower.jpg"])
def test_no_palette_looks_scattered(name: str) -> None:
    """Steps from colour to colour are mostly small in hue or in lightness, as in a ramp."""
    colors = quantize(str(SAMPLES / name), 48, sort="hue").palette.colors
    lightness, chroma, hue = oklch(colors)
    turns = np.abs((np.diff(hue) + 180) % 360 - 180)
    falls = np.diff(lightness) < -0.02
    assert falls.sum() <= 9  # where one ramp ends and the next begins
    both = np.minimum(chroma[1:], chroma[:-1]) > 0.05
    assert np.median(turns[both]) < 16


@SORT
def test_the_order_changes_no_pixel(sort: str) -> None:
    path = str(SAMPLES / "china.jpg")
    plain, other = quantize(path, 32), quantize(path, 32, sort=sort)
    assert np.array_equal(plain.to_array(), other.to_array())
    assert dict(zip(plain.palette.hex, plain.palette.counts.tolist(), strict=True)) == dict(
        zip(other.palette.hex, other.palette.counts.tolist(), strict=True)
    )
    assert plain.statistics.mse == other.statistics.mse


def test_the_orders_differ_on_a_photograph() -> None:
    path = str(SAMPLES / "china.jpg")
    orders = {sort: tuple(quantize(path, 16, sort=sort).palette.hex) for sort in SORTS}
    assert orders.pop("input") == orders["auto"]  # a photograph has no table
    assert len({*orders.values()}) == len(orders)
    counts = quantize(path, 16, sort="count").palette.counts
    assert (np.diff(counts) <= 0).all()
