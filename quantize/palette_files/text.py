"""Wording that the palette formats and the swatch share: names, labels, shares, hex codes."""

from __future__ import annotations

from quantize.model.palette import Palette
from quantize.model.text import one_line, percent


def labels(palette: Palette) -> list[str]:
    """What to call each colour where a format asks for a name: its name, else its `'#rrggbb'`."""
    names = palette.names or ("",) * len(palette)
    return [one_line(name) or code for name, code in zip(names, palette.hex, strict=True)]


def opaque(palette: Palette) -> list[tuple[int, int, int]]:
    """(red, green, blue) of each colour, 0 to 255, alpha left out."""
    return [(red, green, blue) for red, green, blue, *_ in palette]


def css_notes(palette: Palette) -> list[str]:
    """A comment on each colour that says what is known: its name and its share, or nothing."""
    names = palette.names or ("",) * len(palette)
    counted = bool(palette.counts.any())
    shares = [percent(share) if counted else "" for share in palette.shares]
    pairs = zip(names, shares, strict=True)
    return [css_comment(", ".join(filter(None, pair))) for pair in pairs]


def css_comment(text: str) -> str:
    """The text as a comment that nothing inside it can end, after a blank; nothing if empty."""
    line = one_line(text).replace("*/", "* /")
    return f" /* {line} */" if line else ""
