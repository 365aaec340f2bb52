"""Cascading style sheets, `.css`: the colours as custom properties of the page, numbered from 1.

Translucent colours have eight digits (CSS Color 4). Names and shares are comments. The format is
written only: other style sheets have colours in a dozen notations.
"""

from __future__ import annotations

from quantize.model.palette import Palette
from quantize.palette_files.text import css_comment, css_notes


def write(palette: Palette, title: str) -> bytes:
    """Return a rule for `:root` with a line for each colour."""
    return rule(palette, title, ":root", "--color-")


def rule(palette: Palette, title: str, selector: str, prefix: str) -> bytes:
    """Return a rule of custom properties `prefix1`, `prefix2` …, below a comment with the title."""
    lines = [
        f"  {prefix}{number}: {code};{note}"
        for number, (code, note) in enumerate(
            zip(palette.as_hex(), css_notes(palette), strict=True), 1
        )
    ]
    comment = css_comment(title).lstrip()
    heading = [comment] if comment else []
    return "".join(f"{line}\n" for line in [*heading, f"{selector} {{", *lines, "}"]).encode()
