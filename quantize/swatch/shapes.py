"""What a swatch is made of. Lengths are in pixels of the PNG, half a nominal pixel each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from quantize.color.contrast import Rgb

SCALE: Final = 2
"""Pixels of the PNG for one nominal pixel."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle with its fill; with round corners of a radius, and an outline inside its edge."""

    left: int
    top: int
    width: int
    height: int
    fill: Rgb
    radius: int = 0
    outline: Rgb | None = None


@dataclass(frozen=True, slots=True)
class Sector:
    """A part of a ring around a centre: degrees clockwise from the top."""

    center: tuple[int, int]
    radii: tuple[int, int]
    start: float
    sweep: float
    fill: Rgb


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text from its baseline; `anchor` is `start`, `middle` or `end`."""

    x: int
    baseline: int
    text: str
    size: int
    color: Rgb
    bold: bool = False
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture on white: shapes from the lowest up, then text."""

    width: int
    height: int
    shapes: Sequence[Box | Sector]
    texts: Sequence[Text]
