"""Animated WebP (RFC 9649), read and written: a RIFF container around still pictures.

libwebp's own writer of animations joins equal frames, and so does Pillow's, which is built on it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

import numpy as np
from PIL import Image

from quantize.images.animation.compositing import EncodedAnimation, EncodedFrame, exactly
from quantize.images.animation.deltas import Box, frame_deltas
from quantize.images.write import webp
from quantize.model.frames import Frame, Timing
from quantize.model.picture import Metadata
from quantize.model.pixels import Bytes

_ANIMATION, _XMP, _EXIF, _ALPHA, _PROFILE = 0x02, 0x04, 0x08, 0x10, 0x20
"""Flags of a VP8X chunk."""

_KINDS: Final = {"icc_profile": b"ICCP", "exif": b"EXIF", "xmp": b"XMP "}
_FLAGS: Final = {b"ICCP": _PROFILE, b"EXIF": _EXIF, b"XMP ": _XMP}
"""Chunks of metadata, by Pillow's names, and the flags that announce them."""

_CLEARED, _NOT_BLENDED = 1, 2
"""Flags of a frame."""


class _Chunk(NamedTuple):
    """A chunk of the file."""

    kind: bytes
    data: bytes

    @property
    def packed(self) -> bytes:
        """The chunk as it is stored, padded to an even length."""
        head = struct.pack("<4sI", self.kind, len(self.data))
        return head + self.data + b"\0" * (len(self.data) & 1)


# --- reading --------------------------------------------------------------------------------------


def read(data: bytes) -> EncodedAnimation | None:
    """Return the frames of an animation as they are stored; None if the file is a still picture.

    Raises:
        EOFError: the file ends before it is complete.
        ValueError: it has no frame.
    """
    size = 8 + int.from_bytes(exactly(data, 4, 4), "little")
    kind, flags = exactly(data, 12, 4), exactly(data, 20, 1)[0]
    if kind != b"VP8X" or not flags & _ANIMATION:
        return None
    chunks = list(_chunks(exactly(data, 12, size - 12)))
    width, height = (1 + _three(chunks[0].data, place) for place in (4, 7))
    metadata = [chunk for chunk in chunks if chunk.kind in _FLAGS]
    profile = [chunk for chunk in metadata if chunk.kind == b"ICCP"]
    bodies = [chunk.data for chunk in chunks if chunk.kind == b"ANMF"]
    if not bodies:
        raise ValueError("an animation without frames")
    if len(bodies) == 1:
        return None
    frames = tuple(_frame(body, profile) for body in bodies)
    plays = next((_two(chunk.data, 4) for chunk in chunks if chunk.kind == b"ANIM"), 0)
    return EncodedAnimation(width, height, frames, plays, _frame(bodies[0], metadata).file)


def _chunks(data: bytes) -> Iterator[_Chunk]:
    place = 0
    while place < len(data):
        kind, length = struct.unpack("<4sI", exactly(data, place, 8))
        yield _Chunk(kind, exactly(data, place + 8, length))
        place += 8 + length + (length & 1)


def _two(data: bytes, place: int) -> int:
    return int.from_bytes(exactly(data, place, 2), "little")


def _three(data: bytes, place: int) -> int:
    return int.from_bytes(exactly(data, place, 3), "little")


def _frame(body: bytes, metadata: Sequence[_Chunk]) -> EncodedFrame:
    left, top, width, height, duration = (_three(body, place) for place in range(0, 15, 3))
    flags = exactly(body, 15, 1)[0]
    pixels = [chunk for chunk in _chunks(body[16:]) if chunk.kind in (b"ALPH", b"VP8 ", b"VP8L")]
    return EncodedFrame(
        file=_still(pixels, metadata, width + 1, height + 1),
        left=2 * left,
        top=2 * top,
        width=width + 1,
        height=height + 1,
        duration=Fraction(duration),
        disposal="clear" if flags & _CLEARED else "keep",
        over=not flags & _NOT_BLENDED,
    )


def _still(pixels: Sequence[_Chunk], metadata: Sequence[_Chunk], width: int, height: int) -> bytes:
    """Return a still WebP of these chunks."""
    flags = _ALPHA if any(chunk.kind != b"VP8 " for chunk in pixels) else 0
    return _file(flags, metadata, (width, height), pixels)


def _file(
    flags: int, metadata: Sequence[_Chunk], size: tuple[int, int], pixels: Sequence[_Chunk]
) -> bytes:
    """Return a file: the header, the profile, the chunks of pixels, and the other metadata."""
    for chunk in metadata:
        flags |= _FLAGS[chunk.kind]
    sides = b"".join((side - 1).to_bytes(3, "little") for side in size)
    header = _Chunk(b"VP8X", struct.pack("<I", flags) + sides)
    profile = [chunk for chunk in metadata if chunk.kind == b"ICCP"]
    others = [chunk for chunk in metadata if chunk.kind != b"ICCP"]
    chunks = [header, *profile, *pixels, *others]
    return _Chunk(b"RIFF", b"WEBP" + b"".join(chunk.packed for chunk in chunks)).packed


# --- writing --------------------------------------------------------------------------------------


def write(frames: Sequence[Frame], timing: Timing, *, metadata: Metadata, effort: str) -> bytes:
    """Return the file: of each frame the rectangle that changes, lossless.

    Args:
        frames: of one palette or several.
        timing: of as many frames, in whole milliseconds.
        metadata: as for a still WebP.
        effort: as for a still WebP.
    """
    beside = [_Chunk(_KINDS[key], data) for key, data in webp.beside_pixels(metadata).items()]
    height, width = frames[0].indices.shape
    bodies: list[_Chunk] = []
    flags = _ANIMATION
    for delta, duration in zip(frame_deltas(frames), timing.durations, strict=True):
        box = _even(delta.box)
        blended = delta.over and bool(box.of(delta.same).any())
        pixels = np.ascontiguousarray(box.of(delta.canvas))
        flags |= _ALPHA * bool((pixels[..., 3] < 255).any())
        if blended:
            pixels = np.where(box.of(delta.same)[..., None], np.uint8(0), pixels)
        place = _place(box, int(duration), blended=blended)
        bodies.append(_Chunk(b"ANMF", place + _lossless(pixels, effort)))
    if any(body.data[15] & _NOT_BLENDED == 0 for body in bodies):
        flags |= _ALPHA
    plays = _Chunk(b"ANIM", struct.pack("<IH", 0, timing.plays))
    return _file(flags, beside, (width, height), [plays, *bodies])


def _even(box: Box) -> Box:
    """Return the rectangle from an even place on, as places are stored."""
    left, top = box.left & 1, box.top & 1
    return Box(box.left - left, box.top - top, box.width + left, box.height + top)


def _place(box: Box, duration: int, *, blended: bool) -> bytes:
    numbers = (box.left // 2, box.top // 2, box.width - 1, box.height - 1, duration)
    stored = b"".join(number.to_bytes(3, "little") for number in numbers)
    return stored + bytes([0 if blended else _NOT_BLENDED])


def _lossless(pixels: Bytes, effort: str) -> bytes:
    """Return the chunk of (h, w, 4) uint8 pixels as it is stored."""
    opaque = bool((pixels[..., 3] == 255).all())
    image = Image.fromarray(np.ascontiguousarray(pixels[..., :3]) if opaque else pixels)
    chunks = _chunks(webp.smallest(image, effort, {})[12:])
    return next(chunk.packed for chunk in chunks if chunk.kind == b"VP8L")
