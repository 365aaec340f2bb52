"""Values whose attributes are set once: what a frozen dataclass is, without its start-up time.

`dataclasses` compiles the methods of each class when it is imported, about a millisecond a class,
and the command would pay for seven. Here all classes share their methods. For users nothing
differs: `dataclasses.fields`, `replace` and `asdict` work, and load what they need when called.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self, dataclass_transform


class _DataclassFields:
    """The fields as `dataclasses` knows them, made when they are asked for."""

    def __get__(self, _value: object, owner: type[Frozen]) -> dict[str, Any]:
        from dataclasses import MISSING, field, make_dataclass

        rows = [
            (name, kind, field(default=owner.field_defaults.get(name, MISSING), kw_only=True))
            for name, kind in owner.field_types.items()
        ]
        made = make_dataclass(owner.__name__, rows)
        found: dict[str, Any] = vars(made)["__dataclass_fields__"]
        return found


@dataclass_transform(eq_default=False, frozen_default=True)
class Frozen:
    """A value: its annotated attributes are its fields, as in a dataclass.

    Attributes:
        field_types: the annotation of each field, as text.
        field_defaults: the defaults of those that have one.
        keywords_only: whether values are given by name alone.

    A subclass may define `__post_init__`, which checks the fields and sets them with
    `object.__setattr__`.
    """

    field_types: ClassVar[dict[str, str]] = {}
    field_defaults: ClassVar[dict[str, Any]] = {}
    keywords_only: ClassVar[bool] = False
    __dataclass_fields__: ClassVar[Any] = _DataclassFields()

    def __init_subclass__(cls, *, kw_only: bool = False) -> None:
        own = vars(cls).get("__annotations__", {})  # `inspect` would cost what this saves
        kinds = {name: kind for name, kind in own.items() if "ClassVar" not in str(kind)}
        cls.field_types = {**cls.field_types, **kinds}
        defaults = {name: cls.__dict__[name] for name in kinds if name in cls.__dict__}
        cls.field_defaults = {**cls.field_defaults, **defaults}
        cls.keywords_only = kw_only

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kinds, own = self.field_types, self.__dict__
        if args and (self.keywords_only or len(args) > len(kinds)):
            raise TypeError(f"{type(self).__name__}: too many values without a name")
        own.update(zip(kinds, args, strict=False))
        for name, value in kwargs.items():
            if name not in kinds or name in own:
                what = "twice" if name in own else "which is no attribute"
                raise TypeError(f"{type(self).__name__}: got {name!r}, {what}")
            own[name] = value
        for name in kinds:
            if name not in own:
                if name not in self.field_defaults:
                    raise TypeError(f"{type(self).__name__}: {name!r} is missing")
                own[name] = self.field_defaults[name]
        self.__post_init__()

    def __post_init__(self) -> None:
        """Check the fields; nothing to check here."""

    def __setattr__(self, name: str, _value: object) -> None:
        raise AttributeError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"cannot delete field {name!r}")

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.field_types)
        return f"{type(self).__name__}({said})"

    def replace(self, **changes: Any) -> Self:
        """Return the value with some fields changed; the others are checked again.

        Raises:
            TypeError: there is no such field.
        """
        fields = {name: getattr(self, name) for name in self.field_types}
        return type(self)(**{**fields, **changes})
