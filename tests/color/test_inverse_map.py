"""Guards which palettes are of one hue: to these goes the luminance of a picture."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from quantize import Palette
from quantize.color.inverse_map import LIGHT, LUMINANCE, as_greys, is_of_one_hue
from quantize.dither.table import DITHERS
from quantize.model.frames import FrameSource
from quantize.model.picture import Picture
from quantize.pipeline.run import run
from quantize.pipeline.settings import Settings

Bytes = NDArray[np.uint8]

METHODS = [name for name in DITHERS if name not in {"none", "atkinson"}]
"""Atkinson's drops a quarter of the errors."""


def palette(words: str) -> Bytes:
    rows = [list(bytes.fromhex(word)) for word in words.split()]
    return np.array(rows, np.uint8)


ONE_HUE = {
    "black and white": "000000 ffffff",
    "greys": "000000 555555 aaaaaa ffffff",
    "a handheld of 1989": "0f380f 306230 8bac0f 9bbc0f",
    "amber": "000000 ffb000",
    "sepia": "2b1d0e 704214 c0a080 f5e8d0",
    "blues": "03045e 0077b6 00b4d8 90e0ef caf0f8",
    "tints of purple": "200040 600080 c060e0 f0d0ff",
}
SEVERAL = {
    "electronic paper": "000000 ffffff 00ff00 0000ff ff0000 ffff00 ff8000",
    "its three colours": "000000 ffffff ff0000",
    "a dark red": "000000 640000 ffffff",
    "opposite hues": "0000ff ffff00",
    "CGA": "000000 55ffff ff55ff ffffff",
    "equal luminance": "808080 808081",
    "one colour": "ff0000",
}


@pytest.mark.parametrize("name", ONE_HUE)
def test_scales_of_greys_and_of_one_hue_are_told_apart(name: str) -> None:
    assert is_of_one_hue(palette(ONE_HUE[name]))
    assert is_of_one_hue(palette(ONE_HUE[name])[::-1])


@pytest.mark.parametrize("name", SEVERAL)
def test_from_palettes_of_several(name: str) -> None:
    assert not is_of_one_hue(palette(SEVERAL[name]))


def test_greys_are_their_own_greys_and_alpha_stays() -> None:
    greys = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 4, axis=1)
    assert np.array_equal(as_greys(greys), greys)
    assert as_greys(palette("00ff00")).tolist() == [[220, 220, 220]]  # 0.7152 of the light


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ["black and white", "greys", "amber", "sepia"])
def test_the_luminance_of_a_colour_is_kept(method: str, name: str) -> None:
    colors = palette(ONE_HUE[name])
    lights = LIGHT[colors] @ LUMINANCE / LIGHT[255]
    for color in palette("00ffff ff00ff 00ff00 ff0000 e6783c 3c78c8"):
        picture = np.tile(color, (64, 64, 1))
        how = Settings(dither=method, dither_strength=1.0)
        result = run(FrameSource.still(Picture(picture)), how, palette=Palette(colors))
        wanted = np.clip(LIGHT[color] @ LUMINANCE / LIGHT[255], lights.min(), lights.max())
        step = 1 / getattr(DITHERS[method], "levels", 64)
        got = lights[result.frames[0].indices].mean()
        assert abs(got - wanted) < max(0.03, 1.1 * step * np.diff(np.sort(lights)).max())


def test_it_is_as_if_the_picture_were_made_grey_first() -> None:
    down, across = np.mgrid[:40, :60]
    picture = np.stack([3 * across, 6 * down, 255 - 4 * across], axis=2).astype(np.uint8)
    how, colors = Settings(dither="floyd-steinberg"), Palette(palette(ONE_HUE["greys"]))
    found, grey = (
        run(FrameSource.still(Picture(pixels)), how, palette=colors).frames[0].indices
        for pixels in (picture, as_greys(picture))
    )
    assert np.array_equal(found, grey)
    assert len(np.unique(found)) == 4
