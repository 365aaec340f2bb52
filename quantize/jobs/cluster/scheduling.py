"""The course of a run: a bounded window of tasks, and what becomes of the jobs of a lost worker.

Dask runs those again by itself. Which of them had been begun is known from their announcements, so
a job is blamed for the worker that had it in hand, and those that waited there are not. One that
was lost twice runs alone from then on, so that its neighbours are safe; lost a third time, it has
failed. And a job that had been begun may find, when it is run again, that what it was to write is
there: it wrote it itself, so it may replace it.
"""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Callable, Generator, Sequence
from typing import Any, Final, NamedTuple

from distributed import KilledWorker

from quantize.errors import ClusterError, Failure, OutputExistsError, WorkerLostError
from quantize.jobs import job as jobs_job
from quantize.jobs.cluster import worker
from quantize.jobs.cluster.protocol import Begun, Left, Pool
from quantize.jobs.cluster.reduction import Part
from quantize.jobs.inputs import STREAM
from quantize.jobs.job import Outcome, failed
from quantize.jobs.plan import Job
from quantize.jobs.process_pool import AHEAD, Function
from quantize.storage import files

MOST_LOSSES: Final = 3
"""So often a job may be lost with its worker before that is its own failure."""

BUNDLE_SECONDS: Final = 0.5
"""What the jobs of a task take together: a scheduler hands out some hundred tasks a second."""

MOST_IN_BUNDLE: Final = 64

ROUNDS: Final = 8
"""Bundles that a thread has still to get, at the least; with fewer, jobs go one by one, so that all
threads end at about the same time."""


class _Task(NamedTuple):
    numbers: tuple[int, ...]
    future: Any
    kept: Any
    alone: bool


LOST: Final = Failure(
    WorkerLostError,
    f"lost {MOST_LOSSES} times with the worker that had it, perhaps for want of memory",
    "try it without a cluster, or with larger workers",
)


