"""Procreate's palettes, `.swatches`: a ZIP archive with JSON in it; colours have no names.

Hue, saturation and brightness of 0 to 1 each, as szydlovski/procreate-swatches and its samples have
it, with the components of version 5 beside the old keys. A palette of Procreate has 30 places: more
colours are written as several palettes in the one file, and read as one again.
"""

from __future__ import annotations

import colorsys
import json
from collections.abc import Iterator
from typing import Any, Final

from quantize.model.palette import Palette
from quantize.model.text import escaped_json, one_line
from quantize.palette_files import archive, color_models, jsontext
from quantize.palette_files.reading import Malformed, Swatch, Title

PLACES: Final = 30
"""Colours of a palette at most, by the handbook of Procreate."""

_COLORS: Final = "Swatches.json"


def write(palette: Palette, title: str) -> bytes:
    """Return a list of palettes, as Procreate shares them; an object alone has crashed it."""
    name = one_line(title) or "Untitled"
    swatches = [_swatch(*color) for color in palette]
    parts = [swatches[at : at + PLACES] for at in range(0, len(swatches), PLACES)]
    palettes = [
        {"name": name if len(parts) == 1 else f"{name} {number}", "swatches": part}
        for number, part in enumerate(parts, 1)
    ]
    document = escaped_json(json.dumps(palettes, ensure_ascii=False))
    return archive.pack([(_COLORS, document.encode())])


def _swatch(red: int, green: int, blue: int, alpha: int = 255) -> dict[str, object]:
    hue, saturation, brightness = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
    return {
        "hue": hue,
        "saturation": saturation,
        "brightness": brightness,
        "alpha": alpha / 255,
        "colorSpace": 0,
        "components": [hue, saturation, brightness],
    }


def read(data: bytes) -> Iterator[Swatch | Title]:
    """Yield the colours of all palettes in the file; gaps are ignored, colours are sRGB."""
    content = jsontext.parse(archive.member(data, _COLORS))
    number = 0
    palettes = content if isinstance(content, list) else [content]
    if len(palettes) == 1 and isinstance(palettes[0], dict):
        yield Title(jsontext.text(palettes[0].get("name")))
    for palette in palettes:
        swatches = palette.get("swatches") if isinstance(palette, dict) else None
        if not isinstance(swatches, list):
            raise Malformed(f"{_COLORS} in it has a palette without a list of swatches")
        for entry in swatches:
            number += 1
            if entry is not None:
                yield _color(entry, f"swatch {number:,}")


def _color(entry: Any, where: str) -> Swatch:
    if not isinstance(entry, dict):
        raise Malformed(f"{where}: wanted an object, got {jsontext.shown(entry)}")
    values = [entry.get(key) for key in ("hue", "saturation", "brightness")]
    components = entry.get("components")
    if values == [None] * 3 and isinstance(components, list) and len(components) == 3:
        values = components
    hue, saturation, brightness = (jsontext.number(value, where) for value in values)
    alpha = jsontext.number(entry.get("alpha", 1), where)
    return Swatch((*color_models.hsb(hue, saturation, brightness), color_models.byte(alpha)))
