"""Outputs of earlier runs among the inputs: told by their names, their marks and their palettes.

Loaded where there are several inputs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from quantize import checks
from quantize.checks import MAX_COLORS
from quantize.errors import FileError
from quantize.images import file_header
from quantize.images.file_header import Header
from quantize.images.table import FORMATS
from quantize.jobs.inputs import STREAM, is_ours
from quantize.jobs.request import IN_PLACE_MARK, Job
from quantize.pipeline.settings import AUTO
from quantize.storage import files

_ENDINGS: Final = frozenset(ending for row in FORMATS.values() for ending in row.endings)


def among(jobs: Sequence[Job]) -> set[str]:
    """Return the inputs that are outputs of these same jobs, or of earlier runs.

    Of the first kind are those that were found, and not named.
    """
    found = {files.identity(job.input): job.input for job in jobs if job.found}
    ours: set[str] = set()
    for job in jobs if found else ():
        for target in job.claims:
            path = found.get(files.identity(target), job.input)
            if path != job.input and (target != job.output or _may_be_output(path)):
                ours.add(path)
    return ours | _of_earlier_runs([job for job in jobs if job.input not in ours])


def _may_be_output(path: str) -> bool:
    """Return whether a file may be an image of ours, which is indexed where a format says so."""
    header = _header(path)
    return header.format in ("", "webp") or header.entries is not None


def _of_earlier_runs(jobs: Sequence[Job]) -> set[str]:
    """Return the inputs that are outputs of earlier runs, beside what they were made from.

    Beside `x.jpg` one is `x-64.png`, if its sidecar or its mark says so, or if it is indexed with
    at most 64 colours and this run would write into the same folder.
    """
    found: set[str] = set()
    for folder, stems in _by_folder(jobs).items():
        here = files.identity(folder or ".")
        for stem, those in stems.items():
            for job in those:
                if checks.ending_of(job.input) not in _ENDINGS:
                    continue
                for begin, rest in _origins(stem, stems):
                    beside = any(_writes_into(here, origin) for origin in stems[begin])
                    if _is_output(job, rest, beside=beside):
                        found.add(job.input)
                        break
    return found


def _by_folder(jobs: Sequence[Job]) -> dict[str, dict[str, list[Job]]]:
    """Return the jobs by the folders of their inputs, and there by the stems of those."""
    folders: dict[str, dict[str, list[Job]]] = defaultdict(lambda: defaultdict(list))
    for job in jobs:
        if job.input != STREAM and job.problem is None:
            folder, name = files.split(job.input)
            stem = name.removesuffix(name[len(name) - len(checks.ending_of(name)) :])
            folders[folder][stem].append(job)
    return folders


def _origins(stem: str, stems: dict[str, list[Job]]) -> Iterator[tuple[str, str]]:
    """Yield each stem that another goes on from, with a sign, and what it goes on with."""
    for place in range(1, len(stem)):
        if not stem[place].isalnum() and stem[:place] in stems:
            yield stem[:place], stem[place:]


def _writes_into(folder: str, job: Job) -> bool:
    """Return whether the image of a job is a file of its own in a folder, given by its identity."""
    if job.output is None or job.request.in_place or job.output == STREAM:
        return False
    return files.identity(files.split(job.output)[0] or ".") == folder


def _is_output(job: Job, rest: str, *, beside: bool) -> bool:
    """Return whether an input is an output, whose stem goes on behind that of what it is made from.

    Args:
        job: of the input.
        rest: `-64` and the like.
        beside: whether the run would write into its folder.
    """
    if not job.found and is_ours(job.input):
        return True
    header = _header(job.input)
    if header.mark:
        return not header.mark.endswith(IN_PLACE_MARK)
    most = _colors_of(rest)
    if not beside or not most or header.entries is None:
        return False
    return header.entries <= file_header.table_size(header.format, most)


def _header(path: str) -> Header:
    try:
        with files.open_for_reading(path, FileError) as stream:
            return file_header.read(stream)
    except FileError:  # its job will say what is wrong
        return Header()


def _colors_of(rest: str) -> int:
    """Return the number of colours that `-64` or `-auto` says; 0 if it says none."""
    if rest == f"-{AUTO}":
        return MAX_COLORS
    digits = rest.removeprefix("-")
    is_number = digits.isascii() and digits.isdigit() and digits[:1] != "0" and digits != rest
    number = int(digits) if is_number and len(digits) <= len(str(MAX_COLORS)) else 0
    return number if number <= MAX_COLORS else 0
