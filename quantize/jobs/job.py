"""One job, from the input to the files that are made of it; a failure costs no other job.

Nothing here prints or escapes: whatever goes wrong becomes an `Outcome`. Jobs and outcomes are
plain values, so that the work can be done in another process or on another machine.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from quantize import kernels
from quantize.api.palette import load_palette
from quantize.color import names
from quantize.errors import (
    ErrorLimitError,
    Failure,
    ImageReadError,
    OutputError,
    OutputExistsError,
    QuantizeError,
)
from quantize.images.animation import load as frames_of
from quantize.images.table import FORMATS, NO_ENTRY_NOTE, ON_OFF_NOTE
from quantize.images.write import encode as encoding
from quantize.jobs.inputs import STREAM
from quantize.jobs.plan import EXIT_DONE, EXIT_FILES, EXIT_LARGER, EXIT_LIMIT, Job, is_palette
from quantize.model.frames import Reel
from quantize.model.palette import Palette
from quantize.model.picture import Metadata, Picture
from quantize.model.pixels import BAND_PIXELS, bands
from quantize.model.result import Quantized
from quantize.palette_files import codec
from quantize.pipeline import background as matte
from quantize.pipeline import histogram
from quantize.pipeline import run as pipeline_run
from quantize.pipeline.palette import merge
from quantize.pipeline.timing import Clock
from quantize.report import record as report_record
from quantize.storage import files, safe_write

Progress = Callable[[Job, str, int], None]
"""Called as work goes on, with the job, the stage and how often it has advanced in it."""

NO_MEMORY = Failure(
    MemoryError, "not enough memory for this image", "try fewer processes, or a smaller one"
)


class Outcome(NamedTuple):
    """What became of a job.

    Attributes:
        job: the job.
        record: see `report.record`; None where nothing was made.
        failure: what went wrong, or None.
        exit_code: what this job alone would end the command with.
        skipped: whether all outputs were there already, or the image would be larger.
        stream: the image, where it goes to standard output.
        counted: the histogram, where that was all that was wanted; on a cluster, where it is.
    """

    job: Job
    record: report_record.Record | None = None
    failure: Failure | None = None
    exit_code: int = EXIT_DONE
    skipped: bool = False
    stream: bytes | None = None
    counted: Any = None


def failed(job: Job, failure: Failure) -> Outcome:
    """Return the outcome of a job that came to nothing."""
    met_no_limit = issubclass(failure.kind, ErrorLimitError)
    return Outcome(job, failure=failure, exit_code=EXIT_LIMIT if met_no_limit else EXIT_FILES)


def run_one(job: Job, progress: Progress | None = None) -> Outcome:
    """Do one job."""
    return _guarded(job, lambda: _run(job, progress))


def count_one(job: Job, progress: Progress | None = None) -> Outcome:
    """Count the colours of the input, for a palette that is shared."""

    def count() -> Outcome:
        if progress is not None:
            progress(job, "count", 0)
        source = _read(job)
        settings = job.request.settings
        threads = kernels.thread_count(settings.threads)
        if isinstance(source, Reel):
            from quantize.pipeline import frames as film

            counted = film.count(source.pictures(), Clock(), settings.weights, threads=threads)
        else:
            counted = histogram.count(source.pixels, weights=settings.weights, threads=threads)
        return Outcome(job, counted=counted)

    return _guarded(job, count)


def _guarded(job: Job, work: Callable[[], Outcome]) -> Outcome:
    """Whatever goes wrong is this job's failure, and no other's."""
    if job.problem is not None:
        return failed(job, job.problem)
    try:
        return work()
    except QuantizeError as error:
        return failed(job, Failure.of(error, job.input))
    except MemoryError:
        return failed(job, NO_MEMORY)
    except Exception as error:  # a bug, which should not cost the other files of a night's work
        said = " ".join(f"{type(error).__name__}: {error}".split())
        problem = f"an error in this program, which it should not have: {said}"
        return failed(job, Failure(Exception, problem))


def _run(job: Job, progress: Progress | None) -> Outcome:
    request = job.request
    missing = [path for path in job.targets if not files.is_taken(path)]
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
    return Outcome(job, report_record.skipped(job.input, job.output), skipped=True)


def _is_larger(job: Job, image: bytes, before: int) -> bool:
    """Whether that is a reason to write nothing."""
    return job.request.skip_if_larger and len(image) > before


def _larger(job: Job, image: bytes, before: int) -> Outcome:
    built = report_record.larger(job.input, job.output, before, len(image))
    return Outcome(job, built, exit_code=EXIT_LARGER, skipped=True)


def _quantize(job: Job, wanted: set[str], progress: Progress | None) -> Outcome:
    settings = job.request.settings
    clock = Clock()

    def advance(stage: str, count: int) -> None:
        if progress is not None:
            progress(job, stage, count)

    with clock.stage("read"):
        advance("read", 0)
        picture = _read(job)
    if isinstance(picture, Reel):
        return _film(job, wanted, picture, advance)
    on_off = job.output is not None and FORMATS[job.format].alpha == "binary"
    if job.request.palette is None:
        result = pipeline_run.run(picture, settings, advance, on_off_alpha=on_off)
    else:
        result = pipeline_run.apply(picture, job.request.palette, settings, on_off_alpha=on_off)
    notes = [*picture.notes, *_lost(picture, result, on_off=on_off)]
    bytes_lossless = None
    if settings.metrics == "full":
        from quantize.pipeline import lossless_size

        with clock.stage("measure"):
            threads = kernels.thread_count(settings.threads)
            bytes_lossless = lossless_size.size(picture, threads=threads)
    picture = picture.forgotten()
    with clock.stage("encode"):
        advance("encode", 0)
        image = _encode_image(job, picture, result)
    if image is not None and _is_larger(job, image, picture.source_bytes):
        return _larger(job, image, picture.source_bytes)
    seconds = {"read": clock.seconds["read"], **result.statistics.seconds}
    seconds["measure"] += clock.seconds.get("measure", 0.0)
    seconds["encode"] = clock.seconds["encode"]
    built = report_record.build(
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
    safe_write.write_all(outputs, force=job.request.force)
    return Outcome(job=job, record=built, stream=image if job.output == STREAM else None)


def _film(job: Job, wanted: set[str], reel: Reel, advance: Callable[[str, int], None]) -> Outcome:
    """The same for a file of several pictures that the format can hold."""
    from quantize.api import animation  # with the readers and writers of animations, 5 ms

    request, row = job.request, FORMATS[job.format] if job.output is not None else None
    order = animation.Order(request.settings, row, request.palette, request.per_frame)
    done = animation.quantized(reel, order, advance)
    clock = Clock()
    with clock.stage("encode"):
        advance("encode", 0)
        image = None
        if row is not None:
            metadata = Metadata() if request.strip else reel.first.metadata
            frames, effort = done.film.frames, request.compress
            image = animation.encoded(reel, frames, row, metadata=metadata, effort=effort)
    if image is not None and _is_larger(job, image, reel.source_bytes):
        return _larger(job, image, reel.source_bytes)
    built = report_record.build(
        done.picture,
        done.film,
        request.settings,
        output=job.output,
        notes=done.notes,
        bytes_after=None if image is None else len(image),
        seconds={**done.seconds, **clock.seconds},
        given={**done.fields, **_given(job)},
        area=reel.pixels,
    )
    outputs = [item for item in _outputs(job, done.film.palette, built, image) if item[0] in wanted]
    safe_write.write_all(outputs, force=request.force)
    return Outcome(job=job, record=built, stream=image if job.output == STREAM else None)


def _read(job: Job) -> Picture | Reel:
    limit = job.request.max_pixels
    frames = FORMATS[job.format].frames
    picture: Picture | Reel
    if job.input == STREAM:
        if sys.stdin is None:
            raise ImageReadError(STREAM, "standard input is closed")
        data = sys.stdin.buffer.read()
        if not data:
            raise ImageReadError(STREAM, "standard input is empty")
        stream = io.BytesIO(data)
        picture = frames_of.load_reel_stream(stream, STREAM, max_pixels=limit, frames=frames)
    else:
        picture = frames_of.load_reel(job.input, max_pixels=limit, frames=frames)
    row, background = FORMATS[job.format], job.request.background
    if background is not None:
        picture = _on_background(picture, background, on_off_alpha=row.alpha == "binary")
    if job.output is not None:
        first = picture.first if isinstance(picture, Reel) else picture
        encoding.check_size(first.width, first.height, row, job.input)
    if isinstance(picture, Reel):
        return picture
    if picture.channels == 4 and job.output is not None and row.alpha == "none":
        able = ", ".join(other.name for other in FORMATS.values() if other.alpha != "none")
        raise OutputError(
            job.input,
            f"{job.format} has no transparency, and the picture has",
            "choose one of {able}, or say what is behind it, with background='#ffffff'",
            able=able,
        )
    return picture


def _on_background(source: Picture | Reel, color: str, *, on_off_alpha: bool) -> Picture | Reel:
    """A picture, or each frame."""
    put = partial(matte.on_background, color=color, on_off_alpha=on_off_alpha)
    if isinstance(source, Picture):
        return put(source)
    pictures = source.pictures
    return replace(source, first=put(source.first), pictures=lambda: map(put, pictures()))


def _given(job: Job) -> report_record.Record:
    """What is behind the picture, and where the palette came from, if not from it."""
    request = job.request
    given: report_record.Record = {}
    if request.background is not None:
        given["background"] = request.background
    if request.palette is not None:
        source = request.palette_source
        given |= {"use_palette": source} if source else {"shared_palette": True}
    return given


def _lost(picture: Picture, result: Quantized, *, on_off: bool) -> Iterator[str]:
    """What of its transparency a picture has lost, a sentence each."""
    if on_off and _has_half_alpha(picture):
        yield ON_OFF_NOTE
    if _shows_what_was_invisible(picture, result):
        yield NO_ENTRY_NOTE


def _has_half_alpha(picture: Picture) -> bool:
    return any(
        ((band[..., 3:] > 0) & (band[..., 3:] < 255)).any()
        for _, band in bands(picture.pixels, BAND_PIXELS)
    )


def _shows_what_was_invisible(picture: Picture, result: Quantized) -> bool:
    """With one colour, colours kept in all places, or a palette that was given."""
    if picture.channels == 3 or (result.palette.colors[:, 3:] == 0).any():
        return False
    return not all(band[..., 3].all() for _, band in bands(picture.pixels, BAND_PIXELS))


def _encode_image(job: Job, picture: Picture, result: Quantized) -> bytes | None:
    if job.output is None:
        return None
    return encoding.encode(
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
        palette = names.named(load_palette(job.input))
        if job.request.settings.merge_distance:
            palette = merge.thinned(palette, job.request.settings.merge_distance)
    size = files.size(job.input)
    built = report_record.of_palette(job.input, palette, size, clock.seconds)
    outputs = [item for item in _outputs(job, palette, built, None) if item[0] in wanted]
    safe_write.write_all(outputs, force=job.request.force)
    return Outcome(job=job, record=built)


def _outputs(
    job: Job, palette: Palette, built: report_record.Record, image: bytes | None
) -> Iterator[tuple[str, bytes]]:
    """Path and content of each file, the image last."""
    title = os.path.splitext(os.path.basename(job.input))[0]
    for path in job.palettes:
        yield path, codec.encode(palette, path, title)
    if job.swatches:
        from quantize.swatch import draw as swatch_draw  # with Pillow's fonts and drawing, 15 ms

        style = job.request.swatch_style
        for path in job.swatches:
            yield path, swatch_draw.draw(palette, path, style=style, title=title)
    if job.sidecar is not None:
        yield job.sidecar, report_record.document(built)
    if image is not None and job.output is not None and job.output != STREAM:
        yield job.output, image
