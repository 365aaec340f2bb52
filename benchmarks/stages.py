"""Our own stages, each timed alone in one process and one thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from quantize import kernels
from quantize.color import names as colornames
from quantize.color import nearest
from quantize.color.table import SPACES
from quantize.images import load as loading
from quantize.images import png
from quantize.kmeans import seeding
from quantize.kmeans.lloyd import assign
from quantize.kmeans.table import SEEDERS
from quantize.model.frames import FrameSource
from quantize.pipeline import color_table, histogram
from quantize.pipeline.palette import centroids, rounding
from quantize.pipeline.palette.problem import problem_of
from quantize.pipeline.run import run
from quantize.pipeline.settings import Settings
from quantize.pipeline.target import Target

REPEATS = 5


def table(pictures: list[Path], colors: list[int]) -> list[str]:
    """A row for each picture and k; medians of some repeats."""
    rows = [stages(path, k) for path in pictures for k in colors]
    names = list(rows[0][1])
    lines = [f"| picture | k | {' | '.join(names)} |", "|---" * (len(names) + 2) + "|"]
    for title, figures in rows:
        lines.append(f"| {title} | {' | '.join(f'{value:.1f}' for value in figures.values())} |")
    return lines


def stages(path: Path, k: int) -> tuple[str, dict[str, float]]:
    """Milliseconds of each stage on one picture."""
    settings = Settings(colors=k, threads=1)
    picture = loading.load(str(path))
    space = SPACES.load(settings.space)
    counted = histogram.count(picture.pixels)
    colors = problem_of(counted, settings, Target())
    problem = centroids.clustering_of(colors, settings)
    source = seeding.random_source(0, 0)
    seeds = SEEDERS.load(settings.init)(
        problem.coarse_points, problem.coarse_weights, problem.k, source
    )
    found, _ = centroids.find_centroids(colors, settings)
    palette = rounding.round_to_palette(found.centroids, space, colors.fixed)
    entries, _ = nearest.nearest_entries(counted.colors, palette, space)
    result = run(FrameSource.still(picture), settings)
    works: dict[str, Callable[[], object]] = {
        "read": lambda: loading.load(str(path)),
        "count": lambda: histogram.count(picture.pixels),
        "cells": lambda: centroids.clustering_of(colors, settings),
        "seeds": lambda: SEEDERS.load(settings.init)(
            problem.coarse_points, problem.coarse_weights, problem.k, source
        ),
        "one iteration on cells": lambda: assign(
            problem.coarse_points.astype(np.float32), problem.coarse_weights, seeds
        ),
        "one iteration on colours": lambda: assign(problem.points, problem.weights, seeds),
        "centroids, all": lambda: centroids.find_centroids(colors, settings),
        "nearest entries": lambda: nearest.nearest_entries(counted.colors, palette, space),
        "indices": lambda: color_table.index_pixels(picture.pixels, counted, entries),
        "names": lambda: colornames.name_colors(palette),
        "PNG": lambda: png.encode(result.palette, result.indices),
    }
    size = f"{picture.width}×{picture.height}, {len(counted):,} colours"
    return f"{path.stem} ({size}, {kernels.ACTIVE}) | {k}", {
        name: 1000 * _median_time(work) for name, work in works.items()
    }


def _median_time(work: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return median(times)
