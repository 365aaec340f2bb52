"""Patterns over folders that lie too deep for `glob`, which calls itself for each level."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from contextlib import suppress

from quantize.errors import FileError
from quantize.storage import local


def matches(pattern: str) -> Iterator[str]:
    """Yield the names that a pattern with `**` stands for; each folder is looked into once."""
    head, _, tail = pattern.partition("**")
    waiting = glob.glob(head) if head else [os.curdir]
    visited: set[str] = set()
    while waiting:
        folder = waiting.pop()
        identity = local.identity(folder)
        if identity in visited:
            continue
        visited.add(identity)
        for name in glob.glob(tail.lstrip(os.sep) or "*", root_dir=folder):
            yield os.path.join(folder, name)
        with suppress(FileError):
            shown = (each for each in local.list_folder(folder) if not each.name.startswith("."))
            waiting += [os.path.join(folder, each.name) for each in shown if each.is_folder]
