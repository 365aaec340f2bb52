"""One job, from the input to its outputs; a failure affects no other job.

Nothing here prints or raises: whatever goes wrong becomes an `Outcome`. Jobs and outcomes are plain
values, so that the work can be done in another process or on another machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from quantize import kernels
from quantize.errors import (
    ErrorLimitError,
    Failure,
    ImageReadError,
    OutputExistsError,
    QuantizeError,
    said_by,
    wishes,
)
from quantize.images.encode import encode_frames
from quantize.images.read.still import complaints
from quantize.jobs.inputs import STREAM, is_palette, stem_of
from quantize.jobs.reading import read, target_of
from quantize.jobs.request import EXIT_DONE, EXIT_FILES, EXIT_LARGER, EXIT_LIMIT, Job, Request
from quantize.model.frames import FrameSource
from quantize.model.palette import Palette
from quantize.model.picture import Metadata
from quantize.model.result import Quantized
from quantize.pipeline import run as pipeline
from quantize.pipeline.settings import Settings
from quantize.pipeline.target import has_transparent_entry
from quantize.pipeline.timing import StageTimer
from quantize.report import record as report_record
from quantize.storage import files, safe_write
from quantize.swatch.table import SWATCH_STYLES

if TYPE_CHECKING:
    from quantize.report.page.evidence import Evidence

Progress = Callable[[Job, str, int], None]
"""Called during a job, with the job, the stage and the number of steps in it so far."""

NO_MEMORY = Failure(
    MemoryError, "not enough memory for this image", "try fewer processes, or a smaller one"
)


class Outcome(NamedTuple):
    """The result of a job.

    Attributes:
        job: the job.
        record: see `report.record`; None of a failure, and of `count_one`.
        failure: what went wrong, or None.
        exit_code: the exit code of the command if this were its only job.
        skipped: whether all outputs exist already, or the image would be larger than the input.
        stream: the image, if it goes to standard output.
        counted: the histogram, of `count_one`; on a cluster, its place there.
        thumbnails: the addresses of small pictures, before and after, where there is a page.
    """

    job: Job
    record: report_record.Record | None = None
    failure: Failure | None = None
    exit_code: int = EXIT_DONE
    skipped: bool = False
    stream: bytes | None = None
    counted: Any = None
    thumbnails: tuple[str, str] | None = None


def failed(job: Job, failure: Failure) -> Outcome:
    """Return the outcome of a job that has failed."""
    code = EXIT_LIMIT if issubclass(failure.kind, ErrorLimitError) else EXIT_FILES
    return Outcome(job, failure=failure, exit_code=code)


def run_one(job: Job, progress: Progress | None = None) -> Outcome:
    """Do one job."""
    return _guarded(job, lambda: _run(job, progress))


def count_one(job: Job, progress: Progress | None = None) -> Outcome:
    """Count the colours of the input, for a shared palette."""

    def count() -> Outcome:
        if progress is not None:
            progress(job, "count", 0)
        settings = job.request.settings
        threads = kernels.thread_count(settings.threads)
        counted = pipeline.count(read(job), settings.weights, threads=threads)
        return Outcome(job, counted=counted)

    return _guarded(job, count)


def _guarded(job: Job, work: Callable[[], Outcome]) -> Outcome:
    """Return the outcome of some work; whatever it raises is the failure of this job alone."""
    if job.problem is not None:
        return failed(job, job.problem)
    try:
        with complaints() as said:
            outcome = work()
        if said and outcome.record is not None:
            outcome.record["notes"] = [*outcome.record.get("notes", ()), *said]
        return outcome
    except QuantizeError as error:
        return failed(job, Failure.of(error, job.input))
    except MemoryError:
        return failed(job, NO_MEMORY)
    except Exception as error:  # a bug, which should not end the other jobs of a long run
        problem = f"an error in this program, which it should not have: {said_by(error)}"
        return failed(job, Failure(Exception, problem))


def _run(job: Job, progress: Progress | None) -> Outcome:
    request = job.request
    if job.passed_over:
        return _skipped(job, job.passed_over)
    safe_write.sweep(job.targets)
    writes, reason = wanted(job)
    if not writes and job.targets and job.output != STREAM:
        return _skipped(job, reason)
    try:
        with wishes(job.wishes):
            return _done(job, writes, progress)
    except OutputExistsError:
        if request.skip_existing:  # another run was faster
            return _skipped(job)
        raise


def wanted(job: Job) -> tuple[set[str], str]:
    """Return the files that a job writes, and why it does not write the others.

    Raises:
        FileError: the input cannot be read, or a remote storage does not answer.
    """
    if job.request.skip_existing:
        missing = {path for path in job.targets if not files.is_taken(path)}
        if job.copy is not None and job.copy != job.input and files.is_taken(job.copy):
            missing.discard(job.output or "")
        return missing, ""
    if job.request.update:
        from quantize.jobs import upkeep  # for those who bring files up to date

        return upkeep.stale(job), report_record.UP_TO_DATE
    if job.request.in_place and not is_palette(job.input):
        from quantize.jobs import upkeep  # for those who replace files

        if reason := upkeep.passed_over(job):
            done = reason == report_record.UP_TO_DATE
            return upkeep.missing(job) if done else set(), reason
    return set(job.targets), ""


def _done(job: Job, wanted: set[str], progress: Progress | None) -> Outcome:
    """Refuse what cannot be written, then do the work."""
    for target in (path for path in reversed(job.targets) if path in wanted):
        files.check_target(target, force=job.replaces(target))
    if is_palette(job.input):
        return _convert(job, wanted)
    return _quantize(job, wanted, progress)


def _skipped(job: Job, reason: str = "") -> Outcome:
    return Outcome(job, report_record.skipped(job.input, job.output, reason), skipped=True)


class _Result(NamedTuple):
    """What was made of an input, before anything is written."""

    source: FrameSource
    found: Quantized
    image: bytes | None
    timer: StageTimer
    wanted: set[str]


def _instead(job: Job, result: _Result) -> Outcome | None:
    """Return the outcome of a job whose image is not written, as it is no gain; else None."""
    request, image, before = job.request, result.image, result.source.source_bytes
    if image is None or job.output not in {*result.wanted, STREAM}:
        return None
    if len(image) > before and job.copy is not None:
        return _copied(job, result, len(image))
    if len(image) > before and (request.skip_if_larger or request.in_place):
        code = EXIT_DONE if request.in_place else EXIT_LARGER
        built = report_record.larger(job.input, job.output, before, len(image))
        return Outcome(job, built, exit_code=code, skipped=True)
    if request.in_place and len(image) == before:
        from quantize.jobs import upkeep

        if upkeep.is_the_same(job, image, lossless=result.found.statistics.mse == 0):
            return _skipped(job, report_record.UP_TO_DATE)
    return None


def _copied(job: Job, result: _Result, size: int) -> Outcome:
    """Write the input in place of its image, which is larger, and what was asked for beside it.

    Where the input lies there already, nothing is written in its place.
    """
    where = None if job.copy == job.input else job.copy
    with files.open_for_reading(job.input, ImageReadError) as stream:
        data = stream.read()
    built = report_record.copied(
        job.input,
        where,
        before=len(data),
        after=size,
        seconds=result.timer.seconds,
        digest=job.settings_digest,
    )
    outputs = [*_outputs(job, result.found.palette, built, None)]
    outputs = [item for item in outputs if item[0] in result.wanted]
    if where is not None and where != STREAM:
        outputs.append((where, data))
    safe_write.write_all(outputs, force=job.replaces(job.output or ""))
    return Outcome(job, built, stream=data if where == STREAM else None)


def _quantize(job: Job, wanted: set[str], progress: Progress | None) -> Outcome:
    """Read, quantize, encode, and write what is wanted."""
    request, settings = job.request, job.request.settings
    timer = StageTimer()
    mark: tuple[tuple[str, str], ...] = ()
    replaced = None
    if request.in_place or request.update:
        from quantize.jobs import upkeep  # for those who replace files

        mark = upkeep.mark_of(job)
        replaced = upkeep.replaced(job) if job.output in wanted else None

    def advance(stage: str, count: int) -> None:
        if progress is not None:
            progress(job, stage, count)

    with timer.stage("read"):
        advance("read", 0)
        source = read(job)
    found = pipeline.run(source, settings, target_of(job), request.palette, advance)
    timer.add(found.statistics.seconds)
    bytes_lossless = _lossless_size(source, settings, timer, advance)
    shown = _evidence(source, found, settings) if job.report in wanted else None
    how = {"shown": shown, "suits_file": found.suits_file, "picture": _picture(job, source)}
    source = source.released()
    # needs no pixels, and is done while the writer compresses
    describe = partial(report_record.describe, found.palette)
    described = kernels.beside(describe, threads=kernels.thread_count(settings.threads))
    with timer.stage("encode"):
        advance("encode", 0)
        image = _encoded(job, found, source, mark)
    if other := _instead(job, _Result(source, found, image, timer, wanted)):
        return other
    built = report_record.build(
        source,
        found,
        settings,
        output=job.output,
        bytes_after=None if image is None else len(image),
        seconds=timer.seconds,
        given=_given(job),
        bytes_lossless=bytes_lossless,
        described=described(),
    )
    made = _outputs(job, found.palette, built, image, **how)
    outputs = [item for item in made if item[0] in wanted]
    safe_write.write_all(outputs, force=request.force or request.update, replaced=replaced)
    return Outcome(
        job=job,
        record=built,
        stream=image if job.output == STREAM else None,
        thumbnails=None if shown is None else shown.thumbnails,
    )


def _encoded(
    job: Job, found: Quantized, source: FrameSource, mark: tuple[tuple[str, str], ...]
) -> bytes | None:
    """Return the file of the image, if one is wanted."""
    if job.output is None:
        return None
    return encode_frames(
        found.frames,
        source.timing,
        job.format,
        metadata=_marked(source.first.metadata, mark),
        effort=job.request.compress,
        threads=kernels.thread_count(job.request.settings.threads),
    )


def _lossless_size(
    source: FrameSource, settings: Settings, timer: StageTimer, advance: Callable[[str, int], None]
) -> int | None:
    """Return the size of a still as a lossless PNG, with full metrics."""
    if settings.metrics != "full" or source.count > 1:
        return None
    from quantize.pipeline import lossless_size

    advance("measure", 0)
    with timer.stage("measure"):
        threads = kernels.thread_count(settings.threads)
        return lossless_size.size(source.first, threads=threads)


def _evidence(source: FrameSource, found: Quantized, settings: Settings) -> Evidence:
    """Return what a page shows."""
    from quantize.jobs import pages  # for those who ask for one

    return pages.gather(source, found, settings)


def _picture(job: Job, source: FrameSource) -> Any:
    """Return the picture as swatches show it; None where none does."""
    if not (job.swatches and SWATCH_STYLES[job.request.swatch_style].has_picture):
        return None
    from quantize.jobs.beside import shown  # for those who ask for one

    return shown(source)


def _marked(metadata: Metadata, mark: tuple[tuple[str, str], ...]) -> Metadata:
    return metadata._replace(text=(*metadata.text, *mark)) if mark else metadata


def _given(job: Job) -> report_record.Record:
    """Return the fields of the record for a background and for a palette from elsewhere."""
    request = job.request
    given: report_record.Record = {}
    if job.output is not None:
        given["settings_digest"] = job.settings_digest
    if request.background is not None:
        given["background"] = request.background
    if request.palette_source:
        given["use_palette"] = request.palette_source
    if request.palette_size > request.settings.most_colors - _spare(request):
        given["chosen_from"] = request.palette_size
    if request.shared is not None:
        given["shared_palette"] = True
    return given


def _spare(request: Request) -> int:
    """Return how many of the colours are for a transparent entry that a given palette has not."""
    if request.palette is None or request.settings.transparent_index is None:
        return 0
    return int(not has_transparent_entry(request.palette))


def _convert(job: Job, wanted: set[str]) -> Outcome:
    """Convert a palette file into other palette files and swatches."""
    from quantize.jobs import conversion

    palette, built = conversion.read(job)
    outputs = [item for item in _outputs(job, palette, built, None) if item[0] in wanted]
    safe_write.write_all(outputs, force=job.request.force or job.request.update)
    return Outcome(job=job, record=built)


def _outputs(
    job: Job,
    palette: Palette,
    built: report_record.Record,
    image: bytes | None,
    shown: Evidence | None = None,
    **how: Any,
) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each output, the image last.

    Args:
        job: what is wanted.
        palette: of palette files and swatches.
        built: the record.
        image: None where none is written.
        shown: what a page shows; None without one.
        how: further arguments of `beside`.
    """
    if job.palettes or job.swatches:
        from quantize.jobs.beside import beside  # for those who ask for them

        saved, drawn, stem = job.palettes, job.swatches, stem_of(job.input)
        yield from beside(palette, job.request, stem=stem, saved=saved, drawn=drawn, **how)
    if shown is not None:
        from quantize.jobs import pages

        yield pages.page(job, built, palette, shown)
    if job.sidecar is not None:
        yield job.sidecar, report_record.document(built)
    if image is not None and job.output is not None and job.output != STREAM:
        yield job.output, image
