"""The swatch as a row of the table of palette formats: `--save-palette colors.png`."""

from __future__ import annotations

from quantize.model import Palette
from quantize.report.swatch import draw


def write(palette: Palette, title: str) -> bytes:
    """Tiles; other styles are for `--swatch`."""
    return draw(palette, "palette.png", title=title)
