"""A `Frozen` value is what a frozen dataclass is."""

from __future__ import annotations

import dataclasses
import pickle

import pytest

from quantize.model.frozen import Frozen


class Point(Frozen):
    """A point for the tests."""

    x: int
    y: int = 2

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("x")


class Named(Point, kw_only=True):
    """A point with a name."""

    name: str = ""


def test_fields_are_set_by_place_by_name_and_by_default() -> None:
    assert (Point(1).x, Point(1).y) == (1, 2)
    assert (Point(1, 5).y, Point(x=3, y=4).x) == (5, 3)
    assert repr(Named(x=1, name="a")) == "Named(x=1, y=2, name='a')"


@pytest.mark.parametrize(
    ("args", "kwargs"), [((), {}), ((1, 2, 3), {}), ((1,), {"x": 2}), ((1,), {"z": 2})]
)
def test_what_a_dataclass_refuses_is_refused(args: tuple[int, ...], kwargs: dict[str, int]) -> None:
    with pytest.raises(TypeError):
        Point(*args, **kwargs)


def test_a_class_of_keywords_takes_no_values_without_a_name() -> None:
    with pytest.raises(TypeError, match="without a name"):
        Named(1)  # type: ignore[misc]


def test_nothing_can_be_assigned_or_deleted() -> None:
    point = Point(1)
    with pytest.raises(AttributeError, match="cannot assign to field 'x'"):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(AttributeError, match="cannot delete field 'x'"):
        del point.x
    assert point.x == 1


def test_a_change_makes_another_value_and_checks_it() -> None:
    point = Named(x=1, name="a")
    assert (point.replace(y=9).y, point.y) == (9, 2)
    with pytest.raises(ValueError, match="x"):
        point.replace(x=-1)


def test_the_functions_of_dataclasses_work() -> None:
    point = Named(x=1)
    assert [field.name for field in dataclasses.fields(Named)] == ["x", "y", "name"]
    assert dataclasses.replace(point, y=7).y == 7  # type: ignore[type-var]
    assert dataclasses.asdict(point) == {"x": 1, "y": 2, "name": ""}  # type: ignore[call-overload]
    assert dataclasses.is_dataclass(point)


def test_it_can_be_pickled() -> None:
    assert pickle.loads(pickle.dumps(Named(x=5, name="b"))).name == "b"
