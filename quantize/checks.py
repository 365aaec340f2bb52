"""Checks of values at the door: ranges, choices and limits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib import import_module
from operator import index
from typing import Any, Final

from quantize.errors import SettingError


def ending_of(path: str) -> str:
    """`'.png'` of `'a/b.PNG'`; empty where there is none."""
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and stem else ""


MAX_COLORS: Final = 256
"""An indexed image has one byte a pixel."""


MAX_BATCH: Final = 1 << 24
"""A batch is held in memory; larger ones are no batches."""


DEFAULT_MAX_PIXELS: Final = 178_956_970
"""Twice Pillow's warning level: a picture of 512 MiB at three bytes a pixel."""


def load(target: str) -> Any:
    """Import and return the object that `"module:attribute"` names; the only import by string."""
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)


def whole_number(name: str, value: object, low: int, high: int | None = None) -> None:
    """Check a setting.

    Raises:
        SettingError: the value is not a whole number, or below `low`, or above `high`.
    """
    try:
        number = index(value)  # type: ignore[arg-type] # what has none is told so
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        raise SettingError(name, f"{value!r} is not a whole number")
    if number < low or (high is not None and number > high):
        span = f"{low} or more" if high is None else f"from {low} to {high}"
        raise SettingError(name, f"{number} is not a whole number {span}")


def hex_color(name: str, value: object) -> str:
    """`'#rrggbb'` in lower case, from that or `'#rgb'`, with or without `#`.

    Raises:
        SettingError: it is neither.
    """
    digits = value.removeprefix("#").lower() if isinstance(value, str) else ""
    if len(digits) not in (3, 6) or not set(digits) <= set("0123456789abcdef"):
        raise SettingError(name, f"{value!r} is no colour; write it as '#rrggbb'")
    return f"#{digits if len(digits) == 6 else ''.join(2 * digit for digit in digits)}"


def _number_from_0(name: str, value: Any) -> None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = None
    except OverflowError:  # a whole number larger than any float
        number = math.inf
    if number is None or isinstance(value, (bool, str, bytes)):
        raise SettingError(name, f"{value!r} is not a number")
    if not 0 <= number < math.inf:
        raise SettingError(name, f"{number} is not a finite number of 0 or more")


def _choice(name: str, value: object, table: Mapping[str, str]) -> None:
    if not isinstance(value, str) or value not in table:
        raise SettingError(name, f"{value!r} is none of {', '.join(table)}")
