"""scikit-learn's own tests of k-means pass with our classes, but for those of its internals.

They are read from the installed package (`benchmarks/sklearn_suite.py`), so this module has theirs.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

FOLDER = Path(__file__).parents[2] / "benchmarks"


def theirs() -> dict[str, Any]:
    """What their module defines, without the tests of internals."""
    sys.path.insert(0, str(FOLDER))
    try:
        import sklearn_suite
    finally:
        sys.path.remove(str(FOLDER))
    found: dict[str, Any] = {"__name__": __name__}
    exec(compile(sklearn_suite.source(), "test_k_means.py", "exec"), found)
    left_out = {*sklearn_suite.PRIVATE, *sklearn_suite.OTHERS, "__name__", "annotations"}
    return {name: value for name, value in found.items() if name not in left_out}


@pytest.fixture
def global_random_seed() -> int:
    return 42


@pytest.fixture
def global_dtype() -> type:
    return np.float64


globals().update(theirs())
