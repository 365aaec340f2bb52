"""Frame deltas: which pixels of a frame have to be written, and which can stay as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from quantize.model import frames as model_frames
from quantize.model.pixels import Bytes

ColorKeys = NDArray[np.uint32]
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
        """Return the rectangle of an (h, w) array, as a view."""
        return array[self.top : self.top + self.height, self.left : self.left + self.width]

    def joined(self, other: Box) -> Box:
        """Return the smallest rectangle that holds both."""
        left, top = min(self.left, other.left), min(self.top, other.top)
        right = max(self.left + self.width, other.left + other.width)
        bottom = max(self.top + self.height, other.top + other.height)
        return Box(left, top, right - left, bottom - top)


def box_of_all(array: NDArray[Any]) -> Box:
    """Return the rectangle of a whole (h, w) array."""
    return Box(0, 0, array.shape[1], array.shape[0])


def box_of(mask: Mask) -> Box:
    """Return the smallest rectangle around what is set; one pixel in the corner if nothing is."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return Box(0, 0, 1, 1)
    left, top = int(columns[0]), int(rows[0])
    return Box(left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top)


def color_keys(colors: Bytes) -> ColorKeys:
    """Return the (h, w) keys of (h, w, 4) uint8 colours."""
    found: ColorKeys = np.ascontiguousarray(colors).view(np.uint32)[..., 0]
    return found


class FrameDelta(NamedTuple):
    """A frame against the frame before it, which stays where it is.

    Attributes:
        frame: the frame.
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


def frame_deltas(frames: Iterable[model_frames.Frame]) -> Iterator[FrameDelta]:
    """Yield the delta of each frame; all of the first frame changes."""
    before: ColorKeys | None = None
    canvas: Bytes | None = None
    for frame in frames:
        canvas = model_frames.drawn(canvas, frame)
        keys = color_keys(canvas)
        same = np.zeros(keys.shape, bool) if before is None else keys == before
        yield FrameDelta(frame, canvas, same, bool((canvas[~same, 3] == 255).all()))
        before = keys
