"""What the tutorials measure: clusters against labels that k-means never saw, and colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.integer]


def named(labels: Labels, meant: Labels) -> Labels:
    """The class that each point's cluster stands for: the one that most of its members are of."""
    names = np.zeros(labels.max() + 1, int)
    for cluster in np.unique(labels):
        names[cluster] = np.bincount(meant[labels == cluster]).argmax()
    return names[labels]


def accuracy(labels: Labels, meant: Labels) -> float:
    """The share of points whose cluster stands for their own class."""
    return float(np.mean(named(labels, meant) == meant))


def nearest(points: NDArray[np.floating], centers: NDArray[np.floating]) -> Labels:
    """The nearest centre of each point: what `KMeans.predict` gives, for centres of any origin."""
    return np.square(points[:, None] - centers).sum(axis=2).argmin(axis=1)


def mse(pixels: NDArray[np.floating], compressed: NDArray[np.floating]) -> float:
    """The mean squared distance of two arrays of pixels (n, 3) in 0 to 1, as it is in 0 to 255."""
    return float(np.square((compressed - pixels) * 255).sum(axis=1).mean())
