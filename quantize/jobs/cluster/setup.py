"""Setup of Dask for a command: silent loggers, Ctrl-C heard, no child processes left behind."""

from __future__ import annotations

import atexit
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import active_children, resource_tracker
from types import FrameType
from typing import Any, Final

import dask
import distributed
from distributed.deploy.spec import close_clusters
from distributed.utils import LoopRunner

from quantize.jobs.process_pool import without_interruption

LOGGERS: Final = ("distributed", "tornado", "bokeh", "asyncio")

WORKERS: Final = {
    # memory that goes back to the system after each image costs a third of its time
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None,
    "distributed.worker.profile.enabled": False,
}
"""Configuration of Dask for the workers of a local cluster."""

CLOSE_SECONDS: Final = 0.4
"""Time that a client and the workers of a local cluster have to end by themselves."""


def silence(level: int) -> None:
    """Raise the level of Dask's loggers, whatever its configuration says."""
    for name in [*LOGGERS, *logging.root.manager.loggerDict]:
        if name.partition(".")[0] in LOGGERS:
            logger = logging.getLogger(name)
            logger.setLevel(max(logger.level, level))


@contextmanager
def remembered_interruption() -> Iterator[Callable[[], bool]]:
    """Yield a function that tells whether there was a Ctrl-C.

    An exception that is raised in a finaliser of one of Dask's objects is lost.
    """
    heard = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    main = threading.current_thread() is threading.main_thread()
    if not main or before is not signal.default_int_handler:
        yield heard.is_set
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        heard.set()
        silence(logging.CRITICAL + 1)  # tasks that are cut short log pages of text
        signal.default_int_handler(number, frame)

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield heard.is_set
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def local_cluster(cores: int) -> Iterator[Any]:
    """Yield a scheduler in this process, with a worker process for each core.

    The workers do not hear Ctrl-C.
    """
    atexit.unregister(close_clusters)  # it waits 10 s for one whose loop has stopped; see `finally`
    resource_tracker.ensure_running()  # later it would undo what follows
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
