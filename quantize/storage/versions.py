"""Versions of a file: its age, whether it is still the one that was read, and an old one kept.

Loaded where files are replaced by what was made of them, or compared by age.
"""

from __future__ import annotations

import os
from contextlib import suppress

from quantize.storage import files, local


def modified(path: str) -> float | None:
    """Return when a file was changed last, in seconds; a storage that does not tell says None.

    Raises:
        FileError: a remote storage does not answer.
    """
    if files.is_url(path):
        from quantize.storage import remote

        return remote.modified(path)
    try:
        return os.stat(path).st_mtime_ns / 1e9
    except (OSError, ValueError):
        return None


def fingerprint(path: str) -> str:
    """Return a text that differs once a file has been changed or replaced; empty without a file."""
    if files.is_url(path):
        from quantize.storage import remote

        return remote.fingerprint(path)
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return ""
    return f"{found.st_dev}:{found.st_ino}:{found.st_size}:{found.st_mtime_ns}"


def link(path: str, backup: str) -> bool:
    """Give a local file a second name, so that its mode, owner and times are kept with it.

    Returns:
        False where that cannot be: a storage or a file system without hard links.

    Raises:
        FileExistsError: another program was faster.
    """
    if files.is_url(path):
        return False
    try:
        os.link(local.target_of(path), backup)
    except FileExistsError:
        raise
    except OSError:
        return False
    return True


def take_over_times(path: str, copy: str) -> None:
    """Give a copy of a local file the mode and the times of the file, as far as that is allowed."""
    if not files.is_url(copy):
        with suppress(OSError):
            found = os.stat(path)
            os.chmod(copy, found.st_mode & 0o7777)
            os.utime(copy, ns=(found.st_atime_ns, found.st_mtime_ns))
