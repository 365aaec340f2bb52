"""The plan of a command: which files it reads and writes, decided before any work."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Sequence
from typing import Final, NoReturn

from quantize import checks
from quantize.errors import CollisionError, Failure, OutputError, UsageError, wishes
from quantize.images.table import (
    DEFAULT_FORMAT,
    FORMATS,
    format_for,
    format_of_ending,
    names_another,
)
from quantize.jobs.inputs import (
    NO_PICTURE,
    PALETTE_AS_IMAGE,
    STREAM,
    Source,
    expand,
    is_folder,
    is_palette,
    is_pattern,
    stem_of,
)
from quantize.jobs.request import (
    SHARED_STEM,
    Job,
    Request,
    as_usage_error,
    check,
    check_formats,
    filled,
    shared_outputs,
    shared_wishes,
)
from quantize.storage import files
from quantize.swatch.table import SWATCH_STYLES


def plan(
    inputs: Sequence[str],
    request: Request,
    *,
    others: Sequence[tuple[str, str]] = (),
    passed_over: list[str] | None = None,
) -> list[Job]:
    """Return the jobs of a command, in the order of the inputs.

    Args:
        inputs: files, folders, patterns, URLs.
        request: what to do with them.
        others: further files that are written: what for, and the path.
        passed_over: inputs that are left out, as they are outputs, are added here.

    Raises:
        UsageError: the names contradict one another.
        MissingPackageError: a URL needs what is not installed.
        CollisionError: two results would be one file, or a result an input.
    """
    several = len(inputs) > 1 or _is_many(inputs[0])
    _refuse_input_as_output(inputs, request.output)
    check(inputs, request, several=several)
    if request.swatches and request.shared and SWATCH_STYLES[request.swatch_style].has_picture:
        raise UsageError("a board shows one picture, and a shared palette is of many")
    into_folder = is_folder_output(inputs, request, several=several)
    left_out: list[str] = [] if passed_over is None else passed_over
    folder = _folder_of_outputs(request, into_folder=into_folder)
    sources = expand(inputs, recursive=request.recursive, output=folder, passed_over=left_out)
    jobs = [job_of(source, request, into_folder=into_folder) for source in sources]
    if request.report is not None:
        from quantize.jobs import pages  # for those who ask for them

        palettes = {job.input for job in jobs if is_palette(job.input)}
        page = request.report
        jobs = pages.planned(jobs, sources, page, palettes=palettes, several=several)
        if several:
            others = [*others, ("all inputs", request.report)]
    if len(jobs) > 1:
        from quantize.jobs import own_outputs  # for several inputs

        ours = own_outputs.among(jobs)
        left_out += sorted(ours)
        jobs = [job for job in jobs if job.input not in ours]
    if request.in_place:
        jobs = _once(jobs)
    check_formats((job.format for job in jobs if job.output is not None), request)
    read = [job.input for job in jobs if job.input != STREAM]
    extra = [(SHARED_STEM, path) for pair in shared_outputs(request) for path in pair]
    asked = {path: wish for job in jobs for path, wish in job.wishes.items()}
    with wishes(asked | shared_wishes(request)):
        refuse([*_all_targets(jobs), *extra, *others], read, {job.output for job in jobs})
    return jobs


def output_folders(jobs: Sequence[Job], request: Request, inputs: Sequence[str]) -> list[str]:
    """Return the folders of outputs and patterns that are made where they are missing."""
    several = len(inputs) > 1 or _is_many(inputs[0])
    into_folder = is_folder_output(inputs, request, several=several)
    found: set[str] = set()
    for job in (job for job in jobs if not job.problem):
        found |= set(folders_of(job, into_folder=into_folder))
    if not into_folder or "{" in (request.output or ""):
        return sorted(found)
    root = str(request.output)
    rest = {name for name in found if os.path.normpath(name) != os.path.normpath(root)}
    return [root, *sorted(rest)]


def folders_of(job: Job, *, into_folder: bool) -> list[str]:
    """Return the folders that are made for a job where they are missing."""
    request = job.request
    targets = [*zip(request.palettes, job.palettes, strict=False)]
    targets += zip(request.swatches, job.swatches, strict=False)
    made = [path for name, path in targets if "{" in name]
    if job.output and request.output and (into_folder or "{" in request.output):
        made.append(job.output)
    if job.report is not None and job.report != request.report:
        made.append(job.report)
    return [folder for path in made if (folder := files.split(path)[0])]


def _is_many(path: str) -> bool:
    """Return whether an input may stand for several files."""
    return is_folder(path) or is_pattern(path)


def is_folder_output(inputs: Sequence[str], request: Request, *, several: bool) -> bool:
    """Return whether the output is a folder, or a pattern for folders.

    Args:
        inputs: as they were given.
        request: what to do with them.
        several: whether there may be several inputs.

    Raises:
        UsageError: it can be none, and there are several.
    """
    output = request.output
    if output is None or output == STREAM:
        return False
    if "{" in output:
        from quantize.jobs import patterns

        return patterns.names_folder(output, several=several)
    if output.endswith(("/", os.sep)) or is_folder(output):
        return True
    if several and checks.ending_of(output):
        what = f"there are {len(inputs)} inputs" if len(inputs) > 1 else f"{inputs[0]} may be many"
        raise UsageError("the output {output} names a file, but {what}", output=output, what=what)
    return several


def _folder_of_outputs(request: Request, *, into_folder: bool) -> str | None:
    """Return the folder that outputs lie in, which is not looked into for inputs, if there is one.

    It is known where the output is a folder, or a pattern that begins with one.
    """
    if request.output is not None and "{" in request.output:
        from quantize.jobs import patterns

        return patterns.fixed_folder(request.output, str(request.settings.colors))
    return request.output if into_folder else None


def job_of(source: Source, request: Request, *, into_folder: bool) -> Job:
    """Return the job of an input; nothing is read.

    Args:
        source: the input.
        request: what to do with it.
        into_folder: see `is_folder_output`.

    Raises:
        UsageError: the ending of the output is that of no format, or of another one.
    """
    path = source.path
    if is_palette(path):
        return _conversion(source, request)
    words = _words(source, request, stem_of(path))
    problem, passed_over = source.problem, ""
    if request.in_place:
        row, output = format_of_ending(checks.ending_of(path)), path
        format_name = DEFAULT_FORMAT if row is None else row.name
        if row is None and source.found:
            from quantize.report import record  # with NumPy, which plans do without

            passed_over = record.ANOTHER_KIND
        elif row is None:
            problem = problem or NOT_IN_PLACE
    else:
        format_name, output = _output(source, request, words, into_folder=into_folder)
    is_file = output != STREAM and not request.in_place
    sidecar = request.sidecar and request.image and is_file and not files.is_device(output)
    copy = None
    if request.copy_larger and not problem:
        from quantize.jobs import patterns  # for those who copy

        copy = patterns.copy_of(path, output)
    each = request.shared is None
    return Job(
        input=path,
        output=output if request.image else None,
        format=format_name,
        sidecar=os.path.splitext(output)[0] + ".json" if sidecar else None,
        palettes=tuple(filled(name, *words) for name in request.palettes if each),
        swatches=tuple(filled(name, *words) for name in request.swatches if each),
        request=request,
        problem=problem,
        found=source.found,
        passed_over=passed_over,
        copy=copy,
    )


def _words(source: Source, request: Request, stem: str) -> tuple[str, ...]:
    """Return what the words of patterns stand for: stem, number of colours, ending, and parent."""
    names = (request.output or "", *request.palettes, *request.swatches)
    k = str(request.settings.colors)
    if not any("{" in name for name in names):
        return stem, k
    from quantize.jobs import patterns  # for names that are patterns

    ending = patterns.ending_for(source.path, request.format)
    parent = patterns.parent_of(source.path, source.folder, found=source.is_below_a_folder)
    return stem, k, ending, parent


def _output(
    source: Source, request: Request, words: tuple[str, ...], *, into_folder: bool
) -> tuple[str, str]:
    """Return format and name of an image that is a file of its own, or goes to a stream."""
    output = request.output
    if output is not None and not into_folder:
        return _format_of_output(request, words), filled(output, *words)
    format_name = request.format or DEFAULT_FORMAT
    if source.path == STREAM and not into_folder:
        return format_name, STREAM
    folder = files.split(source.path)[0]
    if output is not None:
        folder = files.join(filled(output, *words), "" if "{parent}" in output else source.folder)
    stem, k, *_ = words
    return format_name, files.join(folder, f"{stem}-{k}{FORMATS[format_name].endings[0]}")


NOT_IN_PLACE: Final = Failure(
    OutputError,
    "cannot become an indexed file of its own kind",
    "name an output",
)


def _conversion(source: Source, request: Request) -> Job:
    """Return the job that converts a palette file into others; it writes no image."""
    words = _words(source, request, stem_of(source.path))
    problem = PALETTE_AS_IMAGE if request.image else None
    if request.swatches and SWATCH_STYLES[request.swatch_style].has_picture:
        problem = problem or NO_PICTURE
    return Job(
        input=source.path,
        output=None,
        format=DEFAULT_FORMAT,
        sidecar=None,
        palettes=tuple(filled(name, *words) for name in request.palettes),
        swatches=tuple(filled(name, *words) for name in request.swatches),
        request=request,
        problem=source.problem or problem,
    )


def _once(jobs: Sequence[Job]) -> list[Job]:
    """Return jobs that replace their input, one for each file: several links may lead to it."""
    first: dict[str, Job] = {}
    for job in jobs:
        first.setdefault(files.link_target(job.input), job)
    return [*first.values()]


def _format_of_output(request: Request, words: tuple[str, ...]) -> str:
    """Return the format of an output that is a file; its ending may not name another one.

    Args:
        request: its `output` is a file, or a pattern for files.
        words: see `_words`.
    """
    output = str(request.output)
    if "{ext}" in output:
        from quantize.jobs import patterns

        row = format_of_ending(words[2].lower())
        if row is not None and not patterns.own_ending(output):
            return row.name
    format_name = request.format or _format_of(request)
    if request.image and output != STREAM and names_another(output, FORMATS[format_name]):
        raise UsageError(
            "the output {output} ends in {ending}, and the format is {format}",
            "take one of them",
            output=output,
            ending=checks.ending_of(output),
            format=format_name,
        )
    return format_name


def _format_of(request: Request) -> str:
    output = request.output
    if output is None or output == STREAM or not request.image:
        return DEFAULT_FORMAT
    if "{" in output:
        from quantize.jobs import patterns

        output = f"*{patterns.own_ending(output)}"
    with as_usage_error():
        return format_for(output).name


def _all_targets(jobs: Sequence[Job]) -> list[tuple[str, str]]:
    return [(job.input, target) for job in jobs for target in job.claims]


# --- collisions -----------------------------------------------------------------------------------

SHOWN: Final = 3
"""Number of collisions that a message lists; the rest are counted."""


def refuse(
    targets: Iterable[tuple[str, str]], inputs: Iterable[str], images: Collection[str | None]
) -> None:
    """Check the outputs of a command against each other and against its inputs.

    Args:
        targets: pairs of an input and a file that is to be written for it.
        inputs: files that are read.
        images: those of the targets that are images.

    Raises:
        CollisionError: two results would be one file, or a result an input.
    """
    read = {files.identity(path): path for path in inputs}
    taken: dict[str, str] = {}
    twice: list[str] = []
    for source, target in targets:
        name = files.identity(target)
        if name in read:
            own = source == read[name]
            _refuse_input(target, read[name], own=own, image=own and target in images)
        if name in taken:
            other = taken[name]
            whose = f"both {other} and {source}" if other != source else f"{other} twice"
            twice.append(f"{target}: would be written for {whose}")
        taken[name] = source
    if twice:
        more = f" (and {len(twice) - SHOWN} more such names)" if len(twice) > SHOWN else ""
        raise CollisionError(f"{'; '.join(twice[:SHOWN])}{more}; nothing was written")


ANOTHER_NAME: Final = "choose another name; nothing was written"
IN_PLACE: Final = "choose another name, or in_place=True to replace it; nothing was written"


def _refuse_input(target: str, source: str, *, own: bool, image: bool) -> NoReturn:
    """Refuse an output that is an input.

    Args:
        target: the output.
        source: the input.
        own: whether it is an output of that same input.
        image: whether it is the image of that input, so that there is a better way.

    Raises:
        CollisionError: always.
    """
    advice = ANOTHER_NAME
    if image and format_of_ending(checks.ending_of(source)) is not None:
        advice = IN_PLACE
    same = "is the input itself" if own else "is an input as well"
    if target != source:
        same = f"is the same file as the input {source}"
    raise CollisionError(f"{target}: {same}", advice)


def _refuse_input_as_output(inputs: Sequence[str], output: str | None) -> None:
    """Refuse an output that is an input, before its ending is checked.

    So `photo.jpg` as the output of `photo.jpg` is an error about the file, not about its ending.
    """
    if output is None or output == STREAM:
        return
    for path in inputs:
        is_file = path != STREAM and not is_folder(path)
        if is_file and files.identity(path) == files.identity(output):
            alone = len(inputs) == 1
            _refuse_input(output, path, own=alone, image=alone)
