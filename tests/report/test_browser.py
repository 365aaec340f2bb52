"""The pages of a report work in a browser, for a hand and for the keyboard, and ask no network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helpers import browser as browsing
from helpers.paths import SAMPLES

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytest.importorskip("playwright", reason="playwright is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(browsing.chromium() is None, reason="no Chromium is installed"),
]

SIGHTS = [("light", 1400), ("dark", 400)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with browsing.browser() as one:
        yield one


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return browsing.page_of_a_picture(tmp_path_factory.mktemp("page"), SAMPLES / "chelsea.png")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return browsing.page_of_a_folder(tmp_path_factory.mktemp("all"))


@pytest.mark.parametrize(("scheme", "width"), SIGHTS)
def test_slider_tiles_copy_cloud_and_steps_work(
    browser: Browser, picture: Path, scheme: str, width: int
) -> None:
    browsing.tried(browser, picture, browsing.used, scheme=scheme, width=width)


@pytest.mark.parametrize(("scheme", "width"), SIGHTS)
def test_a_folder_is_sorted_and_filtered_and_leads_to_its_pages(
    browser: Browser, folder: Path, scheme: str, width: int
) -> None:
    browsing.tried(browser, folder, browsing.sorted_and_filtered, scheme=scheme, width=width)
