"""An encoder of indexed BMPs of 1, 4 or 8 bits a pixel; Pillow writes 8 bits for any palette."""

from __future__ import annotations

import struct

import numpy as np

from quantize.images import png
from quantize.model.palette import Palette
from quantize.model.picture import Metadata
from quantize.model.pixels import Bytes


def encode(palette: Palette, indices: Bytes, *, metadata: Metadata) -> bytes:
    """Return the file of a picture, with the resolution.

    Args:
        palette: k opaque colours.
        indices: (h, w) uint8, below k.
        metadata: its resolution is written.
    """
    height, width = indices.shape
    bits = {1: 1, 2: 4, 4: 4, 8: 8}[png.bits_for(len(palette))]
    rows = png.packed(indices, bits)[::-1]  # the lowest first
    lines = np.pad(rows, ((0, 0), (0, -rows.shape[1] % 4))).tobytes()
    table = np.zeros((len(palette), 4), np.uint8)
    table[:, :3] = palette.colors[:, [2, 1, 0]]
    across, down = (round(value / 0.0254) for value in metadata.dpi or (0, 0))
    start = 14 + 40 + 4 * len(palette)
    file = struct.pack("<2sIHHI", b"BM", start + len(lines), 0, 0, start)
    numbers = (width, height, 1, bits, 0, len(lines), across, down, len(palette), 0)
    return file + struct.pack("<IiiHHIIiiII", 40, *numbers) + table.tobytes() + lines
