"""A palette for each frame, without flicker in what stands still."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize.color import alpha, spaces
from quantize.color import difference as color_difference
from quantize.model.frames import Film, Frame, Pictures, drawn, with_alpha
from quantize.model.palette import Palette
from quantize.model.picture import Picture
from quantize.model.pixels import Bytes, Counts
from quantize.model.result import Statistics
from quantize.pipeline import quality as measure
from quantize.pipeline import run as pipeline_run
from quantize.pipeline import similarity
from quantize.pipeline.frames import announced
from quantize.pipeline.mappers import Dithered, Mean
from quantize.pipeline.palette.problem import Progress
from quantize.pipeline.settings import Settings
from quantize.pipeline.timing import Clock

KEPT_PART: Final = 0.75
"""Of a frame's palette, at most: colours kept for what stands still and has to be drawn again. The
rest is left for what moves."""

PENDING_PAIRS: Final = 1 << 18
"""Pairs of colours that are kept apart until they are added up, see `shared.PENDING_COLORS`."""

_OPAQUE_FROM: Final = 128
"""Where alpha is on or off, see `colorspace.on_off`."""


class Ways(NamedTuple):
    """What the format of the result can do.

    Attributes:
        on_off_alpha: as for `pipeline.run`.
        steady: its frames are seen one after another in one place, so what stands still stays.
        erasable: a pixel can become transparent without its neighbours being drawn anew.
    """

    on_off_alpha: bool = False
    steady: bool = True
    erasable: bool = True


def run_each(
    pictures: Pictures, settings: Settings, progress: Progress | None = None, *, ways: Ways
) -> Film:
    """A palette for each frame.

    A frame's palette is found for what is new in it. Pixels that have the colour of the frame
    before keep that of its result: they are not drawn. Where nothing is new, the palette of the
    frame before stays.

    Formats that cannot erase single pixels draw all of a frame in which some vanish. Then the
    commonest colours of what stands still, up to `KEPT_PART` of the palette, are kept in it, and
    only what had a rarer one can change.

    Args:
        pictures: the frames; all of one size if `ways.steady`.
        settings: how; `colors` is a number.
        progress: see `tasks.Progress`.
        ways: what the format can do.
    """
    clock, pairs, likeness = Clock(), _Pairs(), Mean()
    finding = replace(settings, metrics="basic")
    origins: list[Statistics] = []
    frames: list[Frame] = []
    before = shown = None
    for picture in announced(pictures(), progress, "map"):
        wanted = with_alpha(picture.pixels, 4)
        if ways.steady and before is not None and shown is not None:
            change = _Change(wanted, before, shown, frames[-1].palette)
            frame, made = _next(change, finding, ways)
        else:
            frame, made = _whole(picture, finding, ways)
        if made is not None:
            origins.append(made)
            clock.add(made.seconds)
        frames.append(frame)
        shown = drawn(shown, frame)
        with clock.stage("measure"):
            pairs.add(wanted, shown)
            if settings.metrics == "full":
                likeness.add(_similarity(wanted, shown), frame.indices.size)
        before = wanted
    with clock.stage("measure"):
        figures = pairs.figures(likeness if settings.metrics == "full" else None)
    statistics = Statistics(
        seconds=clock.seconds,
        inertia=sum(made.inertia for made in origins),
        iterations=sum(made.iterations for made in origins),
        converged=all(made.converged for made in origins),
        **figures,
    )
    return Film(tuple(frames), frames[0].palette, statistics)


Made = tuple[Frame, Statistics | None]
"""A frame, and what its palette cost, if one was found."""


class _Change(NamedTuple):
    """From one frame to the next: (h, w, 4) uint8 each, and the palette of the frame before."""

    wanted: Bytes
    before: Bytes
    shown: Bytes
    palette: Palette


def _whole(picture: Picture, settings: Settings, ways: Ways) -> Made:
    made = pipeline_run.run(picture, settings, on_off_alpha=ways.on_off_alpha)
    return Frame(made.palette, made.indices), made.statistics


def _next(change: _Change, settings: Settings, ways: Ways) -> Made:
    new = _keys(change.wanted) != _keys(change.before)
    if not new.any():
        return Frame(change.palette, np.zeros(new.shape, np.uint8), new), None
    if not ways.erasable:
        least = _OPAQUE_FROM if ways.on_off_alpha else 1
        if ((change.shown[..., 3] > 0) & (change.wanted[..., 3] < least)).any():
            return _anew(change, ~new, settings, ways)
    some = _picture(change.wanted[new][None])  # a row of pixels, whose neighbours say nothing
    plain = replace(settings, weights="uniform", dither="none", dither_strength=None)
    made = pipeline_run.run(some, plain, on_off_alpha=ways.on_off_alpha)
    indices = np.zeros(new.shape, np.uint8)
    indices[new] = made.indices[0]
    if settings.dither != "none":  # with the places and the neighbours that pixels have
        indices[new] = _dithered(change, new, made.palette, settings, ways)[new]
    return Frame(made.palette, indices, new), made.statistics


def _anew(change: _Change, still: NDArray[np.bool_], settings: Settings, ways: Ways) -> Made:
    """All of a frame; what stands still as it was, where the palette has room for that."""
    keys = _keys(change.shown)
    colors, counts = np.unique(keys[still & (change.shown[..., 3] == 255)], return_counts=True)
    most = int(settings.most_colors * KEPT_PART) - len(settings.keep_color)
    common = colors[np.argsort(-counts, kind="stable")[: max(most, 0)]]
    kept = [f"#{color.tobytes()[:3].hex()}" for color in common]
    settings = replace(settings, keep_color=(*settings.keep_color, *kept))
    made = pipeline_run.run(_picture(change.wanted), settings, on_off_alpha=ways.on_off_alpha)
    own = _keys(with_alpha(made.palette.colors[None], 4))[0]
    order = np.argsort(own)
    place = np.minimum(np.searchsorted(own[order], keys), len(own) - 1)
    has = still & (own[order][place] == keys)
    return Frame(made.palette, np.where(has, order[place], made.indices).astype(np.uint8)), (
        made.statistics
    )


def _dithered(
    change: _Change, new: NDArray[np.bool_], palette: Palette, settings: Settings, ways: Ways
) -> Bytes:
    """The entries of what is new; what is not has a palette colour, so no error comes from it."""
    colors = with_alpha(palette.colors[None], 4)[0]
    pixels = np.where(new[..., None], change.wanted, colors[0])
    return Dithered(colors, settings, on_off=ways.on_off_alpha).indices(pixels)


def _similarity(wanted: Bytes, got: Bytes) -> float:
    """SSIM of two (h, w, 4) uint8 canvases as they look on black."""
    return similarity.ssim(alpha.premultiplied(wanted), alpha.premultiplied(got))


def _picture(pixels: Bytes) -> Picture:
    """(h, w, 4) uint8 as a picture: with three channels if all is opaque."""
    opaque = bool(pixels[..., 3].min() == 255)
    return Picture(np.ascontiguousarray(pixels[..., :3]) if opaque else pixels)


def _keys(pixels: Bytes) -> NDArray[np.uint32]:
    """(…) of (…, 4) uint8: one number a colour."""
    return np.ascontiguousarray(pixels).view(np.uint32)[..., 0]


class _Pairs:
    """What colours became of which, and how many pixels; added up frame by frame."""

    def __init__(self) -> None:
        self._keys = [np.empty(0, np.uint64)]
        self._counts: list[Counts] = [np.empty(0, np.int64)]

    def add(self, wanted: Bytes, got: Bytes) -> None:
        """Add a frame: (h, w, 4) uint8, as it was and as it is."""
        pairs = np.stack([_keys(wanted), _keys(got)], axis=-1).reshape(-1, 2)
        keys, counts = np.unique(pairs.view(np.uint64)[:, 0], return_counts=True)
        self._keys.append(keys)
        self._counts.append(counts.astype(np.int64))
        waiting = sum(len(part) for part in self._keys[1:])
        if waiting > max(PENDING_PAIRS, len(self._keys[0]) // 2):
            self._fold()

    def figures(self, likeness: Mean | None) -> dict[str, Any]:
        """The attributes of `Statistics` that are about colours; all of them with a likeness."""
        self._fold()
        counts = self._counts[0]
        pairs = self._keys[0].view(np.uint8).reshape(-1, 2, 4)
        wanted, got = pairs[:, 0], pairs[:, 1]
        channels = 3 if bool((pairs[..., 3] == 255).all()) else 4
        seen, result = wanted[:, :channels], got[:, :channels]
        difference = spaces.encode(seen, spaces.SRGB) - spaces.encode(result, spaces.SRGB)
        errors = np.square(difference).sum(axis=1, dtype=np.float64)
        mse = float((errors * counts).sum() / counts.sum())
        quality = measure.Quality(mse, similarity.psnr(mse, channels))
        if likeness is not None:
            before, after = alpha.premultiplied(seen), alpha.premultiplied(result)
            found = color_difference.delta_e(before, after, counts)
            quality = measure.Quality(
                *quality[:2], likeness.value, found.mean, found.p95, found.max
            )
        return {
            "colors_before": len(np.unique(_keys(wanted))),
            "colors_after": len(np.unique(_keys(got))),
            **quality._asdict(),
        }

    def _fold(self) -> None:
        keys, group = np.unique(np.concatenate(self._keys), return_inverse=True)
        counts = np.zeros(len(keys), np.int64)
        np.add.at(counts, group, np.concatenate(self._counts))
        self._keys, self._counts = [keys], [counts]
