"""Folders that lie too deep for Python's functions that call themselves for each level: 1,000."""

from __future__ import annotations

import glob
import os
from collections.abc import Collection, Iterator
from contextlib import suppress


def matches(pattern: str) -> Collection[str]:
    """Return the names that a pattern stands for, each once."""
    try:
        return glob.glob(pattern, recursive=True)
    except RecursionError:  # it calls itself for each level
        return {*_matches(pattern)}


def _matches(pattern: str) -> Iterator[str]:
    """Yield the names that a pattern with `**` stands for; each folder is gone through once."""
    head, _, tail = pattern.partition("**")
    waiting = glob.glob(head) if head else [os.curdir]
    visited: set[tuple[int, int]] = set()
    while waiting:
        folder = waiting.pop()
        for name in glob.glob(tail.lstrip(os.sep) or "*", root_dir=folder):
            yield os.path.join(folder, name)
        with suppress(OSError):
            found = os.stat(folder)
            if (found.st_dev, found.st_ino) not in visited:
                visited.add((found.st_dev, found.st_ino))
                with os.scandir(folder) as entries:
                    shown = (each for each in entries if not each.name.startswith("."))
                    waiting += [each.path for each in shown if each.is_dir()]


def make_folders(path: str) -> None:
    """Make a folder and its parents where they are missing."""
    missing = [path]
    while (parent := os.path.dirname(missing[-1].rstrip(os.sep))) and not os.path.isdir(parent):
        missing.append(parent)
    for number, folder in enumerate(reversed(missing), 1):
        try:
            os.mkdir(folder)
        except FileExistsError:
            if number == len(missing) or not os.path.isdir(folder):
                raise
