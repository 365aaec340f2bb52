"""Writing files so that nothing is lost: all of them, or none.

A crash, a full disk or a signal leaves the old file or the new one, never half of one, and no
temporary file. What a process leaves that is killed outright is removed by the next one that writes
into the folder. Object stores keep these promises as far as they can, see `remote`.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterable, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Final, NamedTuple

from quantize.errors import OutputError
from quantize.storage import files, interruption, local

if TYPE_CHECKING:
    from quantize.storage.backend import Backend


class _Staged(NamedTuple):
    """A file whose content waits under a temporary name, which is empty if the store has none."""

    backend: Backend
    path: str
    temporary: str
    data: bytes
    force: bool


class Replaced(NamedTuple):
    """A file whose content is replaced by what was made of it, whatever `force` says.

    Attributes:
        path: the file, as it is named among the items.
        seen: its `versions.fingerprint` before it was read.
        backup: the name that the old content is kept under, unless a file has it; None for none.
    """

    path: str
    seen: str
    backup: str | None = None


def write_all(
    items: Sequence[tuple[str, bytes]], *, force: bool, replaced: Replaced | None = None
) -> None:
    """Write all files, or none: each is whole, and a failure leaves no temporary file.

    All are written whole under temporary names first, then renamed in the order given. Signals wait
    until a file is written, and until all are renamed. Without `force`, a file that another program
    has made meanwhile is not overwritten either. With `force`, a rename that fails, which is rare,
    leaves the files before it replaced.

    Args:
        items: path and content of each file, or of a device such as `/dev/null`.
        force: replace a file that exists; a link stays, and the file it points to is replaced. The
            new file gets the mode of the old one and, where that is allowed, its owner.
        replaced: one that is replaced by what was made of it, which is not done if another program
            has changed it meanwhile.

    Raises:
        OutputError: one cannot be written; the message says which and why.
        OutputExistsError: one exists and `force` is not set.
    """
    sweep(path for path, _ in items)
    with interruption.held():
        _write_all(items, force=force, replaced=replaced)


def _write_all(
    items: Sequence[tuple[str, bytes]], *, force: bool, replaced: Replaced | None = None
) -> None:
    staged: list[_Staged] = []
    published: list[tuple[Backend, str]] = []
    group = os.urandom(4).hex()
    try:
        for number, (path, data) in enumerate(items):
            interruption.check()
            if files.is_device(path):
                local.write_to_device(path, data)
                continue
            backend = files.backend_of(path)
            if os.name == "nt" and backend is local:
                from quantize.storage import other_systems

                other_systems.refuse_name(path)
            over = force or (replaced is not None and path == replaced.path)
            target = backend.target_of(path) if over else path
            name = temporary_file(files.split(target)[1], group, number)
            temporary = backend.temporary_name(target, name)
            staged.append(_Staged(backend, target, temporary, data, over))
            backend.stage(path, temporary, data, force=over)
        interruption.check()
        if replaced is not None and _kept(replaced):
            published.append((files.backend_of(replaced.path), str(replaced.backup)))
        for each in staged:
            each.backend.publish(each.path, each.temporary, each.data, force=each.force)
            if not each.force:
                published.append((each.backend, each.path))
    except BaseException:
        _remove(published)
        raise
    finally:
        _remove((each.backend, each.temporary) for each in staged)


def _kept(replaced: Replaced) -> bool:
    """Refuse to replace a file that was changed meanwhile, else keep it; return whether it was.

    Raises:
        OutputError: it was changed, or cannot be kept.
    """
    from quantize.storage import versions  # for those who replace files

    if versions.fingerprint(replaced.path) != replaced.seen:
        raise OutputError(replaced.path, "was changed by another program meanwhile", "try it again")
    backup = replaced.backup
    if backup is None or files.is_taken(backup):  # that one is the original
        return False
    try:
        if not versions.link(replaced.path, backup):
            with files.open_for_reading(replaced.path, OutputError) as stream:
                data = stream.read()
            _write_all([(backup, data)], force=False)
            versions.take_over_times(replaced.path, backup)
    except FileExistsError:  # another run was faster
        return False
    return True


def _remove(files_of: Iterable[tuple[Backend, str]]) -> None:
    for backend, path in files_of:
        if path:
            backend.remove(path)


# --- temporary files ------------------------------------------------------------------------------

MOST_BYTES_OF_A_STEM: Final = 80
MOST_LETTERS_OF_A_MACHINE: Final = 24
"""With these, no temporary name has more than the 143 bytes that an encrypted folder takes
(eCryptfs); other file systems take 255."""

TOKEN: Final = os.urandom(2).hex()
"""In the names of this run; the number of a process may be that of an earlier one."""


@cache
def machine() -> str:
    """Return the name of this machine, as it stands in names of temporary files."""
    name = os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    plain = re.sub("[^A-Za-z0-9-]", "-", name)
    if len(plain) <= MOST_LETTERS_OF_A_MACHINE:
        return plain
    return f"{plain[: MOST_LETTERS_OF_A_MACHINE - 9]}-{zlib.crc32(name.encode()):08x}"


def owner(process: int | None = None) -> str:
    """Return the owner of temporary files: this machine and a process of it, or this one."""
    return f"{machine()}.{os.getpid() if process is None else process}"


def temporary_file(name: str, group: str, number: int) -> str:
    """Return the name of the temporary file for a file, which tells who made it.

    Args:
        name: of the file.
        group: 8 hexadecimal digits, the same for all files that become visible together.
        number: another one for each of them.
    """
    return f".{stem_of(name)}.{owner()}-{TOKEN}{group}-{number}.tmp"


def stem_of(name: str) -> str:
    """Return the part of a name that stands in that of its temporary file: so many bytes of it."""
    stem = name[:MOST_BYTES_OF_A_STEM]
    while len(os.fsencode(stem)) > MOST_BYTES_OF_A_STEM:
        stem = stem[:-1]
    return stem


_swept: set[str] = set()


def sweep(targets: Iterable[str]) -> None:
    """Remove what killed processes have left in the folders of some files; once for each folder.

    What belongs to a process that runs, or to another machine, stays.
    """
    for folder in dict.fromkeys(files.split(path)[0] for path in targets):
        place = files.full_name(folder or os.curdir)
        if place not in _swept:
            _swept.add(place)
            if files.backend_of(folder).temporary_files(folder):
                from quantize.storage import litter

                litter.clear(folder, partial(litter.is_of_the_dead, machine(), TOKEN))


def remove_litter(targets: Iterable[str], owned_by: str) -> None:
    """Remove the temporary files that a killed process has left of files it was about to write.

    Args:
        targets: those files.
        owned_by: see `owner`.
    """
    stems: dict[str, list[str]] = {}
    for target in targets:
        folder, name = files.split(target)
        stems.setdefault(folder, []).append(stem_of(name))
    for folder, of in stems.items():
        if files.backend_of(folder).temporary_files(folder):
            from quantize.storage import litter

            litter.clear(folder, partial(litter.is_made_by, owned_by, of))
