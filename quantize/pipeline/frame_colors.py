"""The colours of the frames of an animation, and of what is seen when they are drawn."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from quantize.color import difference
from quantize.model.frames import Frame, with_alpha
from quantize.model.pixels import Bytes, Counts
from quantize.pipeline import similarity
from quantize.pipeline.quality import OPACITY_UNITS, Quality, on_grounds

PENDING_PAIRS: Final = 1 << 18
"""Pairs of colours that wait until they are added up, see `histogram.PENDING_COLORS`."""


def standing_still(frame: Frame, shown: Bytes, still: NDArray[np.bool_]) -> Frame:
    """Return a frame that keeps what is seen before it, where its palette has that colour.

    Args:
        frame: drawn whole.
        shown: (h, w, 4) uint8, what is seen before it.
        still: (h, w) bool, where that is kept.
    """
    entries = entries_of(shown, frame.palette.colors)
    indices = np.where(still & (entries >= 0), entries, frame.indices).astype(np.uint8)
    return frame._replace(indices=indices)


def entries_of(shown: Bytes, palette: Bytes) -> NDArray[np.int64]:
    """Return the entries that have the colours of pixels.

    Args:
        shown: (h, w, 4) uint8.
        palette: (k, 3 or 4) uint8.

    Returns:
        (h, w) int64; -1 where no entry has the colour.
    """
    keys = color_keys(shown)
    own = color_keys(np.asarray(with_alpha(palette[None], 4)))[0]
    order = np.argsort(own, kind="stable")
    place = np.minimum(np.searchsorted(own[order], keys), len(own) - 1)
    return np.where(own[order][place] == keys, order[place], -1)


def color_keys(pixels: Bytes) -> NDArray[np.uint32]:
    """Return one number for each colour: (…) uint32 of (…, 4) uint8."""
    return np.ascontiguousarray(pixels).view(np.uint32)[..., 0]


class ColorPairCounts:
    """Counts of pairs of a colour and what became of it, added up frame by frame."""

    def __init__(self) -> None:
        self._keys = [np.empty(0, np.uint64)]
        self._counts: list[Counts] = [np.empty(0, np.int64)]

    def add(self, wanted: Bytes, got: Bytes) -> None:
        """Add a frame: (h, w, 4) uint8 as it was read, and as it is shown."""
        pairs = np.stack([color_keys(wanted), color_keys(got)], axis=-1).reshape(-1, 2)
        keys, counts = np.unique(pairs.view(np.uint64)[:, 0], return_counts=True)
        self._keys.append(keys)
        self._counts.append(counts.astype(np.int64))
        waiting = sum(len(part) for part in self._keys[1:])
        if waiting > max(PENDING_PAIRS, len(self._keys[0]) // 2):
            self._fold()

    def figures(self, ssim: float | None) -> dict[str, Any]:
        """Return the attributes of `Statistics` about colours; all of them with an SSIM."""
        self._fold()
        counts = self._counts[0]
        pairs = self._keys[0].view(np.uint8).reshape(-1, 2, 4)
        wanted, got = pairs[:, 0], pairs[:, 1]
        errors = np.square(on_grounds(wanted) - on_grounds(got)).sum(axis=1)
        mse = float((errors * counts).sum() / counts.sum()) / OPACITY_UNITS
        quality = Quality(mse, similarity.psnr(mse), ssim)
        if ssim is not None:
            found = difference.delta_e(wanted, got, counts)
            quality = quality._replace(
                delta_e_mean=found.mean, delta_e_p95=found.p95, delta_e_max=found.max
            )
        return {
            "colors_before": len(np.unique(color_keys(wanted))),
            "colors_after": len(np.unique(color_keys(got))),
            **quality._asdict(),
        }

    def _fold(self) -> None:
        keys, group = np.unique(np.concatenate(self._keys), return_inverse=True)
        counts = np.zeros(len(keys), np.int64)
        np.add.at(counts, group, np.concatenate(self._counts))
        self._keys, self._counts = [keys], [counts]
