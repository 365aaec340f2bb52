"""The command: from the parsed options to the exit code.

`streams` prints, and `jobs` does the work.
"""

from __future__ import annotations

import gc
import sys
import warnings
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING, Any, Final

import click
from click.core import ParameterSource

from quantize import checks
from quantize.cli import help as help_texts
from quantize.cli import streams
from quantize.cli.help import SOURCES
from quantize.cli.options import all_options
from quantize.cli.options.result import purpose
from quantize.cli.progress import Bar
from quantize.cli.streams import say
from quantize.errors import (
    ClusterError,
    ErrorLimitError,
    KernelsError,
    MissingPackageError,
    QuantizeError,
    SettingError,
    UsageError,
)
from quantize.images.table import FORMATS
from quantize.jobs import plan
from quantize.jobs.inputs import STREAM, is_palette
from quantize.jobs.request import EXIT_DONE, EXIT_FILES, EXIT_LIMIT, EXIT_USAGE, Job, Request
from quantize.kmeans.table import ENGINES
from quantize.pipeline.settings import AUTO, Settings
from quantize.storage import files, interruption

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from contextlib import AbstractContextManager

    from quantize.jobs.cluster.client import Cluster
    from quantize.jobs.feed import Feed
    from quantize.jobs.job import Outcome
    from quantize.jobs.run import Executor, Report


EXIT_READER_GONE: Final = 141
"""Nobody reads the image: 128 and the number of SIGPIPE, as of programs that it ends."""

_OPTION_OF: Final = {"palettes": "save_palette", "swatches": "swatch"}
"""Fields of `Request` that have the value of an option of another name."""

_NEGATED_OPTION_OF: Final = {"image": "no_image", "sidecar": "no_sidecar"}
"""Fields of `Request` that are true unless a flag is given."""

_NO_SINGLE_OPTION: Final = (
    *("settings", "shared", "palette", "palette_source", "palette_size", "command"),
    "keep_order",
)
"""Fields of `Request` that are made of several options, or of a file."""

_ON_PALETTES: Final = (
    *("names", "prefix", "css_colors", "ramps", "title", "swatch_style", "swatch_theme"),
)
"""Options on what palette files and swatches say, see `cli.idle`."""


def command_line() -> int:  # noqa: C901, PLR0911 - a branch for each way to end
    """Run the command on `sys.argv` and return the exit code."""
    stdout = sys.stdout
    for stream in (stdout, sys.stderr):
        if stream is not None:  # a name that the terminal cannot show is escaped, not fatal
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = quantize.main(prog_name="quantize", standalone_mode=False)
        streams.flush()
        return int(code or 0)
    except click.ClickException as error:
        streams.show_usage(error)
        return error.exit_code
    except click.Abort as error:
        return streams.say_interrupted(error.__cause__)
    except streams.ReaderGoneError:
        return EXIT_READER_GONE
    except SystemExit as error:  # Click's own way out of a closed pipe, and of shell completion
        return EXIT_DONE if sys.stdout is not stdout else int(error.code or 0)
    except KernelsError as error:
        streams.say_error(error)
        return EXIT_USAGE
    except ErrorLimitError as error:
        streams.say_error(error, "; nothing was written")
        return EXIT_LIMIT
    except QuantizeError as error:
        streams.say_error(error)
        return EXIT_FILES
    except OSError as error:
        if error.filename is not None:
            raise
        streams.give_up_standard_output()  # the help or the version could not be written
        say(f"standard output: {error.strerror}")
        return EXIT_FILES


@click.command(
    cls=help_texts.Command,
    context_settings={"help_option_names": ["--help"], "max_content_width": 100},
    options_metavar="[OPTIONS]",
)
@all_options
def quantize(inputs: tuple[str, ...], **options: Any) -> int:
    """Reduce images to their best N colours with k-means."""
    if options["quiet"]:
        warnings.simplefilter("ignore")
    if options["verbose"] and (sources := click.get_current_context().meta.get(SOURCES)):
        say(sources[1])
    if not inputs and options["files_from"] is None:
        raise click.UsageError("name at least one image or folder, or - for standard input")
    if any(word.isdigit() for word in inputs):
        from quantize.cli import foreign  # for what may be meant otherwise

        foreign.refuse_numbers(inputs)
    request = _with_palette(_request(options), options)
    if options["files_from"] is not None or options["null"] or options["shard"]:
        return _of_list(inputs, request, options)
    try:
        table = options["summary"]
        others = [("--summary", table)] if table is not None else []
        passed_over: list[str] = []
        jobs = plan.plan(inputs, request, others=others, passed_over=passed_over)
    except (UsageError, MissingPackageError) as error:
        raise _usage_error(error) from None
    if any(is_palette(job.input) for job in jobs):
        images = any(not is_palette(job.input) for job in jobs)
        stages = ("finding", "choosing") if images else ("finding", "choosing", "mapping")
        _refuse_options_of(stages, "a palette file is one")
    _check_compression(jobs, options)
    _check_streams(jobs, options)
    folders = plan.output_folders(jobs, request, inputs)
    if options["dry_run"]:
        return streams.show_plan(jobs, folders, options)
    made = [name for name in folders if files.make_folder(name)]
    try:
        return _run(jobs, request, options, len(passed_over))
    finally:
        for folder in reversed(made):
            files.remove_if_empty(folder)


