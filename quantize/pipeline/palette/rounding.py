"""From float centroids to a palette of 8-bit colours: exactly k of them, all different, all used.

Rounding can make two centroids one colour, or leave a colour without a pixel. Such a place in the
palette goes to the colour of the picture that costs most. Fixed colours stay, used or not.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from quantize import kernels
from quantize.color import palette_order, spaces
from quantize.color.spaces import Space
from quantize.kmeans.lloyd import Centroids, Weights, largest
from quantize.model.pixels import Bytes
from quantize.pipeline.quality import Errors

Mapper = Callable[[Bytes], tuple[Bytes, Errors]]
"""(k, c) palette → the entry of each colour, and its squared distance to it."""


def round_to_palette(centroids: Centroids, space: Space, fixed: Bytes) -> Bytes:
    """Return the 8-bit colours of centroids and the fixed ones, each once, dark to light.

    Args:
        centroids: (m, c) float64.
        space: that of the centroids.
        fixed: (j, c) uint8.

    Returns:
        (at most m + j, c) uint8.
    """
    rounded = np.concatenate([fixed, spaces.decode(centroids, space)])
    keys, _ = kernels.count_colors(rounded)
    colors = np.empty((len(keys), rounded.shape[1]), np.uint8)
    kernels.unpack(keys, colors)
    return colors[palette_order.dark_to_light(colors)]


def complete(
    palette: Bytes, colors: Bytes, weights: Weights, k: int, *, nearest: Mapper, fixed: Bytes
) -> tuple[Bytes, Bytes, Errors]:
    """Return a palette of k colours, each fixed or the nearest of some colour of the picture.

    It ends since each turn lowers the error of the picture: a colour that joins costs nothing any
    more, and one that leaves was nobody's nearest.

    Args:
        palette: (at most k, c) uint8, all different.
        colors: (n, c) uint8, the distinct colours of the picture.
        weights: (n,) float64, what each weighs.
        k: how many are wanted; at most as many as there are colours, fixed ones counted.
        nearest: maps the colours to a palette.
        fixed: (j, c) uint8, colours of the palette that stay.

    Returns:
        (k, c) uint8 dark to light, (n,) uint8 the entry of each colour, (n,) its squared error.
    """
    while True:
        indices, errors = nearest(palette)
        stays = np.bincount(indices, minlength=len(palette)) > 0
        stays |= (palette[:, None] == fixed).all(axis=2).any(axis=1)
        if len(palette) == k and stays.all():
            return palette, indices, errors
        costliest = largest(weights * errors, k - int(stays.sum()))
        palette = np.concatenate([palette[stays], colors[costliest]])
        palette = palette[palette_order.dark_to_light(palette)]
