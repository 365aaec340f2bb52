"""A progress bar on a terminal, for work that takes longer than about a second.

tqdm takes 50 ms to import, so it is imported only when a run takes long.
"""

from __future__ import annotations

import sys
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any

from quantize.cli.terminal import shown

if TYPE_CHECKING:
    from quantize.jobs.run import Report


DELAY_SECONDS = 1.0


class Bar:
    """A bar of inputs done and failed, with speed and bytes saved; shown on a terminal only."""

    def __init__(self, total: int | None, *, wanted: bool) -> None:
        self._total = total
        self._done = 0
        self._wanted = wanted and sys.stderr is not None and sys.stderr.isatty()
        self._start = self._began = monotonic()
        self._source = ""
        self._bar: Any = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def advance(self, source: str, stage: str, count: int) -> None:
        """Show the stage of an input that takes longer than about a second."""
        if source != self._source:
            self._source, self._began = source, monotonic()
        if self._shown() and monotonic() - self._began > DELAY_SECONDS:
            at = f"{stage}, iteration {count}" if count else stage
            self._bar.set_description_str(f"{shown(source.rsplit('/', 1)[-1], 40)}: {at}")

    def finish_one(self, report: Report) -> None:
        """Count one more input as done."""
        shown = self._shown()
        self._done += 1
        if shown:
            self._bar.set_description_str("", refresh=False)
            self._bar.set_postfix_str(figures(report), refresh=False)
            self._bar.update()

    def clear(self) -> None:
        """Make room for a line of text on the terminal."""
        if self._bar is not None:
            self._bar.clear()

    def _shown(self) -> bool:
        if self._bar is None and self._wanted and monotonic() - self._start > DELAY_SECONDS:
            from tqdm import tqdm

            self._bar = tqdm(
                total=self._total,
                initial=self._done,
                unit="image",
                leave=False,
                file=sys.stderr,
                dynamic_ncols=True,
            )
            self._bar.start_t -= monotonic() - self._start  # it began before it was shown
        return self._bar is not None


def figures(report: Report) -> str:
    """Return the number of failures and the bytes saved so far."""
    from quantize.report.text import in_bytes

    parts = []
    if report.failed:
        parts.append(f"{report.failed} failed")
    if report.bytes_before > report.bytes_after:
        parts.append(f"{in_bytes(report.bytes_before - report.bytes_after)} saved")
    return ", ".join(parts)
