"""Cascading style sheets, `.css`: the colours as custom properties of the page, from 1 upwards.

Eight digits where a colour is translucent (CSS Color 4). Names and shares are comments. Written
only: a style sheet that others wrote may say its colours in any of a dozen ways.
"""

from __future__ import annotations

from quantize.model.palette import Palette
from quantize.model.text import hex_codes
from quantize.palette_files.text import css_comment, css_notes


def write(palette: Palette, title: str) -> bytes:
    """A rule for `:root`, one colour a line."""
    return rule(palette, title, ":root", "--color-")


def rule(palette: Palette, title: str, selector: str, prefix: str) -> bytes:
    """A rule of custom properties `prefix1`, `prefix2` …, with the title above it."""
    lines = [
        f"  {prefix}{number}: {code};{note}"
        for number, (code, note) in enumerate(
            zip(hex_codes(palette), css_notes(palette), strict=True), 1
        )
    ]
    comment = css_comment(title).lstrip()
    heading = [comment] if comment else []
    return "".join(f"{line}\n" for line in [*heading, f"{selector} {{", *lines, "}"]).encode()
