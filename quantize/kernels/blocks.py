"""Fixed blocks of rows, run on threads and folded in order."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

BLOCK_ROWS = 1 << 14
"""Rows in a block: a few milliseconds of work, far above the cost of handing it to a thread."""


def each_block(
    rows: int, work: Callable[[slice], T], *, threads: int = 1, block: int = BLOCK_ROWS
) -> list[T]:
    """Call `work` on each block of `rows`; the results come in the order of the blocks.

    Args:
        rows: how many rows there are; none gives an empty list.
        work: takes a slice of rows; called from several threads at once if `threads` > 1.
        threads: most threads to use.
        block: rows in a block; the results of a caller that folds them depend on it.
    """
    slices = [slice(start, min(start + block, rows)) for start in range(0, rows, block)]
    if threads <= 1 or len(slices) <= 1:
        return [work(rows_of_block) for rows_of_block in slices]
    from concurrent.futures import ThreadPoolExecutor  # 12 ms to import; small pictures do without

    with ThreadPoolExecutor(min(threads, len(slices))) as pool:
        return list(pool.map(work, slices))


def available_cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
