"""Jobs in several processes at once.

A worker that is killed loses the job that it was doing and no other.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Final, NamedTuple

from quantize.errors import Failure, WorkerLostError
from quantize.jobs.feed import Feed
from quantize.jobs.inputs import STREAM
from quantize.jobs.job import Outcome, failed
from quantize.jobs.request import Job
from quantize.storage import files, interruption, safe_write

Function = Callable[[Job], Outcome]

AHEAD: Final = 64
"""Number of results that may wait for that of an earlier job; it bounds the memory."""

GRACE_SECONDS: Final = 0.5
"""Time that workers have to clean up after an interruption, before they are killed."""


def in_processes(
    function: Function, feed: Feed, proceed: Callable[[], bool], *, workers: int
) -> Iterator[tuple[int, Outcome]]:
    """Do jobs in several processes; yield the number and the outcome of each as it completes.

    What reads standard input, or is known to fail, is done in this process. Closing the iterator,
    or an exception such as that of Ctrl-C, ends the workers within a second and removes their
    temporary files.

    Args:
        function: of `jobs.job`; the workers find it by its name.
        feed: what to do.
        proceed: called before each job; False ends the work.
        workers: number of processes, 1 or more.
    """
    pool = WorkerPool(function, feed)
    done, earliest = set[int](), feed.taken

    def hand_out() -> Iterator[tuple[int, Outcome]]:
        """Give jobs to workers that have none; yield what is done here."""
        nonlocal earliest
        while pool.busy < workers and feed.taken <= earliest + AHEAD + workers and proceed():
            taken = feed.take(wait=not pool.busy)
            if taken is None:
                return
            number, job = taken
            if is_done_here(job):
                yield number, function(job)
                done.add(number)
                earliest = _first_open(earliest, done)
            else:
                pool.submit(number, job)

    try:
        while True:
            yield from hand_out()
            if not pool.busy:
                return
            for number, outcome in pool.results(and_jobs=pool.busy < workers):
                done.add(number)
                earliest = _first_open(earliest, done)
                # nobody waits for what is done with the outcome, unless it could end the work
                ahead = hand_out() if outcome.failure is None and not feed.may_wait else iter(())
                try:
                    first = next(ahead, None)
                finally:
                    yield number, outcome
                if first is not None:
                    yield first
                yield from ahead
    finally:
        pool.stop()


def is_done_here(job: Job) -> bool:
    """Return whether no other process is needed for a job, or it sees files of this one alone."""
    if job.input == STREAM or job.problem is not None or job.passed_over:
        return True
    return any(map(files.is_in_this_process, (job.input, *job.targets)))


def _first_open(earliest: int, done: set[int]) -> int:
    """Return the number of the first job that is not done; those before it are forgotten."""
    while earliest in done:
        done.remove(earliest)
        earliest += 1
    return earliest


class _Worker(NamedTuple):
    process: BaseProcess
    pipe: Connection


class WorkerPool:
    """Worker processes, and the job that each of them is doing."""

    def __init__(self, function: Function, feed: Feed) -> None:
        self._function, self._feed = function, feed
        self._context = get_context("spawn")  # fork and threads do not go together
        self._idle: list[_Worker] = []
        self._job_of: dict[_Worker, tuple[int, Job]] = {}
        self._told: Connection | None = None
        if feed.may_wait:
            self._told, self._teller = self._context.Pipe(duplex=False)
            feed.tell(partial(_tell, self._teller))

    @property
    def busy(self) -> int:
        """Return the number of workers that are doing a job."""
        return len(self._job_of)

    def submit(self, number: int, job: Job) -> None:
        """Hand a job to an idle worker, or to a new one."""
        while True:
            worker = self._idle.pop() if self._idle else self._start_worker()
            try:
                worker.pipe.send(job)
            except OSError:  # it died while it was idle
                worker.process.join()
                continue
            self._job_of[worker] = number, job
            return

    def results(self, *, and_jobs: bool) -> Iterator[tuple[int, Outcome]]:
        """Wait for at least one result, then yield those that are there.

        Args:
            and_jobs: wait for another job as well, if the feed may have one later.
        """
        by_pipe: dict[Any, _Worker] = {worker.pipe: worker for worker in self._job_of}
        told = [self._told] if and_jobs and self._told and self._feed.may_wait else []
        for pipe in wait([*by_pipe, *told]):
            if pipe is self._told:
                while self._told.poll():
                    self._told.recv_bytes()
                continue
            worker = by_pipe[pipe]
            number, job = self._job_of.pop(worker)
            try:
                outcome = worker.pipe.recv()
            except (EOFError, OSError):
                outcome = self._lost(worker, job)
            else:
                self._idle.append(worker)
            yield number, outcome

    def _lost(self, worker: _Worker, job: Job) -> Outcome:
        worker.process.join()
        safe_write.remove_litter(job.targets, safe_write.owner(worker.process.pid))
        return failed(job, _failure_of(worker.process.exitcode))

    def _start_worker(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_do_jobs, args=(theirs, self._function), daemon=True)
        start_resource_tracker()
        with without_interruption(interruption.SIGNALS):  # the worker is told all or nothing
            process.start()
        theirs.close()
        return _Worker(process, ours)

    def stop(self) -> None:
        """End all workers: idle ones at once, the others as soon as they have cleaned up."""
        for worker in self._idle:
            worker.pipe.close()
        for worker in self._job_of:
            worker.process.terminate()
        for worker, (_, job) in self._job_of.items():
            worker.process.join(GRACE_SECONDS)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            safe_write.remove_litter(job.targets, safe_write.owner(worker.process.pid))
            worker.pipe.close()
        for worker in self._idle:
            worker.process.join(GRACE_SECONDS)
        self._idle.clear()
        self._job_of.clear()
        if self._told is not None:
            self._feed.tell(None)
            self._told.close()
            self._teller.close()


def _tell(teller: Connection) -> None:
    """Say that there is a job again; the pool may have ended meanwhile."""
    with contextlib.suppress(OSError):
        teller.send_bytes(b"!")


def _do_jobs(pipe: Connection, function: Function) -> None:
    """Do jobs that come through a pipe, and send their outcomes back, until there are no more.

    The parent decides, and ends this process with SIGTERM: Ctrl-C and the end of a terminal reach
    both. Where SIGTERM is ignored, it kills.
    """
    for number in _LEFT_TO_THE_PARENT:
        signal.signal(number, signal.SIG_IGN)
    warnings.showwarning = lambda *_, **__: None  # those of a job are notes of its outcome
    with (
        contextlib.suppress(EOFError, OSError, KeyboardInterrupt),  # it is gone, or needs no more
        interruption.listening((signal.SIGTERM,)),
    ):
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_UNBLOCK, interruption.SIGNALS)
        while True:
            pipe.send(function(pipe.recv()))


_LEFT_TO_THE_PARENT: Final = tuple(
    number for number in interruption.SIGNALS if number != signal.SIGTERM
)


def start_resource_tracker() -> None:
    """Start that process of Python's now; later its start would unblock Ctrl-C.

    It ignores Ctrl-C and SIGTERM by itself, and does not hear SIGHUP either. It removes
    what a killed worker leaves without a word: its warnings say nothing to a user. It takes over
    the `-W` options of this process, which are the same again afterwards.
    """
    with contextlib.suppress(ImportError):  # of systems that have no such thing
        from multiprocessing import resource_tracker

        sys.warnoptions.append("ignore:resource_tracker:UserWarning")
        try:
            with without_interruption():
                resource_tracker.ensure_running()
        finally:
            sys.warnoptions.pop()


@contextlib.contextmanager
def without_interruption(signals: Sequence[int] = _LEFT_TO_THE_PARENT) -> Iterator[None]:
    """Delay signals; in a process that is started meanwhile, until it is ready."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _failure_of(code: int | None) -> Failure:
    """Return what is wrong with a job whose process has ended with an exit code, or by a signal."""
    worker = "the process that worked on it"
    if code is None or code >= 0:
        return Failure(WorkerLostError, f"{worker} ended with exit code {code}")
    name = signal.Signals(-code).name if -code in {*signal.Signals} else f"signal {-code}"
    ended = f"{worker} was ended by {name}"
    if name != "SIGKILL":
        return Failure(WorkerLostError, ended)
    return Failure(WorkerLostError, f"{ended}, perhaps for want of memory", "try fewer processes")
