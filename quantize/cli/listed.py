"""`--files-from`: the jobs of a list, whose rows may have options of their own.

Loaded where that option is given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from quantize import checks
from quantize.checks import did_you_mean
from quantize.cli.help import GroupedOption
from quantize.errors import FileError, UsageError
from quantize.images.table import DEFAULT_FORMAT, FORMATS
from quantize.jobs import lists
from quantize.jobs.feed import Feed
from quantize.storage import files
from quantize.storage.lines import Lines

if TYPE_CHECKING:
    from quantize.jobs.request import Request

    Make = Callable[[dict[str, Any]], Request]

GROUPS_OF_ROWS: Final = ("Result", "Engine", "Output", "Palette")
"""Groups whose options a row may have; the others are of the whole command."""


OF_THE_COMMAND: Final = ("report",)
"""Options of these groups that a row may not have nevertheless."""


@contextmanager
def opened(
    inputs: tuple[str, ...], options: dict[str, Any], request: Request, make: Make
) -> Iterator[Feed]:
    """Open the list, and give its jobs.

    Args:
        inputs: of the command line, where there must be none.
        options: of the command line.
        request: that of the command line.
        make: makes a request from options, those of the command line and of a row.

    Raises:
        click.UsageError: the header of a table, or the command line, is wrong.
        FileError: the list cannot be read.
    """
    path = options["files_from"]
    if inputs:
        raise click.UsageError("--files-from gives the inputs; name none beside it")
    is_table = checks.ending_of(files.without_query(path)) == lists.TABLE
    if is_table and options["null"]:
        raise click.UsageError("-0 is for a list of names, and a table has rows")
    if request.report is not None:
        raise click.UsageError("--report is for inputs that are named, and a list has no end")
    if options["compress"] == "best" and request.format in (None, DEFAULT_FORMAT):
        checks.load(FORMATS[DEFAULT_FORMAT].check_best)()
    end = b"\0" if options["null"] else b"\n"
    files.check_name(path)
    with Lines(path, FileError, end) as lines:
        if is_table:
            table = lists.Table(lines, path)
            request_of = _request_of(_columns(table.columns, path), make)
            rows: Iterator[lists.Row | None] = iter(table)
        else:
            rows, request_of = lists.of_lines(lines, end), _no_cells
        planner = lists.Planner(path, request, request_of, options["shard"] or (1, 1))
        try:
            yield Feed(planner.jobs(rows, dry=options["dry_run"]), lines)
        finally:
            for folder in reversed(planner.made):
                files.remove_if_empty(folder)


def _no_cells(cells: tuple[tuple[str, str], ...]) -> Request:
    raise UsageError(f"no option: {cells}")


def _columns(names: list[str], path: str) -> dict[str, GroupedOption]:
    """Return the option of each column, by its name.

    Raises:
        UsageError: a column is no option of a row, or stands twice where one value is taken.
    """
    known = {
        name.removeprefix("--"): option
        for option in click.get_current_context().command.params
        if isinstance(option, GroupedOption)
        for name in option.opts
        if name.startswith("--")
    }
    found: dict[str, GroupedOption] = {}
    for name, times in Counter(names).items():
        if name == lists.INPUT:
            continue
        if name not in known:
            raise UsageError(f"{path}: the column {name!r} is no option{did_you_mean(name, known)}")
        found[name] = known[name]
        if found[name].group not in GROUPS_OF_ROWS or name in OF_THE_COMMAND:
            raise UsageError(f"{path}: the column {name!r} is an option of the whole command")
        if times > 1 and not found[name].multiple:
            raise UsageError(f"{path}: the column {name!r} stands there twice")
    return found


def _request_of(columns: dict[str, GroupedOption], make: Make) -> lists.RequestOf:
    """Return what makes the request of a row: options of its own beside those of the command."""
    whole = click.get_current_context()

    def request_of(cells: tuple[tuple[str, str], ...]) -> Request:
        values: dict[str, list[str]] = {}
        for name, cell in cells:
            values.setdefault(name, []).append(cell)
        try:
            with click.Context(whole.command) as own:
                own.params = {**whole.params}
                for name in whole.params:
                    source = whole.get_parameter_source(name)
                    if source is not None:
                        own.set_parameter_source(name, source)
                for name, texts in values.items():
                    option = columns[name]
                    given: Any = texts if option.multiple else texts[0]
                    field = option.name or ""
                    own.params[field] = option.type_cast_value(own, given)
                    own.set_parameter_source(field, ParameterSource.COMMANDLINE)
                return make(own.params)
        except click.UsageError as error:
            raise UsageError(error.format_message().rstrip(".")) from None

    return request_of
