"""A progress bar on a terminal, for work that takes longer than about a second.

A thread draws it, so that it goes on while one picture takes long. Lines of text come above it:
`streams` asks for room. tqdm takes 50 ms to import, so it is imported only when a run takes long.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, RLock, Thread
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from quantize.cli import streams
from quantize.cli.terminal import shown

if TYPE_CHECKING:
    from quantize.jobs.run import Report


DELAY_SECONDS = 1.0

TICK_SECONDS: Final = 0.25
"""From one drawing to the next: the clock on the bar moves once a second."""

STAGES: Final = ("read", "count", "choose", "cluster", "map", "measure", "encode")
"""What is done with one picture, in order; a bar for one picture moves from stage to stage."""

_OF_ONE: Final = "{desc}: {percentage:3.0f}%|{bar}| {elapsed}"


class Bar:
    """A bar of inputs done and failed, with speed and bytes saved; shown on a terminal only.

    Of one input it shows the stages.
    """

    def __init__(self, total: int | None, *, wanted: bool) -> None:
        self._total = total
        self._done = 0
        self._wanted = wanted and sys.stderr is not None and sys.stderr.isatty()
        self._start = self._began = monotonic()
        self._source = self._at = self._figures = ""
        self._stage = 0
        self._bar: Any = None
        self._over = Event()
        self._lock = RLock()
        self._thread = Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Bar:
        if self._wanted:
            streams.make_room = self._room
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._wanted:
            self._over.set()
            self._thread.join()
            streams.make_room = streams.no_room
        if self._bar is not None:
            with suppress(OSError, ValueError):
                self._bar.close()

    def advance(self, source: str, stage: str, count: int) -> None:
        """Take note of the stage of an input; the thread shows it."""
        if source != self._source:
            self._source, self._began = source, monotonic()
        self._at = f"{stage}, iteration {count}" if count else stage
        if stage in STAGES:
            self._stage = STAGES.index(stage)

    def finish_one(self, report: Report) -> None:
        """Count one more input as done."""
        self._done += 1
        if self._wanted:
            self._figures, self._source = figures(report), ""
            self._draw()

    def _tick(self) -> None:
        """Draw the bar again and again, until all is done."""
        wait = DELAY_SECONDS
        while not self._over.wait(max(wait, 0)):
            self._draw()
            wait = TICK_SECONDS

    @contextmanager
    def _room(self) -> Iterator[None]:
        """Make room for a line of text on the terminal, and draw the bar again below it."""
        with self._lock:
            if self._bar is not None:
                with suppress(OSError, ValueError):
                    self._bar.clear()
            try:
                yield
            finally:
                self._draw()

    def _draw(self) -> None:
        """Draw the bar, once the work has taken about a second."""
        now = monotonic()
        with self._lock, suppress(OSError, ValueError):  # a terminal that has gone
            if self._bar is None and now - self._start > DELAY_SECONDS:
                self._bar = self._made()
            if self._bar is None or self._over.is_set():
                return
            at = ""
            if self._source and (self._total == 1 or now - self._began > DELAY_SECONDS):
                at = f"{shown(self._source.rsplit('/', 1)[-1], 40)}: {self._at}"
            self._bar.n = self._done
            if self._total == 1 and not self._done:
                self._bar.n = self._stage / len(STAGES)
            self._bar.set_description_str(at, refresh=False)
            self._bar.set_postfix_str(self._figures, refresh=False)
            self._bar.refresh()

    def _made(self) -> Any:
        from tqdm import tqdm

        bar = tqdm(
            total=self._total,
            unit="image",
            leave=False,
            file=sys.stderr,
            dynamic_ncols=True,
            bar_format=_OF_ONE if self._total == 1 else None,
        )
        bar.start_t -= monotonic() - self._start  # it began before it was shown
        return bar


def figures(report: Report) -> str:
    """Return the number of failures and the bytes saved so far."""
    from quantize.report.text import in_bytes

    parts = []
    if report.failed:
        parts.append(f"{report.failed} failed")
    if report.bytes_before > report.bytes_after:
        parts.append(f"{in_bytes(report.bytes_before - report.bytes_after)} saved")
    return ", ".join(parts)
