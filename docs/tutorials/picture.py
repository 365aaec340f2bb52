"""The photograph of the tutorials, and how what becomes of it is shown."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tutorial import Picture

from quantize import quantize

CHINA = Path(__file__).parents[2] / "sample_images" / "china.jpg"
SHAPE = (427, 640, 3)
SHOWN = np.s_[100:320, 190:520]  # the roofs and some sky, as large as three fit beside each other


def china() -> NDArray[np.float64]:
    """(427, 640, 3) floats in 0 to 1."""
    return np.asarray(Image.open(CHINA)) / 255


def original() -> Picture:
    """The part of the photograph that is shown."""
    stream = io.BytesIO()
    Image.fromarray(np.asarray(Image.open(CHINA))[SHOWN]).save(stream, "JPEG", quality=90)
    return Picture("china.jpg", stream.getvalue(), "the original")


def part(pixels: NDArray[np.float64], name: str, alt: str) -> Picture:
    """The same part of pixels (n, 3) of at most 256 colours: not one of them changes."""
    image = np.round(pixels.reshape(SHAPE) * 255).astype(np.uint8)
    data = quantize(np.ascontiguousarray(image[SHOWN]), 256).encode("png")
    return Picture(name, data, alt)
