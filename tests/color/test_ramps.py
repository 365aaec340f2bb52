"""Guards the ramps of a colour: even in OKLCH lightness, in sRGB, with the colour itself."""

from __future__ import annotations

import numpy as np
import pytest

from quantize.color.conversions import oklch
from quantize.color.ramps import STEPS, ramps
from quantize.model.pixels import Bytes

CORNERS = [(r, g, b) for r in (0, 1, 128, 255) for g in (0, 128, 255) for b in (0, 127, 255)]


@pytest.fixture(scope="module")
def colors() -> Bytes:
    noise = np.random.default_rng(0).integers(0, 256, (500, 3)).astype(np.uint8)
    return np.concatenate([np.array(CORNERS, np.uint8), noise])


def lightness(steps: Bytes) -> np.ndarray:
    return oklch(steps.reshape(-1, 3))[0].reshape(steps.shape[:2])


def test_lightness_falls_in_nearly_even_steps(colors: Bytes) -> None:
    falls = -np.diff(lightness(ramps(colors)), axis=1)
    assert (np.abs(falls / falls.mean(axis=1, keepdims=True) - 1) < 0.06).all()


def test_the_step_nearest_in_lightness_is_the_colour_itself(colors: Bytes) -> None:
    steps = ramps(colors)
    nearest = np.abs(lightness(steps) - oklch(colors)[0][:, None]).argmin(axis=1)
    assert (steps[np.arange(len(colors)), nearest] == colors).all()


def test_the_ends_are_light_and_dark(colors: Bytes) -> None:
    first, *_, last = lightness(ramps(colors)).T
    assert first.min() > 0.9
    assert last.max() < 0.3


def test_the_hue_stays_and_chroma_does_not_grow(colors: Bytes) -> None:
    steps = ramps(colors)
    _, chroma, hue = (each.reshape(steps.shape[:2]) for each in oklch(steps.reshape(-1, 3)))
    _, own, own_hue = oklch(colors)
    assert (chroma <= own[:, None] + 0.01).all()  # 8 bits round it
    vivid = (chroma > 0.05) & (own[:, None] > 0.05)
    away = np.abs((hue - own_hue[:, None] + 180) % 360 - 180)
    assert away[vivid].max() < 3


def test_grays_stay_gray() -> None:
    grays = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    steps = ramps(grays)
    assert (steps == steps[..., :1]).all()


def test_a_ramp_is_the_same_whatever_is_beside_it(colors: Bytes) -> None:
    assert (ramps(colors[7:8])[0] == ramps(colors)[7]).all()
    assert ramps(colors).shape == (len(colors), len(STEPS), 3)
