"""Contrast of text and background by WCAG 2 and by APCA, and the best text colour for each.

Colours are opaque 8-bit sRGB.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize.color.constants import LINEAR
from quantize.model.pixels import Floats

Rgb = tuple[int, int, int]
Rows = NDArray[np.intp]

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
    return _clamped(sum(weight * (channel / 255) ** _EXPONENT for weight, channel in pairs))


def _clamped(value: float) -> float:
    """Return a luminance where black is raised."""
    raised: float = value
    if value <= _BLACK_BELOW:
        raised += (_BLACK_BELOW - value) ** _BLACK_POWER
    return raised


@cache
def _raised() -> Floats:
    """Return what each value of a channel adds to the luminance of a screen, (256,), unweighted."""
    return np.array([(value / 255) ** _EXPONENT for value in range(256)])


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


class Lights(NamedTuple):
    """Luminances of n colours, and what APCA makes of them, computed once.

    Attributes:
        luminance: (n,) of WCAG, see `luminance`.
        screen: (n,) of APCA, see `screen_luminance`.
        dark_text, light_text: (n,) the powers of `screen` of a text that is darker or lighter than
            its background.
        light_ground, dark_ground: (n,) those of the background.
    """

    luminance: Floats
    screen: Floats
    dark_text: Floats
    light_text: Floats
    light_ground: Floats
    dark_ground: Floats


def lights_of(colors: Sequence[Rgb]) -> Lights:
    """Return the luminances of colours; powers are Python's, as those of single colours are."""
    red, green, blue = np.array(colors, np.intp).reshape(-1, 3).T
    linear, raised = np.array(LINEAR), _raised()
    light = 0.2126 * linear[red] + 0.7152 * linear[green] + 0.0722 * linear[blue]
    parts = [
        weight * raised[each] for weight, each in zip(_WEIGHTS, (red, green, blue), strict=True)
    ]
    screen = [_clamped(value) for value in (parts[0] + parts[1] + parts[2]).tolist()]
    (light_ground, dark_text), (dark_ground, light_text) = (
        [np.array([value**power for value in screen]) for power in powers]
        for powers in (_DARK_ON_LIGHT, _LIGHT_ON_DARK)
    )
    return Lights(light, np.array(screen), dark_text, light_text, light_ground, dark_ground)


def ratios(first: Floats, second: Floats) -> Floats:
    """Return the contrast ratios of relative luminances, arrays that broadcast."""
    found: Floats = (np.maximum(first, second) + 0.05) / (np.minimum(first, second) + 0.05)
    return found


def lightness_contrasts(texts: Lights, text: Rows, grounds: Lights, ground: Rows) -> list[float]:
    """Return Lc of n texts on n backgrounds, by their rows; see `lightness_contrast`."""
    front, back = texts.screen[text], grounds.screen[ground]
    dark = grounds.light_ground[ground] - texts.dark_text[text]
    light = grounds.dark_ground[ground] - texts.light_text[text]
    contrast = np.where(back > front, dark, light) * _SCALE
    seen = (np.abs(back - front) >= _LEAST) & (np.abs(contrast) >= _CLIP)
    offset = np.where(contrast > 0, contrast - _OFFSET, contrast + _OFFSET)
    found: list[float] = np.where(seen, 100 * offset, 0.0).tolist()
    return found


def best_of(texts: Lights, grounds: Lights) -> tuple[Rows, list[float], list[float]]:
    """Return the text of the highest ratio on each of n backgrounds, the first of equals.

    Returns:
        (n,) the row of the text, and its contrast ratio and Lc, see `Readable`.
    """
    found = ratios(texts.luminance[:, None], grounds.luminance)
    best, ground = found.argmax(axis=0), np.arange(found.shape[1])
    return best, found[best, ground].tolist(), lightness_contrasts(texts, best, grounds, ground)


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


def pairs(
    colors: Sequence[Rgb], *, most: int, lights: Lights | None = None
) -> tuple[int, list[Pair]]:
    """Return the pairs of a palette whose ratio is `ENOUGH` or more, the highest ratio first.

    Args:
        colors: the palette.
        most: the number of pairs that are returned at most.
        lights: those of the colours, if they are known.

    Returns:
        The number of such pairs, and the first `most` of them; equal ratios are in palette order.
    """
    lights = lights_of(colors) if lights is None else lights
    light = lights.luminance
    ratios = (light[None, :] + 0.05) / (light[:, None] + 0.05)  # of the column on the row
    dark_at, light_at = np.nonzero(ratios >= ENOUGH)
    order = np.lexsort((light_at, dark_at, -ratios[dark_at, light_at]))[:most]
    dark, bright = dark_at[order], light_at[order]
    found = map(
        Pair,
        dark.tolist(),
        bright.tolist(),
        ratios[dark, bright].tolist(),
        lightness_contrasts(lights, dark, lights, bright),
        lightness_contrasts(lights, bright, lights, dark),
    )
    return len(dark_at), list(found)


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
