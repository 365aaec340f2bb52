"""The tutorials' exercise against scikit-learn: error over seeds, and the whole command.

    python benchmarks/against_sklearn.py            # prints the table
    python benchmarks/against_sklearn.py --docs     # and puts it into the docs and the README

Error: mean squared error on china.jpg of unrounded centroids, mean over the seeds, ours divided by
that of scikit-learn's `KMeans(k, n_init=1)` on all pixels, both in sRGB with pixels that count the
same. Time: wall seconds of the whole command at its defaults and of the tutorials' script (imports,
reading, fit, predict, writing), interleaved, medians.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import mean, median
from time import perf_counter

import numpy as np
from pages import DOCS, README, ROOT, put
from PIL import Image
from sklearn.cluster import KMeans

from quantize import quantize

CHINA = ROOT / "sample_images" / "china.jpg"
SEEDS = range(5)
RUNS = 7

TUTORIAL = """
import sys
import numpy as np
from PIL import Image
from sklearn.cluster import KMeans
image = np.asarray(Image.open(sys.argv[1])) / 255
pixels = image.reshape(-1, 3)
kmeans = KMeans(n_clusters=int(sys.argv[3]), random_state=0).fit(pixels)
small = kmeans.cluster_centers_[kmeans.predict(pixels)].reshape(image.shape)
Image.fromarray((small * 255).astype(np.uint8)).save(sys.argv[2])
"""


def errors(k: int) -> tuple[float, float, float]:
    """Mean squared errors: scikit-learn's, ours, ours with mini-batch."""
    pixels = np.asarray(Image.open(CHINA)).reshape(-1, 3).astype(np.float64)
    theirs = [KMeans(k, n_init=1, random_state=seed).fit(pixels).inertia_ for seed in SEEDS]

    def inertia(algorithm: str, seed: int) -> float:
        how = {"algorithm": algorithm, "space": "srgb", "weights": "uniform"}
        return quantize(CHINA, k, seed=seed, **how).statistics.inertia

    ours, small = ([inertia(name, seed) for seed in SEEDS] for name in ("full", "mini-batch"))
    return mean(theirs) / len(pixels), mean(ours) / len(pixels), mean(small) / len(pixels)


def times(k: int) -> tuple[float, float]:
    """Wall seconds: the tutorials' script, the whole command."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "tutorial.py"
        script.write_text(TUTORIAL)
        theirs = [sys.executable, script, CHINA, f"{folder}/theirs.png", str(k)]
        ours = [sys.executable, "-m", "quantize", CHINA, "-k", str(k), "-q", "--force"]
        ours += ["-o", f"{folder}/ours.png"]
        rounds = [(_wall(theirs), _wall(ours)) for _ in range(RUNS)]
    return median(first for first, _ in rounds), median(second for _, second in rounds)


def _wall(command: list[object]) -> float:
    start = perf_counter()
    subprocess.run([str(part) for part in command], check=True)
    return perf_counter() - start


def tables() -> tuple[str, str]:
    """Everything, and the ratios alone."""
    short = ["| colours | squared error | wall time |", "|---|---|---|"]
    lines = [
        "| k | mse scikit-learn | ours | ratio | mini-batch | script, s | command, s | ratio |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for k in (16, 64):
        theirs, ours, small = errors(k)
        script, command = times(k)
        lines.append(
            f"| {k} | {theirs:.2f} | {ours:.2f} | {ours / theirs:.3f} | {small / theirs:.3f} "
            f"| {script:.2f} | {command:.2f} | {command / script:.2f} |"
        )
        short.append(f"| {k} | {ours / theirs:.3f} | {command / script:.2f} |")
    return "\n".join(lines), "\n".join(short)


def main() -> None:
    text, short = tables()
    print(text)
    if "--docs" in sys.argv[1:]:
        put(DOCS / "benchmarks.md", "against_sklearn", text)
        put(README, "against_sklearn", short)


if __name__ == "__main__":
    main()
