"""Signals that end the work: Ctrl-C, SIGTERM and SIGHUP become one exception, which cleans up.

`listening` hears them, for a command or a worker. `held` lets no exception in between while files
become visible. A signal that was ignored when the program started, as by `nohup`, stays ignored.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from time import monotonic
from types import FrameType
from typing import Any, Final

SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)

PATIENCE_SECONDS: Final = 1.0
"""Time in which another signal means the same: `timeout` and `kill` on a group send two at once.
After it a signal is obeyed at once, even where the first one still waits; our choice."""


class Interrupted(KeyboardInterrupt):
    """A signal that ends the work; `number` is its number."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def exit_code(error: BaseException | None) -> int:
    """Return the exit code of what was interrupted: 128 and the number of the signal, as in POSIX.

    An interruption that is none of ours is a Ctrl-C.
    """
    return 128 + (error.number if isinstance(error, Interrupted) else signal.SIGINT)


class _State:
    heard = 0
    since = float("-inf")
    holds = 0
    listens = 0


on_signal: Final[list[Callable[[], object]]] = []
"""Called when a signal comes, before its exception is raised."""


def answered() -> None:
    """Note that the work has ended for the sake of a signal, and that what follows may go on."""
    _State.heard = 0


def check() -> None:
    """Raise the exception of a signal that has come; the first one may have been swallowed.

    Raises:
        Interrupted: one has, and this is the main thread.
    """
    if _State.heard and threading.current_thread() is threading.main_thread():
        raise Interrupted(_State.heard)


def _hear(number: int, _frame: FrameType | None) -> None:
    now = monotonic()
    first = not _State.heard
    if now - _State.since < PATIENCE_SECONDS:
        return
    _State.heard, _State.since = number, now
    for prepare in on_signal:
        prepare()
    if not (first and _State.holds):
        raise Interrupted(number)


def _silent_about_ours(others: Callable[[Any], object]) -> Callable[[Any], object]:
    """Return a `sys.unraisablehook` that says nothing of a signal: `check` will raise it.

    Python cannot raise an exception in a finaliser, or while it imports, in a callback of its own.
    """

    def hook(found: Any) -> None:
        if not isinstance(found.exc_value, Interrupted):
            others(found)

    return hook


@contextmanager
def listening(signals: Sequence[int] = SIGNALS) -> Iterator[None]:
    """Raise `Interrupted` for signals that are not ignored, and that nobody else handles.

    Only the main thread can hear signals; elsewhere nothing changes.
    """
    before = {}
    unraisable = sys.unraisablehook
    if threading.current_thread() is threading.main_thread():
        usual = (signal.SIG_DFL, signal.default_int_handler)
        if not _State.listens:
            _State.heard, _State.since = 0, float("-inf")
        for number in signals:
            if signal.getsignal(number) in usual:
                before[number] = signal.signal(number, _hear)
    _State.listens += bool(before)
    if before:
        sys.unraisablehook = _silent_about_ours(unraisable)
    try:
        yield
    finally:
        _State.listens -= bool(before)
        if not _State.listens:
            answered()
        if before:
            sys.unraisablehook = unraisable
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def held() -> Iterator[None]:
    """Let signals wait, and raise the exception of one at the end; `check` raises it earlier.

    Where nobody listens, as in a program that uses the library, Ctrl-C waits.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with nullcontext() if _State.listens else listening((signal.SIGINT,)):
        _State.holds += 1
        try:
            yield
        finally:
            _State.holds -= 1
            if not _State.holds:
                check()
