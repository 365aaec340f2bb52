"""What a run need not do again: files that are as their settings would make them.

Loaded where files are brought up to date, or inputs replaced in place.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from quantize.errors import ImageReadError
from quantize.images import file_header, png_chunks
from quantize.images.file_header import Header
from quantize.jobs.inputs import record_of
from quantize.jobs.request import IN_PLACE_MARK, Job
from quantize.pipeline import kept_table
from quantize.report import record
from quantize.storage import files, versions
from quantize.storage.safe_write import Replaced


def mark_of(job: Job) -> tuple[tuple[str, str], ...]:
    """Return the text that a PNG says of its settings, where no sidecar says it; or nothing."""
    request = job.request
    if not (request.in_place or request.update) or job.sidecar is not None:
        return ()
    if job.format != "png" or request.strip:
        return ()
    return ((png_chunks.OUR_KEY, _mark(job)),)


def _mark(job: Job) -> str:
    return job.settings_digest + (IN_PLACE_MARK if job.request.in_place else "")


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


def stale(job: Job) -> set[str]:
    """Return the files of a job that are missing, older than their source, or made otherwise.

    An image and its sidecar are written together.

    Raises:
        FileError: a remote storage does not answer.
    """
    if not files.exists(job.input):  # its reader will say so
        return set(job.targets)
    request = job.request
    ages = [versions.modified(path) for path in (job.input, request.palette_source) if path]
    newest = max((age for age in ages if age is not None), default=0.0)
    others = (path for path in job.targets if path not in (job.output, job.sidecar))
    beside = {path for path in others if not _is_as_new(path, newest)}
    if job.output is None:
        return beside
    says = record_of(os.path.splitext(job.output)[0] + ".json")
    image = _image_of(job, says)
    pair = (image, job.sidecar) if job.sidecar is not None else (image,)
    if all(_is_as_new(path, newest) for path in pair) and not _is_made_otherwise(job, image, says):
        return beside
    return set(job.targets)


def _is_as_new(path: str, age: float) -> bool:
    """Return whether a file exists and is not older, as far as its age is told."""
    if not files.is_taken(path):
        return False
    own = versions.modified(path)
    return own is None or own >= age


def _image_of(job: Job, says: Mapping[str, object]) -> str:
    """Return the image of a job: its output, or the copy of its input that stands there instead.

    Args:
        job: it writes an image.
        says: the sidecar beside the output, or nothing.
    """
    output, copy = str(job.output), job.copy
    if copy is None or copy == output:
        return output
    if says and job.sidecar is not None:
        return copy if says.get("copied") else output
    return copy if copy != job.input and not files.is_taken(output) else output


def _is_made_otherwise(job: Job, image: str, says: Mapping[str, object]) -> bool:
    """Return whether an image was made with other settings, as far as it or its sidecar tells."""
    name = image if image != job.input else None  # then nothing was written
    is_of_image = says.get("output") == name or (
        name is not None and files.split(str(says.get("output")))[1] == files.split(name)[1]
    )
    if job.sidecar is not None and not is_of_image:
        return True
    if job.sidecar is None and says.get("bytes_after") != files.size(image):
        is_of_image = False  # it is of an earlier one
    digest = says.get("settings_digest") if is_of_image else None
    if job.sidecar is None or digest is None:
        with files.open_for_reading(image, ImageReadError) as stream:
            mark = file_header.read(stream).mark
        if mark and not mark.endswith(IN_PLACE_MARK) and image != job.input:
            digest = mark
    return digest is not None and digest != job.settings_digest


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
