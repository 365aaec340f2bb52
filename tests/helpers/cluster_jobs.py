"""Jobs that end the worker that does them; workers import them from here."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from quantize.jobs.job import Outcome, Progress, run_one
from quantize.jobs.request import Job


def ends_its_worker(job: Job, progress: Progress | None = None) -> Outcome:
    """Of an input `poison`, after it has said that it has begun."""
    if "poison" in job.input:
        assert progress is not None
        progress(job, "read", 0)
        _flush_and_die()
    return run_one(job, progress)


def ends_its_worker_at_once(job: Job, progress: Progress | None = None) -> Outcome:
    """Of an input `poison`, before anybody knows that it has begun."""
    if "poison" in job.input:
        os.kill(os.getpid(), signal.SIGKILL)
    return run_one(job, progress)


def is_lost_when_done(job: Job, progress: Progress | None = None) -> Outcome:
    """Once, of an input `unlucky`: its files are written, and then nobody hears of it."""
    outcome = run_one(job, progress)
    mark = Path(job.input).with_suffix(".lost")
    if "unlucky" in job.input and not mark.exists():
        mark.touch()
        _flush_and_die()
    return outcome


def both(job: Job, progress: Progress | None = None) -> Outcome:
    """End a worker of an input `poison` whenever it comes, and once of an input `unlucky`."""
    return (ends_its_worker_at_once if "poison" in job.input else is_lost_when_done)(job, progress)


def _flush_and_die() -> None:
    """With what was announced on its way: a job that takes any time has it there before."""
    import asyncio
    import time

    from distributed import get_worker

    worker = get_worker()
    stream = worker.batched_stream

    async def sent() -> None:
        while stream.buffer:
            await asyncio.sleep(0.001)

    asyncio.run_coroutine_threadsafe(sent(), worker.loop.asyncio_loop).result(10)
    time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGKILL)
