"""Deflate as zlib streams, by libdeflate, at levels that suit indexed pictures."""

from __future__ import annotations

from typing import Final, NamedTuple

import deflate


class Level(NamedTuple):
    """A row of `LEVELS`.

    Attributes:
        most: bytes of rows that it is for.
        few: libdeflate's level for at most `FEW` colours, of which a byte holds several.
        some: for at most `SOME`.
        many: for more.
    """

    most: int
    few: int
    some: int
    many: int


FEW: Final = 16
SOME: Final = 128

CAREFUL: Final = 10
"""The first of libdeflate's levels that weighs matches against each other."""

_NO_LIMIT: Final = 1 << 62

LEVELS: Final[dict[str, tuple[Level, ...]]] = {
    "fast": (Level(_NO_LIMIT, 2, 2, 2),),
    "default": (
        Level(1 << 19, CAREFUL, CAREFUL, 9),
        Level(3 << 19, 8, 8, 8),
        Level(_NO_LIMIT, 7, 6, 6),
    ),
    "best": (Level(_NO_LIMIT, 12, 12, 12),),
}
"""By effort, the smallest sizes first. At 64 colours level 10 is 9 % smaller than 6, and takes 130
ns a byte in place of 10; at 256 it is 7 % smaller. A small picture of few colours can have it, for
at most 60 ms; of a large one it would be most of the run, and with many colours less than 10 is
enough to be smaller than pngquant. Levels 8 and 9 save 2.5 and 3 % for 30 and 40 ns
(`benchmarks/sizes.py`)."""

QUICK: Final = 1
"""A level to compare with: a third of a millisecond for 100,000 bytes."""


def level_for(size: int, colors: int, effort: str) -> int:
    """The level of libdeflate for so many bytes of rows in so many colours."""
    row = next(row for row in LEVELS[effort] if size <= row.most)
    if colors <= FEW:
        return row.few
    return row.some if colors <= SOME else row.many


def compress(data: bytes, level: int) -> bytes:
    """A zlib stream (RFC 1950).

    Args:
        data: what to compress.
        level: 1 to 12.
    """
    return bytes(deflate.zlib_compress(data, level))
