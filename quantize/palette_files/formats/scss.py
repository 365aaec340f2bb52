"""Sass, `.scss`: the colours as variables, `$flower-1` and so on after the picture `flower.jpg`.

Names and shares are comments. The format is written only, like `.css`.
"""

from __future__ import annotations

from quantize.model.palette import Palette
from quantize.palette_files.form import Form
from quantize.palette_files.text import css_comment
from quantize.palette_files.variables import lines


def write(palette: Palette, title: str, form: Form) -> bytes:
    """Return a variable for each colour."""
    comment = css_comment(title).lstrip()
    heading = [comment] if comment else []
    return "".join(f"{line}\n" for line in [*heading, *lines(palette, form, start="$")]).encode()
