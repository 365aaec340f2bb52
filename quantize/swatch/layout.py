"""Parts that the styles share: entries, checkerboards, the heading, the legend."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from quantize.color.contrast import Rgb, over
from quantize.swatch.labels import Label, elided, width
from quantize.swatch.shapes import Box, Sector, Text
from quantize.swatch.sheet import Entry, Sheet, Theme

CHECKER: Final[Rgb] = (208, 208, 208)

HEADINGS: Final = (56, 150)


def checkers(
    entry: Entry, left: int, top: int, side: int, places: tuple[int, int]
) -> Iterator[Box]:
    """Yield the darker squares of a checkerboard that is seen through a translucent colour.

    Args:
        entry: the colour.
        left: of the checkerboard.
        top: of the checkerboard.
        side: of a square.
        places: columns and rows of squares.
    """
    color = over(entry.color, CHECKER)
    columns, rows = places
    for row in range(rows):
        for column in range(row % 2, columns, 2):
            yield Box(left + column * side, top + row * side, side, side, color)


def heading_height(text: str, inner: int) -> int:
    """Return the height of a title across a width; 0 if there is no title."""
    return round(within(inner / 20, *HEADINGS)) if text else 0


def heading(sheet: Sheet, height: int, place: tuple[int, int], inner: int) -> Iterator[Text]:
    """Yield the title at the left and the number of colours at the right, on one baseline.

    Args:
        sheet: nothing is drawn if its title is empty.
        height: see `heading_height`.
        place: left and top of the heading.
        inner: width of the heading.
    """
    if not sheet.title:
        return
    count, theme = len(sheet.rows), sheet.theme
    large, small = round(height * 0.55), round(height * 0.38)
    number = f"{count} color{'s' if count > 1 else ''}"
    baseline = place[1] + round(height * 0.45)
    room = inner - width(number, small) - height
    line = elided(sheet.title, large, room, bold=True)
    yield Text(place[0], baseline, line, large, theme.title, bold=True)
    yield Text(place[0] + inner, baseline, number, small, theme.subtitle, anchor="end")


# --- the legend -------------------------------------------------------------------------------

ROW: Final = 64
CODE, NAME = 30, 27
"""Font sizes of hex codes and of names."""
LEAST_CELL: Final = 560


class Grid(NamedTuple):
    """Cells in columns, filled from top to bottom; lengths are in pixels."""

    columns: int
    rows: int
    cell: tuple[int, int]
    gap: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the grid."""
        across = self.columns * (self.cell[0] + self.gap) - self.gap
        return across, self.rows * self.cell[1]

    def corner(self, place: int) -> tuple[int, int]:
        """Return left and top of a cell."""
        column, row = divmod(place, self.rows)
        return column * (self.cell[0] + self.gap), row * self.cell[1]


def columns_for(count: int, cell: tuple[int, int], *, least: int = 1) -> int:
    """Return the number of columns with which cells make a landscape and few places stay empty."""
    fits = (
        columns
        for columns in range(least, count + 1)
        if math.ceil(count / columns) * cell[1] <= 0.75 * columns * cell[0]
    )
    first = next(fits, count)
    tries = range(min(first, count), min(first + 2, count) + 1)
    return min(tries, key=lambda columns: columns * math.ceil(count / columns) - count)


def grid_for(count: int, columns: int, inner: int, gap: int = 40) -> Grid:
    """Return the grid of a legend in so many columns across a width."""
    cell = (inner + gap) // columns - gap
    return Grid(columns, math.ceil(count / columns), (cell, ROW), gap)


def legend(
    rows: Sequence[Entry], theme: Theme, grid: Grid, place: tuple[int, int]
) -> Iterator[Box | Sector | Text]:
    """Yield a square in the colour, the code, the name and the share of each entry."""
    for index, entry in enumerate(rows):
        left, top = grid.corner(index)
        left, top = left + place[0], top + place[1]
        chip = (left, top + 8)
        yield Box(*chip, 48, 48, entry.seen, 10, entry.outline)
        if entry.is_clear:
            yield from checkers(entry, chip[0] + 8, chip[1] + 8, 8, (4, 4))
        inside = (left + 68, left + grid.cell[0])
        yield from line(entry.label, inside, top + 42, (theme.title, theme.subtitle))


def line(
    label: Label, inside: tuple[int, int], baseline: int, colors: tuple[Rgb, Rgb]
) -> Iterator[Text]:
    """Yield code and name at the left edge and the share at the right edge, on one baseline."""
    left, right = inside
    strong, plain = colors
    name_left = (
        left
        + max(round(width("#dddddd", CODE, bold=True)), round(width(label.code, CODE, bold=True)))
        + 24
    )
    yield Text(left, baseline, label.code, CODE, strong, bold=True)
    if label.share:
        yield Text(right, baseline, label.share, NAME, plain, anchor="end")
        right -= round(width(">99.9 %", NAME)) + 16
    if label.name:
        yield Text(name_left, baseline, elided(label.name, NAME, right - name_left), NAME, plain)


def within(value: float, low: float, high: float) -> float:
    """Return a value, clamped to a range."""
    return min(max(value, low), high)
