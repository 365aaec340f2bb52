"""What a result is worth: the figures of `Statistics`, from the picture and its result."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize import colorspace, kernels, metrics
from quantize.model import Bytes, Histogram, Palette, Picture, with_channels

Errors = NDArray[np.floating[Any]]

BLOCK_COLORS = 1 << 15
"""Colours that are compared at once: their errors stay in the second-level cache."""


class Quality(NamedTuple):
    """Error of the result against the picture, as `Statistics` defines it."""

    mse: float
    psnr: float
    ssim: float | None = None
    delta_e_mean: float | None = None
    delta_e_p95: float | None = None
    delta_e_max: float | None = None


def squared_errors(
    histogram: Histogram, entries: NDArray[np.uint8], palette: Bytes
) -> NDArray[np.float64]:
    """(n,) squared distance of each colour to its palette entry, in 8-bit sRGB; opaque ones exact.

    Args:
        histogram: of n colours.
        entries: (n,) uint8, the palette index of each.
        palette: (k, c) uint8.
    """
    errors = np.empty(len(histogram))
    channels = max(histogram.colors.shape[1], palette.shape[1])
    got = colorspace.encode(with_channels(palette, channels), "srgb")
    for start in range(0, len(histogram), BLOCK_COLORS):
        rows = slice(start, start + BLOCK_COLORS)
        wanted = colorspace.encode(with_channels(histogram.colors[rows], channels), "srgb")
        found = np.empty(len(wanted), wanted.dtype)
        kernels.paired_distances(wanted, got, entries[rows].astype(np.int32), found)
        errors[rows] = found
    return errors


def basic(histogram: Histogram, errors: NDArray[Any]) -> Quality:
    """The mean squared error, exact for opaque pictures: sums of whole numbers in float64.

    Args:
        histogram: of the picture.
        errors: (n,), the squared error of each of its colours.
    """
    mse = float(np.multiply(histogram.counts, errors, dtype=np.float64).sum()) / histogram.pixels
    return Quality(mse=mse, psnr=metrics.psnr(mse, histogram.colors.shape[1]))


def full(
    error: Quality,
    picture: Picture,
    histogram: Histogram,
    entries: NDArray[np.uint8],
    result: tuple[Palette, Bytes],
) -> Quality:
    """The same with SSIM and CIEDE2000; colours with alpha are compared premultiplied.

    Args:
        error: what `basic` gave.
        picture: what was read.
        histogram: of the picture.
        entries: (n,) uint8, the palette index of each of its colours.
        result: the palette, and (height, width) uint8 indices into it.
    """
    palette, indices = result
    wanted, got = premultiplied(histogram.colors), premultiplied(palette.colors)
    difference = metrics.delta_e(wanted, got[entries], histogram.counts)
    return error._replace(
        ssim=metrics.ssim(premultiplied(picture.pixels), got[indices]),
        delta_e_mean=difference.mean,
        delta_e_p95=difference.p95,
        delta_e_max=difference.max,
    )


def premultiplied(colors: Bytes) -> Bytes:
    """(…, 3) uint8 colours as they look on black, from (…, 3 or 4)."""
    if colors.shape[-1] == 3:
        return colors
    scaled = colors[..., :3] * colors[..., 3:].astype(np.uint16)  # at most 255²
    return ((scaled + 127) // 255).astype(np.uint8)
