"""Writes the pictures that the README begins with, `docs/pictures/front*`: run by hand.

    python docs/front.py

One photograph in 256, 64, 16 and 8 colours by us and by pngquant, with dithering and without;
then its palette to look at, and its board. `tests/docs/test_front.py` makes our part anew and
compares pixels. Where pngquant is not installed, its part is taken from the picture as it is.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from quantize import Palette, quantize, save_swatch
from quantize.swatch import fonts

DOCS: Final = Path(__file__).parent
FRONT: Final = DOCS / "pictures" / "front.webp"
PALETTE: Final = DOCS / "pictures" / "front-palette.png"
BOARD: Final = DOCS / "pictures" / "front-board.png"
PHOTOGRAPH: Final = DOCS.parent / "sample_images" / "china.jpg"
PROGRAMS: Final = ("quantize", "pngquant")
DITHERS: Final = {"none": "no dithering", "floyd-steinberg": "dithered"}
SIZES: Final = (256, 64, 16, 8)

SHOWN: Final = (170, 195, 382, 383)
"""The part of each result that is shown, in its own pixels: left, top, right, bottom. Four parts
are as wide as the text of a README; this one has red, blue and green, smooth water
and fine detail."""

GAP, MARGIN, LINE = 8, 14, 38
GROUND, LIGHT, FAINT = "#17191d", "#f2f2f2", "#b4b7bd"
"""Dark, so that the picture looks the same on a light page and on a dark one."""


def ours(colors: int, dither: str) -> Image.Image:
    """The photograph as this program has it."""
    return Image.fromarray(quantize(PHOTOGRAPH, colors, dither=dither).to_array())


def pngquants(colors: int, dither: str) -> Image.Image:
    """The photograph as pngquant has it, with its default options."""
    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder, "before.png"), Path(folder, "after.png")
        with Image.open(PHOTOGRAPH) as picture:
            picture.save(before)
        plain = ["--nofs"] if dither == "none" else []
        subprocess.run(["pngquant", *plain, "-o", after, str(colors), before], check=True)
        with Image.open(after) as picture:
            return picture.convert("RGB")


def place(program: str, dither: str, colors: int) -> tuple[int, int, int, int]:
    """Where a result stands: left, top, right, bottom."""
    wide, high = SHOWN[2] - SHOWN[0], SHOWN[3] - SHOWN[1]
    row = list(DITHERS).index(dither) * len(PROGRAMS) + PROGRAMS.index(program)
    left = MARGIN + SIZES.index(colors) * (wide + GAP)
    top = MARGIN + LINE + row * (high + LINE + GAP) + LINE
    return left, top, left + wide, top + high


def part(program: str, dither: str, colors: int) -> Image.Image:
    """What is shown of a result."""
    if program == "quantize":
        return ours(colors, dither).crop(SHOWN)
    if shutil.which("pngquant"):
        return pngquants(colors, dither).crop(SHOWN)
    return stored(program, dither, colors)


def stored(program: str, dither: str, colors: int) -> Image.Image:
    """What the picture shows of a result."""
    with Image.open(FRONT) as picture:
        return picture.convert("RGB").crop(place(program, dither, colors))


def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(Path(fonts.__path__[0]) / f"{name}.ttf"), size)


def comparison() -> Image.Image:
    """All results, with their names above them."""
    _, _, right, bottom = place(PROGRAMS[-1], list(DITHERS)[-1], SIZES[-1])
    sheet = Image.new("RGB", (right + MARGIN, bottom + MARGIN), GROUND)
    draw = ImageDraw.Draw(sheet)
    bold, regular = _font("bold", 27), _font("regular", 27)
    for colors in SIZES:
        left, _, right, _ = place(PROGRAMS[0], "none", colors)
        middle = ((left + right) // 2, MARGIN + LINE // 2)
        draw.text(middle, f"{colors} colours", LIGHT, bold, anchor="mm")
    for dither, words in DITHERS.items():
        for program in PROGRAMS:
            left, top, _, _ = place(program, dither, SIZES[0])
            draw.text((left, top - 9), program, LIGHT, bold, anchor="ls")
            after = left + draw.textlength(f"{program} ", bold)
            draw.text((after, top - 9), words, FAINT, regular, anchor="ls")
            for colors in SIZES:
                where = place(program, dither, colors)
                sheet.paste(part(program, dither, colors), where[:2])
    return sheet


def palette(colors: int) -> Palette:
    """Colours to look at, as `-k 5 --no-image` finds them."""
    return quantize(PHOTOGRAPH, colors, palette_for="eye").palette


def main() -> None:
    if not shutil.which("pngquant"):
        print("pngquant is not installed: its results stay as they are", file=sys.stderr)
    comparison().save(FRONT, lossless=True, quality=100, method=6)
    save_swatch(palette(5), PALETTE, style="strip", theme="transparent", force=True)
    style = {"style": "board", "theme": "transparent", "image": PHOTOGRAPH}
    save_swatch(palette(8), BOARD, force=True, **style)
    for path in (PALETTE, BOARD):
        with Image.open(path) as drawn:
            small = drawn.reduce(2)
        quantize(small, 256).save(path, force=True)


if __name__ == "__main__":
    main()
