"""Names of outputs with words in braces, which each input fills in: `dist/{parent}/{stem}{ext}`.

Loaded where a name has a brace, or inputs may be copied.
"""

from __future__ import annotations

import os
import posixpath
import re
from typing import Final

from quantize import checks
from quantize.errors import UsageError
from quantize.images.table import DEFAULT_FORMAT, FORMATS, format_of_ending
from quantize.jobs.inputs import STREAM
from quantize.storage import files

WORDS: Final = ("stem", "k", "ext", "parent")
"""The input's name without its ending; the number of colours; the ending of the output with its
dot; the input's folder below the one that was given."""

_IN_BRACES: Final = re.compile(r"\{([^{}]*)\}")
_WHOLE_PARENT: Final = re.compile(r"(^|[/\\])\{parent\}[/\\]+")
"""`{parent}` as a whole part of a path: where it is empty, its slash goes too."""


def check(name: str) -> None:
    """Refuse words in braces that mean nothing.

    Raises:
        UsageError: it names those that do.
    """
    for word in _IN_BRACES.findall(name):
        if word not in WORDS:
            raise UsageError(
                "{name}: {word} is none of {words}",
                name=name,
                word=f"{{{word}}}",
                words=", ".join(f"{{{known}}}" for known in WORDS),
            )


def filled(name: str, **words: str) -> str:
    """Return a name with its words replaced, all at once: a stem may hold braces of its own.

    Args:
        name: a pattern.
        words: a text for each of `WORDS`.
    """
    if not words["parent"]:
        name = _WHOLE_PARENT.sub(r"\1", name)
    return _IN_BRACES.sub(lambda found: words.get(found[1], found[0]), name)


def names_folder(name: str, *, several: bool) -> bool:
    """Return whether a pattern stands for folders, in which files have their usual names.

    Args:
        name: the pattern.
        several: whether there may be several inputs: without a slash at its end, it is a folder if
            nothing in its last part tells one file from another.
    """
    last = files.split(name)[1]
    if not last:
        return True
    return several and "{stem}" not in last and not own_ending(last) and "{ext}" not in last


def fixed_folder(name: str, k: str) -> str | None:
    """Return the folder that all outputs of a pattern lie in; None if they may lie anywhere.

    Args:
        name: the pattern.
        k: the number of colours.
    """
    before = name.replace("{k}", k).partition("{")[0]
    folder = files.split(before)[0]
    return folder or None


def own_ending(name: str) -> str:
    """Return the ending that a pattern gives all its outputs, in lower case; empty without one."""
    ending = checks.ending_of(name)
    return "" if "{" in ending or "}" in ending else ending


def ending_for(path: str, format_name: str | None) -> str:
    """Return what `{ext}` stands for.

    Args:
        path: of the input; its own ending, letter for letter, where its format can be written.
        format_name: the format that was asked for; None for that of the input.
    """
    ending = checks.ending_of(path)
    row = format_of_ending(ending)
    wanted = FORMATS[format_name or (DEFAULT_FORMAT if row is None else row.name)]
    return path[-len(ending) :] if row is wanted else wanted.endings[0]


def parent_of(path: str, folder: str, *, found: bool) -> str:
    """Return what `{parent}` stands for, with slashes as in `icons/small`.

    Args:
        path: of the input.
        folder: where it was found, below the folder that was given.
        found: whether it was found in a folder; a file that was named has its folder as it was
            written, if that is relative and leads nowhere up.
    """
    if found:
        return folder
    if files.is_absolute(path):
        return ""
    written = files.split(path)[0].replace(os.sep, "/")
    parts = written.split("/")
    if ".." in parts or posixpath.isabs(written) or os.path.splitdrive(path)[0]:
        return ""
    return "/".join(part for part in parts if part not in ("", "."))


def copy_of(path: str, output: str) -> str:
    """Return the name of the input among the outputs, which has its own ending.

    It is that of the input itself, where it would lie there anyway.
    """
    if output == STREAM:
        return STREAM
    ending = path[len(path) - len(checks.ending_of(path)) :]
    copy = os.path.splitext(output)[0] + ending
    return path if files.identity(copy) == files.identity(path) else copy
