"""Deflate as zlib streams, by libdeflate, at levels that suit indexed pictures."""

from __future__ import annotations

import zlib
from typing import Final, NamedTuple

import deflate
import numpy as np

from quantize import kernels
from quantize.kernels import each_block


class Level(NamedTuple):
    """Levels of libdeflate for pictures up to a size.

    Attributes:
        most: the most bytes of rows that the levels are for.
        few: the level for at most `FEW` colours, of which a byte holds several.
        some: the level for at most `SOME` colours.
        many: the level for more colours.
    """

    most: int
    few: int
    some: int
    many: int


FEW: Final = 16
SOME: Final = 128
"""Limits on the number of colours; see `Level`."""

CAREFUL: Final = 10
"""The first level of libdeflate that compares costs of matches (near-optimal parsing)."""

_NO_LIMIT: Final = 1 << 62

PLAIN: Final[dict[str, tuple[Level, ...]]] = {
    "fast": (Level(_NO_LIMIT, 2, 2, 2),),
    "default": (
        Level(1 << 19, CAREFUL, CAREFUL, 9),
        Level(3 << 19, 8, 8, 8),
        Level(_NO_LIMIT, 7, 6, 6),
    ),
    "best": (Level(_NO_LIMIT, 12, 12, 12),),
}
"""Levels for indices, by effort, the smallest sizes first; measured with `benchmarks/sizes.py`. At
64 colours level 10 is 9 % smaller than level 6, and takes 130 ns a byte in place of 10; at 256
colours it is 7 % smaller. A small picture of few colours gets level 10, for at most 60 ms; for a
large one it would take most of the run, and with many colours a lower level is enough to be smaller
than pngquant. Levels 8 and 9 save 2.5 and 3 % for 30 and 40 ns a byte."""

PREDICTED: Final[dict[str, tuple[Level, ...]]] = PLAIN | {
    "default": (
        Level(1 << 19, CAREFUL, CAREFUL, 6),
        Level(3 << 19, 7, 7, 6),
        Level(_NO_LIMIT, 7, 6, 6),
    )
}
"""The same for differences of indices. They have few long matches: with 256 colours level 6 saves
10 % against level 9 on indices in less time, and levels 7 to 9 up to 2 % more in two to five times
the time."""

QUICK: Final = 1
"""The level for quick comparisons: a third of a millisecond for 100,000 bytes."""


def level_for(size: int, colors: int, effort: str, *, predicted: bool = False) -> int:
    """Return the level of libdeflate.

    Args:
        size: bytes of rows.
        colors: how many colours the picture has.
        effort: a key of `PLAIN`.
        predicted: whether the bytes are differences of indices.
    """
    levels = PREDICTED if predicted else PLAIN
    row = next(row for row in levels[effort] if size <= row.most)
    if colors <= FEW:
        return row.few
    return row.some if colors <= SOME else row.many


def compress(data: bytes, level: int, threads: int = 1) -> bytes:
    """Return the data as a zlib stream (RFC 1950).

    Long data are compressed in pieces, whose number does not depend on that of the threads.

    Args:
        data: what is compressed.
        level: 1 to 12.
        threads: most threads to use; changes no byte.
    """
    size = max(-(-len(data) // _pieces(len(data))), 1)
    if size >= len(data):
        return bytes(deflate.zlib_compress(data, level))

    def piece(rows: slice) -> bytes:
        return bytes(deflate.deflate_compress(data[rows], level))

    parts = each_block(len(data), piece, threads=threads, block=size)
    whole = b"".join(map(_to_be_continued, parts[:-1]))
    return _HEADER + whole + parts[-1] + zlib.adler32(data).to_bytes(4, "big")


_HEADER: Final = b"\x78\xda"
"""A window of 32 KiB, compressed with much effort."""

LONG: Final = 300_000
PIECE: Final = 1 << 19
"""Bytes from which there are two pieces, and of each where there are more. A piece cannot refer to
the one before it: at 768 × 512 two halves take 0.2 % more bytes, the mean of seven photographs. At
640 × 427 it was up to 1.3 %, for few milliseconds."""

_EMPTY_STORED: Final = b"\0\0\xff\xff"
"""The length of an empty stored block and its complement: what follows begins at a byte."""


def _pieces(size: int) -> int:
    return 1 if size < LONG else max(size // PIECE, 2)


def _to_be_continued(part: bytes) -> bytes:
    """Return a deflate stream so that another can follow: its last block is not the last."""
    flag, end = kernels.stream_end(np.frombuffer(part, np.uint8))
    # three zero bits behind the last code are the header of a stored block
    stream = bytearray(part[: -(-end // 8)]).ljust((end + 3 + 7) // 8, b"\0")
    stream[flag // 8] &= ~(1 << flag % 8)
    return bytes(stream + _EMPTY_STORED)
