"""The style `tiles`: a landscape of equal tiles, row by row, with large hex codes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from quantize.color.contrast import text_color
from quantize.swatch import layout as parts
from quantize.swatch.labels import width, wrapped
from quantize.swatch.layout import within
from quantize.swatch.shapes import Box, Drawing, Text
from quantize.swatch.sheet import Entry, Sheet

# Chosen by eye over k = 1 to 256; lengths are in pixels.
SHAPES: Final = (1.3, 16 / 9)
"""Width of the picture divided by its height, least and most."""
TILE_SHAPE: Final = 4 / 3
ROW_WIDTH: Final = 1600
TILE_WIDTHS: Final = (208, 560)
FEW: Final = 16
"""Up to so many tiles are in the order of the palette, more of them by hue and lightness."""
CHECKERS: Final = 22
"""Squares of the checkerboard across a tile."""


def draw(sheet: Sheet) -> Drawing:
    """Draw a tile for each colour, with name, code and share at its lower left."""
    layout = layout_of(len(sheet.rows), heading=bool(sheet.title))
    rows = sheet.in_columns(layout.columns) if len(sheet.rows) > FEW else sheet.rows
    style = style_of(layout, rows)
    shapes: list[Box] = []
    inner = layout.size[0] - 2 * layout.margin
    place = (layout.margin, layout.margin)
    texts = [*parts.heading(sheet, layout.heading, place, inner)]
    for index, entry in enumerate(rows):
        corner = layout.corner(index)
        radius = layout.tile[0] // 16
        shapes.append(Box(*corner, *layout.tile, entry.seen, radius, entry.outline))
        written = [*_texts(entry, corner, layout, style)]
        texts += written
        if entry.is_clear:
            top = min((text.baseline - text.size for text in written), default=corner[1])
            shapes += _board(entry, corner, layout, top - corner[1])
    return Drawing(*layout.size, shapes, texts, sheet.theme.ground)


@dataclass(frozen=True, slots=True)
class Layout:
    """A grid of equal tiles inside a margin; lengths are in pixels."""

    columns: int
    rows: int
    tile: tuple[int, int]
    gap: int
    margin: int
    heading: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the picture."""
        left, top = self.corner(self.columns * self.rows - 1)
        return left + self.tile[0] + self.margin, top + self.tile[1] + self.margin

    def corner(self, place: int) -> tuple[int, int]:
        """Return left and top of a tile."""
        row, column = divmod(place, self.columns)
        width, height = self.tile
        top = self.margin + self.heading
        return self.margin + column * (width + self.gap), top + row * (height + self.gap)


def layout_of(count: int, *, heading: bool) -> Layout:
    """Return a grid of tiles near 4:3, taller or flatter so that the picture is in `SHAPES`."""
    columns = _columns(count)
    rows = -(-count // columns)
    width = round(within(ROW_WIDTH / columns, *TILE_WIDTHS))
    gap = width // 18
    margin = round(24 + width / 6 + columns * 2)
    whole = columns * (width + gap) - gap + 2 * margin
    above = round(within(whole / 20, *parts.HEADINGS)) if heading else 0
    spare = 2 * margin + above + (rows - 1) * gap
    flattest, tallest = ((whole / shape - spare) / rows for shape in reversed(SHAPES))
    height = round(within(width / TILE_SHAPE, flattest, tallest))
    return Layout(columns, rows, (width, height), gap, margin, above)


def _columns(count: int) -> int:
    """Return the number of columns with few empty places and tiles near their shape."""

    def cost(columns: int) -> float:
        rows = -(-count // columns)
        shape = within(TILE_SHAPE, *(whole * rows / columns for whole in SHAPES))
        empty = 1 - count / (columns * rows)
        return 4 * empty + abs(math.log(shape / TILE_SHAPE)) / 2

    return min(range(1, count + 1), key=cost)


@dataclass(frozen=True, slots=True)
class Style:
    """Font sizes and line heights of all tiles, in pixels; a line goes up from its baseline."""

    large: int
    small: int
    code_line: int
    name_line: int
    share_line: int
    padding: int
    most_names: int


def style_of(layout: Layout, rows: Sequence[Entry]) -> Style:
    """Return the largest font sizes, up to a limit, with which every code fits its tile."""
    across, height = layout.tile
    padding = round(across * 0.06 + 4)
    widest = max(width(entry.label.code, 100, bold=True) for entry in rows)
    tallest = (height - 2 * padding - 35) / 2.57  # of which two lines of name leave room
    large = math.floor(min(100 * (across - 2 * padding) / widest, 10 + across / 10, tallest))
    small = round(9 + large * 0.42)
    code_line, name_line, share_line = round(large * 1.08), round(small * 1.12), round(small * 1.3)
    free = height - 2 * padding - code_line - share_line
    most_names = 2 if free >= 2 * name_line else 1
    return Style(large, small, code_line, name_line, share_line, padding, most_names)


def _texts(entry: Entry, corner: tuple[int, int], layout: Layout, style: Style) -> Iterator[Text]:
    """Yield the lines of a tile, from the lowest to the topmost."""
    label, color = entry.label, text_color(entry.seen)
    room = layout.tile[0] - 2 * style.padding
    lines = [(label.share, style.small, False, style.share_line)]
    lines += [(label.code, style.large, True, style.code_line)]
    lines += [
        (name, style.small, False, style.name_line)
        for name in reversed(wrapped(label.name, style.small, room, style.most_names))
    ]
    left, baseline = corner[0] + style.padding, corner[1] + layout.tile[1] - style.padding
    for text, size, bold, above in lines:
        if text:
            yield Text(left, baseline, text, size, color, bold)
            baseline -= above


def _board(entry: Entry, corner: tuple[int, int], layout: Layout, free: int) -> Iterator[Box]:
    """Return a checkerboard in the free upper part of a tile, inside its rounded corners."""
    side = layout.tile[0] // CHECKERS
    inset = (layout.tile[0] - (CHECKERS - 2) * side) // 2
    rows = max((free - inset) // side, 0)
    return parts.checkers(entry, corner[0] + inset, corner[1] + inset, side, (CHECKERS - 2, rows))
