"""The engine alone, one thread: error against scikit-learn's best of ten, and milliseconds.

    python benchmarks/engine.py DIR            # pictures of the yardstick
    python benchmarks/engine.py DIR --docs     # and put the table into docs/engine.md

`yardstick.json` holds, for each picture and k, the mean squared error that scikit-learn's
`KMeans(k, init="k-means++", n_init=10, tol=0, max_iter=300, random_state=0)` reaches on the
distinct colours with their counts as weights (seconds to minutes a picture). Ours is that of the
unrounded centroids over all pixels, with `--space srgb --weights uniform`: the default is for the
eye (docs/eye.md). Times are medians of three, of counting and clustering, without reading the file.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import mean, median
from time import perf_counter

import numpy as np
from pages import DOCS, put

from quantize.images import load as loading
from quantize.model.picture import Picture
from quantize.pipeline import histogram
from quantize.pipeline.palette import centroids, problem
from quantize.pipeline.settings import Settings
from quantize.pipeline.table import EFFORTS
from quantize.pipeline.target import Target

HERE = Path(__file__).parent
REPEATS = 3


def yardstick() -> dict[tuple[str, int], float]:
    """Mean squared error by picture and k."""
    rows = json.loads((HERE / "yardstick.json").read_text())["rows"]
    return {(row["image"], row["k"]): row["mse"] for row in rows}


def one(picture: Picture, settings: Settings) -> tuple[float, float]:
    """Mean squared error, and milliseconds."""
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        colors = problem.problem_of(histogram.count(picture.pixels), settings, Target())
        found, _ = centroids.find_centroids(colors, settings)
        times.append(perf_counter() - start)
    return found.inertia / colors.histogram.pixels, 1000 * median(times)


def _settings(k: int, effort: str) -> Settings:
    """Those of the yardstick: the squared error in sRGB."""
    return Settings(colors=k, effort=effort, space="srgb", weights="uniform")


def table(folder: Path) -> str:
    """A row for each effort and k."""
    wanted = yardstick()
    lines = [
        "| effort | k | pictures | error, ratio | worst | ms, mean |",
        "|---|---|---|---|---|---|",
    ]
    for effort in EFFORTS:
        for k in sorted({k for _, k in wanted}):
            pictures = [name for name, size in wanted if size == k and (folder / name).exists()]
            ratios, times = [], []
            for name in pictures:
                picture = loading.load(str(folder / name))
                error, spent = one(picture, _settings(k, effort))
                ratios.append(error / wanted[name, k])
                times.append(spent)
            ratio = float(np.exp(np.mean(np.log(ratios))))
            lines.append(
                f"| {effort} | {k} | {len(pictures)} | {ratio:.4f} | {max(ratios):.3f} "
                f"| {mean(times):.0f} |"
            )
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    text = table(Path(sys.argv[1]))
    print(text)
    if "--docs" in sys.argv[2:]:
        put(DOCS / "engine.md", "engine", text)


if __name__ == "__main__":
    main()
