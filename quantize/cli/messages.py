"""Errors in the words of the command: the library names arguments, the command names options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from quantize.errors import Failure, MissingPackageError, QuantizeError, UsageError
from quantize.jobs.request import EXCLUDE

NOT_WRITTEN: Final = "; nothing was written"

OPTIONS: Final[Mapping[str, str]] = {
    # files
    "overwrite it with force=True": ("overwrite it with --force, or leave it with --skip-existing"),
    "add a name": "add a name, or end it in '/' to write into it",
    "choose another": "choose another with -o",
    "choose another folder": "choose another folder with -o",
    "choose another name; nothing was written": (
        "choose another name with -o; nothing was written"
    ),
    "choose another name, or in_place=True to replace it; nothing was written": (
        "choose another name with -o, or replace it with --in-place; nothing was written"
    ),
    "name an output": "write another file with -o",
    "recursive=True looks into its subfolders too": "-r looks into its subfolders too",
    # images
    "choose one of {able}, or say what is behind it, with background='#ffffff'": (
        "choose one of {able}, or say what is behind it, with --background '#ffffff'"
    ),
    "leave out a colour, or say what is behind it, with background='#ffffff'": (
        "leave out a colour, or say what is behind it, with --background '#ffffff'"
    ),
    "use one of {known}, or give format=": "use one of {known}, or say --format",
    "if the file can be trusted, raise it with max_pixels={pixels}": (
        "if the file can be trusted, raise it with --max-pixels {pixels}"
    ),
    "if the file can be trusted, raise it with max_pixels": (
        "if the file can be trusted, raise it with --max-pixels"
    ),
    "if the file can be trusted, max_pixels raises it": (
        "if the file can be trusted, --max-pixels raises it"
    ),
    "choose fewer colours, with colors={pad}": "choose fewer colours, with -k {pad}",
    "take the best of them, with colors=256": "take the best of them, with -k 256",
    # jobs
    "convert it without an image, or map images to it": (
        "add --no-image to convert it, or give it to --use-palette"
    ),
    "choose a style": "choose another --swatch-style",
    "a board shows one picture, and a shared palette is of many": (
        "--swatch-style board shows one picture, and a shared palette is of many"
    ),
    "try fewer processes": "try fewer --jobs",
    "try fewer processes, or a smaller one": "try fewer --jobs, or a smaller one",
    "try it without a cluster, or with larger workers": (
        "try it without --cluster, or with larger workers"
    ),
    "start it again, then go on with skip_existing=True or update=True": (
        "start it again, then go on with --skip-existing or --update"
    ),
    "or_best=True gives what comes nearest": "--or-best writes what comes nearest",
    # packages
    "a cluster": "--cluster",
    "compress='best'": "--compress best",
    "engine='scikit-learn'": "--engine scikit-learn",
    # requests that contradict themselves
    "update compares the ages of files, and '-' is none": (
        "--update compares the ages of files, and '-' is none"
    ),
    "copy_larger copies files, and '-' is none": "--copy-larger copies files, and '-' is none",
    "copy_larger is for skip_if_larger, and needs the name of an output": (
        "--copy-larger is for --skip-if-larger, and needs -o"
    ),
    "a backup is of files that are replaced, with in_place=True": "--backup is for --in-place",
    "the suffix {suffix} of a backup makes no name in a folder": (
        "--backup '{suffix}': it makes no name in a folder"
    ),
    "the suffix {suffix} of a backup is the ending of an image": (
        "--backup {suffix}: the next run would take such a file for an image"
    ),
    "the format {format} is none of {known}": "--format {format} is none of {known}",
    "{path}: a swatch ends in {endings}": "--swatch {path}: a swatch ends in {endings}",
    "a palette file holds one palette, and palette_per_frame finds many": (
        "--save-palette takes one palette, and --palette-per-frame finds many"
    ),
    "a swatch shows one palette, and palette_per_frame finds many": (
        "--swatch takes one palette, and --palette-per-frame finds many"
    ),
    "palette_per_frame finds many palettes, and one is to be arranged": (
        "--palette-per-frame finds many palettes; --transparent-index and --pad arrange one"
    ),
    "palette_per_frame takes a number of colours, and max_error finds one": (
        "--palette-per-frame takes a number of colours, and --max-error finds one"
    ),
    "palette_per_frame takes a number of colours, and quality finds one": (
        "--palette-per-frame takes a number of colours, and --quality finds one"
    ),
    "palette_per_frame takes a number of colours, not '{auto}'": (
        "--palette-per-frame takes a number of colours, not -k {auto}"
    ),
    "palette_per_frame: a {format} has one palette; choose one of {able}": (
        "--palette-per-frame: a {format} has one palette; choose one of {able}"
    ),
    "standard output takes one input": "-o - takes one input",
    "with '-' among several inputs, name a folder for the output": (
        "with '-' among several inputs, name a folder with -o"
    ),
    "the output {output} ends in {ending}, and the format is {format}": (
        "-o {output} ends in {ending}, and --format says {format}"
    ),
    "the output {output} names a file, but {what}": "-o {output} names a file, but {what}",
    "{address}: wanted 'local', or a scheduler's address like tcp://host:8786": (
        "--cluster {address}: wanted 'local', or a scheduler's address like tcp://host:8786"
    ),
}
"""Phrases of the library, and those of the command instead."""


WISHES: Final = {
    "palettes": "--save-palette",
    "swatches": "--swatch",
    "summary": "--summary",
    "report": "--report",
}
"""What files beside the image were wished for, see `errors.with_wish`, and its options."""

_OPTION_OF: Final = {"output": "-o", "image": "--no-image"}
"""Fields of a request whose option has another name."""

_OF_THE_IMAGE: Final[Mapping[str, str]] = {
    "add a name": "add a name",
    "choose another": "choose another",
    "choose another folder": "choose another folder",
    "choose another name; nothing was written": "choose another name; nothing was written",
    "choose another name, or in_place=True to replace it; nothing was written": (
        "choose another name; nothing was written"
    ),
}
"""Advice that names `-o`, which is right for the image alone; and what it is for other files."""


def line(error: QuantizeError | Failure) -> str:
    """Return an error in one line, with the names of options."""
    failure = error if isinstance(error, Failure) else Failure.of(error)
    values = dict(failure.values)
    if failure.problem == EXCLUDE:
        values = {name: _option_of(str(field)) for name, field in values.items()}
    problem = OPTIONS.get(failure.problem, failure.problem)
    advice = OPTIONS.get(failure.advice, failure.advice)
    option = WISHES.get(str(values.get("wish")))
    if option is not None and failure.advice in _OF_THE_IMAGE:
        advice = _OF_THE_IMAGE[failure.advice]
    if issubclass(failure.kind, MissingPackageError):
        values["what"] = OPTIONS.get(str(values["what"]), values["what"])
    text = str(Failure(failure.kind, problem, advice, values))
    if option is None:
        return text
    return f"{option} {text}" if issubclass(failure.kind, UsageError) else f"{text} ({option})"


def _option_of(field: str) -> str:
    """Return the option that gives a field of a request its value."""
    return _OPTION_OF.get(field, f"--{field.replace('_', '-')}")


def of_job(failure: Failure) -> str:
    """Return the failure of a job in one line, as in the field `error` of its record."""
    return f"{line(failure)}{NOT_WRITTEN}"
