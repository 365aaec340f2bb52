"""How a palette shows itself in a notebook: HTML with its styles in place, and a strip as SVG.

A notebook's page is not ours: no style sheet, no script, nothing that is loaded. The text has the
colour of the page, dark or light.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from quantize.model.text import one_line, percent, unturned

TILE: Final = (
    "display:inline-block;width:7.5em;margin:0 .5em .5em 0;vertical-align:top;"
    "font:.8em sans-serif;overflow-wrap:anywhere"
)
BLOCK: Final = "height:3.5em;border-radius:.3em;border:1px solid #8884"
CHECKERED: Final = "repeating-conic-gradient(#bbb 0 25%,#fff 0 50%) 0 0/1em 1em"
"""What is seen through a colour that is not opaque."""

WIDTH: Final = 32
"""Pixels of a colour in the strip."""


def tiles(codes: Sequence[str], shares: Sequence[float] | None, names: Sequence[str]) -> str:
    """Return a tile for each colour.

    Args:
        codes: `#rrggbb` or `#rrggbbaa`.
        shares: of the pixels that have each colour, 0 to 1; None without a picture.
        names: for people, or empty.
    """
    said = [f" {percent(share)}" for share in shares] if shares else [""] * len(codes)
    called = [f"<br>{shown(name)}" for name in names] if names else [""] * len(codes)
    return "".join(
        f'<div style="{TILE}"><div style="{BLOCK};background:{_background(code)}"></div>'
        f"<code>{code}</code>{share}{name}</div>"
        for code, share, name in zip(codes, said, called, strict=True)
    )


def _background(code: str) -> str:
    """Return a colour as CSS draws it; one that is not opaque lies on a pattern."""
    return code if len(code) == 7 else f"linear-gradient({code},{code}),{CHECKERED}"


def shown(text: str) -> str:
    """Return a text that is not ours as HTML shows it."""
    return escape(unturned(one_line(text)))


def strip(codes: Sequence[str]) -> str:
    """Return an SVG with a square for each colour; its code is its tooltip."""
    squares = "".join(
        f'<rect x="{place * WIDTH}" width="{WIDTH}" height="{WIDTH}" fill="{code}">'
        f"<title>{code}</title></rect>"
        for place, code in enumerate(codes)
    )
    width = WIDTH * len(codes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{WIDTH}" '
        f'viewBox="0 0 {width} {WIDTH}" role="img">{squares}</svg>'
    )
