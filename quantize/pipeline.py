"""The stages in order: picture → histogram → points → centroids → palette → indices.

Nothing here reads a file or prints; the front door, with files and arrays, is `api`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from time import perf_counter

import numpy as np

from quantize import (
    clustering,
    colornames,
    colorspace,
    histogram,
    kernels,
    measure,
    remap,
    rounding,
)
from quantize.kmeans import Centroids, Clustering, assign
from quantize.model import Histogram, Palette, Picture, Quantized, Statistics
from quantize.settings import Settings

CELLS_PER_COLOR = 4
"""Fewer cells for each centroid are too coarse to find seeds on, whatever `cells` says."""

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
        visible = colorspace.on_off(colors.colors) if on_off_alpha else colors.colors
        palette, entries, errors = rounding.complete(
            rounding.round_to_palette(found.centroids, settings.space),
            visible,
            colors.counts,
            min(settings.colors, len(shown)),
            partial(remap.nearest_entries, visible, space=settings.space, threads=threads),
        )
        indices = remap.index_pixels(picture.pixels, colors, entries, threads=threads)
    with clock.stage("measure"):
        counts = np.bincount(entries, colors.counts, minlength=len(palette)).astype(np.int64)
        result = Palette(palette, counts, colornames.name_colors(palette))
        if settings.space != "srgb" or on_off_alpha:
            errors = measure.squared_errors(colors, entries, palette)
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
    bits = histogram.cell_bits(colors, max(settings.cells, CELLS_PER_COLOR * k))
    coarse_points, coarse_weights = histogram.cells(colors, points, bits=bits)
    return clustering.Problem(
        points=points,
        weights=weights,
        k=k,
        coarse_points=coarse_points,
        coarse_weights=coarse_weights,
        threads=threads,
    )


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
