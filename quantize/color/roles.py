"""The parts that colours of a palette can play: dominant, vibrant, muted, accent, background, text.

They have the names of Android's `Palette` and of color-thief, whose lightness and chroma in Oklab
are taken: vivid colours have a chroma of 0.08 or more, light ones a lightness around 0.85, dark
ones around 0.3. Of vibrant and muted roles a colour gets one at most.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from quantize.color import contrast
from quantize.color.conversions import lab, oklch
from quantize.color.difference import ciede2000
from quantize.model.palette import Palette
from quantize.model.pixels import Floats

VIVID: Final = 0.08
"""The least chroma in Oklab of a vibrant colour, and of an accent; muted ones have less."""

SEEN: Final = 3.0
"""The least contrast ratio of an accent on its background: what WCAG 2.2 asks of graphics (success
criterion 1.4.11, level AA)."""


class _Kind(NamedTuple):
    """A vibrant or muted role.

    Attributes:
        name: of the role.
        lightness: the one that suits best, in Oklab, 0 to 1.
        least, most: lightness of the colours that can have the role.
        vivid: whether it is for vivid colours, or for others.
    """

    name: str
    lightness: float
    least: float
    most: float
    vivid: bool


_KINDS: Final = (
    _Kind("vibrant", 0.65, 0.4, 0.85, vivid=True),
    _Kind("light_vibrant", 0.85, 0.7, 1.0, vivid=True),
    _Kind("dark_vibrant", 0.3, 0.0, 0.45, vivid=True),
    _Kind("muted", 0.65, 0.4, 0.85, vivid=False),
    _Kind("light_muted", 0.85, 0.7, 1.0, vivid=False),
    _Kind("dark_muted", 0.3, 0.0, 0.45, vivid=False),
)

ROLES: Final = ("dominant", *(kind.name for kind in _KINDS), "accent", "background", "text")
"""Names of the roles, in the order in which they are written."""


def roles_of(palette: Palette) -> dict[str, int | None]:
    """Return the palette index of the colour that has each role, None for a role that none has.

    - `dominant` is the most frequent colour; without a picture the first one.
    - `vibrant`, `muted` and the light and dark ones of both are those that suit best by lightness,
      chroma and share.
    - `text` can be read on `background`: the contrast ratio is 4.5 or more. The background is the
      most frequent colour that has such a text, and on which an accent can be seen, if there is
      one; the text is that of the highest contrast.
    - `accent` is the colour that stands out most: vivid, and unlike the dominant one. Beside a
      background it has a contrast ratio of 3 or more on it.

    Colours that cannot be seen, of alpha 0, have no role; other alpha does not matter.

    Args:
        palette: with the counts of its colours, or without.

    Returns:
        A key for each of `ROLES`, in their order.
    """
    found: dict[str, int | None] = dict.fromkeys(ROLES)
    colors = palette.colors
    rows = np.arange(len(colors)) if colors.shape[1] == 3 else np.flatnonzero(colors[:, 3])
    if not len(rows):
        return found
    shares = np.array(palette.shares)[rows]
    dominant = int(shares.argmax())
    found["dominant"] = int(rows[dominant])
    lightness, chroma, _ = oklch(colors[rows])
    for name, row in _kinds(lightness, chroma, shares).items():
        found[name] = int(rows[row])
    places = lab(colors[rows, :3])
    striking = chroma * ciede2000(places, places[dominant])
    striking[(chroma < VIVID) | (np.arange(len(rows)) == dominant)] = 0.0
    rgb = [(red, green, blue) for red, green, blue in colors[rows, :3].tolist()]
    for name, row in _on_ground(rgb, shares, striking).items():
        found[name] = int(rows[row])
    return found


def names_of(palette: Palette) -> list[list[str]]:
    """Return the names of the roles that each colour has, in the order of `ROLES`."""
    found: list[list[str]] = [[] for _ in range(len(palette))]
    for name, row in roles_of(palette).items():
        if row is not None:
            found[row].append(name)
    return found


def _kinds(lightness: Floats, chroma: Floats, shares: Floats) -> dict[str, int]:
    """Return the rows of vibrant and muted colours."""
    found: dict[str, int] = {}
    free = np.ones(len(chroma), bool)
    for kind in _KINDS:
        suits = free & ((chroma >= VIVID) == kind.vivid)
        suits &= (lightness >= kind.least) & (lightness <= kind.most)
        if suits.any():
            # chroma beyond 0.2 is no more vivid; greys are muted, a hint of colour is better
            off = np.maximum(0.2 - chroma, 0) if kind.vivid else np.abs(chroma - 0.04)
            value = shares - 6 * np.abs(lightness - kind.lightness) - 15 * off
            row = int(np.where(suits, value, -np.inf).argmax())
            free[row] = False
            found[kind.name] = row
    return found


def _on_ground(colors: list[contrast.Rgb], shares: Floats, striking: Floats) -> dict[str, int]:
    """Return the rows of background, text and accent, as many as there are.

    Args:
        colors: n colours.
        shares: (n,) of the pixels.
        striking: (n,) how much each stands out, 0 for what is no accent.
    """
    accents = [int(row) for row in np.argsort(-striking, kind="stable") if striking[row] > 0]
    light = np.array([contrast.luminance(color) for color in colors])
    readable: dict[str, int] = {}
    for ground in np.argsort(-shares, kind="stable").tolist():
        ratios = contrast.ratios(light, light[ground])
        text = int(ratios.argmax())
        if ratios[text] < contrast.ENOUGH:
            continue
        pair = {"background": ground, "text": text}
        for accent in accents:
            if ratios[accent] >= SEEN and accent not in pair.values():
                return {"accent": accent, **pair}
        readable = readable or pair
    if readable:
        return readable
    return {"accent": accents[0]} if accents else {}
