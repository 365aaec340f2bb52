"""The content of a folder: names, bytes, times."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def names(folder: Path) -> set[str]:
    """Everything in a folder and below, hidden files too."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Name, content and time of everything in a folder and below; links as links."""
    return {str(path.relative_to(folder)): _state(path) for path in folder.rglob("*")}


def _state(path: Path) -> tuple[bytes, int]:
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        return os.fsencode(path.readlink()), found.st_mtime_ns
    if stat.S_ISDIR(found.st_mode):  # its time changes with temporary files, which is no harm
        return b"", 0
    return path.read_bytes(), found.st_mtime_ns
