"""From the parsed command line to the exit code.

Standard output holds results alone; warnings and errors go to standard error, a line each.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING, Any

import click

from quantize import files, plan
from quantize.cli import help as help_text
from quantize.cli.options import all_options
from quantize.cli.progress import Bar
from quantize.errors import (
    KernelsError,
    MissingPackageError,
    OutputError,
    QuantizeError,
    SettingError,
    UsageError,
)
from quantize.plan import EXIT_DONE, EXIT_FILES, EXIT_INTERRUPTED, EXIT_USAGE
from quantize.settings import Settings

if TYPE_CHECKING:
    from quantize.batch import Outcome, Report

_SETTINGS = (
    *(
        "colors",
        "max_error",
        "auto_criterion",
        "keep_color",
        "space",
        "algorithm",
        "batch_size",
        "init",
        "effort",
        "n_init",
        "max_iter",
        "tol",
    ),
    *("search", "cells", "sample", "seed", "engine", "metrics", "threads"),
)


def command_line() -> int:  # noqa: C901, PLR0911 - a row for each way to end
    """Run the command on `sys.argv`; the exit code."""
    stdout = sys.stdout
    for stream in (stdout, sys.stderr):
        if stream is not None:  # a name that the terminal cannot show is escaped, not fatal
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = quantize.main(prog_name="quantize", standalone_mode=False)
        _flush()
        return int(code or 0)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        _say("interrupted")
        return EXIT_INTERRUPTED
    except (_ReaderGoneError, BrokenPipeError):
        _give_up_standard_output()
        return EXIT_DONE
    except SystemExit as error:  # Click's own way out of a closed pipe, and of shell completion
        return EXIT_DONE if sys.stdout is not stdout else int(error.code or 0)
    except KernelsError as error:
        _say(str(error))
        return EXIT_USAGE
    except QuantizeError as error:
        _say(str(error))
        return EXIT_FILES
    except OSError as error:
        if error.filename is not None:
            raise
        _give_up_standard_output()  # the help or the version could not be written
        _say(f"standard output: {error.strerror}")
        return EXIT_FILES


class _ReaderGoneError(Exception):
    """Nobody reads standard output any more; Click would make an exit code of 1 of it."""


@click.command(
    cls=help_text.Command,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    options_metavar="[OPTIONS]",
)
@all_options
def quantize(inputs: tuple[str, ...], **options: Any) -> int:
    """Reduce images to their best N colours with k-means."""
    if not inputs:
        raise click.UsageError("name at least one image, or - for standard input")
    request = _request(options)
    try:
        jobs = plan.plan(inputs, request)
    except UsageError as error:
        raise click.UsageError(str(error)) from None
    _check_streams(jobs, options)
    folder = plan.output_folder(inputs, request)
    made = folder is not None and files.make_folder(folder)
    try:
        return _run(jobs, options)
    finally:
        if folder is not None and made:
            files.remove_if_empty(folder)


def _request(options: dict[str, Any]) -> plan.Request:
    settings = {name: options[name] for name in _SETTINGS if options[name] is not None}
    try:
        return plan.Request(
            settings=Settings(**settings),
            output=options["output"],
            format=options["format"],
            image=not options["no_image"],
            sidecar=not options["no_sidecar"],
            palettes=options["save_palette"],
            swatches=options["swatch"],
            force=options["force"],
            skip_existing=options["skip_existing"],
            max_pixels=options["max_pixels"],
        )
    except SettingError as error:
        name = error.setting.replace("_", "-")
        raise click.UsageError(f"Invalid value for '--{name}': {error.problem}") from None


def _check_streams(jobs: list[plan.Job], options: dict[str, Any]) -> None:
    to_stream = any(job.output == plan.STREAM for job in jobs)
    if to_stream and options["as_json"]:
        raise click.UsageError("--json and an image cannot both go to standard output")
    if to_stream and sys.stdout is not None and sys.stdout.isatty():
        raise click.UsageError("an image is not written to a terminal; redirect it, or use -o FILE")
    if options["engine"] == "scikit-learn":
        from importlib.util import find_spec

        if find_spec("sklearn") is None:
            error = MissingPackageError("--engine scikit-learn", "scikit-learn", "sklearn")
            raise click.UsageError(str(error))


def _run(jobs: list[plan.Job], options: dict[str, Any]) -> int:
    from quantize import batch

    gc.freeze()  # all imports are done, see `main`; going through them once would take 7 ms
    gc.enable()
    if options["verbose"]:
        _say_if_slow()
    report = batch.Report(inputs=len(jobs))
    try:
        with Bar(len(jobs), wanted=not options["quiet"]) as bar:
            outcomes = batch.run_all(jobs, lambda job, *at: bar.advance(job.input, *at))
            for outcome in outcomes:
                report.add(outcome)
                bar.clear()
                _show(outcome, options)
                bar.finish_one()
    except KeyboardInterrupt:
        _say(f"interrupted; {report.done} of {report.inputs} done")
        return EXIT_INTERRUPTED
    _show_totals(report, options)
    return report.exit_code


def _say_if_slow() -> None:
    from quantize import kernels

    if kernels.ACTIVE == "reference":
        _say("warning: the compiled kernels are not in use; the reference kernels are slower")


def _show(outcome: Outcome, options: dict[str, Any]) -> None:
    from quantize.report import record, summary

    if outcome.error is not None:
        _say(outcome.error)
    notes = [] if options["quiet"] else outcome.record.get("notes", [])
    for note in notes:
        _say(f"warning: {outcome.job.input}: {note}")
    if outcome.stream is not None:
        _write_stream(outcome.stream)
    if options["as_json"]:
        _print(record.line(outcome.record))
    elif outcome.error is None and not options["quiet"]:
        others = [path for path in outcome.job.targets if path != outcome.job.output]
        text = summary.of_input(outcome.record, others, verbose=options["verbose"])
        _print(text, error=outcome.stream is not None)


def _show_totals(report: Report, options: dict[str, Any]) -> None:
    from quantize.report import record, summary

    if report.inputs < 2:
        return
    if options["as_json"]:
        _print(record.line(report.totals()))
    elif not options["quiet"]:
        _print(summary.of_batch(report.totals()))


def _print(text: str, *, error: bool = False) -> None:
    """A result, on standard output unless the image goes there; at once, for pipes."""
    stream = sys.stderr if error else sys.stdout
    if stream is None:  # closed by the caller
        return
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except BrokenPipeError:
        raise _ReaderGoneError from None
    except OSError as problem:
        _give_up_standard_output()
        raise OutputError("standard output", problem.strerror or str(problem)) from None


def _write_stream(data: bytes) -> None:
    if sys.stdout is None:
        raise OutputError("standard output", "is closed")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise _ReaderGoneError from None
    except OSError as problem:
        _give_up_standard_output()
        raise OutputError("standard output", problem.strerror or str(problem)) from None


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _give_up_standard_output() -> None:
    """What is still buffered goes nowhere, so that Python does not fail over it at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _say(text: str) -> None:
    """One line on standard error."""
    if sys.stderr is not None:
        sys.stderr.write(f"quantize: {' '.join(text.splitlines())}\n")
        sys.stderr.flush()
