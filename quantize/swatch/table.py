"""The tables of swatches: styles, and kinds of file."""

from __future__ import annotations

from typing import Final

from quantize.checks import Row, Table

SWATCH_STYLES: Final = Table(
    (
        Row("tiles", "a tile for each colour", "quantize.swatch.tiles:draw"),
        Row("strip", "bands one below the other", "quantize.swatch.styles:strip"),
        Row(
            "proportional",
            "a strip divided by shares, and a legend",
            "quantize.swatch.styles:proportional",
        ),
        Row("wheel", "a ring in the order of hues, and a legend", "quantize.swatch.styles:wheel"),
    )
)
"""Styles of a swatch; a target makes a `shapes.Drawing` from a palette and a title."""

SWATCH_ENDINGS: Final = Table(
    (
        Row(".png", "pixels, at 144 dots per inch", "quantize.swatch.paint_png:paint"),
        Row(".svg", "vectors, of any size", "quantize.swatch.paint_svg:paint"),
    )
)
"""Kinds of file, by ending; a target turns a `shapes.Drawing` into the bytes of the file."""
