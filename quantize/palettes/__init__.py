"""The table of palette files: which ending is which format, and the doors to write and read them.

Each format is a small module of its own with `write(palette, title) -> bytes`, and with
`read(data) -> Iterable[Swatch]` where it is read; files themselves, with their temporary names and
refusals, are the caller's.
"""

from __future__ import annotations

import os
import re
from importlib import import_module
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from quantize.errors import OutputError, PaletteReadError

if TYPE_CHECKING:
    from quantize.model import Palette


MAX_BYTES: Final = 2 << 20
"""Of a palette file, and of each member of one that is an archive. Ours to choose: 256 colours
take less than 100 kB in the wordiest format, and a colour profile beside them up to about 1 MB."""


class PaletteFormat(NamedTuple):
    """One row of the table.

    Attributes:
        name: short and unique, for people.
        endings: of file names, lower case with their dot; the first one is the usual one.
        summary: what it is good for, in one line.
        module: where its `write` and `read` live. A name and not the module itself, imported on
            use: help and shell completion read this table, and should not pay for NumPy.
        signature: a pattern that the beginning of such a file matches, of files that other formats
            do not write; empty where the content does not tell.
        names: whether a file keeps the names of colours.
        alpha: whether a file keeps alpha: all of it, one invisible colour, or none.
        reads, writes: which of the two functions the module has.
    """

    name: str
    endings: tuple[str, ...]
    summary: str
    module: str
    signature: bytes = b""
    names: bool = False
    alpha: Literal["full", "one", "none"] = "none"
    reads: bool = True
    writes: bool = True


_BOM: Final = rb"(?:\xef\xbb\xbf)?"

FORMATS: Final[tuple[PaletteFormat, ...]] = (
    PaletteFormat(
        "ase",
        (".ase",),
        "Adobe Swatch Exchange, of Illustrator, InDesign, Photoshop and Affinity",
        "quantize.palettes.ase",
        signature=b"ASEF",
        names=True,
    ),
    PaletteFormat(
        "aco",
        (".aco",),
        "Photoshop's swatches",
        "quantize.palettes.aco",
        names=True,
    ),
    PaletteFormat(
        "act",
        (".act",),
        "Adobe color table, of indexed images and Save for Web",
        "quantize.palettes.act",
        alpha="one",
    ),
    PaletteFormat(
        "gpl",
        (".gpl",),
        "GIMP palette, also of Inkscape, Krita and Aseprite; without alpha",
        "quantize.palettes.gpl",
        signature=_BOM + b"GIMP Palette",
        names=True,
    ),
    PaletteFormat(
        "jasc",
        (".pal", ".psppalette"),
        "Paint Shop Pro's palette, as text",
        "quantize.palettes.jasc",
        signature=_BOM + b"JASC-PAL",
    ),
    PaletteFormat(
        "riff",
        (".riff.pal",),
        "Microsoft's binary palette; any .pal is read by its content",
        "quantize.palettes.riff",
        signature=rb"RIFF....PAL ",
    ),
    PaletteFormat(
        "paintnet",
        (".txt",),
        "Paint.NET palette, which shows 96 colours",
        "quantize.palettes.paintnet",
        signature=_BOM + rb"; ?paint\.net Palette",
        alpha="full",
    ),
    PaletteFormat(
        "hex",
        (".hex",),
        "one rrggbb a line, as Lospec has it",
        "quantize.palettes.hexfile",
        alpha="full",
    ),
    PaletteFormat(
        "procreate",
        (".swatches",),
        "Procreate's palettes, of 30 colours each",
        "quantize.palettes.procreate",
        signature=rb"PK\x03\x04.*Swatches\.json",
        alpha="full",
    ),
    PaletteFormat(
        "krita",
        (".kpl",),
        "Krita's own palette",
        "quantize.palettes.krita",
        signature=rb"PK\x03\x04.*colorset\.xml",
        names=True,
    ),
    PaletteFormat(
        "libreoffice",
        (".soc",),
        "LibreOffice's colours",
        "quantize.palettes.libreoffice",
        signature=_BOM + rb"\s*<.*:color-table",
        names=True,
    ),
    PaletteFormat(
        "tokens",
        (".tokens.json", ".tokens"),
        "design tokens of the W3C community group, 2025.10",
        "quantize.palettes.tokens",
        signature=_BOM + rb'\s*\{.*"\$value"\s*:',
        names=True,
        alpha="full",
    ),
    PaletteFormat(
        "json",
        (".json",),
        "colours, counts, shares and names, for programs",
        "quantize.palettes.jsonfile",
        names=True,
        alpha="full",
    ),
    PaletteFormat(
        "csv",
        (".csv",),
        "the same as a table, for spreadsheets",
        "quantize.palettes.csvfile",
        names=True,
        alpha="full",
    ),
    PaletteFormat(
        "css",
        (".css",),
        "custom properties --color-1, --color-2, … for web pages",
        "quantize.palettes.css",
        names=True,
        alpha="full",
        reads=False,
    ),
    PaletteFormat(
        "scss",
        (".scss",),
        "variables $color-1, $color-2, … for Sass",
        "quantize.palettes.scss",
        names=True,
        alpha="full",
        reads=False,
    ),
    PaletteFormat(
        "tailwind",
        (".tailwind.css",),
        "theme variables of Tailwind 4: bg-palette-1, …",
        "quantize.palettes.tailwind",
        names=True,
        alpha="full",
        reads=False,
    ),
    PaletteFormat(
        "svg",
        (".svg",),
        "a swatch to look at, of any size; see --swatch for other styles",
        "quantize.report.swatch.as_svg",
        names=True,
        alpha="full",
        reads=False,
    ),
    PaletteFormat(
        "png",
        (".png",),
        "the same as a picture",
        "quantize.report.swatch.as_png",
        names=True,
        alpha="full",
        reads=False,
    ),
)


