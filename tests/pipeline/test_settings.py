"""Guards the promise that a setting outside its range is refused by name, never clamped."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import numpy as np
import pytest

from quantize import checks
from quantize.checks import MAX_BATCH
from quantize.color.table import SORTS, SPACES
from quantize.errors import SettingError
from quantize.kmeans.table import ALGORITHMS, ENGINES, SEEDERS
from quantize.pipeline.settings import Settings
from quantize.pipeline.table import CRITERIA, EFFORTS, METRICS

CHOICES = {
    "space": SPACES,
    "algorithm": ALGORITHMS,
    "init": SEEDERS,
    "effort": EFFORTS,
    "engine": ENGINES,
    "metrics": METRICS,
    "sort": SORTS,
}
EVERY_CHOICE = pytest.mark.parametrize("name", CHOICES)

LEAST = {
    "batch_size": 1,
    "n_init": 1,
    "max_iter": 1,
    "cells": 1,
    "search": 0,
    "sample": 0,
    "seed": 0,
    "threads": 0,
}
"""Whole numbers with no upper limit."""


def refusal(name: str, value: object) -> str:
    with pytest.raises(SettingError) as caught:
        Settings(**{name: value})  # type: ignore[arg-type]
    assert caught.value.setting == name
    assert str(caught.value) == f"{name}: {caught.value.problem}"
    assert str(value) in caught.value.problem or repr(value) in caught.value.problem
    return caught.value.problem


# Whole numbers


@pytest.mark.parametrize("value", [1, 2, 255, 256])
def test_a_palette_has_1_to_256_colours(value: int) -> None:
    assert Settings(colors=value).colors == value


@pytest.mark.parametrize("value", [0, 257, -3, 10**30])
def test_other_sizes_are_refused_with_the_range(value: int) -> None:
    assert "from 1 to 256" in refusal("colors", value)


@pytest.mark.parametrize(("name", "least"), LEAST.items())
def test_the_other_whole_numbers_have_a_least_value(name: str, least: int) -> None:
    assert getattr(Settings(**{name: least}), name) == least  # type: ignore[arg-type]
    large = MAX_BATCH if name == "batch_size" else 10**12
    assert getattr(Settings(**{name: large}), name) == large  # type: ignore[arg-type]
    assert "is not a whole number" in refusal(name, least - 1)
    assert str(least) in refusal(name, least - 1)


def test_a_batch_fits_in_memory() -> None:
    assert "from 1 to 16777216" in refusal("batch_size", 10**12)


@pytest.mark.parametrize("name", ["colors", *LEAST])
@pytest.mark.parametrize("value", ["abc", "64", 2.5, 64.0, True, math.nan, [1]])
def test_what_is_not_a_whole_number_is_refused(name: str, value: object) -> None:
    assert "is not a whole number" in refusal(name, value)


def test_an_array_is_not_a_whole_number() -> None:
    assert "is not a whole number" in refusal("colors", np.array([1, 2]))


def test_a_numpy_whole_number_is_one() -> None:
    for kind in (np.int8, np.int64, np.uint16):
        assert Settings(colors=kind(7)).colors == 7


# The tolerance


@pytest.mark.parametrize("value", [0, 0.0, 1e-300, 1, 5.5])
def test_tol_is_any_finite_number_of_0_or_more(value: float) -> None:
    assert Settings(tol=value).tol == value


def test_a_tolerance_beyond_all_floats_is_not_finite() -> None:
    with pytest.raises(SettingError, match="tol: inf is not a finite number"):
        Settings(tol=10**400)


@pytest.mark.parametrize("value", [-1e-9, -1, math.inf, -math.inf, math.nan])
def test_other_tolerances_are_refused_with_the_range(value: float) -> None:
    assert "finite number of 0 or more" in refusal("tol", value)


@pytest.mark.parametrize("value", ["0.1", True, [0.1], 1j])
def test_what_is_not_a_number_is_no_tolerance(value: object) -> None:
    assert "is not a number" in refusal("tol", value)


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.int64])
def test_a_numpy_number_is_one(kind: type) -> None:
    assert Settings(tol=kind(2)).tol == 2


# Methods by name


@EVERY_CHOICE
def test_every_method_of_a_table_is_accepted(name: str) -> None:
    for method in CHOICES[name]:
        assert getattr(Settings(**{name: method}), name) == method  # type: ignore[arg-type]


@EVERY_CHOICE
@pytest.mark.parametrize("value", ["", "kmeans", "SRGB", None, 3, ("full",)])
def test_another_name_is_refused_with_the_known_ones(name: str, value: object) -> None:
    problem = refusal(name, value)
    assert "is none of" in problem
    for method in CHOICES[name]:
        assert method in problem


def test_a_list_is_no_name() -> None:
    assert "is none of" in refusal("space", ["srgb"])


@EVERY_CHOICE
def test_each_method_says_what_it_is_in_one_line(name: str) -> None:
    for summary in (row.summary for row in CHOICES[name].values()):
        assert summary == summary.strip()
        assert 10 < len(summary) < 90
        assert "\n" not in summary


# The value as a whole


def test_the_defaults_are_those_of_the_contract() -> None:
    default = Settings()
    assert (default.colors, default.seed, default.threads) == (64, 0, 0)
    assert (default.algorithm, default.engine) == ("full", "internal")
    assert (default.space, default.weights) == ("eye", "contrast")  # see docs/eye.md
    assert (default.init, default.metrics) == ("wu", "basic")
    assert checks.DEFAULT_MAX_PIXELS == 178_956_970


def test_settings_are_given_by_name_and_stay_as_they_are() -> None:
    with pytest.raises(TypeError):
        Settings(64)  # type: ignore[misc]
    wanted = Settings()
    with pytest.raises(FrozenInstanceError):
        wanted.colors = 3  # type: ignore[misc]


def test_equal_settings_are_equal_and_one_in_a_set() -> None:
    assert Settings(colors=7) == Settings(colors=7)
    assert len({Settings(colors=7), Settings(colors=7), Settings(colors=8)}) == 2


def test_a_changed_copy_is_checked_too() -> None:
    assert replace(Settings(), colors=9).colors == 9
    with pytest.raises(SettingError):
        replace(Settings(), colors=0)


def test_every_setting_is_described() -> None:
    text = Settings.__doc__ or ""
    for field in fields(Settings):
        assert f"\n        {field.name}: " in text


def test_an_unknown_setting_is_a_mistake_of_the_program() -> None:
    unknown: dict[str, Any] = {"colours": 3}
    with pytest.raises(TypeError, match="colours"):
        Settings(**unknown)


# Colours to keep


@pytest.mark.parametrize("written", ["#0fA", "0fa", "#00FFaa", "00ffaa"])
def test_a_colour_to_keep_has_one_form_however_it_is_written(written: str) -> None:
    assert Settings(keep_color=(written,)).keep_color == ("#00ffaa",)
    assert Settings(keep_color=written) == Settings(keep_color=["#00ffaa"])  # type: ignore[arg-type]


def test_colours_to_keep_stay_in_their_order_and_count_once() -> None:
    wanted = ("#fff", "#000000", "ffffff", "#000")
    assert Settings(keep_color=wanted, colors=2).keep_color == ("#ffffff", "#000000")


@pytest.mark.parametrize(
    "color", ["", "#", "#12", "#12345", "#1234567", "#ff00ff80", "##fff", "x", "#ggg", "#１２３"]
)
def test_what_is_no_colour_is_refused(color: str) -> None:
    assert "write it as '#rrggbb'" in refusal("keep_color", color)


@pytest.mark.parametrize("value", [None, 5, (255, 0, 0), b"#ffffff", [None]])
def test_what_is_no_list_of_colours_is_refused(value: Any) -> None:
    with pytest.raises(SettingError, match="keep_color: "):
        Settings(keep_color=value)


def test_no_more_colours_are_kept_than_the_palette_has() -> None:
    three = ("#100", "#200", "#300")
    with pytest.raises(SettingError, match="3 colours to keep are more than the palette's 2"):
        Settings(keep_color=three, colors=2)
    assert len(Settings(keep_color=three, colors=3).keep_color) == 3
    many = tuple(f"#{number:06x}" for number in range(257))
    assert len(Settings(keep_color=many[:256], colors="auto").keep_color) == 256
    with pytest.raises(SettingError, match="257 colours to keep"):
        Settings(keep_color=many, colors="auto")


def test_scikit_learn_keeps_no_colour() -> None:
    with pytest.raises(SettingError, match="keep_color: scikit-learn cannot keep a colour"):
        Settings(keep_color=("#fff",), engine="scikit-learn")


# An automatic number of colours


def test_the_number_of_colours_may_be_left_open() -> None:
    assert Settings(colors="auto").colors == "auto"
    assert (Settings(colors="auto").most_colors, Settings(colors=9).most_colors) == (256, 9)


@pytest.mark.parametrize("value", ["Auto", "AUTO", "", b"auto", "auto "])
def test_there_is_one_word_for_that(value: object) -> None:
    assert "is not a whole number" in refusal("colors", value)


def test_an_error_that_is_asked_for_is_measured() -> None:
    assert Settings(colors="auto").metrics == "basic"
    assert Settings(colors="auto", max_error=2).metrics == "full"


@pytest.mark.parametrize("value", [-1, math.inf, math.nan, "2", True, 10**400])
def test_an_error_is_a_finite_number_of_0_or_more(value: Any) -> None:
    assert Settings(colors="auto", max_error=0).max_error == 0
    with pytest.raises(SettingError, match=r"max_error: .* (is not a number|is not a finite num)"):
        Settings(colors="auto", max_error=value)


def test_a_criterion_is_one_of_the_table() -> None:
    for name in CRITERIA:
        assert Settings(colors="auto", auto_criterion=name).auto_criterion == name
    with pytest.raises(SettingError, match="auto_criterion: 'elbow' is none of knee, silhouette"):
        Settings(colors="auto", auto_criterion="elbow")


def test_a_number_that_is_given_needs_no_criterion() -> None:
    with pytest.raises(SettingError, match="is for an automatic number of colours") as caught:
        Settings(colors=8, auto_criterion="knee")
    assert caught.value.setting == "auto_criterion"


def test_an_error_that_is_asked_for_opens_the_number_of_colours() -> None:
    assert (Settings().colors, Settings(max_error=2).colors) == (64, "auto")
    most = [Settings(max_error=2).most_colors, Settings(colors=8, max_error=2).most_colors]
    assert most == [256, 8]
    assert not Settings().finds_size
    assert Settings(colors=8, max_error=2).finds_size


def test_an_error_and_a_criterion_exclude_each_other() -> None:
    with pytest.raises(SettingError, match="auto_criterion: has no say where max_error decides"):
        Settings(colors="auto", max_error=2, auto_criterion="knee")


# Efforts


@pytest.mark.parametrize("effort", EFFORTS)
def test_an_effort_is_a_whole_preset(effort: str) -> None:
    chosen = Settings(effort=effort)
    for name, value in EFFORTS[effort].preset._asdict().items():
        assert getattr(chosen, name) == value


def test_what_is_said_overrides_the_effort() -> None:
    chosen = Settings(effort="best", tol=0.5, search=0)
    assert (chosen.tol, chosen.search) == (0.5, 0)
    assert chosen.n_init == EFFORTS["best"].preset.n_init


# A palette that is given


def test_a_given_palette_says_how_many_colours_there_are() -> None:
    assert Settings(colors="auto").for_palette(range(5)) == Settings(colors=5)  # type: ignore[arg-type]
    assert Settings(dither="none").for_palette([1]).dither_strength is None


def test_dithering_to_a_given_palette_makes_good_the_whole_error_unless_told() -> None:
    assert Settings(dither="stucki").for_palette([1, 2]).dither_strength == 1.0
    told = Settings(dither="stucki", dither_strength=0.25)
    assert told.for_palette([1, 2]).dither_strength == 0.25
