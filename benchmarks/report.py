"""Try the pages of a report in a real browser: Chromium, by PyPI's `playwright`.

    python benchmarks/report.py [--shots FOLDER] [PICTURE]

Slider, zoom, flicker, tiles, copy, keyboard, the table of a folder, at the width of a desk and of a
phone, light and dark. It fails on any error in the console, any request to a network, and any page
wider than its screen. `tests/report/test_browser.py` does the same on the sample images.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from pages import ROOT

sys.path.insert(0, str(ROOT / "tests"))
from helpers import browser as browsing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    sample = ROOT / "sample_images" / "china.jpg"
    parser.add_argument("picture", nargs="?", type=Path, default=sample)
    parser.add_argument("--shots", type=Path, help="a folder for pictures of the page")
    arguments = parser.parse_args()
    if arguments.shots is not None:
        arguments.shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, browsing.browser() as browser:
        pages = {
            browsing.page_of_a_picture(Path(folder), arguments.picture): browsing.used,
            browsing.page_of_a_folder(Path(folder)): browsing.sorted_and_filtered,
        }
        for scheme in browsing.SCHEMES:
            for width in browsing.WIDTHS:
                for path, use in pages.items():
                    how = {"scheme": scheme, "width": width, "shots": arguments.shots}
                    browsing.tried(browser, path, use, **how)
                    print(f"{path.name}, {scheme}, {width} pixels wide: fine")


if __name__ == "__main__":
    main()
