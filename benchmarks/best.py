"""The size of our PNGs with `--compress best` against pngquant at its slowest, followed by oxipng.

    python benchmarks/best.py                             # on sample_images and drawn pictures
    python benchmarks/best.py --images DIR -k 256         # on other pictures
    python benchmarks/best.py --compress default -- --lossy 20    # options of ours behind `--`

Both read the same PNG, at the same number of colours, dithered and not. pngquant runs at speed 1,
oxipng at level 4, where it may change the order of the palette. A row for each picture, then
geometric means; below 1 is better for us. Needs pngquant and the extra `optimize`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import oxipng
from drawn import DRAWN
from peers import ours
from PIL import Image

ROOT = Path(__file__).parent.parent
ENDINGS = {".png", ".jpg", ".jpeg"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, help="a folder, in place of our own pictures")
    parser.add_argument("-k", type=int, action="append", metavar="K")
    parser.add_argument("--compress", default="best")
    parser.add_argument("--dither", choices=["both", "yes", "no"], default="both")
    parser.add_argument("options", nargs="*", help="of our command, after --")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pictures = _pictures(options.images, folder)
        for k in options.k or (64, 256):
            for dithered in {"both": (False, True), "yes": (True,), "no": (False,)}[options.dither]:
                words = ["--compress", options.compress, *options.options]
                _table(pictures, k, dithered, words, folder)


def _pictures(images: Path | None, folder: Path) -> list[Path]:
    """PNGs of the pictures of a folder, or of our samples and drawn ones."""
    found = []
    for path in sorted((images or ROOT / "sample_images").iterdir()):
        if path.suffix.lower() in ENDINGS:
            with Image.open(path) as picture:
                if picture.width * picture.height > 1024:
                    found.append(folder / f"{path.stem}.png")
                    mode = "RGBA" if "A" in picture.mode else "RGB"
                    picture.convert(mode).save(found[-1], compress_level=1)
    for name, draw in [] if images else DRAWN.items():
        found.append(folder / f"{name}.png")
        Image.fromarray(draw()).save(found[-1], compress_level=1)
    return found


def _table(pictures: list[Path], k: int, dithered: bool, words: list[str], folder: Path) -> None:
    ratios = []
    print(f"\n| {k} colours{', dithered' if dithered else ''} | ours | theirs | ratio |")
    print("|---|---|---|---|")
    how = ["--dither", "floyd-steinberg"] if dithered else []
    for path in pictures:
        mine, theirs = folder / "ours.out.png", folder / "theirs.out.png"
        subprocess.run([*ours(*how, *words)(path, mine, k)], check=True)
        plain = [] if dithered else ["--nofs"]
        command = ["pngquant", "--speed", "1", *plain, str(k), "--force", "-o", theirs, path]
        subprocess.run(command, check=True)
        theirs_bytes = len(oxipng.optimize_from_memory(theirs.read_bytes(), level=4))
        ratios.append(mine.stat().st_size / theirs_bytes)
        print(f"| {path.stem} | {mine.stat().st_size:,} | {theirs_bytes:,} | {ratios[-1]:.3f} |")
    mean = float(np.exp(np.mean(np.log(ratios))))
    print(f"| geometric mean; most | | | {mean:.4f}; {max(ratios):.3f} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
