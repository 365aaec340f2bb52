"""The nearest palette entry of each colour, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.color import spaces
from quantize.model.pixels import Bytes


def nearest_entries(
    colors: Bytes, palette: Bytes, space: spaces.Space, *, threads: int = 1
) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """The palette index of each colour, and the squared distance to that entry.

    Args:
        colors: (n, c) uint8.
        palette: (k, c) uint8, k at most 256.
        space: the colour space that distances are measured in.
        threads: most threads to use; changes no result.

    Returns:
        (n,) uint8, and (n,) float32 or float64 in the units of the space; exact in opaque sRGB.
    """
    places, unit = _places(palette, space)
    indices, distances = np.empty(len(colors), np.uint8), np.empty(len(colors), places.dtype)

    def work(rows: slice) -> None:
        points, _ = _places(colors[rows], space)
        for some, entries in candidates(colors[rows], palette):
            part = points[some]
            labels, found = np.empty(len(part), np.int32), np.empty(len(part), part.dtype)
            kernels.nearest(part, places[entries], labels, found)
            indices[rows][some] = entries[labels]
            distances[rows][some] = found / unit

    kernels.each_block(len(colors), work, threads=threads)
    return indices, distances


def candidates(colors: Bytes, palette: Bytes) -> Iterator[tuple[Any, NDArray[np.uint8]]]:
    """Which palette entries come into question for which colours.

    Args:
        colors: (n, c) uint8.
        palette: (k, c) uint8.

    Yields:
        What picks some of the colours, and the entries that these may have, in ascending order;
        together all colours, each once.
    """
    every = np.arange(len(palette), dtype=np.uint8)
    if colors.shape[1] == 3:
        yield slice(None), every
        return
    rest = np.ones(len(colors), bool)
    for alpha in (0, 255):
        own = every[palette[:, 3] == alpha]
        some = colors[:, 3] == alpha
        if 0 < len(own) < len(every) and some.any():
            yield some, own
            rest &= ~some
    if rest.any():
        yield rest, every


def _places(colors: Bytes, space: spaces.Space) -> tuple[NDArray[Any], float]:
    """Points whose distances are exact wherever they can be, and the square of their unit.

    Premultiplied colours are fractions of 255; times 255 they are whole numbers, and ties are ties.
    """
    points = spaces.encode(colors, space)
    if colors.shape[1] == 4 and space.steps is not None:
        return np.rint(points * (255 * space.steps)), (255.0 * space.steps) ** 2
    return points, 1.0
