"""Clusterings of growing size: each begins with the centroids of the one before.

Clusters of large errors are split in two (`breathing.split`), and a few of Lloyd's steps follow. So
fifty sizes cost little more than the last few of them alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from quantize.kmeans.breathing import lloyd_steps, split
from quantize.kmeans.lloyd import Assignment, Centroids, Points, Weights, assign


def grow_clusters(
    points: Points,
    weights: Weights,
    sizes: Iterable[int],
    fixed: Centroids,
    *,
    threads: int = 1,
) -> Iterator[tuple[Centroids, Assignment]]:
    """Yield centroids of each size, and the points assigned to them.

    Args:
        points: (n, d) float32 or float64.
        weights: (n,) float64, positive.
        sizes: ascending, each at most the number of distinct points, the first at least m and 1.
        fixed: (m, d) float64, the first centroids, which stay where they are.
        threads: most threads to use; changes no result.
    """
    mean = np.average(points, axis=0, weights=weights)[None].astype(np.float64)
    centroids = fixed if len(fixed) else mean
    state = assign(points, weights, centroids, threads=threads)
    for size in sizes:
        while len(centroids) < size:
            more = min(size - len(centroids), len(centroids))
            centroids = split(points, weights, centroids, state, more, fixed=len(fixed))
            centroids, state = lloyd_steps(
                points, weights, centroids, fixed=len(fixed), threads=threads
            )
        yield centroids, state
