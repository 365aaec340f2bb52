"""The nearest palette entry of each colour, exactly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.color import spaces
from quantize.color.spaces import Points, Space
from quantize.model.pixels import Bytes


def nearest_entries(
    colors: Bytes,
    palette: Bytes,
    space: Space,
    *,
    points: Points | None = None,
    threads: int = 1,
) -> tuple[Bytes, Points]:
    """Return the palette index of each colour, and the squared distance to that entry.

    Ties go to the lowest index. For which entries a colour may have see `candidates`.

    Args:
        colors: (n, c) uint8.
        palette: (k, c) uint8, k at most 256.
        space: the colour space that distances are measured in.
        points: (n, c) the colours as `spaces.encode` makes them, if they are at hand; they are
            encoded otherwise.
        threads: most threads to use; changes no result.

    Returns:
        (n,) uint8, and (n,) float32 or float64 in the units of the space; exact in opaque sRGB.
    """
    places, unit = exact(spaces.encode(palette, space), space)
    indices, distances = np.empty(len(colors), np.uint8), np.empty(len(colors), places.dtype)

    def work(rows: slice) -> None:
        own = spaces.encode(colors[rows], space) if points is None else points[rows]
        whole, _ = exact(own, space)
        for some, entries in candidates(colors[rows], palette):
            part = whole[some]
            labels, found = np.empty(len(part), np.int32), np.empty(len(part), part.dtype)
            kernels.nearest(part, places[entries], labels, found)
            indices[rows][some] = entries[labels]
            distances[rows][some] = found / unit

    kernels.each_block(len(colors), work, threads=threads)
    return indices, distances


def candidates(colors: Bytes, palette: Bytes) -> Iterator[tuple[Any, NDArray[Any]]]:
    """Yield groups of colours, each with the palette entries that its colours may have.

    Opaque colours may have opaque entries only, and fully transparent colours fully transparent
    entries only, as far as there are such entries.

    Args:
        colors: (n, c) uint8.
        palette: (k, c) uint8.

    Yields:
        An index of some colours, and their palette indices in ascending order. Each colour is in
        one group.
    """
    every = np.arange(len(palette), dtype=np.uint8 if len(palette) <= 256 else np.intp)
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


def exact(points: Points, space: Space) -> tuple[Points, float]:
    """Return points whose distances are exact wherever they can be, and the square of their unit.

    Points of colours with alpha are fractions; as whole numbers their ties are ties.
    """
    steps = spaces.steps_with_alpha(space)
    if points.shape[1] == 4 and steps is not None:
        return np.rint(points * steps), float(steps) ** 2
    return points, 1.0
