"""Guards tables of methods: names, targets, and what is refused."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest

from quantize import QuantizeError
from quantize.checks import Row, Table, load
from quantize.color.spaces import Space
from quantize.color.table import SORTS, SPACES
from quantize.dither.table import DITHERS
from quantize.errors import SettingError
from quantize.images.table import COMPRESSIONS
from quantize.kmeans.table import ALGORITHMS, ENGINES, SEEDERS
from quantize.palette_files.table import FORMATS as PALETTE_FORMATS
from quantize.pipeline.settings import Settings
from quantize.pipeline.table import CRITERIA, EFFORTS, METRICS, SHARED_WEIGHTS, WEIGHTS
from quantize.swatch.table import SWATCH_ENDINGS, SWATCH_STYLES

TABLES: dict[str, Table[Any]] = {
    "spaces": SPACES,
    "sorts": SORTS,
    "dithers": DITHERS,
    "compressions": COMPRESSIONS,
    "seeders": SEEDERS,
    "algorithms": ALGORITHMS,
    "engines": ENGINES,
    "palette formats": PALETTE_FORMATS,
    "weights": WEIGHTS,
    "criteria": CRITERIA,
    "metrics": METRICS,
    "efforts": EFFORTS,
    "shared weights": SHARED_WEIGHTS,
    "swatch styles": SWATCH_STYLES,
    "swatch endings": SWATCH_ENDINGS,
}
ROWS = [(family, row) for family, table in TABLES.items() for row in table.values()]
EVERY_ROW = pytest.mark.parametrize(
    ("family", "row"), ROWS, ids=[f"{family}-{row.name}" for family, row in ROWS]
)
FRUITS = Table((Row("apple", "round"), Row("pear", "long", "math:tau")))


@EVERY_ROW
def test_each_row_has_a_name_and_a_summary_in_one_line(family: str, row: Row) -> None:
    assert row.name == row.name.strip() != ""
    assert row.summary == row.summary.strip() != ""
    assert "\n" not in row.summary


@EVERY_ROW
def test_each_target_exists(family: str, row: Row) -> None:
    if getattr(row, "target", ""):
        assert load(row.target) is not None


def test_each_target_of_a_colour_space_is_one() -> None:
    assert all(isinstance(SPACES.load(name), Space) for name in SPACES)


def test_the_tables_are_read_without_numpy_and_without_their_targets() -> None:
    modules = sorted({type(row).__module__ for _, row in ROWS} | {"quantize.pipeline.settings"})
    late = {row.target.partition(":")[0] for _, row in ROWS if getattr(row, "target", "")}
    code = f"import sys, {', '.join(modules)}; print(*set(sys.modules) & {late | {'numpy', 'PIL'}})"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert said.stdout.split() == []


def test_a_table_is_a_mapping_in_the_order_of_its_rows() -> None:
    assert list(FRUITS) == ["apple", "pear"]
    assert len(FRUITS) == 2
    assert FRUITS["pear"].summary == "long"
    assert "plum" not in FRUITS


def test_a_target_is_an_attribute_or_a_module() -> None:
    assert FRUITS.load("pear") == import_module("math").tau
    assert load("math") is import_module("math")


def test_an_unknown_name_is_refused_with_all_names_and_the_nearest() -> None:
    with pytest.raises(SettingError) as caught:
        FRUITS.check("fruit", "paer")
    assert caught.value.setting == "fruit"
    assert caught.value.problem == "'paer' is none of apple, pear; did you mean 'pear'?"


@pytest.mark.parametrize("given", ["zzz", "", None, 3, ["pear"], b"pear"])
def test_a_value_that_is_like_no_name_is_refused_without_a_guess(given: object) -> None:
    with pytest.raises(QuantizeError) as caught:
        FRUITS.check("fruit", given)
    assert str(caught.value) == f"fruit: {given!r} is none of apple, pear"


def test_a_known_name_gives_its_row() -> None:
    assert FRUITS.check("fruit", "apple") is FRUITS["apple"]


def test_settings_name_the_nearest_method() -> None:
    with pytest.raises(SettingError, match="did you mean 'stucki'"):
        Settings(dither="Stuki")


def test_two_rows_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two rows have the name 'a'"):
        Table((Row("a", "one"), Row("a", "two")))


def test_a_row_that_the_check_of_its_table_refuses_is_no_row() -> None:
    def check(row: Row) -> None:
        raise ValueError(row.name)

    with pytest.raises(ValueError, match="plum"):
        Table((Row("plum", "blue"),), check)
