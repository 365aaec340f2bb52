"""Helpers for options: types, defaults and help."""

from __future__ import annotations

from typing import Any, Final

import click

from quantize.checks import MAX_COLORS, Table, did_you_mean
from quantize.pipeline import settings
from quantize.pipeline.table import EFFORTS

DEFAULTS: Final = settings.Settings()


def choices(purpose: str, table: Table[Any]) -> str:
    """Return the help of an option: its purpose, then each name with its summary."""
    if len(table) == 1:
        return purpose
    return f"{purpose}: " + "; ".join(f"{row.name} = {row.summary}" for row in table.values())


def choice(table: Table[Any]) -> click.Choice[str]:
    """Return the type of an option whose value is a name in a table."""
    return NamedChoice(list(table))


class NamedChoice(click.Choice):  # type: ignore[type-arg] # no generic class before Click 8.2
    """A name of a list; another word is refused with the names that it may stand for."""

    def convert(
        self, value: Any, parameter: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        """Return the name."""
        try:
            return super().convert(value, parameter, ctx)
        except click.BadParameter as error:
            names = [str(name) for name in self.choices]
            problem = f"{error.message.rstrip('.')}{did_you_mean(str(value), names)}"
            raise click.BadParameter(problem, ctx, parameter) from None


def by_effort(name: str) -> str:
    """Return the default of an option that `--effort` sets: one value for each effort."""
    values = (f"{getattr(row.preset, name):,g}" for row in EFFORTS.values())
    return f"{' / '.join(values)} by --effort"


class Quality(click.ParamType):  # type: ignore[type-arg] # no generic class before Click 8.4
    """A range of qualities as pngquant has it: `60-80`, `-80`, `60-`; `80` is `72-80`."""

    name = "quality"

    def convert(
        self, value: Any, parameter: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        """Return the least and the most."""
        least, dash, most = str(value).strip().partition("-")
        if not (least or most) or not all(_is_whole(part or "0") for part in (least, most)):
            self.fail(f"{value!r} is no range of qualities; write it as 60-80.", parameter, ctx)
        if not dash:
            return int(least) * 9 // 10, int(least)
        return int(least or 0), int(most or settings.BEST_QUALITY)


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit()


class ColorCount(click.ParamType):  # type: ignore[type-arg] # no generic class before Click 8.4
    """A number of colours, or `auto`."""

    name = "colors"
    min, max = 1, MAX_COLORS

    def convert(
        self, value: Any, parameter: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        """Return the number, or `"auto"`."""
        if value == settings.AUTO:
            return value
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{value!r} is neither a whole number nor {settings.AUTO!r}.", parameter, ctx)
        if not self.min <= number <= self.max:
            self.fail(f"{number} is not in the range {self.min}<=x<={self.max}.", parameter, ctx)
        return number


class Part(click.ParamType):  # type: ignore[type-arg] # no generic class before Click 8.4
    """A part of several, `I/N`: two numbers."""

    name = "part"

    def convert(
        self, value: Any, parameter: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, int]:
        """Return both numbers."""
        first, _, count = str(value).partition("/")
        if not (first.isdecimal() and count.isdecimal() and 1 <= int(first) <= int(count)):
            self.fail(f"{value!r} is none of 1/N to N/N, such as 2/8.", parameter, ctx)
        return int(first), int(count)
