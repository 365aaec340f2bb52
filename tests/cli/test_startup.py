"""Guards the promise that the common run loads nothing that it does not need.

Start-up is most of a small run: whatever is imported by accident is paid for on every picture.
"""

from __future__ import annotations

from pathlib import Path

from helpers.command import modules_loaded_by
from helpers.paths import SAMPLES

NEEDLESS = (
    *("sklearn", "scipy", "tqdm", "concurrent.futures", "multiprocessing"),
    *("numpy.random", "numpy.ma", "PIL.ImageFont", "PIL.ImageDraw", "PIL.ImageOps"),
    *("PIL.JpegImagePlugin", "PIL.GifImagePlugin", "quantize.swatch.draw"),
    *("quantize.kmeans.estimators", "quantize.swatch.labels", "quantize.swatch.paint_svg"),
)


def test_a_png_is_quantized_without_what_it_does_not_need(tmp_path: Path) -> None:
    modules = modules_loaded_by(SAMPLES / "gradient.png", "-k", 16, "-o", tmp_path / "out.png")
    assert {"numpy", "PIL.PngImagePlugin"} <= modules
    assert not modules & set(NEEDLESS)


def test_help_needs_neither_numpy_nor_pillow() -> None:
    assert not modules_loaded_by("--help") & {"numpy", "PIL", "deflate"}
