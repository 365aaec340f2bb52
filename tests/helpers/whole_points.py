"""Points of colours as whole numbers, so that nothing is rounded and ties are ties."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FACTORS = {"srgb": (1, 1, 1), "weighted": (7, 9, 7)}
"""Of the channels, in the spaces of whole numbers."""

FINER = 32
"""So much finer are steps of alpha, since white is an irrational number of steps from black."""


def whole_numbers(colors: NDArray[np.uint8], space: str = "srgb") -> NDArray[np.int64]:
    """(..., 3 or 4); squared distances of four are in proportion to the mean on black and white."""
    values, factors = colors.astype(np.int64), np.array(FACTORS[space])
    if values.shape[-1] == 3:
        return values * factors
    alpha = values[..., 3:]
    height = round(np.sqrt(np.square(factors).sum()) * 255 * FINER)
    return np.concatenate(
        [alpha * (2 * values[..., :3] - 255) * factors * FINER, alpha * height], axis=-1
    )
