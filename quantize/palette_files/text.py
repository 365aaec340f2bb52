"""Texts that palette formats share: names of colours, shares, comments."""

from __future__ import annotations

from quantize.model.palette import Palette
from quantize.model.text import one_line, percent, unturned


def labels(palette: Palette) -> list[str]:
    """Return a name for each colour, for formats that need one: its name, else `'#rrggbb'`."""
    names = palette.names or ("",) * len(palette)
    return [one_line(name) or code for name, code in zip(names, palette.hex, strict=True)]


def opaque(palette: Palette) -> list[tuple[int, int, int]]:
    """Return (red, green, blue) of each colour, 0 to 255, without alpha."""
    return [(red, green, blue) for red, green, blue, *_ in palette]


def css_notes(palette: Palette) -> list[str]:
    """Return a comment for each colour with its name and share; empty if it has neither."""
    names = palette.names or ("",) * len(palette)
    counted = bool(palette.counts.any())
    shares = [percent(share) if counted else "" for share in palette.shares]
    pairs = zip(names, shares, strict=True)
    return [css_comment(", ".join(filter(None, pair))) for pair in pairs]


def css_comment(text: str) -> str:
    """Return a blank and a comment that no part of the text can end; empty if the text is empty."""
    line = unturned(one_line(text)).replace("*/", "* /")
    return f" /* {line} */" if line else ""
