"""Accents in small palettes: ours beside Pylette, colorthief and extcolors, by program.

    python benchmarks/accents.py [FILE OR FOLDER ...]            # sample_images unless told
    python benchmarks/accents.py --sheet docs/pictures/looks.jpg # a contact sheet as well

An accent is a hue, one of twelve of 30 degrees, that 0.4 to 6 % of the pixels have; its colour is
their mean in CIELAB. It is hit by an entry within CIEDE2000 12. Which pixels have a hue, and where
the hues begin, is a matter of taste, so accents are found in several ways and the table has the
mean of their hits, and the least. The error is the mean CIEDE2000 of all pixels to the nearest
entry, as a ratio to that of `--space lab`. Peers that are not installed are left out. Pictures are
made smaller than a million pixels.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from quantize import quantize
from quantize.color.conversions import lab, oklch
from quantize.color.difference import ciede2000

ROOT: Final = Path(__file__).parent.parent
ENDINGS: Final = (".png", ".jpg")
SIDE: Final = 900
LEAST, MOST, HIT = 0.004, 0.06, 12.0

Array = NDArray[np.float64]
Bytes = NDArray[np.uint8]


def hsv(colors: Bytes, saturation: float, value: float) -> tuple[Array, NDArray[np.bool_]]:
    """Return hues in degrees, and which colours have one."""
    rows = Image.fromarray(colors[None]).convert("HSV")
    hue, own_saturation, own_value = np.asarray(rows)[0].astype(float).T / 255
    return hue * 360, (own_saturation >= saturation) & (own_value >= value)


def in_lab(colors: Bytes, chroma: float) -> tuple[Array, NDArray[np.bool_]]:
    _, a, b = lab(colors).T
    return np.degrees(np.arctan2(b, a)) % 360, np.hypot(a, b) >= chroma


def in_oklab(colors: Bytes, chroma: float) -> tuple[Array, NDArray[np.bool_]]:
    _, own, hue = oklch(colors)
    return hue % 360, own >= chroma


WAYS: Final[dict[str, Callable[[Bytes], tuple[Array, NDArray[np.bool_]]]]] = {
    "CIELAB, chroma 20": lambda colors: in_lab(colors, 20),
    "CIELAB, chroma 30": lambda colors: in_lab(colors, 30),
    "CIELAB, chroma 40": lambda colors: in_lab(colors, 40),
    "Oklab, chroma 0.06": lambda colors: in_oklab(colors, 0.06),
    "Oklab, chroma 0.1": lambda colors: in_oklab(colors, 0.1),
    "HSV, saturation 0.35, value 0.25": lambda colors: hsv(colors, 0.35, 0.25),
    "HSV, saturation 0.5, value 0.3": lambda colors: hsv(colors, 0.5, 0.3),
}


class Seen(NamedTuple):
    """A picture: its colours and their shares, and the accents that each way finds."""

    path: Path
    image: Image.Image
    colors: Bytes
    shares: Array
    accents: dict[str, Array]


def seen(path: Path) -> Seen:
    """Read a picture and find its accents."""
    with Image.open(path) as file:
        image = file.convert("RGB")
    image.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    pixels = np.asarray(image).reshape(-1, 3)
    colors, counts = np.unique(pixels, axis=0, return_counts=True)
    shares, places, accents = counts / counts.sum(), lab(colors), {}
    for name, way in WAYS.items():
        hues, chromatic = way(colors)
        bins = np.where(chromatic, hues // 30 % 12, -1)
        rows = [bins == number for number in range(12)]
        rows = [row for row in rows if LEAST <= shares[row].sum() <= MOST]
        found = [np.average(places[row], axis=0, weights=shares[row]) for row in rows]
        accents[name] = np.array(found).reshape(-1, 3)
    return Seen(path, image, colors, shares, accents)


def error(picture: Seen, palette: Bytes) -> float:
    """Return the mean CIEDE2000 to the nearest entry; colours stand for cells of 5 bits."""
    keys = (picture.colors.astype(int) >> 3) @ [1024, 32, 1]
    _, cell = np.unique(keys, return_inverse=True)
    mass = np.bincount(cell, picture.shares)
    own = lab(picture.colors) * picture.shares[:, None]
    means = np.stack([np.bincount(cell, column) for column in own.T], axis=1) / mass[:, None]
    least = ciede2000(means[:, None], lab(palette)[None]).min(axis=1)
    return float((least * mass).sum())


def hits(accents: Array, palette: Bytes) -> int:
    """Return how many accents have an entry."""
    return int((ciede2000(accents[:, None], lab(palette)[None]).min(axis=1) <= HIT).sum())


def by_pylette(path: Path, k: int) -> Bytes:
    found = import_module("pylette").extract_colors(str(path), palette_size=k)
    return np.array([color.rgb for color in found.colors], np.uint8)[:, :3]


def by_colorthief(path: Path, k: int) -> Bytes:
    # it gives one colour less than it is asked for, but for more than seven
    found = import_module("colorthief").ColorThief(str(path)).get_palette(max(k, 2), quality=1)
    return np.array(found[:k], np.uint8)


def by_extcolors(path: Path, k: int) -> Bytes:
    found, _ = import_module("extcolors").extract_from_path(str(path), limit=k)
    return np.array([color for color, _ in found], np.uint8)


def ours(**settings: str) -> Callable[[Path, int], Bytes]:
    return lambda path, k: quantize(path, k, **settings).palette.colors[:, :3]  # type: ignore[arg-type]


LAB: Final = "quantize, --space lab"
PROGRAMS: Final[dict[str, tuple[str, Callable[[Path, int], Bytes]]]] = {
    LAB: ("quantize", ours(space="lab")),
    "quantize, --palette-for image": ("quantize", ours()),
    "quantize, --palette-for eye": ("quantize", ours(palette_for="eye")),
    "Pylette": ("pylette", by_pylette),
    "colorthief": ("colorthief", by_colorthief),
    "extcolors": ("extcolors", by_extcolors),
}


def palettes(picture: Seen, k: int) -> dict[str, Bytes]:
    """Return the palette of each program that is installed."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "picture.png")
        picture.image.save(path)
        return {
            name: make(path, k)
            for name, (package, make) in PROGRAMS.items()
            if find_spec(package) is not None
        }


