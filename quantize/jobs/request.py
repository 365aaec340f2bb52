"""What a command asks for, what that means for one input, and what contradicts itself."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from quantize import checks
from quantize.checks import DEFAULT_MAX_PIXELS
from quantize.errors import Failure, OutputError, UsageError, wishes
from quantize.images.table import FORMATS, READABLE_ENDINGS
from quantize.jobs.inputs import STREAM
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


class Request(NamedTuple):
    """What a command asks for, apart from the inputs.

    Attributes:
        settings: how colours are found and mapped.
        output: a file or a folder, `STREAM`, a pattern with words of `patterns.WORDS`, or None for
            files beside the inputs.
        format: a key of `images.table.FORMATS`, or None for the one that `output` names.
        image, sidecar: whether these are written.
        palettes, swatches: further outputs; they may be patterns as well.
        swatch_style, swatch_theme: keys of tables of `swatch.table`.
        report, command: the page to look at, or the one that leads to those of several inputs, and
            the words that it says to make it again.
        title: of swatches and of palette files; None for the name of the input.
        names, prefix, css_colors, ramps, keep_order: see `palette_files.form.Form`.
        force: replace files that exist.
        skip_existing: keep files that exist, and write the others.
        in_place: replace each input by its image, if that is not larger and of the same format.
        backup: keep a file that is replaced under its name with this at the end; None to keep none.
        update: replace files that are older than what they are made from, or were made with other
            settings, and write those that are missing.
        skip_if_larger: write nothing for an input whose image would be larger than it.
        copy_larger: with `skip_if_larger` write the input itself instead, under its own ending.
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
        palette_size: how many colours a given palette has, of which a part may be taken.
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
    swatch_theme: str = "light"
    keep_order: bool = False
    report: str | None = None
    command: str = ""
    title: str | None = None
    names: str = "number"
    prefix: str | None = None
    css_colors: str = "hex"
    ramps: bool = False
    force: bool = False
    skip_existing: bool = False
    in_place: bool = False
    backup: str | None = None
    update: bool = False
    skip_if_larger: bool = False
    copy_larger: bool = False
    compress: str = "default"
    strip: bool = False
    background: str | None = None
    max_pixels: int = DEFAULT_MAX_PIXELS
    recursive: bool = False
    shared: str | None = None
    from_images: tuple[str, ...] = ()
    palette: Palette | None = None
    palette_source: str = ""
    palette_size: int = 0
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
        found: whether the input was found in a folder or by a pattern, and not named.
        passed_over: why nothing is to be done, a reason of `report.record.skipped`; or empty.
        copy: where the input goes if its image would be larger; the input itself where it need not
            go anywhere, and None if it is not copied.
        report: the page of this input, or None.
    """

    input: str
    output: str | None
    format: str
    sidecar: str | None
    palettes: tuple[str, ...]
    swatches: tuple[str, ...]
    request: Request
    problem: Failure | None = None
    found: bool = False
    passed_over: str = ""
    copy: str | None = None
    report: str | None = None

    @property
    def targets(self) -> tuple[str, ...]:
        """Return every file that is written, the image last: if it exists, so do the others."""
        image = self.output if self.output != STREAM else None
        last = (target for target in (self.report, self.sidecar, image) if target is not None)
        return (*self.palettes, *self.swatches, *last)

    @property
    def backup(self) -> str | None:
        """Return the file that the input is kept as when it is replaced, or None."""
        suffix = self.request.backup
        return None if suffix is None or self.output is None else self.output + suffix

    @property
    def claims(self) -> tuple[str, ...]:
        """Return every file that may become another one, as no other job may have it."""
        if self.problem is not None or self.passed_over:
            return ()
        own = self.output if self.request.in_place else None
        copy = None if self.copy in (self.input, self.output, STREAM) else self.copy
        names = (*self.targets, copy, self.backup)
        return tuple(path for path in names if path is not None and path != own)

    def replaces(self, path: str) -> bool:
        """Return whether an output is replaced where it exists."""
        request = self.request
        return request.force or request.update or (request.in_place and path == self.output)

    @property
    def settings_digest(self) -> str:
        """Return 16 hexadecimal digits that differ once something else decides the outputs.

        What has its default does not count, so a new option changes no digest.
        """
        request, usual = self.request, Settings()
        told: list[object] = [self.format if self.output is not None else ""]
        for name in Settings.fields:
            value = getattr(request.settings, name)
            if name not in OF_NO_OUTPUT and value != getattr(usual, name):
                told.append((name, value))
        for name, default in Request._field_defaults.items():
            if name not in OF_NO_OUTPUT and getattr(request, name) != default:
                told.append((name, getattr(request, name)))
        data = repr(told).encode()
        if request.palette is not None:
            palette = request.palette
            data += palette.colors.tobytes()
            said = (palette.names, palette.codes, palette.title)
            data += repr(said).encode() if any(said) else b""
        return f"{_fnv_1a(data):016x}"

    @property
    def wishes(self) -> dict[str, str]:
        """The files beside the image, and the fields of `Request` that ask for them."""
        return _wishes(self.palettes, self.swatches, self.report)


IN_PLACE_MARK: Final = " in place"
"""The end of our mark in a file that replaces its input: it is no output beside one."""

OF_NO_OUTPUT: Final = frozenset(
    {
        *("threads", "settings", "output", "format", "image", "sidecar", "palettes", "swatches"),
        *("force", "skip_existing", "in_place", "backup", "max_pixels", "recursive", "shared"),
        *("from_images", "palette", "palette_source", "palette_size"),
        *("update", "report", "command"),
    }
)
"""Settings, and fields of `Request`, that change no byte of an output, or are in the digest of it
by themselves: the format of the job, the palette and what it says."""


def _fnv_1a(data: bytes) -> int:
    """Return a hash of 64 bits (Fowler, Noll and Vo, FNV-1a); `hashlib` takes 3 ms to load."""
    found = 0xCBF29CE484222325
    for byte in data:
        found = (found ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return found


def _wishes(
    palettes: Iterable[str], swatches: Iterable[str], page: str | None = None
) -> dict[str, str]:
    beside = dict.fromkeys(palettes, "palettes") | dict.fromkeys(swatches, "swatches")
    return beside if page is None else {**beside, page: "report"}


def shared_wishes(request: Request) -> dict[str, str]:
    """Return the same of a shared palette."""
    return _wishes(*shared_outputs(request))


def shared_outputs(request: Request) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the palette files and the swatches of a shared palette."""
    if request.shared is None:
        return (), ()
    k = str(request.settings.colors)
    fill = [
        tuple(filled(template, SHARED_STEM, k) for template in templates)
        for templates in (request.palettes, request.swatches)
    ]
    return fill[0], fill[1]


