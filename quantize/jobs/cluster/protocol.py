"""The messages of a cluster, and the methods of it that a scheduler of jobs needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

from quantize.errors import ClusterError


class JobsStarted(NamedTuple):
    """A worker has found that the outputs of jobs do not exist, and has started their task."""

    numbers: list[int]
    worker: str


class WorkerLeft(NamedTuple):
    """A worker is gone.

    Attributes:
        worker: its address.
        keys: of the tasks that it held.
        expected: whether it announced that it would leave.
    """

    worker: str
    keys: list[Any]
    expected: bool


class TaskFinished(NamedTuple):
    """A task has ended: with a result, an exception, or cancelled."""

    future: Any


class JobsReady(NamedTuple):
    """There is another job to hand out, of a list that is still being read."""


Message = JobsStarted | WorkerLeft | TaskFinished | JobsReady


class ClusterClient(Protocol):
    """The part of `client.Cluster` that `scheduling` and `reduction` use.

    Attributes:
        folder: the current folder, which relative names are relative to.
        topic: where workers announce the jobs that they start.
        owners: of temporary files, of present and former workers by their addresses.
    """

    folder: str
    topic: str
    owners: dict[str, str]

    @property
    def threads(self) -> int:
        """Return the number of threads of all workers."""

    def submit(self, function: Callable[..., Any], *arguments: Any, key: Any = None) -> Any:
        """Return a future of the function's result."""

    def notify_when_finished(self, future: Any) -> None:
        """Send a `TaskFinished` when a future has ended."""

    def results(self, futures: Sequence[Any]) -> list[Any]:
        """Return the results of futures that have ended; for a failed one, its exception."""

    def result(self, future: Any, problem: str) -> Any:
        """Return the result of one future; `problem` words the error if there is none."""

    def cancel(self, futures: Sequence[Any]) -> None:
        """Cancel the tasks that no worker has started."""

    def abandon(self, targets: Sequence[str]) -> None:
        """Note outputs that a worker may still be writing when the run ends."""

    def gone(self) -> ClusterError:
        """Return the error of a scheduler that does not answer any more."""

    def wake(self) -> None:
        """Send a `JobsReady`; from any thread."""

    def messages(self) -> Iterator[Message]:
        """Wait for at least one message, then yield those that are there."""
