"""Writes the pictures of `pixel-art.md` and `makers.md`, and the palette `yarns.csv`: run by hand.

    python docs/crafts.py

All of them come from `sample_images/` and `docs/palettes/`.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any, Final

from PIL import Image

from quantize import Palette, quantize, save_swatch
from quantize.color.named_colors import NAMED

DOCS: Final = Path(__file__).parent
SAMPLES: Final = DOCS.parent / "sample_images"
PICTURES: Final = DOCS / "pictures" / "crafts"
YARNS: Final = DOCS / "palettes" / "yarns.csv"

EVERY: Final = 4
"""Of the named colours every fourth is a yarn, so that there are about two hundred."""

GAP: Final = 12


def write_yarns() -> None:
    """Write a range of yarns that nobody sells: a code, a name and a colour each."""
    rows = re.findall(r"([a-z][a-z' ]*) (#\S{6})", NAMED)[::EVERY]
    with YARNS.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("code", "name", "hex"))
        table.writerows((f"Y{number}", *row) for number, row in enumerate(rows, 100))


def small(name: str, wide: int) -> Image.Image:
    """Return a sample picture, so many pixels wide."""
    with Image.open(SAMPLES / name) as image:
        picture = image.convert("RGB")
    return picture.resize(
        (wide, round(picture.height * wide / picture.width)), Image.Resampling.BOX
    )


def large(image: Image.Image, factor: int) -> Image.Image:
    """Return a picture with so many times larger pixels."""
    size = image.width * factor, image.height * factor
    return image.convert("RGB").resize(size, Image.Resampling.NEAREST)


def side_by_side(name: str, images: list[Image.Image]) -> None:
    """Write pictures of one height next to each other."""
    width = sum(image.width for image in images) + GAP * (len(images) - 1)
    sheet, left = Image.new("RGB", (width, images[0].height), "white"), 0
    for image in images:
        sheet.paste(image, (left, 0))
        left += image.width + GAP
    sheet.save(PICTURES / name, optimize=True)


def reduced(image: Image.Image, colors: int | None = None, **how: Any) -> Image.Image:
    """Return a picture in few colours."""
    return quantize(image, colors, **how).to_image()


def strip(palette: Palette, side: int = 20) -> Image.Image:
    """Return a table as squares; a transparent entry is a small board."""
    sheet = Image.new("RGB", (len(palette) * side, side), "white")
    for place, color in enumerate(palette):
        if color[3:] != (0,):
            sheet.paste(color[:3], (place * side, 0, (place + 1) * side, side))
            continue
        half = side // 2
        for left, top in ((0, 0), (half, half)):
            sheet.paste((190, 190, 190), (left, top, left + half, top + half))
    return sheet


def pixel_art() -> None:
    """Write the pictures of the page for pixel artists."""
    with Image.open(SAMPLES / "pixelart.png") as image:
        sprite = image.convert("RGB")
    machines = [DOCS / "palettes" / f"{name}.hex" for name in ("pico8", "c64", "gameboy")]
    drawn = [sprite, *(reduced(sprite, palette=path) for path in machines)]
    side_by_side("machines.png", [large(one, 3) for one in drawn])
    cup = small("coffee.png", 96)
    console = quantize(cup, 16, posterize=5, transparent_index=0)
    side_by_side("console.png", [large(cup, 4), large(console.to_image(), 4)])
    tables = [
        quantize(cup, 16, posterize=5).palette,
        console.palette,
        quantize(cup, 10, posterize=5, transparent_index=0, pad=16).palette,
    ]
    sheet = Image.new("RGB", (320, 3 * 20 + 2 * GAP), "white")
    for row, table in enumerate(tables):
        sheet.paste(strip(table), (0, row * (20 + GAP)))
    sheet.save(PICTURES / "tables.png", optimize=True)


def makers() -> None:
    """Write the pictures of the page for makers."""
    flower = small("flower.jpg", 80)
    few = [reduced(flower, count, palette=YARNS) for count in (24, 12, 6)]
    side_by_side("stitches.png", [large(one, 4) for one in (flower, *few)])
    palette = quantize(flower, 12, palette=YARNS).palette
    save_swatch(palette, PICTURES / "shopping.png", style="strip", title="flower", force=True)


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    write_yarns()
    pixel_art()
    makers()
