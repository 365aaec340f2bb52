"""A coreset: fewer weighted points that stand for many, for instance for those of a stream.

Boxes of points are cut in two across the axis where they are widest, those of the largest squared
errors first. Each box becomes its mean, with the weight of its points. So the mean of a cluster is
exact if it consists of whole boxes, and nearly exact if it is much larger than a box.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.kmeans.lloyd import Weights

TOGETHER: Final = 8
"""Boxes are cut in the same round if their errors are at least the largest one divided by this."""


def reduce(
    points: NDArray[np.float64], weights: Weights, most: int
) -> tuple[NDArray[np.float64], Weights]:
    """Return a coreset of at most `most` points.

    Args:
        points: (n, d) float64.
        weights: (n,) float64, 0 or more; points of weight 0 are dropped.
        most: 1 or more.

    Returns:
        (m, d) float64 and (m,) float64, m at most `most`; the sum of the weights stays the same.
    """
    there = weights > 0
    if len(points) <= most or not there.all():
        points, weights = points[there], weights[there]  # copies, as callers keep what they get
    if len(points) <= most:
        return points, weights
    d = points.shape[1]
    labels = np.zeros(len(points), np.int32)
    boxes = 1
    while True:
        mass, sums = np.empty(boxes), np.empty((boxes, d))
        kernels.cluster_sums(points, weights, labels, mass, sums)
        means = sums / mass[:, None]
        spread = np.empty((d, boxes))
        for axis in range(d):  # one by one, so that there is no copy of all points
            squares = np.square(points[:, axis] - means[labels, axis])
            spread[axis] = np.bincount(labels, weights * squares, minlength=boxes)
        widest = spread.argmax(axis=0)[labels]
        beyond = points[np.arange(len(points)), widest] > means[labels, widest]
        # of equal points all are on one side of their mean, or none is beyond it
        larger, smaller = (np.bincount(labels[side], minlength=boxes) for side in (beyond, ~beyond))
        errors = np.where((larger > 0) & (smaller > 0), spread.sum(axis=0), 0.0)
        cut = _worst(errors, most - boxes)
        if not len(cut):
            return means, mass
        new = np.full(boxes, -1, np.int32)
        new[cut] = boxes + np.arange(len(cut))
        labels = np.where(beyond & (new[labels] >= 0), new[labels], labels).astype(np.int32)
        boxes += len(cut)


def _worst(errors: NDArray[np.float64], most: int) -> NDArray[np.intp]:
    """Return the boxes of the largest errors, at most `most`, whose errors are alike."""
    order = np.argsort(-errors, kind="stable")[:most]
    if not len(order):
        return order
    found = errors[order]
    alike: NDArray[np.bool_] = (found >= found[0] / TOGETHER) & (found > 0)
    return order[alike]
