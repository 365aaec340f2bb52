"""Twenty-five small groups in five rows: data on which the first centroids decide."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import make_blobs

GROUPS = [(x, y) for y in range(5) for x in range(5)]


def points() -> NDArray[np.float64]:
    """(1000, 2): forty points around each place."""
    return make_blobs(40 * len(GROUPS), centers=GROUPS, cluster_std=0.13, random_state=0)[0]
