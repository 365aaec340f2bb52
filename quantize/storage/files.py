"""The one face of storage: each function takes a name on this machine or a URL (`s3://…`).

A name is a URL if it begins with `scheme://`. Names go to `local`, URLs to `remote`, which is
loaded with the first of them. `safe_write` writes files.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, BinaryIO

from quantize.errors import FileError
from quantize.storage import local

if TYPE_CHECKING:
    from quantize.storage.backend import Backend, Entry


def is_url(path: str) -> bool:
    """Return whether a name begins with `scheme://`."""
    scheme, mark, _ = path.partition("://")
    letters = scheme.replace("+", "").replace(".", "").replace("-", "")
    valid = mark and letters.isascii() and letters.isalnum() and scheme[0].isalpha()
    return bool(valid) and len(scheme) > 1  # one letter would be a drive


def backend_of(path: str) -> Backend:
    """Return the module that handles a name."""
    if not is_url(path):
        return local
    from quantize.storage import remote

    return remote


# --- names ----------------------------------------------------------------------------------------


def check_name(path: str) -> None:
    """Refuse, before any work, a URL whose scheme is unknown or needs a package.

    Raises:
        MissingPackageError: fsspec, or the package for this scheme, is not installed.
        UsageError: fsspec does not know the scheme.
    """
    if is_url(path):
        from quantize.storage import remote

        remote.check_scheme(path)


def is_absolute(path: str) -> bool:
    """Return whether a name means the same file in every current folder."""
    return is_url(path) or os.path.isabs(path)


def without_query(path: str) -> str:
    """Return a name; of an address of the web, without its query, which may be a signature."""
    is_web = path[:8].lower().startswith(("http://", "https://"))
    return path.partition("?")[0] if is_web else path


def is_in_this_process(path: str) -> bool:
    """Return whether no other process sees the file: `memory://`."""
    return is_url(path) and path.partition("://")[0].lower() == "memory"


def split(path: str) -> tuple[str, str]:
    """Return the folder, empty for the current one, and the name in it."""
    return backend_of(path).split(path)


def join(folder: str, *names: str) -> str:
    """Return the name of a file in a folder."""
    return backend_of(folder).join(folder, *names)


def identity(path: str) -> str:
    """Return one string for all names of a file: links and hard links resolved, if it exists."""
    return backend_of(path).identity(path)


def real_name(path: str) -> str:
    """Return one string for all names of a file but hard links, before and after it is made."""
    return backend_of(path).real_name(path)


def full_name(path: str) -> str:
    """Return one string for all spellings of a name; links are not resolved."""
    return backend_of(path).full_name(path)


def link_target(path: str) -> str:
    """Return the file that a new content replaces: the one that a link points to."""
    return backend_of(path).target_of(path)


# --- looking --------------------------------------------------------------------------------------


def exists(path: str) -> bool:
    """Return whether there is a file or folder.

    Raises:
        FileError: a remote storage does not answer.
    """
    return backend_of(path).exists(path)


def is_taken(path: str) -> bool:
    """Return whether something has this name: a file, a folder, or a link to nothing.

    Raises:
        FileError: a remote storage does not answer.
    """
    return backend_of(path).is_taken(path)


def is_folder(path: str) -> bool:
    """Return whether there is a folder; false if a remote storage does not answer."""
    return backend_of(path).is_folder(path)


def is_device(path: str) -> bool:
    """Return whether a name is `/dev/null`, a named pipe or the like, which is never replaced."""
    return not is_url(path) and local.is_device(path)


def size(path: str) -> int:
    """Return the number of bytes of a file.

    Raises:
        FileError: it does not exist, or the storage does not answer.
    """
    return backend_of(path).size(path)


def list_folder(path: str) -> list[Entry]:
    """Return the contents of a folder, sorted by name.

    Raises:
        FileError: it cannot be read.
    """
    return backend_of(path).list_folder(path)


def matches(pattern: str) -> list[str]:
    """Return the sorted names that a pattern stands for: `*`, `?`, `[…]`, and `**` for folders.

    Raises:
        FileError: a remote storage does not answer.
    """
    return backend_of(pattern).matches(pattern)


# --- reading --------------------------------------------------------------------------------------


def read(path: str, most: int, error: type[FileError]) -> bytes:
    """Return the content of a file; of a larger one than `most` bytes, the first `most + 1`.

    So a caller recognizes a file that is too large without reading it, even an endless device.

    Raises:
        InputMissingError: it does not exist.
        InputIsFolderError: it is a folder.
        FileError: it cannot be read; of the class `error`.
    """
    return backend_of(path).read(path, most, error)


def open_for_reading(path: str, error: type[FileError]) -> AbstractContextManager[BinaryIO]:
    """Open a file as a stream that can seek, to be used in `with`.

    Raises:
        InputMissingError: it does not exist.
        InputIsFolderError: it is a folder.
        FileError: it cannot be read; of the class `error`.
    """
    return backend_of(path).open_for_reading(path, error)


# --- writing --------------------------------------------------------------------------------------


def check_target(path: str, *, force: bool) -> None:
    """Refuse, before any work, a file that could not be written afterwards.

    Raises:
        OutputError: its folder is missing or closed, or the file is a folder.
        OutputExistsError: it exists and `force` is not set.
    """
    backend_of(path).check_target(path, force=force)


def make_folder(path: str) -> bool:
    """Make a folder and its parents where they are missing; return whether it was made.

    Raises:
        OutputError: it cannot be made.
    """
    return backend_of(path).make_folder(path)


def remove_if_empty(folder: str) -> None:
    """Remove a folder that nothing was written into."""
    backend_of(folder).remove_if_empty(folder)
