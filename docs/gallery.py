"""Writes the gallery, `docs/gallery.md` and its pictures: run by hand.

    python docs/gallery.py

The pictures are results on parts of `sample_images/`, as they were written. They are golden images
as well: `tests/docs/test_gallery.py` makes each anew and compares palettes and indices.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from quantize import Palette, load_palette
from quantize.color.table import SPACES
from quantize.dither.table import DITHERS
from quantize.images import png
from quantize.model.frames import FrameSource
from quantize.model.picture import Picture
from quantize.model.result import Quantized
from quantize.pipeline import settings
from quantize.pipeline.run import run

DOCS: Final = Path(__file__).parent
PICTURES: Final = DOCS / "pictures" / "gallery"
PALETTES: Final = DOCS / "palettes"
SAMPLES: Final = DOCS.parent / "sample_images"

PARTS: Final = {
    "astronaut": (130, 10, 370, 190),
    "chelsea": (95, 30, 335, 210),
    "coffee": (150, 60, 390, 240),
    "gradient": (0, 38, 240, 218),
}
"""PNGs, since JPEG decoders differ; what is shown of each: left, top, right, bottom."""

FRONT: Final = (
    "The same photograph in 256, 64, 16 and 8 colours by quantize and by pngquant, "
    "first without dithering, then with it: in 16 colours red pillars are yellow by pngquant"
)
"""What is seen on the first picture, for who does not see it."""

SIZES: Final = (4, 16, 64, 256)

RETRO: Final = {
    "gameboy": "Game Boy, 4 colours",
    "cga": "CGA, mode 4, palette 1, high intensity, 4 colours",
    "c64": "Commodore 64, 16 colours",
    "pico8": "PICO-8, 16 colours",
}

RETRO_DITHERS: Final = ("none", "floyd-steinberg", "atkinson", "bayer-4", "bayer-8", "blue-noise")


class Shot(NamedTuple):
    """A picture of the gallery.

    Attributes:
        image: a key of `PARTS`.
        colors: size of the palette, where one is found.
        palette: a key of `RETRO`, where one is given.
        how: the other settings.
    """

    image: str
    colors: int = 0
    palette: str = ""
    how: tuple[tuple[str, Any], ...] = ()

    @property
    def name(self) -> str:
        """Of the file, without its ending."""
        said = [str(value) for key, value in self.how if key != "dither_strength"]
        return "-".join([self.image, self.palette or str(self.colors), *said])

    @property
    def words(self) -> str:
        """What is seen, for who does not see it."""
        colors = f"the colours of {self.palette}" if self.palette else f"{self.colors} colours"
        how = {"none": "no dithering", **{name: f"space {name}" for name in SPACES}}
        said = [how.get(value, f"dithered by {value}") for _, value in self.how]
        return ", ".join([f"{self.image} in {colors}", *said])


def part_of(image: str) -> NDArray[np.uint8]:
    """The pixels that are shown of a sample image."""
    with Image.open(SAMPLES / f"{image}.png") as picture:
        return np.asarray(picture.convert("RGB").crop(PARTS[image]))


def take(shot: Shot, rows: int | None = None) -> Quantized:
    """The result, by the library; or that of the first rows alone."""
    how = dict(shot.how)
    source = FrameSource.still(Picture(part_of(shot.image)[:rows]))
    if not shot.palette:
        return run(source, settings.Settings(colors=shot.colors, **how))
    palette = load_palette(PALETTES / f"{shot.palette}.hex")
    if how["dither"] != "none":
        how["dither_strength"] = 1.0  # as the command has it with --use-palette
    return run(source, settings.Settings(colors=len(palette), **how), palette=palette)


def sizes(image: str, dither: str) -> list[Shot]:
    return [Shot(image, k, how=(("dither", dither),)) for k in SIZES]


def dithers(image: str, colors: int) -> list[Shot]:
    return [Shot(image, colors, how=(("dither", name),)) for name in DITHERS]


def retro(image: str, palette: str) -> list[Shot]:
    return [Shot(image, palette=palette, how=(("dither", name),)) for name in RETRO_DITHERS]


def spaces(image: str, colors: int) -> list[Shot]:
    return [Shot(image, colors, how=(("space", name),)) for name in SPACES]


def shots() -> list[Shot]:
    """Every picture, once."""
    found: list[Shot] = []
    for image in PARTS:
        found += [*sizes(image, "none"), *sizes(image, "floyd-steinberg")]
    found += [*dithers("coffee", 8), *dithers("gradient", 8)]
    for palette in RETRO:
        found += retro("astronaut", palette)
    found += [*spaces("astronaut", 8), *spaces("chelsea", 8)]
    return list(dict.fromkeys(found))


def page() -> str:
    """The text."""
    lines = [
        "# Gallery",
        "",
        "## Beside pngquant",
        "",
        "A part of one photograph, in its own pixels, by both programs at their defaults; made by",
        "`docs/front.py`. At 16 colours the pillars stay red here.",
        "",
        f"![{FRONT}](pictures/front.webp)",
        "",
        "The same photograph in five colours to look at, and on a board with eight:",
        "",
        "![Five bands with names, hex codes and shares](pictures/front-palette.png)",
        "",
        "![The photograph beside eight tiles](pictures/front-board.png)",
        "",
        "All below is made by `docs/gallery.py` from parts of",
        "[sample_images](../sample_images/README.md), each 240 × 180; the tests make every picture",
        "anew. What the methods of dithering are: [dithering](dithering.md).",
        "",
        "## Sizes of palettes",
        "",
        "Above without dithering, below with `--dither floyd-steinberg` at its default strength.",
        "",
    ]
    for image in PARTS:
        lines += [f"### {image}", ""]
        lines += [_row(["original", *(f"`-k {k}`" for k in SIZES)]), "|---" * 5 + "|"]
        rows = [
            [_original(image), *(_picture(shot) for shot in sizes(image, "none"))],
            ["", *(_picture(shot) for shot in sizes(image, "floyd-steinberg"))],
        ]
        lines += [_row(row) for row in rows] + [""]
    lines += ["## Methods of dithering", "", "`-k 8`, each at its default strength.", ""]
    for image in ("coffee", "gradient"):
        lines += _grid([(f"`{_last(shot)}`", shot) for shot in dithers(image, 8)])
    lines += [
        "## Retro palettes",
        "",
        "`--use-palette docs/palettes/NAME.hex` with `--dither`, at full strength;",
        "[where the values are from](palettes/README.md).",
        "",
    ]
    for palette, title in RETRO.items():
        lines += [f"### {title}", ""]
        lines += _grid([(f"`{_last(shot)}`", shot) for shot in retro("astronaut", palette)], 3)
    lines += ["## Colour spaces", "", "`-k 8 --space NAME`, without dithering.", ""]
    for image in ("astronaut", "chelsea"):
        lines += _grid([(f"`{_last(shot)}`", shot) for shot in spaces(image, 8)], 3)
    return "\n".join(lines).rstrip() + "\n"


def _last(shot: Shot) -> str:
    return str(shot.how[-1][1])


def _original(image: str) -> str:
    return f"![{image}, original](pictures/gallery/{image}.png)"


def _picture(shot: Shot) -> str:
    return f"![{shot.words}](pictures/gallery/{shot.name}.png)"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _grid(titled: list[tuple[str, Shot]], wide: int = 4) -> list[str]:
    """Tables of some pictures a row, their titles above them."""
    lines = []
    for start in range(0, len(titled), wide):
        some = titled[start : start + wide]
        lines += [_row([title for title, _ in some]), "|---" * len(some) + "|"]
        lines += [_row([_picture(shot) for _, shot in some]), ""]
    return lines


def main() -> None:
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    for image in PARTS:
        Image.fromarray(part_of(image)).save(PICTURES / f"{image}.png", optimize=True)
    for shot in shots():
        result = take(shot)
        data = png.encode(Palette(result.palette.colors), result.indices)
        (PICTURES / f"{shot.name}.png").write_bytes(data)
    (DOCS / "gallery.md").write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
