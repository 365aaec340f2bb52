"""Dithering for electronic paper: is any method worse than none?

    python benchmarks/paper.py DIR            # all methods, photographs of a folder
    python benchmarks/paper.py DIR --dither atkinson --every

The palettes are those of makers' data sheets and, as what is seen is duller, colours measured on
such a panel. The measure is the squared error of light (linear sRGB of 0 to 1, summed over the
channels) after a Gaussian blur of 2 pixels: from where one looks at paper, dots are their mean.
The table has the mean over the photographs of the error divided by that without dithering, and the
worst of them; below 1 is better than none. `--every` names each that is not. Photographs are
halved, which is about the size of a panel.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from perception import LINEAR, Bytes
from PIL import Image
from scipy.ndimage import gaussian_filter

from quantize import Palette, quantize
from quantize.dither.table import DITHERS

PAPERS = {
    "seven colours": "000000 ffffff 00ff00 0000ff ff0000 ffff00 ff8000",
    "seven, measured": "1c181c ffffff 1d8c41 392e87 bf3a3a f3cf44 c5693f",
    "six, measured": "191e21 e8e8e8 2157ba 125f20 b21318 efde44",
    "black, white, red, yellow": "000000 ffffff ff0000 ffff00",
    "black, white, red": "000000 ffffff ff0000",
}
"""The third is the palette that epdoptimize and others give for a six-colour Spectra panel."""

BLUR = 2


def palette_of(text: str) -> Palette:
    """A palette of colours in hexadecimal."""
    return Palette(np.array([[*bytes.fromhex(color)] for color in text.split()], np.uint8))


def light_error(before: Bytes, after: Bytes) -> float:
    """The squared error of light after a blur, a pixel."""
    wrong = LINEAR[after] - LINEAR[before]
    return float(np.square(gaussian_filter(wrong, (BLUR, BLUR, 0))).sum(axis=2).mean())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--dither", action="append", choices=list(DITHERS))
    parser.add_argument("--every", action="store_true", help="name each picture that is worse")
    told = parser.parse_args()
    pictures = {}
    for path in sorted(told.folder.glob("*.png")):
        with Image.open(path) as image:
            pictures[path.stem] = np.asarray(image.convert("RGB").reduce(2))
    methods = told.dither or [name for name in DITHERS if name != "none"]
    print(f"| method | {' | '.join(PAPERS)} |\n{'|---' * (1 + len(PAPERS))}|", flush=True)
    plain = {
        (name, stem): light_error(pixels, quantize(pixels, palette=palette_of(text)).to_array())
        for name, text in PAPERS.items()
        for stem, pixels in pictures.items()
    }
    for method in methods:
        cells, worse = [], []
        for name, text in PAPERS.items():
            found = {}
            for stem, pixels in pictures.items():
                result = quantize(pixels, palette=palette_of(text), dither=method)
                found[stem] = light_error(pixels, result.to_array()) / plain[name, stem]
            worst = max(found, key=found.__getitem__)
            mean = np.exp(np.mean(np.log(list(found.values()))))
            cells.append(f"{mean:.2f} ({found[worst]:.2f} {worst})")
            worse += [f"{name}, {stem}: {at:.2f}" for stem, at in found.items() if at > 1]
        print(f"| {method} | {' | '.join(cells)} |", flush=True)
        if told.every and worse:
            print(*(f"  {line}" for line in worse), sep="\n", flush=True)


if __name__ == "__main__":
    main()
