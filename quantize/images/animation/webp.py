"""Animated WebP (RFC 9649), read and written: a RIFF container around still pictures.

libwebp's own writer of animations joins equal frames, and so does Pillow's, which is built on it.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np
from PIL import Image

from quantize.images.animation.compositing import Layout, Part, exactly
from quantize.images.animation.deltas import Box, changes
from quantize.model.frames import Frame, Timing
from quantize.model.pixels import Bytes

UNIT: Final = 1
"""Milliseconds."""

MOST: Final = 0xFFFFFF
"""Milliseconds of a frame; of plays there are 65,535 at most."""

MOST_PLAYS: Final = 0xFFFF

_ANIMATION, _XMP, _EXIF, _ALPHA, _PROFILE = 0x02, 0x04, 0x08, 0x10, 0x20
_FLAGS: Final = {b"ICCP": _PROFILE, b"EXIF": _EXIF, b"XMP ": _XMP}
_CLEARED, _NOT_BLENDED = 1, 2


class _Chunk(NamedTuple):
    """A piece of the file."""

    kind: bytes
    data: bytes

    @property
    def packed(self) -> bytes:
        """As it is stored."""
        return (
            self.kind + struct.pack("<I", len(self.data)) + self.data + b"\0" * (len(self.data) & 1)
        )


def read(data: bytes) -> Layout | None:
    """The parts of an animation; None if the file is a still picture.

    Raises:
        EOFError: the file ends before it is complete.
        ValueError: it has no frame.
    """
    size = 8 + int.from_bytes(exactly(data, 4, 4), "little")
    kind, flags = exactly(data, 12, 4), exactly(data, 20, 1)[0]
    if kind != b"VP8X" or not flags & _ANIMATION:
        return None
    chunks = list(_chunks(exactly(data, 12, size - 12)))
    width, height = (1 + _three(chunks[0].data, at) for at in (4, 7))
    beside = [chunk for chunk in chunks if chunk.kind in _FLAGS]
    profile = [chunk for chunk in beside if chunk.kind == b"ICCP"]
    bodies = [chunk.data for chunk in chunks if chunk.kind == b"ANMF"]
    if not bodies:
        raise ValueError("an animation without frames")
    if len(bodies) == 1:
        return None
    parts = tuple(_part(body, profile) for body in bodies)
    plays = next((_two(chunk.data, 4) for chunk in chunks if chunk.kind == b"ANIM"), 0)
    return Layout(width, height, parts, plays, _part(bodies[0], beside).file)


def _chunks(data: bytes) -> Iterator[_Chunk]:
    at = 0
    while at < len(data):
        kind, length = struct.unpack("<4sI", exactly(data, at, 8))
        yield _Chunk(kind, exactly(data, at + 8, length))
        at += 8 + length + (length & 1)


def _two(data: bytes, at: int) -> int:
    return int.from_bytes(exactly(data, at, 2), "little")


def _three(data: bytes, at: int) -> int:
    return int.from_bytes(exactly(data, at, 3), "little")


def _part(body: bytes, beside: Sequence[_Chunk]) -> Part:
    left, top, width, height, duration = (_three(body, at) for at in range(0, 15, 3))
    flags = exactly(body, 15, 1)[0]
    pixels = [chunk for chunk in _chunks(body[16:]) if chunk.kind in (b"ALPH", b"VP8 ", b"VP8L")]
    return Part(
        _still(pixels, beside, width + 1, height + 1),
        *(2 * left, 2 * top, width + 1, height + 1),
        duration=Fraction(duration),
        disposal="clear" if flags & _CLEARED else "keep",
        over=not flags & _NOT_BLENDED,
    )


def _still(pixels: Sequence[_Chunk], beside: Sequence[_Chunk], width: int, height: int) -> bytes:
    flags = _ALPHA if any(chunk.kind != b"VP8 " for chunk in pixels) else 0
    before = [chunk for chunk in beside if chunk.kind == b"ICCP"]
    after = [chunk for chunk in beside if chunk.kind != b"ICCP"]
    head = _header(flags, beside, width, height)
    return _file([head, *before, *pixels, *after])


def _header(flags: int, beside: Sequence[_Chunk], width: int, height: int) -> _Chunk:
    for chunk in beside:
        flags |= _FLAGS[chunk.kind]
    sides = b"".join((side - 1).to_bytes(3, "little") for side in (width, height))
    return _Chunk(b"VP8X", struct.pack("<I", flags) + sides)


def _file(chunks: Sequence[_Chunk]) -> bytes:
    return _Chunk(b"RIFF", b"WEBP" + b"".join(chunk.packed for chunk in chunks)).packed


def write(frames: Sequence[Frame], timing: Timing, first: bytes) -> bytes:
    """The file: of each frame the rectangle that changes, lossless.

    Args:
        frames: of one palette or several.
        timing: of as many frames; what is no whole millisecond is rounded.
        first: the first frame as a still WebP, with what else the animation is to say.
    """
    beside = [chunk for chunk in _chunks(first[12:]) if chunk.kind in _FLAGS]
    height, width = frames[0].indices.shape
    bodies: list[_Chunk] = []
    flags = _ANIMATION
    for change, duration in zip(changes(frames), timing.ticks(UNIT, MOST), strict=True):
        box = _even(change.box)
        blended = change.over and bool(box.of(change.same).any())
        pixels = np.ascontiguousarray(box.of(change.canvas))
        flags |= _ALPHA * bool((pixels[..., 3] < 255).any())
        if blended:
            pixels = np.where(box.of(change.same)[..., None], np.uint8(0), pixels)
        bodies.append(_Chunk(b"ANMF", _place(box, duration, blended=blended) + _lossless(pixels)))
    if any(body.data[15] & _NOT_BLENDED == 0 for body in bodies):
        flags |= _ALPHA
    head = _header(flags, beside, width, height)
    plays = _Chunk(b"ANIM", struct.pack("<IH", 0, min(timing.plays, MOST_PLAYS)))
    profile = [chunk for chunk in beside if chunk.kind == b"ICCP"]
    others = [chunk for chunk in beside if chunk.kind != b"ICCP"]
    return _file([head, *profile, plays, *bodies, *others])


def _even(box: Box) -> Box:
    """From an even place on, as they are stored."""
    left, top = box.left & 1, box.top & 1
    return Box(box.left - left, box.top - top, box.width + left, box.height + top)


def _place(box: Box, duration: int, *, blended: bool) -> bytes:
    numbers = (box.left // 2, box.top // 2, box.width - 1, box.height - 1, duration)
    stored = b"".join(number.to_bytes(3, "little") for number in numbers)
    return stored + bytes([0 if blended else _NOT_BLENDED])


def _lossless(pixels: Bytes) -> bytes:
    """The chunk of (h, w, 4) uint8 pixels."""
    stream = io.BytesIO()
    opaque = bool((pixels[..., 3] == 255).all())
    image = Image.fromarray(np.ascontiguousarray(pixels[..., :3]) if opaque else pixels)
    image.save(stream, "WEBP", lossless=True, exact=True, quality=80, method=4)
    chunks = _chunks(stream.getvalue()[12:])
    return next(chunk.packed for chunk in chunks if chunk.kind == b"VP8L")
