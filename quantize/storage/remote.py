"""Storage behind URLs, by fsspec: `s3://bucket/a.png`, `gs://…`, `sftp://…`, `file://…`.

A URL is told from a name by its `scheme://` alone, so that nothing is imported for local files.
What is written is whole or not there: stores that are trees of files get a temporary name and a
rename, object stores a single put, which they make visible at its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, NamedTuple

from quantize.errors import (
    FileError,
    ImageReadError,
    InputIsFolderError,
    InputMissingError,
    MissingPackageError,
    OutputError,
    OutputExistsError,
    UsageError,
)

TREES: Final = frozenset({"file", "local", "sftp", "ssh", "smb", "ftp", "hdfs", "webhdfs"})
"""Schemes of stores where folders must be made and a file can be seen half written, and where a
rename is one step. All others are taken for object stores."""

MISSING: Final = "no such file; check the name"

_PACKAGES: Final = {"smbclient": "smbprotocol"}


class Entry(NamedTuple):
    """One name in a folder."""

    name: str
    is_folder: bool


def is_url(path: str) -> bool:
    """Whether a name is one of `scheme://`."""
    return bool(scheme_of(path))


def scheme_of(url: str) -> str:
    """`'s3'` of `'s3://bucket/a.png'`; empty for a name that is none."""
    scheme, mark, _ = url.partition("://")
    letters = scheme.replace("+", "").replace(".", "").replace("-", "")
    valid = mark and letters.isascii() and letters.isalnum() and scheme[0].isalpha()
    return scheme.lower() if valid and len(scheme) > 1 else ""  # one letter would be a drive


def split(url: str) -> tuple[str, str]:
    """The folder, without a slash at its end unless it is the root, and the name in it."""
    scheme, _, rest = url.partition("://")
    folder, slash, name = rest.rpartition("/")
    return f"{scheme}://{folder or slash}", name


def join(folder: str, *names: str) -> str:
    """The URL of what is in a folder, whatever the slash of this system is."""
    for name in filter(None, names):
        folder = f"{folder}{'' if folder.endswith('/') else '/'}{name}"
    return folder


def check(url: str) -> None:
    """Refuse, before any work, a scheme that nothing here can speak.

    Raises:
        MissingPackageError: fsspec, or what it needs for this scheme, is not installed.
        UsageError: nobody knows the scheme.
    """
    scheme = scheme_of(url)
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


def in_this_process(url: str) -> bool:
    """Whether another process would not see the same files."""
    return scheme_of(url) == "memory"


def identity(url: str) -> str:
    """One string for all URLs of an object; a path for a local file."""
    try:
        store, path = _store(url)
    except Exception:  # whoever reads or writes it will say what is wrong
        return url
    return path if is_local(url) else f"{hash(store):x}:{path}"


def is_local(url: str) -> bool:
    """Whether `identity` gives a path of this machine."""
    return scheme_of(url) in ("file", "local")


# ------------------------------------------------------------------------------------- reading


def exists(url: str) -> bool:
    """Whether there is a file or folder of this name.

    Raises:
        ImageReadError: the storage does not say.
    """
    with _explained(url, ImageReadError):
        store, path = _store(url)
        return bool(store.exists(path))


def is_folder(url: str) -> bool:
    """Whether there is a folder, or what looks like one: names that begin with this and a slash.

    Raises:
        ImageReadError: the storage does not say.
    """
    with _explained(url, ImageReadError):
        store, path = _store(url)
        return bool(store.isdir(path))


def read(url: str, most: int | None = None, error: type[FileError] = ImageReadError) -> bytes:
    """The content of a file; with `most`, that of a larger one up to there.

    Raises:
        InputMissingError: there is no such file.
        InputIsFolderError: it is a folder.
        FileError: it cannot be read; of the class `error`.
    """
    with _explained(url, error):
        store, path = _store(url)
        content = store.cat_file(path) if most is None else store.cat_file(path, start=0, end=most)
        return bytes(content)


def entries(url: str) -> list[Entry]:
    """What is in a folder, by name.

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
            found[last] = Entry(last, item["type"] == "directory")
    return [found[name] for name in sorted(found)]


def matches(pattern: str) -> list[str]:
    """The URLs that a pattern stands for, by name.

    Raises:
        FileError: the storage does not say.
    """
    with _explained(pattern, ImageReadError):
        store, path = _store(pattern)
        names = sorted(store.glob(path))
    if pattern.endswith(path):  # what stands before it may be a host
        return [pattern.removesuffix(path) + name for name in names]
    return [str(store.unstrip_protocol(name)) for name in names]


