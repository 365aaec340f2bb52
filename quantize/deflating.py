"""Deflate as zlib streams, by libdeflate, at levels that suit indexed pictures."""

from __future__ import annotations

from typing import Final, NamedTuple

import deflate


class Level(NamedTuple):
    """A row of `LEVELS`.

    Attributes:
        most: bytes that it is for.
        few: libdeflate's level where a byte holds several pixels.
        many: that at 8 bits a pixel.
    """

    most: int
    few: int
    many: int


CAREFUL: Final = 10
"""The first of libdeflate's levels that weighs matches against each other."""

_NO_LIMIT: Final = 1 << 62

LEVELS: Final[dict[str, tuple[Level, ...]]] = {
    "fast": (Level(_NO_LIMIT, 2, 2),),
    "default": (Level(1 << 18, CAREFUL, 8), Level(3 << 19, 8, 8), Level(_NO_LIMIT, 7, 6)),
    "best": (Level(_NO_LIMIT, 12, 12),),
}
"""By effort, the smallest sizes first. At 64 colours level 10 is 9 % smaller than 6, and takes 130
ns a byte in place of 10: a third of the whole run at 768 × 512. So it is for `best` (where oxipng
or libwebp do not do better) and for small files of a few colours, which are half as many bytes
and gain as much. Levels 8 and 9 save 2.5 and 3 % for 30 and 40 ns (`benchmarks/sizes.py`)."""

QUICK: Final = 1
"""A level to compare with: a third of a millisecond for 100,000 bytes."""


def level_for(size: int, bits: int, effort: str) -> int:
    """The level of libdeflate for so many bytes of so many bits a pixel."""
    row = next(row for row in LEVELS[effort] if size <= row.most)
    return row.few if bits < 8 else row.many


def compress(data: bytes, level: int) -> bytes:
    """A zlib stream (RFC 1950).

    Args:
        data: what to compress.
        level: 1 to 12.
    """
    return bytes(deflate.zlib_compress(data, level))
