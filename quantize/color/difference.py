"""Colour differences by CIEDE2000."""

from __future__ import annotations

from collections.abc import Iterator
from math import cos, radians, sin
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize.color.alpha import GROUNDS, over
from quantize.color.conversions import Reals, lab
from quantize.model.pixels import Bytes, Counts, Floats

PAIRS: Final = 1 << 13
"""Pairs of colours that are compared at once: their arrays stay in the cache."""

ROUGH: Final = 1e-3
"""What a mean in float32 may be wrong by. It was up to 1e-6 over 260,000 random colours, near ones
and far ones; single pairs on opposite sides of grey may turn the other way round, which is a few
hundredths of their difference."""

FEW: Final = 1 << 12
"""So few colours are compared in float64 at once: a single one may matter."""


def ciede2000(lab1: Reals, lab2: Reals) -> Reals:
    """Return CIEDE2000 between CIELAB colours: (..., 3) that broadcast to (...).

    Sharma, Wu & Dalal, "The CIEDE2000 color-difference formula: implementation notes,
    supplementary test data, and mathematical observations" (2005), with kL = kC = kH = 1; about 1
    is just noticeable. Angles are in radians. All are float64, or all float32, which is four times
    as fast and right to `ROUGH`.
    """
    (l1, a1, b1), (l2, a2, b2) = np.moveaxis(lab1, -1, 0), np.moveaxis(lab2, -1, 0)
    mean_chroma = (np.sqrt(a1 * a1 + b1 * b1) + np.sqrt(a2 * a2 + b2 * b2)) / 2
    stretch = 1.5 - 0.5 * blue_ratio(mean_chroma)
    c1, h1 = _polar(stretch * a1, b1)
    c2, h2 = _polar(stretch * a2, b2)

    turn, both, product = h2 - h1, h1 + h2, c1 * c2
    half = np.pi * (np.abs(turn) > np.pi).astype(turn.dtype)
    turn = turn - 2 * half * np.sign(turn)
    hue = both / 2 + np.where(both < 2 * np.pi, half, -half)
    if not product.all():  # grey has no hue: there is no turn then, and the mean is the other's
        turn, hue = np.where(product > 0, turn, 0 * turn), np.where(product > 0, hue, both)
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2

    off_middle = np.square(lightness - 50)
    delta_l = (l2 - l1) / (1 + 0.015 * off_middle / np.sqrt(20 + off_middle))
    delta_c = (c2 - c1) / (1 + 0.045 * chroma)
    delta_h = 2 * np.sqrt(product) * np.sin(turn / 2) / (1 + 0.015 * chroma * _tint(hue))
    # 275 and 25 degrees: the blues, where chroma and hue differences interact.
    from_blue = np.square((hue * (180 / np.pi) - 275) / 25)
    angle = np.pi / 3 * np.exp(-np.minimum(from_blue, 40))  # 4e-18: smaller numbers are slow
    rotation = -2 * blue_ratio(chroma) * np.sin(angle)
    total = delta_l**2 + delta_c**2 + delta_h**2 + rotation * delta_c * delta_h
    difference: Reals = np.sqrt(np.maximum(total, 0))
    return difference


def _polar(a: Reals, b: Reals) -> tuple[Reals, Reals]:
    """Return chroma, and hue from 0 to 2 pi (0 for grey)."""
    hue = np.arctan2(b, a)
    return np.sqrt(a * a + b * b), np.where(hue < 0, hue + 2 * np.pi, hue)


def _tint(hue: Reals) -> Reals:
    """Return the paper's T, of angles; those of 2, 3 and 4 times the hue come from its own."""
    x, y = np.cos(hue), np.sin(hue)
    x2, y2 = x * x - y * y, 2 * x * y
    x3, y3 = x2 * x - y2 * y, x2 * y + y2 * x
    x4, y4 = x2 * x2 - y2 * y2, 2 * x2 * y2
    turned = [
        (0.17, -30, x, y),
        (-0.24, 0, x2, y2),
        (-0.32, 6, x3, y3),
        (0.20, -63, x4, y4),
    ]
    found = np.ones_like(x)
    for part, degrees, cosine, sine in turned:  # the cosine of an angle and so many degrees
        turn = radians(degrees)
        found -= (part * cos(turn)) * cosine - (part * sin(turn)) * sine
    return found


def blue_ratio(chroma: Reals) -> Reals:
    """Return sqrt(c^7 / (c^7 + 25^7)), which rises from grey (0) to saturated colours (1)."""
    cube = chroma * chroma * chroma
    seventh = cube * cube * chroma
    ratio: Reals = np.sqrt(seventh / (seventh + 25.0**7))
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
            keep: keep them in CIELAB, 12 bytes each and ground, for `mean` of further palettes.
        """
        self._colors, self._weights, self._keep = colors, weights, keep
        self._labs: list[NDArray[np.float32]] = []

    def to(self, palette: Bytes, entries: NDArray[Any]) -> DeltaE:
        """Return the figures for a palette.

        Args:
            palette: (k, 3 or 4) uint8.
            entries: (n,) the palette index of each colour.
        """
        found = [_figures(each, self._weights) for each in self._distances(palette, entries)]
        return DeltaE(*(sum(figures) / len(found) for figures in zip(*found, strict=True)))

    def mean(self, palette: Bytes, entries: NDArray[Any], limit: float) -> float:
        """Return the mean for a palette, the first of the figures of `to`.

        It is that in float32, unless it could be on the other side of the limit.
        """
        if len(self._colors) > FEW:
            rough = self._mean(self._distances(palette, entries, np.float32))
            if abs(rough - limit) > ROUGH:
                return rough
        return self._mean(self._distances(palette, entries))

    def _mean(self, grounds: Iterator[Floats]) -> float:
        found = [_mean(each, self._weights) for each in grounds]
        return sum(found) / len(found)

    def _distances(
        self, palette: Bytes, entries: NDArray[Any], kind: type = np.float64
    ) -> Iterator[Floats]:
        """Yield the (n,) differences on each ground; only once if all is opaque."""
        distances = np.empty(len(self._colors))
        for number, ground in enumerate(GROUNDS):
            rows = self._seen_anew(number, palette, entries)
            if not len(rows):
                return
            distances = distances.copy() if number else distances
            places: Reals = lab(over(palette, ground)).T.astype(kind)
            for start in range(0, len(rows), PAIRS):
                some = rows[start : start + PAIRS]
                own = self._lab_of(number, some, kind)
                distances[some] = ciede2000(own, places[:, entries[some]].T)
            yield distances

    def _seen_anew(self, ground: int, palette: Bytes, entries: NDArray[Any]) -> NDArray[np.intp]:
        """Return the rows of the colours that look other than on the grounds before this one."""
        every = np.arange(len(self._colors))
        if ground == 0:
            return every
        if self._colors.shape[1] == 3:
            return every[:0]
        return np.flatnonzero((self._colors[:, 3] < 255) | (palette[:, 3] < 255)[entries])

    def _lab_of(self, ground: int, rows: NDArray[np.intp], kind: type) -> Reals:
        """Return some of the colours, (m,) row numbers, as they look on a ground, (m, 3)."""
        if not self._keep or kind is np.float64:
            return lab(over(self._colors[rows], GROUNDS[ground])).astype(kind, copy=False)
        if len(self._labs) == ground:
            self._labs.append(lab(over(self._colors, GROUNDS[ground])).T.astype(np.float32))
        return self._labs[ground][:, rows].T


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
