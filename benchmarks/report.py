"""Try the pages of a report in a real browser: Chromium, by PyPI's `playwright`.

    python benchmarks/report.py [--shots FOLDER] [PICTURE]

Slider, zoom, flicker, tiles, copy, keyboard, the table of a folder, at the width of a desk and of a
phone, light and dark. It fails on any error in the console, any request to a network, and any page
wider than its screen.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from quantize import quantize

SAMPLE = Path(__file__).parent.parent / "sample_images" / "china.jpg"
WIDTHS = (1400, 400)
SCHEMES = ("light", "dark")


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
    browser: Any,
    path: Path,
    use: Callable[[Page], None],
    *,
    scheme: str,
    width: int,
    shots: Path | None,
) -> None:
    """Open a page, use it, and check that it is silent and fits."""
    context = browser.new_context(
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
    print(f"{path.name}, {scheme}, {width} pixels wide: fine")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("picture", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--shots", type=Path, help="a folder for pictures of the page")
    arguments = parser.parse_args()
    if arguments.shots is not None:
        arguments.shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder) / "page.html"
        quantize(arguments.picture, 16, metrics="full").report(path)
        table = Path(folder) / "all.html"
        words = [SAMPLE.parent, "-k", "16", "-q", "-o", Path(folder) / "out", "--report", table]
        subprocess.run([sys.executable, "-m", "quantize", *map(str, words)], check=True)
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for scheme in SCHEMES:
            for width in WIDTHS:
                how = {"scheme": scheme, "width": width, "shots": arguments.shots}
                tried(browser, path, used, **how)
                tried(browser, table, sorted_and_filtered, **how)
        browser.close()


if __name__ == "__main__":
    main()
