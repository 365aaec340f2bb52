"""Bytes and looks of `--lossy`, beside other programs that make small files.

    python benchmarks/lossy.py DIR            # PNGs of a folder, 256 colours
    python benchmarks/lossy.py DIR -k 64      # fewer
    python benchmarks/lossy.py DIR --docs     # and put the tables into docs/writing.md
    python benchmarks/lossy.py DIR --curve    # what each ten cost, and how many bytes they save

Needs pngquant and gifsicle, and the packages pyoxipng and ssimulacra2. Bytes are divided by those
of `pngquant K --nofs --speed 1` for the same picture, and the tables have the geometric mean over
the pictures; SSIMULACRA 2 (100 where pictures are equal) is a difference to that, and the mean.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import peers
from pages import DOCS, put
from perception import geometric_mean
from PIL import Image
from ssimulacra2 import compute_ssimulacra2

NUMBERS: Final = (10, 20, 30)
DITHER: Final = "floyd-steinberg"

Maker = Callable[[Path, int], bytes]


def pngquant(*options: str) -> Maker:
    """A run of pngquant."""

    def make(source: Path, k: int) -> bytes:
        command = ["pngquant", str(k), *options, "--speed", "1", "--output", "-", str(source)]
        return subprocess.run(command, capture_output=True, check=True).stdout

    return make


def oxipng(maker: Maker) -> Maker:
    """The same, and oxipng at level 4."""

    def make(source: Path, k: int) -> bytes:
        import oxipng as optimizer

        return bytes(optimizer.optimize_from_memory(maker(source, k), level=4))

    return make


def gifsicle(*options: str) -> Maker:
    """A GIF of ours, and gifsicle with it."""

    def make(source: Path, k: int) -> bytes:
        command = ["gifsicle", "--no-warnings", "-O3", *options]
        data = ours("gif", "--compress", "fast")(source, k)
        return subprocess.run(command, input=data, capture_output=True, check=True).stdout

    return make


def ours(format_name: str = "png", *options: str) -> Maker:
    """A file of our command, which knows the format before it looks for what is cheap in it."""

    def make(source: Path, k: int) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / f"ours.{format_name}"
            words = ("--no-sidecar", "--no-config", *options)
            subprocess.run([*peers.ours(*words)(source, target, k)], check=True)
            return target.read_bytes()

    return make


def makers(dithered: bool) -> dict[str, Maker]:
    """What is compared, by its name in the table; the first is what bytes are divided by."""
    own = ("--dither", DITHER) if dithered else ()
    best = ("--compress", "best", *own)
    theirs = pngquant() if dithered else pngquant("--nofs")
    found = {"pngquant": theirs, "pngquant, oxipng": oxipng(theirs), "ours": ours("png", *own)}
    found |= {f"ours, `--lossy {n}`": ours("png", f"--lossy={n}", *own) for n in NUMBERS}
    found["ours, `--compress best`"] = ours("png", *best)
    found |= {
        f"ours, `--compress best --lossy {n}`": ours("png", f"--lossy={n}", *best)
        for n in NUMBERS[:2]
    }
    if not dithered:
        found["ours, WebP"] = ours("webp")
        found["ours, WebP, `--lossy 20`"] = ours("webp", "--lossy=20")
        found["ours, GIF"] = ours("gif")
        found["ours, GIF, `--compress best`"] = ours("gif", "--compress", "best")
        found["gifsicle -O3"] = gifsicle()
        found["gifsicle -O3 --lossy=20"] = gifsicle("--lossy=20")
        found["gifsicle -O3 --lossy=80"] = gifsicle("--lossy=80")
        found |= {f"ours, GIF, `--lossy {n}`": ours("gif", f"--lossy={n}") for n in (20, 80)}
    return found


def looks(before: Path, data: bytes, folder: Path) -> float:
    """SSIMULACRA 2 of a file."""
    after = folder / "after.png"
    with Image.open(io.BytesIO(data)) as image:
        image.convert("RGB").save(after, compress_level=1)
    return float(compute_ssimulacra2(before, after))


def table(pictures: list[Path], k: int, chosen: dict[str, Maker]) -> Iterator[str]:
    """The lines of a table, a row for each maker."""
    sizes: dict[str, list[float]] = {name: [] for name in chosen}
    scores: dict[str, list[float]] = {name: [] for name in chosen}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for picture in pictures:
            first: tuple[int, float] | None = None
            for label, make in chosen.items():
                data = make(picture, k)
                found = len(data), looks(picture, data, folder)
                first = first or found
                sizes[label].append(found[0] / first[0])
                scores[label].append(found[1] - first[1])
    yield f"| k = {k} | bytes | SSIMULACRA 2 |"
    yield "|---|---|---|"
    for label in chosen:
        mean = float(np.mean(scores[label]))
        yield f"| {label} | {geometric_mean(sizes[label]):.3f} | {mean:+.1f} |"
    yield ""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("-k", type=int, default=256)
    parser.add_argument("--docs", action="store_true")
    parser.add_argument("--curve", action="store_true")
    told = parser.parse_args()
    pictures = sorted(told.folder.glob("*.png"))
    if told.curve:
        numbers = (0, *range(10, 101, 10))
        print(
            *table(pictures, told.k, {f"{n}": ours("png", f"--lossy={n}") for n in numbers}),
            sep="\n",
        )
        return
    text = ""
    for dithered in (False, True):
        text += "Dithered:\n\n" if dithered else "Without dithering:\n\n"
        text += "".join(f"{line}\n" for line in table(pictures, told.k, makers(dithered)))
    print(text)
    if told.docs:
        put(DOCS / "writing.md", "lossy", text)


if __name__ == "__main__":
    main()
