"""Guards the promise that a setting outside its range is refused by name, never clamped."""

from __future__ import annotations

import math
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import numpy as np
import pytest

from quantize import settings as tables
from quantize.errors import SettingError
from quantize.settings import MAX_BATCH, Settings

CHOICES = {
    "space": tables.SPACES,
    "algorithm": tables.ALGORITHMS,
    "init": tables.SEEDERS,
    "effort": tables.EFFORTS,
    "engine": tables.ENGINES,
    "metrics": tables.METRICS,
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
    for summary in CHOICES[name].values():
        assert summary == summary.strip()
        assert 10 < len(summary) < 90
        assert "\n" not in summary


# The value as a whole


def test_the_defaults_are_those_of_the_contract() -> None:
    default = Settings()
    assert (default.colors, default.seed, default.threads) == (64, 0, 0)
    assert (default.space, default.algorithm, default.engine) == ("srgb", "full", "internal")
    assert (default.init, default.metrics) == ("wu", "basic")
    assert tables.DEFAULT_MAX_PIXELS == 178_956_970


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


# Efforts


@pytest.mark.parametrize("effort", tables.EFFORTS)
def test_an_effort_is_a_whole_preset(effort: str) -> None:
    chosen = Settings(effort=effort)
    for name, value in tables.PRESETS[effort]._asdict().items():
        assert getattr(chosen, name) == value


def test_every_effort_has_its_preset() -> None:
    assert list(tables.PRESETS) == list(tables.EFFORTS)


def test_what_is_said_overrides_the_effort() -> None:
    chosen = Settings(effort="best", tol=0.5, search=0)
    assert (chosen.tol, chosen.search) == (0.5, 0)
    assert chosen.n_init == tables.PRESETS["best"].n_init
