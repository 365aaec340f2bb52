"""The end of a deflate stream (RFC 1951), for streams that are joined.

A stream says in the header of each block whether it is the last. To go on behind it, that bit is
cleared, and the next block begins behind the last code, which may end within a byte.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

_LONGEST: Final = 15
"""Bits of a code."""

_ORDER: Final = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
"""The symbols of the first code in the order of their lengths."""

_REPEATS: Final = {16: (2, 3), 17: (3, 3), 18: (7, 11)}
"""Bits that say how often a length comes again, and how often at least."""

_END: Final = 256
_STORED, _FIXED = 0, 1


def stream_end(data: Bytes) -> tuple[int, int]:
    """Return the bit that says that the last block is the last, and the bit behind that block.

    Args:
        data: in, (n,) uint8, a whole deflate stream, as a compressor has made it.
    """
    bits = _Bits(data)
    while True:
        flag = bits.at
        last, kind = bits.take(1), bits.take(2)
        if kind == _STORED:
            bits.at = -(-bits.at // 8) * 8
            bits.at += 32 + 8 * bits.peek(16)
        else:
            _skip_block(bits, *(_fixed_codes() if kind == _FIXED else _own_codes(bits)))
        if last:
            return flag, bits.at


class _Bits:
    """The bits of a stream, the lowest of each byte first."""

    def __init__(self, data: Bytes) -> None:
        self._number = data.tobytes() + bytes(8)
        self.at = 0

    def peek(self, count: int) -> int:
        start = self.at >> 3
        word = int.from_bytes(self._number[start : start + 4], "little")
        return word >> (self.at & 7) & (1 << count) - 1

    def take(self, count: int) -> int:
        value = self.peek(count)
        self.at += count
        return value

    def symbol(self, code: Code) -> int:
        """Return the next symbol of a code."""
        found, length = code[self.peek(_LONGEST)]
        self.at += length
        return found


Code = list[tuple[int, int]]
"""The symbol and the length of the code that the next 15 bits begin with."""


def _code(lengths: list[int]) -> Code:
    """Return the code in which symbols have such lengths (RFC 1951, 3.2.2)."""
    table = [(0, 1)] * (1 << _LONGEST)
    value = 0
    for length in range(1, _LONGEST + 1):
        for symbol in (symbol for symbol, own in enumerate(lengths) if own == length):
            turned = int(f"{value:0{length}b}"[::-1], 2)
            table[turned :: 1 << length] = [(symbol, length)] * (1 << _LONGEST - length)
            value += 1
        value <<= 1
    return table


def _fixed_codes() -> tuple[Code, Code]:
    lengths = [8] * 144 + [9] * 112 + [7] * 24 + [8] * 8
    return _code(lengths), _code([5] * 30)


def _own_codes(bits: _Bits) -> tuple[Code, Code]:
    """Read the codes of a block: for bytes and lengths, and for distances."""
    literals, distances, known = bits.take(5) + 257, bits.take(5) + 1, bits.take(4) + 4
    first = [0] * 19
    for symbol in _ORDER[:known]:
        first[symbol] = bits.take(3)
    code = _code(first)
    lengths: list[int] = []
    while len(lengths) < literals + distances:
        symbol = bits.symbol(code)
        if symbol < 16:
            lengths.append(symbol)
            continue
        count, least = _REPEATS[symbol]
        again = lengths[-1] if symbol == 16 else 0
        lengths += [again] * (least + bits.take(count))
    return _code(lengths[:literals]), _code(lengths[literals:])


def _skip_block(bits: _Bits, literals: Code, distances: Code) -> None:
    while (symbol := bits.symbol(literals)) != _END:
        if symbol > _END:
            bits.at += 0 if symbol < 265 or symbol == 285 else (symbol - 261) // 4
            distance = bits.symbol(distances)
            bits.at += max(distance // 2 - 1, 0)
