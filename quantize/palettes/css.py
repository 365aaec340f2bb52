"""Cascading style sheets, `.css`: the colours as custom properties of the page, from 1 upwards.

Eight digits where a colour is translucent (CSS Color 4). Names and shares are comments.
"""

from __future__ import annotations

from quantize.model import Palette
from quantize.palettes.text import hex_codes, one_line, percent


def write(palette: Palette, title: str) -> bytes:
    """A rule for `:root`, one colour a line."""
    notes = [_comment(note) for note in _notes(palette)]
    lines = [
        f"  --color-{number}: {code};{note}"
        for number, (code, note) in enumerate(zip(hex_codes(palette), notes, strict=True), 1)
    ]
    heading = [_comment(title).lstrip()] if one_line(title) else []
    return "".join(f"{line}\n" for line in [*heading, ":root {", *lines, "}"]).encode()


def _notes(palette: Palette) -> list[str]:
    """What is known of each colour: its name and its share, one of them, or nothing."""
    names = palette.names or ("",) * len(palette)
    counted = bool(palette.counts.any())
    shares = [percent(share) if counted else "" for share in palette.shares]
    return [", ".join(filter(None, pair)) for pair in zip(names, shares, strict=True)]


def _comment(text: str) -> str:
    """The text as a comment that nothing inside it can end; nothing if it is empty."""
    line = one_line(text).replace("*/", "* /")
    return f" /* {line} */" if line else ""
