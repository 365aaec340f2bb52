"""Palette files: from a palette to bytes and back, by the formats of `table.FORMATS`.

A format is a module with `write(palette, title) -> bytes` and `read(data) -> Iterable[Swatch]`, or
one of the two; `write` takes a `Form` as well if its row says so. It opens no file; the caller
reads and writes files.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from quantize.checks import load
from quantize.errors import OutputError, PaletteReadError

if TYPE_CHECKING:
    from quantize.model.palette import Palette
from quantize.palette_files import identifiers
from quantize.palette_files.form import Form
from quantize.palette_files.table import (
    FORMATS,
    NAMES,
    NOTATIONS,
    PaletteFormat,
    _by_ending,
    _endings,
    format_of,
)


def title_of(path: str) -> str:
    """Return the default title of a palette file: its name without folder and ending.

    Raises:
        OutputError: no format has the ending.
    """
    ends = [end for row in FORMATS.values() for end in row.endings if path.lower().endswith(end)]
    longest = max(ends, key=len) if ends else format_of(path).endings[0]
    return os.path.basename(path)[: -len(longest)]


def check_form(form: Form) -> None:
    """Check what a user has said of the form of a file.

    Raises:
        SettingError: there are no such names or notation, or the prefix has no letter.
    """
    NAMES.check("names", form.names)
    NOTATIONS.check("css_colors", form.css_colors)
    if form.prefix is not None:
        identifiers.check("prefix", form.prefix)


def encode(palette: Palette, path: str, title: str, form: Form | None = None) -> bytes:
    """Return the bytes of a palette file, in the format of the ending of `path`.

    Args:
        palette: the colours.
        path: the name of the file, which is not opened.
        title: the name of the palette inside the file, for instance that of the picture.
        form: how the colours are called and written, for formats that leave it open; without it
            they are called after the title.

    Raises:
        OutputError: no format that is written has the ending, or it holds fewer colours.
    """
    row = format_of(path)
    if len(palette) > row.most:
        problem = f"{row.name} holds at most {row.most} colours, and the palette has {len(palette)}"
        raise OutputError(path, problem, "choose another format")
    if palette.codes and not row.codes:
        palette = palette.with_codes()
    write = load(row.target).write
    data: bytes = write(palette, title, form or Form(title)) if row.takes else write(palette, title)
    return data


def decode(data: bytes, path: str) -> Palette:
    """Return the palette of a file's bytes.

    The format is the first one whose signature the content has, else that of the ending. Of equal
    colours the first is kept; order, names and alpha are kept, and counts if the format has them.
    Groups become part of the names: `"group / name"`.

    Args:
        data: the whole file, or more than `MAX_BYTES` of it.
        path: its name, for the ending and for errors.

    Returns:
        1 to `MAX_GIVEN` colours; with a fourth channel if some colour is not opaque.

    Raises:
        PaletteReadError: the file has no known format, is larger than `MAX_BYTES`, is malformed, or
            holds no colour or more than `MAX_GIVEN` different ones.
    """
    from quantize.palette_files.reading import MAX_BYTES, Malformed, to_palette

    if not data:
        raise PaletteReadError(path, "is empty (0 bytes)")
    row = _by_signature(data)
    if len(data) > MAX_BYTES and not (row and row.is_longer):
        problem = f"has more than {MAX_BYTES:,} bytes, and no palette file does; is it one?"
        raise PaletteReadError(path, problem)
    row = row or _read_as(path)
    try:
        return to_palette(load(row.target).read(data[:MAX_BYTES]))
    except Malformed as error:
        raise PaletteReadError(path, f"read as {row.name}: {error}") from None


def _by_signature(data: bytes) -> PaletteFormat | None:
    """Return the format of a file that is read, by its content."""
    for row in FORMATS.values():
        if row.reads and row.signature and re.match(row.signature, data, re.DOTALL):
            return row
    return None


def _read_as(path: str) -> PaletteFormat:
    """Return the format of a file that is read, by its name."""
    rows = [row for row in FORMATS.values() if row.reads]
    found = _by_ending(path, rows)
    if found is None:
        endings = _endings(rows)
        raise PaletteReadError(
            path, f"is not a palette of a kind that is read; these are {endings}"
        )
    return found
