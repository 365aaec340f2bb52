"""The notebooks of the tutorials, run and made pages of the site; a hook of MkDocs.

Each is a script of cells (Jupytext's percent format). It is run anew whenever the site is built; an
error in a cell ends the build. What a cell shows goes into the page: pictures, tables, and figures
to use by hand, in frames of their own.
"""

from __future__ import annotations

import os
import sys
import textwrap
from base64 import b64decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import jupytext
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from nbclient import NotebookClient

FOLDER: Final = Path(__file__).parent / "tutorials"
PLACE: Final = "tutorials"

sys.path.append(str(FOLDER))
from page import TUTORIALS  # noqa: E402

LONGEST: Final = 600
"""Seconds that a cell may take; the slowest takes some fifteen on a machine that is free."""

QUIET: Final = ("--IPKernelApp.log_level=40",)
"""Errors alone: what a kernel warns of is not about the page."""

PLACES: Final[dict[str, list[str]]] = {}
"""The frames of each page, which come into it once it is HTML: they are no Markdown."""


class Page(NamedTuple):
    """A notebook that was run.

    Attributes:
        text: Markdown.
        pictures: files by their names.
        frames: HTML, by their order.
    """

    text: str
    pictures: dict[str, bytes]
    frames: list[str]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add a page for each notebook, and its pictures."""
    sources = {name: (FOLDER / f"{name}.py").read_text("utf-8") for name in TUTORIALS}
    shared = "".join(
        path.read_text("utf-8") for path in sorted(FOLDER.glob("*.*")) if path.stem not in sources
    )
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # each runs in a process of its own
        made = list(pool.map(lambda name: run(name, sources[name], shared), sources))
    for name, page in zip(sources, made, strict=True):
        PLACES[f"{PLACE}/{name}.md"] = page.frames
        files.append(File.generated(config, f"{PLACE}/{name}.md", content=page.text))
        for picture, data in page.pictures.items():
            place = f"{PLACE}/pictures/{picture}"
            if (old := files.get_file_from_path(place)) is not None:
                files.remove(old)
            files.append(File.generated(config, place, content=data))
    return files


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """Put the frames of a page in their places."""
    for number, frame in enumerate(PLACES.get(page.file.src_uri, ())):
        html = html.replace(_mark(number), frame)
    return html


def _mark(number: int) -> str:
    return f'<div class="by-hand" id="by-hand-{number}"></div>'


@cache
def run(name: str, source: str, shared: str) -> Page:  # noqa: ARG001 - what it shares makes it new
    """Run a notebook; the same text is run once, as pages are made again while one is written."""
    notebook = jupytext.reads(source, fmt="py:percent")
    place = {"metadata": {"path": str(FOLDER)}}
    client = NotebookClient(notebook, timeout=LONGEST, kernel_name="python3", resources=place)
    client.extra_arguments = list(QUIET)
    client.execute()
    page = Page("", {}, [])
    parts = [part for cell in notebook.cells for part in _parts(cell, page)]
    return page._replace(text="\n\n".join(parts) + "\n")


def _parts(cell: Any, page: Page) -> Iterator[str]:
    """Yield the Markdown of a cell; code that draws comes after what it drew, folded."""
    if cell.cell_type == "markdown":
        yield cell.source
        return
    code = f"```python\n{cell.source}\n```"
    folded = "drawing" in cell.metadata.get("tags", ())
    if not folded:
        yield code
    pictures = [output for output in cell.outputs if _kind(output).startswith("image/")]
    if pictures:
        yield _pictures(pictures, page)
    for output in cell.outputs:
        if output not in pictures:
            yield _shown(output, page)
    if folded:
        yield f'??? note "How it is drawn"\n\n{textwrap.indent(code, "    ")}'


def _kind(output: Any) -> str:
    """Return the richest kind of what was shown."""
    kinds = ("image/png", "image/jpeg", "text/html", "text/markdown")
    return next((kind for kind in kinds if kind in output.get("data", ())), "text/plain")


def _pictures(outputs: list[Any], page: Page) -> str:
    """Return a picture, or several in a row under their names; keep the files."""
    found = []
    for output in outputs:
        about = output.metadata["image/png"]
        page.pictures[about["name"]] = b64decode(output.data[_kind(output)])
        found.append((about["alt"], f"![{about['alt']}](pictures/{about['name']})"))
    names, images = zip(*found, strict=True)
    if len(found) == 1:
        return images[0]
    lines = (names, ("---",) * len(found), images)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _shown(output: Any, page: Page) -> str:
    """Return what else a cell shows."""
    kind = _kind(output)
    if kind == "text/html":
        page.frames.append(output.data[kind])
        return _mark(len(page.frames) - 1)
    if kind == "text/markdown":
        return output.data[kind]
    text = output.get("text") or output.get("data", {}).get(kind, "")
    return f"```text\n{text.rstrip()}\n```"
