"""What is meant by the INPUTS of a command: files, folders, patterns, standard input.

Files are taken as they are named. In folders, images are chosen by their endings; hidden ones, and
what this program has written itself, are passed over.
"""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final, NamedTuple

from quantize.checks import ending_of
from quantize.errors import FileError
from quantize.images.table import READABLE_ENDINGS
from quantize.storage import files, remote

STREAM: Final = "-"
"""Standard input as an input, standard output as an output."""

NO_MATCH: Final = "no file matches this pattern; check the folder and the ending"
NO_IMAGES: Final = "is a folder without images that can be read"
ADVICE: Final = "; -r looks into its subfolders too"

MAX_SIDECAR: Final = 1 << 20
"""A larger file is no sidecar: with 256 colours one has 30 kB."""


class Source(NamedTuple):
    """One input that a command comes down to.

    Attributes:
        path: a file, or `STREAM`.
        folder: where it stands in the folder that was named, `'a/b'`; empty for a file that was
            named itself.
        found: whether it was found in a folder or by a pattern.
        problem: why nothing can be done with it, or empty.
    """

    path: str
    folder: str = ""
    found: bool = False
    problem: str = ""


def expand(inputs: Iterable[str], *, recursive: bool, output: str | None = None) -> list[Source]:
    """The files that are meant, in order; each that is found in several ways once.

    Args:
        inputs: as they were given.
        recursive: look into subfolders too.
        output: a folder that outputs go into, which is not looked into.
    """
    sources: list[Source] = []
    seen: set[str] = set()
    for path in inputs:
        expand_one = _expand_url if remote.is_url(path) else _expand_one
        for source in expand_one(path, recursive=recursive, output=output):
            name = _name(source.path)
            if source.found and name in seen:
                continue
            seen.add(name)
            sources.append(source)
    return sources


def is_folder(path: str) -> bool:
    """Whether an input is a folder; a URL that ends like an image is asked no questions.

    So thousands of URLs can be named without a request for each; a folder `photos.png` can still be
    named, with a slash at its end.
    """
    if not remote.is_url(path):
        return os.path.isdir(path)
    if path.endswith("/"):
        return True
    return ending_of(path) not in READABLE_ENDINGS and files.is_folder(path)


def _expand_one(path: str, *, recursive: bool, output: str | None) -> Iterator[Source]:
    if path == STREAM:
        yield Source(path)
    elif os.path.isdir(path):
        yield from _folder(path, recursive=recursive, output=output)
    elif is_pattern(path):
        yield from _matches(path, recursive=recursive, output=output)
    else:
        yield Source(path)


def is_pattern(path: str) -> bool:
    """Whether this is a pattern for names of files, and not one of them."""
    return any(sign in path for sign in "*?[") and not _taken(path)


def _taken(path: str) -> bool:
    """Whether there is something of this name, as far as a storage says."""
    try:
        return files.taken(path)
    except FileError:
        return False


def _matches(pattern: str, *, recursive: bool, output: str | None) -> Iterator[Source]:
    import glob  # most commands have no pattern

    matches = sorted(glob.glob(pattern, recursive=True))
    if not matches:
        yield Source(pattern, problem=NO_MATCH)
    for match in matches:
        if os.path.isdir(match):
            yield from _folder(match, recursive=recursive, output=output)
        else:
            yield Source(match, found=True)


def _expand_url(url: str, *, recursive: bool, output: str | None) -> Iterator[Source]:
    """As `_expand_one`, for what a storage holds."""
    try:
        if is_folder(url):
            yield from _remote_folder(url, recursive=recursive, output=output)
        elif is_pattern(url):
            matches = remote.matches(url)
            if not matches:
                yield Source(url, problem=NO_MATCH)
            for match in matches:
                if is_folder(match):
                    yield from _remote_folder(match, recursive=recursive, output=output)
                else:
                    yield Source(match, found=True)
        else:
            yield Source(url)
    except FileError as error:
        yield Source(url, problem=error.problem)


