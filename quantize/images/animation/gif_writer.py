"""The writer of GIF animations; their blocks are those of still GIFs.

Pillow's own writer joins equal frames, and always packs with codes for 256 colours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from quantize.checks import MAX_COLORS
from quantize.images.animation.deltas import Box, ColorKeys, Mask, box_of, box_of_all, color_keys
from quantize.images.write import gif
from quantize.model.frames import Frame, Timing, drawn
from quantize.model.palette import Palette
from quantize.model.picture import Metadata
from quantize.model.pixels import Bytes

_KEEP, _CLEAR = 1, 2
"""What becomes of a frame before the next one (its disposal)."""


class _Step(NamedTuple):
    """A frame, and what is on the canvas before it is drawn.

    Attributes:
        frame: the frame.
        canvas: what is to be seen after it.
        base: what is there before it.
        box: the rectangle that is written.
        clear: whether the rectangle is cleared afterwards.
    """

    frame: Frame
    canvas: ColorKeys
    base: ColorKeys
    box: Box
    clear: bool = False


class _Packed(NamedTuple):
    """The packed pixels of a frame.

    Attributes:
        data: as `gif.lzw` returns them.
        colors: how many entries the colour table has to have; 0 if any table will do.
        transparent: the index that is not drawn, or None.
    """

    data: bytes
    colors: int
    transparent: int | None = None


class _Written(NamedTuple):
    """A frame as it stands in the file, without the canvases of `_Step`."""

    palette: Palette
    box: Box
    packed: _Packed
    clear: bool


def write(
    frames: Sequence[Frame], timing: Timing, *, metadata: Metadata, effort: str = "default"
) -> bytes:
    """Return the file: of each frame the rectangle that changes.

    In the rectangle, pixels that stay are written as transparent if that is smaller: all of them,
    or those outside of runs of which some pixel is drawn. A pixel that becomes transparent is
    erased by clearing the rectangle of the frame before, which is enlarged to hold it.

    Args:
        frames: opaque or fully transparent. Where a pixel becomes transparent, all of that frame is
            drawn; palettes of 256 have a transparent entry if any pixel is not drawn.
        timing: of as many frames, in whole hundredths of a second.
        metadata: its texts and XMP are written.
        effort: as for a still GIF.
    """
    clears = gif.clearing(effort, sum(frame.indices.size for frame in frames))
    written = list(_written(frames, clears))
    common = frames[0].palette
    most = max(each.packed.colors for each in written if each.palette is common)
    height, width = frames[0].indices.shape
    blocks = [gif.header(width, height, gif.color_table(common, most))]
    if timing.plays != 1:
        blocks.append(gif.loop(max(timing.plays - 1, 0)))
    blocks.append(gif.texts(metadata))
    for each, duration in zip(written, timing.durations, strict=True):
        own = each.palette is not common and each.packed.colors
        table = gif.color_table(each.palette, each.packed.colors) if own else b""
        disposal = _CLEAR if each.clear else _KEEP
        control = gif.Control(int(duration / 10), disposal, each.packed.transparent)
        blocks.append(gif.image(each.box, control, each.packed.data, table))
    return b"".join([*blocks, gif.TRAILER])


def _written(frames: Sequence[Frame], clears: gif.Clearing | None) -> Iterator[_Written]:
    """Yield each frame packed.

    The first frame is packed last: programs see no transparent pixels in an animation whose first
    frame has no transparent index, so it names one if any frame erases pixels.
    """
    steps = _steps(frames)
    first = next(steps)
    others = [
        _Written(step.frame.palette, step.box, _pack(step, clears, named=step.clear), step.clear)
        for step in steps
    ]
    erased = first.clear or any(each.clear for each in others)
    yield _Written(first.frame.palette, first.box, _pack(first, clears, named=erased), first.clear)
    yield from others


def _steps(frames: Sequence[Frame]) -> Iterator[_Step]:
    step: _Step | None = None
    canvas: Bytes | None = None
    for frame in frames:
        canvas = drawn(canvas, frame)
        keys = color_keys(canvas)
        if step is None:
            step = _Step(frame, keys, np.zeros_like(keys), box_of_all(keys))
            continue
        base = step.canvas
        erased = (base != 0) & (keys == 0)
        if erased.any():
            step = step._replace(box=step.box.joined(box_of(erased)), clear=True)
            base = base.copy()
            step.box.of(base)[...] = 0
        yield step
        step = _Step(frame, keys, base, box_of(keys != base))
    if step is not None:
        yield step


def _pack(step: _Step, clears: gif.Clearing | None, *, named: bool) -> _Packed:
    """Pack the rectangle whole, or with transparent pixels where nothing changes: the smaller one.

    Args:
        step: the frame.
        clears: see `gif.lzw`.
        named: name a transparent index, whether or not a pixel has it.
    """
    colors, box, drawn_here = step.frame.palette.colors, step.box, step.frame.drawn
    canvas = box.of(step.canvas)
    same = canvas == box.of(step.base)
    if same.all():
        return _Packed(gif.lzw(np.zeros(same.shape, np.uint8), clears), 0, 0)
    invisible = np.flatnonzero(colors[:, 3:] == 0)
    transparent = int(invisible[0]) if len(invisible) else len(colors)
    indices = np.where(canvas == 0, np.uint8(transparent & 0xFF), box.of(step.frame.indices))
    tried: list[tuple[Bytes, int | None]] = []
    stays = [same]
    if drawn_here is None or box.of(drawn_here).all():
        tried.append((indices, transparent if len(invisible) or named else None))
        stays.append(same & ~_in_drawn_runs(indices, ~same))
    if same.any() and transparent < MAX_COLORS:
        tried += [(np.where(each, np.uint8(transparent), indices), transparent) for each in stays]
    best, name = tried[0]
    if len(tried) > 1:
        best, name = min(tried, key=lambda each: len(gif.lzw(each[0], None)))
    return _Packed(gif.lzw(best, clears), max(len(colors), (name or 0) + 1), name)


def _in_drawn_runs(indices: Bytes, drawn: Mask) -> Mask:
    """Return the pixels of runs of which some pixel is drawn, (h, w).

    Args:
        indices: (h, w) uint8, in the order in which they are packed.
        drawn: (h, w), what has to be drawn.
    """
    row = indices.reshape(-1)
    begins = np.flatnonzero(np.concatenate([[True], row[1:] != row[:-1]]))
    some = np.logical_or.reduceat(drawn.reshape(-1), begins)
    found: Mask = np.repeat(some, np.diff(begins, append=row.size)).reshape(indices.shape)
    return found
