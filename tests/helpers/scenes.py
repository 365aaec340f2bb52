"""Pictures with a small region of a colour of its own, and how far a result misses such regions."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from quantize.color import conversions, difference

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]

SHAPE: Final = (512, 768)

SHARE: Final = 0.0005
"""Of the pixels: the smallest region that counts."""


def _waves(seed: int, sigma: float | tuple[float, float], strength: float) -> Floats:
    """Smooth noise of that standard deviation, (h, w, 1)."""
    found = ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal(SHAPE), sigma)
    scaled: Floats = strength * (found / found.std())[..., None]
    return scaled


def _picture(values: Floats) -> Bytes:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def buoy() -> Bytes:
    """A red buoy of 253 pixels on a blue sea in the evening: 0.06 % of the picture."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    horizon = 0.45 * SHAPE[0]
    up, down = (y / horizon)[..., None], ((y - horizon) / (SHAPE[0] - horizon))[..., None]
    violet, pink, amber = np.array([[60.0, 70, 140], [225, 130, 150], [255, 215, 140]])
    clouds = _waves(1, (12, 50), 9) * [1, 0.7, 0.4]
    sky = np.where(
        up < 0.5, violet + (pink - violet) * up * 2, pink + (amber - pink) * (up * 2 - 1)
    )
    sea = np.array([170.0, 140, 130]) * (1 - down) + np.array([15.0, 50, 80]) * down
    sea += _waves(2, (2, 10), 9) * [0.7, 0.9, 1] + _waves(3, (8, 60), 6) * [1, 0.5, 0.3]
    scene = np.where((y < horizon)[..., None], sky + clouds, sea)
    scene = np.where(((x - 500) ** 2 + (y - 400) ** 2 < 81)[..., None], [190, 35, 30], scene)
    return _picture(scene + np.random.default_rng(4).normal(0, 2, scene.shape))


def chart() -> Bytes:
    """A map of green and brown land with a river, and a thin purple line across it."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    land = np.array([190.0, 205, 170]) + _waves(7, 40, 1) * [35, 10, -40]
    land += _waves(17, 60, 1) * [20, -25, 10]
    river = np.abs(y - (0.4 * SHAPE[0] + 90 * np.sin(x / 97) + 20 * np.sin(x / 23))) < 6
    scene = np.where(river[..., None], [130, 175, 215], land) * (1 + _waves(8, 3, 0.1))
    line = np.abs(y - (0.6 * SHAPE[0] + 80 * np.sin(x / 77) + 20 * np.sin(x / 19))) < 0.8
    return _picture(np.where(line[..., None], [150, 40, 130], scene))


SCENES: Final = {"buoy": buoy, "chart": chart}


def worst_region(before: Bytes, after: Bytes) -> float:
    """The largest CIEDE2000 of a coherent region of at least `SHARE` of the pixels.

    The largest that all pixels of some set reach which hangs together, corners included, and is so
    large; to 0.05.

    Args:
        before, after: (h, w, 3) uint8.
    """
    pairs = np.concatenate([before.reshape(-1, 3), after.reshape(-1, 3)], axis=1)
    keys = np.zeros((len(pairs), 8), np.uint8)
    keys[:, :6] = pairs
    _, first, group = np.unique(
        keys.view(np.uint64).ravel(), return_index=True, return_inverse=True
    )
    blocks = np.array_split(pairs[first], max(len(first) // difference.PAIRS, 1))
    found = [
        difference.ciede2000(conversions.lab(b[:, :3]), conversions.lab(b[:, 3:])) for b in blocks
    ]
    differences = np.concatenate(found)[group.ravel()].reshape(before.shape[:2])
    low, high = 0.0, float(differences.max())
    while high - low > 0.05:
        middle = (low + high) / 2
        labels, _ = ndimage.label(differences >= middle, np.ones((3, 3)))
        sizes = np.bincount(labels.ravel())[1:]
        if sizes.max(initial=0) >= SHARE * differences.size:
            low = middle
        else:
            high = middle
    return low
