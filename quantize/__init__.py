"""Reduce images to their best N colours with k-means: indexed images, palettes, statistics.

    from quantize import quantize
    result = quantize("photo.jpg", 64)
    result.to_image().save("photo-64.png")

Names are imported on first use, so that the command starts without what it does not need.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quantize.version import __version__

if TYPE_CHECKING:
    from quantize.api.compress import compress_image
    from quantize.api.image import quantize, quantize_frames
    from quantize.api.palette import load_palette, save_palette, save_swatch, shared_palette
    from quantize.api.plots import plot_clouds, plot_curve, plot_steps
    from quantize.api.result import Result
    from quantize.errors import QuantizeError
    from quantize.kmeans.estimators import KMeans, MiniBatchKMeans
    from quantize.kmeans.functions import k_means, kmeans_plusplus
    from quantize.model.palette import Palette
    from quantize.model.picture import Picture
    from quantize.model.result import Statistics
    from quantize.pipeline.histogram import Histogram
    from quantize.pipeline.settings import Settings

__all__ = [
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
    "k_means",
    "kmeans_plusplus",
    "load_palette",
    "plot_clouds",
    "plot_curve",
    "plot_steps",
    "quantize",
    "quantize_frames",
    "save_palette",
    "save_swatch",
    "shared_palette",
]

_HOMES = {
    "compress_image": "quantize.api.compress",
    "Histogram": "quantize.pipeline.histogram",
    "KMeans": "quantize.kmeans.estimators",
    "MiniBatchKMeans": "quantize.kmeans.estimators",
    "Palette": "quantize.model.palette",
    "Picture": "quantize.model.picture",
    "QuantizeError": "quantize.errors",
    "Result": "quantize.api.result",
    "Settings": "quantize.pipeline.settings",
    "Statistics": "quantize.model.result",
    "k_means": "quantize.kmeans.functions",
    "kmeans_plusplus": "quantize.kmeans.functions",
    "load_palette": "quantize.api.palette",
    "plot_clouds": "quantize.api.plots",
    "plot_curve": "quantize.api.plots",
    "plot_steps": "quantize.api.plots",
    "quantize": "quantize.api.image",
    "quantize_frames": "quantize.api.image",
    "save_palette": "quantize.api.palette",
    "save_swatch": "quantize.api.palette",
    "shared_palette": "quantize.api.palette",
}
"""The module that each public name lives in."""


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name == "FilmResult":
        import warnings

        warnings.warn("FilmResult is Result now", DeprecationWarning, stacklevel=2)
        name = "Result"
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'quantize' has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
