"""Sass, `.scss`: the colours as variables `$color-1`, `$color-2` and so on.

Names and shares are comments. The format is written only, like `.css`.
"""

from __future__ import annotations

from quantize.model.palette import Palette
from quantize.palette_files.text import css_comment, css_notes


def write(palette: Palette, title: str) -> bytes:
    """Return a variable for each colour."""
    rows = zip(palette.as_hex(), css_notes(palette), strict=True)
    lines = [f"$color-{number}: {code};{note}" for number, (code, note) in enumerate(rows, 1)]
    comment = css_comment(title).lstrip()
    heading = [comment] if comment else []
    return "".join(f"{line}\n" for line in [*heading, *lines]).encode()
