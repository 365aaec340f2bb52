"""The page of many pictures: a row for each, sorted and filtered in the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final, NamedTuple

from quantize.report.page.html import asset, filled, frame, shown
from quantize.report.record import ANOTHER_KIND, LARGER, UP_TO_DATE

SKIPPED: Final = {
    LARGER: "left: the result would be larger",
    UP_TO_DATE: "left: it is as it would be made",
    ANOTHER_KIND: "left: of another kind",
}
"""What is said of an input by the reason in its record."""


class Row(NamedTuple):
    """A picture.

    Attributes:
        record: see `report.record`; with `error` where it has failed.
        link: the address of its page; empty without one.
        thumbnails: the addresses of small pictures, before and after, or None.
    """

    record: Mapping[str, Any]
    link: str
    thumbnails: tuple[str, str] | None


class Column(NamedTuple):
    """A column of figures.

    Attributes:
        title: its head.
        value: of a record; None where it has none.
        text: of the value.
    """

    title: str
    value: Any
    text: Any


def _saved(record: Mapping[str, Any]) -> float | None:
    before, after = record.get("bytes_before"), record.get("bytes_after")
    return 100 - 100 * after / before if before and after else None


COLUMNS: Final = (
    Column("kB before", lambda record: record.get("bytes_before"), lambda n: f"{n / 1000:,.1f}"),
    Column("kB after", lambda record: record.get("bytes_after"), lambda n: f"{n / 1000:,.1f}"),
    Column("saved", _saved, lambda share: f"{share:.0f} %"),
    Column("colours", lambda record: record.get("colors_after"), "{:,}".format),
    Column("squared error", lambda record: record.get("mse"), "{:,.4g}".format),
    Column("CIEDE2000", lambda record: record.get("delta_e_mean"), "{:.2f}".format),
)


def build(rows: Sequence[Row], title: str, command: str) -> bytes:
    """Return the page.

    Args:
        rows: of the pictures that are done, in the order in which they are shown.
        title: of the page.
        command: the words that made it.
    """
    used = [each for each in COLUMNS if any(each.value(row.record) is not None for row in rows)]
    heads = ["file", *(column.title for column in used)]
    buttons = [
        f'<th{" class=figure" * (place > 0)} aria-sort="none">'
        f'<button type="button">{head}</button></th>'
        for place, head in enumerate(heads)
    ]
    fields = {
        **frame(title, asset("folder.js")),
        "summary": _summary(rows),
        "heads": f"<th>before</th><th>after</th>{''.join(buttons)}",
        "rows": "\n".join(_row(row, used) for row in rows),
        "command": escape(command),
    }
    return filled("folder.html", fields).encode("utf-8", "replace")


def _summary(rows: Sequence[Row]) -> str:
    failed = sum("error" in row.record for row in rows)
    left = sum(bool(row.record.get("skipped")) for row in rows)
    done = [row.record for row in rows if "mse" in row.record]
    parts = [f"{len(done):,} done"]
    parts += [f"{failed:,} failed"] * bool(failed) + [f"{left:,} left as they were"] * bool(left)
    written = [record for record in done if record["bytes_after"]]
    before = sum(record["bytes_before"] for record in written)
    after = sum(record["bytes_after"] for record in written)
    sizes = f"; {before / 1e6:,.2f} → {after / 1e6:,.2f} MB" if written else ""
    return ", ".join(parts) + sizes


def _row(row: Row, columns: Sequence[Column]) -> str:
    record = row.record
    name = shown(record["input"])
    if row.link:
        name = f'<a href="{escape(row.link)}">{name}</a>'
    pictures = [
        f'<td><img src="{address}" alt="" loading="lazy"></td>' for address in row.thumbnails or ()
    ]
    values = [(column, column.value(record)) for column in columns]
    cells = [
        '<td class="figure"></td>'
        if value is None
        else f'<td class="figure" data-value="{float(value)!r}">{column.text(value)}</td>'
        for column, value in values
    ]
    return (
        f"<tr>{''.join(pictures) or '<td></td><td></td>'}"
        f'<th scope="row">{name}{_remark(record)}</th>{"".join(cells)}</tr>'
    )


def _remark(record: Mapping[str, Any]) -> str:
    """Return what is said below the name of an input that was not quantized."""
    if "error" in record:
        return f"<br><small>failed: {shown(record['error'])}</small>"
    if record.get("skipped"):
        return f"<br><small>{SKIPPED.get(record.get('reason', ''), 'left: it exists')}</small>"
    return ""
