"""The plan of a command: which files it reads and writes, decided before any work."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from quantize import checks
from quantize.checks import DEFAULT_MAX_PIXELS
from quantize.errors import Failure, ImageReadError, OutputError, UsageError, wishes
from quantize.images.table import (
    DEFAULT_FORMAT,
    FORMATS,
    READABLE_ENDINGS,
    format_for,
    names_another,
)
from quantize.jobs import collisions
from quantize.jobs.inputs import STREAM, Source, expand, is_folder, is_pattern
from quantize.palette_files import table as palette_table
from quantize.pipeline.settings import AUTO, Settings
from quantize.storage import files
from quantize.swatch.table import SWATCH_ENDINGS

if TYPE_CHECKING:
    from quantize.model.palette import Palette


EXIT_DONE, EXIT_FILES, EXIT_USAGE, EXIT_LARGER, EXIT_LIMIT = 0, 1, 2, 98, 99
"""Exit codes: all done; a file has failed; the request contradicts itself; nothing written, since
every result was larger; the wanted error not met. See `storage.interruption.exit_code` as well."""

SHARED_STEM = "shared"
"""The value of `{stem}` in the names of the files of a shared palette."""

PALETTE_AS_IMAGE = Failure(
    ImageReadError, "is a palette, not an image", "convert it without an image, or map images to it"
)


class Request(NamedTuple):
    """What a command asks for, apart from the inputs.

    Attributes:
        settings: how colours are found and mapped.
        output: a file or a folder, `STREAM`, or None for files beside the inputs.
        format: a key of `images.table.FORMATS`, or None for the one that `output` names.
        image, sidecar: whether these are written.
        palettes, swatches: templates of further outputs; `{stem}` and `{k}` are filled in.
        swatch_style: a key of `swatch.table.SWATCH_STYLES`.
        title: of swatches and of palette files; None for the name of the input.
        names, prefix, css_colors, ramps: see `palette_files.form.Form`.
        force: replace files that exist.
        skip_existing: keep files that exist, and write the others.
        skip_if_larger: write nothing for an input whose image would be larger than it.
        compress: effort of the writer, a key of `images.table.COMPRESSIONS`.
        strip: write no metadata.
        background: colour `'#rrggbb'` behind transparent pictures, or None.
        max_pixels: refuse larger images.
        recursive: look into the subfolders of folders.
        shared: one palette for all inputs: how they are weighted, a key of
            `pipeline.table.SHARED_WEIGHTS`; None for a palette each.
        from_images: images that a shared palette is found from, in place of the inputs.
        palette: the palette that all inputs get, once it is known.
        palette_source: the file of a given palette; empty for a palette that is found.
        palette_per_frame: find a palette for each frame of an animation, or page.
    """

    settings: Settings = Settings()
    output: str | None = None
    format: str | None = None
    image: bool = True
    sidecar: bool = True
    palettes: tuple[str, ...] = ()
    swatches: tuple[str, ...] = ()
    swatch_style: str = "tiles"
    title: str | None = None
    names: str = "number"
    prefix: str | None = None
    css_colors: str = "hex"
    ramps: bool = False
    force: bool = False
    skip_existing: bool = False
    skip_if_larger: bool = False
    compress: str = "default"
    strip: bool = False
    background: str | None = None
    max_pixels: int = DEFAULT_MAX_PIXELS
    recursive: bool = False
    shared: str | None = None
    from_images: tuple[str, ...] = ()
    palette: Palette | None = None
    palette_source: str = ""
    palette_per_frame: bool = False


class Job(NamedTuple):
    """One input and its outputs: names and settings, no pixels.

    Attributes:
        input: a path, or `STREAM`.
        output: a path, `STREAM`, or None for no image.
        format: a key of `images.table.FORMATS`.
        sidecar: a path or None.
        palettes, swatches: paths.
        request: the rest of what was asked for.
        problem: why it cannot be done, or None.
    """

    input: str
    output: str | None
    format: str
    sidecar: str | None
    palettes: tuple[str, ...]
    swatches: tuple[str, ...]
    request: Request
    problem: Failure | None = None

    @property
    def targets(self) -> tuple[str, ...]:
        """Return every file that is written, the image last: if it exists, so do the others."""
        image = self.output if self.output != STREAM else None
        last = (target for target in (self.sidecar, image) if target is not None)
        return (*self.palettes, *self.swatches, *last)

    @property
    def wishes(self) -> dict[str, str]:
        """The files beside the image, and the fields of `Request` that ask for them."""
        return _wishes(self.palettes, self.swatches)


def _wishes(palettes: Iterable[str], swatches: Iterable[str]) -> dict[str, str]:
    return dict.fromkeys(palettes, "palettes") | dict.fromkeys(swatches, "swatches")


def shared_wishes(request: Request) -> dict[str, str]:
    """Return the same of a shared palette."""
    return _wishes(*shared_outputs(request))


def plan(
    inputs: Sequence[str], request: Request, *, others: Sequence[tuple[str, str]] = ()
) -> list[Job]:
    """Return the jobs of a command, in the order of the inputs.

    Args:
        inputs: files, folders, patterns, URLs.
        request: what to do with them.
        others: further files that are written: what for, and the path.

    Raises:
        UsageError: the names contradict one another.
        MissingPackageError: a URL needs what is not installed.
        CollisionError: two results would be one file, or a result an input.
    """
    _check_names(inputs, request)
    if request.output is not None and request.output != STREAM:
        collisions.refuse_any_input(request.output, [p for p in inputs if p != STREAM])
    several = len(inputs) > 1 or _is_many(inputs[0])
    _check(inputs, request, several=several)
    into_folder = _is_folder_output(inputs, request, several=several)
    folder = request.output if into_folder else None
    sources = expand(inputs, recursive=request.recursive, output=folder)
    jobs = [_job(source, request, into_folder=into_folder) for source in sources]
    jobs = _without_own_outputs(sources, jobs)
    read = [job.input for job in jobs if job.input != STREAM]
    extra = [(SHARED_STEM, path) for pair in shared_outputs(request) for path in pair]
    asked = {path: wish for job in jobs for path, wish in job.wishes.items()}
    with wishes(asked | shared_wishes(request)):
        collisions.refuse([*_all_targets(jobs), *extra, *others], read)
    return jobs


def example_jobs(request: Request) -> list[Job]:
    """Return jobs for the images in `from_images`, which a shared palette is found from."""
    sources = expand(request.from_images, recursive=request.recursive)
    nothing = request._replace(image=False, sidecar=False, palettes=(), swatches=(), output=None)
    return [_job(source, nothing, into_folder=False) for source in sources]


def shared_outputs(request: Request) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the palette files and the swatches of a shared palette."""
    if request.shared is None:
        return (), ()
    k = str(request.settings.colors)
    fill = [
        tuple(_filled(template, SHARED_STEM, k) for template in templates)
        for templates in (request.palettes, request.swatches)
    ]
    return fill[0], fill[1]


