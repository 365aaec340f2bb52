"""A folder of photographs, with one process and with several: how much faster, how much memory.

    python benchmarks/batch.py DIR [--images 200] [--colors 64] [--rounds 3]

DIR holds some photographs, which are linked under as many names as are wanted. Wall seconds are
medians of interleaved rounds; memory is that of the largest process, and that of all together is at
most so many times as much. The bytes of all images are compared.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

WAYS = {
    "-j 1 --threads 1": ("-j", "1", "--threads", "1"),
    "-j 1": ("-j", "1"),
    "-j 2": ("-j", "2"),
    "-j 2 --shared-palette": ("-j", "2", "--shared-palette"),
    "--cluster local": ("--cluster", "local"),
}


def fill(folder: Path, photographs: list[Path], count: int) -> None:
    """So many names for these photographs."""
    for number, path in zip(range(count), itertools.cycle(photographs), strict=False):
        os.link(path, folder / f"{number:04}{path.suffix}")


def run(album: Path, out: Path, words: tuple[str, ...]) -> float:
    """Seconds of one run."""
    shutil.rmtree(out, ignore_errors=True)
    start = perf_counter()
    command = os.environ.get("QUANTIZE", "quantize")
    subprocess.run([command, str(album), "-o", str(out), "-q", *words], check=True)
    return perf_counter() - start


def digest(folder: Path) -> str:
    """Of all images."""
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*.png")):
        found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--images", type=int, default=200)
    parser.add_argument("--colors", default="64")
    parser.add_argument("--rounds", type=int, default=3)
    wanted = parser.parse_args()
    photographs = sorted(
        path for path in wanted.folder.iterdir() if path.suffix in {".png", ".jpg"}
    )
    with tempfile.TemporaryDirectory(dir=wanted.folder.parent) as name:
        album, out = Path(name) / "album", Path(name) / "out"
        album.mkdir()
        fill(album, photographs, wanted.images)
        times: dict[str, list[float]] = {way: [] for way in WAYS}
        digests: dict[str, str] = {}
        for _ in range(wanted.rounds):
            for way, words in WAYS.items():
                times[way].append(run(album, out, ("-k", wanted.colors, *words)))
                digests[way] = digest(out)
    print(f"{wanted.images} photographs, k = {wanted.colors}\n")
    print("| | seconds | images a second | times as fast |\n|---|---|---|---|")
    first = median(times["-j 1 --threads 1"])
    for way, seconds in times.items():
        middle = median(seconds)
        rate = wanted.images / middle
        print(f"| `{way}` | {middle:.2f} | {rate:.1f} | {first / middle:.2f} |")
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"\nLargest process: {largest:.0f} MB.")
    same = {digests[way] for way in WAYS if "shared" not in way}
    print("Images are the same bytes." if len(same) == 1 else "IMAGES DIFFER.")
    sys.exit(len(same) != 1)


if __name__ == "__main__":
    main()
