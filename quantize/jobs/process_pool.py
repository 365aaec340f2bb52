"""Jobs on several processes at once.

A worker that is killed loses the job that it held and no other: the parent knows who holds what.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Final, NamedTuple, NoReturn

from quantize.errors import Failure, WorkerLostError
from quantize.jobs.inputs import STREAM
from quantize.jobs.job import Outcome, failed
from quantize.jobs.plan import Job
from quantize.storage import files

Function = Callable[[Job], Outcome]

AHEAD: Final = 64
"""Results that may wait for that of an earlier job, beside those in hand: bounds the memory."""

GRACE_SECONDS: Final = 0.5
"""What workers get to clean up after an interruption, before they are killed."""


def in_processes(
    function: Function, jobs: Sequence[Job], proceed: Callable[[], bool], *, workers: int
) -> Iterator[tuple[int, Outcome]]:
    """So many processes at once; a job that reads standard input is done in this one.

    Closing the iterator, or an exception such as Ctrl-C's, ends the workers within a second and
    removes what they had begun to write.

    Args:
        function: of `work`; the workers find it by its name.
        jobs: what to do.
        proceed: asked before each job; False ends the work.
        workers: how many processes, 1 or more.
    """
    crew = _Crew(function, jobs)
    try:
        following, done, earliest = 0, set[int](), 0
        while True:
            while following < len(jobs) and crew.busy < workers and proceed():
                if following > earliest + AHEAD + workers:
                    break
                if jobs[following].input == STREAM:
                    yield following, function(jobs[following])
                    done.add(following)
                else:
                    crew.give(following)
                following += 1
            if not crew.busy:
                return
            for number, outcome in crew.results():
                done.add(number)
                yield number, outcome
            while earliest in done:
                done.remove(earliest)
                earliest += 1
    finally:
        crew.dismiss()


class _Worker(NamedTuple):
    process: BaseProcess
    pipe: Connection


class _Crew:
    """The workers, and which job each of them holds."""

    def __init__(self, function: Function, jobs: Sequence[Job]) -> None:
        self._function, self._jobs = function, jobs
        self._context = get_context("spawn")  # fork and threads do not go together
        self._idle: list[_Worker] = []
        self._holding: dict[_Worker, int] = {}

    @property
    def busy(self) -> int:
        """How many hold a job."""
        return len(self._holding)

    def give(self, number: int) -> None:
        """Hand a job to a worker, a new one if none is idle."""
        while True:
            worker = self._idle.pop() if self._idle else self._hire()
            try:
                worker.pipe.send(self._jobs[number])
            except OSError:  # it died while it was idle
                worker.process.join()
                continue
            self._holding[worker] = number
            return

    def results(self) -> Iterator[tuple[int, Outcome]]:
        """Wait for at least one, then all that are there."""
        by_pipe: dict[Any, _Worker] = {worker.pipe: worker for worker in self._holding}
        for pipe in wait(list(by_pipe)):
            worker = by_pipe[pipe]
            number = self._holding.pop(worker)
            try:
                outcome = worker.pipe.recv()
            except (EOFError, OSError):
                outcome = self._lost(worker, number)
            else:
                self._idle.append(worker)
            yield number, outcome

    def _lost(self, worker: _Worker, number: int) -> Outcome:
        worker.process.join()
        job = self._jobs[number]
        files.remove_litter(job.targets, worker.process.pid or 0)
        return failed(job, _failure_of(worker.process.exitcode))

    def _hire(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, self._function), daemon=True)
        _prepare()
        with without_interruption():
            process.start()
        theirs.close()
        return _Worker(process, ours)

    def dismiss(self) -> None:
        """End all workers: the idle at once, the others as soon as they have cleaned up."""
        for worker in self._idle:
            worker.pipe.close()
        for worker in self._holding:
            worker.process.terminate()
        for worker, number in self._holding.items():
            worker.process.join(GRACE_SECONDS)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            files.remove_litter(self._jobs[number].targets, worker.process.pid or 0)
            worker.pipe.close()
        for worker in self._idle:
            worker.process.join(GRACE_SECONDS)
        self._idle.clear()
        self._holding.clear()


def _serve(pipe: Connection, function: Function) -> None:
    """The life of a worker: a job, its outcome, the next one, until there are none."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    signal.signal(signal.SIGTERM, _leave)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    with contextlib.suppress(EOFError, OSError):  # the parent is gone, or needs no more
        while True:
            pipe.send(function(pipe.recv()))


def _leave(_signal: int, _frame: object) -> NoReturn:
    """On the way out temporary files are removed."""
    raise SystemExit


def _prepare() -> None:
    """Start what comes with the first process, and would let Ctrl-C through again."""
    with contextlib.suppress(ImportError):  # of systems that have no such thing
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()


@contextlib.contextmanager
def without_interruption() -> Iterator[None]:
    """Ctrl-C waits, and a process that is started meanwhile does not hear it while it wakes up."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
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
