"""A palette for each frame, without flicker where the picture stands still."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from quantize.checks import MAX_COLORS
from quantize.model.frames import Frame, FrameSource, drawn, with_alpha
from quantize.model.palette import Palette
from quantize.model.picture import Picture
from quantize.model.pixels import Bytes
from quantize.model.result import Quantized, Statistics
from quantize.pipeline import similarity
from quantize.pipeline.frame_colors import ColorPairCounts, color_keys, standing_still
from quantize.pipeline.mappers import DitherMapper
from quantize.pipeline.quality import WeightedMean
from quantize.pipeline.settings import Settings
from quantize.pipeline.target import RESERVED_NOTE, AlphaUse, Target
from quantize.pipeline.timing import StageTimer

if TYPE_CHECKING:
    from quantize.pipeline.lossy_frames import FrameExchanger

FIXED_PART: Final = 0.75
"""The largest part of a frame's palette that is fixed for what stands still and must be drawn
again. The rest is for what moves. Chosen by eye on the animations of the tests."""


class OneFrame(Protocol):
    """A function that quantizes one picture by itself."""

    def __call__(self, picture: Picture, settings: Settings, target: Target, /) -> Quantized:
        """Quantize the picture."""


def run(
    pictures: Iterator[Picture],
    source: FrameSource,
    settings: Settings,
    target: Target,
    timer: StageTimer,
    *,
    one_frame: OneFrame,
) -> Quantized:
    """Quantize each frame with its own palette.

    The palette of a frame is found for what is new in it. Pixels that have the colour of the frame
    before keep that of its result: they are not drawn. Where nothing is new, the palette of the
    frame before stays.

    Formats that cannot erase single pixels draw all of a frame in which some vanish. Then the
    commonest colours of what stands still, up to `FIXED_PART` of the palette, are fixed in it, and
    only what had a rarer one can change.

    Args:
        pictures: the frames; all of one size if they are an animation.
        source: what they come from.
        settings: how; `colors` is a number.
        target: what the result can hold.
        timer: gets the seconds of the stages.
        one_frame: quantizes one picture.
    """
    reserved = settings.most_colors > MAX_COLORS - target.reserved_entries
    if reserved:
        settings = settings.replaced(colors=MAX_COLORS - target.reserved_entries)
    moves = source.timing is not None and target.frames == "animation"
    plain = settings.replaced(lossy=0)
    drawing, seen = _Drawing(plain, target, one_frame), _Seen(settings.metrics)
    lossy = _lossy(settings, target, moves=moves)
    frames: list[Frame] = []
    before = unchanged = shown = last = None
    for picture in pictures:
        wanted = np.asarray(with_alpha(picture.pixels, 4))
        change = None
        if moves and before is not None and shown is not None and last is not None:
            change = _Change(wanted, before, shown, last.palette)
        frame, cost = drawing.whole(picture) if change is None else drawing.next(change)
        if cost is not None:
            timer.add(cost.seconds)
        before, last = wanted, frame
        shown = unchanged = drawn(unchanged, frame)
        if lossy is not None:
            with timer.stage("map"):
                frame, shown = lossy.exchanged(wanted, frame, unchanged)
        frames.append(frame)
        with timer.stage("measure"):
            seen.add(picture, wanted, shown, cost)
    with timer.stage("measure"):
        statistics = seen.statistics(timer)
        if lossy is not None:
            statistics = statistics._replace(lossy=lossy.exchange)
    notes = target.alpha_notes(seen.alpha, [frame.palette for frame in frames])
    if reserved:
        notes.append(RESERVED_NOTE)
    notes += target.metadata_notes(source.first.metadata, frames[0].palette)
    return Quantized(
        frames=tuple(frames),
        palette=frames[0].palette,
        statistics=statistics,
        channels=seen.channels,
        palette_per_frame=True,
        notes=(*source.notes, *notes, *target.timing_notes(source.timing)),
    )


def _lossy(settings: Settings, target: Target, *, moves: bool) -> FrameExchanger | None:
    """Return what exchanges entries for fewer bytes, if that is asked for."""
    if not settings.lossy:
        return None
    from quantize.pipeline.lossy_frames import FrameExchanger  # for those who ask for it

    return FrameExchanger(settings, target, moves=moves)


_Drawn = tuple[Frame, Statistics | None]
"""A frame, and what its palette cost, if one was found."""


class _Change(NamedTuple):
    """A change from one frame to the next: (h, w, 4) uint8 each, and the palette before.

    Attributes:
        wanted: the frame as it was read.
        before: the frame before as it was read.
        shown: the result of the frame before.
        palette: the palette of the frame before.
    """

    wanted: Bytes
    before: Bytes
    shown: Bytes
    palette: Palette


class _Drawing(NamedTuple):
    """How frames are drawn; the attributes are those of `run`."""

    settings: Settings
    target: Target
    one_frame: OneFrame

    @property
    def _basic(self) -> Settings:
        """The settings without the figures that are measured over all frames."""
        return self.settings.replaced(metrics="basic")

    def whole(self, picture: Picture) -> _Drawn:
        """Draw all of a frame."""
        made = self.one_frame(picture, self._basic, self.target)
        return made.frames[0], made.statistics

    def next(self, change: _Change) -> _Drawn:
        """Draw what is new in a frame."""
        new = color_keys(change.wanted) != color_keys(change.before)
        if not new.any():
            return Frame(change.palette, np.zeros(new.shape, np.uint8), new), None
        if not self.target.erasable:
            least = self.target.least_alpha
            if ((change.shown[..., 3] > 0) & (change.wanted[..., 3] < least)).any():
                return self._again(change, ~new)
        row = _picture(change.wanted[new][None])  # one row: its neighbours say nothing
        plain = self._basic.replaced(weights="uniform", dither="none", dither_strength=None)
        made = self.one_frame(row, plain, self.target)
        indices = np.zeros(new.shape, np.uint8)
        indices[new] = made.indices[0]
        if self.settings.dither != "none":  # pixels need their places and their neighbours
            indices[new] = self._dithered(change, new, made.palette)[new]
        return Frame(made.palette, indices, new), made.statistics

    def _again(self, change: _Change, still: NDArray[np.bool_]) -> _Drawn:
        """Draw all of a frame; what stands still as it was, where the palette has room."""
        keys = color_keys(change.shown)
        colors, counts = np.unique(keys[still & (change.shown[..., 3] == 255)], return_counts=True)
        settings = self._basic
        most = int(settings.most_colors * FIXED_PART) - len(settings.keep_color)
        common = colors[np.argsort(-counts, kind="stable")[: max(most, 0)]]
        fixed = [f"#{color.tobytes()[:3].hex()}" for color in common]
        settings = settings.replaced(keep_color=(*settings.keep_color, *fixed))
        made = self.one_frame(_picture(change.wanted), settings, self.target)
        frame = Frame(made.palette, made.indices)
        return standing_still(frame, change.shown, still), made.statistics

    def _dithered(self, change: _Change, new: NDArray[np.bool_], palette: Palette) -> Bytes:
        """Return the indices of what is new; the rest, in a palette colour, makes no error."""
        colors = np.asarray(with_alpha(palette.colors[None], 4))[0]
        pixels = np.where(new[..., None], change.wanted, colors[0])
        return DitherMapper(colors, 4, self.settings, self.target).map(pixels)


def _picture(pixels: Bytes) -> Picture:
    """Return (h, w, 4) uint8 as a picture: with three channels if all is opaque."""
    opaque = bool(pixels[..., 3].min() == 255)
    return Picture(np.ascontiguousarray(pixels[..., :3]) if opaque else pixels)


class _Seen:
    """What is seen of all frames, and what their palettes cost.

    Attributes:
        alpha: how the source uses alpha.
        channels: 3, or 4 if a frame has alpha.
    """

    def __init__(self, metrics: str) -> None:
        self.alpha, self.channels = AlphaUse(), 3
        self._full = metrics == "full"
        self._pairs, self._ssim = ColorPairCounts(), WeightedMean()
        self._costs: list[Statistics] = []

    def add(self, picture: Picture, wanted: Bytes, shown: Bytes, cost: Statistics | None) -> None:
        """Add a frame: as it was read, with alpha, as it is shown, and the cost of its palette."""
        self.alpha |= AlphaUse.of(wanted)
        self.channels = max(self.channels, picture.channels)
        self._pairs.add(wanted, shown)
        if self._full:
            self._ssim.add(similarity.ssim(wanted, shown), wanted[..., 0].size)
        if cost is not None:
            self._costs.append(cost)

    def statistics(self, timer: StageTimer) -> Statistics:
        """Return the figures over all frames."""
        return Statistics(
            seconds=timer.seconds,
            inertia=sum(cost.inertia for cost in self._costs),
            iterations=sum(cost.iterations for cost in self._costs),
            converged=all(cost.converged for cost in self._costs),
            **self._pairs.figures(self._ssim.value),
        )
