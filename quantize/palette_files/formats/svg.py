"""The swatch as a row of the table of palette formats: `--save-palette colors.svg`."""

from __future__ import annotations

from quantize.model.palette import Palette
from quantize.swatch.draw import draw


def write(palette: Palette, title: str) -> bytes:
    """Tiles; other styles are for `--swatch`."""
    return draw(palette, "palette.svg", title=title)
