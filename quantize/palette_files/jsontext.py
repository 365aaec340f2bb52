"""JSON of others, read without trust."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from quantize.palette_files.reading import Malformed, decoded, quoted


def parse(data: bytes) -> Any:
    """The value that a JSON file holds.

    Raises:
        Malformed: it is not JSON, is nested too deeply, or holds NaN or infinity.
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
    """A JSON number as a float.

    Raises:
        Malformed: it is none, or none that a float can hold.
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
    """A value for a message, by its kind where it may be long."""
    if isinstance(value, str):
        return quoted(value)
    kinds = {list: "a list", dict: "an object", type(None): "null", bool: "true or false"}
    return kinds.get(type(value), "a number")


def text(value: object) -> str:
    """A name, or nothing where there is something else."""
    return value if isinstance(value, str) else ""


def _refuse(constant: str) -> NoReturn:
    raise Malformed(f"holds {constant}, which is not JSON; correct it")
