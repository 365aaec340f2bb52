"""The README's examples work as they stand, and what the docs take from the code is current."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from helpers.paths import ROOT
from quantize import Palette, load_palette, save_palette
from quantize.palette_files.table import FORMATS

README = (ROOT / "README.md").read_text(encoding="utf-8")


LIBRARY = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def shell_examples() -> list[tuple[str, str]]:
    """Each `$ command` of the README with the output that follows it."""
    examples = []
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            examples.append((command, output))
    return examples


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A folder with the pictures that the examples name."""
    shutil.copy(ROOT / "sample_images" / "pixelart.png", tmp_path / "other.jpg")
    shutil.copy(ROOT / "sample_images" / "china.jpg", tmp_path / "photo.jpg")
    (tmp_path / "photos").mkdir()
    shutil.copy(ROOT / "sample_images" / "pixelart.png", tmp_path / "photos")
    save_palette(Palette.from_hex("#c8285a", "#102030", "#ffffff"), tmp_path / "brand.ase")
    return tmp_path


def without_numbers(text: str) -> str:
    return re.sub(r"[\d.,]+", "#", text)


def test_there_are_examples_to_test() -> None:
    assert len(shell_examples()) == 6
    assert len(blocks("python")) == 1
    assert len(blocks("python", LIBRARY)) == 2


def test_the_readme_is_short() -> None:
    assert README.count("\n") < 175


@pytest.mark.slow
@pytest.mark.parametrize(("command", "output"), shell_examples())
def test_a_shell_example_runs_and_prints_what_it_shows(
    command: str, output: str, desk: Path
) -> None:
    before = set(os.listdir(desk))
    line = command.replace("quantize", f"'{sys.executable}' -m quantize", 1)
    done = subprocess.run(line, shell=True, cwd=desk, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert set(os.listdir(desk)) > before
    if output:
        assert without_numbers(done.stdout) == without_numbers(output)


@pytest.mark.parametrize("code", [*blocks("python"), *blocks("python", LIBRARY)])
def test_a_python_example_runs(code: str, desk: Path) -> None:
    subprocess.run([sys.executable, "-c", code], cwd=desk, check=True, capture_output=True)


def test_the_example_of_palettes_runs(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "palettes.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    save_palette(Palette.from_hex("aabbcc", "000000"), tmp_path / "brand.ase")
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)
    assert load_palette(tmp_path / "brand.tokens.json").hex == ["#aabbcc", "#000000"]


def test_the_two_commands_install_the_project_and_nothing_else() -> None:
    first, second = blocks("sh")
    assert "quantize sample_images/china.jpg" in first
    assert second.strip().endswith("pytest -n auto")


def test_every_extra_that_pages_and_messages_name_is_one_of_this_distribution() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["name"] == "quantize-colors"  # another program is `quantize` on PyPI
    assert list(project["scripts"]) == ["quantize"]
    pages = [*(ROOT / "docs").glob("*.md"), *(ROOT / "quantize").rglob("*.py"), ROOT / "README.md"]
    named = [
        (page.name, *found)
        for page in pages
        for found in re.findall(r"'([\w.-]+)\[([\w{}]+)\]'", page.read_text("utf-8"))
    ]
    assert len(named) >= 8
    for page, name, extra in named:
        assert name in {".", project["name"]}, page
        assert extra in {"{extra}", *project["optional-dependencies"]}, page


def test_every_link_leads_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for link in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert link.startswith("http") or (page.parent / link).exists(), (page, link)


@pytest.mark.parametrize("page", ["options", "palettes", "dithering"])
def test_what_a_page_takes_from_the_code_is_current(page: str) -> None:
    code = f"import generate, sys; sys.stdout.buffer.write(generate.{page}_page().encode())"
    made = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "docs", check=True, capture_output=True
    )
    assert (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8") == made.stdout.decode(), (
        "run: python docs/generate.py"
    )


def test_the_man_page_and_the_completions_are_current() -> None:
    code = "import json, shell, sys; json.dump(shell.texts(), sys.stdout)"
    made = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "docs", check=True, capture_output=True
    )
    for name, text in json.loads(made.stdout).items():
        there = (ROOT / "docs" / "shell" / name).read_text(encoding="utf-8")
        assert there == text, "run: python docs/shell.py"


def test_the_page_of_palettes_says_something_of_every_format() -> None:
    text = (ROOT / "docs" / "palettes.md").read_text(encoding="utf-8")
    _, _, below = text.partition("## What each holds")
    for row in FORMATS.values():
        assert f"\n| `{row.name}` | " in below


def test_the_benchmark_of_our_stages_runs() -> None:
    code = (
        "import stages; from pathlib import Path\n"
        "stages.REPEATS = 1\n"
        "print('\\n'.join(stages.table([Path('../sample_images/pixelart.png')], [4])))"
    )
    made = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT / "benchmarks",
        check=True,
        capture_output=True,
        text=True,
    )
    head, _, row = made.stdout.splitlines()
    assert head.count("|") == row.count("|")
