"""Storage behind URLs, by fsspec: `s3://bucket/a.png`, `gs://…`, `sftp://…`, `file://…`.

A file is written whole or not at all. Stores that are trees of files get a temporary name and a
rename. Object stores get one request, and make the object visible at its end.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, Final

from quantize.errors import (
    FileError,
    ImageReadError,
    InputIsFolderError,
    InputMissingError,
    MissingPackageError,
    OutputError,
    OutputExistsError,
    UsageError,
    said_by,
)
from quantize.storage import local
from quantize.storage.backend import Entry

TREES: Final = frozenset({"file", "local", "sftp", "ssh", "smb", "ftp", "hdfs", "webhdfs"})
"""Schemes of stores where folders must be made, where a file can be seen half written, and where a
rename is one step. All others are treated as object stores."""

_PACKAGES: Final = {"smbclient": "smbprotocol"}
"""Packages whose module has another name."""


# --- names ----------------------------------------------------------------------------------------


def check_scheme(url: str) -> None:
    """Refuse, before any work, a scheme that cannot be used here.

    Raises:
        MissingPackageError: fsspec, or the package for this scheme, is not installed.
        UsageError: fsspec does not know the scheme.
    """
    scheme = _scheme_of(url)
    try:
        import fsspec
    except ImportError:
        raise MissingPackageError(f"{scheme}://", "fsspec", "cluster") from None
    try:
        fsspec.get_filesystem_class(scheme)
    except ImportError as error:
        module = getattr(error.__cause__, "name", None) or scheme
        package = _PACKAGES.get(module, module)
        raise MissingPackageError(f"{scheme}://", package) from None
    except ValueError:
        raise UsageError(f"{url}: {scheme}:// is no storage that fsspec knows") from None


def _scheme_of(url: str) -> str:
    """Return `'s3'` of `'s3://bucket/a.png'`."""
    return url.partition("://")[0].lower()


def _is_local(url: str) -> bool:
    """Return whether a URL names a file of this machine."""
    return _scheme_of(url) in ("file", "local")


def split(url: str) -> tuple[str, str]:
    """Return the folder, without a slash at its end unless it is the root, and the name in it."""
    scheme, _, rest = url.partition("://")
    folder, slash, name = rest.rpartition("/")
    return f"{scheme}://{folder or slash}", name


def join(folder: str, *names: str) -> str:
    """Return the URL of a file in a folder; its slash is `/` on every system."""
    for name in filter(None, names):
        folder = f"{folder}{'' if folder.endswith('/') else '/'}{name}"
    return folder


def full_name(url: str) -> str:
    """Return one string for all URLs of an object; for a local file, its path."""
    try:
        store, path = _store(url)
    except Exception:  # whoever reads or writes it will say what is wrong
        return url
    path = path.rstrip("/") or path
    return path if _is_local(url) else f"{hash(store):x}:{path}"


def real_name(url: str) -> str:
    """Return one string for all names of an object, before and after it is made."""
    name = full_name(url)
    return local.real_name(name) if _is_local(url) else name


def identity(url: str) -> str:
    """Return one string for all names of an object; for a local file, that of its path."""
    name = full_name(url)
    return local.identity(name) if _is_local(url) else name


# --- looking --------------------------------------------------------------------------------------


def exists(url: str) -> bool:
    """Return whether there is a file or folder of this name.

    Raises:
        ImageReadError: the storage does not answer.
    """
    with _explained(url, ImageReadError):
        store, path = _store(url)
        return bool(store.exists(path))


def is_taken(url: str) -> bool:
    """Return whether something has this name.

    Raises:
        ImageReadError: the storage does not answer.
    """
    return exists(url)


def is_folder(url: str) -> bool:
    """Return whether there is a folder, or names that begin with this name and a slash.

    False if the storage does not answer.
    """
    try:
        with _explained(url, ImageReadError):
            store, path = _store(url)
            return bool(store.isdir(path))
    except FileError:
        return False


def size(url: str) -> int:
    """Return the number of bytes of a file; 0 if the storage does not tell.

    Raises:
        FileError: it does not exist, or the storage does not answer.
    """
    with _explained(url, ImageReadError):
        store, path = _store(url)
        return int(store.size(path) or 0)


def modified(url: str) -> float | None:
    """Return when an object was changed last, in seconds; None if the storage does not tell.

    Raises:
        FileError: it does not exist, or the storage does not answer.
    """
    with _explained(url, ImageReadError):
        store, path = _store(url)
        try:
            found = store.modified(path)
        except NotImplementedError:
            return None
    return float(found.timestamp()) if found is not None else None


def fingerprint(url: str) -> str:
    """Return a text that differs once an object has been replaced; empty where nothing tells."""
    with suppress(Exception):
        store, path = _store(url)
        return str(store.ukey(path))
    return ""


def list_folder(url: str) -> list[Entry]:
    """Return the contents of a folder, by name.

    Raises:
        FileError: it cannot be listed.
    """
    with _explained(url, ImageReadError):
        store, path = _store(url)
        listing = store.ls(path, detail=True)
    found = {}
    for item in listing:
        name = str(item["name"])
        if name.strip("/") != path.strip("/"):  # S3 lists the mark of the folder itself
            last = name.rstrip("/").rsplit("/", 1)[-1]
            is_folder = item["type"] == "directory"
            found[last] = Entry(last, is_folder=is_folder, is_file=not is_folder)
    return [found[name] for name in sorted(found)]


def matches(pattern: str) -> list[str]:
    """Return the sorted URLs that a pattern stands for.

    Raises:
        FileError: the storage does not answer.
    """
    with _explained(pattern, ImageReadError):
        store, path = _store(pattern)
        names = sorted(store.glob(path))
    if pattern.endswith(path):  # what stands before it may be a host
        return [pattern.removesuffix(path) + name for name in names]
    return [str(store.unstrip_protocol(name)) for name in names]


# --- reading --------------------------------------------------------------------------------------


def read(url: str, most: int, error: type[FileError]) -> bytes:
    """Return the content of a file, up to one byte more than `most`.

    Raises:
        InputMissingError, InputIsFolderError, FileError: as `files.read`.
    """
    with _explained(url, error):
        store, path = _store(url)
        return bytes(store.cat_file(path, start=0, end=most + 1))


@contextmanager
def open_for_reading(url: str, error: type[FileError]) -> Iterator[BinaryIO]:
    """Read a file into memory, as a stream that can seek.

    Raises:
        InputMissingError, InputIsFolderError, FileError: as `files.open_for_reading`.
    """
    with _explained(url, error):
        store, path = _store(url)
        content = bytes(store.cat_file(path))
    yield io.BytesIO(content)


def pieces(url: str, size: int, error: type[FileError]) -> Iterator[bytes]:
    """Yield the content of a file piece by piece, as the storage gives it.

    Args:
        url: of the file.
        size: bytes of a piece, at most.
        error: the class of what is raised if it cannot be read.

    Raises:
        InputMissingError, InputIsFolderError, FileError: as `files.open_for_reading`.
    """
    with _explained(url, error):
        store, path = _store(url)
        with store.open(path, "rb") as stream:
            while data := stream.read(size):
                yield bytes(data)


# --- writing --------------------------------------------------------------------------------------


def check_target(url: str, *, force: bool) -> None:
    """Refuse, before any work, a file that could not be written afterwards.

    Raises:
        OutputError: it is a folder, or in none.
        OutputExistsError: it exists and `force` is not set.
    """
    folder, _ = split(url)
    with _explained(url, OutputError):
        store, path = _store(url)
        if _scheme_of(url) in TREES and not store.isdir(_store(folder)[1]):
            raise OutputError(url, f"the folder {folder} does not exist", "make it first")
        if store.isdir(path):
            raise OutputError(url, "is a folder", "add a name")
        if not force and store.exists(path):
            raise OutputExistsError(url)
        if _is_local(url):
            local.refuse_read_only(path)


def make_folder(url: str) -> bool:
    """Make a folder where the store has folders; return whether it was made.

    Raises:
        OutputError: it cannot be made.
    """
    if _scheme_of(url) not in TREES:  # a missing bucket is a slip of the pen, not to be made
        return False
    with _explained(url, OutputError):
        store, path = _store(url)
        if store.isdir(path):
            return False
        store.makedirs(path, exist_ok=True)
        return True


def remove_if_empty(url: str) -> None:
    """Remove a folder that nothing was written into."""
    with suppress(Exception):
        store, path = _store(url)
        if not store.ls(path):
            store.rmdir(path)


def target_of(url: str) -> str:
    """Return the URL itself; links are left to the store."""
    return url


def temporary_name(url: str, name: str) -> str:
    """Return a name in the folder of a file; empty for an object store, which needs none."""
    return join(split(url)[0], name) if _scheme_of(url) in TREES else ""


def temporary_files(folder: str) -> list[str]:
    """Return the names in a folder that may be those of temporary files."""
    if _scheme_of(folder) not in TREES:
        return []
    with suppress(FileError):
        return [entry.name for entry in list_folder(folder) if entry.name.endswith(".tmp")]
    return []


def stage(url: str, temporary: str, data: bytes, *, force: bool) -> None:
    """Write the content of `url` to its temporary name, if it has one.

    Raises:
        OutputError: it cannot be written.
    """
    if temporary:
        with _explained(url, OutputError):
            store, path = _store(temporary)
            store.pipe_file(path, data)
            if force and _is_local(url):
                local.take_over(path, _store(url)[1])


def publish(url: str, temporary: str, data: bytes, *, force: bool) -> None:
    """Make a file visible, whole, under its own name.

    Raises:
        OutputError: it cannot be written.
        OutputExistsError: it exists and `force` is not set.
    """
    with _explained(url, OutputError):
        store, path = _store(url)
        if not force and store.exists(path):
            raise OutputExistsError(url)
        if temporary:
            store.mv(_store(temporary)[1], path)
        else:
            store.pipe_file(path, data, mode="overwrite" if force else "create")


def remove(url: str) -> None:
    """Remove a file, if it exists and can be removed."""
    with suppress(Exception):
        store, path = _store(url)
        store.rm_file(path)


def _store(url: str) -> tuple[Any, str]:
    """Return the storage and the name in it, without a cache: other processes write too."""
    try:
        from fsspec.core import url_to_fs

        store, path = url_to_fs(url, use_listings_cache=False)
    except ImportError:  # as on a machine of a cluster that was set up otherwise
        check_scheme(url)
        raise
    return store, str(path)


@contextmanager
def _explained(url: str, error: type[FileError]) -> Iterator[None]:
    """Turn whatever a storage raises, and they raise anything, into an error about this URL."""
    reading = error is not OutputError
    try:
        yield
    except (FileError, MissingPackageError):
        raise
    except FileExistsError:
        raise OutputExistsError(url) from None
    except FileNotFoundError as missing:
        why = missing.__cause__
        if isinstance(why, OSError) and not isinstance(why, FileNotFoundError):
            raise error(url, f"the storage does not answer: {said_by(why)}") from None
        if reading:
            raise InputMissingError(url) from None
        raise OutputError(url, "the folder or bucket does not exist", "make it first") from None
    except IsADirectoryError:
        raise InputIsFolderError(url) from None
    except PermissionError:
        raise error(url, "permission denied", "check your credentials for this storage") from None
    except Exception as reason:
        verb = "read" if reading else "write"
        raise error(url, f"the storage refuses to {verb}: {said_by(reason)}") from None
