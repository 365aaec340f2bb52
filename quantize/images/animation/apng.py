"""APNG: the animations of PNG (ISO/IEC 15948:2025, 11.3.6), read and written.

Its frames are put together from still PNGs and taken apart into them; what else a PNG has, palette,
profile and text, is that of the still ones.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np

from quantize.images.animation.compositing import Disposal, Layout, Part, exactly
from quantize.images.animation.deltas import Box, Change, changes
from quantize.images.png import SIGNATURE
from quantize.model.frames import FOREVER, Frame, Timing
from quantize.model.palette import Palette
from quantize.model.pixels import Bytes

_DISPOSALS: Final[tuple[Disposal, ...]] = ("keep", "clear", "restore")
_SOURCE, _OVER = 0, 1
_MOST: Final = 0xFFFF
"""Of either side of the fraction that a duration is."""

_OF_FRAMES: Final = (b"acTL", b"fcTL", b"fdAT")
_OF_PIXELS: Final = (b"PLTE", b"tRNS", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"sBIT", b"cICP")
"""What the colours of a frame depend on, beside its data."""

Encode = Callable[[Palette, Bytes], bytes]
"""A palette and (h, w) uint8 indices as a still PNG."""


class _Chunk(NamedTuple):
    """A piece of the file."""

    kind: bytes
    data: bytes

    @property
    def packed(self) -> bytes:
        """As it is stored."""
        check = zlib.crc32(self.data, zlib.crc32(self.kind))
        return struct.pack(">I", len(self.data)) + self.kind + self.data + struct.pack(">I", check)


class _Control(NamedTuple):
    """An fcTL chunk, in its order."""

    width: int
    height: int
    left: int
    top: int
    delay: int
    denominator: int
    disposal: int
    blend: int


def read(data: bytes) -> Layout | None:
    """The parts of an animation; None if the file is a still picture.

    Raises:
        EOFError: the file ends before it is complete.
        ValueError: a checksum is wrong, or its parts contradict one another.
    """
    chunks = list(_chunks(data))
    kinds = [chunk.kind for chunk in chunks]
    if b"acTL" not in kinds or b"IDAT" not in kinds[kinds.index(b"acTL") :]:
        return None
    count, plays = struct.unpack(">II", exactly(chunks[kinds.index(b"acTL")].data, 0, 8))
    frames = list(_frames(chunks))
    if len(frames) != count:
        raise ValueError(f"it should have {count:,} frames, and has {len(frames):,}")
    if count < 2:
        return None
    width, height = struct.unpack(">II", chunks[0].data[:8])
    still = [chunk for chunk in chunks if chunk.kind not in (*_OF_FRAMES, b"IDAT", b"IEND")]
    colors = [chunk for chunk in still[1:] if chunk.kind in _OF_PIXELS]
    parts = tuple(
        _part(control, _still(still[0], colors, control, body), number)
        for number, (control, body) in enumerate(frames)
    )
    notes = []
    if kinds.index(b"IDAT") < kinds.index(b"fcTL"):
        notes.append("its still picture, which is not one of its frames, is left out")
    first = _still(still[0], still[1:], *frames[0])
    return Layout(width, height, parts, plays or FOREVER, first, tuple(notes))


def _chunks(data: bytes) -> Iterator[_Chunk]:
    """All up to the last one; those of pixels and frames with the right checksum."""
    at, kind = len(SIGNATURE), b""
    while kind != b"IEND":
        length, kind = struct.unpack(">I4s", exactly(data, at, 8))
        if not kind.isalpha():
            raise ValueError(f"no chunk at byte {at:,}")
        body = exactly(data, at + 8, length)
        check = exactly(data, at + 8 + length, 4)
        matters = kind[:1].isupper() or kind in _OF_FRAMES
        if matters and zlib.crc32(body, zlib.crc32(kind)) != int.from_bytes(check, "big"):
            raise ValueError(f"wrong checksum of the {kind.decode()} chunk at byte {at:,}")
        yield _Chunk(kind, body)
        at += 12 + length


def _frames(chunks: Sequence[_Chunk]) -> Iterator[tuple[_Control, bytes]]:
    """What is said of each frame, and its data."""
    control, body, sequence = None, b"", 0
    for chunk in chunks:
        if chunk.kind in (b"fcTL", b"fdAT"):
            if int.from_bytes(exactly(chunk.data, 0, 4), "big") != sequence:
                raise ValueError(f"piece {sequence:,} of the animation is not in its place")
            sequence += 1
        if chunk.kind == b"fcTL":
            if control is not None:
                yield control, body
            body = b""
            control = _Control(*struct.unpack(">IIIIHHBB", exactly(chunk.data, 4, 22)))
        elif chunk.kind == b"fdAT":
            body += chunk.data[4:]
        elif chunk.kind == b"IDAT" and control is not None:
            body += chunk.data
    if control is not None:
        yield control, body


def _part(control: _Control, file: bytes, number: int) -> Part:
    if control.disposal >= len(_DISPOSALS) or control.blend > _OVER:
        raise ValueError(f"what becomes of frame {number + 1:,} is not known")
    disposal = _DISPOSALS[control.disposal]
    return Part(
        file,
        *(control.left, control.top, control.width, control.height),
        duration=Fraction(1000 * control.delay, control.denominator or 100),
        disposal="clear" if disposal == "restore" and not number else disposal,
        over=control.blend == _OVER,
    )


def _still(header: _Chunk, others: Sequence[_Chunk], control: _Control, body: bytes) -> bytes:
    """A still PNG of a frame."""
    size = struct.pack(">II", control.width, control.height)
    chunks = [_Chunk(b"IHDR", size + header.data[8:]), *others]
    chunks += [_Chunk(b"IDAT", body), _Chunk(b"IEND", b"")]
    return b"".join([SIGNATURE, *(chunk.packed for chunk in chunks)])


def write(frames: Sequence[Frame], timing: Timing, first: Encode, encode: Encode) -> bytes:
    """The file: of each frame the rectangle that changes, in it only what does, if that is smaller.

    Args:
        frames: all of one palette, and drawn whole.
        timing: of as many frames.
        first: makes the still PNG that the animation is built around.
        encode: makes PNGs of rectangles, whose data is taken.
    """
    palette = frames[0].palette
    wider, hole = _with_hole(palette)
    pieces = [_packed(change, wider, hole, encode) for change in changes(frames)]
    if not any(blend == _OVER for _, blend, _ in pieces):
        wider = palette
    chunks = list(_chunks(first(wider, frames[0].indices)))
    place = next(number for number, chunk in enumerate(chunks) if chunk.kind == b"IDAT")
    moving = [_Chunk(b"acTL", struct.pack(">II", len(frames), timing.plays))]
    body: list[_Chunk] = []
    sequence = 0
    for (box, blend, data), duration in zip(pieces, timing.durations, strict=True):
        about = _Control(box.width, box.height, box.left, box.top, *_delay(duration), 0, blend)
        target = body if sequence else moving
        target.append(_Chunk(b"fcTL", struct.pack(">IIIIIHHBB", sequence, *about)))
        sequence += 1
        if target is body:
            body.append(_Chunk(b"fdAT", struct.pack(">I", sequence) + data))
            sequence += 1
    chunks[-1:-1] = body
    chunks[place:place] = moving
    return b"".join([SIGNATURE, *(chunk.packed for chunk in chunks)])


def _with_hole(palette: Palette) -> tuple[Palette, int | None]:
    """A palette with an entry for what stays, if that takes no more bits a pixel; and its place."""
    invisible = np.flatnonzero(palette.colors[:, 3:] == 0)
    if len(invisible):
        return palette, int(invisible[0])
    if len(palette) in (2, 4, 16, 256):  # where the next pixel depth begins
        return palette, None
    opaque = np.full((len(palette), 1), 255, np.uint8)
    colors = palette.colors
    if colors.shape[1] == 3:
        colors = np.concatenate([colors, opaque], axis=1)
    return Palette(np.concatenate([colors, np.zeros((1, 4), np.uint8)])), len(palette)


def _packed(
    change: Change, palette: Palette, hole: int | None, encode: Encode
) -> tuple[Box, int, bytes]:
    """The rectangle that is written, how it is drawn, and its data."""
    box = change.box
    indices = np.ascontiguousarray(box.of(change.frame.indices))
    plain = _data(encode(palette, indices))
    if hole is None or not change.over or not (same := box.of(change.same)).any():
        return box, _SOURCE, plain
    holed = _data(encode(palette, np.where(same, np.uint8(hole), indices)))
    return (box, _OVER, holed) if len(holed) < len(plain) else (box, _SOURCE, plain)


def _data(file: bytes) -> bytes:
    return b"".join(chunk.data for chunk in _chunks(file) if chunk.kind == b"IDAT")


def _delay(duration: Fraction) -> tuple[int, int]:
    """Seconds as a fraction of two whole numbers; the nearest that fits."""
    seconds = min(duration / 1000, Fraction(_MOST))
    most = int(_MOST // seconds) if seconds > 1 else _MOST
    while (found := seconds.limit_denominator(most)).numerator > _MOST:
        most -= 1
    return found.numerator, found.denominator


def exact(duration: Fraction) -> bool:
    """Whether a duration in milliseconds can be stored as it is."""
    return Fraction(*_delay(duration)) * 1000 == duration
