"""Whether other decoders read our PNGs as we meant them: run by hand, needs Debian's programs.

    python benchmarks/decoders.py

Every bit depth, odd widths, one row, one column, with and without transparency, is written by our
writer and read by Pillow, ImageMagick, Chromium and pngcheck, whichever are installed.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from quantize import Palette
from quantize.images import png

Pixels = np.ndarray


def cases() -> Iterator[tuple[str, Palette, Pixels]]:
    """Name, palette and indices of each picture."""
    random = np.random.default_rng(0)
    for k in (1, 2, 3, 4, 5, 16, 17, 255, 256):
        for height, width in ((1, 1), (1, 33), (33, 1), (37, 61)):
            for channels in (3, 4):
                colors = np.unique(random.integers(0, 256, (4 * k, channels)), axis=0)
                colors = random.permutation(colors)[:k].astype(np.uint8)
                if channels == 4:
                    colors[:, 3] = np.where(random.random(k) < 0.5, 255, colors[:, 3])
                    colors = np.unique(colors, axis=0)
                indices = random.integers(0, len(colors), (height, width)).astype(np.uint8)
                yield f"{k}-{height}x{width}-{channels}", Palette(colors), indices


def on_white(pixels: Pixels) -> Pixels:
    """What a page shows of it."""
    alpha = pixels[..., 3:] / 255 if pixels.shape[2] == 4 else 1.0
    return pixels[..., :3] * alpha + 255 * (1 - alpha)


def by_pillow(path: Path, folder: Path) -> Pixels:  # noqa: ARG001 - one signature for all
    with Image.open(path) as image:
        return on_white(np.asarray(image.convert("RGBA")).astype(float))


def by_imagemagick(path: Path, folder: Path) -> Pixels:
    target = folder / "out.ppm"
    flat = ["-background", "white", "-alpha", "remove", "-depth", "8"]
    subprocess.run(["convert", path, *flat, target], check=True)
    with Image.open(target) as image:
        return np.asarray(image.convert("RGB")).astype(float)


def by_chromium(path: Path, folder: Path) -> Pixels:
    with Image.open(path) as image:
        width, height = image.size
    page, target = folder / "page.html", folder / "shot.png"
    page.write_text(f"<body style='margin:0;background:#fff'><img src='{path}'>")
    wishes = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    wishes += ["--force-device-scale-factor=1", "--force-color-profile=srgb"]
    wishes += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
    wishes += [f"--user-data-dir={folder / 'profile'}", "--window-size=500,500"]
    command = ["chromium", *wishes, f"--screenshot={target}", f"file://{page}"]
    subprocess.run(command, check=True, capture_output=True)
    with Image.open(target) as image:
        return np.asarray(image.convert("RGB")).astype(float)[:height, :width]


def main() -> None:
    decoders: dict[str, Callable[[Path, Path], Pixels]] = {"Pillow": by_pillow}
    if shutil.which("convert"):
        decoders["ImageMagick"] = by_imagemagick
    if shutil.which("chromium"):
        decoders["Chromium"] = by_chromium
    worst, count = dict.fromkeys(decoders, 0.0), 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for title, palette, indices in cases():
            path = folder / f"{title}.png"
            path.write_bytes(png.encode(palette, indices))
            if shutil.which("pngcheck"):
                subprocess.run(["pngcheck", "-q", path], check=True)
            wanted = on_white(palette.colors[indices].astype(float))
            for decoder, read in decoders.items():
                if decoder == "Chromium" and count % 6:
                    continue  # a second each
                difference = float(np.abs(read(path, folder) - wanted).max())
                worst[decoder] = max(worst[decoder], difference)
            count += 1
    print(f"{count} pictures; pngcheck: {'no complaint' if shutil.which('pngcheck') else '-'}")
    for decoder, difference in worst.items():
        print(f"{decoder}: largest difference {difference:.3f} (1 is one level; of blending)")


if __name__ == "__main__":
    main()
