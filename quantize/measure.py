"""What a result is worth: the figures of `Statistics`, from the picture and its result."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quantize import colorspace, metrics
from quantize.model import Bytes, Histogram, Palette, Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Error of the result against the picture, as `Statistics` defines it."""

    mse: float
    psnr: float
    ssim: float | None = None
    delta_e_mean: float | None = None
    delta_e_p95: float | None = None
    delta_e_max: float | None = None


def basic(histogram: Histogram, entries: NDArray[np.uint8], palette: Palette) -> Quality:
    """The mean squared error, exact for opaque pictures: sums of whole numbers in float64.

    Args:
        histogram: of the picture.
        entries: (n,) uint8, the palette index of each of its colours.
        palette: of the result.
    """
    wanted = colorspace.encode(histogram.colors, "srgb")
    got = colorspace.encode(palette.colors, "srgb")[entries]
    total = float((histogram.counts * np.square(wanted - got).sum(axis=1)).sum())
    mse = total / histogram.pixels
    return Quality(mse=mse, psnr=metrics.psnr(mse, histogram.colors.shape[1]))


def full(
    picture: Picture,
    histogram: Histogram,
    entries: NDArray[np.uint8],
    palette: Palette,
    indices: Bytes,
) -> Quality:
    """The same with SSIM and CIEDE2000; colours with alpha are compared premultiplied.

    Args:
        picture: what was read.
        histogram: of the picture.
        entries: (n,) uint8, the palette index of each of its colours.
        palette: of the result.
        indices: (height, width) uint8, of the result.
    """
    error = basic(histogram, entries, palette)
    wanted, got = premultiplied(histogram.colors), premultiplied(palette.colors)
    difference = metrics.delta_e(wanted, got[entries], histogram.counts)
    return Quality(
        mse=error.mse,
        psnr=error.psnr,
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
