"""Guards the promise that the common run loads nothing that it does not need.

Start-up is most of a small run: whatever is imported by accident is paid for on every picture.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from helpers.command import environment
from helpers.paths import SAMPLES

NEEDLESS = (
    *("sklearn", "scipy", "tqdm", "concurrent.futures", "multiprocessing"),
    *("numpy.random", "numpy.ma", "PIL.ImageFont", "PIL.ImageDraw", "PIL.ImageOps"),
    *("PIL.JpegImagePlugin", "PIL.GifImagePlugin", "quantize.swatch.draw"),
    *("quantize.kmeans.estimators", "quantize.swatch.labels", "quantize.swatch.paint_svg"),
)


def loaded(*arguments: object) -> set[str]:
    """The modules that a run of the command imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "quantize", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
        env=environment(),
    )
    return {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines() if "|" in line}


def test_a_png_is_quantized_without_what_it_does_not_need(tmp_path: Path) -> None:
    modules = loaded(SAMPLES / "gradient.png", "-k", 16, "-o", tmp_path / "out.png")
    assert {"numpy", "PIL.PngImagePlugin"} <= modules
    assert not modules & set(NEEDLESS)


def test_help_needs_neither_numpy_nor_pillow() -> None:
    assert not loaded("--help") & {"numpy", "PIL", "deflate"}
