"""Pictures in few colours that follow one another: one palette over all, or one a frame.

Two passes over the frames, which are decoded again for the second: the distinct colours of all are
counted, then each is mapped; so memory holds one frame, and the indices of all.

What stands still does not flicker. A pixel whose colour in the source is that of the frame before
keeps its colour in the result: with one palette since equal colours are mapped equally, or keep
their entry where entries are mixed; with one a frame since it is not drawn again, see `steady`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from quantize import kernels
from quantize.color import names
from quantize.model.frames import Film, Frame, Pictures, with_alpha
from quantize.model.palette import Palette
from quantize.model.picture import Picture
from quantize.model.pixels import Bytes
from quantize.pipeline import histogram, statistics
from quantize.pipeline import run as pipeline_run
from quantize.pipeline.histogram import Histogram, Merger
from quantize.pipeline.mappers import Assigner, Dithered, Nearest
from quantize.pipeline.palette import problem, search
from quantize.pipeline.palette.problem import Progress
from quantize.pipeline.settings import Settings
from quantize.pipeline.timing import Clock


def count(
    pictures: Iterable[Picture], clock: Clock, weights: str = "uniform", *, threads: int = 1
) -> Histogram:
    """The histogram of all frames together; `clock` gets what counting takes, not reading."""
    merger = Merger("pixels")
    for picture in pictures:
        with clock.stage("count"):
            merger.add(histogram.count(picture.pixels, weights=weights, threads=threads))
    with clock.stage("count"):
        return merger.total()


def run(
    pictures: Pictures,
    settings: Settings,
    progress: Progress | None = None,
    *,
    on_off_alpha: bool = False,
    palette: Palette | None = None,
    steady: bool = True,
) -> Film:
    """One palette over all frames.

    Args:
        pictures: the frames; they may differ in size and in whether they have alpha.
        settings: how.
        progress: see `tasks.Progress`.
        on_off_alpha: as for `pipeline.run`.
        palette: one that is given, whose colours and order stay as they are; None to find one.
        steady: the frames are seen one after another in one place, and are of one size.

    Raises:
        ErrorLimitError: the error that was asked for cannot be met.
    """
    clock = Clock()
    threads = kernels.thread_count(settings.threads)
    counted = announced(pictures(), progress, "count")
    weights = settings.weights if palette is None else "uniform"
    colors = count(counted, clock, weights, threads=threads)
    if palette is None:
        task = problem.task_for(colors, settings, progress, on_off_alpha=on_off_alpha)
        done, _, choice = search.find(task, settings, clock)
        palette = Palette(done.palette, names=names.name_colors(done.palette))
        own, origin = done.entries, statistics.origin_of(done.found, choice)
    else:
        with clock.stage("map"):
            own, origin = pipeline_run.in_given(
                colors, palette, settings, on_off_alpha=on_off_alpha
            )
    entries: Assigner
    if settings.dither == "none":
        entries = Nearest(colors, palette, own, settings)
    else:
        entries = Dithered(palette.colors, settings, on_off=on_off_alpha)
    frames: list[Frame] = []
    before: Bytes | None = None
    for picture in announced(pictures(), progress, "map"):
        pixels = with_alpha(picture.pixels, colors.colors.shape[1])
        with clock.stage("map"):
            indices = entries.indices(pixels)
            if steady and before is not None and settings.dither != "none":
                still = (pixels == before).all(axis=2)
                indices = np.where(still, frames[-1].indices, indices)
        with clock.stage("measure"):
            entries.add(pixels, indices)
        frames.append(Frame(palette, indices))
        before = pixels
    with clock.stage("measure"):
        counts, quality = entries.results()
    used = Palette(palette.colors, counts, palette.names)
    figures = statistics.statistics_of(len(colors), counts, clock, origin, quality)
    return Film(tuple(frame._replace(palette=used) for frame in frames), used, figures)


def announced(
    pictures: Iterable[Picture], progress: Progress | None, stage: str
) -> Iterator[Picture]:
    """The same pictures, and a word to the caller before each."""
    for number, picture in enumerate(pictures):
        if progress is not None:
            progress(stage, number)
        yield picture
