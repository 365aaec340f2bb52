"""Colour spaces and weights of pixels to look at: each against pngquant's default.

    python benchmarks/eye.py DIR            # the pictures of a folder, k = 16, 64 and 256
    python benchmarks/eye.py DIR --docs     # and put the tables into docs/eye.md
    python benchmarks/eye.py DIR --default  # our default alone
    python benchmarks/eye.py --round-trip   # that all 16.7 million colours come back, in each space

Needs pngquant and `ssimulacra_main` (Debian's pngquant and libjxl-devtools). Each measure is an
error or a size, divided by that of `pngquant K --nofs` for the same pixels: below 1 is better. The
tables have the geometric mean over the pictures, and the worst of them in brackets. `region` is the
largest CIEDE2000 of a coherent region of at least 0.05 % of the pixels, in pictures of at most two
megapixels; of scenes that are drawn for it (tests/helpers/scenes.py) the numbers themselves are
given.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import perception
from PIL import Image

from quantize import quantize
from quantize.color import spaces
from quantize.color.table import SPACES
from quantize.images import load as loading
from quantize.pipeline import settings

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests"))
from helpers import scenes  # noqa: E402 - of the tests

SIZES = (16, 64, 256)
CANDIDATES = (
    ("srgb", "uniform"),
    ("srgb", "contrast"),
    ("weighted", "uniform"),
    ("weighted", "contrast"),
    ("oklab", "uniform"),
    ("oklab", "contrast"),
    ("lab", "uniform"),
    ("linear", "uniform"),
)
CHOSEN = settings.Settings().space, settings.Settings().weights
REGIONS_UP_TO = 2_000_000
"""Pixels of a picture whose worst region is looked for."""


class Seen(NamedTuple):
    """What a result is worth."""

    mse: float
    delta_e: float
    dssim: float
    ssimulacra: float
    bytes: float
    region: float


def judged(before: perception.Bytes, after: perception.Bytes, size: int) -> Seen:
    """The measures of one result."""
    small = before.shape[0] * before.shape[1] <= REGIONS_UP_TO
    return Seen(
        mse=perception.metrics.squared_error(before, after) / (before.size / 3),
        delta_e=perception.delta_e(before, after),
        dssim=1 - perception.metrics.ssim(before, after),
        ssimulacra=perception.ssimulacra(before, after),
        bytes=size,
        region=scenes.worst_region(before, after) if small else float("nan"),
    )


def theirs(before: perception.Bytes, k: int) -> Seen:
    """What pngquant's default gives without dithering."""
    stored = io.BytesIO()
    Image.fromarray(before).save(stored, "png", compress_level=1)
    command = ["pngquant", str(k), "--nofs", "-"]
    done = subprocess.run(command, input=stored.getvalue(), capture_output=True, check=True)
    after = np.asarray(Image.open(io.BytesIO(done.stdout)).convert("RGB"))
    return judged(before, after, len(done.stdout))


def ours(before: perception.Bytes, k: int, space: str, weights: str) -> Seen:
    """Our default but for these."""
    result = quantize(before, k, space=space, weights=weights)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "after.png")
        result.save(target)
        return judged(before, result.to_array(), target.stat().st_size)


def job(task: tuple[Any, int]) -> list[Seen]:
    """What pngquant and all candidates give for one picture and size."""
    source, k = task
    before = (
        scenes.SCENES[source]() if isinstance(source, str) else loading.load(str(source)).pixels
    )
    found = [theirs(before, k)]
    return found + [ours(before, k, *candidate) for candidate in candidates()]


def candidates() -> tuple[tuple[str, str], ...]:
    """The spaces and weights that are asked for on the command line."""
    return (CHOSEN,) if "--default" in sys.argv else CANDIDATES


def tables(folder: Path) -> Iterator[str]:
    """The lines of the tables."""
    pictures = [path for path in sorted(folder.iterdir()) if path.suffix in (".png", ".jpg")]
    tasks = [(source, k) for source in (*pictures, *scenes.SCENES) for k in SIZES]
    with get_context("spawn").Pool(2) as pool:
        found = dict(zip(tasks, pool.map(job, tasks, chunksize=1), strict=True))
    for k in SIZES:
        yield f"### k = {k}, {len(pictures)} pictures\n"
        yield "| space | weights | MSE | CIEDE2000 | 1 - SSIM | SSIMULACRA | bytes | region |"
        yield "|---|---|---|---|---|---|---|---|"
        for at, (space, weights) in enumerate(candidates(), 1):
            rows = np.array([np.divide(found[p, k][at], found[p, k][0]) for p in pictures])
            means, worst = np.exp(np.nanmean(np.log(rows), axis=0)), np.nanmax(rows, axis=0)
            cells = [f"{mean:.3f} ({most:.2f})" for mean, most in zip(means, worst, strict=True)]
            name = f"**`{space}`**" if (space, weights) == CHOSEN else f"`{space}`"
            yield f"| {name} | `{weights}` | {' | '.join(cells)} |"
        yield ""
    yield "### Regions of their own colour, CIEDE2000\n"
    yield "| scene | k | pngquant | " + " | ".join(f"{s}, {w}" for s, w in candidates()) + " |"
    yield "|---|---|---" + "|---" * len(candidates()) + "|"
    for scene in scenes.SCENES:
        for k in SIZES:
            values = [f"{seen.region:.1f}" for seen in found[scene, k]]
            yield f"| {scene} | {k} | {' | '.join(values)} |"


def round_trip() -> None:
    """Decode what was encoded, of every 8-bit colour."""
    levels = np.arange(256, dtype=np.uint8)
    for name in SPACES:
        wrong, space = 0, SPACES.load(name)
        for red in levels:
            grid = np.stack(np.meshgrid(red, levels, levels, indexing="ij"), axis=-1)
            colors = grid.reshape(-1, 3)
            back = spaces.decode(spaces.encode(colors, space).astype(np.float64), space)
            wrong += int((back != colors).any(axis=1).sum())
        print(f"{name}: {wrong} of {1 << 24:,} colours come back changed")


def main() -> None:
    """Print the tables."""
    if "--round-trip" in sys.argv:
        round_trip()
        return
    text = "\n".join(tables(Path(sys.argv[1])))
    print(text)
    if "--docs" in sys.argv[2:]:
        page = HERE.parent / "docs" / "eye.md"
        before, mark, rest = page.read_text(encoding="utf-8").partition("<!-- tables -->\n")
        _, end, after = rest.partition("<!-- /tables -->")
        page.write_text(f"{before}{mark}{text}\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
