"""Setup of Dask for a command: silent loggers, Ctrl-C heard, no child processes left behind."""

from __future__ import annotations

import atexit
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import active_children
from typing import Any, Final

import dask
import distributed
from distributed.deploy.spec import close_clusters
from distributed.utils import LoopRunner

from quantize.jobs.process_pool import start_resource_tracker, without_interruption
from quantize.storage import interruption

LOGGERS: Final = ("distributed", "tornado", "bokeh", "asyncio")

WORKERS: Final = {
    # memory that goes back to the system after each image costs a third of its time
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None,
    "distributed.worker.profile.enabled": False,
    # what it looks after by the clock took 11 % of a core, and takes 2 %
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.worker.memory.monitor-interval": "1s",
    "distributed.scheduler.work-stealing-interval": "1s",
    "distributed.scheduler.active-memory-manager.start": False,
}
"""Configuration of Dask for a local cluster; docs/scaling.md has the same for others."""

CLOSE_SECONDS: Final = 0.4
"""Time that a client and the workers of a local cluster have to end by themselves."""


def silence(level: int) -> None:
    """Raise the level of Dask's loggers, whatever its configuration says."""
    for name in [*LOGGERS, *logging.root.manager.loggerDict]:
        if name.partition(".")[0] in LOGGERS:
            logger = logging.getLogger(name)
            logger.setLevel(max(logger.level, level))


@contextmanager
def silent_when_interrupted() -> Iterator[None]:
    """Silence Dask as soon as a signal comes: tasks that are cut short log pages of text."""

    def be_silent() -> None:
        silence(logging.CRITICAL + 1)

    interruption.on_signal.append(be_silent)
    try:
        yield
    finally:
        interruption.on_signal.remove(be_silent)


@contextmanager
def local_cluster(cores: int) -> Iterator[Any]:
    """Yield a scheduler in this process, with a worker process for each core.

    The workers do not hear Ctrl-C and SIGHUP.
    """
    atexit.unregister(close_clusters)  # it waits 10 s for one whose loop has stopped; see `finally`
    start_resource_tracker()  # later it would undo what follows
    with without_interruption():  # and so for all that its thread starts
        runner = LoopRunner()
        runner.start()
    try:
        with dask.config.set(WORKERS):
            cluster = distributed.LocalCluster(
                n_workers=cores,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                scheduler_kwargs={"dashboard": False},
                silence_logs=logging.CRITICAL,  # errors come back with the tasks
                loop=runner.loop,
            )
        try:
            yield cluster
        finally:
            with suppress(Exception):
                cluster.close(timeout=CLOSE_SECONDS)
    finally:
        for process in active_children():
            if process.name.startswith("Dask Worker"):
                process.kill()
                process.join()
        runner.stop()
