"""What the notebooks show: pictures, tables of measured figures, and figures to use by hand.

In a notebook, and in the built page, `show` displays them. As a script a tutorial writes its
pictures to `pictures/` and prints its tables.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

PICTURES = Path(__file__).parent / "pictures"

Rows = list[tuple[str, ...]]


class Picture(NamedTuple):
    """A picture: the name of its file, the file, and what it shows for those who do not see it."""

    name: str
    data: bytes
    alt: str


class Table(NamedTuple):
    """Measured figures; the first row is the head."""

    rows: Rows

    def __str__(self) -> str:
        """Return it in Markdown."""
        head, *body = self.rows
        return "\n".join(f"| {' | '.join(row)} |" for row in (head, ("---",) * len(head), *body))


class ByHand(NamedTuple):
    """A figure to use by hand: a page of its own, in a frame; and what it is, in a line."""

    page: str
    title: str


Shown = Picture | Table | ByHand


def show(*things: Shown) -> None:
    """Display what there is to see; outside a notebook write pictures and print tables."""
    ipython = sys.modules.get("IPython")
    notebook = ipython is not None and ipython.get_ipython() is not None
    for thing in things:
        (display if notebook else keep)(thing)


def keep(thing: Shown) -> None:
    """Write a picture, or print a table."""
    if isinstance(thing, Picture):
        PICTURES.mkdir(exist_ok=True)
        (PICTURES / thing.name).write_bytes(thing.data)
    elif isinstance(thing, Table):
        print(thing)


def display(thing: Shown) -> None:
    """Display in a notebook."""
    from IPython.display import display as show_raw

    if isinstance(thing, Picture):
        about = {"image/png": {"name": thing.name, "alt": thing.alt}}
        kind = "image/jpeg" if thing.name.endswith(".jpg") else "image/png"
        show_raw({kind: thing.data, "text/plain": thing.alt}, metadata=about, raw=True)
    elif isinstance(thing, Table):
        show_raw({"text/markdown": str(thing), "text/plain": str(thing)}, raw=True)
    else:
        from interactive import framed

        show_raw({"text/html": framed(thing), "text/plain": thing.title}, raw=True)
