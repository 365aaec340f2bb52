"""Jobs one after another, from a list that is known or from one that is still being read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from quantize.jobs.request import Job

if TYPE_CHECKING:
    from quantize.storage.lines import Lines


class Feed:
    """Hands out jobs with their numbers, from 0; whoever takes them need not wait for the next.

    Attributes:
        ended: whether there are no more.
        taken: how many were handed out.
    """

    def __init__(self, jobs: Iterable[Job | None], lines: Lines | None = None) -> None:
        """Prepare to hand out jobs.

        Args:
            jobs: in their order; None stands for a row that is not to be done.
            lines: what they are made from, if that is still being read.
        """
        self.ended, self.taken = False, 0
        self._total = len(jobs) if isinstance(jobs, Sequence) else None
        self._jobs: Iterator[Job | None] = iter(jobs)
        self._lines = lines
        self._change: Callable[[Job], Job] | None = None

    def changed(self, change: Callable[[Job], Job]) -> Feed:
        """Let each job that is still to come be changed, and return this feed."""
        self._change = change
        return self

    def __iter__(self) -> Iterator[Job]:
        while (taken := self.take(wait=True)) is not None:
            yield taken[1]

    @property
    def left(self) -> int | None:
        """Return how many are left, or None if that is not known."""
        return None if self._total is None else self._total - self.taken

    @property
    def may_wait(self) -> bool:
        """Return whether there may be a job later, and none now."""
        return self._lines is not None and not self.ended

    def tell(self, on_ready: Callable[[], object] | None) -> None:
        """Have a function called, in another thread, when there is a job again."""
        if self._lines is not None:
            self._lines.on_ready = on_ready

    def take(self, *, wait: bool) -> tuple[int, Job] | None:
        """Return the next job and its number; None if there is none, or none yet.

        Args:
            wait: wait until there is one.
        """
        while not self.ended and (wait or self._lines is None or self._lines.ready()):
            try:
                job = next(self._jobs)
            except StopIteration:
                self.ended = True
                break
            if job is not None:
                self.taken += 1
                return self.taken - 1, job if self._change is None else self._change(job)
        return None
