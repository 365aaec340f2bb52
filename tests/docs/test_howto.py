"""The examples of the pages by trade work as they stand."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.paths import ROOT
from helpers.pictures import picture
from quantize import Palette, save_palette

PAGES = sorted((ROOT / "docs" / "howto").glob("*.md"))


def blocks(page: Path, language: str) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the files that the examples name."""
    (tmp_path / "assets" / "icons").mkdir(parents=True)
    for seed, name in enumerate(("a.png", "icons/b.png", "icons/c.gif")):
        picture(seed).save(tmp_path / "assets" / name)
    for name in ("photo.jpg", "poster.jpg", "hero.jpg"):
        shutil.copy(ROOT / "sample_images" / "chelsea.png", tmp_path / name)
    save_palette(Palette.from_hex("#c8285a", "#102030", "#ffffff"), tmp_path / "brand.ase")
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_run(page: Path, desk: Path) -> None:
    for block in blocks(page, "console"):
        for line in re.findall(r"^\$ (.*)$", block, re.MULTILINE):
            command = line.replace("quantize ", f"'{sys.executable}' -m quantize ", 1)
            done = subprocess.run(
                command, shell=True, cwd=desk, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, (line, done.stderr)
            shutil.rmtree(desk / "dist", ignore_errors=True)
    for code in blocks(page, "python"):
        subprocess.run([sys.executable, "-c", code], cwd=desk, check=True, capture_output=True)


def test_every_page_is_in_the_site() -> None:
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        assert f" {page.relative_to(ROOT / 'docs').as_posix()}\n" in site, page


def test_no_two_pages_of_the_site_have_one_address() -> None:
    """`palettes.md` and `palettes/README.md` would both be `palettes/`."""
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    pages = re.findall(r"^ +- [^:]+: (\S+)\.md$", site, re.MULTILINE)
    addresses = [re.sub("/?(index|README)$", "", page) for page in pages]
    assert len(pages) > 30
    assert len(set(addresses)) == len(addresses)