def filled(template: str, stem: str, k: str, ending: str = "", parent: str = "") -> str:
    """Return a name with its words in braces replaced, see `patterns.WORDS`."""
    if "{" not in template:
        return template
    from quantize.jobs import patterns  # for names that are patterns

    return patterns.filled(template, stem=stem, k=k, ext=ending, parent=parent)


# --- what contradicts itself ----------------------------------------------------------------------

EXCLUDING: Final = (
    ("force", "skip_existing"),
    ("force", "update"),
    ("skip_existing", "update"),
    ("in_place", "update"),
    ("in_place", "copy_larger"),
    ("in_place", "output"),
    ("in_place", "format"),
    ("in_place", "image"),
    ("in_place", "skip_existing"),
    ("in_place", "skip_if_larger"),
)
"""Pairs of fields of `Request` that exclude each other. In place nothing larger is ever written."""

EXCLUDE: Final = "{one} and {other} exclude each other"
"""What is wrong with such a pair."""


def check(inputs: Sequence[str], request: Request, *, several: bool) -> None:
    """Refuse a request that contradicts itself.

    Args:
        inputs: as they were given.
        request: what to do with them.
        several: whether there may be several inputs.

    Raises:
        UsageError: it does.
        MissingPackageError: a URL needs what is not installed.
    """
    output = () if request.output is None else (request.output,)
    names = (*request.palettes, *request.swatches, *output)
    for path in (*inputs, *names, *request.from_images):
        files.check_name(path)
    _check_streams(inputs, request, several=several)
    if "" in names:
        raise UsageError("the name of an output is empty")
    for one, other in EXCLUDING:
        if _is_asked(request, one) and _is_asked(request, other):
            raise UsageError(EXCLUDE, one=one, other=other)
    if request.copy_larger and not (request.skip_if_larger and request.output is not None):
        raise UsageError("copy_larger is for skip_if_larger, and needs the name of an output")
    _check_backup(request)
    _check_patterns(names)
    if request.format is not None and request.format not in FORMATS:
        raise UsageError(
            "the format {format} is none of {known}",
            format=request.format,
            known=", ".join(FORMATS),
        )
    for path in request.palettes:
        with as_usage_error(), wishes({path: "palettes"}):
            palette_table.format_of(path)
    for path in request.swatches:
        if checks.ending_of(path) not in SWATCH_ENDINGS:
            raise UsageError(
                "{path}: a swatch ends in {endings}", path=path, endings=" or ".join(SWATCH_ENDINGS)
            )
    _check_frames(request)


