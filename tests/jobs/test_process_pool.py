"""A worker has its next job before anybody looks at what it has done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from quantize.errors import Failure
from quantize.jobs import process_pool
from quantize.jobs.feed import Feed
from quantize.jobs.job import Outcome


class Pool:
    """One worker that is done at once."""

    def __init__(self, seen: list[str], fails: int | None) -> None:
        self.seen, self.fails = seen, fails
        self.jobs: list[tuple[int, Any]] = []

    @property
    def busy(self) -> int:
        return len(self.jobs)

    def submit(self, number: int, job: Any) -> None:
        self.seen.append(f"begin {number}")
        self.jobs.append((number, job))

    def results(self, *, and_jobs: bool) -> Iterator[tuple[int, Outcome]]:
        del and_jobs
        number, job = self.jobs.pop(0)
        failure = Failure(ValueError, "bad") if number == self.fails else None
        yield number, Outcome(job, failure=failure)

    def stop(self) -> None:
        self.seen.append("stop")


@pytest.fixture
def seen() -> list[str]:
    return []


def watch(monkeypatch: pytest.MonkeyPatch, seen: list[str], fails: int | None = None) -> None:
    monkeypatch.setattr(process_pool, "WorkerPool", lambda *_: Pool(seen, fails))
    monkeypatch.setattr(process_pool, "is_done_here", lambda _: False)
    feed: Any = Feed(["a", "b", "c"])  # type: ignore[list-item]
    function: Any = None
    failures: list[Failure] = []

    def proceed() -> bool:
        return not failures

    for number, outcome in process_pool.in_processes(function, feed, proceed, workers=1):
        seen.append(f"end {number}")
        failures += [outcome.failure] if outcome.failure else []


def test_the_next_job_begins_first(monkeypatch: pytest.MonkeyPatch, seen: list[str]) -> None:
    watch(monkeypatch, seen)
    assert seen == ["begin 0", "begin 1", "end 0", "begin 2", "end 1", "end 2", "stop"]


def test_after_a_failure_nothing_begins_that_it_could_prevent(
    monkeypatch: pytest.MonkeyPatch, seen: list[str]
) -> None:
    watch(monkeypatch, seen, fails=0)
    assert seen == ["begin 0", "end 0", "stop"]
