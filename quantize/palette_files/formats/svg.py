"""The swatch as a palette format: `--save-palette colors.svg`."""

from __future__ import annotations

from quantize.model.palette import Palette
from quantize.palette_files.form import Form
from quantize.swatch.draw import draw


def write(palette: Palette, title: str, form: Form) -> bytes:
    """Return a swatch of tiles; `--swatch` has the other styles."""
    return draw(palette, "palette.svg", title=title, keep_order=form.keep_order)
