"""Wording that all rooms share: one line of text, percentages, hex codes, colours as JSON."""

from __future__ import annotations

import unicodedata

from quantize.model.palette import Palette

_BREAKING = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode categories: controls, lone surrogates (file names that are not UTF-8), line ends."""

_NO_LETTERS = "\ufffe\uffff"
"""Characters that Unicode rules out and XML 1.0 refuses."""


def one_line(text: str) -> str:
    """Return the text without line ends, controls and runs of blanks; fit for UTF-8 and for XML."""
    kept = (
        " " if letter in _NO_LETTERS or unicodedata.category(letter) in _BREAKING else letter
        for letter in text
    )
    return " ".join("".join(kept).split())


def percent(share: float) -> str:
    """Return a share of 0 to 1 for people: `'12.4 %'`; only 0 is `'0 %'`, and only 1 `'100 %'`."""
    if share in {0, 1}:
        return f"{share * 100:.0f} %"
    if share < 0.001:
        return "<0.1 %"
    if share > 0.999:
        return ">99.9 %"
    return f"{share * 100:.1f} %"


def hex_codes(palette: Palette) -> list[str]:
    """Return `'#rrggbb'` of each opaque colour, `'#rrggbbaa'` of each other one."""
    return [
        code if len(color) == 3 or color[3] == 255 else f"{code}{color[3]:02x}"
        for code, color in zip(palette.hex, palette, strict=True)
    ]


def entries(palette: Palette) -> list[dict[str, object]]:
    """Return each colour as JSON has it, in palette order; shares to six significant digits."""
    names = palette.names or ("",) * len(palette)
    rows = zip(palette, palette.hex, palette.counts.tolist(), palette.shares, names, strict=True)
    return [
        {"hex": code, "rgb": list(color[:3])}
        | ({"alpha": color[3]} if len(color) == 4 else {})
        | {"count": count, "share": float(f"{share:.6g}")}
        | ({"name": name} if name else {})
        for color, code, count, share, name in rows
    ]
