"""One job, from the input to the files that are made of it; a failure costs no other job.

Nothing here prints or escapes: whatever goes wrong becomes an `Outcome`. Jobs and outcomes are
plain values, so that the work can be done in another process or on another machine.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from quantize import files, histogram, images, matte, palettes, pipeline
from quantize.errors import (
    ErrorLimitError,
    ImageReadError,
    OutputError,
    OutputExistsError,
    QuantizeError,
)
from quantize.finding import Clock
from quantize.formats import FORMATS
from quantize.inputs import STREAM
from quantize.loading import load_palette
from quantize.model import Metadata, Palette, Picture, Quantized
from quantize.plan import EXIT_DONE, EXIT_FILES, EXIT_LARGER, EXIT_LIMIT, Job, is_palette
from quantize.report import record

Progress = Callable[[Job, str, int], None]
"""Called as work goes on, with the job, the stage and how often it has advanced in it."""

ON_OFF_NOTE = "the format has no half transparency; from half on a pixel is opaque, else gone"

NO_ENTRY_NOTE = "the palette has no transparent colour: what was invisible is seen"

NOT_WRITTEN = "; nothing was written"


class Outcome(NamedTuple):
    """What became of a job.

    Attributes:
        job: the job.
        record: see `report.record`; of a failure, the one with `error`.
        error: one line about what went wrong, or None.
        exit_code: what this job alone would end the command with.
        skipped: whether all outputs were there already, or the image would be larger.
        stream: the image, where it goes to standard output.
        counted: the histogram, where that was all that was wanted; on a cluster, where it is.
    """

    job: Job
    record: record.Record
    error: str | None = None
    exit_code: int = EXIT_DONE
    skipped: bool = False
    stream: bytes | None = None
    counted: Any = None


def failed(job: Job, message: str, exit_code: int = EXIT_FILES) -> Outcome:
    """The outcome of a job that came to nothing."""
    message = f"{message.removeprefix(f'{job.input}: ').removesuffix(NOT_WRITTEN)}{NOT_WRITTEN}"
    error = f"{job.input}: {message}"
    return Outcome(job, record.failed(job.input, message), error=error, exit_code=exit_code)


def run_one(job: Job, progress: Progress | None = None) -> Outcome:
    """Do one job."""
    return _guarded(job, lambda: _run(job, progress))


def count_one(job: Job, progress: Progress | None = None) -> Outcome:
    """Count the colours of the input, for a palette that is shared."""

    def count() -> Outcome:
        if progress is not None:
            progress(job, "count", 0)
        picture = _read(job)
        threads = job.request.settings.threads or 0
        counted = histogram.count(picture.pixels, threads=max(threads, 1))
        return Outcome(job, {}, counted=counted)

    return _guarded(job, count)


def _guarded(job: Job, work: Callable[[], Outcome]) -> Outcome:
    """Whatever goes wrong is this job's failure, and no other's."""
    if job.problem:
        return failed(job, job.problem)
    try:
        return work()
    except ErrorLimitError as error:
        return failed(job, str(error), EXIT_LIMIT)
    except QuantizeError as error:
        return failed(job, str(error))
    except MemoryError:
        return failed(job, "not enough memory for this image; try fewer --jobs, or a smaller one")
    except Exception as error:  # a bug, which should not cost the other files of a night's work
        said = " ".join(f"{type(error).__name__}: {error}".split())
        return failed(job, f"an error in this program, which it should not have: {said}")


def _run(job: Job, progress: Progress | None) -> Outcome:
    request = job.request
    missing = [path for path in job.targets if not files.taken(path)]
    if request.skip_existing and job.targets and not missing and job.output != STREAM:
        return _skipped(job)
    wanted = set(missing) if request.skip_existing else set(job.targets)
    try:
        for target in (path for path in reversed(job.targets) if path in wanted):
            files.check_target(target, force=request.force)
        if is_palette(job.input):
            return _convert(job, wanted)
        return _quantize(job, wanted, progress)
    except OutputExistsError:
        if request.skip_existing:  # another run was faster
            return _skipped(job)
        raise


def _skipped(job: Job) -> Outcome:
    return Outcome(job, record.skipped(job.input, job.output), skipped=True)


def _quantize(job: Job, wanted: set[str], progress: Progress | None) -> Outcome:
    settings = job.request.settings
    clock = Clock()

    def advance(stage: str, count: int) -> None:
        if progress is not None:
            progress(job, stage, count)

    with clock.stage("read"):
        advance("read", 0)
        picture = _read(job)
    on_off = job.output is not None and FORMATS[job.format].alpha == "on-off"
    if job.request.palette is None:
        result = pipeline.run(picture, settings, advance, on_off_alpha=on_off)
    else:
        result = pipeline.apply(picture, job.request.palette, settings, on_off_alpha=on_off)
    with clock.stage("encode"):
        advance("encode", 0)
        image = _encode_image(job, picture, result)
    if image is not None and job.request.skip_if_larger and len(image) > picture.source_bytes:
        sizes = picture.source_bytes, len(image)
        skipped = record.larger(job.input, job.output, *sizes)
        return Outcome(job, skipped, exit_code=EXIT_LARGER, skipped=True)
    bytes_lossless = None
    if settings.metrics == "full":
        from quantize import lossless

        with clock.stage("measure"):
            bytes_lossless = lossless.size(picture, threads=settings.threads or 1)
    seconds = {"read": clock.seconds["read"], **result.statistics.seconds}
    seconds["measure"] += clock.seconds.get("measure", 0.0)
    seconds["encode"] = clock.seconds["encode"]
    notes = list(picture.notes)
    if on_off and _has_half_alpha(picture):
        notes.append(ON_OFF_NOTE)
    if _shows_what_was_invisible(picture, result):
        notes.append(NO_ENTRY_NOTE)
    built = record.build(
        picture,
        result,
        settings,
        output=job.output,
        notes=notes,
        bytes_after=None if image is None else len(image),
        seconds=seconds,
        given=_given(job),
        bytes_lossless=bytes_lossless,
    )
    outputs = [item for item in _outputs(job, result.palette, built, image) if item[0] in wanted]
    files.write_all(outputs, force=job.request.force)
    return Outcome(job=job, record=built, stream=image if job.output == STREAM else None)


def _read(job: Job) -> Picture:
    limit = job.request.max_pixels
    if job.input == STREAM:
        if sys.stdin is None:
            raise ImageReadError(STREAM, "standard input is closed")
        data = sys.stdin.buffer.read()
        if not data:
            raise ImageReadError(STREAM, "standard input is empty")
        picture = images.load_stream(io.BytesIO(data), STREAM, max_pixels=limit)
    else:
        picture = images.load(job.input, max_pixels=limit)
    row = FORMATS[job.format]
    if job.request.background is not None:
        on_off = row.alpha == "on-off"
        picture = matte.on_background(picture, job.request.background, on_off_alpha=on_off)
    if job.output is None:
        return picture
    images.check_size(picture.width, picture.height, row, job.input)
    if picture.channels == 4 and row.alpha == "none":
        able = ", ".join(other.name for other in FORMATS.values() if other.alpha != "none")
        problem = (
            f"{job.format} has no transparency, and the picture has; choose one of {able}, or say "
            "what is behind it, with --background '#ffffff'"
        )
        raise OutputError(job.input, problem)
    return picture


def _given(job: Job) -> record.Record:
    """What is behind the picture, and where the palette came from, if not from it."""
    request = job.request
    given: record.Record = {}
    if request.background is not None:
        given["background"] = request.background
    if request.palette is not None:
        source = request.palette_source
        given |= {"use_palette": source} if source else {"shared_palette": True}
    return given


def _has_half_alpha(picture: Picture) -> bool:
    alpha = picture.pixels[..., 3:]
    return bool(((alpha > 0) & (alpha < 255)).any())


def _shows_what_was_invisible(picture: Picture, result: Quantized) -> bool:
    """With one colour, colours kept in all places, or a palette that was given."""
    if picture.channels == 3 or (result.palette.colors[:, 3:] == 0).any():
        return False
    return not picture.pixels[..., 3].all()


def _encode_image(job: Job, picture: Picture, result: Quantized) -> bytes | None:
    if job.output is None:
        return None
    return images.encode(
        result.palette,
        result.indices,
        job.format,
        metadata=Metadata() if job.request.strip else picture.metadata,
        effort=job.request.compress,
    )


def _convert(job: Job, wanted: set[str]) -> Outcome:
    """A palette file into other palette files and swatches."""
    clock = Clock()
    with clock.stage("read"):
        palette = pipeline.named(load_palette(job.input))
        if job.request.settings.merge_distance:
            palette = pipeline.thinned(palette, job.request.settings.merge_distance)
    size = os.path.getsize(job.input)
    built = record.of_palette(job.input, palette, size, clock.seconds)
    outputs = [item for item in _outputs(job, palette, built, None) if item[0] in wanted]
    files.write_all(outputs, force=job.request.force)
    return Outcome(job=job, record=built)


def _outputs(
    job: Job, palette: Palette, built: record.Record, image: bytes | None
) -> Iterator[tuple[str, bytes]]:
    """Path and content of each file, the image last."""
    title = os.path.splitext(os.path.basename(job.input))[0]
    for path in job.palettes:
        yield path, palettes.encode(palette, path, title)
    if job.swatches:
        from quantize.report import swatch  # with Pillow's fonts and drawing, 15 ms

        style = job.request.swatch_style
        for path in job.swatches:
            yield path, swatch.draw(palette, path, style=style, title=title)
    if job.sidecar is not None:
        yield job.sidecar, record.document(built)
    if image is not None and job.output is not None and job.output != STREAM:
        yield job.output, image