def output_folders(jobs: Sequence[Job], request: Request, inputs: Sequence[str]) -> list[str]:
    """Return the folders of the outputs, if the output is a folder; parents first."""
    several = len(inputs) > 1 or _is_many(inputs[0])
    if not _is_folder_output(inputs, request, several=several):
        return []
    found = {files.split(job.output)[0] for job in jobs if job.output and not job.problem}
    root = str(request.output)
    return [
        root,
        *sorted(name for name in found if os.path.normpath(name) != os.path.normpath(root)),
    ]


def _is_many(path: str) -> bool:
    """Return whether an input may stand for several files."""
    return is_folder(path) or is_pattern(path)


def _check_names(inputs: Sequence[str], request: Request) -> None:
    named = (*inputs, request.output or "", *request.palettes, *request.swatches)
    for path in (*named, *request.from_images):
        files.check_name(path)


def _check(inputs: Sequence[str], request: Request, *, several: bool) -> None:
    _check_streams(inputs, request, several=several)
    if "" in (request.output, *request.palettes, *request.swatches):
        raise UsageError("the name of an output is empty")
    if request.force and request.skip_existing:
        raise UsageError("force and skip_existing exclude each other")
    if request.format is not None and request.format not in FORMATS:
        raise UsageError(
            "the format {format} is none of {known}",
            format=request.format,
            known=", ".join(FORMATS),
        )
    for path in request.palettes:
        with _as_usage_error(), wishes({path: "palettes"}):
            palette_table.format_of(path)
    for path in request.swatches:
        if checks.ending_of(path) not in SWATCH_ENDINGS:
            raise UsageError(
                "{path}: a swatch ends in {endings}", path=path, endings=" or ".join(SWATCH_ENDINGS)
            )
    _check_frames(inputs, request, several=several)


def _check_frames(inputs: Sequence[str], request: Request, *, several: bool) -> None:
    """Refuse a palette for each frame where the format has one palette, or one is wanted."""
    if not request.palette_per_frame:
        return
    if request.palettes:
        raise UsageError("a palette file holds one palette, and palette_per_frame finds many")
    if request.swatches:
        raise UsageError("a swatch shows one palette, and palette_per_frame finds many")
    if request.settings.max_error is not None:
        raise UsageError("palette_per_frame takes a number of colours, and max_error finds one")
    if request.settings.finds_size:
        raise UsageError("palette_per_frame takes a number of colours, not '{auto}'", auto=AUTO)
    into_folder = _is_folder_output(inputs, request, several=several)
    row = FORMATS[request.format or (DEFAULT_FORMAT if into_folder else _format_of(request))]
    if request.image and not row.palettes:
        able = ", ".join(each.name for each in FORMATS.values() if each.palettes)
        raise UsageError(
            "palette_per_frame: a {format} has one palette; choose one of {able}",
            format=row.name,
            able=able,
        )


