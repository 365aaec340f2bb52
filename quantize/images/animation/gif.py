"""A reader of GIF animations (CompuServe, GIF89a, 1990), which are seen as browsers show them.

Each image becomes a still GIF, which Pillow decodes. Pillow would compose the frames as well, but
it lets a disposal outlive its frame, and fills with the background colour what browsers leave
transparent.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction
from typing import Final, NamedTuple

from quantize.images.animation.compositing import (
    Disposal,
    EncodedAnimation,
    EncodedFrame,
    color_table,
    exactly,
)
from quantize.images.write import gif
from quantize.images.write.gif import Control
from quantize.model.frames import FOREVER
from quantize.model.pixels import Bytes

_PADDING: Final = 0
"""A byte between blocks, which some programs write."""

_HEADER: Final = b"G"[0]
"""The first byte of a header, for which there is no place between frames. Files that were joined
have one; the palette in it, if there is any, is that of the frames behind it."""

_SIGNATURES: Final = (b"GIF87a", b"GIF89a")

_LOOPS: Final = (gif.LOOP, b"ANIMEXTS1.0")

_DISPOSALS: Final[dict[int, Disposal]] = {2: "clear", 3: "restore", 4: "restore"}
"""0 and 1 are to keep; 4 was written by some for 3, and is read so by all."""


class _Screen(NamedTuple):
    """The header: the size of the canvas, the palette of images without one, and where it ends."""

    width: int
    height: int
    table: bytes
    end: int


def read(data: bytes) -> EncodedAnimation | None:
    """Return the frames of an animation as they are stored; None if the file is a still picture.

    A loop count of n plays it n + 1 times, and none plays it once: that is what browsers do.

    Raises:
        EOFError: the file ends before it is complete.
        ValueError: there is no block where one should be.
    """
    screen = _screen(data)
    frames: list[EncodedFrame] = []
    control, repeats, ended = Control(), None, False
    texts, common, notes = b"", screen.table, []
    invisible: set[int | None] = set()
    own_tables = False
    for kind, start, end in _blocks(data, screen.end):
        if kind == _HEADER:
            common = _screen(data[start:end]).table or common
            own_tables |= common != screen.table
            notes.append("a second header between its frames is left out")
        elif kind == gif.EXTENSION:
            label, parts = data[start + 1], list(_sub_blocks(data, start + 2))
            if label == gif.CONTROL and parts and len(parts[0]) >= 4:
                control = _control(parts[0])
            elif label == gif.APPLICATION and parts and parts[0] in _LOOPS:
                repeats = _repeats(parts, repeats)
            elif label == gif.COMMENT or (label == gif.APPLICATION and parts[:1] == [gif.XMP]):
                texts += data[start:end]
        elif kind == gif.IMAGE:
            frames.append(_frame(data[start:end], start, control, common))
            invisible.add(control.transparent)
            own_tables |= bool(_own_table(data, start)[0])
            control = Control()
        else:
            ended = True
    if len(frames) < 2 and (ended or repeats is None):
        return None
    if not ended:
        raise EOFError("truncated")
    plays = 1 if repeats is None else repeats + 1 if repeats else FOREVER
    first = frames[0]  # a canvas that does not hold it is taken to be as large
    width, height = max(screen.width, first.width), max(screen.height, first.height)
    place = _screen(first.file).end
    still = first.file[:place] + texts + first.file[place:]
    table = None if own_tables else _table_of_all(screen.table, invisible - {None})
    return EncodedAnimation(width, height, tuple(frames), plays, still, tuple(notes[:1]), table)


def _table_of_all(table: bytes, invisible: set[int | None]) -> Bytes | None:
    """Return the table of all frames; None if they differ in which index is transparent."""
    if not table or len(invisible) > 1:
        return None
    place = next(iter(invisible), None)
    if place is None:
        return color_table(table)
    colors = table.ljust(3 * (place + 1), b"\0")  # the index may lie beyond the table
    return color_table(colors, b"\xff" * place + b"\0")


def _blocks(data: bytes, start: int) -> Iterator[tuple[int, int, int]]:
    """Yield the kind of each block up to the trailer, where it starts and where it ends."""
    while start < len(data):
        kind, end = data[start], start + 1
        if kind == gif.EXTENSION:
            end = _end_of_sub_blocks(data, start + 2)
        elif kind == gif.IMAGE:
            end = _end_of_sub_blocks(data, _own_table(data, start)[1] + 1)
        elif data[start : start + 6] in _SIGNATURES:
            end = start + _screen(data[start:]).end
        elif kind not in (gif.TRAILER[0], _PADDING):
            raise ValueError(f"no block at byte {start:,}")
        if kind != _PADDING:
            yield kind, start, end
        if kind == gif.TRAILER[0]:
            return
        start = end


def _screen(data: bytes) -> _Screen:
    width, height, flags = struct.unpack("<6xHHB2x", exactly(data, 0, 13))
    size = 3 << ((flags & 7) + 1) if flags & 0x80 else 0
    return _Screen(width, height, exactly(data, 13, size), 13 + size)


def _control(block: bytes) -> Control:
    flags, delay, transparent = struct.unpack("<BHB", block[:4])
    return Control(delay, flags >> 2 & 7, transparent if flags & 1 else None)


def _repeats(parts: list[bytes], before: int | None) -> int | None:
    """Return the count of an application extension; if it has none, what was said before."""
    for part in parts[1:]:
        if len(part) >= 3 and part[0] & 7 == 1:
            return int.from_bytes(part[1:3], "little")
    return before


def _sub_blocks(data: bytes, start: int) -> Iterator[bytes]:
    while length := data[start]:
        yield data[start + 1 : start + 1 + length]
        start += 1 + length


def _end_of_sub_blocks(data: bytes, start: int) -> int:
    """Return the place behind the empty sub-block that ends the series."""
    while length := exactly(data, start, 1)[0]:
        start += 1 + length
    return start + 1


def _own_table(data: bytes, start: int) -> tuple[bytes, int]:
    """Return the palette of an image alone, or nothing, and where its pixels begin."""
    flags = exactly(data, start, 10)[9]
    size = 3 << ((flags & 7) + 1) if flags & 0x80 else 0
    return exactly(data, start + 10, size), start + 10 + size


def _frame(block: bytes, place: int, control: Control, common_table: bytes) -> EncodedFrame:
    """Return an image block at some place in the file as a frame, whose file is a still GIF."""
    left, top, width, height, flags = struct.unpack("<xHHHHB", block[:10])
    if not (width and height):
        raise ValueError(f"an image without pixels at byte {place:,}")
    own, start = _own_table(block, 0)
    transparency = Control(transparent=control.transparent)
    box = (0, 0, width, height)
    file = (
        gif.header(width, height, own or common_table)
        + gif.image(box, transparency, block[start:], interlaced=bool(flags & 0x40))
        + gif.TRAILER
    )
    return EncodedFrame(
        file=file,
        left=left,
        top=top,
        width=width,
        height=height,
        duration=Fraction(10 * control.delay),
        disposal=_DISPOSALS.get(control.disposal, "keep"),
        over=True,
    )
