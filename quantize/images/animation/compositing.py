"""Encoded animations, and the frames that are seen when their parts are drawn onto a canvas.

GIF, APNG and WebP differ in how they store a frame, not in what it means. Here each encoded frame
is a still file, so that the one reader of pictures (modes, bits, profiles, checks) reads frames as
well. The blending rules of the three formats stand here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Literal, NamedTuple

import numpy as np

from quantize.model.pixels import Bytes

Disposal = Literal["keep", "clear", "restore"]
"""What becomes of a frame's rectangle before the next frame is drawn: it stays, it becomes fully
transparent, or it is again as it was before the frame."""


class EncodedFrame(NamedTuple):
    """A frame as it is stored: a rectangle of pixels, and how it is drawn.

    Attributes:
        file: a still file with the pixels of the rectangle alone.
        left, top, width, height: the rectangle on the canvas.
        duration: milliseconds.
        disposal: see `Disposal`.
        over: whether transparent pixels let the canvas show through, or replace it.
    """

    file: bytes
    left: int
    top: int
    width: int
    height: int
    duration: Fraction
    disposal: Disposal
    over: bool


class EncodedAnimation(NamedTuple):
    """An animation as it is stored.

    Attributes:
        width, height: of the canvas.
        frames: from the first to the last, at least one.
        plays: how often it is played; `FOREVER` for ever.
        first: a still file of the first frame with the metadata of the animation.
        notes: what was left out, a sentence each.
        table: (n, 3 or 4) uint8, the colour table where all frames have the same, as it is stored;
            else None.
    """

    width: int
    height: int
    frames: tuple[EncodedFrame, ...]
    plays: int
    first: bytes
    notes: tuple[str, ...] = ()
    table: Bytes | None = None

    @property
    def pixels(self) -> int:
        """The pixels that are decoded for all frames."""
        canvas = self.width * self.height
        return sum(max(canvas, frame.width * frame.height) for frame in self.frames)


def composed(
    animation: EncodedAnimation, decode: Callable[[int, EncodedFrame], Bytes]
) -> Iterator[Bytes]:
    """Yield the canvas as it is seen after each frame.

    Args:
        animation: what is drawn.
        decode: returns the (h, w, 3 or 4) uint8 pixels of a frame, and is given its number from 0.

    Yields:
        (height, width, 4) uint8, not to be kept: the next frame is drawn into it.
    """
    canvas = np.zeros((animation.height, animation.width, 4), np.uint8)
    for number, frame in enumerate(animation.frames):
        pixels = decode(number, frame)
        place = canvas[frame.top : frame.top + frame.height, frame.left : frame.left + frame.width]
        before = place.copy() if frame.disposal == "restore" else None
        pixels = pixels[: place.shape[0], : place.shape[1]]  # what is outside is not seen
        if pixels.shape[2] == 3:
            place[..., :3], place[..., 3] = pixels, 255
        else:
            place[...] = over(pixels, place) if frame.over else pixels
        yield canvas
        if before is not None:
            place[...] = before
        elif frame.disposal == "clear":
            place[...] = 0


def color_table(colors: bytes, alpha: bytes = b"") -> Bytes:
    """Return a colour table, (n, 3 or 4) uint8.

    Args:
        colors: red, green and blue of n entries.
        alpha: of the first entries, or nothing; the others are opaque.
    """
    table = np.frombuffer(colors, np.uint8).reshape(-1, 3)
    if not alpha:
        return table
    whole = np.frombuffer(alpha[: len(table)].ljust(len(table), b"\xff"), np.uint8)
    return np.concatenate([table, whole[:, None]], axis=1)


def over(above: Bytes, below: Bytes) -> Bytes:
    """Blend one picture over another, both (h, w, 4) uint8, not premultiplied.

    The formula is that of ISO/IEC 15948 (13.16), rounded once.
    """
    alpha = above[..., 3:]
    found = np.where(alpha > 0, above, below)
    mixed = ((alpha > 0) & (alpha < 255) & (below[..., 3:] > 0))[..., 0]
    if mixed.any():
        upper, lower = above[mixed].astype(np.int64), below[mixed].astype(np.int64)
        weight = upper[:, 3:] * 255
        rest = lower[:, 3:] * (255 - upper[:, 3:])
        total = weight + rest  # 255 times the alpha of the result
        colors = (2 * (upper[:, :3] * weight + lower[:, :3] * rest) + total) // (2 * total)
        found[mixed] = np.concatenate([colors, (2 * total + 255) // 510], axis=1)
    return found


def exactly(data: bytes, start: int, count: int) -> bytes:
    """Return `count` bytes of the data from `start` on.

    Raises:
        EOFError: there are fewer.
    """
    if start + count > len(data):
        raise EOFError("truncated")
    return data[start : start + count]
