"""Colour profiles made from numbers, and what colours they mean, in floats and by the book.

The structure is that of ICC.1:2022; primaries and curves are those of the named standards.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

D50 = np.array([0.9642, 1.0, 0.8249])
D65 = (0.3127, 0.3290)
BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)


class Space(NamedTuple):
    """Red, green and blue in xy, the white of D65, and a curve: a plain gamma, or sRGB's."""

    primaries: tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
    gamma: float | None = None

    def decode(self, values: NDArray[Any]) -> Floats:
        """0 to 1, as encoded → proportional to light."""
        encoded = np.asarray(values, np.float64)
        if self.gamma is not None:
            return encoded**self.gamma
        return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)

    def matrix(self) -> Floats:
        """(3, 3), from linear RGB to XYZ under D50."""
        columns = np.array([xyz(*point) for point in self.primaries]).T
        white = xyz(*D65)
        scaled = columns * np.linalg.solve(columns, white)
        cones = (BRADFORD @ D50) / (BRADFORD @ white)
        return np.linalg.inv(BRADFORD) @ np.diag(cones) @ BRADFORD @ scaled


SRGB = Space(((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)))
DISPLAY_P3 = Space(((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)))
ADOBE_RGB = Space(((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), gamma=563 / 256)
SRGB_GAMMA_22 = Space(SRGB.primaries, gamma=563 / 256)


def xyz(x: float, y: float) -> Floats:
    """Of a point in the chromaticity diagram, with Y = 1."""
    return np.array([x / y, 1.0, (1 - x - y) / y])


def to_srgb(space: Space, values: NDArray[np.uint8]) -> Floats:
    """(..., 3) of 0..255 in a space as 0..255 in sRGB, not rounded; clipped where it has none."""
    linear = space.decode(values / 255) @ space.matrix().T @ np.linalg.inv(SRGB.matrix()).T
    linear = np.clip(linear, 0, 1)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return encoded * 255


def profile(space: Space, name: str = "made for a test", *, points: Floats | None = None) -> bytes:
    """A display profile of RGB; its curve by `points` of 0..65535, if there are any."""
    curve = _curve(space.gamma) if points is None else _sampled(points)
    tags = dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(_xyz, space.matrix().T), strict=True))
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    return _file(b"mntr", b"RGB ", b"XYZ ", tags, name)


def grey_profile(gamma: float | None) -> bytes:
    """A display profile of greyscale."""
    return _file(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": _curve(gamma)}, "grey")


def cmyk_profile(lab_of: Callable[[tuple[int, ...]], tuple[float, float, float]]) -> bytes:
    """A printer's profile by the colours of its 16 full overprints, linear in between (lut8)."""
    corners = [lab_of((c, m, y, k)) for c in (0, 1) for m in (0, 1) for y in (0, 1) for k in (0, 1)]
    nodes = bytes(round(value) for L, a, b in corners for value in (L * 2.55, a + 128, b + 128))
    straight = bytes(range(256))
    identity = struct.pack(">9i", *(65536 * (place % 4 == 0) for place in range(9)))
    table = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + identity + straight * 4 + nodes
    return _file(b"prtr", b"CMYK", b"Lab ", {b"A2B0": table + straight * 3}, "ink")


def _file(
    kind: bytes, space: bytes, connection: bytes, tags: dict[bytes, bytes], name: str
) -> bytes:
    text = name.encode("ascii") + b"\0"
    description = (
        b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(4 + 4 + 2 + 1 + 67)
    )
    tags = {
        b"desc": description,
        b"cprt": b"text" + bytes(4) + b"none\0",
        b"wtpt": _xyz(D50),
    } | tags
    start, body, table = 128 + 4 + 12 * len(tags), b"", b""
    for tag, data in tags.items():
        table += tag + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(
        ">I4sI4s4s4s", start + len(body), b"\0" * 4, 0x04200000, kind, space, connection
    )
    header += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", *_fixed(D50))
    return header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def _fixed(values: Floats) -> list[int]:
    return [round(value * 65536) for value in values]


def _xyz(values: Floats) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *_fixed(values))


def _sampled(points: Floats) -> bytes:
    values = points.astype(">u2").tobytes()
    return b"curv" + bytes(4) + struct.pack(">I", len(points)) + values


def _curve(gamma: float | None) -> bytes:
    if gamma is not None:
        return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
    numbers = _fixed(np.array([2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]))
    return b"para" + bytes(4) + struct.pack(">HH5i", 3, 0, *numbers)
