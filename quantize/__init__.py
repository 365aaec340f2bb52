"""Reduce images to their best N colours with k-means: indexed images, palettes, statistics.

    from quantize import quantize
    result = quantize("photo.jpg", 64)
    result.to_image().save("photo-64.png")

Names are imported on first use, so that the command starts without what it does not need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quantize.api import (
        Result,
        compress_image,
        load_palette,
        quantize,
        save_palette,
        save_swatch,
    )
    from quantize.errors import QuantizeError
    from quantize.estimators import KMeans, MiniBatchKMeans
    from quantize.model import Histogram, Palette, Picture, Statistics
    from quantize.moving import FilmResult, quantize_frames
    from quantize.settings import Settings

__version__ = "0.1.0"

__all__ = [
    "FilmResult",
    "Histogram",
    "KMeans",
    "MiniBatchKMeans",
    "Palette",
    "Picture",
    "QuantizeError",
    "Result",
    "Settings",
    "Statistics",
    "__version__",
    "compress_image",
    "load_palette",
    "quantize",
    "quantize_frames",
    "save_palette",
    "save_swatch",
]

_HOMES = {
    "api": (
        *("Result", "compress_image", "quantize"),
        *("load_palette", "save_palette", "save_swatch"),
    ),
    "errors": ("QuantizeError",),
    "estimators": ("KMeans", "MiniBatchKMeans"),
    "model": ("Histogram", "Palette", "Picture", "Statistics"),
    "moving": ("FilmResult", "quantize_frames"),
    "settings": ("Settings",),
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    for home, names in _HOMES.items():
        if name in names:
            value = getattr(import_module(f"quantize.{home}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module 'quantize' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
