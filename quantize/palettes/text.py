"""Wording that the palette formats and the swatch share: names, labels, shares, hex codes."""

from __future__ import annotations

import unicodedata

from quantize.model import Palette

_BREAKING = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode categories: controls, lone surrogates (file names that are not UTF-8), line ends."""


_NO_LETTERS = "\ufffe\uffff"
"""What Unicode rules out and XML 1.0 refuses."""


def one_line(text: str) -> str:
    """The text without line ends, controls and runs of blanks; fit for UTF-8 and for XML."""
    kept = (
        " " if letter in _NO_LETTERS or unicodedata.category(letter) in _BREAKING else letter
        for letter in text
    )
    return " ".join("".join(kept).split())


def percent(share: float) -> str:
    """A share of 0 to 1 for people: `'12.4 %'`; only nothing is 0 and only everything is 100."""
    if share in {0, 1}:
        return f"{share * 100:.0f} %"
    if share < 0.001:
        return "<0.1 %"
    if share > 0.999:
        return ">99.9 %"
    return f"{share * 100:.1f} %"


def hex_codes(palette: Palette) -> list[str]:
    """`'#rrggbb'` of each opaque colour, `'#rrggbbaa'` of each translucent one."""
    return [
        code if len(color) == 3 or color[3] == 255 else f"{code}{color[3]:02x}"
        for code, color in zip(palette.hex, palette, strict=True)
    ]


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
