"""Guards the promise that contrast is what WCAG 2 and APCA say it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantize.color.contrast import (
    best_text,
    lightness_contrast,
    over,
    pairs,
    ratio,
    text_color,
    texts_on,
)

CHANNEL = st.integers(0, 255)
RGB = st.tuples(CHANNEL, CHANNEL, CHANNEL)
WHITE = (255, 255, 255)


def test_contrast_is_21_between_black_and_white_and_1_with_itself() -> None:
    assert ratio((0, 0, 0), WHITE) == pytest.approx(21)
    assert ratio(WHITE, (0, 0, 0)) == pytest.approx(21)
    assert ratio((12, 34, 56), (12, 34, 56)) == 1


def test_contrast_is_what_published_checkers_say() -> None:
    assert ratio((0x77, 0x77, 0x77), WHITE) == pytest.approx(4.48, abs=0.005)
    assert ratio((0x76, 0x76, 0x76), WHITE) == pytest.approx(4.54, abs=0.005)
    assert ratio((255, 0, 0), WHITE) == pytest.approx(4.00, abs=0.005)


@given(RGB)
def test_text_is_readable_on_every_colour(color: tuple[int, int, int]) -> None:
    assert ratio(text_color(color), color) >= 4.58


@given(RGB, CHANNEL)
def test_text_is_readable_on_every_translucent_colour_as_it_is_seen(
    color: tuple[int, int, int], alpha: int
) -> None:
    seen = over((*color, alpha), WHITE)
    assert ratio(text_color(seen), seen) >= 4.58


def test_over_keeps_opaque_colours_and_drops_transparent_ones() -> None:
    assert over((1, 2, 3), WHITE) == (1, 2, 3)
    assert over((1, 2, 3, 255), WHITE) == (1, 2, 3)
    assert over((1, 2, 3, 0), WHITE) == WHITE
    assert over((0, 0, 0, 128), WHITE) == (127, 127, 127)


def of(code: str) -> tuple[int, int, int]:
    red, green, blue = (17 * int(digit, 16) for digit in code)
    return red, green, blue


@pytest.mark.parametrize(
    ("text", "background", "wanted"),
    [
        ("888", "fff", 63.056469930209424),
        ("fff", "888", -68.54146436644962),
        ("000", "aaa", 58.146262578561334),
        ("aaa", "000", -56.24113336839742),
        ("123", "def", 91.66830811481631),
        ("def", "123", -93.06770049484275),
        ("123", "444", 8.32326136957393),
        ("444", "123", -7.526878460278154),
    ],
)
def test_apca_gives_the_values_of_its_own_tests(text: str, background: str, wanted: float) -> None:
    assert lightness_contrast(of(text), of(background)) == pytest.approx(wanted, abs=1e-9)


@given(RGB)
def test_apca_of_a_colour_on_itself_is_0(color: tuple[int, int, int]) -> None:
    assert lightness_contrast(color, color) == 0


def test_apca_of_black_and_white_is_106_and_minus_108() -> None:
    assert lightness_contrast((0, 0, 0), WHITE) == pytest.approx(106.04, abs=0.005)
    assert lightness_contrast(WHITE, (0, 0, 0)) == pytest.approx(-107.88, abs=0.005)


# Pairs


def test_no_more_than_120_of_19_colours_contrast_enough() -> None:
    """Three levels of luminance fit between black and white, so what the record lists is whole."""
    grays = [(v, v, v) for v in (0, 118, 255)]
    assert ratio(grays[0], grays[1]) >= 4.5
    assert ratio(grays[1], grays[2]) >= 4.5
    count, found = pairs([grays[place % 3] for place in range(19)], most=128)
    assert count == len(found) == 120


@given(st.lists(RGB, min_size=1, max_size=30), st.integers(1, 20))
def test_pairs_are_those_that_reach_the_ratio_best_first(
    colors: list[tuple[int, int, int]], most: int
) -> None:
    count, found = pairs(colors, most=most)
    good = [ratio(a, b) for place, a in enumerate(colors) for b in colors[:place]]
    wanted = sorted((value for value in good if value >= 4.5), reverse=True)
    assert count == len(wanted)
    assert [pair.wcag for pair in found] == pytest.approx(wanted[:most])


@given(st.lists(RGB, min_size=1, max_size=12))
def test_texts_on_a_colour_are_those_of_its_pairs(colors: list[tuple[int, int, int]]) -> None:
    _, all_pairs = pairs(colors, most=1000)
    for place in range(len(colors)):
        others = {
            pair.light if pair.dark == place else pair.dark
            for pair in all_pairs
            if place in (pair.dark, pair.light)
        }
        assert {text for text, _ in texts_on(place, colors, most=99)} == others


def test_the_best_text_has_both_figures() -> None:
    best = best_text((0x44, 0x44, 0x44))
    assert best.color == WHITE
    assert best.wcag == pytest.approx(9.74, abs=0.005)
    assert best.apca < -90
