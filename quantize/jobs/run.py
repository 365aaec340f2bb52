"""Run jobs and count their outcomes.

Nothing here prints: a caller gets each `Outcome` when it is its turn, and may also be called as
soon as it is known. The `Report` owns the exit code.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from time import monotonic
from typing import TYPE_CHECKING, Final, NamedTuple

from quantize import kernels
from quantize.errors import Failure, FileError
from quantize.jobs.job import Outcome, Progress
from quantize.jobs.request import (
    EXIT_DONE,
    EXIT_FILES,
    EXIT_LARGER,
    EXIT_LIMIT,
    Job,
)
from quantize.report import record
from quantize.storage import files, interruption

if TYPE_CHECKING:
    from quantize.jobs.cluster.client import Cluster
    from quantize.jobs.cluster.reduction import TreeMerger
    from quantize.jobs.feed import Feed
    from quantize.pipeline.histogram import Merger
    from quantize.pipeline.settings import Settings


GRAVEST_FIRST = (EXIT_FILES, EXIT_LIMIT)


MOST_FAILURES: Final = 1000
"""Failures that the totals list; each was said when it happened, and a list may have a million."""


class Report:
    """The counts of outcomes, and the exit code that follows from them."""

    def __init__(self, inputs: int, passed_over: int = 0) -> None:
        self.inputs, self.passed_over = inputs, passed_over
        self.done = self.failed = self.skipped = self.larger = self.up_to_date = 0
        self.copied = 0
        self.bytes_before = self.bytes_after = 0
        self.seconds = 0.0
        self.interrupted_by: BaseException | None = None
        self.palette: list[str] = []
        self.exit_codes: set[int] = set()
        self.failures: list[tuple[str, Failure]] = []

    def add(self, outcome: Outcome) -> None:
        """Count one more outcome."""
        self.exit_codes.add(outcome.exit_code)
        if outcome.failure is not None:
            self.failed += 1
            if len(self.failures) < MOST_FAILURES:
                self.failures.append((outcome.job.input, outcome.failure))
        elif outcome.skipped:
            self.skipped += 1
            reason = (outcome.record or {}).get("reason")
            self.larger += reason == record.LARGER
            self.up_to_date += reason == record.UP_TO_DATE
        elif outcome.record is not None:
            self.done += 1
            self.copied += bool(outcome.record.get("copied"))
            self.bytes_before += outcome.record["bytes_before"]
            self.bytes_after += outcome.record["bytes_after"] or 0
            self.seconds += outcome.record["seconds"]["total"]

    @property
    def left(self) -> int:
        """Return the number of inputs that were not reached."""
        return self.inputs - self.done - self.failed - self.skipped

    @property
    def had_nothing_to_do(self) -> bool:
        """Return whether every input is as it would be made."""
        return 0 < self.up_to_date == self.inputs

    @property
    def exit_code(self) -> int:
        """Return 0 if every input was done or skipped, else the code of the gravest failure.

        That results were larger than their inputs counts only if all of them were.
        """
        all_larger = self.larger > 0 and self.larger == self.done + self.skipped
        fine = EXIT_LARGER if all_larger and EXIT_LARGER in self.exit_codes else EXIT_DONE
        return next((code for code in GRAVEST_FIRST if code in self.exit_codes), fine)

    def totals(self, error_of: Callable[[Failure], str]) -> record.Record:
        """Return the closing record of a batch; `error_of` words a failure."""
        errors = [{"input": name, "error": error_of(found)} for name, found in self.failures]
        return {
            "schema": record.SCHEMA,
            "summary": True,
            "inputs": self.inputs,
            "done": self.done,
            "failed": self.failed,
            "skipped": self.skipped,
            **({"larger": self.larger} if self.larger else {}),
            **({"copied": self.copied} if self.copied else {}),
            **({"passed_over": self.passed_over} if self.passed_over else {}),
            "left": self.left,
            "interrupted": self.interrupted_by is not None,
            "bytes_before": self.bytes_before,
            "bytes_after": self.bytes_after,
            "seconds": self.seconds,
            "errors": errors,
            **({"errors_left_out": left_out} if (left_out := self.failed - len(errors)) else {}),
            **({"palette": self.palette} if self.palette else {}),
        }


OnOutcome = Callable[[Outcome], object]
"""Called with each outcome as soon as it is known; its result is ignored."""


class Executor(NamedTuple):
    """Where jobs are done: in this process, in several processes, or on a cluster.

    Attributes:
        processes: how many; None for as many as are worth their start.
        cluster: where the jobs are done instead.
        fail_fast: begin no other job once one has failed.
        progress: see `job.Progress`; called only for jobs that are done in this process.
    """

    processes: int | None = None
    cluster: Cluster | None = None
    fail_fast: bool = False
    progress: Progress | None = None

    def run(
        self,
        function: Callable[..., Outcome],
        jobs: Sequence[Job] | Feed,
        *,
        on_outcome: OnOutcome | None = None,
        in_order: bool = True,
    ) -> Generator[Outcome]:
        """Do the jobs and yield their outcomes.

        Args:
            function: `job.run_one` or `job.count_one`; what the latter has counted on a cluster
                stays there.
            jobs: what to do; a feed is used up.
            on_outcome: called with each outcome as soon as it is known.
            in_order: yield outcomes in the order of `jobs`; if false, as they complete.
        """
        has_failed = False
        waiting: dict[int, Outcome] = {}

        def proceed() -> bool:
            interruption.check()
            return not (self.fail_fast and has_failed)

        following = 0
        try:
            for number, outcome in self._results(function, jobs, proceed):
                waiting[number] = outcome
                has_failed = has_failed or outcome.failure is not None
                if on_outcome is not None:
                    on_outcome(outcome)
                if not in_order:
                    yield waiting.pop(number)
                while following in waiting:
                    yield waiting.pop(following)
                    following += 1
        except KeyboardInterrupt:
            yield from (waiting[number] for number in sorted(waiting))
            raise
        yield from (waiting[number] for number in sorted(waiting))  # after gaps that fail_fast left

    def merger(self, weight: str) -> Merger | TreeMerger:
        """Return what adds up the results of `count_one`, where they are."""
        if self.cluster is not None:
            return self.cluster.merger()
        from quantize.pipeline.histogram import Merger

        return Merger(weight)

    def _results(
        self,
        function: Callable[..., Outcome],
        jobs: Sequence[Job] | Feed,
        proceed: Callable[[], bool],
    ) -> Iterator[tuple[int, Outcome]]:
        """Yield the number and the outcome of each job as it completes."""
        if self.cluster is None and isinstance(jobs, Sequence):
            workers = workers_for(jobs, self.processes)
            if workers == 1:
                return _in_turn(partial(function, progress=self.progress), jobs, proceed)
        from quantize.jobs import feed as feeds  # for many jobs

        feed = feeds.Feed(jobs) if isinstance(jobs, Sequence) else jobs
        if self.cluster is not None:
            feed = feed.changed(with_threads)
            return self.cluster.run(function, feed, proceed, in_bundles=not self.fail_fast)
        if not isinstance(jobs, Sequence):
            workers = self.processes or kernels.available_cores()
            if workers == 1 or self.processes is None:
                here = partial(function, progress=self.progress)
                return _growing(function, here, feed, proceed, workers)
        from quantize.jobs.process_pool import in_processes  # with multiprocessing, 15 ms

        return in_processes(function, feed.changed(with_threads), proceed, workers=workers)


def _in_turn(
    function: Callable[[Job], Outcome], jobs: Sequence[Job], proceed: Callable[[], bool]
) -> Iterator[tuple[int, Outcome]]:
    """Do one job after another, in this process, as long as `proceed` returns true."""
    for number, job in enumerate(jobs):
        if not proceed():
            return
        yield number, function(job)


def _growing(
    function: Callable[..., Outcome],
    here: Callable[[Job], Outcome],
    feed: Feed,
    proceed: Callable[[], bool],
    workers: int,
) -> Iterator[tuple[int, Outcome]]:
    """Do the jobs of a list in this process, and in several once that is worth their start.

    Nobody knows how long the list is.

    Args:
        function: what processes do.
        here: the same for this process, with progress.
        feed: the jobs.
        proceed: called before each job; False ends the work.
        workers: number of processes; with 1 there are no others.
    """
    spent = 0.0
    while workers == 1 or spent < WORTH_SECONDS:
        taken = feed.take(wait=True) if proceed() else None
        if taken is None:
            return
        began = monotonic()
        outcome = here(taken[1])
        spent += monotonic() - began
        yield taken[0], outcome
    from quantize.jobs.process_pool import in_processes  # with multiprocessing, 15 ms

    yield from in_processes(function, feed.changed(with_threads), proceed, workers=workers)


WORTH_SECONDS: Final = 1.0
"""Time that a list has taken from which on it is worth several processes, see `WORTH_BYTES`."""


def with_threads(job: Job) -> Job:
    """Return the job with one kernel thread, unless a number of threads was given.

    Processes share the cores.
    """
    settings = job.request.settings
    if settings.threads:
        return job
    return job._replace(request=job.request._replace(settings=_with_one_thread(settings)))


@lru_cache(maxsize=8)
def _with_one_thread(settings: Settings) -> Settings:
    """Return the settings with one thread.

    Most jobs share theirs, and to check them anew is a hundredth of the time of a small picture.
    """
    return settings.replaced(threads=1)


REMOTE_BYTES: Final = 1_000_000
"""Assumed size of a remote image: a request for the real one would take time."""

WORTH_BYTES: Final = 4_000_000
"""Size of inputs that is worth several processes: such photographs take a second, and two processes
a quarter of a second to start."""


def workers_for(jobs: Sequence[Job], wanted: int | None) -> int:
    """Return how many processes are worth their start; 1 stands for this process alone.

    Args:
        jobs: what is to be done.
        wanted: the number that the user gives, or None.
    """
    if wanted is not None or len(jobs) < 2:
        return max(min(wanted or 1, len(jobs)), 1)
    total = 0
    for job in jobs:
        if files.is_in_this_process(job.input):
            return 1
        with suppress(FileError):
            is_remote = files.is_url(job.input)
            total += REMOTE_BYTES if is_remote else files.size(job.input)
        if total >= WORTH_BYTES:
            return min(kernels.available_cores(), len(jobs))
    return 1
