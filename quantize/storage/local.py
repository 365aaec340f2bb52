"""Files of this machine: a new content goes to a temporary file, which a rename makes visible."""

from __future__ import annotations

import errno
import io
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO

from quantize.errors import (
    FileError,
    ImageReadError,
    InputIsFolderError,
    InputMissingError,
    OutputError,
    OutputExistsError,
)

if TYPE_CHECKING:
    from quantize.storage.backend import Entry

MAY_IGNORE_CASE = sys.platform in ("darwin", "win32")  # may take `A.png` for `a.png`

# --- names ----------------------------------------------------------------------------------------


def split(path: str) -> tuple[str, str]:
    """Return the folder, empty for the current one, and the name in it."""
    return os.path.split(path)


def join(folder: str, *names: str) -> str:
    """Return the name of a file in a folder."""
    return os.path.join(folder, *names)


def full_name(path: str) -> str:
    """Return the absolute name."""
    return os.path.abspath(path)


def identity(path: str) -> str:
    """Return device and inode of a file, or the real name that a new one would have."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return real_name(path)
    return f"{found.st_dev}:{found.st_ino}"


def real_name(path: str) -> str:
    """Return the name with links resolved, which stays the same once the file is made."""
    if os.path.islink(path):
        return os.path.realpath(path)
    folder, name = os.path.split(path)
    path = os.path.join(_real_folder(folder or os.curdir, os.getcwd()), name)
    if MAY_IGNORE_CASE:
        from quantize.storage import other_systems

        return other_systems.folded(path)
    return path


@lru_cache(maxsize=4096)
def _real_folder(folder: str, _working: str) -> str:
    """Resolve links once for each folder: thousands of outputs share a few."""
    return os.path.realpath(folder)


# --- looking --------------------------------------------------------------------------------------


def exists(path: str) -> bool:
    """Return whether there is a file or folder."""
    return os.path.exists(path)


def is_taken(path: str) -> bool:
    """Return whether something has this name, be it a link to nothing."""
    return os.path.lexists(path)


def is_folder(path: str) -> bool:
    """Return whether there is a folder, or a link to one."""
    return os.path.isdir(path)


def is_device(path: str) -> bool:
    """Return whether a name is neither a file nor a folder: `/dev/null`, a named pipe."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def size(path: str) -> int:
    """Return the number of bytes of a file.

    Raises:
        FileError: there is no such file.
    """
    with explained_reading(path, ImageReadError, "read"):
        return os.path.getsize(path)


def list_folder(path: str) -> list[Entry]:
    """Return the contents of a folder, by name.

    Raises:
        ImageReadError: it cannot be read; the problem is the system's word for it.
    """
    try:
        with os.scandir(path) as listing:
            return sorted(_entry(each) for each in listing)
    except OSError as error:
        raise ImageReadError(path, error.strerror or str(error)) from None


def _entry(found: os.DirEntry[str]) -> Entry:
    """Return what a name stands for; a link to nothing is a file, so that its reader complains."""
    from quantize.storage.backend import Entry  # most commands list no folder

    try:
        is_folder = found.is_dir()
        is_link = found.is_symlink() and not os.path.exists(found.path)
        return Entry(found.name, is_folder, is_file=found.is_file() or is_link)
    except OSError:  # a link to itself
        return Entry(found.name, is_folder=False, is_file=True)


def matches(pattern: str) -> list[str]:
    """Return the sorted names that a pattern stands for."""
    from quantize.storage import deep  # most commands have no pattern

    return sorted(deep.matches(pattern))


# --- reading --------------------------------------------------------------------------------------


def read(path: str, most: int, error: type[FileError]) -> bytes:
    """Return the content of a file, up to one byte more than `most`.

    Raises:
        InputMissingError, InputIsFolderError, FileError: as `files.read`.
    """
    with explained_reading(path, error, "read"), open(path, "rb") as file:
        return file.read(most + 1)


@contextmanager
def open_for_reading(path: str, error: type[FileError]) -> Iterator[BinaryIO]:
    """Open a file as a stream that can seek; a pipe is read into memory.

    Raises:
        InputMissingError, InputIsFolderError, FileError: as `files.open_for_reading`.
    """
    with explained_reading(path, error, "opened"), open(path, "rb") as file:
        yield file if file.seekable() else io.BytesIO(file.read())


@contextmanager
def explained_reading(path: str, error: type[FileError], verb: str) -> Iterator[None]:
    """Turn an error of the system over a file that is read into one of the family."""
    try:
        yield
    except FileError:
        raise
    except FileNotFoundError:
        raise InputMissingError(path) from None
    except (IsADirectoryError, PermissionError):
        if os.path.isdir(path):  # Windows calls it the other
            raise InputIsFolderError(path) from None
        raise error(path, "permission denied", "make the file readable") from None
    except OSError as reason:
        raise error(path, f"cannot be {verb}: {reason.strerror or reason}") from None
    except ValueError as reason:  # a NUL in the name
        raise error(path, f"cannot be opened: {reason}") from None


# --- writing --------------------------------------------------------------------------------------


def check_target(path: str, *, force: bool) -> None:
    """Refuse, before any work, a file that could not be written afterwards.

    Raises:
        OutputError: its folder is missing or closed, or the file is a folder or read-only.
        OutputExistsError: it exists and `force` is not set.
    """
    folder = os.path.dirname(path) or os.curdir
    if not os.path.isdir(folder):
        if os.path.exists(folder):
            raise OutputError(path, f"the folder {folder} is not a folder")
        raise OutputError(path, f"the folder {folder} does not exist", "make it first")
    if is_device(path):
        return
    if os.path.isdir(path):
        raise OutputError(path, "is a folder", "add a name")
    if os.path.lexists(path) and not force:
        raise OutputExistsError(path)
    refuse_read_only(path)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(path, f"the folder {folder} is not writable", "choose another")


