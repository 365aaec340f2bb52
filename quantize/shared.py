"""One palette for many images: their histograms added up, with the weight that each is to have.

Counts are whole numbers throughout, so that the order in which images are added changes nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from quantize.model import Counts, Histogram

TOTAL: Final = 1 << 40
"""What the counts of an image add up to, nearly, where all images weigh the same, and so do its
weights: many times the pixels of any, and so little that millions of images can be added."""

PENDING_COLORS: Final = 1 << 18
"""Histograms are kept apart until they have so many colours, or half as many as all before: so each
colour is sorted a few times only, and memory holds little more than the sum."""


class Merger:
    """Adds up the histograms of images, one after another.

    Attributes:
        images: how many were added.
        pixels: how many pixels they have.
    """

    def __init__(self, weight: str) -> None:
        """`weight` is a key of `settings.SHARED_WEIGHTS`."""
        self.weight = weight
        self.images = 0
        self.pixels = 0
        self._sum: Histogram | None = None
        self._pending: list[Histogram] = []

    def add(self, histogram: Histogram) -> None:
        """Add the histogram of one image."""
        self.images += 1
        self.pixels += histogram.pixels
        if self.weight == "image":
            histogram = Histogram(
                histogram.colors,
                _scaled(histogram.counts),
                None if histogram.weights is None else _scaled(histogram.weights),
            )
        self._pending.append(histogram)
        waiting = sum(len(each) for each in self._pending)
        if waiting > max(PENDING_COLORS, 0 if self._sum is None else len(self._sum) // 2):
            self._fold()

    def total(self) -> Histogram:
        """The sum of all; at least one was added."""
        self._fold()
        assert self._sum is not None
        return self._sum

    def _fold(self) -> None:
        parts = self._pending if self._sum is None else [self._sum, *self._pending]
        self._sum = Histogram.merged(parts)
        self._pending = []


def _scaled(values: Counts) -> Counts:
    return values * np.int64(max(TOTAL // int(values.sum()), 1))
