"""The promise: every palette colour has a name that people know, and no two have the same."""

from __future__ import annotations

import re
import runpy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import ImageColor
from skimage.color import deltaE_ciede2000, rgb2lab

from helpers.paths import DOCS
from quantize.color.conversions import lab
from quantize.color.difference import ciede2000
from quantize.color.named_colors import NAMED
from quantize.color.names import name_colors, named_colors, nearest_places

matplotlib_colors = pytest.importorskip("matplotlib.colors")

CSS_NAMES = 139


def of_hex(*colors):
    return np.array([list(bytes.fromhex(color)) for color in colors], np.uint8)


def table():
    """The entries of the source, read by position: name and hexadecimal digits, in order."""
    parts = NAMED.split("#")
    names = [parts[0], *(part[6:] for part in parts[1:])]
    return {n.strip(", \n"): part[:6] for n, part in zip(names, parts[1:], strict=False)}


def css():
    return dict(list(table().items())[:CSS_NAMES])


def survey():
    return dict(list(table().items())[CSS_NAMES:])


def pillow_colors():
    """Pillow's copy of the CSS table, for comparison: name without spaces to digits."""
    return {name: bytes(ImageColor.getrgb(name)[:3]).hex() for name in ImageColor.colormap}


def test_the_table_begins_with_the_distinct_colors_of_css():
    ours, theirs = css(), pillow_colors()
    assert len(theirs) == 148
    assert len(ours) == len(set(ours.values())) == 139
    assert set(ours.values()) == set(theirs.values())
    assert {name.replace(" ", ""): color for name, color in ours.items()}.items() <= theirs.items()


def test_of_two_css_names_for_one_color_one_is_kept():
    left_out = set(pillow_colors()) - {name.replace(" ", "") for name in css()}
    assert left_out >= {"aqua", "fuchsia"}
    assert all("grey" in name for name in left_out - {"aqua", "fuchsia"})


def test_the_other_names_are_those_of_the_survey_with_their_colors():
    theirs = {
        name.removeprefix("xkcd:").replace("grey", "gray"): color[1:]
        for name, color in matplotlib_colors.XKCD_COLORS.items()
    }
    assert len(survey()) > 600
    assert survey().items() <= theirs.items()


def test_no_color_and_no_name_stands_twice_so_css_wins():
    ours = table()
    assert len(set(ours.values())) == len(ours) == NAMED.count("#")
    assert ours["cornflower blue"] == "6495ed"


def test_no_name_is_crude():
    crude = {"poo", "poop", "puke", "vomit", "barf", "snot", "bile", "shit", "piss", "ugly", "sick"}
    assert not {word for name in table() for word in name.split()} & crude


def test_every_name_is_words_in_lower_case():
    assert all(re.fullmatch(r"[a-z']+( [a-z']+){0,3}", name) for name in table())


def test_the_script_writes_the_table_as_it_is(tmp_path, monkeypatch):
    path = DOCS / "make_names.py"
    script = runpy.run_path(str(path))
    monkeypatch.setitem(script["main"].__globals__, "TARGET", tmp_path / "made.py")
    script["main"]()
    made = runpy.run_path(str(tmp_path / "made.py"))
    assert made["NAMED"] == NAMED


def test_the_table_is_read_whole():
    assert named_colors()[0] == tuple(table())


def test_names_are_spelled_as_people_say_them():
    said = {"steel blue", "light goldenrod yellow", "rebecca purple", "gray", "dark slate gray"}
    assert said <= set(table())


def test_every_named_color_has_its_own_name():
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


@given(arrays(np.uint8, (7, 3)))
def test_what_is_left_out_of_the_search_is_never_the_nearest(colors):
    places = named_colors()[1]
    wanted = ciede2000(lab(colors)[:, None], places).argmin(axis=1)
    assert nearest_places(lab(colors), places).tolist() == wanted.tolist()


def test_a_color_near_a_named_one_has_its_name():
    assert name_colors(of_hex("4783b5", "ff0001", "000001", "0339f7")) == (
        "steel blue",
        "red",
        "black",
        "vibrant blue",
    )


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
