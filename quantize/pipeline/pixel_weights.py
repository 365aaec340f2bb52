"""What each pixel weighs in clustering: how much an error there would be seen.

Noise and texture hide errors, calm places show them: skies, skin, walls. A pixel's weight is found
from its neighbourhood, so that a picture can be weighed a band at a time, given `HALO` rows more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from quantize import kernels
from quantize.model.pixels import Bytes

WEIGHT: Final = 127
"""The most that a pixel can weigh: what it does where nothing hides an error."""


HALO: Final = 2
"""Rows above and below that the weight of a pixel depends on."""

HALF: Final = 24
"""Half the weight is left where the calmest window about a pixel ranges over so many of 255 values,
as noise of a standard deviation of 8 to 10 does. Tried from 10 to 36 on fifteen pictures: fewer
lower the errors that are seen by a hundredth or two, and raise the squared ones by as much."""

WEIGHTS_BY_RANGE: Final[Bytes] = np.rint(WEIGHT / (1 + np.arange(256) / HALF)).astype(np.uint8)
"""From 127 to 11. The law is that of contrast masking, roughly: what is just seen grows with the
contrast of what it is seen on (Legge & Foley 1980)."""

Weigher = Callable[[Bytes, int, Bytes], None]
"""In: (h, w, c) uint8 rows, of which up to `HALO` before and behind are looked at alone; and the
number of the first that is weighed. Out: (m, w) uint8, 1 to `WEIGHT`, the rows from there on."""


def by_contrast(rows: Bytes, start: int, weights: Bytes) -> None:
    """Weigh pixels less where the picture is busy, see `kernels.least_ranges`.

    Opacity is no further factor: points of colours are the nearer to each other, the fainter they
    are.
    """
    kernels.least_ranges(rows, start, weights)
    np.take(WEIGHTS_BY_RANGE, weights, out=weights, mode="clip")  # which needs no copy
