"""The table of palette files: which ending is which format, and the doors to write and read them.

Each format is a small module of its own with `write(palette, title) -> bytes`, and with
`read(data) -> Iterable[Swatch]` where it is read; files themselves, with their temporary names and
refusals, are the caller's.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from quantize.checks import load
from quantize.errors import PaletteReadError

if TYPE_CHECKING:
    from quantize.model.palette import Palette
from quantize.palette_files.table import (
    FORMATS,
    PaletteFormat,
    _by_ending,
    _endings,
    format_of,
)


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
    data: bytes = load(format_of(path).target).write(palette, title)
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
    from quantize.palette_files.reading import MAX_BYTES, Malformed, to_palette

    if not data:
        raise PaletteReadError(path, "is empty (0 bytes)")
    if len(data) > MAX_BYTES:
        problem = f"has more than {MAX_BYTES:,} bytes, and no palette file does; is it one?"
        raise PaletteReadError(path, problem)
    row = _format_within(data, path)
    try:
        return to_palette(load(row.target).read(data))
    except Malformed as error:
        raise PaletteReadError(path, f"read as {row.name}: {error}") from None


def _format_within(data: bytes, path: str) -> PaletteFormat:
    """The format that a file to be read has: by its content, else by its name."""
    rows = [row for row in FORMATS.values() if row.reads]
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
