"""How a palette shows itself in a notebook: HTML with its styles in place, and a strip as SVG.

A notebook's page is not ours: no style sheet, no script, nothing that is loaded. The text has the
colour of the page, dark or light.
"""

from __future__ import annotations

from html import escape
from typing import Final

from quantize.model.palette import Palette
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


def tiles(palette: Palette) -> str:
    """Return a tile for each colour: its code, its share where there is a picture, its name."""
    names = palette.names or ("",) * len(palette)
    rows = zip(palette.as_hex(), palette.shares, names, strict=True)
    counted = bool(palette.counts.any())
    return "".join(
        f'<div style="{TILE}"><div style="{BLOCK};background:{_background(code)}"></div>'
        f"<code>{code}</code>{' ' + percent(share) if counted else ''}"
        f"{'<br>' + shown(name) if name else ''}</div>"
        for code, share, name in rows
    )


def _background(code: str) -> str:
    """Return a colour as CSS draws it; one that is not opaque lies on a pattern."""
    return code if len(code) == 7 else f"linear-gradient({code},{code}),{CHECKERED}"


def shown(text: str) -> str:
    """Return a text that is not ours as HTML shows it."""
    return escape(unturned(one_line(text)))


def strip(palette: Palette) -> str:
    """Return an SVG with a square for each colour; its code is its tooltip."""
    squares = "".join(
        f'<rect x="{place * WIDTH}" width="{WIDTH}" height="{WIDTH}" fill="{code}">'
        f"<title>{code}</title></rect>"
        for place, code in enumerate(palette.as_hex())
    )
    width = WIDTH * len(palette)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{WIDTH}" '
        f'viewBox="0 0 {width} {WIDTH}" role="img">{squares}</svg>'
    )
