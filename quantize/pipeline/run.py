"""The pipeline: frames → histogram → palette → indices and figures.

One function serves stills, animations and pages, since a still is a source of one frame. The
colours of all frames are counted, then each frame is mapped; frames are decoded again for that, so
memory holds one frame and the indices of all. Nothing here reads a file or prints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.color import names
from quantize.model.frames import Frame, FrameSource, with_alpha
from quantize.model.palette import Palette
from quantize.model.picture import Picture
from quantize.model.pixels import Bytes, Pixels
from quantize.model.result import Quantized
from quantize.pipeline import histogram
from quantize.pipeline.histogram import PREVIEWS, Histogram, Merger
from quantize.pipeline.mappers import DitherMapper, Mapper, NearestMapper, frame_indices
from quantize.pipeline.palette import small_regions
from quantize.pipeline.palette.problem import Progress, problem_of
from quantize.pipeline.palette.search import search
from quantize.pipeline.quality import Errors, WeightedMean, ssim_of
from quantize.pipeline.settings import Settings
from quantize.pipeline.statistics import SearchFigures, statistics_of
from quantize.pipeline.table import order_of
from quantize.pipeline.target import ADDED_NOTE, AlphaUse, Target
from quantize.pipeline.timing import StageTimer

if TYPE_CHECKING:
    from quantize.pipeline.lossy import Exchanger

NO_FORMAT = Target()


def run(
    source: FrameSource,
    settings: Settings,
    target: Target = NO_FORMAT,
    palette: Palette | None = None,
    progress: Progress | None = None,
) -> Quantized:
    """Quantize all frames of a source; see `api.image.quantize` for what is promised.

    Args:
        source: a still, an animation or pages.
        settings: how.
        target: what the result can hold.
        palette: a palette that is given, whose colours and order stay: those `settings.colors` of
            it that suit the source best; None to find one.
        progress: see `Progress`.

    Raises:
        ErrorLimitError: the error that was asked for cannot be met.
        OutputError: a frame of several has transparency, and the target has none.
        ImageReadError: a frame is damaged.
    """
    if settings.arranges:
        from quantize.pipeline import arrangement  # for those who ask for it

        inner = partial(_plain, source, target=target, progress=progress)
        return arrangement.run(source, settings, target, palette, inner)
    return _plain(source, settings, palette, target=target, progress=progress)


def _plain(
    source: FrameSource,
    settings: Settings,
    palette: Palette | None,
    *,
    target: Target,
    progress: Progress | None = None,
) -> Quantized:
    """Quantize all frames of a source; the palette is not arranged."""
    this = _Run(source, settings, target, StageTimer(), progress)
    if target.palette_per_frame and palette is None:
        from quantize.pipeline import frame_palettes  # for those who ask for it

        return frame_palettes.run(
            this.frames("map"), source, settings, target, this.timer, one_frame=_one_frame
        )
    return _mapped(this, _prepare(this, palette))


def count(source: FrameSource, weights: str = "uniform", *, threads: int = 1) -> Histogram:
    """Count the colours of all frames of one of several sources.

    For the arguments see `histogram.count`.
    """
    this = _Run(source, Settings(weights=weights), NO_FORMAT, StageTimer())
    return _counted(this, weights, threads, parts=PREVIEWS)


class _Run(NamedTuple):
    """The arguments of `run`, and a timer."""

    source: FrameSource
    settings: Settings
    target: Target
    timer: StageTimer
    progress: Progress | None = None

    @property
    def threads(self) -> int:
        """The most threads to use."""
        return kernels.thread_count(self.settings.threads)

    @property
    def still(self) -> Picture | None:
        """The picture, where there is but one."""
        return self.source.first if self.source.count == 1 else None

    def begin(self, stage: str) -> None:
        """Report that a stage of a still begins; frames of several report themselves."""
        if self.still is not None and self.progress is not None:
            self.progress(stage, 0)

    def frames(self, stage: str) -> Iterator[Picture]:
        """Yield the frames; of several, check each, report progress and time the reading.

        A still was checked and its reading was timed when it was read.
        """
        if self.still is not None:
            yield self.still
            return
        pictures = self.timer.each("read", self.source.pictures())
        for number, picture in enumerate(pictures):
            self.target.check(picture, self.source.source, number)
            if self.progress is not None:
                self.progress(stage, number)
            yield picture


def _one_frame(picture: Picture, settings: Settings, target: Target) -> Quantized:
    """Quantize one frame by itself."""
    return run(FrameSource.still(picture), settings, target._replace(palette_per_frame=False))


# --- counting and the palette ---------------------------------------------------------------------


class _Prepared(NamedTuple):
    """The state before pixels are mapped; the colours themselves are no longer needed.

    Attributes:
        mapper: from pixels to entries.
        palette: as it is written, without counts.
        figures: those of the search.
        colors: how many distinct colours the source has.
        channels: of the source, 3 or 4.
        alpha: how the source uses alpha.
        indices: (h, w) uint8, the entries of a still that keeps them; its pixels are not mapped.
        kept_table: whether the palette is the colour table of the source.
        added: the place of a transparent entry that a given palette had to get.
        found: whether the palette was found, and is neither given nor a table that is kept.
        names: waits for the names of the colours, of a palette that was found.
    """

    mapper: Mapper
    palette: Palette
    figures: SearchFigures
    colors: int
    channels: int
    alpha: AlphaUse
    indices: Pixels | None = None
    kept_table: bool = False
    added: int | None = None
    found: bool = False
    names: Callable[[], tuple[str, ...]] | None = None


def _prepare(this: _Run, palette: Palette | None) -> _Prepared:
    """Count the colours, find or take the palette, and prepare the mapper."""
    settings, target, timer = this.settings, this.target, this.timer
    if palette is None and (kept := _kept_in_still(this)) is not None:
        return kept
    chooses = palette is None or len(palette) > settings.most_colors
    colors = _counted(this, settings.weights if chooses else "uniform", this.threads)
    errors: Errors | None = None
    added: int | None = None
    named = None
    given = palette is not None
    kept_in_frames = None if given else _kept_in_frames(this, colors)
    if kept_in_frames is not None:
        palette, indices, figures = kept_in_frames
    elif palette is None:
        palette, indices, figures, errors = _found_palette(this, colors)
        # named while pixels are mapped
        named = kernels.beside(partial(names.name_colors, palette.colors), threads=this.threads)
    else:
        from quantize.pipeline import given_palette  # for those who give one

        with timer.stage("map"):
            if len(palette) > settings.most_colors:
                from quantize.pipeline.palette import best_of_given  # for those who give many

                palette = best_of_given.best_of(colors, palette, settings, target)
            palette, added, indices, figures = given_palette.in_given_palette(
                colors, palette, settings, target, this.source.source
            )
    channels = colors.colors.shape[1]
    mapper: Mapper
    with timer.stage("measure"):
        if settings.dither == "none" or kept_in_frames:
            mapper = NearestMapper(colors, palette.colors, indices, settings, errors)
        else:
            mapper = DitherMapper(palette.colors, channels, settings, target)
    return _Prepared(
        mapper=mapper,
        palette=palette,
        figures=figures,
        colors=len(colors),
        channels=channels,
        alpha=AlphaUse.of(colors.colors),
        kept_table=kept_in_frames is not None,
        added=added,
        found=not given and kept_in_frames is None,
        names=named,
    )


def _kept_in_still(this: _Run) -> _Prepared | None:
    """Return the colour table of a still picture as its palette, if it has one that is kept."""
    picture = this.still
    if picture is None or picture.table is None:
        return None
    from quantize.pipeline import kept_table  # which most pictures do not have

    with this.timer.stage("count"):
        kept = kept_table.kept(picture.table, picture.channels, this.settings, this.target)
    if kept is None:
        return None
    return _Prepared(
        mapper=kept.mapper,
        palette=kept.palette,
        figures=kept_table.NOTHING_SEARCHED,
        colors=len(kept.seen),
        channels=picture.channels,
        alpha=AlphaUse.of(kept.seen),
        indices=picture.table.indices,
        kept_table=True,
    )


def _kept_in_frames(this: _Run, colors: Histogram) -> tuple[Palette, Bytes, SearchFigures] | None:
    """Return the colour table of an animation as its palette, and the entry of each colour."""
    if this.source.table is None:
        return None
    from quantize.pipeline import kept_table  # which most animations do not have

    kept = kept_table.in_frames(this.source.table, colors, this.settings, this.target)
    return None if kept is None else (*kept, kept_table.NOTHING_SEARCHED)


def _counted(this: _Run, weights: str, threads: int, *, parts: int = 1) -> Histogram:
    """Count the colours of all frames.

    Args:
        this: what is run.
        weights: a key of `WEIGHTS`.
        threads: most threads to use; changes no result.
        parts: a still is one of so many pictures in which small regions are looked for.
    """
    timer = this.timer
    if this.still is not None:
        this.begin("count")
        with timer.stage("count"):
            return _with_preview(this.still.pixels, weights, threads, parts=parts)
    merger = Merger("pixels")
    for picture in this.frames("count"):
        with timer.stage("count"):
            merger.add(_with_preview(picture.pixels, weights, threads, parts=PREVIEWS))
    with timer.stage("count"):
        return merger.total()


def _with_preview(pixels: Pixels, weights: str, threads: int, *, parts: int) -> Histogram:
    """Count the colours of one picture; where pixels have weights, small regions have them too."""
    counted = histogram.count(pixels, weights=weights, threads=threads)
    if weights == "uniform":
        return counted
    return counted.with_previews([small_regions.preview(pixels, parts)])


def _found_palette(
    this: _Run, colors: Histogram
) -> tuple[Palette, Bytes, SearchFigures, Errors | None]:
    """Return the palette that is found, the entry of each colour, and the figures.

    The last value are the squared errors in 8-bit sRGB, where the search has measured them.
    """
    settings, pixels = this.settings, None if this.still is None else this.still.pixels
    with this.timer.stage("count"):
        problem = problem_of(colors, settings, this.target, this.progress)
    candidate, choice = search(problem, settings, this.target, this.timer, pixels)
    measured = problem.space.stored and problem.rows is None and colors.colors.shape[1] == 3
    figures = SearchFigures.of(candidate.clustering, choice)
    return (
        Palette(candidate.palette),
        candidate.indices,
        figures,
        candidate.errors if measured else None,
    )


# --- mapping --------------------------------------------------------------------------------------


def _mapped(this: _Run, prepared: _Prepared) -> Quantized:
    """Map each frame and measure it; with dithering, pixels that stand still keep their entry."""
    source, settings, target, timer = this.source, this.settings, this.target, this.timer
    mapper, colors = prepared.mapper, prepared.palette.colors
    lossy = _lossy(this, prepared)
    moves = source.timing is not None and target.frames == "animation"
    found: list[Bytes] = []
    similarity = WeightedMean()
    before: Bytes | None = None
    this.begin("map")
    for picture in this.frames("map"):
        pixels = with_alpha(picture.pixels, prepared.channels)
        still: NDArray[np.bool_] | None = None
        if isinstance(pixels, np.ndarray) and before is not None:
            still = (pixels == before).all(axis=2)
        mapped = pixels if prepared.indices is None else prepared.indices
        last = found[-1] if found else None
        indices = frame_indices(mapper, mapped, timer, still, last)
        if lossy is not None:
            with timer.stage("map"):
                indices = lossy.exchanged(pixels, indices, last if moves else None)
        if settings.metrics == "full":
            this.begin("measure")
            with timer.stage("measure"):
                similarity.add(ssim_of(pixels, colors, indices), indices.size)
        found.append(indices)
        before = np.asarray(pixels) if moves and settings.dither != "none" else None
    with timer.stage("measure"):
        counts, quality = mapper.results()
        exchange = None if lossy is None else lossy.exchange(quality.mse)
        if lossy is not None:
            counts, quality = lossy.results()
    quality = quality._replace(ssim=similarity.value)
    named = prepared.palette.names if prepared.names is None else prepared.names()
    palette = Palette(colors, counts, named, prepared.palette.codes)
    order = order_of(settings.sort, settings.palette_for)
    suits_file = prepared.found and order.suits_file and target.predicts
    if suits_file and len(palette) > 2:
        from quantize.pipeline.palette import file_order  # not for what has no order to be found

        with timer.stage("map"):
            palette, found = file_order.arranged(palette, found, patient=target.patient)
    notes = target.alpha_notes(prepared.alpha, [palette]) + target.timing_notes(source.timing)
    notes += target.metadata_notes(source.first.metadata, palette)
    if prepared.added is not None:
        notes.append(ADDED_NOTE.format(prepared.added))
    if (choice := prepared.figures.choice) is not None and choice.missed:
        notes.append(choice.missed)
    return Quantized(
        frames=tuple(Frame(palette, indices) for indices in found),
        palette=palette,
        statistics=statistics_of(
            prepared.colors, palette, timer, prepared.figures, quality, lossy=exchange
        ),
        channels=prepared.channels,
        kept_table=prepared.kept_table,
        added_transparent=prepared.added,
        suits_file=suits_file,
        notes=(*source.notes, *notes),
    )


def _lossy(this: _Run, prepared: _Prepared) -> Exchanger | None:
    """Return what exchanges entries for fewer bytes, if that is asked for."""
    if not this.settings.lossy:
        return None
    from quantize.pipeline.lossy import Exchanger  # for those who ask for it

    palette = prepared.palette.colors
    return Exchanger(palette, prepared.channels, this.settings, this.target)
