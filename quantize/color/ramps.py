"""Ramps: a colour from light to dark, in the steps 50 to 950 of Tailwind."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize.color.conversions import from_oklab, linear_of, oklch
from quantize.model.pixels import Bytes, Floats

STEPS: Final = (50, 100, 200, 300, 400, 500, 600, 700, 800, 900, 950)
"""Numbers of the steps, as in Tailwind's own colours (tailwindcss.com, "Colors")."""

ENDS: Final = (0.97, 0.22)
"""Lightness of the first and the last step where the colour leaves them free; about that of
Tailwind's own colours, whose steps 50 and 950 lie at 0.95 to 0.99 and 0.13 to 0.30."""
_LIGHTEST: Final = (0.91, 0.985)
_DARKEST: Final = (0.15, 0.28)
"""How far the ends may move, so that the steps are even and the colour is one of them. With these
ranges some place on the ramp always allows that."""

PALER_ABOVE: Final = 0.6
PALER_BELOW: Final = 0.5
"""Lightness from which chroma falls in proportion, to none at white and at black; read off the
chroma of Tailwind's own colours."""

_HALVINGS: Final = 16
"""Halvings of the range in which the most chroma of a lightness is sought: to 5 millionths."""

_SLACK: Final = 1e-6
"""Rounding of matrices with seven digits, far below 8 bits."""

Flags = NDArray[np.bool_]


def ramps(colors: Bytes) -> Bytes:
    """Return each colour from light to dark; one of its steps is the colour itself.

    OKLCH lightness falls in even steps, up to the rounding to 8 bits. The hue stays. Chroma is at
    most that of the colour, less towards white and black, and never more than sRGB has.

    Args:
        colors: (k, 3 or 4) uint8; alpha is not read.

    Returns:
        (k, 11, 3) uint8, a row for each of `STEPS`.
    """
    lightness, chroma, hue = (channel[:, None] for channel in oklch(colors))
    places, falls = zip(*map(_place, lightness[:, 0].tolist()), strict=True)
    away = np.array(places)[:, None] - np.arange(len(STEPS))
    lights = lightness + np.array(falls)[:, None] * away
    most = np.maximum(_share_of_chroma(lightness), _SLACK)  # of white and black it is 0
    wanted = chroma * np.minimum(1, _share_of_chroma(lights) / most)
    found = _in_gamut(lights, wanted, np.radians(hue))
    found[away == 0] = colors[:, :3]
    return found


def _place(lightness: float) -> tuple[int, float]:
    """Return which step a lightness is, and by how much lightness falls from step to step.

    Of all places the one counts whose ends, with even steps, are nearest to `ENDS`.
    """
    last = len(STEPS) - 1
    found = []
    for place in range(last + 1):
        up, down = place, last - place
        least = ((ENDS[0] - lightness) * up + (lightness - ENDS[1]) * down) / (
            up * up + down * down
        )
        low = max(_ratio(_LIGHTEST[0] - lightness, up, 0), _ratio(lightness - _DARKEST[1], down, 0))
        high = min(
            _ratio(_LIGHTEST[1] - lightness, up, 1), _ratio(lightness - _DARKEST[0], down, 1)
        )
        step = min(max(least, low), high)
        off = (lightness + step * up - ENDS[0]) ** 2 + (lightness - step * down - ENDS[1]) ** 2
        found.append((low > high, off, place, step))
    *_, place, step = min(found)
    return place, step


def _ratio(difference: float, steps: int, otherwise: float) -> float:
    return difference / steps if steps else otherwise


def _share_of_chroma(lightness: Floats) -> Floats:
    """Return how much chroma a colour of a lightness may have, as a share of the most: 0 to 1."""
    shares = ((1 - lightness) / (1 - PALER_ABOVE), lightness / PALER_BELOW)
    return np.clip(np.minimum(*shares), 0, 1)


def _in_gamut(lights: Floats, chroma: Floats, hue: Floats) -> Bytes:
    """Return 8-bit sRGB of lightness, chroma and hue in radians; chroma is cut to the gamut."""
    across, down = np.cos(hue), np.sin(hue)

    def fits(chroma: Floats) -> Flags:
        linear = np.stack(linear_of((lights, chroma * across, chroma * down)))
        inside: Flags = np.all((linear >= -_SLACK) & (linear <= 1 + _SLACK), axis=0)
        return inside

    low, high = np.where(fits(chroma), chroma, 0), chroma
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        inside = fits(middle)
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    places = np.stack([lights, low * across, low * down], axis=-1)
    found: Bytes = (from_oklab(places.reshape(-1, 3)) + 0.5).astype(np.uint8)
    return found.reshape(places.shape)
