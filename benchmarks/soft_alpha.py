"""The CPU time of pictures with soft alpha: every colour space with every method of dithering.

    python benchmarks/soft_alpha.py photo.png                  # all of them
    python benchmarks/soft_alpha.py photo.png --space oklab --dither bayer-8 --rounds 5

A photograph of about 768 by 512 pixels is given soft edges, and the same picture made opaque. Whole
commands, one after the other, so that both see the same load; user and system time of the process,
the least of the rounds. The table has their ratio.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from quantize.color.table import SPACES
from quantize.dither.table import DITHERS

FADE = 72
"""Pixels from the edge to where the picture is opaque."""


def write_pair(photo: Path, folder: Path) -> tuple[Path, Path]:
    """Write the picture with soft edges and the opaque one; return their paths."""
    with Image.open(photo) as image:
        pixels = np.asarray(image.convert("RGB"))
    height, width = pixels.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    edge = np.minimum.reduce([x, y, width - 1 - x, height - 1 - y])
    far = np.hypot(x / width - 0.5, y / height - 0.5)
    alpha = 255 * np.clip(np.minimum(edge / FADE, 1.5 - 2 * far), 0, 1)
    soft, opaque = folder / "soft.png", folder / "opaque.png"
    Image.fromarray(np.dstack([pixels, np.rint(alpha).astype(np.uint8)])).save(soft)
    Image.fromarray(pixels).save(opaque)
    return soft, opaque


def seconds(picture: Path, k: int, space: str, dither: str) -> float:
    """The CPU time of one command."""
    program = [sys.executable, "-m", "quantize", picture, "-k", str(k), "--space", space]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [*program, "--dither", dither, "-o", picture.with_suffix(".out.png"), "--force", "-q"],
        check=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("photo", type=Path)
    parser.add_argument("-k", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--space", action="append", choices=list(SPACES))
    parser.add_argument("--dither", action="append", choices=list(DITHERS))
    told = parser.parse_args()
    columns = told.space or list(SPACES)
    print(f"| method | {' | '.join(columns)} |\n{'|---' * (1 + len(columns))}|")
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        pair = write_pair(told.photo, Path(folder))
        for dither in told.dither or list(DITHERS):
            cells = []
            for space in columns:
                rounds = [
                    [seconds(picture, told.k, space, dither) for picture in pair]
                    for _ in range(told.rounds)
                ]
                soft, opaque = np.min(rounds, axis=0)
                ratios.append(soft / opaque)
                cells.append(f"{soft / opaque:.2f} ({opaque:.2f} s)")
            print(f"| {dither} | {' | '.join(cells)} |", flush=True)
    print(f"\nThe largest ratio is {max(ratios):.2f}, the mean {np.mean(ratios):.2f}.")


if __name__ == "__main__":
    main()
