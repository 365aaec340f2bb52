"""Krita's palette, `.kpl`: a ZIP archive with XML in it, colours with names in a grid.

Layout from docs.krita.org, "The Krita Palette format KPL", and `KoColorSet.cpp`. Written as sRGB
with 8 bits, 16 to a row, without a group. No alpha. Of the models that Krita has, XYZ and YCbCr are
not read, and the profiles that a file may bring are not applied: RGB is taken for sRGB.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from quantize.model.palette import Palette
from quantize.palette_files import archive, color_models, xmltext
from quantize.palette_files.reading import Malformed, Swatch, Title, grouped, quoted
from quantize.palette_files.text import labels, opaque

COLUMNS: Final = 16
"""Columns of the grid; our choice, Krita allows 4096."""

_MIMETYPE: Final = ("mimetype", b"application/x-krita-palette")
_PROFILES: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n<Profiles/>\n'
_COLORS: Final = "colorset.xml"

_MODELS: Final[dict[str, tuple[str, Callable[..., color_models.RGB]]]] = {
    "sRGB": ("rgb", color_models.rgb),
    "RGB": ("rgb", color_models.rgb),
    "Gray": ("g", color_models.gray),
    "CMYK": ("cmyk", color_models.cmyk),
    "Lab": ("Lab", color_models.lab),
}
"""By the element of a colour: the letters of its attributes, and their conversion."""


def write(palette: Palette, title: str) -> bytes:
    """Return the archive, whose type is first and not deflated.

    A colour without a name gets its hex code.
    """
    columns = min(len(palette), COLUMNS)
    rows = -(-len(palette) // columns)
    entries = [
        f' <ColorSetEntry name="{xmltext.attribute(label)}" id="{place + 1}" bitdepth="U8"'
        f' spot="false">\n  <sRGB r="{red / 255}" g="{green / 255}" b="{blue / 255}"/>\n'
        f'  <Position row="{place // columns}" column="{place % columns}"/>\n </ColorSetEntry>\n'
        for place, ((red, green, blue), label) in enumerate(
            zip(opaque(palette), labels(palette), strict=True)
        )
    ]
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<ColorSet version="2.0" name="{xmltext.attribute(title) or "Untitled"}" comment=""'
        f' columns="{columns}" rows="{rows}">\n{"".join(entries)}</ColorSet>\n'
    )
    members = [_MIMETYPE, (_COLORS, text.encode()), ("profiles.xml", _PROFILES)]
    return archive.pack(members, stored=(_MIMETYPE[0],))


def read(data: bytes) -> Iterator[Swatch | Title]:
    """Yield the colours in the order of Krita: by group, row and column."""
    grid = _Grid()
    xmltext.parse(archive.member(data, _COLORS), grid.start, grid.end)
    if grid.root.lower() != "colorset":
        raise Malformed(f"{_COLORS} in it holds no ColorSet; it is another kind of archive")
    yield Title(grid.title)
    yield from (swatch for _, swatch in sorted(grid.found, key=lambda entry: entry[0]))


@dataclass
class _Grid:
    """The colours that have been read of the XML with their places, and the open elements."""

    root: str = ""
    title: str = ""
    groups: int = 0  # seen so far
    here: int = 0  # which of them we are in; 0 is none
    group: str = ""
    name: str | None = None  # of the entry that we are in
    color: color_models.RGB | None = None
    place: tuple[float, float] = (math.inf, math.inf)
    found: list[tuple[tuple[float, ...], Swatch]] = field(default_factory=list)

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        if not self.root:
            self.root, self.title = element, attributes.get("name", "")
        if element == "Group":
            self.groups += 1
            self.here = self.groups
            self.group = attributes.get("name", "")
        elif element == "ColorSetEntry":
            self.name, self.color = attributes.get("name", ""), None
            self.place = (math.inf, math.inf)
        elif element == "Position":
            self.place = (
                _number(attributes, "row", "a position"),
                _number(attributes, "column", "a position"),
            )
        elif self.name is not None and self.color is None:
            self.color = self._color(element, attributes)

    def end(self, element: str) -> None:
        if element == "Group":
            self.here, self.group = 0, ""
        elif element == "ColorSetEntry" and self.name is not None:
            if self.color is None:
                raise Malformed(f"entry {quoted(self.name)} has no colour; correct it")
            name = grouped(self.group, self.name)
            at = (self.here, *self.place, len(self.found))
            self.found.append((at, Swatch(self.color, name)))
            self.name = None

    def _color(self, element: str, attributes: Mapping[str, str]) -> color_models.RGB:
        where = f"entry {quoted(self.name or '')}"
        if element not in _MODELS:
            known = ", ".join(_MODELS)
            raise Malformed(f"{where}: model {quoted(element)} is none of {known}")
        letters, convert = _MODELS[element]
        return convert(*(_number(attributes, letter, where) for letter in letters))


def _number(attributes: Mapping[str, str], name: str, where: str) -> float:
    """Return an attribute as a number; Krita has written decimal commas in some countries."""
    text = attributes.get(name, "")
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    raise Malformed(f"{where}: {name} is {quoted(text)}, and no number; correct it")
