"""The table of palette files: which ending is which format, and the one door to write them.

Each format is a small module of its own with `write(palette, title) -> bytes`; files themselves,
with their temporary names and refusals, are the caller's.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple

from quantize.errors import OutputError

if TYPE_CHECKING:
    from quantize.model import Palette


class PaletteFormat(NamedTuple):
    """One row of the table.

    Attributes:
        name: short and unique, for people.
        endings: of file names, lower case with their dot; the first one is the usual one.
        summary: what it is good for, in one line.
        module: where its `write` lives. A name and not the module itself, imported on use: help
            and shell completion read this table, and should not pay for NumPy.
    """

    name: str
    endings: tuple[str, ...]
    summary: str
    module: str


FORMATS: Final[tuple[PaletteFormat, ...]] = (
    PaletteFormat(
        "gpl",
        (".gpl",),
        "GIMP palette, also of Inkscape, Krita and Aseprite; without alpha",
        "quantize.palettes.gpl",
    ),
    PaletteFormat(
        "hex",
        (".hex",),
        "one rrggbb a line, as Lospec has it",
        "quantize.palettes.hexfile",
    ),
    PaletteFormat(
        "json",
        (".json",),
        "colours, counts, shares and names, for programs",
        "quantize.palettes.jsonfile",
    ),
    PaletteFormat(
        "css",
        (".css",),
        "custom properties --color-1, --color-2, … for web pages",
        "quantize.palettes.css",
    ),
)


def format_of(path: str) -> PaletteFormat:
    """The format that a file's name asks for.

    The longest ending wins, whatever its case, so that `.tailwind.css` can stand beside `.css`.

    Raises:
        OutputError: the ending is none of the table's.
    """
    name = path.lower()
    matches = [
        (len(ending), row) for row in FORMATS for ending in row.endings if name.endswith(ending)
    ]
    if not matches:
        endings = ", ".join(ending for row in FORMATS for ending in row.endings)
        raise OutputError(path, f"no palette format has this ending; known are {endings}")
    return max(matches, key=lambda match: match[0])[1]


def encode(palette: Palette, path: str, title: str) -> bytes:
    """The bytes of a palette file, in the format that `path` ends in; nothing is written.

    Args:
        palette: the colours.
        path: the file that the bytes are meant for.
        title: what the palette is called inside the file, e.g. the picture's name.

    Raises:
        OutputError: the ending is none of the table's.
    """
    data: bytes = import_module(format_of(path).module).write(palette, title)
    return data
