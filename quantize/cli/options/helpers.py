"""What the rows of the options share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import click

from quantize import checks
from quantize.pipeline import settings

DEFAULTS: Final = settings.Settings()


def choices(what: str, methods: Mapping[str, str]) -> str:
    """`what`, then each name with what it is."""
    if len(methods) == 1:
        return what
    return f"{what}: " + "; ".join(f"{name} = {summary}" for name, summary in methods.items())


def choice(methods: Mapping[str, str]) -> click.Choice[str]:
    """One of the names in a table."""
    return click.Choice(list(methods))


def by_effort(name: str) -> str:
    """What each effort sets an option to."""
    values = (f"{getattr(preset, name):,g}" for preset in settings.PRESETS.values())
    return f"{' / '.join(values)} by --effort"


class ColorCount(click.ParamType[Any]):
    """A number of colours, or `auto`."""

    name = "colors"
    min, max = 1, checks.MAX_COLORS

    def convert(
        self, value: Any, parameter: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        """The number, or `"auto"`."""
        if value == settings.AUTO:
            return value
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{value!r} is neither a whole number nor {settings.AUTO!r}.", parameter, ctx)
        if not self.min <= number <= self.max:
            self.fail(f"{number} is not in the range {self.min}<=x<={self.max}.", parameter, ctx)
        return number