class Course:
    """What is where, of one run over some jobs."""

    def __init__(
        self,
        cluster: Pool,
        function: Function,
        jobs: Sequence[Job],
        proceed: Callable[[], bool],
        *,
        in_bundles: bool,
    ) -> None:
        """As `connection.Cluster.run`."""
        self._cluster, self._function, self._jobs = cluster, function, jobs
        self._proceed, self._in_bundles = proceed, in_bundles
        self._counts = function is jobs_job.count_one
        self._name = f"quantize-{function.__name__}-{os.urandom(4).hex()}"
        self._tasks: dict[Any, _Task] = {}
        self._submitted = 0
        self._following, self._earliest = 0, 0
        self._done: set[int] = set()
        self._again: deque[int] = deque()  # one by one, beside others
        self._alone: deque[int] = deque()  # with no other anywhere
        self._losses: Counter[int] = Counter()
        self._on: dict[int, str] = {}
        self._announced: set[int] = set()
        self._forced: set[int] = set()
        self._seconds, self._measured = 0.0, 0

    def outcomes(self) -> Generator[tuple[int, Outcome]]:
        """The results as they come, each with the number of its job.

        Raises:
            ClusterError: the scheduler is lost.
        """
        try:
            while True:
                yield from self._feed()
                if not self._tasks:
                    return
                ended = []
                for message in self._cluster.messages():
                    if isinstance(message, Begun):
                        self._begin(message)
                    elif isinstance(message, Left):
                        yield from self._lose(message)
                    else:
                        ended.append(message.future)
                yield from self._settle(ended)
        finally:
            self._cluster.cancel([task.future for task in self._tasks.values()])
            for number in self._on:
                self._cluster.abandon(self._jobs[number].targets)

    # ------------------------------------------------------------------------------- handing out

    def _feed(self) -> Generator[tuple[int, Outcome]]:
        """Fill the window; what reads standard input is done here."""
        if self._alone:
            if not self._tasks:
                self._submit((self._alone.popleft(),), alone=True)
            return
        if any(task.alone for task in self._tasks.values()):
            return
        window = 3 * max(self._cluster.threads, 1) + 8
        while len(self._tasks) < window and self._again:
            self._submit((self._again.popleft(),))
        while len(self._tasks) < window and self._following < len(self._jobs) and self._proceed():
            if self._following > self._earliest + AHEAD + 2 * window * self._bundle():
                return
            numbers = range(self._following, min(self._following + self._bundle(), len(self._jobs)))
            self._following = numbers.stop
            here = [number for number in numbers if _is_for_us(self._jobs[number])]
            for number in here:
                yield self._finish(number, self._function(self._jobs[number]))
            there = tuple(number for number in numbers if number not in here)
            if there:
                self._submit(there)

    def _bundle(self) -> int:
        """How many of the following jobs make a task."""
        if not self._in_bundles or not self._measured:
            return 1
        left = (len(self._jobs) - self._following) // (ROUNDS * max(self._cluster.threads, 1))
        enough = int(BUNDLE_SECONDS * self._measured / max(self._seconds, 1e-9))
        return max(min(left, enough, MOST_IN_BUNDLE), 1)

    def _submit(self, numbers: tuple[int, ...], *, alone: bool = False) -> None:
        jobs = [(number, self._job(number)) for number in numbers]
        relative = any(_is_relative(job) for _, job in jobs)
        folder = self._cluster.folder if relative else ""
        self._submitted += 1
        key = (self._name, self._submitted)
        future = self._cluster.submit(
            worker.perform, self._function, jobs, self._cluster.topic, folder, key=key
        )
        kept = None
        if self._counts:
            kept, future = (
                future,
                self._cluster.submit(
                    worker.without_counts, future, key=(f"{self._name}-told", self._submitted)
                ),
            )
        self._tasks[future.key] = _Task(numbers, future, kept, alone)
        self._cluster.tell_end(future)

    def _job(self, number: int) -> Job:
        """The job, with leave to replace what a lost worker has written for it."""
        job = self._jobs[number]
        if number not in self._forced:
            return job
        return job._replace(request=job.request._replace(force=True))

    # ----------------------------------------------------------------------------- what comes back

    def _settle(self, futures: Sequence[Any]) -> Generator[tuple[int, Outcome]]:
        """What tasks that are done have come to."""
        known = [future for future in futures if self._is_ours(future)]
        for future, found in zip(known, self._cluster.results(known), strict=True):
            task = self._tasks.pop(future.key)
            if isinstance(found, worker.Bundle):
                yield from self._take(task, found)
            elif isinstance(found, KilledWorker):
                yield from self._suspect(task)
            elif future.status == "cancelled":
                self._tasks[future.key] = task
                raise ClusterError("the connection to the scheduler was lost; nothing more is done")
            else:
                said = " ".join(f"{type(found).__name__}: {found}".split())
                problem = Failure(ClusterError, f"no worker could run it: {said}")
                for number in task.numbers:
                    yield self._finish(number, failed(self._jobs[number], problem))

    def _is_ours(self, future: Any) -> bool:
        """Not if it was taken back."""
        task = self._tasks.get(future.key)
        return task is not None and task.future is future

    def _take(self, task: _Task, bundle: worker.Bundle) -> Generator[tuple[int, Outcome]]:
        self._seconds += bundle.seconds
        self._measured += len(bundle.outcomes)
        each = zip(task.numbers, bundle.outcomes, bundle.announced, strict=True)
        for number, outcome, announced in each:
            failure = outcome.failure
            exists = failure is not None and issubclass(failure.kind, OutputExistsError)
            earlier = number in self._announced and not announced
            if exists and earlier and number not in self._forced:
                self._forced.add(number)
                self._again.append(number)
                continue
            counted = Part(task.kept) if self._counts and failure is None else None
            yield self._finish(number, outcome._replace(job=self._jobs[number], counted=counted))

    def _finish(self, number: int, outcome: Outcome) -> tuple[int, Outcome]:
        self._done.add(number)
        while self._earliest in self._done:
            self._done.remove(self._earliest)
            self._earliest += 1
        self._on.pop(number, None)
        self._announced.discard(number)
        return number, outcome

    # -------------------------------------------------------------------------------- what is lost

    def _begin(self, message: Begun) -> None:
        self._on[message.number] = message.worker
        self._announced.add(message.number)

    def _lose(self, left: Left) -> Generator[tuple[int, Outcome]]:
        """Blame what a worker had in hand, and clean up behind it."""
        for task in list(self._tasks.values()):
            begun = [number for number in task.numbers if self._on.get(number) == left.worker]
            unannounced = task.alone and any(self._is_of(task, key) for key in left.keys)
            if task.future.status == "finished" or not (begun or unannounced):
                continue
            for number in begun:
                del self._on[number]
                files.remove_litter(
                    self._jobs[number].targets, self._cluster.processes.get(left.worker, 0)
                )
            if not left.expected:  # it worked on the last that it began
                yield from self._blame(task, (begun or task.numbers)[-1])

    def _is_of(self, task: _Task, key: tuple[Any, ...]) -> bool:
        return bool(key[0].startswith(self._name) and key[1] == task.future.key[1])

    def _blame(self, task: _Task, number: int) -> Generator[tuple[int, Outcome]]:
        self._losses[number] += 1
        if self._losses[number] < MOST_LOSSES - 1:
            return  # Dask runs it again
        self._cluster.cancel([task.future, *([task.kept] if task.kept is not None else [])])
        del self._tasks[task.future.key]
        self._again.extend(other for other in task.numbers if other != number)
        if self._losses[number] < MOST_LOSSES:
            self._alone.append(number)
        else:
            yield self._finish(number, failed(self._jobs[number], LOST))

    def _suspect(self, task: _Task) -> Generator[tuple[int, Outcome]]:
        """The scheduler has given a task up: too many workers died that had it waiting."""
        if len(task.numbers) > 1:
            self._again.extend(task.numbers)
            return
        (number,) = task.numbers
        if task.alone:
            yield self._finish(number, failed(self._jobs[number], LOST))
        else:
            self._losses[number] = MOST_LOSSES - 1
            self._alone.append(number)


def _is_for_us(job: Job) -> bool:
    """What reads standard input, or cannot be done at all."""
    return job.input == STREAM or job.problem is not None


def _is_relative(job: Job) -> bool:
    names = (job.input, *job.targets)
    return not all(files.is_absolute(name) for name in names)
