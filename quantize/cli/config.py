"""Settings in a file: `quantize.toml`, or `[tool.quantize]` of `pyproject.toml`.

Their values take the place of the defaults of options, so Click checks them as it checks words of
the command line, which win. Loaded where there is such a file, or where one is asked for.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple, NoReturn

import click

from quantize.checks import did_you_mean
from quantize.errors import FileError
from quantize.jobs.inputs import STREAM
from quantize.jobs.request import EXCLUDING, EXIT_USAGE
from quantize.storage import files

NOT_IN_A_FILE: Final = frozenset({"no_config", "version", "short_help"})
"""Options of the command line alone."""

_FIELDS: Final = {"image": "no_image", "sidecar": "no_sidecar"}

_EXCLUDE: Final = (
    *((_FIELDS.get(one, one), _FIELDS.get(other, other)) for one, other in EXCLUDING),
    ("max_error", "quality"),
    ("max_error", "auto_criterion"),
    ("quality", "auto_criterion"),
    ("quiet", "verbose"),
    ("jobs", "cluster"),
    *(
        ("palette_per_frame", name)
        for name in (
            *("save_palette", "swatch", "max_error", "quality", "shared_palette", "from_images"),
            "use_palette",
        )
    ),
)
"""Pairs of options that exclude each other: that of the command line wins."""

_NEED: Final[Mapping[str, tuple[str, ...]]] = {
    "or_best": ("max_error", "quality"),
    "shared_weight": ("shared_palette", "from_images"),
    "backup": ("in_place",),
    "copy_larger": ("skip_if_larger",),
    "swatch_style": ("swatch",),
    "null": ("files_from",),
    "shard": ("files_from",),
}
"""Options of a file that wait until one of others is there."""


class FileMistake(click.ClickException):
    """A key or a value of a file is wrong; the usage of the command would say nothing of it."""

    exit_code = EXIT_USAGE


class _Value(NamedTuple):
    """A value of a file: as Click takes it, the table that it stands in, and as it is written."""

    taken: Any
    place: str
    written: Any


class _File:
    """A file of settings, and the options that its keys name."""

    def __init__(self, path: str, table: Mapping[str, Any], command: click.Command) -> None:
        self.path, self.table = path, table
        self.options: dict[str, click.Option] = {}
        self.shorts: dict[str, str] = {}
        for option in command.params:
            if isinstance(option, click.Option) and option.name not in NOT_IN_A_FILE:
                key = option.opts[-1].removeprefix("--")
                self.options[key] = option
                self.shorts |= {name.lstrip("-"): key for name in option.opts[:-1]}

    def values(self, ctx: click.Context, preset: str | None) -> dict[str, _Value]:
        """Return the value of each option by its name.

        Raises:
            FileMistake: a key or a value is wrong, or there is no such preset.
        """
        top = {key: value for key, value in self.table.items() if key != "presets"}
        presets = self.table.get("presets", {})
        if not isinstance(presets, dict):
            self._fail("presets", "sets have names: [presets.web]")
        found = self._checked(ctx, top, "")
        sets = {}
        for name, table in presets.items():
            if not isinstance(table, dict):
                self._fail(f"presets.{name}", f"{_shown(table)}: a table is wanted")
            sets[name] = self._checked(ctx, table, f"presets.{name}.")
        wanted = preset or (found["preset"].taken if "preset" in found else None)
        if wanted is None:
            return found
        if wanted not in sets:
            known = f"there are {', '.join(presets)}" if presets else "there are none"
            hint = did_you_mean(wanted, presets)
            self._fail(f"presets.{wanted}", f"there is no such set; {known}{hint}")
        chosen = sets[wanted]
        idle = _excluded_by({name for name, value in chosen.items() if value.taken})
        return {name: value for name, value in found.items() if name not in idle} | chosen

    def _checked(
        self, ctx: click.Context, table: Mapping[str, Any], place: str
    ) -> dict[str, _Value]:
        found = {}
        for key, value in table.items():
            if key not in self.options or (place and key == "preset"):
                meant = f"; did you mean '{self.shorts[key]}'?" if key in self.shorts else ""
                hint = meant or did_you_mean(key, self.options)
                self._fail(place + key, f"there is no such option{hint}")
            option = self.options[key]
            taken = self._value(ctx, option, value, place + key)
            found[str(option.name)] = _Value(taken, place, value)
        for one, other in _EXCLUDE:
            if all(name in found and found[name].taken for name in (one, other)):
                keys = {option.name: key for key, option in self.options.items()}
                self._fail(place + keys[other], f"{keys[one]} excludes it")
        return found

    def _value(self, ctx: click.Context, option: click.Option, value: Any, key: str) -> Any:
        """Return a value as Click takes it; it has been converted once, to see whether it can be.

        Numbers are handed over as texts: of 2.5 a type of whole numbers would make 2.
        """
        if option.is_flag:
            if not isinstance(value, bool):
                self._fail(key, f"{_shown(value)} is neither true nor false")
            return value
        if value is True and (alone := getattr(option, "alone", "")):
            return alone
        if option.multiple != isinstance(value, list):
            wanted = "a list is wanted" if option.multiple else "one value is wanted"
            self._fail(key, f"{_shown(value)}: {wanted}")
        parts = value if option.multiple else [value]
        for part in parts:
            if not isinstance(part, (str, int, float)) or isinstance(part, bool):
                self._fail(key, f"{_shown(part)} is neither a text nor a number")
        texts = [str(part) for part in parts]
        if isinstance(option.type, click.Path):
            texts = [self._place(text) for text in texts]
        found = tuple(texts) if option.multiple else texts[0]
        try:
            option.type_cast_value(ctx, found)
        except click.BadParameter as error:
            self._fail(key, error.message)
        return found

    def _place(self, path: str) -> str:
        """Return a path as it is meant from the folder of the file."""
        if path == STREAM or files.is_url(path) or os.path.isabs(path):
            return path
        return os.path.join(os.path.dirname(self.path), path)

    def _fail(self, key: str, problem: str) -> NoReturn:
        raise FileMistake(f"{self.path}: {key}: {problem.rstrip('.')}")


def apply(
    ctx: click.Context, command: click.Command, args: list[str], paths: Sequence[str]
) -> tuple[str, str] | None:
    """Take the values of the nearest file as defaults.

    Args:
        ctx: gets them.
        command: has the options.
        args: the words of the command line.
        paths: files that may have settings, the nearest first.

    Returns:
        The file, and a line on what came from it; None if none has settings.

    Raises:
        FileMistake: it names the file and the key.
        click.UsageError: there is no file to take the preset from.
    """
    said, _, _ = command.make_parser(ctx).parse_args(args=list(args))
    preset = said.get("preset")
    if said.get("no_config"):
        if preset is not None:
            raise click.UsageError("--preset is for settings in a file, and --no-config reads none")
        return None
    for path in paths:
        table = _table_of(path)
        if table is not None:
            break
    else:
        if preset is not None:
            raise click.UsageError(
                f"--preset {preset}: there is no quantize.toml here or in a folder above, "
                "and no pyproject.toml with [tool.quantize]"
            )
        return None
    path = _near(path)
    values = _File(path, table, command).values(ctx, preset)
    kept = _without_what_yields(values, said, command)
    ctx.default_map = {name: value.taken for name, value in kept.items()}
    return path, _told(path, kept, said, command)


def _table_of(path: str) -> dict[str, Any] | None:
    """Return the settings in a file; None of a `pyproject.toml` that has none."""
    inside = os.path.basename(path) == "pyproject.toml"
    try:
        data = files.read(path, MOST_BYTES, FileError)
        table: Any = tomllib.loads(data.decode("utf-8"))
    except (OSError, ValueError) as error:
        raise FileMistake(f"{_near(path)}: is no TOML that can be read: {error}") from None
    if inside:
        table = table.get("tool", {}).get("quantize")
        if table is not None and not isinstance(table, dict):
            raise FileMistake(f"{_near(path)}: tool.quantize: a table is wanted")
    found: dict[str, Any] | None = table
    return found


MOST_BYTES: Final = 1 << 20
"""Of a file of settings; our choice."""


def _near(path: str) -> str:
    """Return a path from the working folder, as people would write it."""
    return os.path.relpath(path)


def _without_what_yields(
    values: Mapping[str, _Value], said: Mapping[str, Any], command: click.Command
) -> dict[str, _Value]:
    """Return the values of a file that agree with the command line, which wins.

    Args:
        values: of the file.
        said: of the command line.
        command: has the options.
    """
    idle = _excluded_by({name for name, value in said.items() if value})
    if said.get("inputs"):
        idle.add("files_from")
    if said.get("output") == STREAM:
        idle.add("as_json")
    if "colors" in said and said["colors"] != "auto":
        idle.add("auto_criterion")
    if "use_palette" in said:
        idle |= _of_stages(command, {"finding", "choosing", "merging"})
    elif "use_palette" in values:
        idle |= _of_stages(command, {"finding", "merging"})
    kept = {name: value for name, value in values.items() if name not in idle}
    there = {name for name, value in kept.items() if value.taken} | {*said}
    for name, others in _NEED.items():
        if name in kept and not there.intersection(others):
            del kept[name]
    dither = kept["dither"].taken if "dither" in kept else "none"
    if said.get("dither", dither) == "none":
        kept.pop("dither_strength", None)
    return kept


def _excluded_by(names: Collection[str]) -> set[str]:
    """Return the options that one of these excludes."""
    both_ways = (*_EXCLUDE, *((other, one) for one, other in _EXCLUDE))
    return {mine for mine, theirs in both_ways if theirs in names}


def _of_stages(command: click.Command, stages: set[str]) -> set[str]:
    options = (option for option in command.params if isinstance(option, click.Option))
    return {str(option.name) for option in options if getattr(option, "stage", "") in stages}


def _told(
    path: str,
    kept: Mapping[str, _Value],
    said: Mapping[str, Any],
    command: click.Command,
) -> str:
    """Return a line on where values came from."""
    keys = {option.name: option.opts[-1].removeprefix("--") for option in command.params}
    parts = [
        f"{value.place}{keys[name]} = {_shown(value.written)}"
        for name, value in kept.items()
        if name not in said
    ]
    return f"settings of {path}: {', '.join(parts) or 'none is left'}"


def _shown(value: Any) -> str:
    """Return a value as JSON has it, which is much as it stands in the file."""
    return json.dumps(value, ensure_ascii=False, default=str)
