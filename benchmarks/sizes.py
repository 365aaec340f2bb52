"""The size of our PNGs against pngquant's, without dithering, and what it costs to write them.

    python benchmarks/sizes.py                      # on sample_images
    python benchmarks/sizes.py --images DIR -k 16   # on other pictures
    python benchmarks/sizes.py --levels             # at each level of libdeflate

Both read the same PNG; pngquant runs at its default speed. CPU is that of our writer alone, in
nanoseconds a pixel of one thread.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from time import process_time

import numpy as np
from PIL import Image

from quantize import Result, quantize
from quantize.images import deflate, png
from quantize.images.table import COMPRESSIONS

ROOT = Path(__file__).parent.parent
ENDINGS = {".png", ".jpg", ".jpeg"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=Path, default=ROOT / "sample_images")
    parser.add_argument("-k", type=int, action="append", metavar="K")
    parser.add_argument("--compress", choices=list(COMPRESSIONS), action="append")
    parser.add_argument("--space", default=None, help="that of k-means, if not the usual one")
    parser.add_argument("--levels", action="store_true")
    options = parser.parse_args()
    settings = {"space": options.space} if options.space else {}
    print("| k | compress | pictures | bytes, ours / pngquant's | least | most | ns a pixel |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        pictures = _as_png(options.images, Path(folder))
        for k in options.k or (16, 64, 256):
            theirs = [_pngquant(path, Path(folder) / "theirs.png", k) for path in pictures]
            ours = [quantize(path, k, **settings) for path in pictures]
            if options.levels:
                _levels(k, ours, theirs)
                continue
            for effort in options.compress or COMPRESSIONS:
                _row(k, effort, ours, theirs)


def _as_png(source: Path, folder: Path) -> list[Path]:
    """Every picture of a folder that has more colours than 256, as an RGB PNG."""
    found = []
    for path in sorted(source.iterdir()):
        if path.suffix.lower() not in ENDINGS:
            continue
        with Image.open(path) as picture:
            if "A" in picture.mode:
                continue
            rgb = picture.convert("RGB")
        if rgb.getcolors(256) is None:
            rgb.save(folder / f"{path.stem}.png", compress_level=1)
            found.append(folder / f"{path.stem}.png")
    return found


def _pngquant(source: Path, target: Path, k: int) -> int:
    command = ["pngquant", str(k), "--nofs", "--force", "-o", target, source]
    subprocess.run(command, check=True)
    return target.stat().st_size


def _row(k: int, effort: str, ours: list[Result], theirs: list[int]) -> None:
    sizes, costs = [], []
    for result in ours:
        start = process_time()
        metadata = result.picture.metadata
        file = png.encode(result.palette, result.indices, metadata=metadata, effort=effort)
        costs.append((process_time() - start) / result.indices.size)
        sizes.append(len(file))
    _print(k, effort, sizes, theirs, costs)


def _levels(k: int, ours: list[Result], theirs: list[int]) -> None:
    """The rows alone, unfiltered, at each of libdeflate's levels; pictures below a megapixel."""
    small = [number for number, result in enumerate(ours) if result.indices.size < 1_000_000]
    for level in range(1, 13):
        sizes, costs = [], []
        for number in small:
            indices, colors = ours[number].indices, len(ours[number].palette)
            packed = png.packed(indices, png.bits_for(colors))
            rows = np.pad(packed, ((0, 0), (1, 0))).tobytes()
            start = process_time()
            compressed = deflate.compress(rows, level)
            costs.append((process_time() - start) / indices.size)
            sizes.append(len(compressed) + 3 * colors + 69)
        _print(k, f"level {level}", sizes, [theirs[number] for number in small], costs)


def _print(k: int, effort: str, sizes: list[int], theirs: list[int], costs: list[float]) -> None:
    ratios = [ours / other for ours, other in zip(sizes, theirs, strict=True)]
    figures = [f"{_geometric(ratios):.4f}", f"{min(ratios):.3f}", f"{max(ratios):.3f}"]
    cost = f"{1e9 * sum(costs) / len(costs):.0f}"
    print(f"| {k} | {effort} | {len(ratios)} | {' | '.join(figures)} | {cost} |", flush=True)


def _geometric(values: Iterable[float]) -> float:
    return float(np.exp(np.mean(np.log(list(values)))))


if __name__ == "__main__":
    sys.exit(main())
