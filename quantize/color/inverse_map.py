"""The nearest palette entry of any colour, for kernels that cannot know which they will ask for."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Final

import numpy as np

from quantize import kernels
from quantize.color import conversions, nearest, spaces
from quantize.model.picture import with_channels
from quantize.model.pixels import Bytes

BEYOND: Final = (2, 1)
"""Quarters of the range from the darkest to the lightest entry that errors may reach below and
above it: what it takes to keep the light of black and white at every level, and no more. What no
entry has can never be repaid, and would bleed into what comes next (a red in Game Boy's greens).
More is needed below, since black gives way to white at 21 % of the light."""

_BLOCK_BITS: Final = 3
"""Cells of 64 colours that are filled together from Python are 2^3: a call costs as much as 500."""


LIGHT: Final = np.rint(conversions.LINEAR * kernels.FULL).astype(np.int32)
"""What an 8-bit value is in units of light."""

VALUE: Final = np.rint(conversions.srgb_of(np.arange(kernels.FULL + 1) / kernels.FULL)).astype(
    np.uint8
)
"""The 8-bit value nearest to so many units of light, on the scale of sRGB."""


def inverse_map_of(palette: Bytes, channels: int, space: spaces.Space) -> kernels.InverseMap:
    """The entries of a palette for pixels of so many channels.

    Opaque pixels get opaque entries, where there are any; others the nearest of all.

    Args:
        palette: (k, 3 or 4) uint8.
        channels: 3 or 4.
        space: the colour space in which the nearest entry is nearest.
    """
    full = with_channels(palette, 4)
    opaque = np.flatnonzero(full[:, 3] == 255)
    if solid := len(opaque) > 0:
        names = opaque.astype(np.uint8)
        targets = np.ascontiguousarray(full[names, :3])
    else:
        names, targets = np.arange(len(full), dtype=np.uint8), full
    alpha = full[:, 3:].astype(np.int32)
    lights = np.concatenate(
        [(LIGHT[full[:, :3]] * alpha + 127) // 255, alpha * kernels.ALPHA_STEP], axis=1
    ).astype(np.int32)
    least, most = lights[:, :channels].min(axis=0), lights[:, :channels].max(axis=0)
    below, above = ((most - least) * part // 4 for part in BEYOND)
    entries = np.zeros(1 << 24, np.uint8)  # memory that is never touched is never taken
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
        entries=entries,
        known=known,
        fill=_filler(entries, known, targets, names, space),
        find=_finder(full, space),
        ramps=np.ascontiguousarray(ramps, np.float32),
        places=np.ascontiguousarray(spaces.encode(targets, space)[:, :3], np.float32),
        names=names,
    )


def _filler(
    entries: Bytes, known: Bytes, targets: Bytes, names: Bytes, space: spaces.Space
) -> Callable[[int], None]:
    """Fills a cell of the table of opaque colours, and those around it."""
    colors = np.empty((64 << _BLOCK_BITS, 3), np.uint8)
    lock = Lock()

    def fill(cell: int) -> None:
        with lock:
            first = cell >> _BLOCK_BITS << _BLOCK_BITS
            keys = np.arange(first << 6, (first << 6) + len(colors), dtype=np.uint32)
            kernels.unpack(keys, colors)
            wanted = with_channels(colors, targets.shape[1])
            found, _ = nearest.nearest_entries(wanted, targets, space)
            entries[first << 6 : (first << 6) + len(colors)] = names[found]
        known[first : first + (1 << _BLOCK_BITS)] = 1

    return fill


def _finder(palette: Bytes, space: spaces.Space) -> Callable[[int], int]:
    """Finds the nearest entry of a colour with alpha; 256 neighbours are looked up together."""
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
