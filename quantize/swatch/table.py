"""The tables of swatches: styles, and kinds of file."""

from __future__ import annotations

from typing import Final, NamedTuple

from quantize.checks import Row, Table


class SwatchStyle(NamedTuple):
    """A style of swatches.

    Attributes:
        name, summary: see `checks.Row`.
        target: makes a `shapes.Drawing` of a `sheet.Sheet`.
        has_picture: whether it shows the picture as well.
    """

    name: str
    summary: str
    target: str
    has_picture: bool = False


SWATCH_STYLES: Final = Table(
    (
        SwatchStyle("tiles", "a tile for each colour", "quantize.swatch.tiles:draw"),
        SwatchStyle("strip", "bands one below the other", "quantize.swatch.styles:strip"),
        SwatchStyle(
            "proportional",
            "a strip divided by shares, and a legend",
            "quantize.swatch.styles:proportional",
        ),
        SwatchStyle(
            "wheel", "a ring in the order of hues, and a legend", "quantize.swatch.styles:wheel"
        ),
        SwatchStyle(
            "board",
            "the picture beside its colours",
            "quantize.swatch.board:draw",
            has_picture=True,
        ),
    )
)
"""Styles of a swatch."""

SWATCH_THEMES: Final = Table(
    (
        Row("light", "on white", "quantize.swatch.sheet:LIGHT"),
        Row("dark", "on a dark ground", "quantize.swatch.sheet:DARK"),
        Row(
            "transparent",
            "without a ground, for slides of any colour",
            "quantize.swatch.sheet:CLEAR",
        ),
    )
)
"""Grounds of a swatch."""

SWATCH_ENDINGS: Final = Table(
    (
        Row(".png", "pixels, at 144 dots per inch", "quantize.swatch.paint_png:paint"),
        Row(".svg", "vectors, of any size", "quantize.swatch.paint_svg:paint"),
    )
)
"""Kinds of file, by ending; a target turns a `shapes.Drawing` into the bytes of the file."""
