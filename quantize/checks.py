"""Check values at the door: ranges, choices and limits; tables of methods and how to load one.

A family of methods (colour spaces, dithering methods, palette formats) has one table, in the
`table.py` of its room. A row has a name, a summary in one line, and a target: the code behind it,
as text, which is imported when the method is used. So `--help` reads the tables without NumPy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from operator import index
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from quantize.errors import QuantizeError, SettingError


def ending_of(path: str) -> str:
    """Return the ending of a file's name in lower case: `'.png'` of `'a/b.PNG'`; empty if none."""
    name = path.replace("\\", "/").rsplit("/", 1)[-1]
    stem, dot, ending = name.rpartition(".")
    return f".{ending.lower()}" if dot and stem else ""


@contextmanager
def memory_for(argument: str, kind: type[QuantizeError]) -> Iterator[None]:
    """Raise an error of the family where there is too little memory for what an argument holds.

    An array can be larger than memory: one that is broadcast, or mapped from a file.
    """
    try:
        yield
    except MemoryError:
        raise kind(f"{argument}: needs more memory than there is") from None


MAX_COLORS: Final = 256
"""Colours of a result at most: an indexed image has one byte a pixel."""

BITS: Final = 8
"""Bits of a channel of a colour."""

MAX_GIVEN: Final = 1 << 15
"""Colours of a palette that is given at most, of which a result takes the best: our choice. Fans of
threads, paints and inks have some hundred to some thousand, long lists of names 30,000."""


MAX_BATCH: Final = 1 << 24
"""Points of a batch of mini-batch k-means at most: a batch is held in memory."""


DEFAULT_MAX_PIXELS: Final = 178_956_970
"""Pixels of an image at most, unless told: twice the level at which Pillow warns of a decompression
bomb, 512 MiB at three bytes a pixel."""


def whole_number(name: str, value: object, low: int, high: int | None = None) -> None:
    """Check that a setting is a whole number in a range.

    Raises:
        SettingError: the value is not a whole number, or below `low`, or above `high`.
    """
    try:
        number = index(value)  # type: ignore[arg-type] # TypeError is handled
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        raise SettingError(name, f"{value!r} is not a whole number")
    if number < low or (high is not None and number > high):
        span = f"{low} or more" if high is None else f"from {low} to {high}"
        raise SettingError(name, f"{number} is not a whole number {span}")


def hex_color(name: str, value: object) -> str:
    """Return a colour as `'#rrggbb'` in lower case.

    Args:
        name: of the setting, for the error.
        value: `'#rrggbb'` or `'#rgb'`, with or without `#`.

    Raises:
        SettingError: the value is neither.
    """
    if not isinstance(value, str) or not is_hex(value):
        raise SettingError(name, f"{value!r} is no colour; write it as '#rrggbb'")
    digits = value.removeprefix("#").lower()
    return f"#{digits if len(digits) == 6 else ''.join(2 * digit for digit in digits)}"


def is_hex(text: str) -> bool:
    """Return whether a text is three or six hexadecimal digits, with or without `#`."""
    digits = text.removeprefix("#").lower()
    return len(digits) in (3, 6) and set(digits) <= set("0123456789abcdef")


def number_from_0(name: str, value: Any) -> None:
    """Check that a setting is a finite number of 0 or more.

    Raises:
        SettingError: the value is not a number, or below 0, or infinite.
    """
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


class Row(NamedTuple):
    """A row of a table of methods.

    Attributes:
        name: as a setting or an option takes it.
        summary: what the method is, in one line; it is text of `--help` and of the docs.
        target: the code, as `"quantize.room.module:attribute"` or `"quantize.room.module"`; empty
            for a method that needs none.
    """

    name: str
    summary: str
    target: str = ""


class AnyRow(Protocol):
    """The fields that rows of every table have."""

    @property
    def name(self) -> str:
        """See `Row`."""

    @property
    def summary(self) -> str:
        """See `Row`."""


RowT = TypeVar("RowT", bound=AnyRow)


class Table(Mapping[str, RowT]):
    """The rows of a family by name, in the order in which users see them.

    Args:
        rows: their names differ.
        check: is called with each row, and raises `ValueError` for one that cannot work.
    """

    def __init__(self, rows: Iterable[RowT], check: Callable[[RowT], object] | None = None) -> None:
        self._rows = dict[str, RowT]()
        for row in rows:
            if row.name in self._rows:
                raise ValueError(f"two rows have the name {row.name!r}")
            if check is not None:
                check(row)
            self._rows[row.name] = row

    def __getitem__(self, name: str) -> RowT:
        return self._rows[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def load(self, name: str) -> Any:
        """Return the code that the target of a row names, see `load`."""
        return load(self._rows[name].target)  # type: ignore[attr-defined] # rows of some tables

    def check(self, setting: str, name: object) -> RowT:
        """Return the row of a name that a user gave.

        Args:
            setting: what the name is the value of; the error says it.
            name: what was given, of any type.

        Raises:
            SettingError: no row has this name; the error lists all names and the nearest one.
        """
        if isinstance(name, str) and name in self._rows:
            return self._rows[name]
        problem = f"{name!r} is none of {', '.join(self._rows)}"
        if isinstance(name, str):
            problem += did_you_mean(name, self._rows)
        raise SettingError(setting, problem)


def nearest_names(word: str, names: Iterable[str]) -> list[str]:
    """Return the names that a word may stand for: none, one, or several that fit equally well.

    It may be their beginning (`'bayer'`), their initials (`'fs'` for `'floyd-steinberg'`), a part
    of them, or misspelt.
    """
    from difflib import get_close_matches  # 3 ms, for mistakes only

    word, known = word.lower().replace("_", "-").replace(" ", "-"), list(names)
    if found := get_close_matches(word, known, n=1, cutoff=A_LETTER_OFF):
        return found
    for fits in (_begins, _has_initials, _holds) if word else ():
        if found := [name for name in known if fits(name, word)]:
            return found
    return get_close_matches(word, known, n=1)


def _begins(name: str, word: str) -> bool:
    return name.startswith(word)


def _has_initials(name: str, word: str) -> bool:
    return "".join(part[0] for part in name.split("-") if part) == word


def _holds(name: str, word: str) -> bool:
    return len(word) > 2 and word in name


A_LETTER_OFF: Final = 0.85
"""Likeness by difflib from which a word is a name misspelt: a letter of four or more."""

MOST_NAMES: Final = 4
"""Names that a hint lists at most."""


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Return `"; did you mean 'a' or 'b'?"`, or nothing where no name is near."""
    found = [repr(name) for name in nearest_names(word, names)[:MOST_NAMES]]
    if not found:
        return ""
    *others, last = found
    return f"; did you mean {', '.join(others)}{' or ' if others else ''}{last}?"


def load(target: str) -> Any:
    """Import and return what a target names, an attribute of a module or the module itself.

    This is the one place that imports by text; a test counts each target as an import of its file.

    Args:
        target: `"quantize.room.module:attribute"` or `"quantize.room.module"`.
    """
    module, _, attribute = target.partition(":")
    found = import_module(module)
    return getattr(found, attribute) if attribute else found
