"""What a process leaves behind that is killed outright: found by its name, and removed.

Loaded where a folder holds a temporary file.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Final, NamedTuple

from quantize.storage import files

_NAME: Final = re.compile(
    r"\.(?P<stem>.*)\.(?P<owner>(?P<machine>[A-Za-z0-9-]*)\.(?P<process>[0-9]{1,18}))"
    r"-(?P<token>[0-9a-f]{4})(?P<group>[0-9a-f]{8})-[0-9]+\.tmp",
    re.DOTALL,
)


class Temporary(NamedTuple):
    """The parts of the name of a temporary file; see `safe_write.temporary_file`."""

    stem: str
    owner: str
    machine: str
    process: int
    token: str
    group: str


def parsed(name: str) -> Temporary | None:
    """Return the parts of the name of a file; None if it is no temporary file of ours."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    stem, owner, machine, process, token, group = found.groups()
    return Temporary(stem, owner, machine, int(process), token, group)


def is_of_the_dead(machine: str, token: str, found: Temporary) -> bool:
    """Return whether the process that made a file has ended; of another machine's, nobody knows.

    Args:
        machine: the name of this one.
        token: that of this process.
        found: the name of the file.
    """
    if found.machine != machine:
        return False
    if found.process == os.getpid():  # in a container each run may have the same number
        return found.token != token
    return not _is_alive(found.process)


def is_made_by(owner: str, stems: Collection[str], found: Temporary) -> bool:
    """Return whether a process made a file for one of some targets, which are named by stems."""
    return found.owner == owner and found.stem in stems


def _is_alive(process: int) -> bool:
    if os.name == "nt":  # there a signal of 0 is Ctrl-C
        return True
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # it is somebody else's
        return True
    return not _is_zombie(process)


def _is_zombie(process: int) -> bool:
    """Return whether a process has ended, and its parent has not asked for its exit code yet."""
    with suppress(OSError, IndexError), open(f"/proc/{process}/stat", "rb") as stat:
        return stat.read().rpartition(b")")[2].split()[0] in (b"Z", b"X")
    return False


def clear(folder: str, is_litter: Callable[[Temporary], bool]) -> None:
    """Remove temporary files from a folder.

    Where their process died while the files of an input became visible, those that were visible
    already go too: all files of an input, or none. Then some of its temporary files are linked to
    files of their own names, and some not yet.
    """
    backend = files.backend_of(folder)
    groups: dict[str, list[str]] = defaultdict(list)
    for name in backend.temporary_files(folder):
        found = parsed(name)
        if found is not None and is_litter(found):
            groups[found.owner + found.group].append(files.join(folder, name))
    for paths in groups.values():
        links = [_links(path) for path in paths]
        if not all(links):
            for path in (link for others in links for link in others):
                backend.remove(path)
        for path in paths:
            backend.remove(path)


def _links(path: str) -> list[str]:
    """Return the other names of a file in its folder; a store that is remote has none."""
    if files.is_url(path):
        return []
    folder, name = os.path.split(path)
    with suppress(OSError):
        found = os.stat(path, follow_symlinks=False)
        if found.st_nlink > 1:
            with os.scandir(folder or os.curdir) as entries:
                same = [entry for entry in entries if entry.inode() == found.st_ino]
                return [os.path.join(folder, each.name) for each in same if each.name != name]
    return []
