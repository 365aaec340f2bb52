"""The estimators against scikit-learn's and others: inertia, time and memory on eight sets.

    python benchmarks/estimators.py [--seeds 20] [--sets digits,iris] [--docs]

Every method runs once for each set, k and seed, interleaved, on one thread. Ratios are to
scikit-learn's `KMeans(k)` with the same seed: inertia and processor time added up over the seeds,
geometric means over k = 8, 64, 256 (as far as there are twice as many points) and then over the
sets. Memory is the peak above the data, of arrays, for the set of 64 dimensions at k = 64.
`--docs` writes the tables of docs/estimators.md.
"""

from __future__ import annotations

import argparse
import sys
import tracemalloc
import warnings
from collections.abc import Callable
from importlib.util import find_spec
from math import exp, log
from time import process_time
from typing import Any

import numpy as np
import sklearn.cluster
from pages import DOCS, ROOT, put
from PIL import Image
from sklearn.datasets import load_digits, load_iris, load_wine, make_blobs
from threadpoolctl import threadpool_limits

from quantize import KMeans, MiniBatchKMeans, kernels

SIZES = (8, 64, 256)

Array = np.ndarray[Any, Any]
Method = Callable[[Array, int, int], float]


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
        "photograph": china.reshape(-1, 3) / 255,
    }
    return {name: np.ascontiguousarray(points) for name, points in found.items()}


def of_estimator(kind: Any, **options: Any) -> Method:
    return lambda points, k, seed: float(kind(k, random_state=seed, **options).fit(points).inertia_)


def of_faiss(points: Array, k: int, seed: int) -> float:
    import faiss

    data = points.astype(np.float32)
    found = faiss.Kmeans(points.shape[1], k, niter=25, seed=seed + 1, min_points_per_centroid=1)
    found.cp.max_points_per_centroid = len(points)
    found.train(data)
    return float(
        KMeans(k, init=found.centroids, max_iter=1, algorithm="lloyd").fit(points).inertia_
    )


def of_bkmeans(points: Array, k: int, seed: int) -> float:
    from bkmeans import BKMeans

    return float(BKMeans(n_clusters=k, random_state=seed).fit(points).inertia_)


def methods() -> dict[str, Method]:
    theirs = sklearn.cluster
    found = {
        "scikit-learn `KMeans(k)`": of_estimator(theirs.KMeans),
        "quantize `KMeans(k)`": of_estimator(KMeans),
        'quantize `KMeans(k, algorithm="breathing")`': of_estimator(KMeans, algorithm="breathing"),
        "scikit-learn `KMeans(k, n_init=10)`": of_estimator(theirs.KMeans, n_init=10),
        "scikit-learn `MiniBatchKMeans(k)`": of_estimator(theirs.MiniBatchKMeans),
        "quantize `MiniBatchKMeans(k)`": of_estimator(MiniBatchKMeans),
        "scikit-learn `BisectingKMeans(k)`": of_estimator(theirs.BisectingKMeans),
    }
    if find_spec("faiss"):
        found["faiss `Kmeans(d, k)`"] = of_faiss
    if find_spec("bkmeans"):
        found["bkmeans `BKMeans(k)`"] = of_bkmeans
    return found


def measured(names: list[str], seeds: int) -> dict[str, dict[str, tuple[float, float]]]:
    """Ratios of inertia and time, by set and method."""
    everything: dict[str, dict[str, tuple[float, float]]] = {}
    for name, points in sets().items():
        if names and name.split(",")[0] not in names:
            continue
        ratios: dict[str, list[tuple[float, float]]] = {method: [] for method in methods()}
        for k in (size for size in SIZES if 2 * size < len(points)):
            sums = {method: np.zeros(2) for method in methods()}
            for seed in range(seeds):
                for method, run in methods().items():
                    start = process_time()
                    inertia = run(points, k, seed)
                    sums[method] += inertia, process_time() - start
            first = sums[next(iter(sums))]
            for method, both in sums.items():
                ratios[method].append(tuple(both / first))
            print(
                name,
                k,
                *(
                    f"{both[0]:.4f} {both[1]:.2f} |"
                    for both in (ratios[method][-1] for method in ratios)
                ),
                file=sys.stderr,
            )
        everything[name] = {
            method: (mean(one for one, _ in found), mean(one for _, one in found))
            for method, found in ratios.items()
        }
    return everything


def mean(ratios: Any) -> float:
    logs = [log(ratio) for ratio in ratios]
    return exp(sum(logs) / len(logs))


def memory(run: Method) -> float:
    points = np.random.default_rng(0).normal(size=(20_000, 64))
    run(points[:500], 64, 0)  # imports
    tracemalloc.start()
    run(points, 64, 0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / points.nbytes


def tables(found: dict[str, dict[str, tuple[float, float]]]) -> tuple[str, str]:
    """The table of methods, and that of sets."""
    by_method = [
        "| method | inertia | worst set | time | worst set | memory above the data |",
        "|---|---|---|---|---|---|",
    ]
    for method, run in methods().items():
        inertias, times = zip(*(both[method] for both in found.values()), strict=True)
        by_method.append(
            f"| {method} | {mean(inertias):.3f} | {max(inertias):.3f} "
            f"| {mean(times):.2f} | {max(times):.2f} | {memory(run):.2f} |"
        )
    shown = list(methods())[1:4]
    by_set = [
        "| set | " + " | ".join(f"{method}: inertia | time" for method in shown) + " |",
        "|---" * (1 + 2 * len(shown)) + "|",
    ]
    for name, ratios in found.items():
        cells = " | ".join(f"{ratios[one][0]:.4f} | {ratios[one][1]:.2f}" for one in shown)
        by_set.append(f"| {name} | {cells} |")
    return "\n".join(by_method), "\n".join(by_set)


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


if __name__ == "__main__":
    main()