def _of_list(inputs: tuple[str, ...], request: Request, options: dict[str, Any]) -> int:
    """Do what a list asks for, row by row, and return the exit code."""
    from quantize.cli import listed

    if options["files_from"] is None:
        raise click.UsageError("-0 and --shard are for --files-from")

    def of_row(given: dict[str, Any]) -> Request:
        return _with_palette(_request(given), given)

    _check_streams((), options)
    try:
        with listed.opened(inputs, options, request, of_row) as feed:
            if options["dry_run"]:
                return streams.show_plan(feed, None, options)
            return _run([*feed] if request.shared else feed, request, options, 0)
    except (UsageError, MissingPackageError) as error:
        raise _usage_error(error) from None


def _request(options: dict[str, Any]) -> Request:
    """Return the request of the options; the fields of `Settings` and `Request` name the options.

    Raises:
        click.UsageError: options contradict each other, or the value of one is out of range.
    """
    _refuse_contradictions(options)
    given = {name: options[name] for name in Settings.fields}
    given["palette_for"] = purpose(options, _is_given)
    for name in ("colors", "space"):
        if not _is_told(name):
            del given[name]  # then it depends on --max-error and --quality
    values = {
        field: options[_OPTION_OF.get(field, field)]
        for field in Request._fields
        if field not in {*_NEGATED_OPTION_OF, *_NO_SINGLE_OPTION}
    }
    values |= {field: not options[name] for field, name in _NEGATED_OPTION_OF.items()}
    values["keep_order"] = _is_given("sort")
    values["command"] = "" if options["report"] is None else streams.words_of_command()
    if options["shared_palette"] or options["from_images"]:
        values["shared"] = options["shared_weight"] or "image"
    try:
        if values["background"] is not None:
            from quantize.color.parsing import color_of  # for those who ask for one

            values["background"] = color_of("background", values["background"])
        if shown := [name for name in _ON_PALETTES if _is_given(name)]:
            from quantize.cli import idle

            idle.refuse(shown, options)
        settings = {name: value for name, value in given.items() if value is not None}
        return Request(settings=Settings(**settings), **values)
    except SettingError as error:
        name, ctx = error.setting.replace("_", "-"), click.get_current_context()
        if error.setting in (ctx.default_map or ()) and not _is_given(error.setting):
            from quantize.cli import config  # which is loaded by now

            raise config.FileMistake(f"{ctx.meta[SOURCES][0]}: {name}: {error.problem}") from None
        raise click.UsageError(f"Invalid value for '--{name}': {error.problem}") from None


def _refuse_contradictions(options: dict[str, Any]) -> None:
    """Refuse options that exclude each other, or have no effect without another."""
    shared = options["shared_palette"] or options["from_images"]
    if options["shared_weight"] is not None and not shared:
        raise click.UsageError("--shared-weight is for --shared-palette")
    if options["or_best"] and options["max_error"] is None and options["quality"] is None:
        raise click.UsageError("--or-best is for --max-error or --quality")
    if options["max_error"] is not None and options["quality"] is not None:
        raise click.UsageError("--max-error and --quality exclude each other")
    if options["palette_per_frame"] and shared:
        raise click.UsageError("--palette-per-frame and a shared palette exclude each other")
    if _is_given("batch_size") and options["algorithm"] != "mini-batch":
        raise click.UsageError("--batch-size is for --algorithm mini-batch")
    if options["quiet"] and options["verbose"]:
        raise click.UsageError("-q says nothing and -v says more; take one of them")
    for name in ("skip_if_larger", "copy_larger", "compress", "strip"):
        if options["no_image"] and _is_given(name):
            option = name.replace("_", "-")
            raise click.UsageError(f"--{option} is for the image, and --no-image writes none")


def _with_palette(request: Request, options: dict[str, Any]) -> Request:
    """Return the request with the palette of `--use-palette`, if there is one."""
    source = options["use_palette"]
    if source is None:
        return request
    chosen = _is_told("colors") and options["colors"] != AUTO
    stages = ("finding", "merging") if chosen else ("finding", "choosing", "merging")
    _refuse_options_of(stages, "--use-palette gives one")
    from quantize.api.palette import taken

    given = {name for name in ("colors", "weights") if _is_told(name)}
    settings, palette = taken(request.settings, source, given)
    known = {"palette": palette, "palette_source": source, "palette_size": len(palette)}
    return request._replace(settings=settings, **known)


def _refuse_options_of(stages: Collection[str], why: str) -> None:
    """Refuse options that act in a stage which the command does not have.

    Args:
        stages: see `help.GroupedOption`.
        why: the reason, for the message.
    """
    for option in click.get_current_context().command.params:
        if getattr(option, "stage", "") in stages and _is_given(option.name or ""):
            raise click.UsageError(f"{option.opts[-1]} is for palettes that are found; {why}")


