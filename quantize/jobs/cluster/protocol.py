"""What a run needs of a cluster, and what it hears from one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol


class Begun(NamedTuple):
    """A worker has found the targets of a job free, and works on it."""

    number: int
    worker: str


class Left(NamedTuple):
    """A worker is gone, and which tasks it held; expected if it said goodbye."""

    worker: str
    keys: list[Any]
    expected: bool


class Ended(NamedTuple):
    """A future is done."""

    future: Any


Message = Begun | Left | Ended


class Pool(Protocol):
    """As `connection.Cluster`.

    Attributes:
        folder: the current one, which relative names are relative to.
        topic: where workers announce what they have begun.
        processes: of the workers that are or were there, by their addresses.
    """

    folder: str
    topic: str
    processes: dict[str, int]

    @property
    def threads(self) -> int:
        """Of all workers together."""

    def submit(self, function: Callable[..., Any], *arguments: Any, key: Any = None) -> Any:
        """A future of the function's result."""

    def tell_end(self, future: Any) -> None:
        """Have a message when a future is done, whatever its end is."""

    def results(self, futures: Sequence[Any]) -> list[Any]:
        """The results of futures that are done, or the exceptions in their places."""

    def result(self, future: Any, problem: str) -> Any:
        """The result of one future; `problem` says what it means if there is none."""

    def cancel(self, futures: Sequence[Any]) -> None:
        """Take back what has not been begun."""

    def abandon(self, targets: Sequence[str]) -> None:
        """Note what a worker may be about to write that is not waited for."""

    def messages(self) -> Iterator[Message]:
        """What has happened; waits until something has."""
