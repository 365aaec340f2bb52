"""Histograms added up on the cluster: a tree of sums; the client gets the last sum alone."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from quantize.errors import ClusterError
from quantize.jobs.cluster import worker
from quantize.jobs.cluster.protocol import ClusterClient
from quantize.pipeline.histogram import Histogram

FAN: Final = 8
"""Number of sums that become one. For a million images the tree is 7 levels deep, and a worker
holds few sums."""


class Part(NamedTuple):
    """The place of an image's histogram: the sum of a task, which several images may share."""

    future: Any


class TreeMerger:
    """As `histogram.Merger`, but the histograms stay on the workers; the result is the same.

    Attributes:
        images: number of images that were added.
    """

    def __init__(self, cluster: ClusterClient) -> None:
        self.images = 0
        self._cluster = cluster
        self._levels: list[list[Any]] = [[]]
        self._last: Any = None

    def add(self, part: Part) -> None:
        """Add one image."""
        self.images += 1
        if part.future is not self._last:  # those of one task come one after another
            self._last = part.future
            self._push(0, part.future)

    def _push(self, level: int, future: Any) -> None:
        if level == len(self._levels):
            self._levels.append([])
        self._levels[level].append(future)
        if len(self._levels[level]) == FAN:
            merged = self._cluster.submit(worker.add_up, *self._levels[level])
            self._levels[level] = []
            self._push(level + 1, merged)

    def total(self) -> Histogram:
        """Return the sum of all; at least one was added.

        Raises:
            ClusterError: it cannot be fetched.
        """
        left: list[Any] = []
        for futures in self._levels:
            left = [self._cluster.submit(worker.add_up, *left, *futures)] if left or futures else []
        self._levels = [[]]
        images, histogram = self._cluster.result(left[0], "the histograms cannot be added up")
        if images != self.images:
            raise ClusterError(
                f"{self.images - images} of {self.images} images could not be counted again after "
                "a worker was lost; run the command again"
            )
        found: Histogram = histogram
        return found
