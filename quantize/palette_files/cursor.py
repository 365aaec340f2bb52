"""Sequential reading of bytes, which never goes past their end."""

from __future__ import annotations

import struct
from typing import Any

from quantize.palette_files.reading import Malformed


class Cursor:
    """A position in bytes, for formats whose lengths may be wrong."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        """Number of bytes that follow."""
        return len(self._data) - self._at

    def take(self, size: int, where: str) -> bytes:
        """Return the next bytes.

        Args:
            size: how many.
            where: the part of the file for the error, for instance `'colour 3 of 9'`.

        Raises:
            Malformed: there are fewer bytes.
        """
        if size > self.left:
            raise Malformed(
                f"ends inside {where}, {size - self.left:,} bytes short; it is truncated or says a "
                "wrong length, get it anew"
            )
        self._at += size
        return self._data[self._at - size : self._at]

    def unpack(self, layout: str, where: str) -> tuple[Any, ...]:
        """Return the next values, in a layout of `struct`; arguments are those of `take`."""
        return struct.unpack(layout, self.take(struct.calcsize(layout), where))

    def utf16(self, units: int, where: str) -> str:
        """Return a big-endian UTF-16 text of so many units, up to its first NUL."""
        text = self.take(2 * units, where).decode("utf-16-be", errors="replace")
        return text.partition("\0")[0]
