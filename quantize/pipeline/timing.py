"""Seconds by stage."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from time import perf_counter
from typing import TypeVar

T = TypeVar("T")


class StageTimer:
    """Seconds that each stage of a run takes.

    Attributes:
        seconds: by stage, in the order in which they began.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time that the block takes to a stage."""
        start = perf_counter()
        try:
            yield
        finally:
            self.add({name: perf_counter() - start})

    def each(self, name: str, items: Iterable[T]) -> Iterator[T]:
        """Yield the items; add the time that it takes to get each of them to a stage."""
        remaining = iter(items)
        while True:
            start = perf_counter()
            try:
                item = next(remaining)
            except StopIteration:
                return
            finally:
                self.add({name: perf_counter() - start})
            yield item

    def add(self, seconds: Mapping[str, float]) -> None:
        """Add seconds that were measured elsewhere."""
        for name, more in seconds.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + more
