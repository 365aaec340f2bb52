"""The order of a palette's entries."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quantize.model import Bytes


def dark_to_light(colors: Bytes) -> NDArray[np.intp]:
    """Row numbers that put translucent colours first, then dark before light.

    Translucent ones lead since a PNG stores alpha only up to the last entry that has any. Lightness
    is Rec. 601 luma in whole numbers; equal ones go by red, green, blue.

    Args:
        colors: (k, 3 or 4) uint8.
    """
    red, green, blue = colors[:, :3].astype(np.int64).T
    luma = 299 * red + 587 * green + 114 * blue
    alpha = colors[:, 3] if colors.shape[1] == 4 else np.full(len(colors), 255, np.uint8)
    return np.lexsort((blue, green, red, luma, alpha))