def _check_streams(inputs: Sequence[str], request: Request, *, several: bool) -> None:
    if inputs.count(STREAM) > 1:
        raise UsageError("standard input '-' can be read once only")
    if several and request.output == STREAM:
        raise UsageError("standard output takes one input", "name a folder for several")
    if several and STREAM in inputs and request.output is None and request.image:
        raise UsageError("with '-' among several inputs, name a folder for the output")
    if STREAM in inputs and request.shared is not None and not request.from_images:
        raise UsageError("a shared palette reads its images twice, and standard input cannot be")


def _is_folder_output(inputs: Sequence[str], request: Request, *, several: bool) -> bool:
    output = request.output
    if output is None or output == STREAM:
        return False
    if output.endswith(("/", os.sep)) or is_folder(output):
        return True
    if several and checks.ending_of(output):
        what = f"there are {len(inputs)} inputs" if len(inputs) > 1 else f"{inputs[0]} may be many"
        raise UsageError("the output {output} names a file, but {what}", output=output, what=what)
    return several


def _job(source: Source, request: Request, *, into_folder: bool) -> Job:
    k = str(request.settings.colors)
    path, stem = source.path, _stem(source.path)
    if is_palette(path):
        return _conversion(source, request, k)
    if request.output is not None and not into_folder:
        format_name, output = _format_of_output(request), request.output
    elif path == STREAM and not into_folder:
        format_name, output = request.format or DEFAULT_FORMAT, STREAM
    else:
        format_name = request.format or DEFAULT_FORMAT
        folder = files.split(path)[0]
        if request.output is not None:
            folder = files.join(request.output, source.folder)
        output = files.join(folder, f"{stem}-{k}{FORMATS[format_name].endings[0]}")
    if output == STREAM or not request.sidecar or files.is_device(output):
        sidecar = None
    else:
        sidecar = os.path.splitext(output)[0] + ".json"
    each = request.shared is None
    return Job(
        input=path,
        output=output if request.image else None,
        format=format_name,
        sidecar=sidecar,
        palettes=tuple(_filled(name, stem, k) for name in request.palettes if each),
        swatches=tuple(_filled(name, stem, k) for name in request.swatches if each),
        request=request,
        problem=source.problem,
    )


def stem_of(path: str) -> str:
    """Return what `{stem}` stands for in the outputs of an input: its name without ending."""
    if not is_palette(path):
        return _stem(path)
    from quantize.palette_files.codec import title_of  # which no image needs

    return title_of(path)


def is_palette(path: str) -> bool:
    """Return whether an input is a palette file, by its ending; a picture is none."""
    return checks.ending_of(path) not in READABLE_ENDINGS and palette_table.is_read(path)


def _conversion(source: Source, request: Request, k: str) -> Job:
    """Return the job that converts a palette file into others; it writes no image."""
    stem = stem_of(source.path)
    return Job(
        input=source.path,
        output=None,
        format=DEFAULT_FORMAT,
        sidecar=None,
        palettes=tuple(_filled(name, stem, k) for name in request.palettes),
        swatches=tuple(_filled(name, stem, k) for name in request.swatches),
        request=request,
        problem=source.problem or (PALETTE_AS_IMAGE if request.image else None),
    )


def _without_own_outputs(sources: Sequence[Source], jobs: Sequence[Job]) -> list[Job]:
    """Leave out inputs that were found in a folder and are outputs of this same command."""
    found = {
        files.identity(job.input): job.input
        for source, job in zip(sources, jobs, strict=True)
        if source.found
    }
    ours = collisions.overwritten(_all_targets(jobs), found) if found else {}
    return [job for job in jobs if job.input not in ours]


def _format_of_output(request: Request) -> str:
    """Return the format of an output that is a file; its ending may not name another one."""
    format_name, output = request.format or _format_of(request), str(request.output)
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
    if request.output in (None, STREAM) or not request.image:
        return DEFAULT_FORMAT
    with _as_usage_error():
        return format_for(str(request.output)).name


@contextmanager
def _as_usage_error() -> Iterator[None]:
    """Turn the error over an ending that no format has into a UsageError."""
    try:
        yield
    except OutputError as error:
        failure = Failure.of(error)
        raise UsageError(failure.problem, failure.advice, **failure.values) from None


def _stem(path: str) -> str:
    return "stdin" if path == STREAM else os.path.splitext(os.path.basename(path))[0]


def _filled(template: str, stem: str, k: str) -> str:
    return template.replace("{k}", k).replace("{stem}", stem)


def _all_targets(jobs: Sequence[Job]) -> list[tuple[str, str]]:
    return [(job.input, target) for job in jobs if not job.problem for target in job.targets]
