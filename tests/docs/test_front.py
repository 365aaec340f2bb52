"""The pictures that the README begins with: our part of them is what the code makes now.

Whoever changes a result on purpose runs `python docs/front.py`, and looks at what changed.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from helpers.paths import DOCS, ROOT


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("front", DOCS / "front.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


front = load()


@pytest.mark.parametrize("colors", front.SIZES)
@pytest.mark.parametrize("dither", front.DITHERS)
def test_our_part_is_what_the_code_makes(colors: int, dither: str) -> None:
    """JPEG decoders differ by a level here and there, so a few indices may as well."""
    shown = np.asarray(front.stored("quantize", dither, colors), int)
    made = np.asarray(front.part("quantize", dither, colors))
    assert np.abs(shown - made).mean() < 1, "run: python docs/front.py"


@pytest.mark.parametrize(("path", "colors"), [(front.PALETTE, 5), (front.BOARD, 8)])
def test_palette_and_board_show_the_colours_of_today(path: Path, colors: int) -> None:
    with Image.open(path) as picture:
        shown = np.asarray(picture.convert("RGBA"), int)[..., :3].reshape(-1, 3)
    for color in front.palette(colors).colors[:, :3]:
        near = np.abs(shown - color).max(axis=1) <= 2
        assert near.sum() > 1000, "run: python docs/front.py"


def test_the_pictures_are_small_and_in_the_readme() -> None:
    paths = [front.FRONT, front.PALETTE, front.BOARD]
    assert sum(path.stat().st_size for path in paths) < 600_000
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"]({path.relative_to(ROOT).as_posix()})" in text for path in paths)
