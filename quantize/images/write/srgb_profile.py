"""The sRGB colour profile, for formats that have no shorter way to say sRGB.

It is made here, because the profile of LittleCMS holds the date, so that the same picture would not
give the same file. Version 4 of ICC.1 with the curve of IEC 61966-2-1 as a formula: 480 bytes.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import Final

_D50: Final = (0.9642, 1.0, 0.8249)
_COLORANTS: Final = {
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
"""Red, green and blue of sRGB, adapted to D50 by the Bradford matrix (ICC.1:2022, annex E)."""

_BRADFORD: Final = (
    *(1.047882, 0.022919, -0.050217),
    *(0.029587, 0.990479, -0.017075),
    *(-0.009232, 0.015076, 0.751678),
)
"""The Bradford matrix from D65 to D50."""

_CURVE: Final = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
"""g, a, b, c, d of a curve of parametric type 3: ((a x + b) to the power of g) from d on, c x below
d."""


@cache
def profile() -> bytes:
    """Return the profile as bytes."""
    elements = {
        b"desc": _words("sRGB"),
        b"cprt": _words("CC0"),
        b"wtpt": _typed(b"XYZ ", *_D50),
        b"chad": _typed(b"sf32", *_BRADFORD),
        **{tag: _typed(b"XYZ ", *values) for tag, values in _COLORANTS.items()},
        b"rTRC": b"para\0\0\0\0\0\3\0\0" + _fixed(*_CURVE),
    }
    places, body = {}, b""
    start = 128 + 4 + 12 * (len(elements) + 2)
    for tag, element in elements.items():
        places[tag] = (start + len(body), len(element))
        body += element
    places |= {b"gTRC": places[b"rTRC"], b"bTRC": places[b"rTRC"]}
    table = b"".join(tag + struct.pack(">II", *place) for tag, place in places.items())
    size = start + len(body)
    return _header(size) + struct.pack(">I", len(places)) + table + body


def _header(size: int) -> bytes:
    """Return the header (ICC.1:2022, 7.2); the date is that of the standard."""
    date = struct.pack(">6H", 2022, 5, 1, 0, 0, 0)
    start = struct.pack(">I4s4s4s4s4s", size, b"", b"\x04\x40", b"mntr", b"RGB ", b"XYZ ")
    light = _fixed(*_D50)
    return (start + date + b"acsp" + bytes(28) + light).ljust(128, b"\0")


def _words(text: str) -> bytes:
    """Return a name in English, padded to a multiple of 4 bytes."""
    encoded = text.encode("utf-16-be")
    head = struct.pack(">4sIII2s2sII", b"mluc", 0, 1, 12, b"en", b"US", len(encoded), 28)
    return (head + encoded).ljust(-(-(28 + len(encoded)) // 4) * 4, b"\0")


def _typed(kind: bytes, *values: float) -> bytes:
    return kind + bytes(4) + _fixed(*values)


def _fixed(*values: float) -> bytes:
    """Return values as s15Fixed16Number."""
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))
