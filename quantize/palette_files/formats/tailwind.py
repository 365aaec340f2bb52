"""Tailwind CSS 4, `.tailwind.css`: the colours as theme variables, in an `@theme` block.

`--color-flower-1` gives the classes `bg-flower-1`, `text-flower-1` and so on; Tailwind finds such
classes in ASCII only. Written only, as `.css` is.
"""

from __future__ import annotations

from quantize.model.palette import Palette
from quantize.palette_files.form import Form
from quantize.palette_files.formats import css
from quantize.palette_files.variables import lines


def write(palette: Palette, title: str, form: Form) -> bytes:
    """Return an `@theme` block with a line for each colour; names and shares are comments."""
    found = lines(palette, form, start="  --color-", only_ascii=True)
    return css.rule(title, "@theme", found)
