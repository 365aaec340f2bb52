"""The functions that a kind of storage offers: `local` and `remote` are two modules of this type.

Loaded where a folder is listed; otherwise for type checkers alone.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import BinaryIO, NamedTuple, Protocol

from quantize.errors import FileError


class Entry(NamedTuple):
    """One name in a folder.

    Attributes:
        name: without the folder.
        is_folder: whether it is a folder, or a link to one.
        is_file: whether it is a file, a link to one, or a link to nothing.
    """

    name: str
    is_folder: bool
    is_file: bool


class Backend(Protocol):
    """The functions of `files` for one kind of storage; `files` documents what they do."""

    # names

    def split(self, path: str, /) -> tuple[str, str]:
        """Return the folder and the name in it."""

    def join(self, folder: str, /, *names: str) -> str:
        """Return the name of a file in a folder."""

    def identity(self, path: str, /) -> str:
        """Return one string for all names of a file."""

    def real_name(self, path: str, /) -> str:
        """Return one string for all names of a file, before and after it is made."""

    def full_name(self, path: str, /) -> str:
        """Return one string for all spellings of a name."""

    # looking

    def exists(self, path: str, /) -> bool:
        """Return whether there is a file or folder."""

    def is_taken(self, path: str, /) -> bool:
        """Return whether something has this name."""

    def is_folder(self, path: str, /) -> bool:
        """Return whether there is a folder."""

    def size(self, path: str, /) -> int:
        """Return the number of bytes of a file."""

    def list_folder(self, path: str, /) -> list[Entry]:
        """Return the contents of a folder, by name."""

    def matches(self, pattern: str, /) -> list[str]:
        """Return the names that a pattern stands for."""

    # reading

    def read(self, path: str, most: int, error: type[FileError], /) -> bytes:
        """Return the content of a file, up to one byte more than `most`."""

    def open_for_reading(
        self, path: str, error: type[FileError], /
    ) -> AbstractContextManager[BinaryIO]:
        """Open a file as a stream that can seek."""

    # writing

    def check_target(self, path: str, /, *, force: bool) -> None:
        """Refuse a file that cannot be written."""

    def make_folder(self, path: str, /) -> bool:
        """Make a folder and its parents."""

    def remove_if_empty(self, folder: str, /) -> None:
        """Remove a folder that has no contents."""

    def target_of(self, path: str, /) -> str:
        """Return the file that a new content replaces: the one that a link points to."""

    def temporary_name(self, path: str, name: str, /) -> str:
        """Return a name in the folder of a file; empty if the store needs no temporary files."""

    def stage(self, path: str, temporary: str, data: bytes, /, *, force: bool) -> None:
        """Write the content of `path` to its temporary name, if it has one."""

    def publish(self, path: str, temporary: str, data: bytes, /, *, force: bool) -> None:
        """Make a staged file visible, whole, under its own name."""

    def remove(self, path: str, /) -> None:
        """Remove a file, if it exists and can be removed."""

    def temporary_files(self, folder: str, /) -> list[str]:
        """Return the names in a folder that may be those of temporary files."""
