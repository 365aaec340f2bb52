"""APNG: the animations of PNG (ISO/IEC 15948:2025, 11.3.6), read and written.

Its frames are put together from still PNGs and taken apart into them; palette, profile and text
are those of the still ones.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import Final, NamedTuple, Protocol

import numpy as np

from quantize.images import png
from quantize.images.animation.compositing import (
    Disposal,
    EncodedAnimation,
    EncodedFrame,
    color_table,
    exactly,
)
from quantize.images.animation.deltas import Box, FrameDelta, frame_deltas
from quantize.images.png_chunks import OF_FRAMES, Chunk, file_of, read_all
from quantize.model.frames import FOREVER, Frame, Timing
from quantize.model.palette import Palette
from quantize.model.picture import Metadata
from quantize.model.pixels import Bytes

_DISPOSALS: Final[tuple[Disposal, ...]] = ("keep", "clear", "restore")
_SOURCE, _OVER = 0, 1
"""Numbers in an fcTL chunk: what becomes of a frame, and how it is drawn."""

_OF_COLORS: Final = (b"PLTE", b"tRNS", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"sBIT", b"cICP")
"""Chunks that the colours of a frame depend on, beside its data."""


class _Control(NamedTuple):
    """An fcTL chunk behind its sequence number, field by field."""

    width: int
    height: int
    left: int
    top: int
    delay: int
    denominator: int
    disposal: int
    blend: int


# --- reading --------------------------------------------------------------------------------------


def read(data: bytes) -> EncodedAnimation | None:
    """Return the frames of an animation as they are stored; None if the file is a still picture.

    Args:
        data: a PNG from `png_chunks.mended`, which knows that its animation is whole.

    Raises:
        EOFError: the file ends before it is complete.
    """
    chunks = read_all(data)
    kinds = [chunk.kind for chunk in chunks]
    if b"acTL" not in kinds:
        return None
    count, plays = struct.unpack(">II", exactly(chunks[kinds.index(b"acTL")].data, 0, 8))
    bodies = list(_bodies(chunks))
    if count < 2:
        return None
    width, height = struct.unpack(">II", chunks[0].data[:8])
    still = [chunk for chunk in chunks if chunk.kind not in (*OF_FRAMES, b"IDAT", b"IEND")]
    colors = [chunk for chunk in still[1:] if chunk.kind in _OF_COLORS]
    frames = tuple(
        _frame(control, _still(still[0], colors, control, body), number)
        for number, (control, body) in enumerate(bodies)
    )
    notes = []
    if kinds.index(b"IDAT") < kinds.index(b"fcTL"):
        notes.append("its still picture, which is not one of its frames, is left out")
    first = _still(still[0], still[1:], *bodies[0])
    table = _table(still)
    return EncodedAnimation(width, height, frames, plays or FOREVER, first, tuple(notes), table)


def _table(chunks: Sequence[Chunk]) -> Bytes | None:
    """Return the colour table of an indexed PNG, whose frames share it."""
    found = {chunk.kind: chunk.data for chunk in chunks}
    if found[b"IHDR"][9:10] != b"\3" or len(found.get(b"PLTE", b"")) % 3:
        return None
    return color_table(found.get(b"PLTE", b""), found.get(b"tRNS", b""))


def _bodies(chunks: Sequence[Chunk]) -> Iterator[tuple[_Control, bytes]]:
    """Yield what is said of each frame, and its data."""
    control, body = None, b""
    for chunk in chunks:
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


def _frame(control: _Control, file: bytes, number: int) -> EncodedFrame:
    disposal = _DISPOSALS[control.disposal]
    return EncodedFrame(
        file=file,
        left=control.left,
        top=control.top,
        width=control.width,
        height=control.height,
        duration=Fraction(1000 * control.delay, control.denominator or 100),
        disposal="clear" if disposal == "restore" and not number else disposal,
        over=control.blend == _OVER,
    )


def _still(header: Chunk, others: Sequence[Chunk], control: _Control, body: bytes) -> bytes:
    """Return a still PNG of a frame."""
    size = struct.pack(">II", control.width, control.height)
    head = Chunk(b"IHDR", size + header.data[8:])
    return file_of([head, *others, Chunk(b"IDAT", body), Chunk(b"IEND", b"")])


# --- writing --------------------------------------------------------------------------------------


class _Encode(Protocol):
    """Returns a palette and (h, w) uint8 indices as a still PNG."""

    def __call__(
        self, palette: Palette, indices: Bytes, *, metadata: Metadata | None = None
    ) -> bytes: ...


def write(
    frames: Sequence[Frame], timing: Timing, *, metadata: Metadata, effort: str, threads: int = 1
) -> bytes:
    """Return the file: of each frame the rectangle that changes.

    In the rectangle, pixels that stay are written as transparent if that is smaller.

    Args:
        frames: all of one palette, and drawn whole.
        timing: of as many frames, in seconds that are fractions of two numbers of 16 bits.
        metadata: as for a still PNG; it stands in the first frame.
        effort: as for a still PNG.
        threads: as for a still PNG.
    """
    encode: _Encode = partial(png.encode, effort=effort, threads=threads)
    palette = frames[0].palette
    wider, transparent = _with_transparent_entry(palette)
    pieces = [_packed(delta, wider, transparent, encode) for delta in frame_deltas(frames)]
    if not any(blend == _OVER for _, blend, _ in pieces):
        wider = palette
    chunks = read_all(encode(wider, frames[0].indices, metadata=metadata))
    place = next(number for number, chunk in enumerate(chunks) if chunk.kind == b"IDAT")
    before = [Chunk(b"acTL", struct.pack(">II", len(frames), timing.plays))]
    body: list[Chunk] = []
    sequence = 0
    for (box, blend, data), duration in zip(pieces, timing.durations, strict=True):
        control = _Control(
            width=box.width,
            height=box.height,
            left=box.left,
            top=box.top,
            delay=(duration / 1000).numerator,
            denominator=(duration / 1000).denominator,
            disposal=0,
            blend=blend,
        )
        fctl = Chunk(b"fcTL", struct.pack(">IIIIIHHBB", sequence, *control))
        (body if sequence else before).append(fctl)
        if sequence:  # the data of the first frame is that of the still picture
            sequence += 1
            body.append(Chunk(b"fdAT", struct.pack(">I", sequence) + data))
        sequence += 1
    chunks[-1:-1] = body
    chunks[place:place] = before
    return file_of(chunks)


def _with_transparent_entry(palette: Palette) -> tuple[Palette, int | None]:
    """Return a palette with a transparent entry, and its index.

    If an entry would take more bits a pixel: the palette as it is, and None.
    """
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
    delta: FrameDelta, palette: Palette, transparent: int | None, encode: _Encode
) -> tuple[Box, int, bytes]:
    """Return the rectangle that is written, how it is drawn, and its data."""
    box = delta.box
    indices = np.ascontiguousarray(box.of(delta.frame.indices))
    whole = _data(encode(palette, indices))
    if transparent is None or not delta.over or not (same := box.of(delta.same)).any():
        return box, _SOURCE, whole
    partly = _data(encode(palette, np.where(same, np.uint8(transparent), indices)))
    return (box, _OVER, partly) if len(partly) < len(whole) else (box, _SOURCE, whole)


def _data(file: bytes) -> bytes:
    return b"".join(chunk.data for chunk in read_all(file) if chunk.kind == b"IDAT")
