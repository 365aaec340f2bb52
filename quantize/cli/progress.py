"""A progress bar on a terminal, for work that takes longer than about a second.

tqdm costs 50 ms to import, so it is imported only once a run has proved to be long.
"""

from __future__ import annotations

import sys
from time import monotonic
from types import TracebackType
from typing import Any

DELAY_SECONDS = 1.0


class Bar:
    """Inputs done, and what is being done to the current one; nothing unless on a terminal."""

    def __init__(self, total: int, *, wanted: bool) -> None:
        self._total = total
        self._done = 0
        self._wanted = wanted and sys.stderr is not None and sys.stderr.isatty()
        self._start = monotonic()
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
        """Show what is being done to an input."""
        if not self._shown():
            return
        self._bar.set_description_str(source.rsplit("/", 1)[-1][:40], refresh=False)
        self._bar.set_postfix_str(f"{stage}, iteration {count}" if count else stage)

    def finish_one(self) -> None:
        """One more input is done."""
        self._done += 1
        if self._shown():
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
        return self._bar is not None
