"""The table of palette formats."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from quantize.errors import OutputError

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
        "quantize.palette_files.formats.ase",
        signature=b"ASEF",
        names=True,
    ),
    PaletteFormat(
        "aco",
        (".aco",),
        "Photoshop's swatches",
        "quantize.palette_files.formats.aco",
        names=True,
    ),
    PaletteFormat(
        "act",
        (".act",),
        "Adobe color table, of indexed images and Save for Web",
        "quantize.palette_files.formats.act",
        alpha="one",
    ),
    PaletteFormat(
        "gpl",
        (".gpl",),
        "GIMP palette, also of Inkscape, Krita and Aseprite; without alpha",
        "quantize.palette_files.formats.gpl",
        signature=_BOM + b"GIMP Palette",
        names=True,
    ),
    PaletteFormat(
        "jasc",
        (".pal", ".psppalette"),
        "Paint Shop Pro's palette, as text",
        "quantize.palette_files.formats.jasc",
        signature=_BOM + b"JASC-PAL",
    ),
    PaletteFormat(
        "riff",
        (".riff.pal",),
        "Microsoft's binary palette; any .pal is read by its content",
        "quantize.palette_files.formats.riff",
        signature=rb"RIFF....PAL ",
    ),
    PaletteFormat(
        "paintnet",
        (".txt",),
        "Paint.NET palette, which shows 96 colours",
        "quantize.palette_files.formats.paintnet",
        signature=_BOM + rb"; ?paint\.net Palette",
        alpha="full",
    ),
    PaletteFormat(
        "hex",
        (".hex",),
        "one rrggbb a line, as Lospec has it",
        "quantize.palette_files.formats.hexfile",
        alpha="full",
    ),
    PaletteFormat(
        "procreate",
        (".swatches",),
        "Procreate's palettes, of 30 colours each",
        "quantize.palette_files.formats.procreate",
        signature=rb"PK\x03\x04.*Swatches\.json",
        alpha="full",
    ),
    PaletteFormat(
        "krita",
        (".kpl",),
        "Krita's own palette",
        "quantize.palette_files.formats.krita",
        signature=rb"PK\x03\x04.*colorset\.xml",
        names=True,
    ),
    PaletteFormat(
        "libreoffice",
        (".soc",),
        "LibreOffice's colours",
        "quantize.palette_files.formats.libreoffice",
        signature=_BOM + rb"\s*<.*:color-table",
        names=True,
    ),
    PaletteFormat(
        "tokens",
        (".tokens.json", ".tokens"),
        "design tokens of the W3C community group, 2025.10",
        "quantize.palette_files.formats.tokens",
        signature=_BOM + rb'\s*\{.*"\$value"\s*:',
        names=True,
        alpha="full",
    ),
    PaletteFormat(
        "json",
        (".json",),
        "colours, counts, shares and names, for programs",
        "quantize.palette_files.formats.jsonfile",
        names=True,
        alpha="full",
    ),
    PaletteFormat(
        "csv",
        (".csv",),
        "the same as a table, for spreadsheets",
        "quantize.palette_files.formats.csvfile",
        names=True,
        alpha="full",
    ),
    PaletteFormat(
        "css",
        (".css",),
        "custom properties --color-1, --color-2, … for web pages",
        "quantize.palette_files.formats.css",
        names=True,
        alpha="full",
        reads=False,
    ),
    PaletteFormat(
        "scss",
        (".scss",),
        "variables $color-1, $color-2, … for Sass",
        "quantize.palette_files.formats.scss",
        names=True,
        alpha="full",
        reads=False,
    ),
    PaletteFormat(
        "tailwind",
        (".tailwind.css",),
        "theme variables of Tailwind 4: bg-palette-1, …",
        "quantize.palette_files.formats.tailwind",
        names=True,
        alpha="full",
        reads=False,
    ),
    PaletteFormat(
        "svg",
        (".svg",),
        "a swatch to look at, of any size; there are other styles of swatches",
        "quantize.palette_files.formats.svg",
        names=True,
        alpha="full",
        reads=False,
    ),
    PaletteFormat(
        "png",
        (".png",),
        "the same as a picture",
        "quantize.palette_files.formats.png",
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


def _by_ending(path: str, rows: list[PaletteFormat]) -> PaletteFormat | None:
    name = path.lower()
    matches = [
        (len(ending), row) for row in rows for ending in row.endings if name.endswith(ending)
    ]
    return max(matches, key=lambda match: match[0])[1] if matches else None


def _endings(rows: list[PaletteFormat]) -> str:
    return ", ".join(ending for row in rows for ending in row.endings)
