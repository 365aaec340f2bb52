"""Tailwind CSS 4, `.tailwind.css`: the colours as theme variables, in an `@theme` block.

`--color-palette-1` gives the classes `bg-palette-1`, `text-palette-1` and so on. A bare number
would not do: `border-1` is a width already (tailwindcss.com, "Theme variables"). Written only, as
`.css` is.
"""

from __future__ import annotations

from quantize.model.palette import Palette
from quantize.palette_files.formats import css


def write(palette: Palette, title: str) -> bytes:
    """Return an `@theme` block with a line for each colour; names and shares are comments."""
    return css.rule(palette, title, "@theme", "--color-palette-")