def is_read(path: str) -> bool:
    """Whether the ending of a file is that of a format that is read."""
    name = path.lower()
    matches = [
        (len(ending), row.reads)
        for row in FORMATS
        for ending in row.endings
        if name.endswith(ending)
    ]
    return max(matches, default=(0, False))[1]


def format_of(path: str) -> PaletteFormat:
    """The format that a file's name asks for in writing.

    The longest ending wins, whatever its case, so that `.tailwind.css` can stand beside `.css`.

    Raises:
        OutputError: the ending is none of those that are written.
    """
    rows = [row for row in FORMATS if row.writes]
    row = _by_ending(path, rows)
    if row is None:
        problem = f"no palette format has this ending; known are {_endings(rows)}"
        raise OutputError(path, problem)
    return row


def title_of(path: str) -> str:
    """What a palette in that file is called unless told: its name without folder and ending.

    Raises:
        OutputError: the ending is none of those that are written.
    """
    endings = [ending for ending in format_of(path).endings if path.lower().endswith(ending)]
    return os.path.basename(path)[: -max(map(len, endings))]


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


def decode(data: bytes, path: str) -> Palette:
    """The palette that the bytes of a file are; no file is opened.

    The format is that of the first signature which the content has, else that of the ending. A
    colour that comes again is dropped, the first one stays; order, names and alpha are kept, and
    counts where the format has them. Groups go into the names: `"group / name"`.

    Args:
        data: the whole file.
        path: its name, for the ending and for messages.

    Returns:
        1 to 256 colours; with a fourth channel if some colour is not opaque.

    Raises:
        PaletteReadError: the file is of no known format, larger than any palette
            (`MAX_BYTES`), malformed, or holds no colour or more than 256 different ones.
    """
    from quantize.palettes.reading import Malformed, to_palette

    if not data:
        raise PaletteReadError(path, "is empty (0 bytes)")
    if len(data) > MAX_BYTES:
        problem = f"has more than {MAX_BYTES:,} bytes, and no palette file does; is it one?"
        raise PaletteReadError(path, problem)
    row = _format_within(data, path)
    try:
        return to_palette(import_module(row.module).read(data))
    except Malformed as error:
        raise PaletteReadError(path, f"read as {row.name}: {error}") from None


def _format_within(data: bytes, path: str) -> PaletteFormat:
    """The format that a file to be read has: by its content, else by its name."""
    rows = [row for row in FORMATS if row.reads]
    for row in rows:
        if row.signature and re.match(row.signature, data, re.DOTALL):
            return row
    found = _by_ending(path, rows)
    if found is None:
        endings = _endings(rows)
        raise PaletteReadError(
            path, f"is not a palette of a kind that is read; these are {endings}"
        )
    return found


def _by_ending(path: str, rows: list[PaletteFormat]) -> PaletteFormat | None:
    name = path.lower()
    matches = [
        (len(ending), row) for row in rows for ending in row.endings if name.endswith(ending)
    ]
    return max(matches, key=lambda match: match[0])[1] if matches else None


def _endings(rows: list[PaletteFormat]) -> str:
    return ", ".join(ending for row in rows for ending in row.endings)
