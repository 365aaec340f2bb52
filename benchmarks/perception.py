"""What a result is worth to the eye: the measures that the benchmarks share.

Pictures are (height, width, 3) uint8 sRGB. Lower is better in all of them but `ssimulacra2`: each
is an error, 0 where the pictures are equal. The three that agree best with people come last.

    dssim       1 - SSIM, as `quantize.pipeline.similarity` has it: of the luma, one scale
    ssimulacra  of libjxl's `ssimulacra_main` (Debian's libjxl-devtools): several scales, in Lab,
                ringing and new edges weighed apart
    delta_e     mean CIEDE2000
    blurred     mean squared distance in Oklab after a Gaussian blur in linear light: what is left
                of the error where the eye no longer tells pixels apart, and so takes dots for
                their mean
    mse         mean squared distance in 8-bit sRGB, summed over the channels
    butteraugli_max, butteraugli
                of libjxl's `butteraugli_main`: the worst place, and the 3-norm over all places
    ssimulacra2 of the package of that name (PyPI): 100 where the pictures are equal, 90 hardly
                told apart, 50 a medium JPEG, below 0 very poor; so differences are what counts

A measure whose program or package is missing is not a number. They take two seconds a result:
where the environment variable PERCEPTION_CACHE names a folder, results that were measured before
are looked up there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import gaussian_filter

from quantize.color import difference
from quantize.pipeline import similarity

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]

BLUR: Final = 2.0
"""Sigma in pixels: at some 45 pixels a degree, a screen at arm's length, a dot and its neighbour
are one from about here on."""

_VALUES = np.arange(256) / 255
LINEAR: Final = np.where(_VALUES > 0.04045, ((_VALUES + 0.055) / 1.055) ** 2.4, _VALUES / 12.92)
"""The light that an 8-bit sRGB value stands for, 0 to 1 (IEC 61966-2-1)."""

# Björn Ottosson, "A perceptual color space for image processing" (2020), as revised in 2021.
TO_CONES: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_OKLAB: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


class Perceived(NamedTuple):
    """The measures of one result; see the top of this file."""

    dssim: float
    ssimulacra: float
    delta_e: float
    blurred: float
    mse: float
    butteraugli_max: float
    butteraugli: float
    ssimulacra2: float


def perceived(before: Bytes, after: Bytes) -> Perceived:
    """All measures of a result against its picture."""
    folder = os.environ.get("PERCEPTION_CACHE")
    if folder is None:
        return _measured(before, after)
    data = b"".join(np.ascontiguousarray(picture).tobytes() for picture in (before, after))
    known = Path(folder, hashlib.sha256(data + str(before.shape).encode()).hexdigest())
    if not known.exists():
        known.write_text(json.dumps(_measured(before, after)), encoding="utf-8")
    return Perceived(*json.loads(known.read_text(encoding="utf-8")))


def _measured(before: Bytes, after: Bytes) -> Perceived:
    return Perceived(
        dssim=1 - similarity.ssim(before, after),
        delta_e=delta_e(before, after),
        blurred=blurred(before, after),
        mse=similarity.squared_error(before, after) / (before.size / 3),
        **_of_files(before, after),
    )


def pixels_of(path: Path) -> Bytes:
    """A picture file as 8-bit sRGB, without alpha."""
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def delta_e(before: Bytes, after: Bytes) -> float:
    """Mean CIEDE2000, each pair of colours compared once."""
    pairs = np.concatenate([before.reshape(-1, 3), after.reshape(-1, 3)], axis=1)
    keys = np.zeros((len(pairs), 8), np.uint8)
    keys[:, :6] = pairs
    _, first, counts = np.unique(keys.view(np.uint64), return_index=True, return_counts=True)
    return difference.delta_e(pairs[first, :3], pairs[first, 3:], counts.astype(np.int64)).mean


def oklab(light: Floats) -> Floats:
    """(..., 3) linear sRGB of 0 to 1 → (..., 3) Oklab, L from 0 to 1."""
    return np.cbrt(light @ TO_CONES.T) @ TO_OKLAB.T


def blurred(before: Bytes, after: Bytes, sigma: float = BLUR) -> float:
    """Mean squared distance in Oklab of the two, each blurred in linear light."""
    seen = [
        oklab(gaussian_filter(LINEAR[picture], (sigma, sigma, 0), mode="reflect"))
        for picture in (before, after)
    ]
    return float(np.square(seen[0] - seen[1]).sum(axis=-1).mean())


def _of_files(before: Bytes, after: Bytes) -> dict[str, float]:
    """The measures of programs that read files."""
    found = dict.fromkeys(
        ("ssimulacra", "butteraugli_max", "butteraugli", "ssimulacra2"), float("nan")
    )
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, name) for name in ("before.png", "after.png")]
        for path, picture in zip(paths, (before, after), strict=True):
            Image.fromarray(picture).save(path, compress_level=1)
        if said := _said("ssimulacra_main", *paths):
            found["ssimulacra"] = float(said[0])
        if said := _said("butteraugli_main", *paths, "--pnorm", "3"):
            found["butteraugli_max"], found["butteraugli"] = float(said[0]), float(said[2])
        if find_spec("ssimulacra2") is not None:
            from ssimulacra2 import compute_ssimulacra2

            found["ssimulacra2"] = float(compute_ssimulacra2(*paths))
    return found


def _said(program: str, *arguments: str | Path) -> list[str]:
    """The words on a program's standard output; none where it is not installed."""
    if shutil.which(program) is None:
        return []
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.split()


def geometric_mean(ratios: list[float]) -> float:
    """Of positive numbers."""
    return float(np.exp(np.mean(np.log(ratios))))
