"""Colour differences by CIEDE2000."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize.color.alpha import on_grounds
from quantize.color.conversions import lab
from quantize.model.pixels import Bytes, Counts, Floats

PAIRS: Final = 1 << 13
"""Pairs of colours that are compared at once: their arrays stay in the cache."""


def ciede2000(lab1: Floats, lab2: Floats) -> Floats:
    """Return CIEDE2000 between CIELAB colours: (..., 3) that broadcast to (...), all float64.

    Sharma, Wu & Dalal, "The CIEDE2000 color-difference formula: implementation notes,
    supplementary test data, and mathematical observations" (2005), with kL = kC = kH = 1; about 1
    is just noticeable. Angles are in radians.
    """
    (l1, a1, b1), (l2, a2, b2) = np.moveaxis(lab1, -1, 0), np.moveaxis(lab2, -1, 0)
    mean_chroma = (np.sqrt(a1 * a1 + b1 * b1) + np.sqrt(a2 * a2 + b2 * b2)) / 2
    stretch = 1.5 - 0.5 * blue_ratio(mean_chroma)
    c1, h1 = _polar(stretch * a1, b1)
    c2, h2 = _polar(stretch * a2, b2)

    turn, both = h2 - h1, h1 + h2
    colorful = c1 * c2 > 0  # grey has no hue: there is no turn then, and the mean is the other's
    wraps = colorful & (np.abs(turn) > np.pi)
    turn = np.where(colorful, turn - 2 * np.pi * wraps * np.sign(turn), 0.0)
    hue = np.where(colorful, both / 2, both)
    hue += np.pi * wraps * np.where(both < 2 * np.pi, 1, -1)
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2

    tint = (
        1
        - 0.17 * np.cos(hue - np.pi / 6)
        + 0.24 * np.cos(2 * hue)
        + 0.32 * np.cos(3 * hue + np.pi / 30)
        - 0.20 * np.cos(4 * hue - 63 * np.pi / 180)
    )
    off_middle = np.square(lightness - 50)
    delta_l = (l2 - l1) / (1 + 0.015 * off_middle / np.sqrt(20 + off_middle))
    delta_c = (c2 - c1) / (1 + 0.045 * chroma)
    delta_h = 2 * np.sqrt(c1 * c2) * np.sin(turn / 2) / (1 + 0.015 * chroma * tint)
    # 275 and 25 degrees: the blues, where chroma and hue differences interact.
    angle = np.pi / 3 * np.exp(-np.square((hue * 180 / np.pi - 275) / 25))
    rotation = -2 * blue_ratio(chroma) * np.sin(angle)
    total = delta_l**2 + delta_c**2 + delta_h**2 + rotation * delta_c * delta_h
    difference: Floats = np.sqrt(np.maximum(total, 0.0))
    return difference


def _polar(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Return chroma, and hue from 0 to 2 pi (0 for grey)."""
    hue = np.arctan2(b, a)
    return np.sqrt(a * a + b * b), np.where(hue < 0, hue + 2 * np.pi, hue)


def blue_ratio(chroma: Floats) -> Floats:
    """Return sqrt(c^7 / (c^7 + 25^7)), which rises from grey (0) to saturated colours (1)."""
    seventh = chroma**7
    ratio: Floats = np.sqrt(seventh / (seventh + 25.0**7))
    return ratio


class DeltaE(NamedTuple):
    """CIEDE2000 over the pixels of a picture.

    Attributes:
        mean: mean over the pixels.
        p95: 95th percentile: 95 % of the pixels differ by at most this.
        max: maximum over the pixels.
    """

    mean: float
    p95: float
    max: float


class Differences:
    """CIEDE2000 between colours and what stands for them; with alpha the means of both grounds."""

    def __init__(self, colors: Bytes, weights: Counts, *, keep: bool = False) -> None:
        """Take note of the colours.

        Args:
            colors: (n, 3 or 4) uint8.
            weights: (n,) pixels that each counts for.
            keep: keep them in CIELAB, 24 bytes each and ground, for further palettes.
        """
        self._colors, self._weights, self._keep = colors, weights, keep
        self._labs: list[Floats] = []

    def to(self, palette: Bytes, entries: NDArray[Any]) -> DeltaE:
        """Return the figures for a palette.

        Args:
            palette: (k, 3 or 4) uint8.
            entries: (n,) the palette index of each colour.
        """
        found = [_figures(each, self._weights) for each in self._distances(palette, entries)]
        return DeltaE(*(sum(figures) / len(found) for figures in zip(*found, strict=True)))

    def mean(self, palette: Bytes, entries: NDArray[Any]) -> float:
        """Return the mean for a palette, the first of the figures of `to`."""
        found = [_mean(each, self._weights) for each in self._distances(palette, entries)]
        return sum(found) / len(found)

    def _distances(self, palette: Bytes, entries: NDArray[Any]) -> Iterator[Floats]:
        """Yield the (n,) differences on each ground."""
        for ground, (wanted, got) in enumerate(on_grounds(self._colors, palette)):
            if self._keep and len(self._labs) == ground:
                self._labs.append(lab(wanted))
            places, distances = lab(got), np.empty(len(wanted))
            for start in range(0, len(wanted), PAIRS):
                block = slice(start, start + PAIRS)
                own = self._labs[ground][block] if self._keep else lab(wanted[block])
                distances[block] = ciede2000(own, places[entries[block]])
            yield distances


def delta_e(colors_a: Bytes, colors_b: Bytes, weights: Counts) -> DeltaE:
    """Return CIEDE2000 between paired colours; with alpha the means of those on black and on white.

    Args:
        colors_a: (n, 3 or 4) uint8.
        colors_b: the same.
        weights: (n,) pixels that each pair counts for.
    """
    return Differences(colors_a, weights).to(colors_b, np.arange(len(colors_b)))


def _mean(distances: Floats, weights: Counts) -> float:
    return float(np.average(distances, weights=weights))


def _figures(distances: Floats, weights: Counts) -> DeltaE:
    return DeltaE(
        mean=_mean(distances, weights),
        p95=weighted_percentile(distances, weights, 0.95),
        max=float(distances.max()),
    )


def weighted_percentile(values: Floats, weights: Counts, q: float) -> float:
    """Return the smallest value such that at least `q` (0 to 1) of all weight is at or below it.

    Args:
        values: (n,), n at least 1, in any order.
        weights: (n,) the weight of each.
        q: the share.
    """
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    # 0.07 * 100 is a little more than 7 in floats: without the slack it would ask for 8.
    wanted = q * float(reached[-1]) * (1 - 1e-12)
    return float(values[order[np.searchsorted(reached, wanted)]])
