"""Output of the command: results on standard output, warnings and errors on standard error."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final, TextIO

from quantize.cli.terminal import color_depth, columns, shown, shown_record
from quantize.errors import OutputError, QuantizeError, wishes
from quantize.jobs.inputs import STREAM
from quantize.storage import files, interruption

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from contextlib import AbstractContextManager

    import click

    from quantize.jobs.folder_page import FolderPage
    from quantize.jobs.job import Outcome
    from quantize.jobs.request import Job, Request
    from quantize.jobs.run import Report
    from quantize.model.palette import Palette


class ReaderGoneError(Exception):
    """Nobody reads the image any more that goes to standard output."""


class Results:
    """Shows outcomes and totals as text or JSON, and collects the rows of `--summary`.

    Attributes:
        options: of the command.
        failed: whether standard output could not be written, as on a full disk.
        page: the page of `--report` that leads to those of all inputs, or None.
    """

    def __init__(self, options: dict[str, Any], *, several: bool) -> None:
        self.options = options
        self.failed = False
        self.page: FolderPage | None = None
        self._several = several
        if options["summary"] is not None:
            from quantize.report import csv_table  # for those who ask for one
            from quantize.storage.spool import Spool

            self._table = Spool()
            self._table.add(csv_table.header())
        self._first = ""

    def prepare(self, jobs: Iterable[Job], request: Request) -> None:
        """Refuse, before any work, files about all inputs that could not be written afterwards.

        Raises:
            OutputError, OutputExistsError: as `files.check_target`.
        """
        replaces = request.force or request.update
        page = request.report
        if page is not None and any(job.report != page for job in jobs):
            from quantize.jobs.folder_page import FolderPage  # for those who ask for one

            self.page = FolderPage(page, request.command, force=replaces)
        of_all = {self.options["summary"]: "summary", self.page and page: "report"}
        for path in filter(None, of_all):
            with wishes({path: of_all[path]}):
                files.check_target(path, force=replaces)

    def error(self, outcome: Outcome) -> None:
        """Print the failure of a job, as soon as it is known."""
        if outcome.failure is not None:
            from quantize.cli import messages

            say(f"{outcome.job.input}: {messages.of_job(outcome.failure)}")

    def result(self, outcome: Outcome) -> None:
        """Print the outcome of a job, in the order of the jobs."""
        from quantize.report import record

        row = _record_of(outcome)
        if self.options["summary"] is not None:
            from quantize.report import csv_table  # with csv, 2 ms

            self._table.add(csv_table.row(row))
        if self.page is not None:
            self.page.add(outcome, row)
        notes = [] if self.options["quiet"] else row.get("notes", [])
        for note in notes:
            say(f"warning: {outcome.job.input}: {note}")
        if outcome.stream is not None:
            _write(outcome.stream)
        if self.options["as_json"]:
            self._print(record.line(row))
        elif outcome.failure is None and self._is_worth_a_line(row):
            to_error = outcome.job.output == STREAM
            stream = sys.stderr if to_error else sys.stdout
            self._print(self._text(row, outcome.job, stream), error=to_error)

    def _text(self, row: dict[str, Any], job: Job, stream: TextIO | None) -> str:
        """Return what people are shown of an outcome: of one of several inputs, a line."""
        from quantize.report import text as summary

        verbose = self.options["verbose"]
        if self._several and not verbose and ("width" in row or row.get("skipped")):
            from quantize.report import line  # for several inputs

            return line.of_input(shown_record(row), columns(stream))
        others = [path for path in job.targets if path != job.output]
        return summary.of_input(
            shown_record(row),
            shown_record(others),
            verbose=verbose,
            depth=color_depth(stream),
            if_larger="--skip-if-larger writes no such file",
        )

    def _is_worth_a_line(self, row: dict[str, Any]) -> bool:
        """Return whether people want to know: not of an input that there was nothing to do for."""
        from quantize.report import record

        quiet = row.get("reason") in record.LEFT_ALONE and not self.options["verbose"]
        return not self.options["quiet"] and not quiet

    def totals(self, report: Report) -> None:
        """Print the totals of a batch, and write its table."""
        from quantize.report import record
        from quantize.report import text as summary

        if self.options["summary"] is not None:
            from quantize.storage import safe_write

            written = [(self.options["summary"], self._table.taken())]
            force = self.options["force"] or self.options["update"]
            safe_write.write_all(written, force=force)
        if self.page is not None:
            self.page.write()
        if not self._several:
            return
        from quantize.cli import messages

        totals = report.totals(messages.of_job)
        if self.options["as_json"]:
            self._print(record.line(totals))
        elif not self.options["quiet"] and not report.had_nothing_to_do:
            self._print(summary.of_batch(shown_record(totals)))

    def shared(self, palette: Palette, images: int, written: Sequence[str]) -> None:
        """Print the palette that many images share, as soon as it is known."""
        from quantize.report import text as summary

        if not self.options["quiet"] and not self.options["as_json"]:
            text = summary.of_shared(len(palette), images, shown_record(written))
            if self.options["update"] and not written:
                self._first = text  # nobody wants to know if there is nothing more to do
            else:
                self._print(text)

    def _print(self, text: str, *, error: bool = False) -> None:
        """Print a result; the work goes on where that cannot be done."""
        if self._first:
            text, self._first = f"{self._first}\n{text}", ""
        try:
            _print(text, error=error)
        except OutputError as problem:
            self.failed = True
            say_error(problem)


def words_of_command() -> str:
    """Return the words of the command line as a shell takes them."""
    import shlex  # for pages that say them

    return shlex.join(["quantize", *sys.argv[1:]])


def show_plan(jobs: Iterable[Job], made: Collection[str] | None, options: dict[str, Any]) -> int:
    """Print what would be done and what would be refused (`--dry-run`); return the exit code.

    Args:
        jobs: of the command.
        made: folders that it would make where they are missing; None for those of each job.
        options: of the command.
    """
    from quantize.cli import messages
    from quantize.jobs import plan
    from quantize.jobs.preview import foresee
    from quantize.jobs.request import EXIT_DONE, EXIT_FILES
    from quantize.report import record
    from quantize.report import text as summary

    code = EXIT_DONE
    named = None if made is None else {name.rstrip("/" + os.sep) for name in made}
    for job in jobs:
        folders = plan.folders_of(job, into_folder=True) if named is None else named
        found = foresee(job, folders)
        error = "" if found.failure is None else messages.line(found.failure)
        if error:
            code = EXIT_FILES
            say(f"{job.input}: {error}")
        action, reason = found.action, found.reason
        if options["as_json"]:
            row = summary.plan_record(job.input, job.targets, action, reason, error)
            _print(record.line(row))
        elif not error and not options["quiet"]:
            targets = shown_record(job.targets)
            _print(summary.of_plan(shown(job.input), targets, action, reason))
    return code


def _record_of(outcome: Outcome) -> dict[str, Any]:
    """Return the record of an outcome; that of a failure has the field `error`."""
    from quantize.report import record

    if outcome.failure is not None:
        from quantize.cli import messages

        return record.failed(outcome.job.input, messages.of_job(outcome.failure))
    return outcome.record or {}


INTERRUPTED: Final = 130
"""The exit code of a Ctrl-C, which needs no name."""

MOST_LETTERS_OF_A_LINE: Final = 2000
"""Of an error or a warning: there may be two names in it."""


def no_room() -> AbstractContextManager[object]:
    """Return a context without an effect: lines need no room where there is no bar."""
    return nullcontext()


make_room: Callable[[], AbstractContextManager[object]] = no_room
"""Called around each line of text; the bar is out of its way meanwhile, see `progress`."""


def say(text: str) -> None:
    """Print a line on standard error."""
    _write_error(f"quantize: {shown(text, MOST_LETTERS_OF_A_LINE)}\n")


def say_if_slow(*, quiet: bool) -> None:
    """Report the reference kernels if nobody asked for them; processes that follow are silent."""
    from quantize import kernels

    if kernels.FALLBACK:
        os.environ["QUANTIZE_KERNELS"] = kernels.ACTIVE
        if not quiet:
            say(f"warning: {kernels.FALLBACK}")


def say_interrupted(error: BaseException | None, done: str = "") -> int:
    """Print that a signal has ended the command, and how far it came; return the exit code."""
    code = interruption.exit_code(error)
    by = "" if code == INTERRUPTED else f" by {signal.Signals(code - 128).name}"
    say(f"interrupted{by}{done}")
    return code


def show_usage(error: click.ClickException) -> None:
    """Print an error of Click, which quotes what is on the command line."""
    message = shown(error.format_message(), MOST_LETTERS_OF_A_LINE)
    error.format_message = lambda: message  # type: ignore[method-assign]
    text = io.StringIO()
    error.show(text)
    _write_error(text.getvalue())


def say_error(error: QuantizeError, end: str = "") -> None:
    """Print an error as a line on standard error."""
    from quantize.cli import messages  # most runs have no error

    say(messages.line(error) + end)


def _print(text: str, *, error: bool = False) -> None:
    """Print a result on standard output, or on standard error if the image goes to the former.

    It is written at once, so that pipes get it. Where nobody reads it any more the work goes on.

    Raises:
        OutputError: standard output cannot be written, as on a full disk.
    """
    if error:
        _write_error(f"{text}\n")
    elif sys.stdout is not None:  # closed by the caller
        try:
            with make_room():
                sys.stdout.write(f"{text}\n")
                sys.stdout.flush()
        except BrokenPipeError:
            give_up_standard_output()
        except OSError as problem:
            give_up_standard_output()
            raise OutputError("standard output", problem.strerror or str(problem)) from None


def _write(data: bytes) -> None:
    """Write the image to standard output.

    Raises:
        ReaderGoneError: nobody reads it.
        OutputError: it cannot be written.
    """
    if sys.stdout is None:
        raise OutputError("standard output", "is closed")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        give_up_standard_output()
        raise ReaderGoneError from None
    except OSError as problem:
        give_up_standard_output()
        raise OutputError("standard output", problem.strerror or str(problem)) from None


def _write_error(text: str) -> None:
    """Write to standard error as long as somebody reads it."""
    if sys.stderr is not None:
        try:
            with make_room():
                sys.stderr.write(text)
                sys.stderr.flush()
        except OSError:
            sys.stderr = None


def flush() -> None:
    """Write what is still buffered for standard output."""
    if sys.stdout is not None:
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            give_up_standard_output()


def give_up_standard_output() -> None:
    """Write no more to it; Python would try again at exit, and fail."""
    sys.stdout = None
