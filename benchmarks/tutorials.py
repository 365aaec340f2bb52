"""Try the figures of the tutorials that are used by hand in a real browser: Chromium.

    mkdocs build --site-dir SITE && python benchmarks/tutorials.py [--shots FOLDER] SITE

The site is opened from the disk: the slider of the steps, by hand and by keyboard, the scatter to
pick from, the switch of the site between light and dark, at the width of a desk and of a phone. It
fails on any error of a script, any request to a network, and any page wider than its screen.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Frame, Page, sync_playwright

WIDTHS = (1400, 400)
SCHEMES = ("light", "dark")


def steps(frame: Frame) -> None:
    """Move the slider with the keyboard, and play."""
    captions = frame.locator("#steps figcaption")
    seeds = captions.all_inner_texts()
    assert len(seeds) == 2, seeds
    before = frame.evaluate("document.querySelector('#steps canvas').toDataURL()")
    frame.locator("#step").focus()
    frame.locator("#step").press("ArrowRight")
    assert captions.all_inner_texts() != seeds
    assert frame.evaluate("document.querySelector('#steps canvas').toDataURL()") != before
    frame.locator("#step").press("End")
    assert "at rest" in " ".join(captions.all_inner_texts())
    frame.locator("#play").press("Enter")
    frame.wait_for_timeout(500)
    assert frame.locator("#at").inner_text().startswith("step 1 of")
    frame.locator("#play").press("Enter")


def picked(frame: Frame) -> None:
    """Pick a point by the keyboard and another one by a click."""
    said = frame.locator("#said")
    frame.locator("#scatter").focus()
    frame.locator("#scatter").press("ArrowRight")
    first = said.inner_text()
    assert "taken for" in first, first
    frame.locator("#scatter").press("ArrowUp")
    assert said.inner_text() != first
    place = frame.evaluate(
        "(() => { const box = $('scatter').getBoundingClientRect(), p = floatsOf(R.points);"
        " return { x: p[0] * box.width, y: (1 - p[1]) * box.height }; })()"
    )
    frame.locator("#scatter").click(position=place)
    assert said.inner_text() == frame.evaluate("R.said[0]")
    assert frame.locator("#picture").is_visible()
    frame.locator("#colored").select_option("1")


USED: dict[str, Callable[[Frame], None]] = {"steps": steps, "seeds": steps, "digits_pca": picked}


def tried(
    browser: Any, site: Path, name: str, *, scheme: str, width: int, shots: Path | None
) -> None:
    """Open a page, use its figure, switch its colours, and check that it is silent and fits."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page: Page = context.new_page()
    wrong: list[str] = []
    asked: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / "tutorials" / name / "index.html").as_uri())
    page.locator("iframe.by-hand").scroll_into_view_if_needed()
    handle = page.locator("iframe.by-hand").element_handle()
    frame = handle.content_frame()
    frame.wait_for_selector("body[data-ready=yes]")
    USED[name](frame)
    ground = "getComputedStyle(document.body).getPropertyValue('--ground').trim()"
    assert frame.evaluate(ground) == {"light": "#fff", "dark": "#15171a"}[scheme]
    assert frame.evaluate("document.body.scrollHeight <= innerHeight"), "the frame scrolls"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
        f"wider than {width}"
    )
    if shots is not None:
        page.screenshot(path=shots / f"{name}-{scheme}-{width}.png", full_page=True)
    page.evaluate("document.body.dataset.mdColorScheme = 'slate'")
    page.wait_for_timeout(100)
    assert frame.evaluate(ground) == "#15171a"
    wrong = [text for text in wrong if "search_index" not in text]  # from the disk there is none
    assert not wrong, wrong
    assert all(url.startswith(("file:", "data:", "blob:", "about:")) for url in asked), asked
    context.close()
    print(f"{name}, {scheme}, {width} pixels wide: fine")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", type=Path)
    parser.add_argument("--shots", type=Path, help="a folder for pictures of the pages")
    arguments = parser.parse_args()
    if arguments.shots is not None:
        arguments.shots.mkdir(parents=True, exist_ok=True)
    site = arguments.site.resolve()
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme in SCHEMES:
            for width in WIDTHS:
                for name in USED:
                    how = {"scheme": scheme, "width": width, "shots": arguments.shots}
                    tried(browser, site, name, **how)
        browser.close()


if __name__ == "__main__":
    main()
