"""What a run need not do again: files that are as their settings would make them.

Loaded where inputs are replaced in place.
"""

from __future__ import annotations

from typing import Final

from quantize.errors import ImageReadError
from quantize.images import file_header, png_chunks
from quantize.images.file_header import Header
from quantize.jobs.request import Job
from quantize.pipeline import kept_table
from quantize.report import record
from quantize.storage import files, versions
from quantize.storage.safe_write import Replaced

_IN_PLACE: Final = " in place"
"""The end of our mark in a file that replaces its input: it is no output beside one."""


def mark_of(job: Job) -> tuple[tuple[str, str], ...]:
    """Return the text that a PNG says of its settings, where no sidecar says it; or nothing."""
    request = job.request
    if not request.in_place or job.format != "png" or request.strip:
        return ()
    return ((png_chunks.OUR_KEY, _mark(job)),)


def _mark(job: Job) -> str:
    return job.settings_digest + _IN_PLACE


def replaced(job: Job) -> Replaced | None:
    """Return what is replaced by a job, as it is before it is read; None for a file of its own."""
    if not job.request.in_place or job.output is None:
        return None
    return Replaced(job.output, versions.fingerprint(job.output), job.backup)


def passed_over(job: Job) -> str:
    """Return why an input is not replaced, before any of its pixels is decoded; or nothing.

    Raises:
        ImageReadError: it was named, and is of another format than its ending says.
        FileError: it cannot be read.
    """
    with files.open_for_reading(job.input, ImageReadError) as stream:
        header = file_header.read(stream)
    if header.format not in ("", job.format):
        if job.found:
            return record.ANOTHER_KIND
        problem = f"is {header.format.upper()}, whatever its name says, and would become another"
        raise ImageReadError(job.input, problem, "name an output")
    return record.UP_TO_DATE if _is_done(job, header) else ""


def _is_done(job: Job, header: Header) -> bool:
    """Return whether an indexed picture has a palette that fits, and nothing more is asked for.

    Where the size of the palette is to be found, a picture that says it was made so is done; so is
    any one that could not say it, as one palette less each time would be too few in the end.
    """
    request, settings = job.request, job.request.settings
    most = settings.most_colors
    if header.entries is None or header.entries > file_header.table_size(header.format, most):
        return False
    if header.mark and header.mark == _mark(job):
        return True
    if request.palette is not None or request.palette_per_frame:
        return False
    if request.background is not None or request.strip:
        return False
    if settings.finds_size:
        return not mark_of(job)
    return header.entries <= most and not kept_table.asks_for_more(settings)


def is_the_same(job: Job, image: bytes, *, lossless: bool) -> bool:
    """Return whether a file and the image that would replace it, equal in size, say the same.

    Args:
        job: the file is its input.
        image: what was made of it.
        lossless: whether it has the pixels of the file as it was taken, on its background.
    """
    if lossless and job.request.background is None and not job.request.strip:
        return True
    return files.read(job.input, len(image), ImageReadError) == image


def missing(job: Job) -> set[str]:
    """Return the files beside the image that do not exist.

    Raises:
        FileError: a remote storage does not answer.
    """
    return {path for path in job.targets if path != job.output and not files.is_taken(path)}
