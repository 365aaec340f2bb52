"""`Settings.lossy` where each frame has a palette of its own."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from quantize.model.frames import Frame, drawn
from quantize.model.palette import Palette
from quantize.model.pixels import Bytes
from quantize.model.result import Exchange
from quantize.pipeline.frame_colors import ColorPairCounts, color_keys, standing_still
from quantize.pipeline.lossy import Exchanger, Sizes
from quantize.pipeline.settings import Settings
from quantize.pipeline.target import Target

BITS: Final = 8
"""Bits of a pixel in the estimate of what is saved."""


class FrameExchanger:
    """An exchange of the entries of frames; it measures what they were before."""

    def __init__(self, settings: Settings, target: Target, *, moves: bool) -> None:
        """Prepare the exchange.

        Args:
            settings: as for `Exchanger`.
            target: what the result can hold.
            moves: whether frames are drawn over each other.
        """
        self._settings, self._target, self._moves = settings, target, moves
        self._moved, self._sizes, self._pairs = 0, Sizes(BITS), ColorPairCounts()
        self._before: _Seen | None = None

    def exchanged(self, wanted: Bytes, frame: Frame, plain: Bytes) -> tuple[Frame, Bytes]:
        """Return a frame that compresses well, and what is seen then, (h, w, 4) uint8.

        What is new in the frame is not drawn where what is seen before it differs by less than that
        is worth. What stands still, stays.

        Args:
            wanted: (h, w, 4) uint8, the frame as it was read.
            frame: as it would be drawn.
            plain: (h, w, 4) uint8, what would be seen.
        """
        before = self._before if self._moves else None
        found = self._all(wanted, frame) if before is None else self._change(wanted, frame, before)
        shown = drawn(None if before is None else before.shown, found)
        self._before = _Seen(wanted, shown, found.palette)
        self._moved += int(np.count_nonzero(color_keys(shown) != color_keys(plain)))
        self._sizes.add(frame.indices, found.indices)
        self._pairs.add(wanted, plain)
        return found, shown

    @property
    def exchange(self) -> Exchange:
        """What was done."""
        return Exchange(self._moved, self._sizes.saved, self._pairs.figures(None)["mse"])

    def _all(self, wanted: Bytes, frame: Frame) -> Frame:
        exchanger, pixels = self._exchanger(wanted, frame.palette)
        found, _ = exchanger.of_part(pixels, frame.indices, None, None)
        return _counted(frame._replace(indices=found))

    def _change(self, wanted: Bytes, frame: Frame, before: _Seen) -> Frame:
        if frame.drawn is None:
            still = color_keys(wanted) == color_keys(before.wanted)
            return _counted(standing_still(self._all(wanted, frame), before.shown, still))
        exchanger, pixels = self._exchanger(wanted, frame.palette, before.shown)
        indices, new = exchanger.of_part(pixels, frame.indices, frame.drawn, before.shown)
        indices = np.where(np.asarray(new), indices, np.uint8(0))
        found = Frame(frame.palette, indices, new)
        return _counted(found) if np.any(new) else found._replace(palette=before.palette)

    def _exchanger(
        self, wanted: Bytes, palette: Palette, *others: Bytes
    ) -> tuple[Exchanger, Bytes]:
        """Return what exchanges entries of a palette, and the pixels as that takes them."""
        opaque = all(int(pixels[..., 3].min()) == 255 for pixels in (wanted, *others))
        channels = 3 if opaque else 4
        exchanger = Exchanger(palette.colors, channels, self._settings, self._target)
        return exchanger, np.ascontiguousarray(wanted[..., : exchanger.channels])


class _Seen(NamedTuple):
    """A frame: (h, w, 4) uint8 as it was read and as it is seen, and its palette."""

    wanted: Bytes
    shown: Bytes
    palette: Palette


def _counted(frame: Frame) -> Frame:
    """Return a frame whose palette counts the pixels that are drawn."""
    palette, indices = frame.palette, frame.indices
    entries = indices.reshape(-1) if frame.drawn is None else indices[frame.drawn]
    counts = np.bincount(entries, minlength=len(palette))
    return frame._replace(palette=Palette(palette.colors, counts, palette.names, palette.codes))
