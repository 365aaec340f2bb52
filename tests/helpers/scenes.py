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


def taxi() -> Bytes:
    """A yellow taxi of 480 pixels in a grey and brown street under a pale sky."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    tall = 110 + 60 * np.sin(x // 64 * 2.4) + 25 * np.cos(x // 64 * 5.1)
    bricks = np.array([150.0, 120, 100]) + (x // 64 % 5)[..., None] * np.array([-14.0, -6, 4])
    panes = ((x % 16 < 7) & (y % 22 < 12))[..., None]
    house = np.where(panes, bricks * 0.55 + [0, 8, 20], bricks) + _waves(11, 4, 5)
    sky = np.array([196.0, 206, 216]) + (y / SHAPE[0])[..., None] * np.array([40.0, 30, 15])
    road = np.array([96.0, 96, 100]) + _waves(12, (2, 9), 6) + (y / 12)[..., None]
    scene = np.where((y > 360)[..., None], road, np.where((y > tall)[..., None], house, sky))
    body = ((np.abs(x - 300) < 16) & (np.abs(y - 420) < 6)) | (
        (np.abs(x - 300) < 8) & (np.abs(y - 411) < 5)
    )
    scene = np.where(body[..., None], [244, 190, 20], scene)
    return _picture(scene + np.random.default_rng(13).normal(0, 2, scene.shape))


def window() -> Bytes:
    """A lit window of 320 pixels in a house by night, blue and nearly black."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    sky = np.array([18.0, 26, 54]) + (y / SHAPE[0])[..., None] * np.array([60.0, 66, 70])
    hill = 330 + 50 * np.sin(x / 130) + 20 * np.sin(x / 37)
    ground = np.array([14.0, 20, 22]) + _waves(21, (2, 6), 4) + (y / 60)[..., None]
    scene = np.where((y > hill)[..., None], ground, sky + _waves(22, (10, 40), 4))
    wall = (np.abs(x - 420) < 70) & (np.abs(y - 330) < 60)
    scene = np.where(wall[..., None], np.array([44.0, 46, 58]) + _waves(23, 3, 3), scene)
    roof = (y > 220) & (y < 270) & (np.abs(x - 420) < (y - 218) * 1.7)
    scene = np.where(roof[..., None], [30, 24, 30], scene)
    pane = (np.abs(x - 395) <= 8) & (np.abs(y - 325) <= 9)
    scene = np.where(pane[..., None], [255, 214, 120], scene)
    return _picture(scene + np.random.default_rng(24).normal(0, 2, scene.shape))


SCENES: Final = {"buoy": buoy, "chart": chart, "taxi": taxi, "window": window}


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
