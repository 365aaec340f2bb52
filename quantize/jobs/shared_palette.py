"""One palette for all inputs of a command."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import NamedTuple

from quantize.errors import Failure, ImageReadError, OutputError, wishes
from quantize.images.table import FORMATS
from quantize.jobs import job as jobs_job
from quantize.jobs import plan
from quantize.jobs.beside import beside
from quantize.jobs.inputs import expand
from quantize.jobs.request import SHARED_STEM, Job, Request, shared_outputs, shared_wishes
from quantize.jobs.run import Executor, OnOutcome
from quantize.model.palette import Palette
from quantize.pipeline.shared import find_palette
from quantize.pipeline.target import Target
from quantize.storage import files, safe_write

NO_IMAGE = Failure(ImageReadError, "no image could be read to learn the palette from")


def example_jobs(request: Request) -> list[Job]:
    """Return jobs for the images in `from_images`, which a shared palette is found from."""
    sources = expand(request.from_images, recursive=request.recursive)
    nothing = request._replace(
        image=False, sidecar=False, palettes=(), swatches=(), output=None, in_place=False
    )
    return [plan.job_of(source, nothing, into_folder=False) for source in sources]


class SharedPalette(NamedTuple):
    """What `find_shared` has found.

    Attributes:
        jobs: those that were given, which now know the palette, or why they cannot be done.
        palette: the palette; None if no image could be read.
        images: how many it was found from.
        written: its files and swatches.
        missed: what it reaches, where that is not what was asked for; else empty.
    """

    jobs: list[Job]
    palette: Palette | None = None
    images: int = 0
    written: tuple[str, ...] = ()
    missed: str = ""


def find_shared(
    jobs: Sequence[Job],
    request: Request,
    executor: Executor,
    on_outcome: OnOutcome,
    *,
    examples: Sequence[Job] = (),
) -> SharedPalette:
    """Find the palette that all jobs share, and write its files.

    An input that cannot be read keeps its place, and fails when it is its turn.

    Args:
        jobs: of the command.
        request: what was asked for.
        executor: where images are counted.
        on_outcome: called with each image that was counted, or could not be.
        examples: images that the palette is found from, in place of those of the jobs.

    Raises:
        OutputError: a palette file or swatch cannot be written; nothing has been done.
        ErrorLimitError: not even the largest palette meets the error that was asked for.
        ClusterError: the cluster is lost.
    """
    with wishes(shared_wishes(request)):
        missing_shared(request)  # a file that cannot be written is refused before any work
    merger = executor.merger(request.shared or "image")
    problems: dict[str, Failure] = {}
    with closing(executor.run(jobs_job.count_one, examples or jobs, in_order=False)) as outcomes:
        for outcome in outcomes:
            on_outcome(outcome)
            if outcome.counted is not None:
                merger.add(outcome.counted)
            elif outcome.failure is not None and not examples:
                problems[outcome.job.input] = outcome.failure
    if not merger.images:
        return SharedPalette(
            [job._replace(problem=problems.get(job.input, NO_IMAGE)) for job in jobs]
        )
    if problems and executor.fail_fast:
        return SharedPalette(
            [job._replace(problem=problems[job.input]) for job in jobs if job.input in problems]
        )
    formats = [FORMATS[job.format] for job in jobs if job.output]
    binary = next((row for row in formats if row.alpha == "binary"), None)
    palette, missed = find_palette(
        merger.total(), request.settings, Target(binary), palette=request.palette
    )
    written = write_shared(palette, request)
    known: dict[int, Request] = {}  # by identity: rows of a list share what they ask for
    ready = []
    for job in jobs:
        wish = known.setdefault(id(job.request), job.request._replace(palette=palette))
        ready.append(job._replace(request=wish, problem=job.problem or problems.get(job.input)))
    return SharedPalette(ready, palette, merger.images, written, missed)


def write_shared(palette: Palette, request: Request) -> tuple[str, ...]:
    """Write the palette files and swatches of a shared palette; return the names of those.

    Raises:
        OutputError: one cannot be written.
    """
    saved, drawn = missing_shared(request)
    if saved or drawn:
        from quantize.api.palette import arranged  # with the palette formats

        palette = arranged(palette, request.settings, SHARED_STEM)
    items = [*beside(palette, request, stem=SHARED_STEM, saved=saved, drawn=drawn)]
    if request.update:  # whatever is older, it says the same
        items = [item for item in items if not _is_content(*item)]
    with wishes(shared_wishes(request)):
        safe_write.write_all(items, force=request.force or request.update)
    return tuple(path for path, _ in items)


def _is_content(path: str, data: bytes) -> bool:
    """Return whether a file exists and has this content."""
    return files.is_taken(path) and files.read(path, len(data), OutputError) == data


def missing_shared(request: Request) -> tuple[list[str], list[str]]:
    """Return the palette files and swatches of a shared palette that are to be written.

    Raises:
        OutputError: one cannot be written, or exists and is neither replaced nor skipped.
    """
    wanted = [
        [path for path in paths if not (request.skip_existing and files.is_taken(path))]
        for paths in shared_outputs(request)
    ]
    for path in (*wanted[0], *wanted[1]):
        files.check_target(path, force=request.force or request.update)
    return wanted[0], wanted[1]
