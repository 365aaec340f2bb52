"""What animations have in common: parts that are drawn onto a canvas, one after another.

GIF, APNG and WebP differ in how they store a part, not in what it means. Here a part is a still
file of its own, so that the one way in which pictures are read - modes, bits, profiles, checks - is
that of frames as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Literal, NamedTuple

import numpy as np

from quantize.model.pixels import Bytes

Disposal = Literal["keep", "clear", "restore"]
"""What becomes of a part's rectangle before the next part is drawn: it stays, is fully transparent,
or is again as it was before the part."""


class Part(NamedTuple):
    """A frame as it is stored.

    Attributes:
        file: a still file with the pixels of the part alone.
        left, top, width, height: its rectangle on the canvas.
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


class Layout(NamedTuple):
    """An animation as it is stored.

    Attributes:
        width, height: of the canvas.
        parts: from the first to the last, at least one.
        plays: how often it is played; `FOREVER` for ever.
        first: a still file of the first part with whatever the animation says beside its pixels.
        notes: what was left out, a sentence each.
    """

    width: int
    height: int
    parts: tuple[Part, ...]
    plays: int
    first: bytes
    notes: tuple[str, ...] = ()

    @property
    def pixels(self) -> int:
        """What decoding all frames comes to."""
        canvas = self.width * self.height
        return sum(max(canvas, part.width * part.height) for part in self.parts)


def composed(layout: Layout, decode: Callable[[int, Part], Bytes]) -> Iterator[Bytes]:
    """The frames as they are seen.

    Args:
        layout: of the animation.
        decode: the (h, w, 3 or 4) uint8 pixels of a part, which has a number from 0.

    Yields:
        (height, width, 4) uint8, not to be kept: the next part is drawn into it.
    """
    canvas = np.zeros((layout.height, layout.width, 4), np.uint8)
    for number, part in enumerate(layout.parts):
        pixels = decode(number, part)
        place = canvas[part.top : part.top + part.height, part.left : part.left + part.width]
        before = place.copy() if part.disposal == "restore" else None
        pixels = pixels[: place.shape[0], : place.shape[1]]  # what is outside is not seen
        if pixels.shape[2] == 3:
            place[..., :3], place[..., 3] = pixels, 255
        else:
            place[...] = over(pixels, place) if part.over else pixels
        yield canvas
        if before is not None:
            place[...] = before
        elif part.disposal == "clear":
            place[...] = 0


def over(above: Bytes, below: Bytes) -> Bytes:
    """What is seen where one picture lies on another, both (h, w, 4) uint8, not premultiplied.

    As ISO/IEC 15948 composes, rounded once.
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
    """So many bytes.

    Raises:
        EOFError: there are fewer.
    """
    if start + count > len(data):
        raise EOFError("truncated")
    return data[start : start + count]
