"""The style `board`: the picture on the left, and tiles of its colours beside it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from quantize.color.contrast import text_color
from quantize.model.pixels import Bytes
from quantize.swatch import layout
from quantize.swatch.labels import elided, width
from quantize.swatch.layout import CHECKER, within
from quantize.swatch.shapes import SHARP_FROM, Box, Drawing, Photo, Text
from quantize.swatch.sheet import Entry, Sheet

# Chosen by eye over k = 1 to 256 and pictures of all shapes; lengths are in pixels.
INNER: Final = 1920
MARGIN: Final = 72
GAP: Final = 48
"""Between the picture and its colours."""
ROOM: Final = (1100, 1000)
"""Width and height of the picture at most."""
LEAST_HEIGHT: Final = 640
FEW: Final = 16
"""Colours of which a last row that is short is wider, so that no place is empty."""
TILE_SHAPE: Final = 1.6
RADIUS: Final = 24
CODES: Final = (15, 44)
"""Sizes of codes: the least that can be read, and the largest."""


def draw(sheet: Sheet) -> Drawing:
    """Draw the picture, and the colours by hue and lightness in a grid of the same height."""
    picture = sheet.picture
    assert picture is not None  # `draw.draw` has seen to it
    across, down = _size(picture.width, picture.height)
    top = MARGIN + layout.heading_height(sheet.title, INNER)
    height = max(down, LEAST_HEIGHT)
    photo = Photo(MARGIN, top + (height - down) // 2, across, down, picture)
    shapes: list[Box | Photo] = []
    if picture.mode == "RGBA":
        shapes += _checkers(photo)
    shapes.append(photo)
    left = MARGIN + across + GAP
    grid = _grid(len(sheet.rows), INNER - across - GAP, height)
    rows = sheet.in_columns(grid.columns)
    sizes = _sizes(rows, grid)
    texts = [*layout.heading(sheet, top - MARGIN, (MARGIN, MARGIN), INNER)]
    for place, entry in enumerate(rows):
        box = grid.box(place, left, top)
        radius = min(min(box[2:]) // 12, RADIUS)
        shapes.append(Box(*box, entry.seen, radius, entry.outline))
        if entry.is_clear:
            side = max(min(box[2:]) // 12, 2)
            inset = radius + side // 2
            places = (max((box[2] - 2 * inset) // side, 1), max(box[3] // 3 // side, 1))
            shapes += layout.checkers(entry, box[0] + inset, box[1] + inset, side, places)
        texts += _texts(entry, box, sizes)
    return Drawing(INNER + 2 * MARGIN, top + height + MARGIN, shapes, texts, sheet.theme.ground)


def shown(pixels: Bytes) -> Image.Image:
    """Return a picture for a board, no larger than it is there: of (h, w, 3 or 4) uint8 pixels."""
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.thumbnail(ROOM, Image.Resampling.LANCZOS)
    return image


def _size(width: int, height: int) -> tuple[int, int]:
    """Return the size of the picture on the board; pixel art is enlarged by a whole number."""
    scale = min(ROOM[0] / width, ROOM[1] / height)
    if scale >= SHARP_FROM:
        scale = math.floor(scale)
    return max(round(width * scale), 1), max(round(height * scale), 1)


def _checkers(photo: Photo, side: int = 16) -> Iterator[Box]:
    """Yield what is seen through a picture: white with darker squares."""
    yield Box(photo.left, photo.top, photo.width, photo.height, (255, 255, 255))
    for row in range(-(-photo.height // side)):
        for column in range(row % 2, -(-photo.width // side), 2):
            left, top = column * side, row * side
            size = (min(side, photo.width - left), min(side, photo.height - top))
            yield Box(photo.left + left, photo.top + top, *size, CHECKER)


@dataclass(frozen=True, slots=True)
class _Grid:
    """Cells that fill a rectangle exactly, row by row; a short last row is filled too if few are.

    Lengths are in pixels.
    """

    count: int
    columns: int
    rows: int
    width: int
    height: int
    gap: int

    def box(self, place: int, left: int, top: int) -> tuple[int, int, int, int]:
        """Return left, top, width and height of a tile; edges are whole pixels."""
        row, column = divmod(place, self.columns)
        across, down = self.width + self.gap, self.height + self.gap
        is_short = row == self.rows - 1 and self.count <= FEW
        columns = self.count - row * self.columns if is_short else self.columns
        x, y = column * across // columns, row * down // self.rows
        right, bottom = (column + 1) * across // columns, (row + 1) * down // self.rows
        return left + x, top + y, right - x - self.gap, bottom - y - self.gap


def _grid(count: int, width: int, height: int) -> _Grid:
    """Return the grid whose tiles are nearest to their shape, with few empty places."""

    def cost(columns: int) -> float:
        rows = -(-count // columns)
        shape = (width / columns) / (height / rows)
        empty = 1 - count / (columns * rows)
        return 3 * empty + abs(math.log(shape / TILE_SHAPE))

    columns = min(range(1, count + 1), key=cost)
    rows = -(-count // columns)
    gap = round(within(min(width / columns, height / rows) / 14, 3, 20))
    return _Grid(count, columns, rows, width, height, gap)


def _sizes(rows: list[Entry], grid: _Grid) -> tuple[int, int, int]:
    """Return the font sizes of codes and of the rest, 0 where there is no room; and the padding."""
    _, _, across, down = grid.box(0, 0, 0)
    widest = max(width(entry.label.code, 100, bold=True) for entry in rows)
    size = min(100 * (across * 0.84) / widest, down * 0.5, CODES[1])
    code = math.floor(size) if size >= CODES[0] else 0
    small = round(code * 0.62)
    return code, small if small >= CODES[0] and down >= 3.2 * code else 0, round(across * 0.08)


def _texts(
    entry: Entry, box: tuple[int, int, int, int], sizes: tuple[int, int, int]
) -> Iterator[Text]:
    """Yield code, name and share of a tile from its lower edge up, as far as there is room."""
    code, small, padding = sizes
    if not code:
        return
    left, top, across, down = box
    color, baseline = text_color(entry.seen), top + down - round(min(padding, down * 0.12)) - 2
    if small and entry.label.share:
        yield Text(left + padding, baseline, entry.label.share, small, color)
        baseline -= round(small * 1.35)
    yield Text(left + padding, baseline, entry.label.code, code, color, bold=True)
    baseline -= round(code * 1.05)
    if small and entry.label.name and baseline - small > top + 4:
        name = elided(entry.label.name, small, across - 2 * padding)
        yield Text(left + padding, baseline, name, small, color)