def _remote_folder(url: str, *, recursive: bool, output: str | None) -> Iterator[Source]:
    """The images of a folder; a source with a problem if there are none, or it cannot be read."""
    not_into = remote.identity(output.rstrip("/")) if output is not None else ""
    images = _walk_remote(url, "", recursive=recursive, not_into=not_into)
    yield from _some(images, url, recursive=recursive)


def _some(images: Iterable[Source], folder: str, *, recursive: bool) -> Iterator[Source]:
    """These; or, where there are none, what is wrong with the folder."""
    none = True
    for source in images:
        none = False
        yield source
    if none:
        yield Source(folder, problem=NO_IMAGES + ("" if recursive else ADVICE))


def _walk_remote(url: str, folder: str, *, recursive: bool, not_into: str) -> Iterator[Source]:
    try:
        entries = remote.entries(url)
    except FileError as error:
        yield Source(url, problem=f"the folder cannot be read: {error.problem}")
        return
    names = {entry.name for entry in entries}
    shown = [entry for entry in entries if not entry.name.startswith(".")]
    for entry in shown:
        path = remote.join(url, entry.name)
        is_image = ending_of(entry.name) in READABLE_ENDINGS and not entry.is_folder
        if is_image and not is_ours(path, names):
            yield Source(path, folder, found=True)
    for entry in shown:
        path = remote.join(url, entry.name)
        if recursive and entry.is_folder and remote.identity(path) != not_into:
            below = posixpath.join(folder, entry.name)
            yield from _walk_remote(path, below, recursive=True, not_into=not_into)


def _folder(path: str, *, recursive: bool, output: str | None) -> Iterator[Source]:
    """The images of a folder; a source with a problem if there are none, or it cannot be read."""
    visited: set[tuple[int, int]] = set()
    if output is not None:
        with suppress(OSError):
            found = os.stat(output)
            visited.add((found.st_dev, found.st_ino))
    try:
        if os.path.samefile(path, output or ""):
            visited.clear()
    except OSError:
        pass
    images = _walk(path, "", recursive=recursive, visited=visited)
    yield from _some(images, path, recursive=recursive)


def _walk(
    path: str, folder: str, *, recursive: bool, visited: set[tuple[int, int]]
) -> Iterator[Source]:
    try:
        here = os.stat(path)
        if (here.st_dev, here.st_ino) in visited:  # a loop of links, or where outputs go
            return
        visited.add((here.st_dev, here.st_ino))
        with os.scandir(path) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError as error:
        yield Source(path, problem=f"the folder cannot be read: {error.strerror}")
        return
    names = {entry.name for entry in entries}
    shown = [entry for entry in entries if not entry.name.startswith(".")]
    for entry in shown:
        is_image = ending_of(entry.name) in READABLE_ENDINGS and _is_file(entry)
        if is_image and not is_ours(entry.path, names):
            yield Source(entry.path, folder, found=True)
    if recursive:
        for entry in shown:
            if entry.is_dir():
                below = os.path.join(folder, entry.name)
                yield from _walk(entry.path, below, recursive=True, visited=visited)


def _is_file(entry: os.DirEntry[str]) -> bool:
    """A file or a link to one; a link to nothing is left to the reader to complain about."""
    return entry.is_file() or (entry.is_symlink() and not os.path.exists(entry.path))


def is_ours(path: str, names: set[str] | None = None) -> bool:
    """Whether this program has written an image: its sidecar beside it says so.

    Args:
        path: of the image.
        names: what there is in its folder, if that is known.
    """
    sidecar = os.path.splitext(path)[0] + ".json"
    if names is not None and os.path.basename(sidecar) not in names:
        return False
    try:
        record = json.loads(files.read_small(sidecar, MAX_SIDECAR, FileError))
    except (OSError, ValueError, RecursionError):
        return False
    if not isinstance(record, dict) or "schema" not in record:
        return False
    output = record.get("output")
    return isinstance(output, str) and os.path.basename(output) == os.path.basename(path)


def _name(path: str) -> str:
    return remote.identity(path) if remote.is_url(path) else os.path.abspath(path)
