"""How many examples property tests try: all of them in CI, a third at a desk.

In CI (`CI` is set) the examples are the same on every submission; at a desk each run has new ones,
so that a few runs see as many. The numbers in the tests are those of CI.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from random import randrange

from hypothesis import settings

IN_CI = "CI" in os.environ

MOST = 100
"""Examples of a test that does not say how many."""


def examples(most: int) -> settings:
    """Return the settings of a test that tries `most` examples in CI."""
    return settings(deadline=None, derandomize=IN_CI, max_examples=most if IN_CI else most // 3)


def sizes_to_try(size: int) -> Sequence[int]:
    """Return all sizes below one in CI; at a desk every fourth, from another start each time."""
    return range(size) if IN_CI else range(randrange(4), size, 4)


def load_profile() -> None:
    """Make `examples(MOST)` the settings of tests that have none of their own."""
    settings.register_profile("quantize", examples(MOST))
    settings.load_profile("quantize")
