"""The pages of a report in a real browser: Chromium, by PyPI's `playwright`.

What a person does is done, with the keyboard where there is one. `benchmarks/report.py` and
`tests/report/test_browser.py` share this.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.paths import SAMPLES
from quantize import quantize

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTHS = (1400, 400)
"""Of a desk and of a phone."""

SCHEMES = ("light", "dark")


def chromium() -> str | None:
    """Where it is installed."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next((path for path in found if path is not None), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """Yield the browser; it is closed at the end."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield one
        one.close()


def page_of_a_picture(folder: Path, picture: Path) -> Path:
    """Write a report of one picture."""
    path = folder / "page.html"
    quantize(picture, 16, metrics="full").report(path)
    return path


def page_of_a_folder(folder: Path) -> Path:
    """Write a report of the sample images, as the command does."""
    path = folder / "all.html"
    words = [SAMPLES, "-k", "16", "-q", "-o", folder / "out", "--report", path]
    subprocess.run([sys.executable, "-m", "quantize", *map(str, words)], check=True)
    return path


def used(page: Page) -> None:
    """Do what a person does, with the keyboard where there is one, and check what is seen."""
    slider = page.locator("#slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert slider.input_value() == "501"
    for name in ("before", "after", "map", "both"):
        page.locator(f"[data-shows={name}]").press("Enter")
        assert page.locator(f"[data-shows={name}]").get_attribute("aria-pressed") == "true"
    page.locator("#flicker").click()
    page.wait_for_timeout(700)
    assert page.locator("#flicker").get_attribute("aria-pressed") == "true"
    page.locator("#flicker").click()
    page.locator("#zoom").select_option("8")
    assert page.evaluate("$('viewer').scrollWidth > $('viewer').clientWidth")
    page.locator("#zoom").select_option("fit")
    for notation, begins in (("hex", "#"), ("rgb", "rgb("), ("oklch", "oklch(")):
        page.locator("#notation").select_option(notation)
        page.locator(".tile").nth(1).focus()
        page.keyboard.press("Enter")
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith(begins), copied
        assert page.locator("#said").inner_text() == f"{copied} is copied"
    for view in ("oklab", "rg", "rb", "srgb"):
        page.locator("#view").select_option(view)
    page.locator("#cloud").focus()
    before = page.evaluate("$('cloud').toDataURL()")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("$('cloud').toDataURL()") != before
    first = page.locator("#steps figcaption").first.inner_text()
    page.locator("#step").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator("#steps figcaption").first.inner_text() != first
    tables = "[...document.querySelectorAll('.table')]"
    assert page.evaluate(f"{tables}.every(t => t.scrollWidth <= t.clientWidth)"), "a figure is cut"


def sorted_and_filtered(page: Page) -> None:
    """Sort the table of a folder and filter it; follow a link and come back."""
    names = "tbody tr:not([hidden]) th"
    given = page.locator(names).all_inner_texts()
    page.locator("thead button").first.press("Enter")
    assert page.locator(names).all_inner_texts() == sorted(given, key=str.lower)
    page.locator("thead button").nth(1).click()
    page.locator("thead button").nth(1).click()
    sizes = page.locator("tbody tr td:nth-of-type(3)").all_inner_texts()
    numbers = [float(size.replace(",", "")) for size in sizes]
    assert numbers == sorted(numbers, reverse=True)
    page.locator("#filter").fill("chi")
    assert all("chi" in name for name in page.locator(names).all_inner_texts())
    assert page.locator("#count").inner_text().startswith("1 of ")
    page.locator("tbody tr:not([hidden]) a").click()
    page.wait_for_selector("body[data-ready=yes] #stack")
    page.locator("header a").click()
    page.wait_for_selector("body[data-ready=yes] #files")


def tried(
    one: Browser,
    path: Path,
    use: Callable[[Page], None],
    *,
    scheme: str,
    width: int,
    shots: Path | None = None,
) -> None:
    """Open a page, use it, and check that it is silent, asks no network, and fits."""
    context = one.new_context(
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector("body[data-ready=yes]")
    if shots is not None:
        page.screenshot(path=shots / f"{path.stem}-{scheme}-{width}.png", full_page=True)
    use(page)
    assert not said, said
    assert all(url.startswith(("file:", "data:")) for url in asked), asked
    root = "document.documentElement"
    assert page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"), f"wider than {width}"
    context.close()
