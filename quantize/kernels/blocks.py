"""Fixed blocks of rows, run on threads and folded in order."""

from __future__ import annotations

import os
import sys
import threading
from _queue import SimpleQueue  # of the standard library; `queue` around it is not needed
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar, cast

T = TypeVar("T")

WRITTEN_ORDER_DIMENSIONS = 4
"""Most dimensions in which distances are added in a written order; with more, BLAS is used in spite
of its rounding, because it is much faster."""

VECTOR_DIMENSIONS = 4 if sys.platform == "win32" else 64
"""Most dimensions in which distances have a written order all the same in kernels that compute them
all (`nearest`, `nearest_two`, `seed_rows`): vectors of points are as fast as BLAS. The usual one of
Windows' compilers has none."""

BLOCK_ROWS = 1 << 15
"""Rows in a block: a few milliseconds of work, much more than it costs to start a thread."""


def block_rows(dimensions: int) -> int:
    """Return the rows in a block of points: fewer with many dimensions, at least 1024."""
    return BLOCK_ROWS if dimensions <= 4 else max(BLOCK_ROWS * 4 // dimensions, 1 << 10)


def each_block(
    rows: int, work: Callable[[slice], T], *, threads: int = 1, block: int = BLOCK_ROWS
) -> list[T]:
    """Call `work` on each block of rows; return its results in the order of the blocks.

    Args:
        rows: the number of rows; 0 gives an empty list.
        work: takes a slice of rows; called from several threads at once if `threads` > 1.
        threads: most threads to use.
        block: rows in a block; the results of a caller that folds them depend on it.
    """
    if 0 < rows <= block:
        return [work(slice(0, rows))]
    slices = [slice(start, min(start + block, rows)) for start in range(0, rows, block)]
    results: list[T | None] = [None] * len(slices)
    failures: list[BaseException] = []
    threads = max(min(threads, len(slices)), 1)

    def share(first: int) -> None:
        try:
            for at in range(first, len(slices), threads):
                results[at] = work(slices[at])
        except BaseException as error:  # carried over to the caller's thread
            failures.append(error)

    _on_threads(share, threads)
    if failures:
        raise failures[0]
    return cast("list[T]", results)


def each_wave(rows: int, steps: int, work: Callable[[int, int], None], *, threads: int = 1) -> None:
    """Call `work(row, step)` for each step of each row, each row behind the row above.

    Step s of a row begins when step s - 1 of the row and step s + 1 of the row above are done; it
    can read what they have written. At most `threads` rows are in progress: row r begins when row
    r - `threads` has ended.

    Args:
        rows: the number of rows.
        steps: the number of steps in each row.
        work: takes the numbers of a row and a step.
        threads: most threads to use.
    """
    threads = max(min(threads, rows), 1)
    above = [threading.Semaphore(0) for _ in range(rows + 1)]  # steps done, not yet waited for
    failures: list[BaseException] = []

    def one(row: int, step: int) -> None:
        waits = min(2, steps) if step == 0 else int(step < steps - 1)
        for _ in range(waits if row else 0):
            above[row].acquire()
        try:
            if not failures:
                work(row, step)
        except BaseException as error:  # carried over to the caller's thread
            failures.append(error)
        above[row + 1].release()

    def share(first: int) -> None:
        for row in range(first, rows, threads):
            for step in range(steps):
                one(row, step)

    _on_threads(share, threads)
    if failures:
        raise failures[0]


def beside(work: Callable[[], T], *, threads: int = 1) -> Callable[[], T]:
    """Begin some work on another thread; return what waits for it and returns its result.

    Args:
        work: must not depend on what the caller does until it waits.
        threads: with 1, the work is done when it is waited for.
    """
    if threads == 1:
        return work
    results: list[T] = []
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            results.append(work())
        except BaseException as error:  # carried over to the caller's thread
            failures.append(error)

    end = _helper().begin(guarded)

    def wait() -> T:
        if not (results or failures):
            end.get()
        if failures:
            raise failures[0]
        return results[0]

    return wait


class _Helper:
    """A thread that does one piece of work after another; it ends with the process.

    To hand work over takes a tenth of the time that a new thread takes.
    """

    def __init__(self) -> None:
        self._tasks: SimpleQueue[tuple[Callable[[], None], SimpleQueue[None]]] = SimpleQueue()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            work, end = self._tasks.get()
            work()
            del work  # and what it holds
            _IDLE.append(self)
            end.put(None)

    def begin(self, work: Callable[[], None]) -> SimpleQueue[None]:
        """Begin some work, which must not raise; return what gets None at its end."""
        end: SimpleQueue[None] = SimpleQueue()
        self._tasks.put((work, end))
        return end


_IDLE: Final[list[_Helper]] = []
"""Helpers without work: as many as were ever busy at once. A forked process has none of them."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_IDLE.clear)


def _helper() -> _Helper:
    try:
        return _IDLE.pop()
    except IndexError:
        return _Helper()


def _on_threads(share: Callable[[int], None], threads: int) -> None:
    """Call `share` with 0, 1, … on as many threads; the first one is the caller's.

    These are threads of our own, because importing a pool costs more time than most pictures take.
    """
    ends = [_helper().begin(partial(share, first)) for first in range(1, threads)]
    share(0)
    for end in ends:
        end.get()


def thread_count(wanted: int = 0) -> int:
    """Return the number of threads to use: `wanted`, or one for each available core if it is 0."""
    return wanted or available_cores()


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
