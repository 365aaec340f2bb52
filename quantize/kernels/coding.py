"""The kernels that code pixels as GIF's LZW, in plain Python: their specification.

The coder knows strings of pixels. It writes the code of the longest one that comes next, and adds
that string with the pixel after it, until its table is full. At any place it may clear the table
and begin anew. A full table goes on while it suits; then the coder ends a string earlier if this
string and the next one reach farther together, which costs no entry any more (Horspool 1995).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]

CODES: Final = 4096
"""Codes of a full table."""

LONGEST_CODE: Final = 12
"""Bits of a code at most."""

EARLIER: Final = 3
"""How many pixels earlier a string may end; five more save at most 0.15 %."""

UNKNOWN: Final = 1 << 62
"""A size that is not known."""


def clear_places(pixels: Bytes, places: Places, bits: int, slack: int, found: Places) -> None:
    """Find at which of some places the table is best cleared (a shortest path).

    A table that is begun at a place is followed until it is `slack` bits behind the best way to a
    later place.

    Args:
        pixels: in, (n,) uint8, below 2^bits.
        places: in, (m,) int64, rising from 0 to n; a table may begin at all but the last.
        bits: in, 2 to 8.
        slack: in, 0 or more.
        found: out, (2, m) int64: the fewest bits up to each place, with the code that clears there;
            and the number of the place where the table before it begins.
    """
    sizes, before = found
    sizes[:], before[:] = UNKNOWN, 0
    sizes[0] = 0
    for number in range(len(places) - 1):
        coder = _Coder(pixels, bits)
        at, following, size = int(places[number]), number + 1, int(sizes[number])
        while following < len(places):
            string = coder.next_string(at, len(pixels))
            size += coder.write(string, at, len(pixels))
            at += string.length
            while following < len(places) and places[following] <= at:
                whole = size + coder.width
                if whole < sizes[following]:
                    sizes[following], before[following] = whole, number
                following += 1
                if whole > sizes[following - 1] + slack:
                    following = len(places)


def filled_at(pixels: Bytes, start: int, bits: int) -> int:
    """Return the place where a table is full that begins at a place; the end of the pixels if none.

    Args:
        pixels: (n,) uint8, below 2^bits.
        start: 0 to n.
        bits: 2 to 8.
    """
    coder, at = _Coder(pixels, bits), start
    while at < len(pixels) and not coder.is_full:
        string = coder.next_string(at, len(pixels))
        coder.write(string, at, len(pixels))
        at += string.length
    return at


def code_strings(pixels: Bytes, places: Places, bits: int, found: Bytes) -> int:
    """Write pixels as codes, the first bits lowest, with a cleared table at each of some places.

    Args:
        pixels: in, (n,) uint8, below 2^bits.
        places: in, (m,) int64, rising from 0; n is not among them.
        bits: in, 2 to 8.
        found: out, (2 n + 2 m + 4,) uint8 or more.

    Returns:
        The bytes that are written.
    """
    stream, filled, width = 0, 0, bits + 1
    for number, start in enumerate(places.tolist()):
        end = int(places[number + 1]) if number + 1 < len(places) else len(pixels)
        stream |= (1 << bits) << filled
        filled += width
        coder, at = _Coder(pixels, bits), start
        while at < end:
            string = coder.next_string(at, end)
            stream |= string.code << filled
            filled += coder.write(string, at, end)
            at += string.length
        width = coder.width
    stream |= ((1 << bits) + 1) << filled
    size = (filled + width + 7) // 8
    found[:size] = np.frombuffer(stream.to_bytes(size, "little"), np.uint8)
    return size


class _String(NamedTuple):
    """A string of the table: its code and its pixels."""

    code: int
    length: int


class _Coder:
    """A table that begins empty.

    Attributes:
        width: the bits of the next code.
        is_full: whether no string is added any more.
    """

    def __init__(self, pixels: Bytes, bits: int) -> None:
        self.width, self.is_full = bits + 1, False
        self._pixels, self._free = pixels, (1 << bits) + 2
        self._strings: dict[tuple[int, int], int] = {}

    def next_string(self, at: int, end: int) -> _String:
        """Return the string that is coded next, which ends at a place at most."""
        longest = self._longest(at, end)
        if not self.is_full or at + longest.length == end:
            return longest
        best, reached = longest, -1
        for length in range(longest.length, max(longest.length - EARLIER, 1) - 1, -1):
            both = length + self._longest(at + length, end).length
            if both > reached:
                best, reached = self._longest(at, at + length), both
        return best

    def write(self, string: _String, at: int, end: int) -> int:
        """Write a string at a place, and add what follows from it; return the bits."""
        width = self.width
        if self.is_full:
            return width
        after = at + string.length
        if after < end:
            self._strings.setdefault((string.code, int(self._pixels[after])), self._free)
        if self._free == 1 << width and width < LONGEST_CODE:
            self.width += 1
        self._free += 1
        self.is_full = self._free == CODES
        return width

    def _longest(self, at: int, end: int) -> _String:
        code, length = int(self._pixels[at]), 1
        while at + length < end:
            longer = self._strings.get((code, int(self._pixels[at + length])))
            if longer is None:
                break
            code, length = longer, length + 1
        return _String(code, length)