def table(pictures: list[Seen], found: list[dict[str, Bytes]], k: int) -> Iterator[str]:
    """Yield the lines of a table."""
    counts = [sum(len(picture.accents[way]) for picture in pictures) for way in WAYS]
    yield f"| k = {k} | accents hit | the least of the ways | error | the largest |"
    yield "|---|---|---|---|---|"
    base = [error(p, own[LAB]) for p, own in zip(pictures, found, strict=True)]
    for name in found[0]:
        hit = [
            sum(hits(p.accents[way], own[name]) for p, own in zip(pictures, found, strict=True))
            for way in WAYS
        ]
        parts = [one / max(count, 1) for one, count in zip(hit, counts, strict=True)]
        errors = [error(p, own[name]) for p, own in zip(pictures, found, strict=True)]
        ratios = [one / max(other, 1e-9) for one, other in zip(errors, base, strict=True)]
        yield (
            f"| {name} | {sum(hit) / max(sum(counts), 1):.0%} | {min(parts):.0%} "
            f"| {np.mean(ratios):.3f} | {max(ratios):.2f} |"
        )
    each = f"{min(counts)} to {max(counts)}"
    yield f"\n{len(pictures)} pictures, {each} accents by way.\n"


def sheet(pictures: list[Seen], found: list[dict[str, Bytes]], path: Path) -> None:
    """Draw each picture beside the palettes of each program."""
    row, width, names = 132, 300, [*found[0]]
    page = Image.new("RGB", (190 + width * len(names), 26 + row * len(pictures)), "white")
    draw = ImageDraw.Draw(page)
    for column, name in enumerate(names):
        draw.text((194 + width * column, 8), name, fill="black")
    for at, (picture, own) in enumerate(zip(pictures, found, strict=True)):
        small = picture.image.copy()
        small.thumbnail((180, row - 8))
        page.paste(small, (4, 26 + row * at))
        for column, name in enumerate(names):
            step = (width - 12) // max(len(own[name]), 1)
            for place, color in enumerate(own[name].tolist()):
                left, top = 194 + width * column + step * place, 26 + row * at
                draw.rectangle((left, top, left + step - 1, top + row - 12), fill=tuple(color))
    page.save(path, quality=85)


def main() -> None:
    """Print the tables, and draw the sheet."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("paths", type=Path, nargs="*", default=[ROOT / "sample_images"])
    parser.add_argument("-k", type=int, action="append")
    parser.add_argument("--sheet", type=Path, help="draw the palettes of the first k here")
    told = parser.parse_args()
    files = [
        file
        for path in told.paths
        for file in (sorted(path.iterdir()) if path.is_dir() else [path])
        if file.suffix in ENDINGS
    ]
    files = [path for path in files if Image.open(path).convert("RGB").getcolors(1 << 12) is None]
    pictures = [seen(path) for path in files]
    for number, k in enumerate(told.k or (5, 8)):
        found = [palettes(picture, k) for picture in pictures]
        print("\n".join(table(pictures, found, k)))
        if told.sheet is not None and number == 0:
            sheet(pictures, found, told.sheet)


if __name__ == "__main__":
    main()
