"""A value does what a frozen dataclass does."""

from __future__ import annotations

import inspect
import pickle
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest

from quantize import Settings
from quantize.values import Value, put


class Point(Value):
    x: int
    y: int = 0

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("x is negative")
        put(self, "y", abs(self.y))


class Named(Point, kw_only=True):
    name: str


def test_attributes_are_given_in_order_or_by_name() -> None:
    for point in (Point(1, 2), Point(1, y=2), Point(x=1, y=2)):
        assert (point.x, point.y) == (1, 2)
    assert Point(1).y == 0
    assert Named(x=1, name="a").name == "a"
    assert Named.fields == ("x", "y", "name")


@pytest.mark.parametrize(
    ("problem", "args", "named"),
    [
        ("x is missing", (), {"y": 1}),
        ("too many values", (1, 2, 3), {}),
        ("x is given twice", (1,), {"x": 1}),
        ("z is not one of its attributes", (1,), {"z": 1}),
    ],
)
def test_other_arguments_are_refused(
    problem: str, args: tuple[Any, ...], named: dict[str, Any]
) -> None:
    with pytest.raises(TypeError, match=problem):
        Point(*args, **named)


def test_a_value_can_want_names() -> None:
    with pytest.raises(TypeError, match="without a name"):
        Named(1, name="a")  # type: ignore[misc]


def test_a_value_is_checked_when_it_is_made_and_when_it_is_replaced() -> None:
    assert Point(1, -2).y == 2
    assert Point(1, 2).replaced(y=-3).y == 3
    with pytest.raises(ValueError, match="negative"):
        Point(1).replaced(x=-1)


def test_a_value_cannot_be_changed() -> None:
    point = Point(1)
    with pytest.raises(FrozenInstanceError):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del point.x
    with pytest.raises(FrozenInstanceError):
        point.z = 2  # type: ignore[attr-defined]
    assert point.x == 1


def test_a_value_goes_to_other_processes() -> None:
    again = pickle.loads(pickle.dumps(Named(x=1, y=2, name="a")))
    assert repr(again) == "Named(x=1, y=2, name='a')"


def test_dataclasses_and_help_know_it() -> None:
    assert [field.name for field in fields(Point)] == ["x", "y"]  # type: ignore[arg-type]
    assert replace(Point(1, 2), y=5).y == 5  # type: ignore[type-var]
    assert str(inspect.signature(Point)) == "(x: 'int', y: 'int' = 0)"
    assert "*, colors: " in str(inspect.signature(Settings))


def test_settings_are_equal_by_their_values() -> None:
    assert Settings(colors=9) == Settings(colors=9) != Settings(colors=8)
    assert len({Settings(colors=9), Settings(colors=9), Settings(colors=8)}) == 2
    assert Settings() != "settings"
