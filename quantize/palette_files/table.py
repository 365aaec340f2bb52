"""The table of palette formats."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

from quantize.checks import MAX_GIVEN, Row, Table
from quantize.errors import OutputError


class PaletteFormat(NamedTuple):
    """A palette format.

    Attributes:
        name, summary: see `checks.Row`.
        target: the module with `write` and `read`.
        endings: of file names, lower case with their dot; the first one is the usual one.
        signature: a pattern that the beginning of such a file matches, of files that other formats
            do not write; empty where the content does not tell.
        most: colours that a file holds at most, or that we describe or draw in a second or two.
        names: whether a file keeps the names of colours.
        codes: whether it keeps codes of a maker by themselves; else they stand before the names.
        title: whether a file has a title.
        alpha: whether a file keeps alpha: all of it, one invisible colour, or none.
        is_longer: whether the palette is at the beginning of a file that holds more: of a larger
            one than `reading.MAX_BYTES` only so much is read.
        takes: what else `write` can be told, fields of `form.Form`; it then takes a `Form` after
            palette and title.
        reads, writes: which of the two functions the module has.
    """

    name: str
    summary: str
    target: str
    endings: tuple[str, ...]
    signature: bytes = b""
    most: int = MAX_GIVEN
    names: bool = False
    codes: bool = False
    title: bool = False
    is_longer: bool = False
    takes: tuple[str, ...] = ()
    alpha: Literal["full", "one", "none"] = "none"
    reads: bool = True
    writes: bool = True


def check_format(row: PaletteFormat) -> None:
    """Check that files of a format can be found, and read or written.

    Raises:
        ValueError: they cannot.
    """
    if not row.endings or any(e != e.lower() or not e.startswith(".") for e in row.endings):
        raise ValueError(f"palette format {row.name!r}: write endings as '.abc', in lower case")
    if not (row.reads or row.writes):
        raise ValueError(f"palette format {row.name!r} is neither read nor written")


NAMES: Final = Table(
    (
        Row("number", "a number after the name of the picture, as in flower-1"),
        Row("color", "the name of the colour, as in flower-deep-teal"),
    )
)
"""What colours are called in style sheets and tokens."""

NOTATIONS: Final = Table(
    (
        Row("hex", "#0f7c7a"),
        Row("oklch", "lightness, chroma and hue, as in oklch(0.53157 0.088 192.793)"),
    )
)
"""Notations of colours in style sheets."""

_VARIABLES: Final = ("names", "prefix", "ramps")
_IN_CSS: Final = (*_VARIABLES, "css_colors")

_BOM: Final = rb"(?:\xef\xbb\xbf)?"


FORMATS: Final = Table(
    (
        PaletteFormat(
            "ase",
            "Adobe Swatch Exchange, of Illustrator, InDesign, Photoshop and Affinity",
            "quantize.palette_files.formats.ase",
            endings=(".ase",),
            signature=b"ASEF",
            names=True,
        ),
        PaletteFormat(
            "aseprite",
            "the palette of a sprite of Aseprite; any .ase is read by its content",
            "quantize.palette_files.formats.aseprite",
            endings=(".aseprite",),
            signature=rb".{4}\xe0\xa5.{126}\xfa\xf1",
            names=True,
            alpha="full",
            writes=False,
            is_longer=True,
        ),
        PaletteFormat(
            "aco",
            "Photoshop's swatches",
            "quantize.palette_files.formats.aco",
            endings=(".aco",),
            names=True,
        ),
        PaletteFormat(
            "act",
            "Adobe color table, of indexed images and Save for Web",
            "quantize.palette_files.formats.act",
            endings=(".act",),
            most=256,
            alpha="one",
        ),
        PaletteFormat(
            "gpl",
            "GIMP palette, also of Inkscape, Krita and Aseprite; without alpha",
            "quantize.palette_files.formats.gpl",
            endings=(".gpl",),
            signature=_BOM + b"GIMP Palette",
            names=True,
            title=True,
        ),
        PaletteFormat(
            "jasc",
            "Paint Shop Pro's palette, as text",
            "quantize.palette_files.formats.jasc",
            endings=(".pal", ".psppalette"),
            signature=_BOM + b"JASC-PAL",
        ),
        PaletteFormat(
            "riff",
            "Microsoft's binary palette; any .pal is read by its content",
            "quantize.palette_files.formats.riff",
            endings=(".riff.pal",),
            signature=rb"RIFF....PAL ",
        ),
        PaletteFormat(
            "paintnet",
            "Paint.NET palette, which shows 96 colours",
            "quantize.palette_files.formats.paintnet",
            endings=(".txt",),
            signature=_BOM + rb"; ?paint\.net Palette",
            alpha="full",
            title=True,
        ),
        PaletteFormat(
            "hex",
            "a line rrggbb for each colour, as Lospec has it",
            "quantize.palette_files.formats.hexfile",
            endings=(".hex",),
            alpha="full",
        ),
        PaletteFormat(
            "procreate",
            "Procreate's palettes of 30 colours",
            "quantize.palette_files.formats.procreate",
            endings=(".swatches",),
            signature=rb"PK\x03\x04.*Swatches\.json",
            alpha="full",
            title=True,
        ),
        PaletteFormat(
            "krita",
            "Krita's own palette",
            "quantize.palette_files.formats.krita",
            endings=(".kpl",),
            signature=rb"PK\x03\x04.*colorset\.xml",
            names=True,
            title=True,
        ),
        PaletteFormat(
            "libreoffice",
            "LibreOffice's colours",
            "quantize.palette_files.formats.libreoffice",
            endings=(".soc",),
            signature=_BOM + rb"\s*<.*:color-table",
            names=True,
        ),
        PaletteFormat(
            "tokens",
            "design tokens of the W3C community group, 2025.10",
            "quantize.palette_files.formats.tokens",
            endings=(".tokens.json", ".tokens"),
            most=1024,
            signature=_BOM + rb'\s*\{.*"\$value"\s*:',
            names=True,
            alpha="full",
            title=True,
            takes=_VARIABLES,
        ),
        PaletteFormat(
            "hextokens",
            "design tokens with colours as #rrggbb, for Penpot, Tokens Studio, Style Dictionary 4",
            "quantize.palette_files.formats.hextokens",
            endings=(".hex.tokens.json",),
            most=1024,
            names=True,
            title=True,
            takes=_VARIABLES,
            alpha="full",
        ),
        PaletteFormat(
            "json",
            "colours, counts, shares and names, for programs",
            "quantize.palette_files.formats.jsonfile",
            endings=(".json",),
            names=True,
            codes=True,
            alpha="full",
            title=True,
        ),
        PaletteFormat(
            "csv",
            "colours, counts, shares and names as a table, for spreadsheets",
            "quantize.palette_files.formats.csvfile",
            endings=(".csv",),
            names=True,
            codes=True,
            alpha="full",
        ),
        PaletteFormat(
            "css",
            "custom properties --flower-1, --flower-2, … for web pages",
            "quantize.palette_files.formats.css",
            endings=(".css",),
            names=True,
            alpha="full",
            reads=False,
            title=True,
            takes=_IN_CSS,
        ),
        PaletteFormat(
            "scss",
            "variables $flower-1, $flower-2, … for Sass",
            "quantize.palette_files.formats.scss",
            endings=(".scss",),
            names=True,
            alpha="full",
            reads=False,
            title=True,
            takes=_IN_CSS,
        ),
        PaletteFormat(
            "tailwind",
            "theme variables of Tailwind 4: bg-flower-1, …",
            "quantize.palette_files.formats.tailwind",
            endings=(".tailwind.css",),
            names=True,
            alpha="full",
            reads=False,
            title=True,
            takes=_IN_CSS,
        ),
        PaletteFormat(
            "svg",
            "a swatch to look at, of any size; there are other styles of swatches",
            "quantize.palette_files.formats.svg",
            endings=(".svg",),
            most=1024,
            names=True,
            alpha="full",
            reads=False,
            title=True,
            takes=("keep_order",),
        ),
        PaletteFormat(
            "png",
            "a swatch to look at, as pixels",
            "quantize.palette_files.formats.png",
            endings=(".png",),
            most=1024,
            names=True,
            alpha="full",
            reads=False,
            title=True,
            takes=("keep_order",),
        ),
    ),
    check_format,
)


def written(paths: Iterable[str]) -> list[PaletteFormat]:
    """Return the formats in which files of these names are written; others are passed over."""
    rows = [row for row in FORMATS.values() if row.writes]
    found = (_by_ending(path, rows) for path in paths)
    return [row for row in found if row is not None]


def endings(taken: str) -> str:
    """Return the endings of files whose writers can be told something, a field of `form.Form`."""
    return _endings([row for row in FORMATS.values() if taken in row.takes])


def is_read(path: str) -> bool:
    """Return whether the ending of a file is that of a format that is read."""
    name = path.lower()
    matches = [
        (len(ending), row.reads)
        for row in FORMATS.values()
        for ending in row.endings
        if name.endswith(ending)
    ]
    return max(matches, default=(0, False))[1]


def format_of(path: str) -> PaletteFormat:
    """Return the format in which a file of this name is written.

    The longest ending counts, in upper or lower case, so that `.tailwind.css` differs from `.css`.

    Raises:
        OutputError: no format that is written has the ending.
    """
    rows = [row for row in FORMATS.values() if row.writes]
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
