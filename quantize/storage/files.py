"""Writing files so that nothing is lost: a temporary file beside the target, then a rename.

A crash, a full disk or Ctrl-C leaves the old file or the new one, never half of one, and no litter.
What has a URL for a name is handed to `remote`, which keeps the same promises as its store can.
Small files, such as palettes, are read here as well; pictures have a reader of their own.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from quantize.errors import (
    FileError,
    InputIsFolderError,
    InputMissingError,
    OutputError,
    OutputExistsError,
)
from quantize.storage import remote

EXISTS = OutputExistsError.ADVICE


def read_small(path: str, most: int, error: type[FileError]) -> bytes:
    """The content of a file; of a larger one than `most` bytes, the first `most + 1`.

    So a file that is too large can be told without being read, even a device that never ends.

    Raises:
        InputMissingError: there is no such file.
        InputIsFolderError: it is a folder.
        FileError: it cannot be read; of the class `error`.
    """
    if remote.is_url(path):
        return remote.read(path, most + 1, error)
    try:
        with open(path, "rb") as file:
            return file.read(most + 1)
    except FileNotFoundError:
        raise InputMissingError(path, "no such file; check the name") from None
    except IsADirectoryError:
        raise InputIsFolderError(path, "is a folder; name a file in it") from None
    except PermissionError:
        raise error(path, "permission denied; make the file readable") from None
    except OSError as reason:
        raise error(path, f"cannot be read: {reason.strerror or reason}") from None
    except ValueError as reason:  # a NUL in the name
        raise error(path, f"cannot be opened: {reason}") from None


def taken(path: str) -> bool:
    """Whether something has this name, be it a link to nothing.

    Raises:
        FileError: a remote storage does not say.
    """
    return remote.exists(path) if remote.is_url(path) else os.path.lexists(path)


def exists(path: str) -> bool:
    """Whether there is a file or folder.

    Raises:
        FileError: a remote storage does not say.
    """
    return remote.exists(path) if remote.is_url(path) else os.path.exists(path)


def is_folder(path: str) -> bool:
    """Whether there is a folder; not if a remote storage does not say."""
    if not remote.is_url(path):
        return os.path.isdir(path)
    try:
        return remote.is_folder(path)
    except FileError:
        return False


def check_target(path: str, *, force: bool) -> None:
    """Refuse, before any work, what could not be written afterwards.

    Raises:
        OutputError: the folder is missing or closed, or the target is a folder.
        OutputExistsError: the target exists and `force` is not set.
    """
    if remote.is_url(path):
        remote.check_target(path, force=force)
        return
    folder = os.path.dirname(path) or os.curdir
    if not os.path.isdir(folder):
        what = "is not a folder" if os.path.exists(folder) else "does not exist; make it first"
        raise OutputError(path, f"the folder {folder} {what}")
    if is_device(path):
        return
    if os.path.isdir(path):
        raise OutputError(path, "is a folder; add a name, or end it in '/' to write into it")
    if os.path.lexists(path) and not force:
        raise OutputExistsError(path, EXISTS)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(path, f"the folder {folder} is not writable; choose another with -o")


def foresee(
    targets: Sequence[str], *, force: bool, skip_existing: bool, folders_are_made: bool
) -> tuple[str, str]:
    """What would become of these files: `write` or `skip`, and why not, or an empty string."""
    try:
        existing = [path for path in targets if taken(path) and not is_device(path)]
    except FileError as error:
        return "write", str(error)
    if skip_existing and targets and len(existing) == len(targets):
        return "skip", ""
    for path in targets:
        if path in existing and skip_existing:
            continue
        try:
            if folders_are_made and not exists(folder_of(path) or os.curdir):
                continue
            check_target(path, force=force)
        except FileError as error:
            return "write", str(error)
    return "write", ""


def folder_of(path: str) -> str:
    """The folder that a file is in; empty for the current one."""
    return remote.split(path)[0] if remote.is_url(path) else os.path.dirname(path)


def join(folder: str, *names: str) -> str:
    """The name of a file in a folder."""
    if remote.is_url(folder):
        return remote.join(folder, *names)
    return os.path.join(folder, *names)


def make_folder(path: str) -> bool:
    """Create an output folder and its parents, if it is not there yet; whether it was created.

    Raises:
        OutputError: it cannot be made.
    """
    if remote.is_url(path):
        return remote.make_folder(path)
    if os.path.isdir(path):
        return False
    try:
        os.makedirs(path)
    except FileExistsError:
        if os.path.isdir(path):  # another run was faster
            return False
        raise OutputError(path, "is a file, and a folder is wanted") from None
    except OSError as error:
        raise OutputError(path, f"the folder cannot be made: {_explain(error)}") from None
    return True


def remove_if_empty(folder: str) -> None:
    """Take back a folder that nothing was written into."""
    if remote.is_url(folder):
        remote.remove_if_empty(folder)
        return
    with suppress(OSError):
        os.rmdir(folder)


def write_all(items: Sequence[tuple[str, bytes]], *, force: bool) -> None:
    """Write all files, or none: each is whole, and a failure leaves no litter.

    All are written whole under temporary names first, then renamed in the order given. Without
    `force` a file that has come into being meanwhile is not overwritten either; with it, a rename
    that fails, which is rare, leaves the ones before it replaced.

    Args:
        items: path and content of each file, or of a device such as `/dev/null`.
        force: replace what exists.

    Raises:
        OutputError: one cannot be written; says which and why.
        OutputExistsError: one exists and `force` is not set.
    """
    staged: list[tuple[str, str]] = []
    published: list[str] = []
    contents = dict(items)
    try:
        for path, data in items:
            with _explained(path):
                if remote.is_url(path):
                    temporary = os.path.basename(_temporary_name(path))
                    staged.append((remote.stage(path, data, temporary), path))
                    continue
                if is_device(path):
                    with open(path, "wb") as device:
                        device.write(data)
                    continue
                # with force a link stays where it is, and what it points to is replaced
                target = os.path.realpath(path) if force else path
                staged.append((_temporary_name(target), target))
                _write_new(staged[-1][0], data)
        for temporary, target in staged:
            with _explained(target):
                if remote.is_url(target):
                    remote.publish(temporary, target, contents[target], force=force)
                elif force:
                    os.replace(temporary, target)
                else:
                    _rename_to_free_name(temporary, target)
                if not force:
                    published.append(target)
    except BaseException:
        _remove(published)
        raise
    finally:
        _remove(temporary for temporary, _ in staged)


def remove_litter(targets: Iterable[str], process: int) -> None:
    """Remove what a process that was killed has left of files that it was about to write."""
    for target in targets:
        folder, name = os.path.split(target)
        if remote.is_url(target):
            remote.remove_litter(target, _temporary_stem(name, process))
            continue
        with suppress(OSError):
            for found in os.listdir(folder or os.curdir):
                if found.startswith(_temporary_stem(name, process)) and found.endswith(".tmp"):
                    _remove([os.path.join(folder, found)])


def _temporary_name(target: str) -> str:
    folder, name = os.path.split(target)
    stem = _temporary_stem(name, os.getpid())
    return os.path.join(folder, f"{stem}{os.urandom(4).hex()}.tmp")


def _temporary_stem(name: str, process: int) -> str:
    return f".{name[:80]}.{process}-"


def _write_new(path: str, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    with os.fdopen(os.open(path, flags, 0o666), "wb") as file:  # less the umask
        file.write(data)


def _remove(paths: Iterable[str]) -> None:
    for path in paths:
        with suppress(OSError):
            if remote.is_url(path):
                remote.remove(path)
            else:
                os.unlink(path)


def _rename_to_free_name(temporary: str, path: str) -> None:
    """A hard link fails where the name is taken; a rename would overwrite in silence."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, "exists", path) from None
        os.replace(temporary, path)


def is_device(path: str) -> bool:
    """`-o /dev/null`, a named pipe: nothing that could be replaced."""
    if remote.is_url(path):
        return False
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


@contextmanager
def _explained(path: str) -> Iterator[None]:
    try:
        yield
    except FileError:
        raise
    except FileExistsError:
        raise OutputExistsError(path, EXISTS) from None
    except OSError as error:
        raise OutputError(path, _explain(error)) from None


def _explain(error: OSError) -> str:
    advice = {
        errno.ENOSPC: "the disk is full; free some space",
        errno.EDQUOT: "the disk quota is used up; free some space",
        errno.EFBIG: "the file would be larger than the system allows",
        errno.EACCES: "permission denied; choose another folder with -o",
        errno.EPERM: "permission denied; choose another folder with -o",
        errno.EROFS: "the file system is read-only; choose another folder with -o",
        errno.ENAMETOOLONG: "the name is too long; choose another with -o",
        errno.ENOENT: "the folder does not exist; make it first",
    }
    if error.errno in advice:
        return advice[error.errno]
    return f"cannot be written: {error.strerror or error}"
