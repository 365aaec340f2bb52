"""The stages in order: picture → histogram → points → centroids → palette → indices.

Nothing here reads a file or prints; the front door, with files and arrays, is `api`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
from quantize.kmeans import Centroids, Clustering, assign
from quantize.model import Bytes, Histogram, Palette, Picture, Quantized, Statistics
from quantize.settings import Settings

CELLS_PER_COLOR = 4
"""With fewer cells than this for each centroid, cells are too coarse to find seeds on."""

Progress = Callable[[str, int], None]
"""Called as work goes on, with the stage and how often it has advanced in it."""


def run(
    picture: Picture,
    settings: Settings,
    progress: Progress | None = None,
    *,
    on_off_alpha: bool = False,
) -> Quantized:
    """Quantize one picture; see `api.quantize` for what is promised.

    Args:
        picture: what to quantize.
        settings: how.
        progress: see `Progress`.
        on_off_alpha: give a palette whose colours are opaque or not there; errors are still
            measured against the picture as it is.
    """
    clock = Clock()
    threads = settings.threads or kernels.available_cores()
    with clock.stage("count"):
        colors = histogram.count(picture.pixels, threads=threads)
        shown = histogram.mapped(colors, colorspace.on_off) if on_off_alpha else colors
    with clock.stage("cluster"):
        found = find_centroids(shown, settings, threads, progress)
    with clock.stage("map"):
        palette = round_to_palette(found.centroids, settings.space)
        entries, errors = remap.nearest_entries(
            colorspace.on_off(colors.colors) if on_off_alpha else colors.colors,
            palette,
            settings.space,
            threads=threads,
        )
        used, entries = drop_unused(palette, entries)
        indices = remap.index_pixels(picture.pixels, colors, entries, threads=threads)
    with clock.stage("measure"):
        counts = np.bincount(entries, colors.counts, minlength=len(used)).astype(np.int64)
        result = Palette(used, counts, colornames.name_colors(used))
        if settings.space != "srgb" or on_off_alpha:
            errors = measure.squared_errors(colors, entries, used)
        quality = measure.basic(colors, errors)
        if settings.metrics == "full":
            quality = measure.full(quality, picture, colors, entries, (result, indices))
    statistics = Statistics(
        colors_before=len(colors),
        colors_after=len(result),
        inertia=found.inertia,
        iterations=found.iterations,
        converged=found.converged,
        seconds=clock.seconds,
        **quality._asdict(),
    )
    return Quantized(result, indices, statistics)


def find_centroids(
    colors: Histogram, settings: Settings, threads: int, progress: Progress | None
) -> Clustering:
    """Centroids of a histogram; its own colours if they are few enough.

    The labels and the inertia are of all colours, also where a sample was clustered.
    """
    if len(colors) <= settings.colors:
        own = colorspace.encode(colors.colors, settings.space).astype(np.float64)
        return Clustering(own, np.arange(len(colors), dtype=np.int32), 0.0, 0, True)
    part = colors
    if settings.sample:
        part = histogram.draw(colors, settings.sample, np.random.default_rng(settings.seed))

    def watch(iteration: int, _centroids: Centroids, _inertia: float) -> None:
        if progress is not None:
            progress("cluster", iteration)

    found = clustering.cluster(problem_of(part, settings, threads), settings, watch)
    if part is colors:
        return found
    points = colorspace.encode(colors.colors, settings.space)
    weights = colors.counts.astype(np.float64)
    state = assign(points, weights, found.centroids, threads=threads)
    return found._replace(labels=state.labels, inertia=state.inertia)


def problem_of(colors: Histogram, settings: Settings, threads: int) -> clustering.Problem:
    """The weighted points of a histogram, and its cells as the coarse ones."""
    points = colorspace.encode(colors.colors, settings.space)
    weights = colors.counts.astype(np.float64)
    k = min(settings.colors, len(colors))
    coarse_points, coarse_weights = histogram.cells(colors, points)
    if len(coarse_points) < CELLS_PER_COLOR * k:
        coarse_points, coarse_weights = points.astype(np.float64), weights
    return clustering.Problem(
        points=points,
        weights=weights,
        k=k,
        coarse_points=coarse_points,
        coarse_weights=coarse_weights,
        threads=threads,
    )


def round_to_palette(centroids: Centroids, space: str) -> Bytes:
    """The 8-bit colours of centroids, each once, dark to light: (k, c) uint8."""
    rounded = colorspace.decode(centroids, space)
    keys, _ = kernels.count_colors(rounded)
    colors = np.empty((len(keys), rounded.shape[1]), np.uint8)
    kernels.unpack(keys, colors)
    return colors[ordering.dark_to_light(colors)]


def drop_unused(palette: Bytes, entries: Bytes) -> tuple[Bytes, Bytes]:
    """Without the colours that no pixel took, which rounding can bring about."""
    used = np.bincount(entries, minlength=len(palette)) > 0
    compact = np.cumsum(used) - 1
    return palette[used], compact.astype(np.uint8)[entries]


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
