"""The estimators against scikit-learn's and others: inertia, time and memory on eight sets.

    python benchmarks/estimators.py [--seeds 20] [--sets digits,iris] [--docs]

Methods run interleaved, on one thread: `KMeans(k)` of both with each seed (at k = 256 half as many,
as results differ less), the others with every fourth, bkmeans, which is slow, with one. Ratios are
to scikit-learn's `KMeans(k)` with the same seeds: inertia and processor time added up over the
seeds, geometric means over k = 8, 64, 256 (as far as there are twice as many points) and then over
the sets. Its best of ten are its own runs, ten seeds at a time: their least inertia, and all of
their time. Memory is the peak above the data, of NumPy's arrays, in 20,000 points of 64 dimensions
and in all pixels of a photograph, at k = 64. `--docs` writes the tables of docs/estimators.md and
of the README. Twenty seeds take less than ten minutes on an idle machine.

faiss and bkmeans are measured where they are installed: `pip install faiss-cpu bkmeans`.
"""

from __future__ import annotations

import argparse
import sys
import tracemalloc
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from math import exp, log
from time import perf_counter, process_time
from typing import Any

import numpy as np
import sklearn.cluster
from pages import DOCS, README, ROOT, put
from PIL import Image
from sklearn.datasets import load_digits, load_iris, load_wine, make_blobs
from threadpoolctl import threadpool_limits

from quantize import KMeans, MiniBatchKMeans, kernels
from quantize.kmeans.lloyd import assign

SIZES = (8, 64, 256)

OTHERS = 4
"""Of so many seeds one is for the methods beside the two that are compared."""

LARGE = 256
"""From so many clusters on half of the seeds are enough."""

TEN = 10

Array = np.ndarray[Any, Any]
Method = Callable[[Array, int, int], Any]
"""Takes points, k and a seed; returns the inertia, or the centroids."""

THEIRS, OURS = "scikit-learn `KMeans(k)`", "quantize `KMeans(k)`"
BREATHING = 'quantize `KMeans(k, algorithm="breathing")`'
BEST_OF_TEN = "scikit-learn `KMeans(k, n_init=10)`"
FAISS, BKMEANS = "faiss `Kmeans(d, k)`", "bkmeans `BKMeans(k)`"
PACKAGES = {FAISS: "faiss", BKMEANS: "bkmeans"}
ORDER = (
    THEIRS,
    OURS,
    BREATHING,
    BEST_OF_TEN,
    "scikit-learn `MiniBatchKMeans(k)`",
    "quantize `MiniBatchKMeans(k)`",
    "scikit-learn `BisectingKMeans(k)`",
    *PACKAGES,
)


def covertype_like(random: np.random.Generator, n: int = 20_000) -> Array:
    """Ten measures that hang together, and 44 columns of two categories, as in Covertype."""
    measures = np.exp(0.3 * random.normal(size=(n, 4)) @ random.normal(size=(4, 10)))
    measures += 0.3 * random.normal(size=(n, 10))
    area = random.choice(4, n, p=[0.45, 0.05, 0.44, 0.06])
    soil = np.minimum(random.geometric(0.12, n) - 1, 39)
    scaled = (measures - measures.mean(axis=0)) / measures.std(axis=0)
    return np.hstack([scaled, np.eye(4)[area], np.eye(40)[soil]])


def sets() -> dict[str, Array]:
    random = np.random.default_rng(0)
    wine = load_wine().data
    china = np.asarray(Image.open(ROOT / "sample_images" / "china.jpg"))
    found = {
        "digits": load_digits().data,
        "iris": load_iris().data,
        "wine": (wine - wine.mean(axis=0)) / wine.std(axis=0),
        "blobs, 8 dimensions": make_blobs(20_000, 8, centers=100, random_state=0)[0],
        "uniform, 2 dimensions": random.uniform(size=(10_000, 2)),
        "noise, 20 dimensions": random.normal(size=(10_000, 20)),
        "covertype-like": covertype_like(random),
        "photograph": china[::2, ::2].reshape(-1, 3) / 255,
    }
    return {name: np.ascontiguousarray(points) for name, points in found.items()}


def of_estimator(kind: Any, **options: Any) -> Method:
    return lambda points, k, seed: float(kind(k, random_state=seed, **options).fit(points).inertia_)


def of_faiss(points: Array, k: int, seed: int) -> Array:
    import faiss

    faiss.omp_set_num_threads(1)
    data = points.astype(np.float32)
    found = faiss.Kmeans(points.shape[1], k, niter=25, seed=seed + 1, min_points_per_centroid=1)
    found.cp.max_points_per_centroid = len(points)
    found.train(data)
    centroids: Array = found.centroids
    return centroids


def of_bkmeans(points: Array, k: int, seed: int) -> float:
    from bkmeans import BKMeans

    return float(BKMeans(n_clusters=k, random_state=seed).fit(points).inertia_)


def methods() -> dict[str, Method]:
    """Every method but the best of ten, which is made of the first."""
    theirs = sklearn.cluster
    found = {
        THEIRS: of_estimator(theirs.KMeans),
        OURS: of_estimator(KMeans),
        BREATHING: of_estimator(KMeans, algorithm="breathing"),
        "scikit-learn `MiniBatchKMeans(k)`": of_estimator(theirs.MiniBatchKMeans),
        "quantize `MiniBatchKMeans(k)`": of_estimator(MiniBatchKMeans),
        "scikit-learn `BisectingKMeans(k)`": of_estimator(theirs.BisectingKMeans),
    }
    for (name, package), run in zip(PACKAGES.items(), (of_faiss, of_bkmeans), strict=True):
        if find_spec(package):
            found[name] = run
    return found


