"""Output of the command: results on standard output, warnings and errors on standard error."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from quantize.cli.terminal import color_depth
from quantize.errors import Failure, InputMissingError, OutputError, QuantizeError
from quantize.jobs.inputs import STREAM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantize.jobs.job import Outcome
    from quantize.jobs.plan import Job
    from quantize.jobs.run import Report
    from quantize.model.palette import Palette


class ReaderGoneError(Exception):
    """The reader of standard output is gone; Click would turn a broken pipe into exit code 1."""


class Results:
    """Shows outcomes and totals as text or JSON, and collects the rows of `--summary`."""

    def __init__(self, options: dict[str, Any], *, several: bool) -> None:
        self.options = options
        self._several = several
        self._rows: list[dict[str, Any]] = []

    def error(self, outcome: Outcome) -> None:
        """Print the failure of a job, as soon as it is known."""
        if outcome.failure is not None:
            from quantize.cli import messages

            say(f"{outcome.job.input}: {messages.of_job(outcome.failure)}")

    def result(self, outcome: Outcome) -> None:
        """Print the outcome of a job, in the order of the jobs."""
        from quantize.report import record
        from quantize.report import text as summary

        row = _record_of(outcome)
        if self.options["summary"] is not None:
            from quantize.report import csv_table  # with csv, 2 ms

            self._rows.append(csv_table.row(row))
        notes = [] if self.options["quiet"] else row.get("notes", [])
        for note in notes:
            say(f"warning: {outcome.job.input}: {note}")
        if outcome.stream is not None:
            _write(outcome.stream)
        if self.options["as_json"]:
            _print(record.line(row))
        elif outcome.failure is None and not self.options["quiet"]:
            others = [path for path in outcome.job.targets if path != outcome.job.output]
            to_error = outcome.job.output == STREAM
            stream = sys.stderr if to_error else sys.stdout
            text = summary.of_input(
                row,
                others,
                verbose=self.options["verbose"],
                depth=color_depth(stream),
                if_larger="--skip-if-larger writes no such file",
            )
            _print(text, error=to_error)

    def totals(self, report: Report) -> None:
        """Print the totals of a batch, and write its table."""
        from quantize.report import record
        from quantize.report import text as summary

        if self.options["summary"] is not None:
            from quantize.report import csv_table
            from quantize.storage import safe_write

            written = [(self.options["summary"], csv_table.document(self._rows))]
            safe_write.write_all(written, force=self.options["force"])
        if not self._several:
            return
        from quantize.cli import messages

        totals = report.totals(messages.of_job)
        if self.options["as_json"]:
            _print(record.line(totals))
        elif not self.options["quiet"]:
            _print(summary.of_batch(totals))

    def shared(self, palette: Palette, images: int, written: Sequence[str]) -> None:
        """Print the palette that many images share, as soon as it is known."""
        from quantize.report import text as summary

        if not self.options["quiet"] and not self.options["as_json"]:
            _print(summary.of_shared(len(palette), images, written))


def show_plan(jobs: Sequence[Job], options: dict[str, Any]) -> int:
    """Print what would be done and what would be refused (`--dry-run`); return the exit code."""
    from quantize.cli import messages
    from quantize.jobs.plan import EXIT_DONE, EXIT_FILES
    from quantize.report import record
    from quantize.report import text as summary
    from quantize.storage import files

    code = EXIT_DONE
    for job in jobs:
        action, refused = files.foresee(
            job.targets,
            folders_are_made=options["output"] is not None,
            force=options["force"],
            skip_existing=options["skip_existing"],
        )
        failure = job.problem
        if failure is None and job.input != STREAM and not files.exists(job.input):
            failure = Failure.of(InputMissingError(job.input), job.input)
        if failure is None and refused is not None:
            failure = Failure.of(refused, job.input)
        error = "" if failure is None else messages.line(failure)
        if error:
            code = EXIT_FILES
            say(f"{job.input}: {error}")
        if options["as_json"]:
            _print(record.line(summary.plan_record(job.input, job.targets, action, error)))
        elif not error and not options["quiet"]:
            _print(summary.of_plan(job.input, job.targets, action))
    return code


def _record_of(outcome: Outcome) -> dict[str, Any]:
    """Return the record of an outcome; that of a failure has the field `error`."""
    from quantize.report import record

    if outcome.failure is not None:
        from quantize.cli import messages

        return record.failed(outcome.job.input, messages.of_job(outcome.failure))
    return outcome.record or {}


def say(text: str) -> None:
    """Print a line on standard error."""
    if sys.stderr is not None:
        sys.stderr.write(f"quantize: {' '.join(text.splitlines())}\n")
        sys.stderr.flush()


def say_error(error: QuantizeError, end: str = "") -> None:
    """Print an error as a line on standard error."""
    from quantize.cli import messages  # most runs have no error

    say(messages.line(error) + end)


def _print(text: str, *, error: bool = False) -> None:
    """Print a result on standard output, or on standard error if the image goes to the former.

    It is written at once, so that pipes get it.
    """
    stream = sys.stderr if error else sys.stdout
    if stream is None:  # closed by the caller
        return
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except BrokenPipeError:
        raise ReaderGoneError from None
    except OSError as problem:
        give_up_standard_output()
        raise OutputError("standard output", problem.strerror or str(problem)) from None


def _write(data: bytes) -> None:
    if sys.stdout is None:
        raise OutputError("standard output", "is closed")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise ReaderGoneError from None
    except OSError as problem:
        give_up_standard_output()
        raise OutputError("standard output", problem.strerror or str(problem)) from None


def flush() -> None:
    """Write what is still buffered for standard output."""
    if sys.stdout is not None:
        sys.stdout.flush()


def give_up_standard_output() -> None:
    """Discard what is still buffered, so that Python does not fail at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
