"""The best N of a palette against brute force, and colours of few bits against rounding.

    python -m benchmarks.given [images]

Of twelve colours all choices of four are tried; of 489 the seconds are measured. The error of
`posterize` is that over the error of a palette whose entries are rounded afterwards.
"""

from __future__ import annotations

import sys
import time
from itertools import combinations
from pathlib import Path

import numpy as np

from quantize import Palette, quantize
from quantize.color import grid

SAMPLES = Path(__file__).parent.parent / "sample_images"
IMAGES = ("astronaut.png", "chelsea.png", "china.jpg", "coffee.png", "flower.jpg")
OFFERED = 489


def offered(many: int, seed: int) -> Palette:
    """Return so many random colours."""
    codes = np.random.default_rng(seed).permutation(1 << 24)[:many].astype(">u4")
    return Palette(codes.view(np.uint8).reshape(-1, 4)[:, 1:])


def against_brute_force(path: Path, seed: int) -> float:
    """Return the inertia of four of twelve over the least that there is."""
    image = quantize(path, 256).to_array()[::8, ::8, :3].copy()
    palette = offered(12, seed)
    least = min(
        quantize(image, palette=palette.only(np.array(rows))).statistics.inertia
        for rows in combinations(range(12), 4)
    )
    return quantize(image, 4, palette=palette).statistics.inertia / least


def seconds(path: Path, colors: int) -> float:
    """Return the CPU seconds of so many of 489 colours."""
    begun = time.process_time()
    quantize(path, colors, palette=offered(OFFERED, 0))
    return time.process_time() - begun


def against_rounding(path: Path, bits: int, colors: int) -> tuple[float, float]:
    """Return squared errors in sRGB and inertia over those of rounding afterwards."""
    rounded = grid.nearest(quantize(path, colors).palette.colors, bits)
    plain = quantize(path, palette=Palette(np.unique(rounded, axis=0))).statistics
    own = quantize(path, palette=quantize(path, colors, posterize=bits).palette).statistics
    return own.mse / plain.mse, own.inertia / plain.inertia


def main() -> None:
    """Print a line for each image."""
    for name in sys.argv[1:] or IMAGES:
        path = SAMPLES / name
        ratios = [against_brute_force(path, seed) for seed in range(4)]
        print(f"{name}: 4 of 12 over brute force at most {max(ratios):.4f}")
        times = ", ".join(f"{colors} {seconds(path, colors):.2f} s" for colors in (5, 20, 100))
        print(f"  of {OFFERED}: {times}")
        for bits in (5, 6):
            found = [against_rounding(path, bits, colors) for colors in (16, 64, 256)]
            text = ", ".join(f"{mse:.3f} {inertia:.3f}" for mse, inertia in found)
            print(f"  {bits} bits, 16, 64, 256 colours, mse and inertia over rounding: {text}")


if __name__ == "__main__":
    main()