def _usage_error(error: QuantizeError) -> click.UsageError:
    """Return an error as a mistake of the command line."""
    from quantize.cli import messages

    return click.UsageError(messages.line(error))


def _is_told(name: str) -> bool:
    """Return whether an option is on the command line or in a file of settings."""
    source = click.get_current_context().get_parameter_source(name)
    return source in (ParameterSource.COMMANDLINE, ParameterSource.DEFAULT_MAP)


def _is_given(name: str) -> bool:
    """Return whether an option is on the command line, even with its default value."""
    source = click.get_current_context().get_parameter_source(name)
    return source is ParameterSource.COMMANDLINE


def _check_compression(jobs: Sequence[Job], options: dict[str, Any]) -> None:
    formats = {job.format for job in jobs if job.output is not None}
    if _is_given("compress") or options["lossy"]:
        from quantize.cli import idle  # for those who ask for one

        idle.refuse_in_formats(formats, options, compresses=_is_given("compress"))
    checks_of_best = [FORMATS[name].check_best for name in sorted(formats)]
    for target in filter(None, checks_of_best if options["compress"] == "best" else ()):
        try:
            checks.load(target)()
        except MissingPackageError as problem:
            raise _usage_error(problem) from None


def _check_streams(jobs: Sequence[Job], options: dict[str, Any]) -> None:
    to_stream = any(job.output == STREAM for job in jobs)
    if to_stream and options["as_json"]:
        raise click.UsageError("--json and an image cannot both go to standard output")
    if to_stream and sys.stdout is not None and sys.stdout.isatty():
        raise click.UsageError("an image is not written to a terminal; redirect it, or use -o FILE")
    if options["cluster"] is not None:
        from quantize.cli import clusters

        clusters.check(options)
    engine = ENGINES[options["engine"]]
    if engine.package:
        from importlib.util import find_spec

        if find_spec(engine.package) is None:
            what = f"engine={engine.name!r}"
            raise _usage_error(MissingPackageError(what, engine.name, engine.extra))


def _run(
    jobs: list[Job] | Feed, request: Request, options: dict[str, Any], passed_over: int
) -> int:
    from quantize.jobs import run as jobs_run

    gc.freeze()  # all imports are done, see `main`; going through them once would take 7 ms
    gc.enable()
    streams.say_if_slow(quiet=options["quiet"])
    known = len(jobs) if isinstance(jobs, list) else None
    report = jobs_run.Report(inputs=known or 0, passed_over=passed_over)
    show = streams.Results(options, several=known != 1 or passed_over > 0)
    show.prepare(jobs, request)
    try:
        with _cluster(options) as cluster:
            if request.shared is not None and isinstance(jobs, list):
                from quantize.cli import shared  # for those who ask for one

                bar = Bar(len(jobs), wanted=not options["quiet"])
                where = _executor(options, bar, cluster)
                jobs = shared.find(jobs, request, report, show, bar=bar, executor=where)
            _do(jobs, report, show, options, cluster=cluster)
    except KeyboardInterrupt as error:
        report.interrupted_by = error
        interruption.answered()
    except ClusterError as error:
        streams.say_error(error)
        report.exit_codes.add(EXIT_FILES)
    show.totals(report)
    if report.interrupted_by is not None:
        goes_on = options["skip_existing"] or options["update"] or options["in_place"]
        again = "" if goes_on else "; --skip-existing goes on from here"
        done = f"; {report.done} of {report.inputs} done{again}"
        return streams.say_interrupted(report.interrupted_by, done)
    if show.failed:
        report.exit_codes.add(EXIT_FILES)
    return report.exit_code


def _cluster(options: dict[str, Any]) -> AbstractContextManager[Cluster | None]:
    """Return the cluster of `--cluster` as a context manager; None without that option."""
    if options["cluster"] is None:
        return nullcontext()
    from quantize.cli import clusters

    return clusters.connected(options)


def _do(
    jobs: list[Job] | Feed,
    report: Report,
    show: streams.Results,
    options: dict[str, Any],
    *,
    cluster: Cluster | None,
) -> None:
    """Do the jobs, and show their outcomes in the order of the jobs."""
    from quantize.jobs import job as jobs_job

    known = len(jobs) if isinstance(jobs, list) else None
    with Bar(known, wanted=not options["quiet"]) as bar:

        def on_outcome(outcome: Outcome) -> None:
            if not isinstance(jobs, list):
                report.inputs = jobs.taken
            report.add(outcome)
            show.error(outcome)
            bar.finish_one(report)

        executor = _executor(options, bar, cluster)
        with closing(executor.run(jobs_job.run_one, jobs, on_outcome=on_outcome)) as outcomes:
            for outcome in outcomes:
                show.result(outcome)


def _executor(options: dict[str, Any], bar: Bar, cluster: Cluster | None) -> Executor:
    """Return where the jobs are done; the bar shows those of this process."""
    from quantize.jobs.run import Executor

    return Executor(
        processes=options["jobs"],
        cluster=cluster,
        fail_fast=options["fail_fast"],
        progress=lambda job, *at: bar.advance(job.input, *at),
    )
