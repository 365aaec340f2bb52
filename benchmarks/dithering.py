"""Dithering against pngquant's, as the eye sees it: run by hand.

    python benchmarks/dithering.py [-k 16 64 256] [--methods floyd-steinberg ...] FOLDER

FOLDER has PNGs without alpha. Each is quantized by `pngquant K`, whose dithering is on, and by
ours with each method at its default strength (or `--strengths`); palettes are ours. The table has
geometric means over the images of our figure divided by pngquant's, so below 1 is better, and the
largest quotient with its image; the figures are those of `benchmarks/perception.py`, and the bytes
of the files. It needs pngquant and `ssimulacra_main` (Debian's libjxl-devtools). No time is
measured here: `python -m benchmarks` does that.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from perception import geometric_mean, perceived, pixels_of

from quantize import quantize
from quantize.dither.table import DITHERS
from quantize.images import png
from quantize.model.palette import Palette
from quantize.pipeline.mappers import ditherer_of

Figures = dict[str, float]


def of_pngquant(source: Path, k: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "result.png")
        subprocess.run(["pngquant", str(k), "-o", target, source], check=True)
        found = perceived(pixels_of(source), pixels_of(target))
        return {**found._asdict(), "bytes": target.stat().st_size}


def of_ours(source: Path, plain: Any, method: str, strength: float | None) -> Figures:
    pixels, colors = pixels_of(source), plain.palette.colors
    indices = plain.indices
    if method != "none":
        settings = replace(plain.settings, dither=method, dither_strength=strength)
        indices = ditherer_of(colors, pixels.shape[2], settings).rows(pixels)
    found = perceived(pixels, colors[indices])
    return {**found._asdict(), "bytes": len(png.encode(Palette(colors), indices))}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("-k", type=int, nargs="+", default=[16, 64, 256])
    parser.add_argument("--methods", nargs="+", default=list(DITHERS), choices=list(DITHERS))
    parser.add_argument("--strengths", type=float, nargs="+", default=[None])
    parser.add_argument("--set", nargs="+", default=[], metavar="NAME=VALUE", help="settings")
    told = parser.parse_args()
    settings = dict(item.split("=", 1) for item in told.set)
    sources = sorted(told.folder.glob("*.png"))
    theirs = {(path, k): of_pngquant(path, k) for path in sources for k in told.k}
    plain = {(path, k): quantize(path, k, **settings) for path in sources for k in told.k}
    names = list(next(iter(theirs.values())))
    print(f"| method | strength | k | {' | '.join(names)} |\n|{'---|' * (3 + len(names))}")
    for method in told.methods:
        for strength in told.strengths:
            for k in told.k:
                rows = {}
                for path in sources:
                    ours = of_ours(path, plain[path, k], method, strength)
                    rows[path.stem] = {name: ours[name] / theirs[path, k][name] for name in names}
                cells = []
                for name in names:
                    worst = max(rows, key=lambda stem: rows[stem][name])
                    mean = geometric_mean([row[name] for row in rows.values()])
                    cells.append(f"{mean:.3f} ({rows[worst][name]:.2f} {worst})")
                said = "default" if strength is None else f"{strength:g}"
                print(f"| {method} | {said} | {k} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
