"""Shapes of a swatch. Lengths are in pixels of the PNG, half a nominal pixel each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image

from quantize.color.contrast import WHITE, Rgb

SCALE: Final = 2
"""Pixels of the PNG for one nominal pixel."""


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle; corners are rounded by `radius`, and the outline is inside the edge."""

    left: int
    top: int
    width: int
    height: int
    fill: Rgb
    radius: int = 0
    outline: Rgb | None = None


@dataclass(frozen=True, slots=True)
class Sector:
    """A sector of a ring; angles are in degrees clockwise from the top."""

    center: tuple[int, int]
    radii: tuple[int, int]
    start: float
    sweep: float
    fill: Rgb


SHARP_FROM: Final = 3
"""A picture that is enlarged by so much or more is pixel art, whose pixels stay sharp squares."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture, scaled to a rectangle."""

    left: int
    top: int
    width: int
    height: int
    image: Image.Image

    @property
    def is_sharp(self) -> bool:
        """Whether its pixels are seen as squares."""
        return self.width >= SHARP_FROM * self.image.width


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; `x` is its `anchor`: `start`, `middle` or `end`."""

    x: int
    baseline: int
    text: str
    size: int
    color: Rgb
    bold: bool = False
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture: shapes from the lowest to the topmost, and text above them.

    The ground is None for a picture without one.
    """

    width: int
    height: int
    shapes: Sequence[Box | Sector | Photo]
    texts: Sequence[Text]
    ground: Rgb | None = WHITE
