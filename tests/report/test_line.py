"""Guards the line on each of many inputs: what it says, and that it fits into a terminal."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantize.report.line import LEAST_NAMES, of_input
from quantize.report.text import width_of


def record(**changes: Any) -> dict[str, Any]:
    found = {
        "input": "photos/sea.png",
        "output": "small/sea-64.png",
        "width": 4,
        "bytes_before": 1000,
        "bytes_after": 320,
        "colors_after": 64,
        "lossless": False,
        "mse": 28.914,
    }
    return found | changes


def test_in_a_pipe_a_line_says_all_and_is_not_cut() -> None:
    line = "photos/sea.png → small/sea-64.png: 320 bytes, 68% saved, 64 colours, mse 28.91"
    assert of_input(record(), None) == line
    long = "a" * 500
    assert long in of_input(record(input=f"{long}.png"), None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bytes_after": 1230}, "1.2 kB, 23% larger"),
        ({"bytes_after": 1000}, ", 0% saved"),
        ({"bytes_after": 999}, ", 0% saved"),
        ({"bytes_after": None, "output": None}, "→ no image: 1.0 kB, read, 64 colours"),
        ({"colors_after": 1}, ", 1 colour, "),
        ({"lossless": True}, "lossless"),
        ({"quality": 81}, "quality 81"),
        ({"delta_e_mean": 1.234}, "CIEDE2000 1.23"),
        ({"input": "-"}, "standard input → "),
    ],
)
def test_what_is_left_out_or_larger_is_said(changes: dict[str, Any], said: str) -> None:
    assert said in of_input(record(**changes), None)


def test_on_a_terminal_figures_stand_below_each_other() -> None:
    lines = [
        of_input(record(**changes), 90)
        for changes in ({}, {"bytes_after": 43_210, "colors_after": 7}, {"input": "x.png"})
    ]
    assert len({line.index("mse") for line in lines}) == 1
    assert len({line.index("colours") for line in lines}) == 1


NAMES = st.text(st.sampled_from("ab/漢é "), min_size=1, max_size=70)


@given(NAMES, NAMES, st.integers(30, 140))
def test_a_line_fits_and_names_keep_their_ends(source: str, target: str, columns: int) -> None:
    line = of_input(record(input=f"{source}.png", output=f"{target}.png"), columns)
    assert width_of(line) <= columns
    assert line.startswith((source, "…"))
    assert ".png → " in line


def test_on_a_narrow_terminal_the_last_figures_give_way() -> None:
    wide, narrow = (of_input(record(), columns) for columns in (90, 44))
    assert "mse" in wide
    assert "mse" not in narrow
    assert "68% saved" in narrow
    assert width_of(narrow) <= 44
    assert width_of(narrow.partition("  ")[0]) + 2 >= LEAST_NAMES


def test_a_skipped_input_is_one_line_that_fits_too() -> None:
    skipped = {"input": "a" * 90 + ".png", "output": "b.png", "skipped": True}
    assert of_input(skipped, None).startswith("aaaa")
    assert width_of(of_input(skipped, 60)) <= 60
    assert of_input(skipped, 60).endswith("skipped")
