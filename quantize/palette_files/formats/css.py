"""Cascading style sheets, `.css`: the colours as custom properties of the page.

`--flower-1`, `--flower-2` and so on after the picture `flower.jpg`. Translucent colours have eight
digits (CSS Color 4). Names and shares are comments. The format is written only: other style sheets
have colours in a dozen notations.
"""

from __future__ import annotations

from quantize.model.palette import Palette
from quantize.palette_files.form import Form
from quantize.palette_files.text import css_comment
from quantize.palette_files.variables import lines


def write(palette: Palette, title: str, form: Form) -> bytes:
    """Return a rule for `:root` with a line for each colour."""
    return rule(title, ":root", lines(palette, form, start="  --"))


def rule(title: str, selector: str, lines: list[str]) -> bytes:
    """Return a rule below a comment with the title."""
    comment = css_comment(title).lstrip()
    heading = [comment] if comment else []
    return "".join(f"{line}\n" for line in [*heading, f"{selector} {{", *lines, "}"]).encode()
