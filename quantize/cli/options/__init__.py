"""The options of the command; choices and their help come from the tables of the library."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import click

from quantize.cli.options.batch import BATCH, INFORMATION
from quantize.cli.options.engine import ENGINE
from quantize.cli.options.output import OUTPUT, PALETTE
from quantize.cli.options.result import RESULT

ARGUMENTS = (click.argument("inputs", metavar="INPUTS...", nargs=-1, type=click.Path()),)


def all_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a function with every option and argument, in the order of the help."""
    parameters = (*ARGUMENTS, *RESULT, *ENGINE, *OUTPUT, *PALETTE, *BATCH, *INFORMATION)
    return reduce(lambda decorated, add: add(decorated), reversed(parameters), function)
