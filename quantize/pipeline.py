"""The stages in order: picture → histogram → points → centroids → palette → indices.

Nothing here reads a file or prints; the front door, with files and arrays, is `api`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from time import perf_counter

import numpy as np

from quantize import (
    clustering,
    colornames,
    colorspace,
    histogram,
    kernels,
    measure,
    ordering,
    remap,
)
from quantize.kmeans import Clustering, Points, assign
from quantize.model import Bytes, Histogram, Palette, Picture, Quantized, Statistics
from quantize.settings import Settings

Progress = Callable[[str, int], None]
"""Called as work goes on, with the stage and how often it has advanced in it."""


def run(picture: Picture, settings: Settings, progress: Progress | None = None) -> Quantized:
    """Quantize one picture; see `api.quantize` for what is promised."""
    clock = Clock()
    threads = settings.threads or kernels.available_cores()
    with clock.stage("count"):
        colors = histogram.count(picture.pixels)
    with clock.stage("cluster"):
        found = find_centroids(colors, settings, threads, progress)
    with clock.stage("map"):
        palette = round_to_palette(found.centroids, settings.space)
        entries = remap.nearest_entries(colors.colors, palette, settings.space, threads=threads)
        used, entries = drop_unused(palette, entries)
        indices = remap.index_pixels(picture.pixels, colors, entries, threads=threads)
    with clock.stage("measure"):
        counts = np.bincount(entries, colors.counts, minlength=len(used)).astype(np.int64)
        result = Palette(used, counts, colornames.name_colors(used))
        if settings.metrics == "full":
            quality = measure.full(picture, colors, entries, result, indices)
        else:
            quality = measure.basic(colors, entries, result)
    statistics = Statistics(
        colors_before=len(colors),
        colors_after=len(result),
        inertia=found.inertia,
        iterations=found.iterations,
        converged=found.converged,
        seconds=clock.seconds,
        **asdict(quality),
    )
    return Quantized(result, indices, statistics)


def find_centroids(
    colors: Histogram, settings: Settings, threads: int, progress: Progress | None
) -> Clustering:
    """Centroids of a histogram; its own colours if they are few enough.

    The labels and the inertia are of all colours, also where a sample was clustered.
    """
    points = colorspace.encode(colors.colors, settings.space)
    weights = colors.counts.astype(np.float64)
    if len(colors) <= settings.colors:
        return Clustering(points, np.arange(len(colors), dtype=np.int32), 0.0, 0, True)
    part = colors
    if settings.sample:
        part = histogram.draw(colors, settings.sample, np.random.default_rng(settings.seed))
    part_points = colorspace.encode(part.colors, settings.space)
    coarse_points, coarse_weights = histogram.cells(part, part_points)
    problem = clustering.Problem(
        points=part_points,
        weights=part.counts.astype(np.float64),
        k=min(settings.colors, len(part)),
        coarse_points=coarse_points,
        coarse_weights=coarse_weights,
        threads=threads,
    )

    def watch(iteration: int, _centroids: Points, _inertia: float) -> None:
        if progress is not None:
            progress("cluster", iteration)

    found = clustering.cluster(problem, settings, watch)
    if part is colors:
        return found
    state = assign(points, weights, found.centroids, threads=threads)
    return Clustering(
        found.centroids, state.labels, state.inertia, found.iterations, found.converged
    )


def round_to_palette(centroids: Points, space: str) -> Bytes:
    """The 8-bit colours of centroids, each once, dark to light: (k, c) uint8."""
    colors = np.unique(colorspace.decode(centroids, space), axis=0)
    return colors[ordering.dark_to_light(colors)]


def drop_unused(palette: Bytes, entries: Bytes) -> tuple[Bytes, Bytes]:
    """Without the colours that no pixel took, which rounding can bring about."""
    used, compact = np.unique(entries, return_inverse=True)
    return palette[used], compact.astype(np.uint8)


class Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time that the block takes to the stage of that name."""
        start = perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - start
