"""Names that a long list has had so far, in a few bytes each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

RECENT: Final = 4096
"""Hashes that are kept as a set, until they are sorted: some 300 kB."""


class SeenNames:
    """A set of texts that takes 8 bytes for each: their hashes, in sorted arrays.

    Two of a million names have the same 64 bits once in 40 million lists. Arrays double in length,
    so that few are looked at and each hash is sorted a few times.
    """

    def __init__(self) -> None:
        self._recent: set[int] = set()
        self._sorted: list[NDArray[np.uint64]] = []

    def __contains__(self, name: str) -> bool:
        found = _hash(name)
        if found in self._recent:
            return True
        for hashes in self._sorted:
            place = int(np.searchsorted(hashes, np.uint64(found)))
            if place < len(hashes) and int(hashes[place]) == found:
                return True
        return False

    def add(self, names: Iterable[str]) -> None:
        """Add names; one that is there already takes no more room, unless it was added long ago."""
        self._recent.update(map(_hash, names))
        if len(self._recent) >= RECENT:
            hashes = np.fromiter(self._recent, np.uint64, len(self._recent))
            self._recent.clear()
            hashes.sort()
            while self._sorted and len(self._sorted[-1]) <= len(hashes):
                hashes = np.concatenate([self._sorted.pop(), hashes])
                hashes.sort(kind="stable")  # of sorted parts this is a merge
            self._sorted.append(hashes)

    @property
    def nbytes(self) -> int:
        """Return the bytes of the sorted arrays."""
        return sum(hashes.nbytes for hashes in self._sorted)


def _hash(name: str) -> int:
    """Return 64 bits, others in each process: Python's own, which nobody can aim at."""
    return hash(name) & 0xFFFFFFFFFFFFFFFF
