"""Puts what is measured into the pages: `README.md` has small tables, `docs/` has all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
README: Final = ROOT / "README.md"
DOCS: Final = ROOT / "docs"


def put(page: Path, name: str, text: str) -> None:
    """Write a text between the marks of that name, `<!-- name -->` and `<!-- /name -->`."""
    first, last = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    before, mark, rest = page.read_text(encoding="utf-8").partition(first)
    _, end, after = rest.partition(last)
    if not end:
        raise ValueError(f"{page} has no {first.strip()} before {last}")
    page.write_text(f"{before}{mark}{text.rstrip()}\n{end}{after}", encoding="utf-8")
