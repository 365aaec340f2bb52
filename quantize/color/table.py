"""The tables of colour spaces and of the orders of a palette."""

from __future__ import annotations

from typing import Final, NamedTuple

from quantize.checks import Row, Table

SPACES: Final = Table(
    (
        Row(
            "eye",
            "what looks best: Oklab with a power of 3/8 in place of its cube root",
            "quantize.color.spaces:EYE",
        ),
        Row(
            "srgb",
            "8-bit sRGB as stored, for the least mean squared error",
            "quantize.color.spaces:SRGB",
        ),
        Row(
            "weighted",
            "sRGB with more weight on green, where errors are seen best",
            "quantize.color.spaces:WEIGHTED",
        ),
        Row(
            "linear",
            "linear light, where dark areas get few colours",
            "quantize.color.spaces:LINEAR",
        ),
        Row(
            "oklab",
            "perceptual: lightness and two colour axes (Ottosson 2020)",
            "quantize.color.spaces:OKLAB",
        ),
        Row("lab", "perceptual: CIELAB under D65 (CIE 1976)", "quantize.color.spaces:LAB"),
    )
)
"""Colour spaces that k-means runs in; a target is a `spaces.Space`."""


class SortOrder(NamedTuple):
    """An order of the palette.

    Attributes:
        name, summary, target: see `checks.Row`; the target is a `palette_order.Order`.
        reads_centroids: whether the order depends on the order of the centroids.
        keeps_table: whether an indexed picture keeps its table, where nothing else changes it.
        suits_file: whether a palette that was found gets the order of the smallest file, where
            there is an image.
    """

    name: str
    summary: str
    target: str
    reads_centroids: bool = False
    keeps_table: bool = False
    suits_file: bool = False


SORTS: Final = Table(
    (
        SortOrder(
            "auto",
            "input; else what writes smallest; without an image dark to light",
            "quantize.color.palette_order:by_luminance",
            keeps_table=True,
            suits_file=True,
        ),
        SortOrder(
            "input",
            "the table of an indexed picture as it is, if it fits into k; without one as auto",
            "quantize.color.palette_order:by_luminance",
            keeps_table=True,
            suits_file=True,
        ),
        SortOrder("luminance", "dark to light", "quantize.color.palette_order:by_luminance"),
        SortOrder(
            "count", "the most frequent colour first", "quantize.color.palette_order:by_count"
        ),
        SortOrder(
            "hue",
            "greys, then families of hues from red to violet, each dark to light",
            "quantize.color.palette_order:by_hue",
        ),
        SortOrder(
            "none",
            "the order in which k-means finds them",
            "quantize.color.palette_order:as_found",
            reads_centroids=True,
        ),
    )
)
"""Orders of the palette; they change no pixel."""
