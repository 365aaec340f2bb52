"""A palette as a picture to put on a board: a tile a colour with its hex code, name and share.

The picture is drawn at twice its nominal size and says so (144 dots per inch), so it is sharp on
dense screens. Every tile holds its exact colour. Text is black or white, whichever contrasts more.
A translucent colour lies on a checkerboard, its text on the same colour over plain white.
"""

from __future__ import annotations

import io
import math
import unicodedata
from dataclasses import dataclass
from itertools import starmap
from typing import Final

from PIL import Image, ImageChops, ImageDraw, ImageFont

from quantize.errors import QuantizeError
from quantize.model import Palette
from quantize.palettes.text import hex_codes, one_line, percent

Rgb = tuple[int, int, int]
Font = ImageFont.ImageFont | ImageFont.FreeTypeFont

BLACK: Final[Rgb] = (0, 0, 0)
WHITE: Final[Rgb] = (255, 255, 255)
BACKGROUND: Final[Rgb] = WHITE
TITLE: Final[Rgb] = (32, 32, 32)
SUBTITLE: Final[Rgb] = (112, 112, 112)
CHECKER: Final[Rgb] = (208, 208, 208)
OUTLINE: Final[Rgb] = (200, 200, 200)

DPI: Final = (144, 144)
"""Twice the 72 of a nominal pixel."""

# Chosen by eye over k = 1 to 256; lengths in pixels.
SHAPES: Final = (1.3, 16 / 9)
"""The whole picture's width over its height, least and most."""
TILE_SHAPE: Final = 4 / 3
ROW_WIDTH: Final = 1600
TILE_WIDTHS: Final = (208, 560)
HEADINGS: Final = (56, 150)
CHECKERS: Final = 22
"""Squares of the checkerboard across a tile."""
FAINT: Final = 1.15
"""Tiles that contrast less with the background get an outline."""

_COVERAGE: Final = [round(round(value / 255 * 7) / 7 * 255) for value in range(256)]
"""Edges in 8 steps, not 256: the eye sees no difference, and the files are a third smaller."""

_SPELLED: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
    | {"đ": "d", "Đ": "D", "ı": "i", "‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-"}
)
"""What Unicode does not take apart into an ASCII letter and its accents."""


