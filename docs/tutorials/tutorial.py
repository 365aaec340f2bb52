"""What every tutorial ends in: its pictures, and its measured figures as a table."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

PICTURES = Path(__file__).parent / "pictures"

Rows = list[tuple[str, ...]]


def table(rows: Rows) -> str:
    """A Markdown table; the first row is its head."""
    head, *body = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *body))


def show(
    run: Callable[[], Any], draw: Callable[[Any, Path], None], figures: Callable[[Any], Rows]
) -> None:
    """Compute, draw into `pictures/` and print the figures."""
    found = run()
    PICTURES.mkdir(exist_ok=True)
    draw(found, PICTURES)
    print(table(figures(found)))
