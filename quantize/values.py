"""Values: objects whose attributes are set once, when they are made.

A value is what a frozen dataclass is, and type checkers take it for one. But its class is made
without generating and compiling code. That takes half a millisecond for each dataclass, and was a
sixth of the start of the command.
"""

from __future__ import annotations

from functools import partial
from inspect import Parameter, Signature, get_annotations  # loaded already, by Click
from typing import Any, ClassVar, NoReturn, Self, dataclass_transform


class _LazyFields:
    """The `__dataclass_fields__` that `dataclasses.replace` reads; they are made on first use."""

    def __get__(self, value: object, owner: type[Value]) -> dict[str, Any]:
        from dataclasses import field, make_dataclass

        # a default that cannot be hashed, as an array, is allowed where it comes from a function
        defaults = {
            name: field(default_factory=partial(getattr, owner, name))
            for name in owner.fields
            if hasattr(owner, name)
        }
        fields = [(name, owner.kind_of(name)) for name in owner.fields]
        made: Any = make_dataclass(owner.__name__, fields, namespace=defaults, kw_only=True)
        found: dict[str, Any] = made.__dataclass_fields__
        return found


class _LazySignature:
    """The `__signature__` that `help` reads; it is made on first use."""

    def __get__(self, value: object, owner: type[Value]) -> Signature:
        kind = Parameter.KEYWORD_ONLY if owner.kw_only else Parameter.POSITIONAL_OR_KEYWORD
        return Signature(
            [
                Parameter(
                    name,
                    kind,
                    default=getattr(owner, name, Parameter.empty),
                    annotation=owner.kind_of(name),
                )
                for name in owner.fields
            ]
        )


@dataclass_transform(frozen_default=True, eq_default=False)
class Value:
    """Base of all values: each annotated attribute is an argument, in order or by name.

    An attribute that is set in the class has that as its default. After `__init__` has set them,
    `__post_init__` checks the attributes.

    Attributes:
        fields: the names of the attributes, those of the base class first.
        kw_only: whether all arguments are given by name.
    """

    fields: ClassVar[tuple[str, ...]] = ()
    kw_only: ClassVar[bool] = False
    __dataclass_fields__: ClassVar[Any] = _LazyFields()
    __signature__: ClassVar[Any] = _LazySignature()

    def __init_subclass__(cls, *, kw_only: bool = False) -> None:
        own = get_annotations(cls)
        cls.fields = (*cls.fields, *(name for name in own if name not in cls.fields))
        cls.kw_only = kw_only

    def __init__(self, *args: Any, **named: Any) -> None:
        kind, fields, values = type(self).__name__, self.fields, self.__dict__
        if len(args) > (0 if self.kw_only else len(fields)):
            raise TypeError(f"{kind}: too many values without a name")
        values.update(zip(fields, args, strict=False))
        for name, value in named.items():
            if name not in fields or name in values:
                why = "is given twice" if name in values else "is not one of its attributes"
                raise TypeError(f"{kind}: {name} {why}")
            values[name] = value
        for name in fields:
            if name not in values:
                if not hasattr(type(self), name):
                    raise TypeError(f"{kind}: {name} is missing")
                values[name] = getattr(type(self), name)
        self.__post_init__()

    def __post_init__(self) -> None:
        """Check the attributes."""

    @classmethod
    def kind_of(cls, name: str) -> Any:
        """Return the annotation of an attribute."""
        own = (get_annotations(base) for base in cls.__mro__)
        return next(annotations[name] for annotations in own if name in annotations)

    def replaced(self, **changes: Any) -> Self:
        """Return the same value with other attributes; it is checked again."""
        return type(self)(**{**self.__dict__, **changes})

    def __setattr__(self, name: str, value: object) -> NoReturn:
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"{type(self).__name__}: {name} cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        self.__setattr__(name, None)

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.fields)
        return f"{type(self).__name__}({inside})"


def put(value: Value, name: str, content: object) -> None:
    """Put something in the place of an attribute while a value checks itself."""
    value.__dict__[name] = content
