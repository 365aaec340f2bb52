"""The writer of GIF animations, around Pillow's packing of pixels.

Pillow's own writer joins equal frames, and always packs with codes for 256 colours.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from PIL import Image

from quantize.checks import MAX_COLORS
from quantize.images.animation import gif
from quantize.images.animation.deltas import Box, Keys, box_of, keys_of, whole
from quantize.model.frames import Frame, Timing, drawn
from quantize.model.palette import Palette
from quantize.model.pixels import Bytes

UNIT: Final = 10
"""Milliseconds in which a GIF counts."""

MOST: Final = 0xFFFF
"""Units of a frame, and repetitions."""

_KEEP, _CLEAR = 1, 2


class _Step(NamedTuple):
    """A frame, and what is there before it is drawn.

    Attributes:
        frame: the frame.
        canvas: what is to be seen.
        base: what is there already.
        box: the rectangle that is written.
        clear: whether that is cleared afterwards.
    """

    frame: Frame
    canvas: Keys
    base: Keys
    box: Box
    clear: bool = False


class _Packed(NamedTuple):
    """The pixels of a frame.

    Attributes:
        data: the least code size and the blocks.
        colors: how many entries the colour table has to have; 0 if any will do.
        hole: the index of what is not drawn, if there is any.
    """

    data: bytes
    colors: int
    hole: int | None = None


class _Written(NamedTuple):
    """A frame as it stands in the file; see `_Step`, whose pictures are not needed any more."""

    palette: Palette
    box: Box
    packed: _Packed
    clear: bool


def write(frames: Sequence[Frame], timing: Timing, said: bytes = b"") -> bytes:
    """The file: of each frame the rectangle that changes, in it only what does, if that is smaller.

    A pixel that vanishes is erased by clearing the rectangle of the frame before, which is made to
    hold it.

    Args:
        frames: opaque or fully transparent. Where a pixel vanishes all of that frame is drawn;
            palettes of 256 have a transparent entry if any pixel is not drawn.
        timing: of as many frames; what is no whole `UNIT` is rounded.
        said: blocks with what else the file is to say.
    """
    written = list(_written(frames))
    common = frames[0].palette
    most = max(each.packed.colors for each in written if each.palette is common)
    height, width = frames[0].indices.shape
    chunks = [gif.header(width, height, _table(common, most))]
    if timing.plays != 1:
        chunks.append(gif.loop(max(timing.plays - 1, 0)))
    chunks.append(said)
    for each, delay in zip(written, timing.ticks(UNIT, MOST), strict=True):
        own = each.palette is not common and each.packed.colors
        table = _table(each.palette, each.packed.colors) if own else b""
        control = gif.Control(delay, _CLEAR if each.clear else _KEEP, each.packed.hole)
        chunks.append(gif.image(each.box, control, each.packed.data, table))
    return b"".join([*chunks, gif.TRAILER])


def _written(frames: Sequence[Frame]) -> Iterator[_Written]:
    """Each frame packed; the first one last, since it has to say what comes of the others."""
    steps = _steps(frames)
    first = next(steps)
    others = [
        _Written(step.frame.palette, step.box, _pack(step, marked=step.clear), step.clear)
        for step in steps
    ]
    # Pillow sees no holes in an animation whose first frame says that it has none
    erased = first.clear or any(each.clear for each in others)
    yield _Written(first.frame.palette, first.box, _pack(first, marked=erased), first.clear)
    yield from others


def _steps(frames: Sequence[Frame]) -> Iterator[_Step]:
    step: _Step | None = None
    canvas: Bytes | None = None
    for frame in frames:
        canvas = drawn(canvas, frame)
        keys = keys_of(canvas)
        if step is None:
            step = _Step(frame, keys, np.zeros_like(keys), whole(keys))
            continue
        base = step.canvas
        gone = (base != 0) & (keys == 0)
        if gone.any():
            step = step._replace(box=step.box.joined(box_of(gone)), clear=True)
            base = base.copy()
            step.box.of(base)[...] = 0
        yield step
        step = _Step(frame, keys, base, box_of(keys != base))
    if step is not None:
        yield step


def _pack(step: _Step, *, marked: bool) -> _Packed:
    """The rectangle whole, or with holes where nothing changes: what is smaller.

    With `marked` it is said to have holes, be there any or not: programs look for that.
    """
    colors, box, drawn_here = step.frame.palette.colors, step.box, step.frame.drawn
    canvas = box.of(step.canvas)
    same = canvas == box.of(step.base)
    if same.all():
        return _Packed(_lzw(np.zeros(same.shape, np.uint8)), 0, 0)
    invisible = np.flatnonzero(colors[:, 3:] == 0)
    hole = int(invisible[0]) if len(invisible) else len(colors)
    indices = np.where(canvas == 0, np.uint8(hole & 0xFF), box.of(step.frame.indices))
    found: list[_Packed] = []
    if drawn_here is None or box.of(drawn_here).all():
        said = hole if len(invisible) or marked else None
        found.append(_Packed(_lzw(indices), max(len(colors), (said or 0) + 1), said))
    if same.any() and hole < MAX_COLORS:
        holed = np.where(same, np.uint8(hole), indices)
        found.append(_Packed(_lzw(holed), max(len(colors), hole + 1), hole))
    return min(found, key=lambda each: len(each.data))


def _lzw(indices: Bytes) -> bytes:
    """The least code size, the blocks, and the empty one that ends them."""
    bits = max(int(indices.max()).bit_length(), 2)
    blocks = Image.fromarray(np.ascontiguousarray(indices)).tobytes("gif", "L", bits, 0)
    return struct.pack("B", bits) + blocks + b"\0"


def _table(palette: Palette, colors: int) -> bytes:
    """RGB of so many entries, and on to a power of two."""
    size = max(1 << (max(colors, len(palette)) - 1).bit_length(), 2)
    return palette.colors[:, :3].tobytes().ljust(3 * size, b"\0")
