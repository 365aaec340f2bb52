"""Refuse, before any work, names that would be written twice, or over an input."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NoReturn

from quantize.errors import CollisionError
from quantize.jobs.inputs import is_folder
from quantize.storage import files

SHOWN: Final = 3
"""Number of collisions that a message lists; the rest are counted."""


def refuse(targets: Iterable[tuple[str, str]], inputs: Iterable[str]) -> None:
    """Check the outputs of a command against each other and against its inputs.

    Args:
        targets: pairs of an input and a file that is to be written for it.
        inputs: files that are read.

    Raises:
        CollisionError: two results would be one file, or a result an input.
    """
    read = {files.identity(path): path for path in inputs}
    taken: dict[str, str] = {}
    twice: list[str] = []
    for source, target in targets:
        name = files.identity(target)
        if name in read:
            refuse_input(target, read[name])
        if name in taken:
            other = taken[name]
            whose = f"both {other} and {source}" if other != source else f"{other} twice"
            twice.append(f"{target}: would be written for {whose}")
        taken[name] = source
    if twice:
        more = f" (and {len(twice) - SHOWN} more such names)" if len(twice) > SHOWN else ""
        raise CollisionError(f"{'; '.join(twice[:SHOWN])}{more}; nothing was written")


def overwritten(targets: Iterable[tuple[str, str]], inputs: Mapping[str, str]) -> dict[str, str]:
    """Return the inputs that would be overwritten for another input, each with the target.

    Args:
        targets: as for `refuse`.
        inputs: inputs by their `files.identity`.
    """
    return {
        inputs[name]: target
        for source, target in targets
        if (name := files.identity(target)) in inputs and inputs[name] != source
    }


def refuse_any_input(output: str, inputs: Iterable[str]) -> None:
    """Refuse an output that is an input, before its ending is checked.

    So `photo.jpg` as the output of `photo.jpg` is an error about the file, not about its ending.
    """
    for path in inputs:
        if not is_folder(path) and files.identity(path) == files.identity(output):
            refuse_input(output, path)


def refuse_input(target: str, source: str) -> NoReturn:
    """Refuse an output that is an input.

    Raises:
        CollisionError: always.
    """
    same = "is the input itself" if target == source else f"is the same file as the input {source}"
    raise CollisionError(f"{target}: {same}", "choose another name; nothing was written")
