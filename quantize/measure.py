"""What a result is worth: the figures of `Statistics`, from the picture and its result."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize import colorspace, kernels, metrics
from quantize.model import Bytes, Counts, Histogram, Palette, Picture, with_channels

Errors = NDArray[np.floating[Any]]

BLOCK_COLORS = 1 << 15
"""Colours that are compared at once: their errors stay in the second-level cache."""


PIXEL_BLOCK = 1 << 16
"""Pixels that a thread compares at a time."""


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
        difference = wanted - got[entries[rows]]
        np.square(difference).sum(axis=1, out=errors[rows])
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


def of_pixels(
    picture: Picture, palette: Bytes, indices: Bytes, level: str, *, threads: int = 1
) -> tuple[Quality, Counts]:
    """The same where the entry of a pixel does not follow from its colour.

    Args:
        picture: what was read.
        palette: (k, 3 or 4) uint8.
        indices: (height, width) uint8, the entry of each pixel.
        level: a key of `settings.METRICS`.
        threads: most threads to use; changes no result.

    Returns:
        The figures, and (k,) how many pixels have each entry.
    """
    channels = max(picture.channels, palette.shape[1])
    compared = _tallied if channels == 3 else _compared
    pixels = picture.pixels.reshape(-1, picture.channels)
    flat = indices.reshape(-1)
    found = kernels.each_block(
        len(flat),
        lambda rows: compared(pixels[rows], flat[rows], palette),
        threads=threads,
        block=PIXEL_BLOCK,
    )
    mse = math.fsum(error for error, _ in found) / len(flat)
    counts = np.sum([used for _, used in found], axis=0)
    quality = Quality(mse=mse, psnr=metrics.psnr(mse, channels))
    if level == "full":
        quality = _with_pairs(quality, picture, palette, indices)
    return quality, counts


def _tallied(pixels: Bytes, indices: Bytes, palette: Bytes) -> tuple[float, Counts]:
    counts = np.empty(len(palette), np.int64)
    return kernels.tally(pixels, indices, palette, counts), counts


def _compared(pixels: Bytes, indices: Bytes, palette: Bytes) -> tuple[float, Counts]:
    """The same with alpha."""
    wanted = colorspace.encode(with_channels(pixels, 4), "srgb")
    got = colorspace.encode(with_channels(palette, 4), "srgb")
    errors = np.square(wanted - got[indices])
    return float(errors.sum()), np.bincount(indices, minlength=len(palette)).astype(np.int64)


def _with_pairs(quality: Quality, picture: Picture, palette: Bytes, indices: Bytes) -> Quality:
    """SSIM, and CIEDE2000 of each pair of a colour and an entry that occurs."""
    wanted, got = premultiplied(picture.pixels), premultiplied(palette)
    pairs = np.concatenate([wanted.reshape(-1, 3), indices.reshape(-1, 1)], axis=1)
    keys, counts = np.unique(pairs.view(np.uint32), return_counts=True)
    pairs = keys[:, None].view(np.uint8)
    difference = metrics.delta_e(pairs[:, :3], got[pairs[:, 3]], counts.astype(np.int64))
    return quality._replace(
        ssim=metrics.ssim(wanted, got[indices]),
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
