"""JSON of palette files; readers trust nothing in it."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from quantize.palette_files.reading import Malformed, decoded, quoted


def parse(data: bytes) -> Any:
    """Return the value of a JSON file.

    Raises:
        Malformed: the file is not JSON, is nested too deeply, or holds NaN or infinity.
    """
    try:
        return json.loads(decoded(data), parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise Malformed(f"line {error.lineno}: {error.msg}; correct the JSON") from None
    except RecursionError:
        raise Malformed("is nested more deeply than any palette; is it one?") from None
    except ValueError as error:
        if isinstance(error, Malformed):
            raise
        raise Malformed("holds a number of thousands of digits; correct it") from None


def number(value: object, where: str) -> float:
    """Return a JSON number as a float.

    Raises:
        Malformed: the value is no number, or too large for a float.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Malformed(f"{where}: wanted a number, got {shown(value)}")
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise Malformed(f"{where}: a number is out of all proportion; correct it")
    return result


def shown(value: object) -> str:
    """Return a value for an error; lists and objects are named by their kind."""
    if isinstance(value, str):
        return quoted(value)
    kinds = {list: "a list", dict: "an object", type(None): "null", bool: "true or false"}
    return kinds.get(type(value), "a number")


def text(value: object) -> str:
    """Return a name; empty if the value is no text."""
    return value if isinstance(value, str) else ""


def _refuse(constant: str) -> NoReturn:
    raise Malformed(f"holds {constant}, which is not JSON; correct it")
