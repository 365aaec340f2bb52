"""Which files a command reads and writes, settled before any work begins."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, NoReturn

from quantize import files, formats, palettes
from quantize.errors import CollisionError, OutputError, UsageError
from quantize.settings import DEFAULT_MAX_PIXELS, Settings

EXIT_DONE, EXIT_FILES, EXIT_USAGE, EXIT_LIMIT, EXIT_INTERRUPTED = 0, 1, 2, 99, 130
"""All done; something about a file; the command line alone; `--max-error` not met; Ctrl-C."""

STREAM = "-"
"""Standard input as an input, standard output as an output."""


class Request(NamedTuple):
    """What a command line asks for, apart from the inputs.

    Attributes:
        settings: what decides the colours.
        output: the argument of `-o`, or None.
        format: a key of `formats.FORMATS`, or None for the one that `output` names.
        image, sidecar: whether these are written.
        palettes, swatches: templates of further outputs; `{stem}` and `{k}` are filled in.
        force: overwrite what exists.
        skip_existing: keep what exists, write what is missing.
        max_pixels: larger images are refused.
    """

    settings: Settings = Settings()
    output: str | None = None
    format: str | None = None
    image: bool = True
    sidecar: bool = True
    palettes: tuple[str, ...] = ()
    swatches: tuple[str, ...] = ()
    force: bool = False
    skip_existing: bool = False
    max_pixels: int = DEFAULT_MAX_PIXELS


class Job(NamedTuple):
    """One input and all that is made of it: names and settings, no pixels.

    Attributes:
        input: a path, or `STREAM`.
        output: a path, `STREAM`, or None for no image.
        format: a key of `formats.FORMATS`.
        sidecar: a path or None.
        palettes, swatches: paths.
        request: the rest of what was asked for.
    """

    input: str
    output: str | None
    format: str
    sidecar: str | None
    palettes: tuple[str, ...]
    swatches: tuple[str, ...]
    request: Request

    @property
    def targets(self) -> tuple[str, ...]:
        """Every file that is written, the image last: where it is, the others are too."""
        image = self.output if self.output != STREAM else None
        last = (target for target in (self.sidecar, image) if target is not None)
        return (*self.palettes, *self.swatches, *last)


def plan(inputs: Sequence[str], request: Request) -> list[Job]:
    """The jobs of a command, in the order of the inputs.

    Raises:
        UsageError: the names contradict one another.
        CollisionError: two results would be one file, or a result an input.
    """
    _refuse_input_as_output(inputs, request.output)
    _check(inputs, request)
    into_folder = _is_folder_output(inputs, request)
    jobs = [_job(path, request, into_folder=into_folder) for path in inputs]
    _refuse_collisions(jobs)
    return jobs


def output_folder(inputs: Sequence[str], request: Request) -> str | None:
    """The folder that `-o` names, to be created where it is missing."""
    return request.output if _is_folder_output(inputs, request) else None


def _check(inputs: Sequence[str], request: Request) -> None:
    if "" in (request.output, *request.palettes, *request.swatches):
        raise UsageError("the name of an output is empty")
    if inputs.count(STREAM) > 1:
        raise UsageError("standard input '-' can be read once only")
    if len(inputs) > 1 and request.output == STREAM:
        raise UsageError("-o - takes one input; name a folder for several")
    if len(inputs) > 1 and STREAM in inputs and request.output is None and request.image:
        raise UsageError("with '-' among several inputs, name a folder with -o")
    if request.force and request.skip_existing:
        raise UsageError("--force and --skip-existing exclude each other")
    if request.format is not None and request.format not in formats.FORMATS:
        raise UsageError(f"--format {request.format} is none of {', '.join(formats.FORMATS)}")
    for path in request.palettes:
        with _as_usage_error():
            palettes.format_of(path)
    for path in request.swatches:
        if formats.ending_of(path) != ".png":
            raise UsageError(f"--swatch {path}: a swatch is a picture that ends in .png")


def _is_folder_output(inputs: Sequence[str], request: Request) -> bool:
    output = request.output
    if output is None or output == STREAM:
        return False
    if output.endswith(("/", os.sep)) or os.path.isdir(output):
        return True
    if len(inputs) > 1 and formats.ending_of(output):
        raise UsageError(f"-o {output} names a file, but there are {len(inputs)} inputs")
    return len(inputs) > 1


def _job(path: str, request: Request, *, into_folder: bool) -> Job:
    k = str(request.settings.colors)
    stem = _stem(path)
    if request.output is not None and not into_folder:
        format_name = request.format or _format_of(request)
        output = request.output
    elif path == STREAM and not into_folder:
        format_name, output = request.format or "png", STREAM
    else:
        format_name = request.format or "png"
        folder = request.output if request.output is not None else os.path.dirname(path)
        output = os.path.join(folder, f"{stem}-{k}{formats.FORMATS[format_name].endings[0]}")
    if output == STREAM or not request.sidecar or files.is_device(output):
        sidecar = None
    else:
        sidecar = os.path.splitext(output)[0] + ".json"
    return Job(
        input=path,
        output=output if request.image else None,
        format=format_name,
        sidecar=sidecar,
        palettes=tuple(_filled(template, stem, k) for template in request.palettes),
        swatches=tuple(_filled(template, stem, k) for template in request.swatches),
        request=request,
    )


def _format_of(request: Request) -> str:
    if request.output in (None, STREAM) or not request.image:
        return "png"
    with _as_usage_error():
        return formats.format_for(str(request.output)).name


@contextmanager
def _as_usage_error() -> Iterator[None]:
    """An ending that no format has is a mistake of the command line alone."""
    try:
        yield
    except OutputError as error:
        raise UsageError(str(error)) from None


def _stem(path: str) -> str:
    return "stdin" if path == STREAM else os.path.splitext(os.path.basename(path))[0]


def _filled(template: str, stem: str, k: str) -> str:
    return template.replace("{k}", k).replace("{stem}", stem)


def _refuse_collisions(jobs: Sequence[Job]) -> None:
    inputs = {_identity(job.input): job.input for job in jobs if job.input != STREAM}
    taken: dict[str, str] = {}
    for job, target in _all_targets(jobs):
        identity = _identity(target)
        if identity in inputs:
            _refuse_input(target, inputs[identity])
        if identity in taken:
            other = taken[identity]
            whose = f"both {other} and {job.input}" if other != job.input else f"{other} twice"
            raise CollisionError(f"{target}: would be written for {whose}; nothing was written")
        taken[identity] = job.input


def _refuse_input_as_output(inputs: Sequence[str], output: str | None) -> None:
    """Before anything is said of the ending: `-o photo.jpg` for `photo.jpg` is about the file."""
    if output is None or output == STREAM:
        return
    for path in inputs:
        if path != STREAM and _identity(path) == _identity(output):
            _refuse_input(output, path)


def _refuse_input(target: str, source: str) -> NoReturn:
    same = "is the input itself" if target == source else f"is the same file as the input {source}"
    raise CollisionError(f"{target}: {same}; choose another name with -o; nothing was written")


def _all_targets(jobs: Sequence[Job]) -> Iterator[tuple[Job, str]]:
    return ((job, target) for job in jobs for target in job.targets)


def _identity(path: str) -> str:
    """One string for all names of a file: links and hard links resolved, if it exists."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return os.path.realpath(path)
    return f"{found.st_dev}:{found.st_ino}"
