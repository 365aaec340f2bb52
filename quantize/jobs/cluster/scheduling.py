"""The jobs of a run on a cluster: a bounded window of tasks, and the loss of workers.

When a worker is lost, Dask runs its tasks again by itself. Workers announce each task that they
start, so the loss is counted against the task that the worker was doing, and not against those that
waited there. Its jobs are handed out one by one then. A job that was lost twice runs alone from
then on, so that it ends no other; lost a third time, it has failed. A job that is run again may
find that its outputs exist: an earlier run of it wrote them, so it may replace them.
"""

from __future__ import annotations

import os
import pickle
from collections import Counter, deque
from collections.abc import Callable, Generator, Sequence
from typing import Any, Final, NamedTuple

from distributed import KilledWorker

from quantize.errors import (
    ClusterError,
    Failure,
    OutputExistsError,
    WorkerLostError,
    said_by,
)
from quantize.jobs import job as jobs_job
from quantize.jobs.cluster import worker
from quantize.jobs.cluster.protocol import ClusterClient, JobsStarted, TaskFinished, WorkerLeft
from quantize.jobs.cluster.reduction import Part
from quantize.jobs.feed import Feed
from quantize.jobs.job import Outcome, failed
from quantize.jobs.process_pool import AHEAD, Function, is_done_here
from quantize.jobs.request import Job
from quantize.storage import files, safe_write

MOST_LOSSES: Final = 3
"""Number of times that a job is lost with its worker until it has failed."""

BUNDLE_SECONDS: Final = 1.0
"""Time that the jobs of a task take together: a scheduler hands out some hundred tasks a second."""

MOST_IN_BUNDLE: Final = 64

ROUNDS: Final = 4
"""Number of bundles that each thread still gets, at least. Where fewer are left, jobs go one by
one, so that all threads end at about the same time."""


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


