"""The promise: every palette colour has a name that people know, and no two have the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import ImageColor
from skimage.color import deltaE_ciede2000, rgb2lab

from quantize.colornames import CSS_COLORS, name_colors, named_colors


def of_hex(*colors):
    return np.array([list(bytes.fromhex(color)) for color in colors], np.uint8)


def table():
    """The entries of the source, read by position: name and hexadecimal digits, in order."""
    parts = CSS_COLORS.split("#")
    names = [parts[0], *(part[6:] for part in parts[1:])]
    return {n.strip(): part[:6] for n, part in zip(names, parts[1:], strict=False)}


def pillow_colors():
    """Pillow's copy of the CSS table, for comparison: name without spaces to digits."""
    return {name: bytes(ImageColor.getrgb(name)[:3]).hex() for name in ImageColor.colormap}


def test_the_table_is_the_distinct_colors_of_css():
    ours, css = table(), pillow_colors()
    assert len(css) == 148
    assert len(ours) == len(set(ours.values())) == 139
    assert set(ours.values()) == set(css.values())
    assert {name.replace(" ", ""): color for name, color in ours.items()}.items() <= css.items()


def test_of_two_css_names_for_one_color_one_is_kept():
    left_out = set(pillow_colors()) - {name.replace(" ", "") for name in table()}
    assert left_out >= {"aqua", "fuchsia"}
    assert all("grey" in name for name in left_out - {"aqua", "fuchsia"})


def test_the_table_is_in_the_order_of_css_and_is_read_whole():
    ours = table()
    assert [name.replace(" ", "") for name in ours] == sorted(n.replace(" ", "") for n in ours)
    assert named_colors()[0] == tuple(ours)


def test_names_are_spelled_as_people_say_them():
    said = {"steel blue", "light goldenrod yellow", "rebecca purple", "gray", "dark slate gray"}
    assert said <= set(table())


def test_every_css_color_has_its_own_name():
    assert name_colors(of_hex(*table().values())) == tuple(table())


def test_the_name_is_the_nearest_by_ciede2000_as_scikit_image_has_it():
    colors = np.random.default_rng(0).integers(0, 256, (256, 3), dtype=np.uint8)
    names = tuple(table())
    distances = deltaE_ciede2000(
        rgb2lab(colors)[:, None], rgb2lab(of_hex(*table().values()))[None, :]
    )
    assert [name_colors(color[None])[0] for color in colors] == [
        names[i] for i in distances.argmin(axis=1)
    ]


def test_a_color_near_a_named_one_has_its_name():
    assert name_colors(of_hex("4783b5", "fe0101", "000001")) == ("steel blue", "red", "black")


def test_a_name_in_use_gets_a_number_in_palette_order():
    palette = of_hex("4783b5", "ff0000", "4682b4", "4681b3")
    assert name_colors(palette) == ("steel blue", "red", "steel blue 2", "steel blue 3")


def test_alpha_matters_only_where_it_is_zero():
    palette = of_hex("ff000000", "ff000001", "ff0000ff", "00000000")
    assert name_colors(palette) == ("transparent", "red", "red 2", "transparent 2")


@pytest.mark.parametrize("channels", [3, 4])
def test_one_color_is_a_palette(channels):
    assert name_colors(np.full((1, channels), 255, np.uint8)) == ("white",)


@given(st.integers(1, 30), st.sampled_from([3, 4]), st.data())
def test_no_name_stands_in_a_palette_twice(k, channels, data):
    names = name_colors(data.draw(arrays(np.uint8, (k, channels))))
    assert len(names) == len(set(names)) == k
