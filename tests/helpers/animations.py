"""Animations made by hand, byte by byte, and what Pillow sees in one."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from quantize.images.load import load_frames_stream
from quantize.model.frames import FrameSource
from quantize.model.picture import Picture

Pixels = NDArray[np.uint8]

TABLE = bytes([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255])
"""Black, red, green and blue."""
BLACK, RED, GREEN, BLUE, CLEAR = (
    (0, 0, 0, 255),
    (255, 0, 0, 255),
    (0, 255, 0, 255),
    (0, 0, 255, 255),
    (0, 0, 0, 0),
)


@dataclass(frozen=True)
class Piece:
    """An image of a GIF: rows of digits, each an index."""

    rows: str
    left: int = 0
    top: int = 0
    delay: int = 10
    disposal: int = 0
    transparent: int | None = None
    table: bytes = b""
    interlaced: bool = False

    def stored(self) -> bytes:
        """The graphic control extension, the image descriptor, and the pixels."""
        rows = [[int(digit) for digit in row] for row in self.rows.split()]
        flags = self.disposal << 2 | (self.transparent is not None)
        said = struct.pack("<4BHBB", 0x21, 0xF9, 4, flags, self.delay, self.transparent or 0, 0)
        bits = 0x80 | (len(self.table) // 3).bit_length() - 2 if self.table else 0
        size = (len(rows[0]), len(rows))
        place = struct.pack(
            "<B4HB", 0x2C, self.left, self.top, *size, bits | 0x40 * self.interlaced
        )
        return said + place + self.table + lzw([index for row in rows for index in row])


def lzw(indices: Sequence[int]) -> bytes:
    """Indices below 4 as LZW that compresses nothing: 3 bits each, with a clear code before."""
    codes = [code for index in indices for code in (4, index)] + [5]
    bits = "".join(f"{code:03b}"[::-1] for code in codes)
    packed = bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))
    blocks = (packed[at : at + 255] for at in range(0, len(packed), 255))
    return b"\x02" + b"".join(bytes([len(block)]) + block for block in blocks) + b"\0"


def gif(
    *pieces: Piece, size: tuple[int, int] = (2, 1), loop: int | None = None, end: bytes = b";"
) -> bytes:
    """A GIF of these images on a canvas."""
    repeated = b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<HB", loop or 0, 0)
    head = b"GIF89a" + struct.pack("<HHBBB", *size, 0x81, 0, 0) + TABLE
    body = b"".join(piece.stored() for piece in pieces)
    return head + (b"" if loop is None else repeated) + body + end


def chunk(kind: bytes, data: bytes) -> bytes:
    """A piece of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def rgba(*rows: Sequence[tuple[int, ...]]) -> bytes:
    """Colours as the data of an RGBA PNG."""
    return zlib.compress(b"".join(b"\0" + bytes(sum(row, ())) for row in rows))


def control(
    sequence: int,
    size: tuple[int, int],
    place: tuple[int, int] = (0, 0),
    *,
    delay: tuple[int, int] = (1, 10),
    dispose: int = 0,
    blend: int = 0,
) -> bytes:
    """An fcTL chunk."""
    said = struct.pack(">5I2H2B", sequence, *size, *place, *delay, dispose, blend)
    return chunk(b"fcTL", said)


def apng(*chunks: bytes, size: tuple[int, int] = (2, 1), frames: int = 2, plays: int = 0) -> bytes:
    """An animated PNG in RGBA around chunks from the first fcTL or IDAT on."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", *size, 8, 6, 0, 0, 0))
    acting = chunk(b"acTL", struct.pack(">II", frames, plays))
    return b"\x89PNG\r\n\x1a\n" + head + acting + b"".join(chunks) + chunk(b"IEND", b"")


def source_of(data: bytes, *, max_pixels: int = 10**6) -> FrameSource:
    """What is read, which has several pictures."""
    found = load_frames_stream(io.BytesIO(data), "moving", max_pixels=max_pixels, frames="pages")
    assert found.count > 1
    return found


def seen(picture: Picture) -> Pixels:
    """(h, w, 4) of a frame."""
    pixels = np.asarray(picture.pixels)
    if pixels.shape[2] == 4:
        return pixels
    return np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])


def canvases(data: bytes) -> list[Pixels]:
    """The frames that we read."""
    return [seen(picture) for picture in source_of(data).pictures()]


def colors(data: bytes) -> list[list[tuple[int, ...]]]:
    """The same of animations that are one pixel high."""
    return [[tuple(color) for color in canvas[0].tolist()] for canvas in canvases(data)]


@dataclass(frozen=True)
class Watched:
    """What Pillow sees: the frames, milliseconds of each, and its loop count."""

    frames: list[Pixels]
    durations: list[float]
    loop: int | None


def watch(file: Path | bytes) -> Watched:
    """Play a file in Pillow."""
    with Image.open(io.BytesIO(file) if isinstance(file, bytes) else file) as image:
        frames, durations = [], []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            canvas = np.asarray(image.convert("RGBA"))
            frames.append(np.where(canvas[..., 3:] > 0, canvas, np.uint8(0)))
            durations.append(image.info.get("duration", 0))
        return Watched(frames, durations, image.info.get("loop"))


def moving_picture(count: int = 5, *, clear: bool = False) -> list[Pixels]:
    """(40, 60, 4): a noisy square that crosses a gradient, or nothing at all."""
    rng = np.random.default_rng(7)
    frames = []
    for number in range(count):
        frame = np.zeros((40, 60, 4), np.uint8)
        if not clear:
            frame[..., 0] = np.add.outer(np.arange(40), np.arange(60)) * 2
            frame[..., 3] = 255
        left = 3 + 6 * number
        frame[10:22, left : left + 14] = (200, 40 * number, 30, 255)
        frame[10:22, left : left + 14, 1] += rng.integers(0, 30, (12, 14)).astype(np.uint8)
        frames.append(frame)
    return frames


def stored(frames: Sequence[Pixels], durations: Sequence[float], plays: int = 0) -> bytes:
    """An APNG of whole frames, none of which is like another, as Pillow writes it."""
    images = [Image.fromarray(frame) for frame in frames]
    stream = io.BytesIO()
    images[0].save(
        stream,
        "PNG",
        save_all=True,
        append_images=images[1:],
        duration=list(durations),
        loop=plays,
    )
    return stream.getvalue()


def milliseconds(data: bytes) -> list[Fraction]:
    """How long each frame is seen."""
    timing = source_of(data).timing
    assert timing is not None
    return list(timing.durations)


def plays(data: bytes) -> int:
    """How often it is played."""
    timing = source_of(data).timing
    assert timing is not None
    return timing.plays
