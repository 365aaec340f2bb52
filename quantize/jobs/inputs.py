"""The files that the inputs of a command stand for: files, folders, patterns, standard input.

A file that is named is taken whatever its ending. In folders, images are chosen by their endings;
hidden files, and images that this program has written, are left out.
"""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from quantize.checks import ending_of
from quantize.errors import Failure, FileError, ImageReadError, InputMissingError
from quantize.images.table import READABLE_ENDINGS
from quantize.palette_files import table as palette_table
from quantize.storage import files

STREAM: Final = "-"
"""Standard input as an input, standard output as an output."""

NO_MATCH: Final = Failure(
    InputMissingError, "no file matches this pattern", "check the folder and the ending"
)
NO_IMAGES: Final = Failure(InputMissingError, "is a folder without images that can be read")
INTO_SUBFOLDERS: Final = "recursive=True looks into its subfolders too"

MAX_SIDECAR: Final = 1 << 20
"""Size above which a file is not a sidecar: with 256 colours one has 30 kB."""


class Source(NamedTuple):
    """One file that an input stands for.

    Attributes:
        path: a file, or `STREAM`.
        folder: its folder inside the folder that was named, `'a/b'`; empty for a file that was
            named itself.
        found: whether it was found in a folder or by a pattern.
        problem: why it cannot be processed, or None.
        matched: whether it was found by a pattern, and not in a folder.
        is_ours: whether this program has written it.
    """

    path: str
    folder: str = ""
    found: bool = False
    problem: Failure | None = None
    matched: bool = False
    is_ours: bool = False

    @property
    def is_below_a_folder(self) -> bool:
        """Return whether `folder` says where it stands in a folder that was named."""
        return self.found and not self.matched


def expand(
    inputs: Iterable[str],
    *,
    recursive: bool,
    output: str | None = None,
    passed_over: list[str] | None = None,
) -> list[Source]:
    """Return the files that are meant, in order; each that is found in several ways once.

    Args:
        inputs: as they were given.
        recursive: look into subfolders too.
        output: a folder that outputs go into, which is not looked into.
        passed_over: images that are left out, as this program has written them, are added here.
    """
    sources: list[Source] = []
    seen: set[str] = set()
    for path in inputs:
        for source in _expand_one(path, recursive=recursive, output=output):
            if source.is_ours:
                if passed_over is not None:
                    passed_over.append(source.path)
                continue
            name = files.full_name(source.path)
            if source.found and name in seen:
                continue
            seen.add(name)
            sources.append(source)
    return sources


def is_folder(path: str) -> bool:
    """Return whether an input is a folder; for a URL that ends like an image, without a request.

    So thousands of URLs can be named without a request for each. A folder `photos.png` can still be
    named, with a slash at its end.
    """
    if files.is_url(path):
        if path.endswith("/"):
            return True
        if ending_of(path) in READABLE_ENDINGS:
            return False
    return files.is_folder(path)


def is_pattern(path: str) -> bool:
    """Return whether this is a pattern for names of files, and not one of them."""
    return any(sign in path for sign in "*?[") and not _is_taken(path)


def _is_taken(path: str) -> bool:
    """Return whether something has this name, as far as a storage answers."""
    try:
        return files.is_taken(path)
    except FileError:
        return False


def _expand_one(path: str, *, recursive: bool, output: str | None) -> Iterator[Source]:
    """Yield the files that one input stands for; a source with a problem if there are none."""
    if path == STREAM:
        yield Source(path)
    elif is_folder(path):
        yield from _images_of(path, recursive=recursive, output=output)
    elif is_pattern(path):
        yield from _matches(path, recursive=recursive, output=output)
    else:
        yield Source(path)


def _matches(pattern: str, *, recursive: bool, output: str | None) -> Iterator[Source]:
    try:
        matches = files.matches(pattern)
    except FileError as error:
        yield Source(pattern, problem=Failure.of(error, pattern))
        return
    if not matches:
        yield Source(pattern, problem=NO_MATCH)
    for match in matches:
        if is_folder(match):
            yield from _images_of(match, recursive=recursive, output=output)
        else:
            yield Source(match, found=True, matched=True)


def _images_of(path: str, *, recursive: bool, output: str | None) -> Iterator[Source]:
    """Yield the images of a folder; a source with a problem if there are none."""
    visited = {files.identity(output)} if output is not None else set()
    visited.discard(files.identity(path))  # a folder that was named is looked into
    none = True
    for source in _walk(path, "", recursive=recursive, visited=visited):
        none = none and source.is_ours
        yield source
    if none:
        problem = NO_IMAGES if recursive else NO_IMAGES._replace(advice=INTO_SUBFOLDERS)
        yield Source(path, problem=problem)


def _walk(path: str, folder: str, *, recursive: bool, visited: set[str]) -> Iterator[Source]:
    """Yield the images of a folder, then those of its subfolders, however deep these are.

    Args:
        path: of the folder.
        folder: where it stands in the folder that was named.
        recursive: look into its subfolders.
        visited: identities of folders that are not looked into (again): links can make a loop.
    """
    waiting = [(path, folder)]
    while waiting:
        path, folder = waiting.pop()
        identity = files.identity(path)
        if identity in visited:
            continue
        visited.add(identity)
        try:
            entries = files.list_folder(path)
        except FileError as error:
            found = Failure.of(error, path)
            problem = found._replace(problem=f"the folder cannot be read: {found.problem}")
            yield Source(path, problem=problem)
            continue
        names = {entry.name for entry in entries}
        shown = [entry for entry in entries if not entry.name.startswith(".")]
        for entry in shown:
            image = files.join(path, entry.name)
            is_image = entry.is_file and ending_of(entry.name) in READABLE_ENDINGS
            if is_image:
                yield Source(image, folder, found=True, is_ours=is_ours(image, names))
        below = [entry.name for entry in shown if recursive and entry.is_folder]
        waiting += [
            (files.join(path, name), posixpath.join(folder, name)) for name in reversed(below)
        ]


def is_ours(path: str, names: set[str] | None = None) -> bool:
    """Return whether this program has written an image: its sidecar beside it says so.

    Args:
        path: of the image.
        names: what there is in its folder, if that is known.
    """
    sidecar = os.path.splitext(path)[0] + ".json"
    if names is not None and os.path.basename(sidecar) not in names:
        return False
    output = record_of(sidecar).get("output")
    return isinstance(output, str) and os.path.basename(output) == os.path.basename(path)


def record_of(sidecar: str) -> dict[str, Any]:
    """Return what a sidecar says; nothing if there is none, or it is no sidecar of this program."""
    try:
        record = json.loads(files.read(sidecar, MAX_SIDECAR, FileError))
    except (OSError, ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) and "schema" in record else {}


PALETTE_AS_IMAGE: Final = Failure(
    ImageReadError, "is a palette, not an image", "convert it without an image, or map images to it"
)

NO_PICTURE: Final = Failure(
    ImageReadError, "is a palette, and a board shows the picture that it is of", "choose a style"
)


def is_palette(path: str) -> bool:
    """Return whether an input is a palette file, by its ending; a picture is none."""
    return ending_of(path) not in READABLE_ENDINGS and palette_table.is_read(path)


def stem_of(path: str) -> str:
    """Return what `{stem}` stands for in the outputs of an input: its name without ending."""
    if path == STREAM:
        return "stdin"
    if not is_palette(path):
        return os.path.splitext(os.path.basename(files.without_query(path)))[0]
    from quantize.palette_files.codec import title_of  # which no image needs

    return title_of(path)
