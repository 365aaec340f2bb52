"""Contrast of text and background by WCAG 2 and by APCA, and the best text colour for each.

Colours are opaque 8-bit sRGB.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from quantize.color.constants import LINEAR

Rgb = tuple[int, int, int]

BLACK: Final[Rgb] = (0, 0, 0)
WHITE: Final[Rgb] = (255, 255, 255)

ENOUGH: Final = 4.5
"""The least contrast ratio of text by WCAG 2.2 (success criterion 1.4.3, level AA)."""


def over(color: tuple[int, ...], background: Rgb) -> Rgb:
    """Blend a colour with straight alpha over an opaque background; channels are rounded."""
    alpha = color[3] if len(color) == 4 else 255
    if alpha == 255:
        return color[0], color[1], color[2]
    red, green, blue = (
        (front * alpha + back * (255 - alpha) + 127) // 255
        for front, back in zip(color[:3], background, strict=True)
    )
    return red, green, blue


# --- WCAG 2 ------------------------------------------------------------------------------------


def ratio(first: Rgb, second: Rgb) -> float:
    """Return the contrast ratio of two colours, 1 (equal) to 21 (black and white).

    Source: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
    """
    return ratio_of(luminance(first), luminance(second))


def ratio_of(first: float, second: float) -> float:
    """Return the contrast ratio of two relative luminances."""
    if first >= second:
        return (first + 0.05) / (second + 0.05)
    return (second + 0.05) / (first + 0.05)


@lru_cache(maxsize=1024)
def luminance(color: Rgb) -> float:
    """Return the relative luminance of WCAG 2, 0 to 1.

    Source: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance.
    """
    red, green, blue = (LINEAR[channel] for channel in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# --- APCA ----------------------------------------------------------------------------------------

# Andrew Somers, "APCA, the Accessible Perceptual Contrast Algorithm", 0.1.9 in the version for the
# W3C: https://github.com/Myndex/apca-w3 (src/apca-w3.js), constants "98G-4g".
_EXPONENT: Final = 2.4
_WEIGHTS: Final = (0.2126729, 0.7151522, 0.0721750)
_BLACK_BELOW, _BLACK_POWER = 0.022, 1.414
_DARK_ON_LIGHT: Final = (0.56, 0.57)
_LIGHT_ON_DARK: Final = (0.65, 0.62)
"""Exponents of background and text."""
_SCALE, _OFFSET, _CLIP, _LEAST = 1.14, 0.027, 0.1, 0.0005


def lightness_contrast(text: Rgb, background: Rgb) -> float:
    """Return Lc of APCA: 106 for black on white, -108 for white on black, 0 for no contrast.

    Lc is positive for dark text on a light background. The guide of APCA asks |Lc| of at least 75
    for body text, 60 for other text that is read, and 45 for large headlines.
    """
    return lightness_contrast_of(screen_luminance(text), screen_luminance(background))


def lightness_contrast_of(front: float, back: float) -> float:
    """Return Lc of the luminances of text and background by `screen_luminance`."""
    if abs(back - front) < _LEAST:
        return 0.0
    powers = _DARK_ON_LIGHT if back > front else _LIGHT_ON_DARK
    contrast: float = (back ** powers[0] - front ** powers[1]) * _SCALE
    if abs(contrast) < _CLIP:
        return 0.0
    return 100 * (contrast - _OFFSET if contrast > 0 else contrast + _OFFSET)


@lru_cache(maxsize=1024)
def screen_luminance(color: Rgb) -> float:
    """Return the luminance that a screen shows as APCA estimates it, 0 to 1; black is raised."""
    pairs = zip(_WEIGHTS, color, strict=True)
    value = sum(weight * (channel / 255) ** _EXPONENT for weight, channel in pairs)
    clamped: float = (
        value if value > _BLACK_BELOW else value + (_BLACK_BELOW - value) ** _BLACK_POWER
    )
    return clamped


# --- what to choose ---------------------------------------------------------------------------


def text_color(background: Rgb) -> Rgb:
    """Return black or white, whichever has the higher ratio: at least √21 = 4.58 on any colour."""
    return max(BLACK, WHITE, key=lambda color: ratio(color, background))


class Readable(NamedTuple):
    """A text colour on a background, with its contrast.

    Attributes:
        color: of the text.
        wcag: contrast ratio, see `ratio`.
        apca: Lc, see `lightness_contrast`.
    """

    color: Rgb
    wcag: float
    apca: float


class Light(NamedTuple):
    """A colour with its luminances, computed once.

    Attributes:
        color: the colour.
        luminance: of WCAG, see `luminance`.
        screen: of APCA, see `screen_luminance`.
    """

    color: Rgb
    luminance: float
    screen: float


def light_of(color: Rgb) -> Light:
    """Return a colour with its luminances."""
    return Light(color, luminance(color), screen_luminance(color))


def best_of(texts: Iterable[Light], ground: Light) -> Readable:
    """Return the text colour of the highest ratio on a background; the first of equals."""
    back = ground.luminance
    best, most = ground, 0.0
    for text in texts:
        found = ratio_of(text.luminance, back)
        if found > most:
            best, most = text, found
    return Readable(best.color, most, lightness_contrast_of(best.screen, ground.screen))


def readable(text: Rgb, background: Rgb) -> Readable:
    """Return the contrast of a text colour on a background."""
    return Readable(text, ratio(text, background), lightness_contrast(text, background))


def best_text(background: Rgb) -> Readable:
    """Return black or white, whichever has the higher ratio, with its contrast."""
    return readable(text_color(background), background)


class Pair(NamedTuple):
    """Two palette entries of which either can be the text and the other the background.

    Attributes:
        dark, light: their palette indices.
        wcag: contrast ratio, the same both ways.
        dark_on_light, light_on_dark: Lc with the one as text on the other.
    """

    dark: int
    light: int
    wcag: float
    dark_on_light: float
    light_on_dark: float


def pairs(colors: Sequence[Rgb], *, most: int) -> tuple[int, list[Pair]]:
    """Return the pairs of a palette whose ratio is `ENOUGH` or more, the highest ratio first.

    Returns:
        The number of such pairs, and the first `most` of them; equal ratios are in palette order.
    """
    light = np.array([luminance(color) for color in colors])
    screen = [screen_luminance(color) for color in colors]
    ratios = (light[None, :] + 0.05) / (light[:, None] + 0.05)  # of the column on the row
    dark_at, light_at = np.nonzero(ratios >= ENOUGH)
    order = np.lexsort((light_at, dark_at, -ratios[dark_at, light_at]))[:most]
    found = [
        Pair(
            dark,
            bright,
            float(ratios[dark, bright]),
            lightness_contrast_of(screen[dark], screen[bright]),
            lightness_contrast_of(screen[bright], screen[dark]),
        )
        for dark, bright in zip(dark_at[order].tolist(), light_at[order].tolist(), strict=True)
    ]
    return len(dark_at), found


def texts_on(background: int, colors: Sequence[Rgb], *, most: int) -> list[tuple[int, Readable]]:
    """Return the colours of a palette that can be text on one of them; the best come first.

    Args:
        background: the palette index of the background.
        colors: the palette.
        most: the number of colours that are returned at most.

    Returns:
        Palette indices, and the contrast of each.
    """
    lights = [luminance(color) for color in colors]
    ratios = [ratio_of(light, lights[background]) for light in lights]
    good = [place for place in range(len(colors)) if ratios[place] >= ENOUGH]
    good.sort(key=lambda place: -ratios[place])
    return [(place, readable(colors[place], colors[background])) for place in good[:most]]


def seen(palette: Iterable[tuple[int, ...]]) -> list[Rgb]:
    """Return the colours of a palette, blended over white."""
    return [over(color, WHITE) for color in palette]
