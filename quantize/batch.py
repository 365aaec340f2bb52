"""Jobs into outcomes, one after another; a failure costs its own input and no other.

Nothing here prints: a caller gets an `Outcome` for each job as it is done, and the `Report` that
counts them owns the exit code.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from quantize import files, images, palettes, pipeline
from quantize.errors import ErrorLimitError, ImageReadError, OutputError, QuantizeError
from quantize.formats import FORMATS
from quantize.model import Picture, Quantized
from quantize.plan import EXIT_DONE, EXIT_FILES, EXIT_LIMIT, STREAM, Job
from quantize.report import record

Progress = Callable[[Job, str, int], None]
"""Called as work goes on, with the job, the stage and how often it has advanced in it."""

GRAVEST_FIRST = (EXIT_FILES, EXIT_LIMIT)

ON_OFF_NOTE = "the format has no half transparency; from half on a pixel is opaque, else gone"


class Outcome(NamedTuple):
    """What became of a job.

    Attributes:
        job: the job.
        record: see `report.record`; of a failure, the one with `error`.
        error: one line about what went wrong, or None.
        exit_code: what this job alone would end the command with.
        skipped: whether all outputs were there already.
        stream: the image, where it goes to standard output.
    """

    job: Job
    record: record.Record
    error: str | None = None
    exit_code: int = EXIT_DONE
    skipped: bool = False
    stream: bytes | None = None


@dataclass(slots=True)
class Report:
    """Counts outcomes and owns the exit code."""

    inputs: int
    done: int = 0
    failed: int = 0
    skipped: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    seconds: float = 0.0
    exit_codes: set[int] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count one more."""
        self.exit_codes.add(outcome.exit_code)
        if outcome.error is not None:
            self.failed += 1
            self.errors.append(outcome.error)
        elif outcome.skipped:
            self.skipped += 1
        else:
            self.done += 1
            self.bytes_before += outcome.record["bytes_before"]
            self.bytes_after += outcome.record["bytes_after"] or 0
            self.seconds += outcome.record["seconds"]["total"]

    @property
    def exit_code(self) -> int:
        """0 if every input was done or skipped, else the gravest of what went wrong."""
        return next((code for code in GRAVEST_FIRST if code in self.exit_codes), EXIT_DONE)

    def totals(self) -> record.Record:
        """The closing record of a batch."""
        return {
            "schema": record.SCHEMA,
            "summary": True,
            "inputs": self.inputs,
            "done": self.done,
            "failed": self.failed,
            "skipped": self.skipped,
            "bytes_before": self.bytes_before,
            "bytes_after": self.bytes_after,
            "seconds": self.seconds,
        }


def run_all(jobs: Iterable[Job], progress: Progress | None = None) -> Iterator[Outcome]:
    """The outcome of each job, in order, each as soon as it is known."""
    return (run_one(job, progress) for job in jobs)


def run_one(job: Job, progress: Progress | None = None) -> Outcome:
    """Do one job; what a user can put right becomes an outcome, anything else escapes."""
    request = job.request
    missing = [path for path in job.targets if not os.path.lexists(path)]
    if request.skip_existing and job.targets and not missing and job.output != STREAM:
        return Outcome(job=job, record=record.skipped(job.input, job.output), skipped=True)
    wanted = set(missing) if request.skip_existing else set(job.targets)
    try:
        for target in (path for path in reversed(job.targets) if path in wanted):
            files.check_target(target, force=request.force)
        return _quantize(job, wanted, progress)
    except QuantizeError as error:
        message = f"{str(error).removeprefix(f'{job.input}: ')}; nothing was written"
        return Outcome(
            job=job,
            record=record.failed(job.input, message),
            error=f"{job.input}: {message}",
            exit_code=EXIT_LIMIT if isinstance(error, ErrorLimitError) else EXIT_FILES,
        )


def _quantize(job: Job, wanted: set[str], progress: Progress | None) -> Outcome:
    settings = job.request.settings
    clock = pipeline.Clock()

    def advance(stage: str, count: int) -> None:
        if progress is not None:
            progress(job, stage, count)

    with clock.stage("read"):
        advance("read", 0)
        picture = _read(job)
    on_off = job.output is not None and FORMATS[job.format].alpha == "on-off"
    result = pipeline.run(picture, settings, advance, on_off_alpha=on_off)
    with clock.stage("encode"):
        advance("encode", 0)
        image = _encode_image(job, picture, result)
    seconds = {"read": clock.seconds["read"], **result.statistics.seconds}
    seconds["encode"] = clock.seconds["encode"]
    notes = list(picture.notes)
    if on_off and _has_half_alpha(picture):
        notes.append(ON_OFF_NOTE)
    built = record.build(
        picture,
        result,
        settings,
        output=job.output,
        notes=notes,
        bytes_after=None if image is None else len(image),
        seconds=seconds,
    )
    outputs = [item for item in _outputs(job, result, built, image) if item[0] in wanted]
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
    if picture.channels == 4 and job.output is not None and FORMATS[job.format].alpha == "none":
        able = ", ".join(row.name for row in FORMATS.values() if row.alpha != "none")
        problem = f"{job.format} has no transparency, and the picture has; choose one of {able}"
        raise OutputError(job.input, problem)
    return picture


def _has_half_alpha(picture: Picture) -> bool:
    alpha = picture.pixels[..., 3:]
    return bool(((alpha > 0) & (alpha < 255)).any())


def _encode_image(job: Job, picture: Picture, result: Quantized) -> bytes | None:
    if job.output is None:
        return None
    return images.encode(
        result.palette, result.indices, job.format, icc_profile=picture.icc_profile
    )


def _outputs(
    job: Job, result: Quantized, built: record.Record, image: bytes | None
) -> Iterator[tuple[str, bytes]]:
    """Path and content of each file, the image last."""
    title = os.path.splitext(os.path.basename(job.input))[0]
    for path in job.palettes:
        yield path, palettes.encode(result.palette, path, title)
    if job.swatches:
        from quantize.report import swatch  # with Pillow's fonts and drawing, 15 ms

        drawn = swatch.draw(result.palette, title=title)
        yield from ((path, drawn) for path in job.swatches)
    if job.sidecar is not None:
        yield job.sidecar, record.document(built)
    if image is not None and job.output is not None and job.output != STREAM:
        yield job.output, image
