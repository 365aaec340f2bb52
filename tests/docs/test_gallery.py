"""Golden images: the gallery of the docs, made anew and compared by palette and indices.

Whoever changes a result on purpose runs `python docs/gallery.py`, and looks at what changed.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from PIL import Image

from helpers.paths import DOCS, TESTS
from quantize.color.table import SPACES
from quantize.dither.table import DITHERS

SCRIPT = DOCS / "gallery.py"

SMALL = {
    "astronaut-4-none": None,
    "astronaut-gameboy-floyd-steinberg": 30,
    "astronaut-c64-atkinson": 20,
    "astronaut-gameboy-bayer-4": 12,
}
"""Made on the reference kernels as well, which take their time: so of some the first rows alone,
which do not depend on those below. At a desk these are made as well, and no others."""


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gallery", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["gallery"] = module  # where dataclasses and the like look for it
    spec.loader.exec_module(module)
    return module


gallery = load()
SHOTS = {shot.name: shot for shot in gallery.shots()}


def compare(name: str, rows: int | None = None) -> None:
    """The stored picture is what comes out now."""
    made = gallery.take(SHOTS[name], rows)
    with Image.open(gallery.PICTURES / f"{name}.png") as stored:
        assert stored.mode == "P"
        indices, palette = np.asarray(stored), stored.getpalette("RGB")
    k = len(made.palette)
    assert palette[: 3 * k] == made.palette.colors[:, :3].ravel().tolist()
    assert np.array_equal(indices[:rows], made.indices)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in SMALL else pytest.mark.slow) for name in SHOTS]
)
def test_a_result_is_that_of_the_gallery(name: str) -> None:
    compare(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_the_reference_kernels_make_the_same_picture(name: str) -> None:
    code = f"import test_gallery; test_gallery.compare({name!r}, {SMALL[name]})"
    environment = os.environ | {"QUANTIZE_KERNELS": "reference", "PYTHONPATH": str(TESTS)}
    folder = Path(__file__).parent
    subprocess.run([sys.executable, "-c", code], env=environment, cwd=folder, check=True)


def test_the_gallery_shows_what_there_is() -> None:
    text = (gallery.DOCS / "gallery.md").read_text(encoding="utf-8")
    assert text == gallery.page()
    stored = {path.stem for path in gallery.PICTURES.glob("*.png")}
    assert stored == {*SHOTS, *gallery.PARTS}
    assert all(f"gallery/{name}.png" in text for name in stored)


def test_the_gallery_has_every_method_and_every_space() -> None:
    used = [dict(shot.how) for shot in SHOTS.values()]
    assert {how.get("dither", "none") for how in used} == set(DITHERS)
    assert {how.get("space", "srgb") for how in used} == set(SPACES)


def test_the_gallery_stays_small() -> None:
    total = sum(path.stat().st_size for path in gallery.PICTURES.iterdir())
    assert total < 3_000_000
