"""Guards the recipes of CONTRIBUTING.md: each is applied to a copy of the package, and used.

The copy gets the blocks of the page exactly as they stand there, so a recipe cannot drift from the
code: it does not fit any more, or what it adds cannot be found.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
from PIL import Image

import quantize
from helpers.command import environment
from helpers.paths import ROOT, SAMPLES

pytestmark = pytest.mark.slow

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PACKAGE = Path(quantize.__file__).parent

MOST_PLACES = {
    "Add a dithering method": 2,
    "Add a palette format": 2,
    "Add a colour space": 2,
    "Add an image format": 3,
    "Add a command-line option": 3,
}
"""Files that a recipe may touch at most, without tests and docs."""


@dataclass(frozen=True)
class Block:
    """A block of code: a new file, or lines that are added to one."""

    recipe: str
    path: str
    is_new: bool
    text: str


def blocks() -> list[Block]:
    """The blocks of all recipes, in the order of the page."""
    found = []
    for recipe in re.findall(r"^### (.*?)$(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE):
        title, text = recipe
        for kind, path, body in re.findall(r'```(\w+) title="(.*?)"\n(.*?)```', text, re.DOTALL):
            found.append(Block(title, path, kind == "python", body))
    return found


BLOCKS = blocks()


def patched(before: str, block: Block) -> str:
    """The text of a file with the lines of a block added."""
    lines = [line or " " for line in block.text.splitlines()]
    assert {line[0] for line in lines} <= {" ", "+"}
    old = "".join(f"{line[1:]}\n" for line in lines if line[0] == " ")
    new = "".join(f"{line[1:]}\n" for line in lines)
    assert before.count(old) == 1, f"{block.recipe}: these lines are not in {block.path}:\n{old}"
    return before.replace(old, new)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the package that has a toy of each family."""
    root = tmp_path_factory.mktemp("contributing")
    leave = shutil.ignore_patterns("__pycache__", "*.c")
    shutil.copytree(PACKAGE, root / "quantize", ignore=leave)
    for block in BLOCKS:
        path = root / block.path
        assert path.exists() != block.is_new, block.path
        text = block.text if block.is_new else patched(path.read_text("utf-8"), block)
        path.write_text(text, encoding="utf-8")
    Image.open(SAMPLES / "coffee.png").resize((60, 40)).save(root / "cup.png")
    return root


