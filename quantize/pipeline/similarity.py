"""How far a result is from its picture: squared error, PSNR, SSIM and CIEDE2000.

Plain NumPy, in blocks: whatever the size of the picture, memory beyond the inputs is a few
megabytes, and for `delta_e` some 30 bytes a pair. Pictures and colours are 8-bit sRGB; where they
have alpha, the figures are means of those on black and on white.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np

from quantize.color import alpha
from quantize.model.pixels import Bytes, Floats, Pixels

PEAK: Final = 255.0
"""The largest 8-bit value: the peak of PSNR and the dynamic range L of SSIM."""

# Sizes of blocks, chosen by measurement (2 MiB of second-level cache a core); no result depends on
# them beyond the last bits of a float.
VALUES: Final = 1 << 16
"""Bytes in a block of `squared_error`."""
TILE: Final = 128
"""Side of the squares that `ssim` works in (thin pictures: of their area); at least `WINDOW`."""


# --- squared error ----------------------------------------------------------------------------


def squared_error(a: Bytes, b: Bytes) -> int:
    """Return the sum of squared differences of two uint8 arrays of one shape, exactly."""
    flat_a, flat_b = a.reshape(-1), b.reshape(-1)
    total = 0
    for start in range(0, flat_a.size, VALUES):
        block = slice(start, start + VALUES)
        difference = np.subtract(flat_a[block], flat_b[block], dtype=np.int32)
        total += int(np.square(difference).sum(dtype=np.int64))
    return total


def psnr(mse: float) -> float:
    """Return the peak signal-to-noise ratio in decibels; `math.inf` where nothing changed.

    Args:
        mse: mean over pixels of the squared distance, summed over three channels, in 8-bit sRGB;
            the ratio is of the mean per channel.
    """
    return 10 * math.log10(PEAK**2 * 3 / mse) if mse else math.inf


# --- SSIM -------------------------------------------------------------------------------------

# Wang, Bovik, Sheikh & Simoncelli, "Image quality assessment: from error visibility to structural
# similarity" (2004): a Gaussian window of 11 x 11 and sigma 1.5, K1 = 0.01, K2 = 0.03.
RADIUS: Final = 5
WINDOW: Final = 2 * RADIUS + 1
_BELL: Final = [math.exp(-0.5 * (tap / 1.5) ** 2) for tap in range(-RADIUS, RADIUS + 1)]
TAPS: Final = [height / sum(_BELL) for height in _BELL]
C1: Final = (0.01 * PEAK) ** 2
C2: Final = (0.03 * PEAK) ** 2


def ssim(a: Pixels, b: Pixels) -> float:
    """Return the mean structural similarity of two (h, w, 3 or 4) uint8 pictures, -1 to 1.

    Of the luma, over the places where the window fits into the picture. Along a side shorter than
    the window, the picture is continued by its mirror image (edge included) and every pixel counts:
    so pictures down to 1 x 1 have a value.
    """
    margins = [RADIUS if side < WINDOW else 0 for side in a.shape[:2]]
    height: int = a.shape[0] + 2 * (margins[0] - RADIUS)
    width: int = a.shape[1] + 2 * (margins[1] - RADIUS)
    around = [(margin, margin) for margin in margins]
    # A short side lies within one tile, so to mirror the tile is to mirror the picture.
    sums = []
    for rows, across in _tiles(height, width):
        bands = (a[rows], b[rows])
        for columns in across:
            tile = [band[:, columns] for band in bands]
            found = []
            for seen in alpha.on_grounds(*tile):
                x, y = (np.pad(_luma(part), around, "symmetric") for part in seen)
                found.append(_similarity(x, y))
            sums.append(sum(found) / len(found))
    return math.fsum(sums) / (height * width)


def _tiles(height: int, width: int) -> Iterator[tuple[slice, list[slice]]]:
    """Yield tiles in which the window has height x width places in all; they overlap.

    Rows, and the columns of the tiles in these rows.
    """
    area = TILE * (TILE + 2 * RADIUS)
    wide = area // (min(height, TILE) + 2 * RADIUS)  # TILE, or longer along a thin picture
    tall = area // (min(width, wide) + 2 * RADIUS)
    for top in range(0, height, tall):
        bottom = min(top + tall, height) + 2 * RADIUS
        ends = [(left, min(left + wide, width)) for left in range(0, width, wide)]
        yield slice(top, bottom), [slice(left, right + 2 * RADIUS) for left, right in ends]


def _luma(pixels: Bytes) -> Floats:
    """Return the luma of Rec. ITU-R BT.601, not rounded: (h, w) float64 of (h, w, 3) uint8."""
    red, green, blue = np.moveaxis(pixels, -1, 0)
    luma: Floats = 0.299 * red + 0.587 * green + 0.114 * blue
    return luma


def _similarity(x: Floats, y: Floats) -> float:
    """Return the SSIM of two (h, w) lumas, summed over the (h - 10, w - 10) places."""
    # The variances occur only as their sum, so four maps are enough where the paper has five.
    maps = np.stack([x, y, x * x + y * y, x * y])
    mean_x, mean_y, square, product = _windowed(_windowed(maps, 1), 2)
    means = mean_x * mean_y
    mean_square = mean_x * mean_x + mean_y * mean_y
    covariance = product - means
    variances = square - mean_square
    alike: Floats = (2 * means + C1) * (2 * covariance + C2)
    alike /= (mean_square + C1) * (variances + C2)
    return float(alike.sum())


def _windowed(maps: Floats, axis: int) -> Floats:
    """Return weighted means under the window along one axis, which loses 10 places."""
    along = np.moveaxis(maps, axis, 0)
    places = len(along) - 2 * RADIUS
    total = along[RADIUS : RADIUS + places] * TAPS[RADIUS]
    for tap in range(RADIUS):
        mirrored = 2 * RADIUS - tap
        pair = along[tap : tap + places] + along[mirrored : mirrored + places]
        pair *= TAPS[tap]
        total += pair
    return np.moveaxis(total, 0, axis)


# --- CIEDE2000 --------------------------------------------------------------------------------
