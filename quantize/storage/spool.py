"""A text that grows for long: in memory while it is short, then in a file without a name."""

from __future__ import annotations

import io
from tempfile import TemporaryFile
from typing import IO, Final

IN_MEMORY: Final = 1 << 20
"""Bytes up to which it is kept in memory."""


class Spool:
    """Collects bytes until they are wanted; what is left goes with the process."""

    def __init__(self) -> None:
        self._file: IO[bytes] = io.BytesIO()

    def add(self, data: bytes) -> None:
        """Add bytes at the end."""
        self._file.write(data)
        if isinstance(self._file, io.BytesIO) and self._file.tell() > IN_MEMORY:
            begun = self._file.getvalue()
            self._file = TemporaryFile()  # noqa: SIM115 - it is closed when taken
            self._file.write(begun)

    def taken(self) -> bytes:
        """Return all bytes; the spool is of no use any more."""
        with self._file as file:
            file.seek(0)
            return file.read()
