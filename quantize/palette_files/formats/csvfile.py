"""A table for spreadsheets and programs, `.csv`: a row for each colour, by RFC 4180.

    name,hex,red,green,blue,alpha,count,share
    pale sky,#aabbcc,170,187,204,255,3,0.75

Read in any order of columns, with `hex` or with `red`, `green`, `blue`; all others may be missing.
A column `code`, for those of makers of threads or paints, is written where some colour has one.
Without a line of headings a row is a code or three numbers, and a name before or after; where a
name such as "facade" could be a code, the one with `#` is. Semicolons and tabs part columns too, as
spreadsheets in half of Europe write them.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import Final

from quantize.model.palette import Palette
from quantize.model.text import as_cell, of_cell, one_line, unturned
from quantize.palette_files.reading import (
    MAX_COUNT,
    Malformed,
    Swatch,
    byte,
    bytes_of_hex,
    decoded,
    quoted,
)

COLUMNS: Final = ("name", "hex", "red", "green", "blue", "alpha", "count", "share")

MAX_COLUMNS: Final = 100
"""Rows of a table that is read at most; our choice."""

_CODE: Final = re.compile("#?(?:[0-9a-fA-F]{2}){3,4}")
_NUMBERS: Final = ("red", "green", "blue")


def write(palette: Palette, title: str) -> bytes:  # noqa: ARG001 (one signature for all formats)
    """Return a row for each colour; `hex` keeps its `#`, or a spreadsheet would read 1e1000."""
    stream = io.StringIO(newline="")
    table = csv.writer(stream)
    table.writerow(("code", *COLUMNS) if palette.codes else COLUMNS)
    names = palette.names or ("",) * len(palette)
    rows = zip(palette, palette.hex, palette.counts.tolist(), palette.shares, names, strict=True)
    for number, (color, digits, count, share, name) in enumerate(rows):
        red, green, blue, alpha = (*color, 255)[:4]
        code = [_cell(palette.codes[number])] if palette.codes else []
        share_text = f"{share:.6g}"
        table.writerow([*code, _cell(name), digits, red, green, blue, alpha, count, share_text])
    return stream.getvalue().encode()


def _cell(text: str) -> str:
    return as_cell(unturned(one_line(text)))


def read(data: bytes) -> Iterator[Swatch]:
    """Yield the colours in the order of the rows; blank rows are ignored."""
    text = decoded(data)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    headings: list[str] = []
    try:
        for row in rows:
            where = f"line {rows.line_num}"
            if len(row) > MAX_COLUMNS:
                raise Malformed(f"{where}: has more than {MAX_COLUMNS} columns; is it a palette?")
            cells = [cell.strip() for cell in row]
            lower = [cell.lower() for cell in cells]
            if not headings and ("hex" in lower or {*_NUMBERS} <= {*lower}):
                headings = lower
            elif any(cells):
                named = dict(zip(headings, cells, strict=False)) if headings else _guessed(cells)
                yield _swatch(named, where)
    except csv.Error as error:
        raise Malformed(f"line {rows.line_num}: {error}; correct it") from None


def _guessed(cells: list[str]) -> dict[str, str]:
    """Return the columns of a row without headings: a code or three numbers, and a name."""
    codes = [cell for cell in cells if _CODE.fullmatch(cell)]
    code = next((cell for cell in codes if cell.startswith("#")), codes[0] if codes else "")
    numbers = [cell for cell in cells if cell.isdecimal()][:3]
    rest = [cell for cell in cells if cell and cell != code and cell not in numbers]
    guessed = {"name": rest[0] if rest else ""}
    if code or len(numbers) < 3:
        return guessed | {"hex": code or cells[0]}
    return guessed | dict(zip(_NUMBERS, numbers, strict=True))


def _swatch(cells: Mapping[str, str], where: str) -> Swatch:
    if cells.get("hex"):
        color = bytes_of_hex(cells["hex"], where)
    else:
        color = tuple(byte(cells.get(name, ""), where) for name in _NUMBERS)
    if cells.get("alpha"):
        color = (*color[:3], byte(cells["alpha"], where))
    count = cells.get("count") or "0"
    if not re.fullmatch("[0-9]{1,16}", count) or int(count) > MAX_COUNT:
        raise Malformed(f"{where}: count {quoted(count)} is no number of pixels; correct it")
    name, code = (of_cell(cells.get(column, "")) for column in ("name", "code"))
    return Swatch(color, name, int(count), code)
