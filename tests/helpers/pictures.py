"""Small pictures, and what another program sees in a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def picture(seed: int = 0, size: tuple[int, int] = (48, 32)) -> Image.Image:
    """A gradient under noise: structure to find, and nearly every pixel a colour of its own."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    ramps = np.stack([x / width, y / height, (x + y) / (width + height)], axis=-1)
    noise = np.random.default_rng(seed).integers(0, 64, ramps.shape)
    return Image.fromarray((ramps * 191 + noise).astype(np.uint8))


def pixels(path: Path) -> NDArray[np.uint8]:
    """What another program sees in a file: (height, width, 3) or, with alpha, 4."""
    with Image.open(path) as image:
        alpha = "A" in image.mode or "transparency" in image.info
        return np.asarray(image.convert("RGBA" if alpha else "RGB"))


def distinct(image: NDArray[np.uint8]) -> set[tuple[int, ...]]:
    """The colours of a picture."""
    found = Image.fromarray(image).getcolors(1 << 24)
    assert found is not None
    return {color for _, color in found if isinstance(color, tuple)}