def inertia_of(points: Array, found: Any) -> float:
    if np.ndim(found) == 0:
        return float(found)
    return assign(points, np.ones(len(points)), np.asarray(found, np.float64)).inertia


def runs_of(points: Array, k: int, seeds: int) -> dict[str, tuple[float, float]]:
    """Ratios of inertia and time of each method, for one set and k."""
    runs: dict[str, dict[int, Array]] = {method: {} for method in methods()}
    for seed in range(seeds):
        for method, run in methods().items():
            every = {THEIRS: 1, OURS: 1, BKMEANS: seeds}.get(method, OTHERS)
            if seed % every == 0:
                start = process_time()
                found = run(points, k, seed)
                taken = process_time() - start
                runs[method][seed] = np.array([inertia_of(points, found), taken])
    ratios = {
        method: tuple(sum(found.values()) / sum(runs[THEIRS][seed] for seed in found))
        for method, found in runs.items()
    }
    tens = [list(runs[THEIRS].values())[at : at + TEN] for at in range(0, seeds - TEN + 1, TEN)]
    if tens:
        least = np.mean([min(run[0] for run in ten) for ten in tens])
        usual = np.mean([run[0] for ten in tens for run in ten])
        ratios[BEST_OF_TEN] = float(least / usual), float(TEN)
    return ratios


def measured(names: list[str], seeds: int) -> dict[str, dict[str, tuple[float, float]]]:
    """Ratios of inertia and time, by set and method."""
    everything: dict[str, dict[str, tuple[float, float]]] = {}
    for name, points in sets().items():
        if names and name.split(",")[0] not in names:
            continue
        found = []
        for k in (size for size in SIZES if 2 * size < len(points)):
            start = perf_counter()
            found.append(runs_of(points, k, seeds if k < LARGE else max(seeds // 2, 1)))
            said = (f"{inertia:.4f} {time:.2f}" for inertia, time in found[-1].values())
            print(f"{name} {k}: {perf_counter() - start:.0f} s:", *said, sep=" | ", file=sys.stderr)
        everything[name] = {
            method: (mean(run[method][0] for run in found), mean(run[method][1] for run in found))
            for method in found[0]
        }
    return everything


def mean(ratios: Any) -> float:
    logs = [log(ratio) for ratio in ratios]
    return exp(sum(logs) / len(logs))


def memory(method: str) -> str:
    """The two columns of memory."""
    if method == BEST_OF_TEN:
        method = THEIRS  # one run after another
    if method in PACKAGES:
        return "| " * 2  # not of NumPy's
    run, cells = methods()[method], []
    china = np.asarray(Image.open(ROOT / "sample_images" / "china.jpg")).reshape(-1, 3) / 255
    for points in (np.random.default_rng(0).normal(size=(20_000, 64)), china):
        run(points[:500], 64, 0)  # imports
        tracemalloc.start()
        run(points, 64, 0)
        cells.append(f"| {tracemalloc.get_traced_memory()[1] / points.nbytes:.2f} ")
        tracemalloc.stop()
    return "".join(cells)


def tables(found: dict[str, dict[str, tuple[float, float]]]) -> tuple[str, str]:
    """The table of methods, and that of sets."""
    by_method = [
        "| method | inertia | worst set | time | worst set | memory: 64 dimensions | photograph |",
        "|---|---|---|---|---|---|---|",
    ]
    measured_methods = next(iter(found.values()))
    for method in sorted(measured_methods, key=ORDER.index):
        inertias, times = zip(*(both[method] for both in found.values()), strict=True)
        by_method.append(
            f"| {method} | {mean(inertias):.3f} | {max(inertias):.3f} "
            f"| {mean(times):.2f} | {max(times):.2f} {memory(method)}|"
        )
    missing = [package for method, package in PACKAGES.items() if method not in measured_methods]
    if missing:
        by_method += ["", f"Not installed, so not measured: {', '.join(missing)}."]
    shown = [method for method in ORDER[1:4] if method in measured_methods]
    by_set = [
        "| set | " + " | ".join(f"{method}: inertia | time" for method in shown) + " |",
        "|---" * (1 + 2 * len(shown)) + "|",
    ]
    for name, ratios in found.items():
        cells = " | ".join(f"{ratios[one][0]:.4f} | {ratios[one][1]:.2f}" for one in shown)
        by_set.append(f"| {name} | {cells} |")
    return "\n".join(by_method), "\n".join(by_set)


def short_table(found: dict[str, dict[str, tuple[float, float]]]) -> str:
    """The README's table."""
    lines = ["| | inertia | time |", "|---|---|---|"]
    for method in ORDER[1:6]:
        ratios = [by_method[method] for by_method in found.values() if method in by_method]
        if ratios and method != BREATHING:
            inertia, time = (mean(column) for column in zip(*ratios, strict=True))
            lines.append(f"| {method} | {inertia:.3f} | {time:.2f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--sets", default="")
    parser.add_argument("--docs", action="store_true")
    told = parser.parse_args()
    warnings.simplefilter("ignore")
    kernels.thread_count = lambda *_: 1
    with threadpool_limits(1):
        found = measured([name for name in told.sets.split(",") if name], told.seeds)
        by_method, by_set = tables(found)
    print(f"{by_method}\n\n{by_set}")
    if told.docs:
        put(DOCS / "estimators.md", "estimators", f"{by_method}\n\n{by_set}")
        put(README, "estimators", short_table(found))


if __name__ == "__main__":
    main()
