"""The painter of PNG swatches, at twice the nominal size for dense screens."""

from __future__ import annotations

import io
import math
from functools import lru_cache
from typing import Final

from PIL import Image, ImageChops, ImageDraw

from quantize.color.contrast import Rgb
from quantize.swatch.labels import font
from quantize.swatch.shapes import SCALE, Box, Drawing, Photo, Sector, Text

DPI: Final = (72 * SCALE, 72 * SCALE)
"""Dots per inch: a nominal pixel is a point."""

_FINER: Final = 4
"""Factor by which round edges are drawn larger before they are averaged."""

_COVERAGE: Final = [round(round(value / 255 * 7) / 7 * 255) for value in range(256)]
"""Coverage of edges in 8 steps, not 256: no difference is seen, and files are a third smaller."""

_ANCHORS: Final = {"start": "ls", "middle": "ms", "end": "rs"}


def paint(drawing: Drawing) -> bytes:
    """Return a drawing as a PNG, indexed if that keeps every pixel."""
    size = (drawing.width, drawing.height)
    if drawing.ground is None:
        image = Image.new("RGBA", size)
    else:
        image = Image.new("RGB", size, drawing.ground)
    for shape in drawing.shapes:
        if isinstance(shape, Box):
            _box(image, shape)
        elif isinstance(shape, Sector):
            _sector(image, shape)
        else:
            _photo(image, shape)
    for text in drawing.texts:
        _text(image, text)
    return _encoded(image)


def _put(
    image: Image.Image, tile: Image.Image | Rgb, mask: Image.Image, left: int, top: int
) -> None:
    """Lay a tile or a colour over a part of an image, where and as far as a mask says."""
    if image.mode == "RGB":
        box = (left, top, left + mask.width, top + mask.height)
        image.paste(tile, box, mask)
        return
    layer = Image.new("RGB", mask.size, tile) if isinstance(tile, tuple) else tile.convert("RGB")
    layer.putalpha(mask)
    image.alpha_composite(layer, (left, top))


def _photo(image: Image.Image, photo: Photo) -> None:
    how = Image.Resampling.NEAREST if photo.is_sharp else Image.Resampling.LANCZOS
    tile = photo.image.resize((photo.width, photo.height), how)
    mask = tile.getchannel("A") if tile.mode == "RGBA" else Image.new("L", tile.size, 255)
    _put(image, tile.convert("RGB"), mask, photo.left, photo.top)


def _box(image: Image.Image, box: Box) -> None:
    size = (box.width, box.height)
    if box.radius == 0 and box.outline is None:
        image.paste(box.fill, (box.left, box.top, box.left + box.width, box.top + box.height))
        return
    tile = Image.new("RGB", size, box.fill)
    whole = _rounded(size, 0, box.radius)
    if box.outline is not None:
        rim = ImageChops.subtract(whole, _rounded(size, SCALE, box.radius))
        tile.paste(box.outline, mask=rim)
    _put(image, tile, whole, box.left, box.top)


@lru_cache(maxsize=8)
def _rounded(size: tuple[int, int], inset: int, radius: int) -> Image.Image:
    """Return the mask of a rectangle with rounded corners."""
    width, height = (_FINER * length for length in size)
    mask = Image.new("L", (width, height))
    edge = inset * _FINER
    ImageDraw.Draw(mask).rounded_rectangle(
        (edge, edge, width - edge - 1, height - edge - 1),
        max(radius - inset, 0) * _FINER,
        fill=255,
    )
    return mask.reduce(_FINER).point(_COVERAGE)


def _sector(image: Image.Image, sector: Sector) -> None:
    """Draw a sector by a mask of its bounding box, whose corner is `left`, `top` off the centre."""
    left, top, right, bottom = _around(sector)
    size = (right - left, bottom - top)
    mask = Image.new("L", (size[0] * _FINER, size[1] * _FINER))
    pen = ImageDraw.Draw(mask)

    def disc(radius: int) -> tuple[int, int, int, int]:
        x, y = (-left - radius) * _FINER, (-top - radius) * _FINER
        return x, y, x + 2 * radius * _FINER - 1, y + 2 * radius * _FINER - 1

    start, (inner, outer) = sector.start - 90, sector.radii
    pen.pieslice(disc(outer), start, start + sector.sweep, fill=255)
    pen.ellipse(disc(inner), fill=0)
    coverage = mask.reduce(_FINER).point(_COVERAGE)
    _put(image, sector.fill, coverage, sector.center[0] + left, sector.center[1] + top)


def _around(sector: Sector) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of a sector, relative to its centre."""
    start, end = sector.start, sector.start + sector.sweep
    turns = [turn for turn in range(0, 721, 90) if start < turn < end]
    places = [
        (radius * math.sin(math.radians(angle)), -radius * math.cos(math.radians(angle)))
        for angle in (start, end, *turns)
        for radius in sector.radii
    ]
    across, down = zip(*places, strict=True)
    low, high = (math.floor(min(across)) - 1, math.floor(min(down)) - 1), (max(across), max(down))
    return *low, math.ceil(high[0]) + 1, math.ceil(high[1]) + 1


def _text(image: Image.Image, text: Text) -> None:
    """Draw text by a larger mask, since FreeType rounds the width of letters to whole pixels."""
    face, anchor = font(text.size * _FINER, bold=text.bold), _ANCHORS[text.anchor]
    left, top, right, bottom = face.getbbox(text.text, anchor=anchor)
    low = (math.floor(left / _FINER) - 1, math.floor(top / _FINER) - 1)
    size = (math.ceil(right / _FINER) + 1 - low[0], math.ceil(bottom / _FINER) + 1 - low[1])
    mask = Image.new("L", (size[0] * _FINER, size[1] * _FINER))
    origin = (-low[0] * _FINER, -low[1] * _FINER)
    ImageDraw.Draw(mask).text(origin, text.text, 255, face, anchor=anchor)
    coverage = mask.reduce(_FINER).point(_COVERAGE)
    _put(image, text.color, coverage, text.x + low[0], text.baseline + low[1])


def _encoded(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    indexed = _indexed(image)
    if indexed is None:  # optimising would save 1 % and take seven times as long
        image.save(buffer, "PNG", dpi=DPI)
    else:
        indexed.save(buffer, "PNG", dpi=DPI, optimize=True)
    return buffer.getvalue()


def _indexed(image: Image.Image) -> Image.Image | None:
    """Return the same pixels with a palette, for half the bytes; None if of too many colours.

    Swatches of up to about 20 tiles are indexed.
    """
    if image.mode != "RGB" or image.getcolors(256) is None:
        return None
    indexed = image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    same = ImageChops.difference(indexed.convert("RGB"), image).getbbox() is None
    return indexed if same else None