class Scheduler:
    """The state of one run over some jobs: which are waiting, running, lost and done."""

    def __init__(
        self,
        cluster: ClusterClient,
        function: Function,
        feed: Feed,
        proceed: Callable[[], bool],
        *,
        in_bundles: bool,
    ) -> None:
        """Prepare a run; the arguments are those of `client.Cluster.run`."""
        self._cluster, self._function, self._feed = cluster, function, feed
        self._jobs: dict[int, Job] = {}
        self._proceed, self._in_bundles = proceed, in_bundles
        self._counts = function is jobs_job.count_one
        self._name = f"quantize-{function.__name__}-{os.urandom(4).hex()}"
        self._tasks: dict[Any, _Task] = {}
        self._submitted = 0
        self._first_open = 0
        self._done: set[int] = set()
        self._retries: deque[int] = deque()  # handed out one by one
        self._isolated: deque[int] = deque()  # run while no other job runs
        self._losses: Counter[int] = Counter()
        self._worker_of: dict[int, str] = {}
        self._announced: set[int] = set()
        self._forced: set[int] = set()
        self._seconds, self._measured = 0.0, 0.0

    def outcomes(self) -> Generator[tuple[int, Outcome]]:
        """Yield the number and the outcome of each job as it completes.

        Raises:
            ClusterError: the scheduler is lost.
        """
        self._feed.tell(self._cluster.wake)
        try:
            while True:
                yield from self._hand_out()
                if not self._tasks:
                    return
                finished = []
                for message in self._cluster.messages():
                    if isinstance(message, JobsStarted):
                        self._note_start(message)
                    elif isinstance(message, WorkerLeft):
                        yield from self._handle_loss(message)
                    elif isinstance(message, TaskFinished):
                        finished.append(message.future)
                yield from self._collect(finished)
        finally:
            self._feed.tell(None)
            self._cluster.cancel([task.future for task in self._tasks.values()])
            for number in self._worker_of:
                self._cluster.abandon(self._jobs[number].targets)

    # ------------------------------------------------------------------------------- handing out

    def _hand_out(self) -> Generator[tuple[int, Outcome]]:
        """Fill the window; do those jobs here that cannot be done on a worker."""
        if self._isolated:
            if not self._tasks:
                self._submit((self._isolated.popleft(),), alone=True)
            return
        if any(task.alone for task in self._tasks.values()):
            return
        window = 3 * max(self._cluster.threads, 1) + 8
        while len(self._tasks) < window and self._retries:
            self._submit((self._retries.popleft(),))
        while len(self._tasks) < window and self._proceed():
            size = self._bundle_size()
            if self._feed.taken > self._first_open + AHEAD + 2 * window * size:
                return
            numbers = self._taken(size)
            here = [number for number in numbers if is_done_here(self._jobs[number])]
            for number in here:
                yield self._finish(number, self._function(self._jobs[number]))
            there = tuple(number for number in numbers if number not in here)
            if there:
                self._submit(there)
            if not numbers:
                return

    def _taken(self, most: int) -> list[int]:
        """Take so many jobs at most; wait for the first of them if there is nothing to do."""
        numbers: list[int] = []
        while len(numbers) < most:
            taken = self._feed.take(wait=not (numbers or self._tasks))
            if taken is None:
                break
            number, self._jobs[taken[0]] = taken
            numbers.append(number)
        return numbers

    def _bundle_size(self) -> int:
        """Return how many of the following jobs make a task."""
        if not self._in_bundles or not self._measured:
            return 1
        enough = min(
            int(BUNDLE_SECONDS * self._measured / max(self._seconds, 1e-9)), MOST_IN_BUNDLE
        )
        left = self._feed.left
        if left is not None:
            enough = min(enough, left // (ROUNDS * max(self._cluster.threads, 1)))
        return max(enough, 1)

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
                    worker.without_counts, future, key=(f"{self._name}-outcomes", self._submitted)
                ),
            )
        self._tasks[future.key] = _Task(numbers, future, kept, alone)
        self._cluster.notify_when_finished(future)

    def _job(self, number: int) -> Job:
        """Return the job; with `force` if it may replace what a lost worker has written for it."""
        job = self._jobs[number]
        if number not in self._forced:
            return job
        return job._replace(request=job.request._replace(force=True))

    # -------------------------------------------------------------------------------- collecting

    def _collect(self, futures: Sequence[Any]) -> Generator[tuple[int, Outcome]]:
        """Yield the outcomes of the jobs of tasks that have ended."""
        known = [future for future in futures if self._is_ours(future)]
        for future, found in zip(known, self._cluster.results(known), strict=True):
            task = self._tasks.pop(future.key)
            if isinstance(found, worker.Bundle):
                yield from self._collect_bundle(task, found)
            elif isinstance(found, KilledWorker):
                yield from self._handle_killed(task)
            elif future.status == "cancelled":
                self._tasks[future.key] = task
                raise self._cluster.gone()
            else:
                problem = Failure(ClusterError, f"no worker could run it: {said_by(found)}")
                for number in task.numbers:
                    yield self._finish(number, failed(self._jobs[number], problem))

    def _is_ours(self, future: Any) -> bool:
        """Return whether a future is that of a task that was not cancelled."""
        task = self._tasks.get(future.key)
        return task is not None and task.future is future

    def _collect_bundle(self, task: _Task, bundle: worker.Bundle) -> Generator[tuple[int, Outcome]]:
        """Yield outcomes; submit again the jobs whose own earlier outputs were in their way."""
        # half of what came before counts: the first job of a worker takes a second of imports
        self._seconds = self._seconds / 2 + bundle.seconds
        self._measured = self._measured / 2 + len(task.numbers)
        outcomes: list[Outcome] = pickle.loads(bundle.packed)  # noqa: S301 (as Dask does)
        each = zip(task.numbers, outcomes, bundle.announced, strict=True)
        for number, outcome, announced in each:
            failure = outcome.failure
            exists = failure is not None and issubclass(failure.kind, OutputExistsError)
            earlier = number in self._announced and not announced
            if exists and earlier and number not in self._forced:
                self._forced.add(number)
                self._retries.append(number)
                continue
            counted = Part(task.kept) if self._counts and failure is None else None
            yield self._finish(number, outcome._replace(job=self._jobs[number], counted=counted))

    def _finish(self, number: int, outcome: Outcome) -> tuple[int, Outcome]:
        self._done.add(number)
        while self._first_open in self._done:
            self._done.remove(self._first_open)
            self._first_open += 1
        self._worker_of.pop(number, None)
        self._announced.discard(number)
        self._forced.discard(number)
        self._losses.pop(number, None)
        del self._jobs[number]
        return number, outcome

    # ------------------------------------------------------------------------------------ losses

    def _note_start(self, message: JobsStarted) -> None:
        for number in message.numbers:
            if number in self._jobs:  # else it is done already
                self._worker_of[number] = message.worker
                self._announced.add(number)

    def _handle_loss(self, left: WorkerLeft) -> Generator[tuple[int, Outcome]]:
        """Count the loss of a worker against the task it was doing; remove its temporary files."""
        for task in list(self._tasks.values()):
            started = [
                number for number in task.numbers if self._worker_of.get(number) == left.worker
            ]
            unannounced = task.alone and any(self._is_of(task, key) for key in left.keys)
            if task.future.status == "finished" or not (started or unannounced):
                continue
            for number in started:
                del self._worker_of[number]
                if left.worker in self._cluster.owners:
                    owner = self._cluster.owners[left.worker]
                    safe_write.remove_litter(self._jobs[number].targets, owner)
            if not left.expected:
                yield from self._count_loss(task)

    def _is_of(self, task: _Task, key: tuple[Any, ...]) -> bool:
        return bool(key[0].startswith(self._name) and key[1] == task.future.key[1])

    def _count_loss(self, task: _Task) -> Generator[tuple[int, Outcome]]:
        """Count a loss against the job of a task; where there are several, divide the task."""
        number, *others = task.numbers
        if not others:
            self._losses[number] += 1
            if self._losses[number] < MOST_LOSSES - 1:
                return  # Dask runs it again
        self._cluster.cancel([task.future, *([task.kept] if task.kept is not None else [])])
        del self._tasks[task.future.key]
        if others:
            self._retries.extend(task.numbers)
        elif self._losses[number] < MOST_LOSSES:
            self._isolated.append(number)
        else:
            yield self._finish(number, failed(self._jobs[number], LOST))

    def _handle_killed(self, task: _Task) -> Generator[tuple[int, Outcome]]:
        """Try a task job by job that Dask has given up, as too many workers died that held it."""
        if len(task.numbers) > 1:
            self._retries.extend(task.numbers)
            return
        (number,) = task.numbers
        if task.alone:
            yield self._finish(number, failed(self._jobs[number], LOST))
        else:
            self._losses[number] = MOST_LOSSES - 1
            self._isolated.append(number)


def _is_relative(job: Job) -> bool:
    names = (job.input, *job.targets)
    return not all(files.is_absolute(name) for name in names)
