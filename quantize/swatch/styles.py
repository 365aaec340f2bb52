"""The styles `strip`, `proportional` and `wheel`; see `tiles` and `board` for the others."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from quantize.color import palette_order
from quantize.color.contrast import text_color
from quantize.swatch import layout
from quantize.swatch.labels import width
from quantize.swatch.layout import CODE, LEAST_CELL, NAME, ROW, Grid
from quantize.swatch.shapes import Box, Drawing, Sector, Text
from quantize.swatch.sheet import Entry, Sheet, Theme

MARGIN: Final = 64
GAP: Final = 48
LEAST_INNER: Final = 1400

OVERLAP: Final = 2
"""Tenths of a degree by which a sector reaches under the next, so that there is no light seam."""

Parts = list[Box | Sector | Text]


def strip(sheet: Sheet) -> Drawing:
    """Draw bands below each other without a gap, in as many columns as make a landscape."""
    rows = sheet.rows
    columns = layout.columns_for(len(rows), (640, ROW)) if len(rows) > 8 else 1
    inner = max(columns * 680 - 40, 960)
    grid = layout.grid_for(len(rows), columns, inner)
    band = round(layout.within(640 / grid.rows, ROW, 160))
    grid = grid._replace(cell=(grid.cell[0], band))
    top = MARGIN + layout.heading_height(sheet.title, inner)
    found: Parts = []
    for index, entry in enumerate(rows):
        left, down = grid.corner(index)
        found += _band(entry, (left + MARGIN, down + top), grid.cell)
    return _drawing(found, sheet, (inner, top + grid.size[1] + MARGIN))


def _band(entry: Entry, corner: tuple[int, int], size: tuple[int, int]) -> Parts:
    left, top = corner
    found: Parts = [Box(left, top, *size, entry.seen, 0, entry.outline)]
    color = text_color(entry.seen)
    inside = (left + 28, left + size[0] - 28)
    if entry.is_clear:
        side = 16
        found += layout.checkers(entry, left, top, side, (4, size[1] // side))
        inside = (left + 4 * side + 28, inside[1])
    baseline = top + (size[1] + round(CODE * 0.66)) // 2
    return [*found, *layout.line(entry.label, inside, baseline, (color, color))]


def proportional(sheet: Sheet) -> Drawing:
    """Draw a strip in which each colour is as wide as its share, and a legend below it."""
    rows = sheet.rows
    inner, grid = _below(len(rows))
    top = MARGIN + layout.heading_height(sheet.title, inner)
    height = round(layout.within(inner / 7, 240, 420))
    found: Parts = []
    edges = spread([entry.share for entry in rows], inner, 2)
    for entry, left, right in zip(rows, edges, edges[1:], strict=False):
        if right > left:
            found += _slice(entry, (MARGIN + left, top), (right - left, height))
    below = top + height + GAP
    found += layout.legend(rows, sheet.theme, grid, (MARGIN, below))
    return _drawing(found, sheet, (inner, below + grid.size[1] + MARGIN - 8))


def _slice(entry: Entry, corner: tuple[int, int], size: tuple[int, int]) -> Parts:
    """Return a part of the strip, with its code and share if there is room for them."""
    left, top = corner
    found: Parts = [Box(left, top, *size, entry.seen, 0, entry.outline if size[0] > 8 else None)]
    color, bottom = text_color(entry.seen), top + size[1] - 24
    if width(entry.label.code, CODE, bold=True) + 40 > size[0]:
        return found
    if entry.label.share:
        found.append(Text(left + 20, bottom, entry.label.share, NAME, color))
        bottom -= 36
    return [*found, Text(left + 20, bottom, entry.label.code, CODE, color, bold=True)]


def wheel(sheet: Sheet) -> Drawing:
    """Draw a ring in the order of hues, each colour as long as its share, and a legend."""
    rows = sheet.rows
    found = sheet.palette.colors[:0]
    order = palette_order.by_hue(sheet.palette.colors, np.zeros(len(rows), np.int64), found)
    rows = [rows[index] for index in order.tolist()]
    if len(rows) <= 16:
        across = 720 if len(rows) <= 8 else 960
        grid = layout.grid_for(len(rows), 1, LEAST_CELL)
        inner = across + 2 * GAP + LEAST_CELL
        tall = max(across, grid.size[1])
        ring = (across // 2, (tall - across) // 2 + across // 2)
        place = (across + 2 * GAP, (tall - grid.size[1]) // 2)
    else:
        inner, grid = _below(len(rows))
        across = min(1400, inner)
        ring, place = (inner // 2, across // 2), (0, across + GAP)
        tall = across + GAP + grid.size[1]
    top = MARGIN + layout.heading_height(sheet.title, inner)
    center = (MARGIN + ring[0], top + ring[1])
    drawn: Parts = [*_ring(rows, sheet.theme, center, across // 2)]
    drawn += layout.legend(rows, sheet.theme, grid, (MARGIN + place[0], top + place[1]))
    return _drawing(drawn, sheet, (inner, top + tall + MARGIN))


def _ring(
    rows: Sequence[Entry], theme: Theme, center: tuple[int, int], radius: int
) -> Iterator[Sector | Text]:
    """Yield the sectors, clockwise from the top, and the number of colours in the middle."""
    radii = (round(radius * 0.52), radius)
    ticks = spread([entry.share for entry in rows], 3600, 4)
    for entry, start, end in zip(rows, ticks, ticks[1:], strict=False):
        if end > start:
            under = min(OVERLAP, 3600 - end)
            sector = Sector(center, radii, start / 10, (end + under - start) / 10, entry.seen)
            if entry.outline is not None:
                yield replace(sector, fill=entry.outline)
                sector = replace(sector, radii=(radii[0] + 2, radii[1] - 2))
            yield sector
            yield from _on(replace(sector, sweep=(end - start) / 10), entry)
    x, y = center
    yield Text(x, y + radius // 14, str(len(rows)), radius // 4, theme.title, True, "middle")
    words = "colors" if len(rows) > 1 else "color"
    yield Text(
        x, y + radius // 14 + radius // 9, words, radius // 12, theme.subtitle, False, "middle"
    )


def _on(sector: Sector, entry: Entry) -> Iterator[Text]:
    """Yield the code of a sector that is large enough for it."""
    middle = math.radians(sector.start + sector.sweep / 2)
    away = sum(sector.radii) / 2
    x = sector.center[0] + round(away * math.sin(middle))
    y = sector.center[1] - round(away * math.cos(middle))
    half = (width(entry.label.code, CODE, bold=True) / 2 + 12, CODE / 2 + 4)
    corners = ((x + dx * half[0], y + dy * half[1]) for dx in (-1, 0, 1) for dy in (-1, 1))
    if all(_contains(sector, *corner) for corner in corners):
        color = text_color(entry.seen)
        yield Text(x, y + round(CODE * 0.33), entry.label.code, CODE, color, True, "middle")


def _contains(sector: Sector, x: float, y: float) -> bool:
    dx, dy = x - sector.center[0], y - sector.center[1]
    angle = (math.degrees(math.atan2(dx, -dy)) - sector.start) % 360
    return angle <= sector.sweep and sector.radii[0] <= math.hypot(dx, dy) <= sector.radii[1]


def _below(count: int) -> tuple[int, Grid]:
    """Return the width of a picture with a legend below, and the grid of the legend."""
    columns = layout.columns_for(count, (LEAST_CELL, ROW), least=min(count, 2))
    inner = max(columns * (LEAST_CELL + 40) - 40, LEAST_INNER)
    return inner, layout.grid_for(count, columns, inner)


def spread(shares: Sequence[float], whole: int, least: int) -> list[int]:
    """Divide a length in proportion to shares, with no part shorter than `least`.

    Returns:
        The edges of the parts: whole numbers from 0 to `whole`, one more than there are shares.
    """
    lengths = [max(share * whole, float(least)) for share in shares]
    spare = sum(length - least for length in lengths)
    short = sum(lengths) - whole  # what the least of small ones took, large ones give
    factor = 1 - short / spare if spare else 1.0
    total, edges = 0.0, [0]
    for length in lengths:
        total += least + (length - least) * factor
        edges.append(round(total))
    return edges


def _drawing(found: Parts, sheet: Sheet, size: tuple[int, int]) -> Drawing:
    """Return the drawing of all parts with the heading above.

    Args:
        found: shapes and texts below the heading.
        sheet: has the title and the theme.
        size: the width inside the margins, and the height.
    """
    inner, height = size
    above = layout.heading_height(sheet.title, inner)
    texts = [*layout.heading(sheet, above, (MARGIN,) * 2, inner)]
    texts += [part for part in found if isinstance(part, Text)]
    shapes = [part for part in found if not isinstance(part, Text)]
    return Drawing(inner + 2 * MARGIN, height, shapes, texts, sheet.theme.ground)
