"""One line on each of many inputs: name → name, size, saved, colours, error."""

from __future__ import annotations

from typing import Final

from quantize.report import text
from quantize.report.record import Record
from quantize.report.text import cut, in_bytes, width_of

_GAP: Final = "  "
_WIDTHS: Final = (8, 10, 11, 0)
"""Columns of size, saved and colours; the error ends the line."""

LEAST_NAMES: Final = 20
"""Columns of both names at least: on a narrow terminal the last figures give way."""


def of_input(record: Record, columns: int | None) -> str:
    """Return the line on an input that was quantized or skipped.

    Args:
        record: of the input.
        columns: of the terminal, which the line fits into; None for a line of any length.
    """
    if record.get("skipped"):
        skipped = text.of_input(record, ())
        return skipped if columns is None else cut(skipped, columns, start=True).rstrip()
    source = "standard input" if record["input"] == "-" else record["input"]
    target = record["output"] or "no image"
    figures = _figures(record)
    if columns is None:
        return f"{source} → {target}: {', '.join(figures)}"
    parts = [figure.rjust(width) for figure, width in zip(figures, _WIDTHS, strict=True)]
    while parts and columns - _taken(parts) < LEAST_NAMES:
        parts.pop()
    names = _names(source, target, columns - _taken(parts))
    return _GAP.join([names, *parts])


def _figures(record: Record) -> list[str]:
    after, count = record["bytes_after"], record["colors_after"]
    colors = f"{count} colour{'s' * (count != 1)}"
    if after is None:
        return [in_bytes(record["bytes_before"]), "read", colors, _error(record)]
    change = after / record["bytes_before"] - 1
    saved = f"{abs(change):.0%} saved" if change <= 0 else f"{change:.0%} larger"
    return [in_bytes(after), saved, colors, _error(record)]


def _error(record: Record) -> str:
    if record["lossless"]:
        return "lossless"
    if "quality" in record:
        return f"quality {record['quality']}"
    if "delta_e_mean" in record:
        return f"CIEDE2000 {record['delta_e_mean']:.2f}"
    return f"mse {record['mse']:.2f}"


def _taken(parts: list[str]) -> int:
    """Return the columns of the figures, and of the gaps before them."""
    return sum(max(len(part), 11 * (place == 3)) + len(_GAP) for place, part in enumerate(parts))


def _names(source: str, target: str, columns: int) -> str:
    """Return both names in so many columns; what does not fit gives way at its beginning."""
    room = max(columns - len(" → "), 2)
    if width_of(source) + width_of(target) > room:
        target = target.rsplit("/", 1)[-1]
    if width_of(source) + width_of(target) > room:
        half = room // 2
        if width_of(source) > half:
            source = cut(source, max(half, room - width_of(target)), start=True).rstrip()
        target = cut(target, room - width_of(source), start=True).rstrip()
    names = f"{source} → {target}"
    return names + " " * (columns - width_of(names))
