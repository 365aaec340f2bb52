"""A terminal that a command writes to, and what it was shown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TextIO

import pytest


class Screen:
    """A terminal: the `stream` that a command writes to and, at the end, the `text` on it."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.text = ""


END = b"\0"
"""Written behind all that a command wrote. Workers that were forked keep the terminal open, so that
it is not known from its own end that no more will come."""


def _read_to_the_end(terminal: int) -> bytes:
    """Return all that is written to a terminal up to `END`; it comes in pieces."""
    found = b""
    while not found.endswith(END):
        found += os.read(terminal, 1 << 16)
    return found.removesuffix(END)


@contextmanager
def open_terminal(columns: int = 80) -> Iterator[Screen]:
    """Open a terminal of 24 rows, and read along so that no writer ever waits."""
    pty = pytest.importorskip("pty", reason="no pseudo-terminals here")
    termios = pytest.importorskip("termios", reason="no pseudo-terminals here")
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    with ThreadPoolExecutor(1) as reader, os.fdopen(theirs, "w", encoding="utf-8") as stream:
        found = reader.submit(_read_to_the_end, ours)
        screen = Screen(stream)
        try:
            yield screen
        finally:
            stream.write(END.decode())
            stream.flush()
            screen.text = found.result().decode()
    os.close(ours)
