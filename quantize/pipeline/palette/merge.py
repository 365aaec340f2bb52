"""Palette colours that are alike to the eye, of which one is enough; and none that are made up.

Both are about the palette that k-means has found: what it finds are means, and with many colours
some of them are neighbours that nobody can tell apart.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quantize.color import conversions, difference
from quantize.color.alpha import on_grounds
from quantize.model.palette import Palette
from quantize.model.pixels import Bytes, Floats


def differences(colors: Bytes) -> Floats:
    """Return CIEDE2000 between colours, (k, k); with alpha the larger on black and on white."""
    labs = [conversions.lab(seen) for seen, _ in on_grounds(colors, colors)]
    between = [difference.ciede2000(lab[:, None], lab[None]) for lab in labs]
    largest: Floats = np.max(between, axis=0)
    return largest


def without_near_duplicates(
    colors: Bytes, counts: NDArray[np.int64], distance: float, kept: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return which colours remain when of any two that are too near the rarer one goes.

    The nearest pair is looked at first. No colour is changed, so none is invented.

    Args:
        colors: (k, 3 or 4) uint8.
        counts: (k,) int64, the pixels of each; of equals the first stays.
        distance: CIEDE2000; colours less apart than this are too near.
        kept: (k,) colours that stay in any case.

    Returns:
        (k,) bool, at least one of them True.
    """
    between = differences(colors)
    firsts, seconds = np.triu_indices(len(colors), 1)
    near = np.flatnonzero(between[firsts, seconds] < distance)
    order = near[np.argsort(between[firsts[near], seconds[near]], kind="stable")]
    alive = np.ones(len(colors), bool)
    for first, second in zip(firsts[order].tolist(), seconds[order].tolist(), strict=True):
        if alive[first] and alive[second]:
            rank = [(bool(kept[at]), int(counts[at])) for at in (first, second)]
            loser = second if rank[0] >= rank[1] else first
            alive[loser] = kept[loser]
    return alive


def medoids(
    colors: Bytes,
    points: NDArray[np.floating],
    labels: NDArray[np.int32],
    centroids: Floats,
    *,
    fixed: int = 0,
) -> Bytes:
    """Return for each cluster the colour of the picture that is nearest to its mean.

    Of all the cluster's colours, that is the one with the least squared distance to all its pixels.

    Args:
        colors: (n, c) uint8.
        points: (n, d), the same colours in the space of clustering.
        labels: (n,) int32, the cluster of each.
        centroids: (k, d).
        fixed: so many of the first clusters are left out.

    Returns:
        (at most k, c) uint8, all different; clusters without colours have none.
    """
    distances = np.square(points - centroids[labels]).sum(axis=1)
    order = np.lexsort((distances, labels))
    first = order[np.flatnonzero(np.diff(labels[order], prepend=-1))]
    found: Bytes = colors[first[labels[first] >= fixed]]
    return found


def thinned(palette: Palette, distance: float) -> Palette:
    """Return a palette without colours that are too near others."""
    nobody = np.zeros(len(palette), bool)
    alive = without_near_duplicates(palette.colors, palette.counts, distance, nobody)
    return palette.only(np.flatnonzero(alive))
