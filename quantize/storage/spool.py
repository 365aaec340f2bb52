"""A text that grows for long: in memory while it is short, then in a file without a name."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import Final

IN_MEMORY: Final = 1 << 20
"""Bytes up to which it is kept in memory."""


class Spool:
    """Collects bytes until they are wanted; what is left goes with the process."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - it is closed when taken

    def add(self, data: bytes) -> None:
        """Add bytes at the end."""
        self._file.write(data)

    def taken(self) -> bytes:
        """Return all bytes; the spool is of no use any more."""
        with self._file as file:
            file.seek(0)
            return file.read()
