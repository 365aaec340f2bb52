"""What a page shows of the pixels: before, after, errors, and some of the colours as a cloud."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize.color import alpha, conversions, difference
from quantize.color.conversions import Reals
from quantize.images import shown
from quantize.model.palette import Palette
from quantize.model.picture import with_channels
from quantize.model.pixels import Bytes, Floats, Pixels, bands_of
from quantize.pipeline.settings import Settings
from quantize.report.page import steps

MOST_PIXELS: Final = 4_000_000
"""Pixels of a picture that a page shows: a phone still decodes them in a second."""

MOST_POINTS: Final = 4000
"""Points of the cloud: they are drawn anew in every frame while it turns."""

ERROR_SCALE: Final = 10.0
"""The CIEDE2000 that has the brightest colour of the map: nobody takes it for the same colour."""


class Cloud(NamedTuple):
    """Some of the distinct colours of a picture, evenly through them.

    Attributes:
        colors: (n, 3) uint8, opaque; at most `MOST_POINTS`.
        weights: (n,) float64, how many pixels have each.
        labels: (n,) uint8, the entry that most pixels of each of them have.
        distinct: how many colours these are a sample of.
    """

    colors: Bytes
    weights: Floats
    labels: Bytes
    distinct: int


class Evidence(NamedTuple):
    """What a page shows of a picture and its result.

    Attributes:
        width, height: of what is shown.
        every: 1, or n where only each nth pixel across and down is shown.
        before: the address of the picture.
        indices: the address of the places in the palette, as greys.
        errors: the address of the errors as greys: 255 is `ERROR_SCALE` or more.
        colors: (n, 3) uint8, the cloud.
        labels: (n,) uint8, the entry that most pixels of each of them have.
        distinct: how many colours the cloud is a sample of.
        steps: of k-means on the cloud; None where nothing moves.
        thumbnails: the addresses of small pictures, before and after.
    """

    width: int
    height: int
    every: int
    before: str
    indices: str
    errors: str
    colors: Bytes
    labels: Bytes
    distinct: int
    steps: steps.Steps | None
    thumbnails: tuple[str, str]


def gather(pixels: Pixels, indices: Bytes, palette: Palette, settings: Settings) -> Evidence:
    """Return what a page shows of a picture.

    Args:
        pixels: (height, width, 3 or 4) uint8.
        indices: (height, width) uint8, into the palette.
        palette: of the result.
        settings: how it was found.
    """
    every = 1
    while (
        indices[::every, ::every].size > MOST_PIXELS or max(indices.shape) > shown.MOST_SIDE * every
    ):
        every += 1
    before, after = thinned(pixels, every), np.ascontiguousarray(indices[::every, ::every])
    pairs, places, counts = _pairs(before, after)
    errors = _differences(pairs[:, :4], palette.colors[pairs[:, 4]])
    levels = np.minimum(np.rint(errors * (255 / ERROR_SCALE)), 255).astype(np.uint8)
    cloud = _cloud(pairs, counts)
    return Evidence(
        width=after.shape[1],
        height=after.shape[0],
        every=every,
        before=shown.address(before),
        indices=shown.levels_address(after),
        errors=shown.levels_address(levels[places].reshape(after.shape)),
        colors=cloud.colors,
        labels=cloud.labels,
        distinct=cloud.distinct,
        thumbnails=(
            shown.thumbnail_address(before),
            shown.thumbnail_address(palette.colors[after]),
        ),
        steps=steps.of(cloud.colors, cloud.weights, len(palette), settings),
    )


def thinned(pixels: Pixels, every: int) -> Bytes:
    """Return each nth pixel across and down; the picture may come in bands."""
    parts = [band[-rows.start % every :: every, ::every] for rows, band in bands_of(pixels)]
    return np.ascontiguousarray(np.concatenate(parts))


def _pairs(before: Bytes, after: Bytes) -> tuple[Bytes, NDArray[np.intp], NDArray[np.int64]]:
    """Return the distinct pairs of a colour and an entry, the pair of each pixel, and counts.

    Returns:
        (n, 5) uint8, red, green, blue, alpha, entry, sorted; (pixels,) places; (n,) counts.
    """
    flat = with_channels(before.reshape(-1, before.shape[-1]), 4).astype(np.uint64)
    shifts = np.array([32, 24, 16, 8], np.uint64)
    keys = (flat << shifts).sum(axis=1, dtype=np.uint64) | after.ravel()
    found, places, counts = np.unique(keys, return_inverse=True, return_counts=True)
    columns = (found[:, None] >> np.array([32, 24, 16, 8, 0], np.uint64)) & np.uint64(255)
    return columns.astype(np.uint8), places, counts


def _differences(before: Bytes, after: Bytes) -> Reals:
    """Return CIEDE2000 of pairs of colours; where one is not opaque, the mean on two grounds."""
    if after.shape[1] == 3 and (before[:, 3] == 255).all():
        return difference.ciede2000(conversions.lab(before[:, :3]), conversions.lab(after))
    first, second = before, with_channels(after, 4)
    grounds = [
        difference.ciede2000(conversions.lab(one), conversions.lab(other))
        for one, other in alpha.on_grounds(first, second)
    ]
    mean: Reals = np.stack(grounds).mean(axis=0)
    return mean


def cloud_of(pixels: Pixels, indices: Bytes) -> Cloud:
    """Return some of the colours of a picture.

    Args:
        pixels: (height, width, 3 or 4) uint8.
        indices: (height, width) uint8, into a palette.
    """
    pairs, _, counts = _pairs(thinned(pixels, 1), indices)
    return _cloud(pairs, counts)


def _cloud(pairs: Bytes, counts: NDArray[np.int64]) -> Cloud:
    """Return some of the opaque colours, their counts, and the most frequent entry of each."""
    visible = pairs[:, 3] > 127
    pairs, counts = pairs[visible], counts[visible]
    if not len(pairs):
        return Cloud(np.empty((0, 3), np.uint8), np.empty(0), np.empty(0, np.uint8), 0)
    keys = (pairs[:, :3].astype(np.uint32) << np.array([16, 8, 0], np.uint32)).sum(axis=1)
    order = np.lexsort((-counts, keys))
    first = np.flatnonzero(np.diff(keys[order], prepend=-1))
    weights = np.add.reduceat(counts[order], first).astype(np.float64)
    chosen = pairs[order[first]]
    rows = np.unique(np.linspace(0, len(chosen) - 1, MOST_POINTS).astype(np.intp))
    return Cloud(chosen[rows, :3], weights[rows], chosen[rows, 4], len(chosen))
