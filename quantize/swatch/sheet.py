"""What a style draws: the entries of a palette, the title, the theme and maybe the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from quantize.color.contrast import BLACK, WHITE, Rgb, over, ratio
from quantize.model.palette import Palette
from quantize.swatch.labels import Label, labels

if TYPE_CHECKING:
    from PIL import Image

FAINT: Final = 1.15
"""Colours of a lower contrast ratio with what is behind them get an outline."""


class Theme(NamedTuple):
    """Colours of what is no palette entry.

    Attributes:
        ground: behind all; None for none.
        title, subtitle: of text.
        outline: of entries that are too near to the ground.
        near: what may be behind them.
    """

    ground: Rgb | None
    title: Rgb
    subtitle: Rgb
    outline: Rgb
    near: tuple[Rgb, ...]


_MIDDLE: Final[Rgb] = (118, 118, 118)
"""The grey that can be read on white and on black: 4.5 to 1 by WCAG 2 on both."""

LIGHT: Final = Theme(WHITE, (32, 32, 32), (96, 96, 96), (200, 200, 200), (WHITE,))
DARK: Final = Theme((24, 24, 24), (240, 240, 240), (170, 170, 170), (80, 80, 80), ((24, 24, 24),))
CLEAR: Final = Theme(None, _MIDDLE, _MIDDLE, _MIDDLE, (WHITE, BLACK))


class Entry(NamedTuple):
    """An entry of the palette.

    Attributes:
        color: its colour, with alpha if the palette has alpha.
        seen: its colour over white.
        label: its texts.
        share: 0 to 1; equal for all entries if the palette has no counts.
        outline: a colour, if it is too near to the ground; else None.
    """

    color: tuple[int, ...]
    seen: Rgb
    label: Label
    share: float
    outline: Rgb | None

    @property
    def is_clear(self) -> bool:
        """Whether the colour is not opaque."""
        return len(self.color) == 4 and self.color[3] < 255


class Sheet(NamedTuple):
    """What a style draws.

    Attributes:
        palette: the colours, in the order in which they are shown.
        rows: an entry for each.
        title: a line above; empty for none.
        theme: of the ground and of text.
        picture: what the palette is of; None where nobody gave one.
        keep_order: whether the order of the palette stays, however many colours there are.
    """

    palette: Palette
    rows: list[Entry]
    title: str
    theme: Theme
    picture: Image.Image | None = None
    keep_order: bool = False

    def in_columns(self, columns: int) -> list[Entry]:
        """Return the entries for a grid, row by row: hues go across, lightness goes down."""
        if self.keep_order:
            return self.rows
        from quantize.color.palette_order import in_columns

        return [self.rows[place] for place in in_columns(self.palette.colors, columns).tolist()]


def entries(palette: Palette, theme: Theme) -> list[Entry]:
    """Return the entries of a palette in its order."""
    shares = palette.shares if palette.counts.any() else [1 / len(palette)] * len(palette)
    found = []
    for color, label, share in zip(palette, labels(palette), shares, strict=True):
        seen = over(color, WHITE)
        faint = any(ratio(seen, near) < FAINT for near in theme.near)
        found.append(Entry(color, seen, label, share, theme.outline if faint else None))
    return found
