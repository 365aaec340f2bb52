"""Guards the promise that roles are what their names say, and that text can be read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantize.color.contrast import ratio
from quantize.color.conversions import oklch
from quantize.color.roles import ROLES, SEEN, VIVID, names_of, roles_of
from quantize.model.palette import Palette

COLOR = st.tuples(*[st.integers(0, 255)] * 3)
COLORS = st.lists(st.tuples(COLOR, st.integers(0, 1000)), min_size=1, max_size=16)


def palette_of(**shares: int) -> Palette:
    """Return a palette of named CSS-like codes with their counts."""
    codes = [f"#{code[1:]}" for code in shares]
    return Palette(Palette.from_hex(*codes).colors, np.array([*shares.values()]))


def played(palette: Palette) -> dict[str, str | None]:
    codes = palette.hex
    return {role: None if row is None else codes[row] for role, row in roles_of(palette).items()}


def test_the_dominant_colour_is_the_most_frequent_one() -> None:
    assert played(palette_of(x336699=2, x663399=7, xffffff=1))["dominant"] == "#663399"


def test_without_a_picture_the_first_colour_is_dominant() -> None:
    assert roles_of(Palette.from_hex("#336699", "#663399"))["dominant"] == 0


def test_each_kind_of_colour_has_its_role() -> None:
    found = played(
        palette_of(xd84a3a=10, xffb090=10, x6a0d12=10, x8a9490=10, xd6d2cc=10, x2a2c30=10)
    )
    assert {role: found[role] for role in ROLES[1:7]} == {
        "vibrant": "#d84a3a",
        "light_vibrant": "#ffb090",
        "dark_vibrant": "#6a0d12",
        "muted": "#8a9490",
        "light_muted": "#d6d2cc",
        "dark_muted": "#2a2c30",
    }


def test_greys_have_no_vibrant_role_and_no_accent() -> None:
    found = played(palette_of(x000000=1, x808080=5, xffffff=2))
    vivid = [found[role] for role in ("vibrant", "light_vibrant", "dark_vibrant", "accent")]
    assert vivid == [None] * 4


def test_a_red_spot_on_grey_is_the_accent_though_no_text_can_be_read() -> None:
    found = played(palette_of(x808080=99, xd01010=1))
    assert (found["accent"], found["background"], found["text"]) == ("#d01010", None, None)


def test_text_is_dark_on_a_light_page_and_the_accent_is_seen_on_it() -> None:
    found = played(palette_of(xf4f1ea=70, x202428=20, xc23b22=4, xd9d2c0=6))
    assert found["background"] == "#f4f1ea"
    assert found["text"] == "#202428"
    assert found["accent"] == "#c23b22"


def test_colours_that_cannot_be_seen_have_no_role() -> None:
    colors = np.array([[255, 0, 0, 0], [0, 0, 255, 255]], np.uint8)
    palette = Palette(colors, np.array([90, 10]))
    assert roles_of(palette)["dominant"] == 1
    assert not names_of(palette)[0]


def test_a_palette_of_nothing_seen_has_no_roles() -> None:
    assert set(roles_of(Palette(np.zeros((1, 4), np.uint8))).values()) == {None}


@given(COLORS)
def test_roles_hold_what_they_promise(entries: list[tuple[tuple[int, int, int], int]]) -> None:
    colors = np.array([color for color, _ in entries], np.uint8)
    palette = Palette(colors, np.array([count for _, count in entries]))
    found = roles_of(palette)
    assert tuple(found) == ROLES
    lightness, chroma, _ = oklch(colors)
    for role, row in found.items():
        if row is None:
            continue
        if "vibrant" in role or role == "accent":
            assert chroma[row] >= VIVID
        if "muted" in role:
            assert chroma[row] < VIVID
        if role.startswith("light_"):
            assert lightness[row] >= 0.7
        if role.startswith("dark_"):
            assert lightness[row] <= 0.45
    kinds = [found[role] for role in ROLES[1:7] if found[role] is not None]
    assert len({*kinds}) == len(kinds)
    back, text, accent = (found[role] for role in ("background", "text", "accent"))
    assert (back is None) == (text is None)
    if back is not None and text is not None:
        assert ratio(tuple(colors[back].tolist()), tuple(colors[text].tolist())) >= 4.5
        if accent is not None:
            assert ratio(tuple(colors[back].tolist()), tuple(colors[accent].tolist())) >= SEEN
            assert accent not in (back, text)
    elif len(entries) > 1:
        every = [tuple(color) for color in colors.tolist()]
        assert max(ratio(one, other) for one in every for other in every) < 4.5


@pytest.mark.parametrize("k", [1, 256])
def test_palettes_of_every_size_have_a_dominant_colour(k: int) -> None:
    colors = np.repeat(np.arange(k, dtype=np.uint8)[:, None], 3, axis=1)
    assert roles_of(Palette(colors, np.arange(k)))["dominant"] == k - 1
