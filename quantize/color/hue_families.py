"""Colours of one hue, as people and programs find them: the accents of a picture are among them.

A hue is a range of 30 degrees, and where a range begins is arbitrary; so are the measure of hue and
the chroma from which a colour has one. So ranges overlap, in several measures. A colour that
belongs to something is found by many of them, and what one of them alone has found counts little.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np

from quantize.color.conversions import lab, oklch
from quantize.model.pixels import Bytes, Floats

WIDTH: Final = 30
"""Degrees of a range."""

STEP: Final = 10
"""Degrees from range to range."""


class Families(NamedTuple):
    """Colours of hues.

    Attributes:
        places: (m, 3) CIELAB, their mean colours.
        shares: (m,) of all weight.
        weights: (m,) how much each counts: ranges of one measure are a full one for each `WIDTH`
            and measure.
    """

    places: Floats
    shares: Floats
    weights: Floats


def families(colors: Bytes, weights: Floats, least: float) -> Families:
    """Return the families of hues that have a share of at least `least`.

    Args:
        colors: (n, 3) uint8.
        weights: (n,) what each weighs.
        least: of the sum of all weights, 0 to 1.
    """
    places = lab(colors)
    total = float(weights.sum())
    found: list[Floats] = [np.zeros((0, 4))]
    for measure, chroma in MEASURES:
        own_chroma, hue = measure(colors, places)
        vivid = own_chroma >= chroma
        step = (hue[vivid] // STEP).astype(np.intp) % (360 // STEP)
        values = np.column_stack([weights, places * weights[:, None]])[vivid]
        sums = np.stack([np.bincount(step, column, 360 // STEP) for column in values.T], axis=1)
        ranges: Floats = np.sum([np.roll(sums, -at, axis=0) for at in range(WIDTH // STEP)], axis=0)
        found.append(ranges[ranges[:, 0] >= least * total])
    every = np.concatenate(found)
    counts = np.full(len(every), 1 / len(MEASURES))
    mass = np.maximum(every[:, :1], np.finfo(float).tiny)
    return Families(every[:, 1:] / mass, every[:, 0] / total, counts)


def _by_lab(_colors: Bytes, places: Floats) -> tuple[Floats, Floats]:
    return np.hypot(places[:, 1], places[:, 2]), _degrees(places)


def _degrees(places: Floats) -> Floats:
    degrees: Floats = np.degrees(np.arctan2(places[:, 2], places[:, 1]))
    return degrees


def _by_oklab(colors: Bytes, _places: Floats) -> tuple[Floats, Floats]:
    _, chroma, hue = oklch(colors)
    return chroma, hue


def _by_hsv(colors: Bytes, _places: Floats) -> tuple[Floats, Floats]:
    """Return the hue of HSV; its chroma is the lesser of saturation / 0.35 and value / 0.25."""
    red, green, blue = colors.T.astype(np.float64) / 255
    most = np.maximum(np.maximum(red, green), blue)
    spread = most - np.minimum(np.minimum(red, green), blue)
    saturation = np.divide(spread, most, out=np.zeros_like(most), where=most > 0)
    step = np.where(spread > 0, spread, 1.0)
    hue = np.where(
        most == red,
        (green - blue) / step % 6,
        np.where(most == green, (blue - red) / step + 2, (red - green) / step + 4),
    )
    return np.minimum(saturation / 0.35, most / 0.25), 60 * hue


MEASURES: Final[tuple[tuple[Callable[[Bytes, Floats], tuple[Floats, Floats]], float], ...]] = (
    (_by_lab, 22.0),
    (_by_lab, 30.0),
    (_by_oklab, 0.07),
    (_by_hsv, 1.0),
)
"""Measures of chroma and hue, of colours (n, 3) and the same in CIELAB, each with the least chroma
that a hue has. Palettes that are chosen by one of them miss two or three of ten accents that
another one finds (`benchmarks/accents.py`)."""