def answer(house: Path, *words: str) -> str:
    """What Python says with the copy as its package; the folder comes first on its path."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=house,
        env=environment(PYTHONPATH=str(house)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def said(house: Path, *words: str) -> str:
    """What the command says."""
    return answer(house, "-m", "quantize", *words)


def result_of(house: Path, code: str) -> object:
    """What a program that uses the library prints as JSON."""
    lines = ["import json, numpy as np, quantize as q", "from PIL import Image", dedent(code)]
    return json.loads(answer(house, "-c", "\n".join(lines)))


def test_each_recipe_is_there_and_touches_few_places() -> None:
    places = {
        recipe: {block.path for block in BLOCKS if block.recipe == recipe}
        for recipe in (block.recipe for block in BLOCKS)
    }
    assert places.keys() == MOST_PLACES.keys()
    for recipe, paths in places.items():
        assert len(paths) <= MOST_PLACES[recipe], recipe
        assert all(path.startswith("quantize/") for path in paths)


def test_the_blocks_are_written_as_ruff_writes(house: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", house)
    answer(house, "-m", "ruff", "format", "--check", *{block.path for block in BLOCKS})
    answer(house, "-m", "ruff", "check", *{block.path for block in BLOCKS})


def test_the_copy_is_what_runs(house: Path) -> None:
    assert Path(str(result_of(house, "print(json.dumps(q.__file__))"))).parent == (
        house / "quantize"
    )


def test_each_toy_is_in_the_help(house: Path) -> None:
    words = " ".join(said(house, "--help").split())
    for name, summary in {
        "false-floyd-steinberg": "error diffusion with three neighbours, of which none is on the",
        "lines": "ordered: horizontal lines, a mix of 8",
        "opponent": "opponent = brightness, red against green, yellow against blue",
        "pcx": "[png|gif|webp|tiff|bmp|pcx]",
        ".map": ".map",
        "--reverse": "Turn the order of the palette round.",
    }.items():
        assert name in words
        assert summary in words


@pytest.mark.parametrize("method", ["false-floyd-steinberg", "lines"])
def test_a_dithering_method_is_in_the_command_and_in_the_library(house: Path, method: str) -> None:
    said(house, "cup.png", "-k", "4", "--dither", method, "-o", f"{method}.png")
    seen = result_of(
        house,
        f"""
        found = q.quantize("cup.png", 4, dither="{method}")
        plain = q.quantize("cup.png", 4)
        written = np.asarray(Image.open("{method}.png").convert("RGB"))
        same = bool(np.array_equal(found.to_array(), written))
        print(json.dumps([same, bool((found.indices != plain.indices).any())]))
        """,
    )
    assert seen == [True, True]


def test_a_palette_format_is_in_the_command_and_in_the_library(house: Path) -> None:
    said(house, "cup.png", "-k", "4", "--save-palette", "cup.map", "--no-image", "--force")
    said(house, "cup.map", "--no-image", "--save-palette", "cup.hex")
    seen = result_of(
        house,
        """
        q.save_palette(q.load_palette("cup.map"), "again.map")
        print(json.dumps([q.load_palette("again.map").hex, q.load_palette("cup.hex").hex]))
        """,
    )
    assert isinstance(seen, list)
    assert seen[0] == seen[1]
    assert len(seen[0]) == 4
    assert (house / "again.map").read_bytes() == (house / "cup.map").read_bytes()


def test_a_colour_space_is_in_the_command_and_in_the_library(house: Path) -> None:
    said(house, "cup.png", "-k", "5", "--space", "opponent", "-o", "opponent.png")
    record = json.loads((house / "opponent.json").read_text("utf-8"))
    seen = result_of(
        house,
        """
        found = [q.quantize("cup.png", 5, space=space) for space in ("opponent", "srgb")]
        print(json.dumps([one.palette.hex for one in found]))
        """,
    )
    assert isinstance(seen, list)
    assert [color["hex"] for color in record["palette"]] == seen[0] != seen[1]


def test_an_image_format_is_in_the_command_and_in_the_library(house: Path) -> None:
    said(house, "cup.png", "-k", "6", "-o", "cup.pcx")
    said(house, "cup.pcx", "-k", "6", "-o", "from-pcx.png")
    seen = result_of(
        house,
        """
        q.quantize("cup.png", 6).save("library.pcx")
        pictures = [np.asarray(Image.open(n).convert("RGB")) for n in ("cup.pcx", "from-pcx.png")]
        print(json.dumps([Image.open("cup.pcx").format, bool(np.array_equal(*pictures))]))
        """,
    )
    assert seen == ["PCX", True]
    assert (house / "library.pcx").read_bytes() == (house / "cup.pcx").read_bytes()


def test_an_option_is_in_the_command_and_in_the_library(house: Path) -> None:
    said(house, "cup.png", "-k", "5", "--reverse", "-o", "reversed.png")
    record = json.loads((house / "reversed.json").read_text("utf-8"))
    seen = result_of(
        house,
        """
        both = [q.quantize("cup.png", 5, reverse=order) for order in (True, False)]
        same = bool(np.array_equal(both[0].to_array(), both[1].to_array()))
        print(json.dumps([*(one.palette.hex for one in both), same]))
        """,
    )
    assert isinstance(seen, list)
    assert [color["hex"] for color in record["palette"]] == seen[0] == seen[1][::-1]
    assert seen[2]
