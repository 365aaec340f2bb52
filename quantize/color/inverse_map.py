"""The inverse colour map: the nearest palette entry of any colour, found when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Final

import numpy as np

from quantize import kernels
from quantize.color import conversions, nearest, spaces
from quantize.model.picture import with_channels
from quantize.model.pixels import Bytes

ERROR_MARGIN: Final = (2, 1)
"""How far the wanted light may lie outside the palette's range: 2/4 of the range below, 1/4 above.
Beyond that it is clamped, so that unreachable colours do not bleed into the pixels that follow (a
red in a palette of greens). It is the least margin that keeps the mean light of black and white at
every level; it is larger below the range, since black gives way to white at 21 % of the light."""

_BLOCK_BITS: Final = 3
"""2^3 cells of 64 colours are filled by a call from Python, which costs as much as 500 colours."""


LIGHT: Final = np.rint(conversions.LINEAR * kernels.FULL).astype(np.int32)
"""The light of each 8-bit value, 0 to `kernels.FULL`."""

VALUE: Final = np.rint(conversions.srgb_of(np.arange(kernels.FULL + 1) / kernels.FULL)).astype(
    np.uint8
)
"""The 8-bit value nearest to each amount of light, 0 to `kernels.FULL`; nearest in sRGB."""


def inverse_map_of(palette: Bytes, channels: int, space: spaces.Space) -> kernels.InverseMap:
    """Return the inverse colour map of a palette.

    Opaque pixels get opaque entries, if there are any; other pixels the nearest of all entries.

    Args:
        palette: (k, 3 or 4) uint8.
        channels: of the pixels, 3 or 4.
        space: the colour space in which the nearest entry is nearest.
    """
    full = with_channels(palette, 4)
    opaque = np.flatnonzero(full[:, 3] == 255)
    if solid := len(opaque) > 0:
        allowed = opaque.astype(np.uint8)
        targets = np.ascontiguousarray(full[allowed, :3])
    else:
        allowed, targets = np.arange(len(full), dtype=np.uint8), full
    alpha = full[:, 3:].astype(np.int32)
    lights = np.concatenate(
        [(LIGHT[full[:, :3]] * alpha + 127) // 255, alpha * kernels.ALPHA_STEP], axis=1
    ).astype(np.int32)
    least, most = lights[:, :channels].min(axis=0), lights[:, :channels].max(axis=0)
    below, above = ((most - least) * part // 4 for part in ERROR_MARGIN)
    indices = np.zeros(1 << 24, np.uint8)  # memory that is never touched is never taken
    known = np.zeros(1 << 18, np.uint8)
    greys = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    ramps = spaces.encode(greys, space).T if solid and space.separable else np.empty((3, 0))
    return kernels.InverseMap(
        colors=np.ascontiguousarray(full[:, :channels]),
        lights=np.ascontiguousarray(lights[:, :channels]),
        least=least - below,
        most=most + above,
        light=LIGHT,
        value=VALUE,
        indices=indices,
        known=known,
        fill=_filler(indices, known, targets, allowed, space),
        find=_finder(full, space),
        ramps=np.ascontiguousarray(ramps, np.float32),
        points=np.ascontiguousarray(spaces.encode(targets, space)[:, :3], np.float32),
        allowed=allowed,
    )


def _filler(
    indices: Bytes, known: Bytes, targets: Bytes, allowed: Bytes, space: spaces.Space
) -> Callable[[int], None]:
    """Return a function that fills a cell of the table of opaque colours, and its neighbours."""
    colors = np.empty((64 << _BLOCK_BITS, 3), np.uint8)
    lock = Lock()

    def fill(cell: int) -> None:
        with lock:
            first = cell >> _BLOCK_BITS << _BLOCK_BITS
            keys = np.arange(first << 6, (first << 6) + len(colors), dtype=np.uint32)
            kernels.unpack(keys, colors)
            wanted = with_channels(colors, targets.shape[1])
            found, _ = nearest.nearest_entries(wanted, targets, space)
            indices[first << 6 : (first << 6) + len(colors)] = allowed[found]
        known[first : first + (1 << _BLOCK_BITS)] = 1

    return fill


def _finder(palette: Bytes, space: spaces.Space) -> Callable[[int], int]:
    """Return a function that finds the nearest entry of a colour with alpha.

    256 neighbouring colours are looked up together.
    """
    lines = dict[int, bytes]()

    def find(key: int) -> int:
        line = lines.get(key >> 8)
        if line is None:
            colors = np.empty((256, 4), np.uint8)
            kernels.unpack((key >> 8 << 8) + np.arange(256, dtype=np.uint32), colors)
            found, _ = nearest.nearest_entries(colors, palette, space)
            line = lines[key >> 8] = found.tobytes()
        return line[key & 255]

    return find
