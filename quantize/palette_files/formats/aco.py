"""Photoshop's swatches, `.aco`: big-endian numbers, and names in a second section.

A section is a version, a number of colours, and for each colour its space and four values; section
2 has the name of each as well (Adobe Photoshop File Formats Specification, "Color swatches";
nomodes.com/larry-tesler-personal/aco). Both are written, RGB, as Photoshop does. No alpha.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Final

from quantize.model.palette import Palette
from quantize.palette_files import color_models
from quantize.palette_files.cursor import Cursor
from quantize.palette_files.reading import Malformed, Swatch
from quantize.palette_files.text import labels, opaque

_VALUES: Final = ">5H"
_RGB: Final = 0


def _signed(value: int) -> int:
    return value - 0x10000 if value >= 0x8000 else value


_SPACES: Final[dict[int, Callable[[int, int, int, int], color_models.RGB]]] = {
    _RGB: lambda w, x, y, _: color_models.rgb(w / 65535, x / 65535, y / 65535),
    1: lambda w, x, y, _: color_models.hsb(w / 65535, x / 65535, y / 65535),
    2: lambda w, x, y, z: color_models.cmyk(
        *(1 - ink / 65535 for ink in (w, x, y, z))
    ),  # 0 is all ink
    7: lambda w, x, y, _: color_models.lab(w / 100, _signed(x) / 100, _signed(y) / 100),
    8: lambda w, _x, _y, _z: color_models.gray(w / 10000),
    9: lambda w, x, y, z: color_models.cmyk(*(ink / 10000 for ink in (w, x, y, z))),
}
"""Conversions of the values to sRGB. Spaces that are missing here are numbers in books of inks
(Pantone, HKS …), whose colours the file does not have."""


def write(palette: Palette, title: str) -> bytes:  # noqa: ARG001 (one signature for all formats)
    """Return both sections; a colour without a name gets its hex code."""
    values = [
        struct.pack(_VALUES, _RGB, *(value * 257 for value in color), 0)
        for color in opaque(palette)
    ]
    named = [
        color + struct.pack(">L", len(text) // 2) + text
        for color, text in zip(
            values, (f"{label}\0".encode("utf-16-be") for label in labels(palette)), strict=True
        )
    ]
    one, two = (struct.pack(">HH", version, len(values)) for version in (1, 2))
    return one + b"".join(values) + two + b"".join(named)


def read(data: bytes) -> Iterator[Swatch]:
    """Return the colours of section 2 if there is one, else of section 1, without those of books.

    Data after the sections is ignored.
    """
    (version,) = Cursor(data).unpack(">H", "the version")
    if version not in (1, 2):
        raise Malformed(f"says version {version:,}, and only 1 and 2 are known; is it a palette?")
    file = Cursor(data)
    swatches = [*_section(file)]
    if version == 1 and data[len(data) - file.left :].startswith(b"\0\2"):
        swatches = [*_section(file)]
    return iter(swatches)


def _section(file: Cursor) -> Iterator[Swatch]:
    version, count = file.unpack(">HH", "the header of a section")
    for number in range(1, count + 1):
        where = f"colour {number:,} of {count:,}"
        space, *values = file.unpack(_VALUES, where)
        name = ""
        if version == 2:
            (units,) = file.unpack(">L", where)
            name = file.utf16(units, where)
        if space in _SPACES:
            yield Swatch(_SPACES[space](*values), name)
