"""LibreOffice's palette, `.soc`: XML, opaque colours with names.

The layout is that of `standard.soc` of LibreOffice. Older files of OpenOffice have other prefixes;
prefixes of elements and attributes are ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from quantize.model.palette import Palette
from quantize.palette_files import xmltext
from quantize.palette_files.reading import Malformed, Swatch, bytes_of_hex
from quantize.palette_files.text import labels

_ROOT: Final = "color-table"


def write(palette: Palette, title: str) -> bytes:  # noqa: ARG001 (one signature for all formats)
    """Return an element for each colour; a colour without a name gets its hex code."""
    rows = [
        f' <draw:color draw:name="{xmltext.attribute(label)}" draw:color="{code}"/>\n'
        for label, code in zip(labels(palette), palette.hex, strict=True)
    ]
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ooo:color-table xmlns:ooo="http://openoffice.org/2004/office"'
        ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0">\n'
        f"{''.join(rows)}</ooo:color-table>\n"
    )
    return text.encode()


def read(data: bytes) -> Iterator[Swatch]:
    """Return the colours of a color table, on any level of it."""
    found: list[Swatch] = []
    roots: list[str] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if not roots:
            roots.append(name)
        if name == "color":
            where = f"colour {len(found) + 1:,}"
            color = bytes_of_hex(attributes.get("color", ""), where)
            found.append(Swatch(color, attributes.get("name", "")))

    xmltext.parse(data, start, lambda _: None)
    if roots != [_ROOT]:
        raise Malformed("is XML, but not a color table of LibreOffice")
    return iter(found)
