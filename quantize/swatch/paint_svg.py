"""The painter of SVG swatches, which embed their font and so look the same everywhere.

Programs that ignore embedded fonts use one of their own, stretched to the same widths.
"""

from __future__ import annotations

import io
import math
from base64 import b64encode
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from quantize.color.contrast import WHITE, Rgb
from quantize.swatch.labels import FONTS, width
from quantize.swatch.shapes import SCALE, Box, Drawing, Photo, Sector, Text

FAMILY: Final = "Quantize Swatch"
_WEIGHTS: Final = {"regular": 400, "bold": 600}


def paint(drawing: Drawing) -> bytes:
    """Return a drawing as an SVG in nominal pixels, half as large as the PNG."""
    return "\n".join([*_lines(drawing), ""]).encode()


def _lines(drawing: Drawing) -> Iterator[str]:
    across, down = (f"{length / SCALE:g}" for length in (drawing.width, drawing.height))
    box = f"0 0 {drawing.width} {drawing.height}"
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{across}" height="{down}" viewBox="{box}">'
    )
    yield f"<style>{_style(drawing)}</style>"
    if drawing.ground is not None:
        ground = "#fff" if drawing.ground == WHITE else _hex(drawing.ground)
        yield f'<rect width="{drawing.width}" height="{drawing.height}" fill="{ground}"/>'
    yield from map(_shape, drawing.shapes)
    yield from map(_text, drawing.texts)
    yield "</svg>"


def _shape(shape: Box | Sector | Photo) -> str:
    if isinstance(shape, Box):
        return _box(shape)
    return _sector(shape) if isinstance(shape, Sector) else _photo(shape)


def _photo(photo: Photo) -> str:
    """Return the picture inside the file, as PNG: it keeps alpha and every pixel."""
    buffer = io.BytesIO()
    photo.image.save(buffer, "PNG")
    data = b64encode(buffer.getvalue()).decode()
    sharp = ' style="image-rendering:pixelated"' if photo.is_sharp else ""
    return (
        f'<image x="{photo.left}" y="{photo.top}" width="{photo.width}" height="{photo.height}" '
        f'preserveAspectRatio="none"{sharp} href="data:image/png;base64,{data}"/>'
    )


def _style(drawing: Drawing) -> str:
    """Return the style sheet: the font weights that are used as data, and the style of all text."""
    used = {"bold" if text.bold else "regular" for text in drawing.texts}
    faces = [
        f"@font-face{{font-family:'{FAMILY}';font-weight:{weight};src:url(data:font/woff2;base64,"
        f"{b64encode((FONTS / f'{name}.woff2').read_bytes()).decode()}) format('woff2')}}"
        for name, weight in _WEIGHTS.items()
        if name in used
    ]
    common = (
        f"text{{font-family:'{FAMILY}','Source Sans 3','Source Sans Pro',Helvetica,Arial,"
        "sans-serif;font-kerning:none}.b{font-weight:600}"
    )
    return "".join([*faces, common])


def _hex(color: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)


def _box(box: Box) -> str:
    """Return a rectangle; its outline is inside the edge, as in the PNG."""
    inset, line = (0, "") if box.outline is None else (SCALE / 2, _outline(box.outline))
    crisp = ' shape-rendering="crispEdges"'  # no light seams between neighbours
    round_corners = f' rx="{box.radius - inset:g}"' if box.radius else crisp
    return (
        f'<rect x="{box.left + inset:g}" y="{box.top + inset:g}" '
        f'width="{box.width - 2 * inset:g}" height="{box.height - 2 * inset:g}"{round_corners} '
        f'fill="{_hex(box.fill)}"{line}/>'
    )


def _outline(color: Rgb) -> str:
    return f' stroke="{_hex(color)}" stroke-width="{SCALE}"'


def _sector(sector: Sector) -> str:
    """Return a path of two arcs and two straight edges; a whole ring is a circle with a line."""
    (x, y), (inner, outer) = sector.center, sector.radii
    if sector.sweep >= 360:
        middle, wide = (inner + outer) / 2, outer - inner
        line = f'stroke="{_hex(sector.fill)}" stroke-width="{wide}"'
        return f'<circle cx="{x}" cy="{y}" r="{middle:g}" fill="none" {line}/>'
    large = int(sector.sweep > 180)

    def point(radius: int, degrees: float) -> str:
        angle = math.radians(degrees)
        return f"{x + radius * math.sin(angle):.2f} {y - radius * math.cos(angle):.2f}"

    start, end = sector.start, sector.start + sector.sweep
    return (
        f'<path d="M{point(outer, start)}A{outer} {outer} 0 {large} 1 {point(outer, end)}'
        f'L{point(inner, end)}A{inner} {inner} 0 {large} 0 {point(inner, start)}z" '
        f'fill="{_hex(sector.fill)}"/>'
    )


def _text(text: Text) -> str:
    anchor = "" if text.anchor == "start" else f' text-anchor="{text.anchor}"'
    bold = ' class="b"' if text.bold else ""
    length = width(text.text, text.size, bold=text.bold)
    return (
        f'<text x="{text.x}" y="{text.baseline}" font-size="{text.size}"{bold}{anchor} '
        f'fill="{_hex(text.color)}" textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs">'
        f"{escape(text.text)}</text>"
    )
