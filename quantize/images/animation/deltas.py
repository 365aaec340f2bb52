"""What of a frame has to be written, where what is there already can stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from quantize.model import frames as model_frames
from quantize.model.pixels import Bytes

Keys = NDArray[np.uint32]
"""(h, w): a colour with its alpha as one number; 0 is fully transparent."""

Mask = NDArray[np.bool_]


_T = TypeVar("_T", bound=np.generic)


class Box(NamedTuple):
    """A rectangle of at least one pixel."""

    left: int
    top: int
    width: int
    height: int

    def of(self, array: NDArray[_T]) -> NDArray[_T]:
        """The part of an (h, w) array."""
        return array[self.top : self.top + self.height, self.left : self.left + self.width]

    def joined(self, other: Box) -> Box:
        """The smallest that holds both."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        right = max(self.left + self.width, other.left + other.width)
        bottom = max(self.top + self.height, other.top + other.height)
        return Box(left, top, right - left, bottom - top)


def whole(array: NDArray[Any]) -> Box:
    """All of an (h, w) array."""
    return Box(0, 0, array.shape[1], array.shape[0])


def box_of(mask: Mask) -> Box:
    """The smallest rectangle around what is set; one pixel in the corner if nothing is."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return Box(0, 0, 1, 1)
    left, top = int(columns[0]), int(rows[0])
    return Box(left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top)


def keys_of(colors: Bytes) -> NDArray[np.uint32]:
    """(…) of (…, 4) uint8."""
    found: NDArray[np.uint32] = np.ascontiguousarray(colors).view(np.uint32)[..., 0]
    return found


class Change(NamedTuple):
    """A frame against the one before it, which stays where it is.

    Attributes:
        frame: as it is to be.
        canvas: (h, w, 4) uint8, what is seen then.
        same: (h, w), whether a pixel is as it was.
        over: whether all that changes is opaque afterwards; so what stays can be written as
            fully transparent.
    """

    frame: model_frames.Frame
    canvas: Bytes
    same: Mask
    over: bool

    @property
    def box(self) -> Box:
        """The rectangle that has to be written: all of the first frame."""
        return box_of(~self.same)


def changes(frames: Iterable[model_frames.Frame]) -> Iterator[Change]:
    """Of each frame, in their order; of the first one everything changes."""
    before: Keys | None = None
    canvas: Bytes | None = None
    for frame in frames:
        canvas = model_frames.drawn(canvas, frame)
        keys = keys_of(canvas)
        same = np.zeros(keys.shape, bool) if before is None else keys == before
        yield Change(frame, canvas, same, bool((canvas[~same, 3] == 255).all()))
        before = keys
