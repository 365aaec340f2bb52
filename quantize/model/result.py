"""What a run gives: indices, a palette and figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from quantize.model.frames import Frame
from quantize.model.palette import Palette
from quantize.model.pixels import Bytes
from quantize.values import Value


class CurvePoint(NamedTuple):
    """A palette that was considered for `-k auto`, on the way to the one that was chosen.

    Attributes:
        colors: its size.
        mse: estimated, in the terms of `Statistics`.
        bytes: of the picture as an indexed PNG, estimated from a part of it; None without one.
        delta_e_mean: mean CIEDE2000, estimated, where an error was asked for.
        silhouette: -1 to 1, of some points, where that is the criterion.
    """

    colors: int
    mse: float
    bytes: int | None = None
    delta_e_mean: float | None = None
    silhouette: float | None = None


class Choice(NamedTuple):
    """The reason for the size of a palette, where it was left open.

    Attributes:
        criterion: `max-error`, `quality`, or a key of `pipeline.table.CRITERIA`.
        colors: the size.
        curve: what was seen on the way, by size.
        reached: whether the error that was asked for is reached; for `quality`, its most.
        quality: of the palette, 0 to 100, where one was asked for.
        missed: what was reached, where even the least that was asked for is not; else empty.
    """

    criterion: str
    colors: int
    curve: tuple[CurvePoint, ...]
    reached: bool = True
    quality: int | None = None
    missed: str = ""


class Exchange(NamedTuple):
    """What became of a result since pixels could have other entries, for fewer bytes.

    Attributes:
        pixels: how many have another entry.
        saved: the part of the bytes that is saved, 0 to 1, estimated from some rows.
        mse_before: mean squared error without it, in the terms of `Statistics`.
    """

    pixels: int
    saved: float
    mse_before: float


class Statistics(NamedTuple):
    """What a run cost and what it reached; the terms are defined in `docs/sidecar.md`.

    Attributes:
        colors_before: distinct colours of the picture.
        colors_after: distinct colours of the result; kept ones that no pixel has do not count.
        mse: mean over pixels of the squared distance, summed over channels, 8-bit sRGB.
        psnr: decibels, from the mean per channel; infinite where nothing changed.
        inertia: weighted squared distance to the float centroids, in the space of clustering,
            over all pixels.
        iterations: of the run that was kept.
        converged: whether that run stopped by itself.
        seconds: by stage, in the order in which they ran.
        ssim: mean structural similarity of the luma, with full metrics.
        delta_e_mean, delta_e_p95, delta_e_max: CIEDE2000, with full metrics.
        choice: of the palette's size, where it was left open.
        lossy: what `Settings.lossy` did; None if it was 0.

    Examples:
        >>> import numpy as np
        >>> from quantize import quantize
        >>> statistics = quantize(np.zeros((4, 6, 3), np.uint8), 8).statistics
        >>> statistics.colors_before, statistics.colors_after, statistics.mse
        (1, 1, 0.0)
    """

    colors_before: int
    colors_after: int
    mse: float
    psnr: float
    inertia: float
    iterations: int
    converged: bool
    seconds: Mapping[str, float]
    ssim: float | None = None
    delta_e_mean: float | None = None
    delta_e_p95: float | None = None
    delta_e_max: float | None = None
    choice: Choice | None = None
    lossy: Exchange | None = None


class Quantized(Value):
    """Frames in few colours: `palette.colors[indices]` are the pixels of a still.

    Attributes:
        frames: from the first to the last; of a still one.
        palette: the colours of all frames in order, each fixed or used by at least one pixel
            before `Settings.lossy` exchanges entries. Where each frame has its own palette, that of
            the first.
        statistics: what the run cost and what it reached, over all pixels of all frames.
        channels: 3, or 4 where some pixel of the source is not opaque.
        palette_per_frame: whether a palette was found for each frame.
        kept_table: whether palette and indices are those of the indexed file that was read.
        added_transparent: the place of a transparent entry that a given palette had to get; None if
            it got none.
        suits_file: whether the palette was found, and has the order that writes smallest.
        notes: what was lost or assumed, a sentence each.
    """

    frames: tuple[Frame, ...]
    palette: Palette
    statistics: Statistics
    channels: int = 3
    palette_per_frame: bool = False
    kept_table: bool = False
    added_transparent: int | None = None
    suits_file: bool = False
    notes: tuple[str, ...] = ()

    @property
    def indices(self) -> Bytes:
        """The indices of the first frame: (height, width) uint8, read-only, into its palette."""
        indices = self.frames[0].indices.view()
        indices.flags.writeable = False
        return indices

    @property
    def palettes(self) -> list[Palette]:
        """The different palettes in their order: one, or one for each frame that brings its own."""
        found: list[Palette] = []
        for frame in self.frames:
            if not found or frame.palette is not found[-1]:
                found.append(frame.palette)
        return found