def _check_patterns(names: Iterable[str]) -> None:
    """Refuse words in braces that mean nothing."""
    for name in names:
        if "{" in name:
            from quantize.jobs import patterns  # for names that are patterns

            patterns.check(name)


def _is_asked(request: Request, field: str) -> bool:
    value = getattr(request, field)
    return value is False if field == "image" else value not in (None, False)


def _check_backup(request: Request) -> None:
    """Refuse a suffix that makes no name, or one that the next run would take for an image."""
    suffix = request.backup
    if suffix is None:
        return
    if not request.in_place:
        raise UsageError("a backup is of files that are replaced, with in_place=True")
    if not suffix or "/" in suffix or os.sep in suffix or "\0" in suffix:
        raise UsageError("the suffix {suffix} of a backup makes no name in a folder", suffix=suffix)
    if checks.ending_of(f"x{suffix}") in READABLE_ENDINGS:
        raise UsageError(
            "the suffix {suffix} of a backup is the ending of an image", "try .orig", suffix=suffix
        )


def _check_frames(request: Request) -> None:
    """Refuse a palette for each frame where one palette is wanted."""
    if not request.palette_per_frame:
        return
    if request.palettes:
        raise UsageError("a palette file holds one palette, and palette_per_frame finds many")
    if request.swatches:
        raise UsageError("a swatch shows one palette, and palette_per_frame finds many")
    if request.settings.arranges:
        raise UsageError("palette_per_frame finds many palettes, and one is to be arranged")
    if request.settings.has_goal:
        goal = "palette_per_frame takes a number of colours, and max_error finds one"
        if request.settings.max_error is None:
            goal = "palette_per_frame takes a number of colours, and quality finds one"
        raise UsageError(goal)
    if request.settings.finds_size:
        raise UsageError("palette_per_frame takes a number of colours, not '{auto}'", auto=AUTO)


def check_formats(formats: Iterable[str], request: Request) -> None:
    """Refuse a palette for each frame in a format that has one; the error names those of many."""
    for row in (FORMATS[name] for name in formats if request.palette_per_frame):
        if not row.palettes:
            able = ", ".join(each.name for each in FORMATS.values() if each.palettes)
            raise UsageError(
                "palette_per_frame: a {format} has one palette; choose one of {able}",
                format=row.name,
                able=able,
            )


def _check_streams(inputs: Sequence[str], request: Request, *, several: bool) -> None:
    if request.update and (STREAM in inputs or request.output == STREAM):
        raise UsageError("update compares the ages of files, and '-' is none")
    if request.copy_larger and STREAM in inputs:
        raise UsageError("copy_larger copies files, and '-' is none")
    if inputs.count(STREAM) > 1:
        raise UsageError("standard input '-' can be read once only")
    if STREAM in inputs and request.in_place:
        raise UsageError("standard input '-' cannot be replaced in place")
    if several and request.output == STREAM:
        raise UsageError("standard output takes one input", "name a folder for several")
    if several and STREAM in inputs and request.output is None and request.image:
        raise UsageError("with '-' among several inputs, name a folder for the output")
    if STREAM in inputs and request.shared is not None and not request.from_images:
        raise UsageError("a shared palette reads its images twice, and standard input cannot be")


@contextmanager
def as_usage_error() -> Iterator[None]:
    """Turn the error over an ending that no format has into a UsageError."""
    try:
        yield
    except OutputError as error:
        failure = Failure.of(error)
        raise UsageError(failure.problem, failure.advice, **failure.values) from None