# ------------------------------------------------------------------------------------- writing


def check_target(url: str, *, force: bool) -> None:
    """Refuse, before any work, what could not be written afterwards.

    Raises:
        OutputError: it is a folder, or in none.
        OutputExistsError: it exists and `force` is not set.
    """
    folder, _ = split(url)
    with _explained(url, OutputError):
        store, path = _store(url)
        if scheme_of(url) in TREES and not store.isdir(_store(folder)[1]):
            raise OutputError(url, f"the folder {folder} does not exist; make it first")
        if store.isdir(path):
            raise OutputError(url, "is a folder; add a name, or end it in '/' to write into it")
        if not force and store.exists(path):
            raise OutputExistsError(url, OutputExistsError.ADVICE)


def make_folder(url: str) -> bool:
    """Create a folder where a store has any; whether it was created.

    Raises:
        OutputError: it cannot be made.
    """
    if scheme_of(url) not in TREES:  # a missing bucket is a slip of the pen, not to be made
        return False
    with _explained(url, OutputError):
        store, path = _store(url)
        if store.isdir(path):
            return False
        store.makedirs(path, exist_ok=True)
        return True


def remove_if_empty(url: str) -> None:
    """Take back a folder that nothing was written into."""
    with suppress(Exception):
        store, path = _store(url)
        if not store.ls(path):
            store.rmdir(path)


def stage(url: str, data: bytes, temporary: str) -> str:
    """Write what needs a temporary name under that name.

    Args:
        url: of the file that it will be.
        data: its content.
        temporary: a name in the same folder that nobody has.

    Returns:
        The temporary URL; empty for an object store, where `publish` does it all.

    Raises:
        OutputError: it cannot be written.
    """
    if scheme_of(url) not in TREES:
        return ""
    staged = join(split(url)[0], temporary)
    with _explained(url, OutputError):
        store, path = _store(staged)
        try:
            store.pipe_file(path, data)
        except BaseException:
            remove(staged)
            raise
    return staged


def publish(staged: str, url: str, data: bytes, *, force: bool) -> None:
    """Make a file visible, whole, under its own name.

    Args:
        staged: what `stage` gave.
        url: of the file.
        data: its content.
        force: replace what exists.

    Raises:
        OutputError: it cannot be written.
        OutputExistsError: it exists and `force` is not set.
    """
    with _explained(url, OutputError):
        store, path = _store(url)
        if not force and store.exists(path):
            raise OutputExistsError(url, OutputExistsError.ADVICE)
        if staged:
            store.mv(_store(staged)[1], path)
        else:
            store.pipe_file(path, data, mode="overwrite" if force else "create")


def remove(url: str) -> None:
    """Remove a file, if it is there and can be removed."""
    with suppress(Exception):
        store, path = _store(url)
        store.rm_file(path)


def remove_litter(url: str, stem: str) -> None:
    """Remove temporary files that begin with `stem` from the folder of a URL."""
    if scheme_of(url) in TREES:
        folder, _ = split(url)
        with suppress(FileError):
            for entry in entries(folder):
                if entry.name.startswith(stem) and entry.name.endswith(".tmp"):
                    remove(join(folder, entry.name))


def _store(url: str) -> tuple[Any, str]:
    """The storage and the name in it; listings are not kept, since other processes write too."""
    try:
        from fsspec.core import url_to_fs

        store, path = url_to_fs(url, use_listings_cache=False)
    except ImportError:  # as on a machine of a cluster that was set up otherwise
        check(url)
        raise
    return store, str(path)


@contextmanager
def _explained(url: str, error: type[FileError]) -> Iterator[None]:
    """Whatever a storage raises, and they raise anything, as an error about this URL."""
    reading = error is not OutputError
    try:
        yield
    except (FileError, MissingPackageError):
        raise
    except FileExistsError:
        raise OutputExistsError(url, OutputExistsError.ADVICE) from None
    except FileNotFoundError:
        if reading:
            raise InputMissingError(url, MISSING) from None
        raise OutputError(url, "the folder or bucket does not exist; make it first") from None
    except IsADirectoryError:
        raise InputIsFolderError(url, "is a folder; name a file in it") from None
    except PermissionError:
        raise error(url, "permission denied; check your credentials for this storage") from None
    except Exception as reason:
        said = " ".join(f"{type(reason).__name__}: {reason}".split())
        raise error(
            url, f"the storage refuses to {'read' if reading else 'write'}: {said}"
        ) from None
