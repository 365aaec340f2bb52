"""A long list, read line by line as it comes: from a file, a URL, or a pipe that is still open.

Loaded where a command is given a list of its inputs.
"""

from __future__ import annotations

import os
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import chain
from queue import Queue
from typing import BinaryIO, Final

from quantize.errors import FileError
from quantize.storage import files, local

STREAM: Final = "-"

AHEAD: Final = 1000
"""Lines that are read from a pipe, or from far, before they are asked for; it bounds the memory."""

PIECE: Final = 1 << 16
"""Bytes read at once: what a pipe of Linux holds."""


class Lines:
    """The lines of a file, with their ends; to be used in `with`, and iterated over once.

    Attributes:
        on_ready: called, in another thread, when there is a line again after `ready` was false.
    """

    def __init__(self, path: str, error: type[FileError], end: bytes = b"\n") -> None:
        """Prepare to read; `path` may be `-` for standard input, and `end` ends each line.

        A file that cannot be read is an error of the class `error`.
        """
        self.on_ready: Callable[[], object] | None = None
        self._path, self._error, self._end = path, error, end
        self._resources = ExitStack()
        self._queue: Queue[bytes | FileError | None] | None = None
        self._next: Iterator[bytes] = iter(())
        self._was_empty = False

    def __enter__(self) -> Lines:
        """Open the file.

        Raises:
            InputMissingError, InputIsFolderError, FileError: it cannot be opened.
        """
        pieces = self._pieces()
        if pieces is not None:
            self._queue = Queue(AHEAD)
            reader = threading.Thread(target=self._read, args=(pieces,), daemon=True)
            reader.start()  # a daemon: nothing can wake it from a pipe that says nothing
            self._next = self._queued(self._queue)
        else:
            self._next = _split(self._stream(), self._end)
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    def __iter__(self) -> Iterator[bytes]:
        return self._next

    def ready(self) -> bool:
        """Return whether the next line, or the end, is there; else `on_ready` will tell."""
        if self._queue is None:
            return True
        self._was_empty = True
        return not self._queue.empty()

    def _pieces(self) -> Iterator[bytes] | None:
        """Return what comes piece by piece, from far or from a pipe; None for a file of here.

        The first piece of an object is there already, so that what is wrong is said at once.
        """
        if files.is_url(self._path):
            from quantize.storage import remote

            pieces = remote.pieces(self._path, PIECE, self._error)
            return chain([next(pieces, b"")], pieces)
        descriptor = self._pipe()
        return None if descriptor is None else self._read_pipe(descriptor)

    def _pipe(self) -> int | None:
        """Return the descriptor of a pipe or a terminal; None for what has its end already."""
        if self._path == STREAM:
            if sys.stdin is None:
                raise self._error(STREAM, "standard input is closed")
            try:
                descriptor = sys.stdin.fileno()
            except (OSError, ValueError):  # it is none of the system's
                return None
        elif files.is_device(self._path):
            with local.explained_reading(self._path, self._error, "opened"):
                descriptor = os.open(self._path, os.O_RDONLY)
        else:
            return None
        return None if stat.S_ISREG(os.fstat(descriptor).st_mode) else descriptor

    def _stream(self) -> BinaryIO:
        if self._path == STREAM:
            return sys.stdin.buffer
        opened = files.open_for_reading(self._path, self._error)
        return self._resources.enter_context(opened)

    def _read_pipe(self, descriptor: int) -> Iterator[bytes]:
        while data := _read_some(descriptor):
            yield data
        if self._path != STREAM:
            os.close(descriptor)

    def _read(self, pieces: Iterator[bytes]) -> None:
        """Put lines into the queue, and None behind the last one; in a thread of its own.

        What was begun when reading fails is no line.
        """
        begun = b""
        try:
            for data in pieces:
                *whole, begun = (begun + data).split(self._end)
                for line in whole:
                    self._put(line + self._end)
        except FileError as error:
            self._put(error)
            return
        if begun:
            self._put(begun)
        self._put(None)

    def _put(self, line: bytes | FileError | None) -> None:
        assert self._queue is not None
        self._queue.put(line)
        if self._was_empty and self.on_ready is not None:
            self._was_empty = False
            self.on_ready()

    @staticmethod
    def _queued(queue: Queue[bytes | FileError | None]) -> Iterator[bytes]:
        while (line := queue.get()) is not None:
            if isinstance(line, FileError):
                raise line
            yield line


def _read_some(descriptor: int) -> bytes:
    """Return what there is; nothing at the end, and where it cannot be read."""
    try:
        return os.read(descriptor, PIECE)
    except OSError:
        return b""


def _split(stream: BinaryIO, end: bytes) -> Iterator[bytes]:
    """Yield the lines of a stream that can be read to its end at any time."""
    if end == b"\n":
        yield from stream
        return
    begun = b""
    while data := stream.read(PIECE):
        *whole, begun = (begun + data).split(end)
        yield from (line + end for line in whole)
    if begun:
        yield begun
