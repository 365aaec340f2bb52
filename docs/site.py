"""The site: pages that lie outside `docs/`, and links between them; a hook of MkDocs.

The README is the first page. Links to code have no page here; their text stays.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

ROOT: Final = Path(__file__).parent.parent

PAGES: Final = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "CONTRIBUTING.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "SECURITY.md": "SECURITY.md",
    "docs/palettes/README.md": "console-palettes.md",  # `palettes/` is the page of palettes.md
    "sample_images/README.md": "sample_images/README.md",
}
"""Pages whose place in the site is another than in `docs/`."""

PICTURES: Final = ("sample_images/*.jpg", "sample_images/*.png")

LINK: Final = re.compile(
    r"(?P<image>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s#]*)(?P<anchor>#[^)]*)?\)"
)

CODE: Final = re.compile(r"<code>([^<\n]*)</code>")

WHOLE: Final = re.compile(r"(?=.{1,20}$)-[\w-]*( [^\s-]\S*)?|\S{1,14}")
"""An option with its value, or a short name: no line ends within it."""

DRAWING: Final = re.compile(r'<img ([^>]*src="[^"]*pictures/(?!china|clouds)[^"]*\.png")')
"""A picture of the tutorials whose colours only tell things apart: dark where the page is."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and pictures that lie outside `docs/`."""
    for source, place in PAGES.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, place, content=_linked(text, source)))
    for pattern in PICTURES:
        for path in sorted(ROOT.glob(pattern)):
            place = path.relative_to(ROOT).as_posix()
            files.append(File.generated(config, place, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Return a page of `docs/` with links that lead to places of the site."""
    source = page.file.src_uri
    return markdown if source in PAGES.values() else _linked(markdown, f"docs/{source}")


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """Return the HTML of a page with code as its table means it, names in one piece, and drawings.

    Python-Markdown shows the backslash that keeps a `|` in its cell, as GitHub does not.
    """

    def code(found: re.Match[str]) -> str:
        text = found[1].replace("\\|", "|")
        return (
            f'<code class="whole">{text}</code>'
            if WHOLE.fullmatch(text)
            else f"<code>{text}</code>"
        )

    html = CODE.sub(code, html)
    if not page.file.src_uri.startswith("tutorials/"):
        return html
    return DRAWING.sub(r'<img class="drawing" \1', html)


def _linked(text: str, source: str) -> str:
    """Return a text whose links lead to places of the site, or are no links."""
    here = posixpath.dirname(_place(source) or source)

    def link(found: re.Match[str]) -> str:
        target, anchor = found["target"], found["anchor"] or ""
        if not target or ":" in target:
            return found[0]
        meant = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        place = _place(meant)
        if place is None:
            return found["text"]
        return f"{found['image']}[{found['text']}]({posixpath.relpath(place, here or '.')}{anchor})"

    return LINK.sub(link, text)


def _place(path: str) -> str | None:
    """Return where a file of the project stands in the site, if it does."""
    if path in PAGES:
        return PAGES[path]
    if path.startswith("docs/tutorials/") and path.endswith(".py"):
        return path.removeprefix("docs/").removesuffix("py") + "md"
    if path.startswith("docs/") and not path.endswith((".py", "/")):
        return path.removeprefix("docs/")
    if path.startswith("sample_images/") and path.endswith((".jpg", ".png")):
        return path
    return None
