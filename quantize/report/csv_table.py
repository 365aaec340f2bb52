"""`--summary FILE.csv`: a row an input, for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from quantize.model.text import as_cell
from quantize.report.record import Record

COLUMNS: Final = (
    "input",
    "output",
    "error",
    "skipped",
    "reason",
    "copied",
    "width",
    "height",
    "channels",
    "colors_before",
    "colors_after",
    "lossless",
    "k",
    "bytes_before",
    "bytes_after",
    "bytes_raw",
    "compression_ratio",
    "bits_per_pixel",
    "mse",
    "psnr",
    "ssim",
    "delta_e_mean",
    "delta_e_p95",
    "delta_e_max",
    "inertia",
    "iterations",
    "converged",
    "seconds",
)
"""Fields of the record; `seconds` are those in total. What a record has not is an empty cell."""


def header() -> bytes:
    """Return the first row of the file: UTF-8 with a byte order mark, for spreadsheets."""
    return b"\xef\xbb\xbf" + _line(COLUMNS)


def row(record: Record) -> bytes:
    """Return the row of an input (RFC 4180)."""
    return _line(_cell(record, column) for column in COLUMNS)


def _line(cells: Iterable[object]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode("utf-8", "backslashreplace")


def _cell(record: Record, column: str) -> object:
    value = record.get(column)
    if column == "seconds" and isinstance(value, dict):
        return f"{value['total']:.4f}"
    if isinstance(value, str):
        return as_cell(value)  # a file's name is no formula
    return "" if value is None else value
