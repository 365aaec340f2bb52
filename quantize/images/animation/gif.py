"""GIF animations (CompuServe, GIF89a, 1990), read as browsers show them; and what a GIF is made of.

A container of blocks; Pillow unpacks the pixels. It would compose the frames as well, but lets a
disposal outlive its frame, and fills with the background colour what browsers leave clear.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from fractions import Fraction
from typing import Final, NamedTuple

from quantize.images.animation.compositing import Disposal, Layout, Part, exactly
from quantize.model.frames import FOREVER

SIGNATURES: Final = (b"GIF87a", b"GIF89a")
TRAILER: Final = b";"

_EXTENSION, _IMAGE, _PADDING = 0x21, 0x2C, 0x00
_CONTROL, _APPLICATION, _COMMENT = 0xF9, 0xFF, 0xFE
_XMP: Final = b"XMP DataXMP"
_LOOPS: Final = (b"NETSCAPE2.0", b"ANIMEXTS1.0")

_DISPOSALS: Final[dict[int, Disposal]] = {2: "clear", 3: "restore", 4: "restore"}
"""0 and 1 are to keep; 4 was written by some for 3, and is read so by all."""


class Control(NamedTuple):
    """A graphic control extension: what it says of the image that follows.

    Attributes:
        delay: hundredths of a second.
        disposal: 1 to keep the image, 2 to clear its rectangle, 3 to restore what was there.
        transparent: the index of what is not drawn, if any.
    """

    delay: int = 0
    disposal: int = 0
    transparent: int | None = None


class _Screen(NamedTuple):
    """The header: the canvas, and the palette of images without one."""

    width: int
    height: int
    table: bytes
    end: int


def read(data: bytes) -> Layout | None:
    """The parts of an animation; None if the file is a still picture.

    A loop count of n plays it n + 1 times, and none plays it once: that is what browsers do.

    Raises:
        EOFError: the file ends before it is complete.
        ValueError: there is no block where one should be.
    """
    screen = _screen(data)
    parts: list[Part] = []
    control, repeats, ended = Control(), None, False
    said = b""
    for kind, at, end in _pieces(data, screen.end):
        if kind == _EXTENSION:
            label, blocks = data[at + 1], list(_blocks(data, at + 2))
            if label == _CONTROL and blocks and len(blocks[0]) >= 4:
                control = _control(blocks[0])
            elif label == _APPLICATION and blocks and blocks[0] in _LOOPS:
                repeats = _repeats(blocks, repeats)
            elif label == _COMMENT or (label == _APPLICATION and blocks[:1] == [_XMP]):
                said += data[at:end]
        elif kind == _IMAGE:
            parts.append(_part(data, at, end, (control, screen.table)))
            control = Control()
        else:
            ended = True
    if len(parts) < 2 and (ended or repeats is None):
        return None
    if not ended:
        raise EOFError("truncated")
    plays = 1 if repeats is None else repeats + 1 if repeats else FOREVER
    first = parts[0]  # a canvas that does not hold it is taken to be as large
    width, height = max(screen.width, first.width), max(screen.height, first.height)
    place = _screen(first.file).end
    still = first.file[:place] + said + first.file[place:]
    return Layout(width, height, tuple(parts), plays, still)


def _pieces(data: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """What each piece of the file is, where it begins and where it ends."""
    while at < len(data):
        kind, end = data[at], at + 1
        if kind == _EXTENSION:
            end = _end_of_blocks(data, at + 2)
        elif kind == _IMAGE:
            end = _end_of_blocks(data, _table_of(data, at)[1] + 1)
        elif kind not in (TRAILER[0], _PADDING):
            raise ValueError(f"no block at byte {at:,}")
        if kind != _PADDING:
            yield kind, at, end
        if kind == TRAILER[0]:
            return
        at = end


def _screen(data: bytes) -> _Screen:
    width, height, flags = struct.unpack("<6xHHB2x", exactly(data, 0, 13))
    size = 3 << ((flags & 7) + 1) if flags & 0x80 else 0
    return _Screen(width, height, exactly(data, 13, size), 13 + size)


def _control(block: bytes) -> Control:
    flags, delay, transparent = struct.unpack("<BHB", block[:4])
    return Control(delay, flags >> 2 & 7, transparent if flags & 1 else None)


def _repeats(blocks: list[bytes], before: int | None) -> int | None:
    """The count in an application extension."""
    for block in blocks[1:]:
        if len(block) >= 3 and block[0] & 7 == 1:
            return int.from_bytes(block[1:3], "little")
    return before


def _blocks(data: bytes, at: int) -> Iterator[bytes]:
    while data[at]:
        yield data[at + 1 : at + 1 + data[at]]
        at += 1 + data[at]


def _end_of_blocks(data: bytes, at: int) -> int:
    """Behind the empty block that ends a series of them."""
    while length := exactly(data, at, 1)[0]:
        at += 1 + length
    return at + 1


def _table_of(data: bytes, at: int) -> tuple[bytes, int]:
    """The palette of an image's own, or nothing, and where its pixels begin."""
    size = 3 << ((flags & 7) + 1) if (flags := exactly(data, at, 10)[9]) & 0x80 else 0
    return exactly(data, at + 10, size), at + 10 + size


def _part(data: bytes, at: int, end: int, before: tuple[Control, bytes]) -> Part:
    """An image, from what was said of it and the palette of those without one."""
    left, top, width, height, flags = struct.unpack("<HHHHB", data[at + 1 : at + 10])
    if not (width and height):
        raise ValueError(f"an image without pixels at byte {at:,}")
    own, start = _table_of(data, at)
    control, table = before[0], own or before[1]
    shown = Control(transparent=control.transparent)
    whole = (0, 0, width, height)
    return Part(
        header(width, height, table)
        + image(whole, shown, data[start:end], interlaced=bool(flags & 0x40))
        + TRAILER,
        *(left, top, width, height),
        duration=Fraction(10 * control.delay),
        disposal=_DISPOSALS.get(control.disposal, "keep"),
        over=True,
    )


def header(width: int, height: int, table: bytes, background: int = 0) -> bytes:
    """The start of a file.

    Args:
        width: of the canvas.
        height: likewise.
        table: RGB of 2, 4, 8, … or 256 colours, or empty.
        background: an index; programs differ in what they make of it.
    """
    screen = struct.pack("<HHBBB", width, height, _table_flags(table), background, 0)
    return SIGNATURES[1] + screen + table


def image(
    box: tuple[int, int, int, int],
    control: Control,
    data: bytes,
    table: bytes = b"",
    *,
    interlaced: bool = False,
) -> bytes:
    """An image in a file.

    Args:
        box: left, top, width and height.
        control: what is said of it.
        data: the least code size and the blocks of packed indices, with the empty one at the end.
        table: of its own, as for `header`.
        interlaced: whether its rows are stored in four passes.
    """
    flags = control.disposal << 2 | (control.transparent is not None)
    hole = control.transparent or 0
    said = struct.pack("<4BH2B", _EXTENSION, _CONTROL, 4, flags, control.delay, hole, 0)
    about = struct.pack("<BHHHHB", _IMAGE, *box, _table_flags(table) | 0x40 * interlaced)
    return said + about + table + data


def _table_flags(table: bytes) -> int:
    return 0x80 | (len(table) // 3).bit_length() - 2 if table else 0


def loop(count: int) -> bytes:
    """The extension that says how often all is repeated; 0 is for ever."""
    return b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", min(count, 0xFFFF), 0)
