"""The photograph of the tutorials, and how what becomes of it is shown."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from quantize import quantize

CHINA = Path(__file__).parents[2] / "sample_images" / "china.jpg"
SHAPE = (427, 640, 3)
SHOWN = np.s_[100:320, 190:520]  # the roofs and some sky, as large as three fit beside each other


def china() -> NDArray[np.float64]:
    """(427, 640, 3) floats in 0 to 1."""
    return np.asarray(Image.open(CHINA)) / 255


def save_original(path: Path) -> None:
    """Write the part of the photograph that is shown."""
    Image.fromarray(np.asarray(Image.open(CHINA))[SHOWN]).save(path, quality=90)


def save(pixels: NDArray[np.float64], path: Path) -> None:
    """Write the same part of pixels (n, 3) of at most 256 colours: not one of them changes."""
    image = np.round(pixels.reshape(SHAPE) * 255).astype(np.uint8)
    quantize(np.ascontiguousarray(image[SHOWN]), 256).save(path, force=True)
