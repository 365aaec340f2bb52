"""Soft transparency against pngquant: squared errors on black, grey and white.

    python benchmarks/transparency.py                   # vignettes, soft shadows and glows
    python benchmarks/transparency.py -k 16 --images DIR

Ours is `--space srgb --weights uniform`, theirs `--nofs --speed 3`. Ratios are ours divided by
theirs, so below 1 is better for us; the last column is of the mean over the three grounds. Without
pngquant nothing is measured.
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from quantize import quantize

ROOT = Path(__file__).parent.parent
GROUNDS = (0, 128, 255)
COLORS = (4, 6, 8, 12, 16, 24, 32)
WIDTH, HEIGHT = 256, 192

Rgba = NDArray[np.uint8]
Floats = NDArray[np.float64]


def main() -> None:
    options = _arguments()
    if shutil.which("pngquant") is None:
        print("pngquant is not installed: nothing to compare with")
        return
    print("| picture | k | on black | on grey | on white | all three |")
    print("|---" * 6 + "|")
    ratios = defaultdict(list)
    for name, picture in pictures(options.images):
        for k in options.colors or COLORS:
            ours = quantize(picture, k, space="srgb", weights="uniform").to_array()
            mine, others = errors(picture, ours), errors(picture, pngquant(picture, k))
            row = [*(mine / others), mine.mean() / others.mean()]
            ratios[name.split()[0]].append(row)
            print(f"| {name} | {k} | {' | '.join(f'{ratio:.3f}' for ratio in row)} |", flush=True)
    ratios["all"] = [row for rows in ratios.values() for row in rows]
    for kind, rows in ratios.items():
        mean, worst = np.exp(np.log(rows).mean(axis=0)), np.max(rows, axis=0)
        for what, row in (("mean", mean), ("worst", worst)):
            print(f"| {kind} | {what} | {' | '.join(f'{ratio:.3f}' for ratio in row)} |")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--images", type=Path, default=ROOT / "sample_images", metavar="DIR")
    parser.add_argument("-k", dest="colors", type=int, action="append", metavar="N")
    return parser.parse_args()


# --- pictures -------------------------------------------------------------------------------------


def pictures(folder: Path) -> Iterator[tuple[str, Rgba]]:
    """Yield names that begin with the kind, and pictures with soft transparency."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    far = np.hypot((x - WIDTH / 2) / (WIDTH / 2), (y - HEIGHT / 2) / (HEIGHT / 2))
    edge = np.minimum.reduce([x, y, WIDTH - 1 - x, HEIGHT - 1 - y])
    photos = [_photo(path) for path in sorted(folder.iterdir()) if _is_photo(path)]
    for number, photo in enumerate(photos):
        yield f"vignette {number}, round", _with_alpha(photo, 1 - far)
        yield f"vignette {number}, soft edges", _with_alpha(photo, edge / 24)
    for number, photo in enumerate(photos[:2]):
        yield f"shadow of photo {number}", _over_shadow(photo, (0, 0, 0), 0.6)
    yield "shadow of a white card", _over_shadow(np.full_like(photos[0], 255), (0, 0, 0), 0.5)
    blue = np.full_like(photos[0], (60, 110, 230))
    yield "shadow in its own colour", _over_shadow(blue, (30, 50, 130), 0.8)
    yield "shadow alone, in one colour", _with_alpha(np.full_like(blue, (200, 40, 90)), 1.2 - far)
    yield "glow, fire", _glow(np.exp(-4 * far**2), ((255, 40, 0), (255, 160, 20), (255, 250, 210)))
    ring = np.exp(-np.square((far - 0.55) / 0.12)) + 0.5 * np.exp(-np.square((far - 0.55) / 0.3))
    yield "glow, neon ring", _glow(ring / 1.5, ((0, 60, 255), (40, 200, 255), (240, 255, 255)))
    yield "glow, three lights", _lights(x, y)


def _is_photo(path: Path) -> bool:
    return path.stem in {"astronaut", "chelsea", "china", "coffee", "flower"}


def _photo(path: Path) -> Rgba:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB").resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS))


def _with_alpha(colors: NDArray[np.generic], opacity: Floats) -> Rgba:
    alpha = np.rint(255 * np.clip(opacity, 0, 1))[..., None]
    return np.concatenate([np.where(alpha > 0, colors, 0), alpha], axis=2).astype(np.uint8)


def _over_shadow(card: Rgba, color: tuple[int, int, int], opacity: float) -> Rgba:
    """A card over its blurred shadow, which lies lower."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    shadow = _with_alpha(
        np.full((HEIGHT, WIDTH, 3), color),
        opacity * np.exp(-np.square(_outside(x - WIDTH / 2, y - HEIGHT / 2 - 8) / 16)),
    )
    shadow[_outside(x - WIDTH / 2, y - HEIGHT / 2) == 0] = 0, 0, 0, 255
    shadow[..., :3] = np.where(shadow[..., 3:] == 255, card, shadow[..., :3])
    return shadow


def _outside(right: Floats, down: Floats) -> Floats:
    """How far places are from a card in the middle."""
    return np.hypot(np.maximum(np.abs(right) - WIDTH / 4, 0), np.maximum(np.abs(down) - 48, 0))


def _glow(light: Floats, ramp: tuple[tuple[int, int, int], ...]) -> Rgba:
    """A light whose colour runs along a ramp as it grows, as does its opacity."""
    places = np.linspace(0, 1, len(ramp))
    colors = [np.interp(light, places, [color[at] for color in ramp]) for at in range(3)]
    return _with_alpha(np.rint(np.stack(colors, axis=2)), light * 1.1 - 0.02)


def _lights(x: NDArray[np.int64], y: NDArray[np.int64]) -> Rgba:
    """Three coloured lights that add up."""
    spots = (((255, 60, 60), 90, 80), ((60, 255, 90), 160, 80), ((80, 90, 255), 125, 125))
    near = [np.exp(-np.square(np.hypot(x - left, y - top) / 40)) for _, left, top in spots]
    total = np.maximum(np.sum(near, axis=0), 1e-9)
    shares = zip(near, (color for color, *_ in spots), strict=True)
    colors = sum(np.multiply.outer(part / total, color) for part, color in shares)
    return _with_alpha(np.rint(colors), total)


# --- errors ---------------------------------------------------------------------------------------


def pngquant(picture: Rgba, k: int) -> Rgba:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG")
    command = ["pngquant", "--nofs", "--speed", "3", str(k), "-"]
    found = subprocess.run(command, input=stream.getvalue(), capture_output=True, check=True)
    with Image.open(io.BytesIO(found.stdout)) as result:
        return np.asarray(result.convert("RGBA"))


def errors(before: Rgba, after: Rgba) -> Floats:
    """The squared error of a pixel, summed over the channels, on each ground; not rounded."""

    def on(image: Rgba, ground: int) -> Floats:
        opacity = image[..., 3:] / 255
        seen: Floats = image[..., :3] * opacity + ground * (1 - opacity)
        return seen

    found = [np.square(on(before, at) - on(after, at)).sum(axis=2).mean() for at in GROUNDS]
    return np.array(found)


if __name__ == "__main__":
    sys.exit(main())