def make_folder(path: str) -> bool:
    """Make a folder and its parents where they are missing; return whether it was made.

    Raises:
        OutputError: it cannot be made.
    """
    if os.path.isdir(path):
        return False
    try:
        try:
            os.makedirs(path)
        except RecursionError:
            from quantize.storage import deep

            deep.make_folders(path)
    except FileExistsError:
        if os.path.isdir(path):  # another run was faster
            return False
        raise OutputError(path, "is a file, and a folder is wanted") from None
    except OSError as error:
        problem, advice = _explain(error)
        raise OutputError(path, f"the folder cannot be made: {problem}", advice) from None
    return True


def remove_if_empty(folder: str) -> None:
    """Remove a folder that nothing was written into."""
    with suppress(OSError):
        os.rmdir(folder)


def write_to_device(path: str, data: bytes) -> None:
    """Write to `/dev/null`, a named pipe or the like.

    Raises:
        OutputError: it cannot be written.
    """
    with _explained_writing(path), open(path, "wb") as device:
        device.write(data)


def target_of(path: str) -> str:
    """Return the file that a link points to, so that the link stays where it is."""
    return os.path.realpath(path)


def temporary_name(path: str, name: str) -> str:
    """Return a name in the folder of a file."""
    return os.path.join(os.path.dirname(path), name)


def temporary_files(folder: str) -> list[str]:
    """Return the names in a folder that may be those of temporary files."""
    with suppress(OSError):
        return [name for name in os.listdir(folder or os.curdir) if name.endswith(".tmp")]
    return []


def stage(path: str, temporary: str, data: bytes, *, force: bool) -> None:
    """Write the content of `path` to a new temporary file.

    One that replaces a file is on the disk before it does, and has its mode and owner.

    Raises:
        OutputError: it cannot be written.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    old = _file_at(path) if force else None
    with (
        _explained_writing(path),
        # a new file has what the umask leaves; until it has the mode of another, nobody else reads
        os.fdopen(os.open(temporary, flags, 0o666 if old is None else 0o600), "wb") as file,
    ):
        file.write(data)
        if old is not None:
            file.flush()
            _take_over(file.fileno(), path, old)


def take_over(temporary: str, path: str) -> None:
    """Give a file that was written otherwise the mode and owner of the one it will replace."""
    old = _file_at(path)
    if old is not None:
        with open(temporary, "r+b") as file:
            _take_over(file.fileno(), path, old)


def _file_at(path: str) -> os.stat_result | None:
    """Return the properties of a file, or of the one that a link points to; None without one."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return found if stat.S_ISREG(found.st_mode) else None


def refuse_read_only(path: str) -> None:
    """Refuse to replace a file that nobody may write, or that this user may not.

    Raises:
        OutputError: it is such a file.
    """
    found = _file_at(path)
    if found is None:
        return
    writable = found.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    if not writable or not os.access(path, os.W_OK):  # root may write all
        raise OutputError(path, "is read-only", "make it writable first")


def _take_over(descriptor: int, path: str, old: os.stat_result) -> None:
    """Give a new file the owner of an old one, as far as that is allowed, and its mode; flush it.

    Raises:
        OutputError: the old one is read-only.
    """
    refuse_read_only(path)
    os.fsync(descriptor)
    if not hasattr(os, "fchown"):
        return
    for owner in (old.st_uid, -1):
        with suppress(OSError):
            os.fchown(descriptor, owner, old.st_gid)
            break
    mode = stat.S_IMODE(old.st_mode)
    if os.fstat(descriptor).st_uid != old.st_uid:
        mode &= 0o777  # a program that runs as its owner would run as another
    os.fchmod(descriptor, mode)


def publish(path: str, temporary: str, _data: bytes, *, force: bool) -> None:
    """Rename a temporary file to its own name.

    Raises:
        OutputError: it cannot be renamed.
        OutputExistsError: the name is taken and `force` is not set.
    """
    with _explained_writing(path):
        if force:
            os.replace(temporary, path)
        else:
            _rename_to_free_name(temporary, path)


def _rename_to_free_name(temporary: str, path: str) -> None:
    """Make a hard link, which fails where the name is taken; a rename would overwrite."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, "exists", path) from None
        os.replace(temporary, path)


def remove(path: str) -> None:
    """Remove a file, if it exists and can be removed."""
    with suppress(OSError):
        os.unlink(path)


@contextmanager
def _explained_writing(path: str) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise OutputExistsError(path) from None
    except OSError as error:
        raise OutputError(path, *_explain(error)) from None


_CAUSES = {
    errno.ENOSPC: ("the disk is full", "free some space"),
    errno.EDQUOT: ("the disk quota is used up", "free some space"),
    errno.EFBIG: ("the file would be larger than the system allows", ""),
    **dict.fromkeys((errno.EACCES, errno.EPERM), ("permission denied", "choose another folder")),
    errno.EROFS: ("the file system is read-only", "choose another folder"),
    errno.ENAMETOOLONG: ("the name is too long", "choose another"),
    errno.ENOENT: ("the folder does not exist", "make it first"),
}


def _explain(error: OSError) -> tuple[str, str]:
    """Return problem and advice for an error of the system over a file that is written."""
    if getattr(error, "winerror", 0) == 32:  # Windows replaces no file that is open
        return "is open in another program", "close it there"
    return _CAUSES.get(error.errno or 0, (f"cannot be written: {error.strerror or error}", ""))
