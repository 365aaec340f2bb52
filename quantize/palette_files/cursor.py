"""Reading on through bytes, never past their end."""

from __future__ import annotations

import struct
from typing import Any

from quantize.palette_files.reading import Malformed


class Cursor:
    """A place in some bytes, for formats whose lengths must not be trusted."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """How many bytes are still to come."""
        return len(self._data) - self._at

    def take(self, size: int, where: str) -> bytes:
        """The next `size` bytes.

        Raises:
            Malformed: there are fewer; `where` says in what, e.g. `'colour 3 of 9'`.
        """
        if size > self.left:
            raise Malformed(
                f"ends inside {where}, {size - self.left:,} bytes short; it is truncated or says a "
                "wrong length, get it anew"
            )
        self._at += size
        return self._data[self._at - size : self._at]

    def unpack(self, layout: str, where: str) -> tuple[Any, ...]:
        """The next values, laid out as `struct` has it; else as `take`."""
        return struct.unpack(layout, self.take(struct.calcsize(layout), where))

    def utf16(self, units: int, where: str) -> str:
        """A big-endian UTF-16 text of so many units, up to its NUL where it has one."""
        text = self.take(2 * units, where).decode("utf-16-be", errors="replace")
        return text.partition("\0")[0]
