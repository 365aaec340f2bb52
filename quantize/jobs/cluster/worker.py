"""The functions that run on the workers of a cluster."""

from __future__ import annotations

import os
import pickle
import platform
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter
from typing import Any, Final, NamedTuple

from distributed import get_worker

from quantize import kernels
from quantize.errors import ClusterError, Failure
from quantize.jobs.job import Outcome, failed
from quantize.jobs.request import Job
from quantize.pipeline.histogram import Histogram, Merger
from quantize.storage import files, safe_write
from quantize.version import __version__

COMPARED: Final = ("numpy", "pillow", "deflate")
"""Packages that the bytes of an output depend on."""

Sum = tuple[int, Histogram]
"""Number of images that were added up, and the sum of their histograms."""


class Bundle(NamedTuple):
    """The results of a task, which is one or more jobs.

    Attributes:
        packed: an outcome for each job, without the job itself, which the client has. As pickled
            bytes they pass through Dask untouched: it would go through every value of the records.
        announced: whether each job was announced, after its outputs were found not to exist.
        seconds: of all jobs together.
        counted: the sum of the histograms, if the jobs count.
    """

    packed: bytes
    announced: list[bool]
    seconds: float
    counted: Sum | None = None


def perform(
    function: Callable[..., Outcome], jobs: Sequence[tuple[int, Job]], topic: str, folder: str
) -> Bundle:
    """Do some jobs, one after another.

    Args:
        function: of `jobs.job`.
        jobs: each with its number.
        topic: where the start of jobs is announced.
        folder: the folder that relative names are relative to; empty if there are none.
    """
    begin = perf_counter()
    announced: set[int] = set()
    try:
        with _current_folder(folder):
            _announce([number for number, job in jobs if _is_free(job)], announced, topic)
            outcomes = [
                function(job, progress=partial(_announce, [number], announced, topic))
                for number, job in jobs
            ]
    except OSError as error:
        here = f"{get_worker().address} has no folder {folder}: {error.strerror}"
        advice = "share it with the workers, or give names that all machines know"
        problem = Failure(ClusterError, f"the worker {here}", advice)
        outcomes = [failed(job, problem) for _, job in jobs]
    merger = Merger(jobs[0][1].request.shared or "pixels")
    for outcome in outcomes:
        if outcome.counted is not None:
            merger.add(outcome.counted)
    counted = (merger.images, merger.total()) if merger.images else None
    light = [outcome._replace(job=None, counted=None) for outcome in outcomes]  # type: ignore[arg-type]
    started = [number in announced for number, _ in jobs]
    return Bundle(pickle.dumps(light), started, perf_counter() - begin, counted)


def _is_free(job: Job) -> bool:
    """Return whether nothing is in the way of a job's outputs, as far as no request is needed.

    Such jobs are announced together: an event for each would cost more than many a job itself. The
    others announce themselves when they begin.
    """
    if any(map(files.is_url, job.targets)):
        return False
    return job.request.force or not any(map(files.is_taken, job.targets))


def _announce(numbers: list[int], announced: set[int], topic: str, *_: object) -> None:
    """Announce jobs to the client, each once."""
    if new := [number for number in numbers if number not in announced]:
        announced.update(new)
        worker = get_worker()
        worker.log_event(topic, {"numbers": new, "worker": worker.address})


def without_counts(bundle: Bundle) -> Bundle:
    """Return the part that the client gets; histograms stay on the cluster."""
    return bundle._replace(counted=None)


def add_up(*parts: Bundle | Sum) -> Sum:
    """Return the sum of several sums."""
    sums = [part.counted if isinstance(part, Bundle) else part for part in parts]
    kept = [found for found in sums if found is not None]
    return sum(images for images, _ in kept), Histogram.merged([found for _, found in kept])


def facts(dask_worker: Any = None) -> dict[str, Any]:
    """Return versions, the owner of temporary files and, on a worker, the number of its threads."""
    found = {"python": platform.python_version(), "quantize": __version__}
    for package in COMPARED:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "none"
    found["kernels"] = kernels.ACTIVE
    threads = dask_worker.state.nthreads if dask_worker is not None else 0
    return {"versions": found, "owner": safe_write.owner(), "threads": threads}


_place = threading.Condition()
_inside = 0
_home = ""


@contextmanager
def _current_folder(folder: str) -> Iterator[None]:
    """Make a folder the current one; jobs in another folder wait, as threads share the current one.

    So names in records, messages and sidecars are those that the user gave, as in a local run.
    """
    global _inside, _home  # noqa: PLW0603 - the current folder is global to the process
    if not folder:
        yield
        return
    with _place:
        _place.wait_for(lambda: _inside == 0 or os.getcwd() == folder)
        if not _inside:
            _home = os.getcwd()
            os.chdir(folder)
        _inside += 1
    try:
        yield
    finally:
        with _place:
            _inside -= 1
            if not _inside:
                os.chdir(_home)
                _place.notify_all()
