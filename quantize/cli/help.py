"""`--help`: the purpose in one line, examples to copy, and the options in groups."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, Literal, TypeVar

import click

from quantize.dither.table import DITHERS

PURPOSE: Final = "Reduce images to their best N colours with k-means."

EXAMPLES: Final = (
    ("quantize photo.jpg -k 64", "photo-64.png and its palette and statistics, photo-64.json"),
    ("quantize photos -r -k 16 -o small", "a folder with its subfolders into another"),
    (
        "quantize photo.jpg -k 8 --no-image --save-palette photo.gpl --swatch photo-colors.png",
        "a palette for GIMP and a picture of it",
    ),
)

GROUPS: Final = ("Result", "Engine", "Output", "Palette", "Batch", "Information")

LOOKED_AT: Final = 1 << 20
"""Bytes of a `pyproject.toml` that may name this program; our choice."""

SOURCES: Final = "quantize.settings"
"""The key of `click.Context.meta` with a file of settings, and a line on what came from it."""

_WITHOUT_SETTINGS: Final = frozenset({"-h", "--help", "--version"})

F = TypeVar("F", bound=Callable[..., Any])


class GroupedOption(click.Option):
    """An option that knows its group and its stage.

    Attributes:
        group: the section of the help, one of `GROUPS`.
        stage: where the option acts, so that it is refused where there is no such stage: `finding`
            the colours and their order, `choosing` colours that are found or the best of a palette,
            `merging` near ones, `mapping` pixels to them; empty for all else.
        alone: the value where only the name of the option is given; empty for an option that
            needs one.
    """

    def __init__(
        self,
        *args: Any,
        group: str,
        stage: Literal["finding", "choosing", "merging", "mapping", ""],
        alone: str = "",
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.group = group
        self.stage = stage
        self.alone = alone


def option(group: str, *names: str, stage: str = "", **attributes: Any) -> Callable[[F], F]:
    """Return `click.option` in a group, with its default shown; see `GroupedOption`."""
    attributes.setdefault("show_default", True)
    return click.option(*names, cls=GroupedOption, group=group, stage=stage, **attributes)


def settings_files(folder: str) -> Iterator[str]:
    """Yield the files from a folder upwards that may have settings, the nearest first."""
    from quantize.storage import files  # which help and the version do without

    while True:
        for name in ("quantize.toml", "pyproject.toml"):
            path = os.path.join(folder, name)
            if files.exists(path) and (name == "quantize.toml" or _may_have_settings(path)):
                yield path
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above


def _may_have_settings(path: str) -> bool:
    """Return whether a `pyproject.toml` is worth parsing: most are not for this program."""
    from quantize.errors import FileError
    from quantize.storage import files

    try:
        text = files.read(path, LOOKED_AT, FileError).replace(b" ", b"")
    except FileError:
        return False
    return b"tool.quantize" in text or (b"[tool]" in text and b"quantize" in text)


_NUMBER: Final = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)")


def _joined(words: Sequence[str], alone: Mapping[str, str]) -> Iterator[str]:
    """Yield the words, options that need no value with theirs.

    Args:
        words: of the command line.
        alone: such options, and their values where none is given: where no number follows.
    """
    rest = deque(words)
    while rest:
        word = rest.popleft()
        if word in alone:
            is_given = bool(rest) and _NUMBER.fullmatch(rest[0])
            word = f"{word}={rest.popleft() if is_given else alone[word]}"
        yield word


class Command(click.Command):
    """A flat command with its options in groups."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the words of the command line; those of other programs are refused with a hint."""
        words = args[: args.index("--")] if "--" in args else args
        ours = {name for parameter in self.params for name in parameter.opts}
        unknown = [word for word in words if word.startswith(("-", "+")) and word not in ours]
        if unknown:
            from quantize.cli import foreign  # for words that are not ours as they stand

            foreign.refuse_words(unknown, ours)
        alone = {
            name: value
            for parameter in self.params
            if (value := getattr(parameter, "alone", ""))
            for name in parameter.opts
        }
        args = [*_joined(words, alone), *args[len(words) :]]
        paths = [*settings_files(os.getcwd())]
        asked = bool(paths) or any(word.startswith("--preset") for word in words)
        if asked and not ctx.resilient_parsing and not _WITHOUT_SETTINGS.intersection(words):
            from quantize.cli import config  # where there is a file of settings

            ctx.meta[SOURCES] = config.apply(ctx, self, args, paths)
        return super().parse_args(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write purpose, examples, usage, options and exit codes."""
        formatter.write_text(PURPOSE)
        with formatter.section("Examples"):
            for line, meaning in EXAMPLES:
                formatter.write(f"  {line}\n")
                formatter.write(f"      {meaning}\n")
        formatter.write_paragraph()
        self.format_usage(ctx, formatter)
        formatter.write_paragraph()
        formatter.write_text(
            "INPUTS are image files, folders, patterns, or - for standard input; with --no-image "
            "also palette files."
        )
        self.format_options(ctx, formatter)
        with formatter.section("Methods of --dither"):
            formatter.write_dl([(row.name, row.summary) for row in DITHERS.values()])
        formatter.write_paragraph()
        formatter.write_text(
            "Exit codes: 0 all done, 1 a problem with a file (the other inputs are done), "
            "2 a mistake on the command line, 98 every result is larger than its input "
            "(--skip-if-larger), 99 the error of --max-error or --quality is not reached, "
            "130, 143 and 129 ended by Ctrl-C, SIGTERM and SIGHUP, 141 nobody reads the image "
            "of -o -."
        )

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a section for each group of options."""
        for group in GROUPS:
            rows = [
                row
                for parameter in self.get_params(ctx)
                if isinstance(parameter, click.Option)
                and getattr(parameter, "group", "Information") == group
                and (row := parameter.get_help_record(ctx)) is not None
            ]
            with formatter.section(group):
                formatter.write_dl(rows)