def contrast_ratio(first: Rgb, second: Rgb) -> float:
    """1 (none) to 21 (black and white); WCAG 2.2 asks 4.5 of text.

    Source: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio.
    """
    darker, lighter = sorted((_relative_luminance(first), _relative_luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def text_color(background: Rgb) -> Rgb:
    """Black or white, whichever contrasts more: at least √21 = 4.58 on any background."""
    return max(BLACK, WHITE, key=lambda color: contrast_ratio(color, background))


def _relative_luminance(color: Rgb) -> float:
    """0 to 1. Source: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    values = [channel / 255 for channel in color]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def draw(palette: Palette, *, title: str = "") -> bytes:
    """The swatch of a palette as a PNG file; equal input gives equal bytes.

    Args:
        palette: 1 to 256 colours, drawn row by row. Shares are shown if it has counts.
        title: a line above the tiles; none if empty. The font is ASCII: accents are dropped
            and other scripts left out.

    Raises:
        QuantizeError: this Pillow cannot draw text at a size.
    """
    labels = _labels(palette)
    heading = _ascii(title)
    layout = _layout(len(palette), heading=bool(heading))
    style = _style(layout, labels)
    image = Image.new("RGB", layout.size, BACKGROUND)
    if heading:
        _draw_heading(image, layout, heading, len(palette))
    masks = _tile_masks(layout)
    for place, (color, label) in enumerate(zip(palette, labels, strict=True)):
        tile = _tile(layout.tile, color, label, style)
        if contrast_ratio(over(color, WHITE), BACKGROUND) < FAINT:
            tile.paste(OUTLINE, mask=masks.rim)
        image.paste(tile, layout.corner(place), masks.whole)
    return _encoded(image)


def over(color: tuple[int, ...], background: Rgb) -> Rgb:
    """What is seen of a colour with straight alpha over an opaque one, rounded to nearest."""
    alpha = color[3] if len(color) == 4 else 255
    red, green, blue = (
        (front * alpha + back * (255 - alpha) + 127) // 255
        for front, back in zip(color[:3], background, strict=True)
    )
    return red, green, blue


def _encoded(image: Image.Image) -> bytes:
    """A PNG file, indexed where nothing is lost by it."""
    buffer = io.BytesIO()
    indexed = _indexed(image)
    if indexed is None:  # optimising would save 1 % and take seven times as long
        image.save(buffer, "PNG", dpi=DPI)
    else:
        indexed.save(buffer, "PNG", dpi=DPI, optimize=True)
    return buffer.getvalue()


def _indexed(image: Image.Image) -> Image.Image | None:
    """The same pixels with a palette, half the size as a file; up to some 20 tiles have one."""
    if image.getcolors(256) is None:
        return None
    indexed = image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    same = ImageChops.difference(indexed.convert("RGB"), image).getbbox() is None
    return indexed if same else None


@dataclass(frozen=True, slots=True)
class _Layout:
    """A grid of equal tiles inside a margin; lengths in pixels."""

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
        """Left and top of one tile."""
        row, column = divmod(place, self.columns)
        width, height = self.tile
        top = self.margin + self.heading
        return self.margin + column * (width + self.gap), top + row * (height + self.gap)


def _layout(count: int, *, heading: bool) -> _Layout:
    """Tiles near 4:3, made taller or flatter so that the whole keeps to `SHAPES`."""
    columns = _columns(count)
    rows = -(-count // columns)
    width = round(_within(ROW_WIDTH / columns, *TILE_WIDTHS))
    gap = width // 18
    margin = round(24 + width / 6 + columns * 2)
    whole = columns * (width + gap) - gap + 2 * margin
    above = round(_within(whole / 20, *HEADINGS)) if heading else 0
    spare = 2 * margin + above + (rows - 1) * gap
    flattest, tallest = ((whole / shape - spare) / rows for shape in reversed(SHAPES))
    height = round(_within(width / TILE_SHAPE, flattest, tallest))
    return _Layout(columns, rows, (width, height), gap, margin, above)


def _columns(count: int) -> int:
    """The number of columns that leaves few places empty and keeps tiles near their shape."""

    def cost(columns: int) -> float:
        rows = -(-count // columns)
        shape = _within(TILE_SHAPE, *(whole * rows / columns for whole in SHAPES))
        empty = 1 - count / (columns * rows)
        return 4 * empty + abs(math.log(shape / TILE_SHAPE)) / 2

    return min(range(1, count + 1), key=cost)


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _rounded(size: tuple[int, int], inset: int, radius: int) -> Image.Image:
    """A mask of a rectangle with round corners, antialiased by drawing it four times as large."""
    scale = 4
    width, height = (scale * length for length in size)
    mask = Image.new("L", (width, height))
    edge = inset * scale
    ImageDraw.Draw(mask).rounded_rectangle(
        (edge, edge, width - edge - 1, height - edge - 1), (radius - inset) * scale, fill=255
    )
    return mask.resize(size, Image.Resampling.BOX).point(_COVERAGE)


@dataclass(frozen=True, slots=True)
class _Masks:
    whole: Image.Image
    rim: Image.Image


def _tile_masks(layout: _Layout) -> _Masks:
    """One tile's shape, and its outline of two pixels."""
    radius = layout.tile[0] // 16
    whole = _rounded(layout.tile, 0, radius)
    return _Masks(whole, ImageChops.subtract(whole, _rounded(layout.tile, 2, radius)))


@dataclass(frozen=True, slots=True)
class _Label:
    name: str
    code: str
    share: str


def _labels(palette: Palette) -> list[_Label]:
    names = palette.names or ("",) * len(palette)
    counted = bool(palette.counts.any())
    shares = [percent(share) if counted else "" for share in palette.shares]
    return list(starmap(_Label, zip(map(_ascii, names), hex_codes(palette), shares, strict=True)))


def _ascii(text: str) -> str:
    """The text in the letters that the font has: accents are dropped, other scripts left out."""
    parts = unicodedata.normalize("NFKD", text.translate(_SPELLED))
    return one_line(parts.encode("ascii", errors="ignore").decode())


@dataclass(frozen=True, slots=True)
class _Style:
    """Type that all tiles share; lengths in pixels, each line's from its baseline upwards."""

    large: Font
    small: Font
    code_line: int
    name_line: int
    share_line: int
    padding: int
    most_names: int


def _style(layout: _Layout, labels: list[_Label]) -> _Style:
    """The largest type up to a limit with which every code fits its tile's width."""
    width, height = layout.tile
    padding = round(width / 20 + 4)
    widest = max(_font(100).getlength(label.code) for label in labels)
    large = min(math.floor(100 * (width - 2 * padding) / widest), round(10 + width / 11))
    small = round(8 + large * 0.4)
    code_line, name_line, share_line = round(large * 1.2), round(small * 1.2), round(small * 1.5)
    free = height - 2 * padding - code_line - share_line
    most_names = 2 if free >= 2 * name_line else 1
    return _Style(_font(large), _font(small), code_line, name_line, share_line, padding, most_names)


def _font(size: int) -> Font:
    try:
        return ImageFont.load_default(size)
    except ImportError:  # of the C module that draws text, optional when Pillow is built
        raise QuantizeError(
            "swatch: this Pillow was built without FreeType and cannot draw the labels; "
            "its wheels can: pip install --force-reinstall --only-binary pillow pillow"
        ) from None


def _tile(
    size: tuple[int, int], color: tuple[int, ...], label: _Label, style: _Style
) -> Image.Image:
    """A rectangular tile: name, code and share at the lower left, the checkerboard above them."""
    seen = over(color, WHITE)
    tile = Image.new("RGB", size, seen)
    coverage = Image.new("L", size)
    names = _wrapped(label.name, style.small, size[0] - 2 * style.padding, style.most_names)
    lines = [
        (label.share, style.small, style.share_line),
        (label.code, style.large, style.code_line),
    ]
    lines += [(name, style.small, style.name_line) for name in reversed(names)]
    pen = ImageDraw.Draw(coverage)
    baseline = size[1] - style.padding
    for text, font, line in lines:
        if text:
            pen.text((style.padding, baseline), text, 255, font, anchor="ls")
            baseline -= line
    tile.paste(text_color(seen), mask=coverage.point(_COVERAGE))
    if len(color) == 4 and color[3] < 255:
        _checker(tile, baseline, over(color, CHECKER))
    return tile


def _checker(tile: Image.Image, height: int, color: Rgb) -> None:
    """Every other square of a board that hangs from the upper edge, in whole rows."""
    edges = [tile.width * column // CHECKERS for column in range(CHECKERS + 1)]
    side = edges[1]
    pen = ImageDraw.Draw(tile)
    for row in range(height // side):
        top, bottom = row * side, (row + 1) * side - 1
        for column in range(row % 2, CHECKERS, 2):
            pen.rectangle((edges[column], top, edges[column + 1] - 1, bottom), fill=color)


def _wrapped(text: str, font: Font, room: int, most: int) -> list[str]:
    """The text in at most `most` lines of `room` pixels, elided where it does not fit."""
    lines: list[str] = []
    words = text.split()
    while words:
        if len(lines) == most - 1:
            return [*lines, _elided(" ".join(words), font, room)]
        taken = 1
        while taken < len(words) and font.getlength(" ".join(words[: taken + 1])) <= room:
            taken += 1
        lines.append(_elided(" ".join(words[:taken]), font, room))
        words = words[taken:]
    return lines


def _elided(text: str, font: Font, room: float) -> str:
    """The text, or as much of its beginning as fits with three dots after it."""
    if font.getlength(text) <= room:
        return text
    while text and font.getlength(f"{text}...") > room:
        text = text[:-1].rstrip()
    return f"{text}..."


def _draw_heading(image: Image.Image, layout: _Layout, text: str, count: int) -> None:
    """The title at the left, how many colours there are at the right, on one baseline."""
    large, small = _font(round(layout.heading * 0.55)), _font(round(layout.heading * 0.38))
    number = f"{count} color{'s' if count > 1 else ''}"
    right = layout.size[0] - layout.margin
    baseline = layout.margin + round(layout.heading * 0.45)
    room = right - layout.margin - small.getlength(number) - layout.heading
    for color, left, line, font, anchor in (
        (TITLE, layout.margin, _elided(text, large, room), large, "ls"),
        (SUBTITLE, right, number, small, "rs"),
    ):
        coverage = Image.new("L", layout.size)
        ImageDraw.Draw(coverage).text((left, baseline), line, 255, font, anchor=anchor)
        image.paste(color, mask=coverage.point(_COVERAGE))
