"""Guards the promise that the common run loads nothing that it does not need.

Start-up is most of a small run: whatever is imported by accident is paid for on every picture.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.command import modules_loaded_by
from helpers.paths import SAMPLES

MOST_MODULES = 95
"""Packages of rooms, of which there are 17, count as well."""

NEEDLESS = (
    *("sklearn", "scipy", "tqdm", "concurrent.futures", "multiprocessing"),
    *("numpy.random", "numpy.ma", "PIL.ImageFont", "PIL.ImageDraw", "PIL.ImageOps"),
    *("PIL.JpegImagePlugin", "PIL.GifImagePlugin", "quantize.swatch.draw"),
    *("quantize.kmeans.estimators", "quantize.swatch.labels", "quantize.swatch.paint_svg"),
    *(
        "quantize.dither.ditherer",
        "quantize.pipeline.frame_palettes",
    ),
    *("quantize.kernels.reference", "quantize.kernels.dithering", "quantize.report.color_blocks"),
    *("quantize.storage.remote", "quantize.images.read.icc", "quantize.api.result"),
)


def test_a_png_is_quantized_without_what_it_does_not_need(tmp_path: Path) -> None:
    modules = modules_loaded_by(SAMPLES / "gradient.png", "-k", 16, "-o", tmp_path / "out.png")
    assert {"numpy", "PIL.PngImagePlugin"} <= modules
    assert not modules & set(NEEDLESS)


def test_a_small_png_loads_a_bounded_number_of_our_modules(tmp_path: Path) -> None:
    modules = modules_loaded_by(SAMPLES / "single.png", "-o", tmp_path / "out.png")
    ours = {name for name in modules if name.partition(".")[0] == "quantize"}
    assert len(ours) <= MOST_MODULES


@pytest.mark.parametrize("word", ["--help", "-h", "--version"])
def test_help_and_version_need_neither_numpy_nor_pillow(word: str) -> None:
    assert not modules_loaded_by(word) & {"numpy", "PIL", "deflate"}
