"""Small image files by their bytes, for what Pillow does not write."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    """What Pillow writes."""
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    """Of a PNG."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(
    size: tuple[int, int],
    bits: int,
    kind: int,
    rows: bytes,
    *extra: bytes,
    step: int = 1 << 30,
    interlaced: bool = False,
) -> bytes:
    """A PNG from its unfiltered rows; `extra` chunks before them, `step` bytes in an IDAT."""
    header = struct.pack(">IIBBBBB", *size, bits, kind, 0, 0, interlaced)
    data = zlib.compress(rows)
    parts = [chunk(b"IDAT", data[at : at + step]) for at in range(0, len(data), step)]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", header), *extra, *parts, chunk(b"IEND", b"")]
    )


def png16(values: NDArray[Any], *extra: bytes) -> bytes:
    """A PNG of (h, w, 1 to 4) values of 16 bits: grey, grey and alpha, RGB, RGBA."""
    height, width, channels = values.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    return png((width, height), 16, {1: 0, 2: 4, 3: 2, 4: 6}[channels], rows, *extra)


def tiff(tags: dict[int, tuple[str, list[int]]], data: bytes, *, order: str = "<") -> bytes:
    """A TIFF of one strip, `data`, from its tags: `H` or `I` and the values of each."""
    start = 8 + len(data) + len(data) % 2
    all_tags = {273: ("I", [8]), 278: ("I", [1 << 16]), 279: ("I", [len(data)])} | tags
    entries, beyond = b"", b""
    end = start + 2 + 12 * len(all_tags) + 4
    for tag, (kind, values) in sorted(all_tags.items()):
        packed = struct.pack(f"{order}{len(values)}{kind}", *values)
        if len(packed) > 4:
            place = struct.pack(f"{order}I", end + len(beyond))
            beyond += packed
            packed = place
        entries += struct.pack(f"{order}HHI", tag, {"H": 3, "I": 4}[kind], len(values))
        entries += packed.ljust(4, b"\0")
    header = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, start)
    directory = struct.pack(f"{order}H", len(all_tags)) + entries + bytes(4)
    return (header + data).ljust(start, b"\0") + directory + beyond


def tiff_of(values: NDArray[Any], *, order: str = "<", planar: bool = False, **tags: int) -> bytes:
    """An uncompressed TIFF of (h, w) or (h, w, channels), by the dtype of the values.

    Args:
        values: integers with or without a sign, or floats.
        order: `<` or `>`.
        planar: a layer a channel, one after the other.
        tags: `photometric`, `bits` and `compression`, where they are unusual.
    """
    height, width = values.shape[:2]
    channels = values.shape[2] if values.ndim == 3 else 1
    size = 8 * values.dtype.itemsize
    layers = np.moveaxis(values, 2, 0) if planar else values
    kind = values.dtype.kind
    found = {
        256: ("I", [width]),
        257: ("I", [height]),
        258: ("H", [tags.get("bits", size)] * channels),
        259: ("H", [tags.get("compression", 1)]),
        262: ("H", [tags.get("photometric", 2 if channels > 1 else 1)]),
        277: ("H", [channels]),
        284: ("H", [2 if planar else 1]),
        339: ("H", [{"u": 1, "i": 2, "f": 3}[kind]] * channels),
    }
    if channels == 4:
        found[338] = ("H", [2])
    if planar:
        step = height * width * size // 8
        found[273] = ("I", [8 + step * layer for layer in range(channels)])
        found[279] = ("I", [step] * channels)
    return tiff(found, layers.astype(values.dtype.newbyteorder(order)).tobytes(), order=order)


def psd(
    values: NDArray[Any],
    *,
    kind: int = 3,
    layers: int = 0,
    packed: bool = False,
    large: bool = False,
    resources: bytes = b"",
    colors: bytes = b"",
) -> bytes:
    """A Photoshop file of (h, w, channels) values, uint8 or uint16, by Adobe's specification.

    Args:
        values: the flattened picture.
        kind: colour mode; 1 grey, 2 indexed, 3 RGB, 4 CMYK, 9 Lab.
        layers: their count; of a negative one the fourth channel is transparency.
        packed: whether rows are packed (literally, as PackBits allows).
        large: a PSB.
        resources: image resources, as they are stored.
        colors: the palette, all of red first.
    """
    height, width, channels = values.shape
    bits = 8 * values.dtype.itemsize
    long = ">Q" if large else ">I"
    header = struct.pack(">4sH6xHIIHH", b"8BPS", 1 + large, channels, height, width, bits, kind)
    said = struct.pack(long, 2) + struct.pack(">h", layers) if layers else b""
    planes = np.moveaxis(values, 2, 0).astype(values.dtype.newbyteorder(">"))
    rows = [row.tobytes() for plane in planes for row in plane]
    body = struct.pack(">H", packed) + b"".join(rows)
    if packed:
        rows = [packbits(row) for row in rows]
        sizes = np.array([len(row) for row in rows], ">u4" if large else ">u2")
        body = struct.pack(">H", 1) + sizes.tobytes() + b"".join(rows)
    parts = [struct.pack(">I", len(part)) + part for part in (colors, resources)]
    return header + b"".join(parts) + struct.pack(long, len(said)) + said + body


def packbits(row: bytes) -> bytes:
    """A row of bytes as PackBits has them, all of them literal."""
    pieces = [row[at : at + 128] for at in range(0, len(row), 128)]
    return b"".join(bytes([len(piece) - 1]) + piece for piece in pieces)


def icns(picture: bytes) -> bytes:
    """An icon of Apple's around a PNG of 128 × 128 pixels."""
    inside = b"ic07" + struct.pack(">I", 8 + len(picture)) + picture
    return b"icns" + struct.pack(">I", 8 + len(inside)) + inside


def cursor(icon: bytes, point: tuple[int, int] = (3, 4)) -> bytes:
    """A cursor from an icon of Windows of one picture."""
    return b"\0\0\2\0" + icon[4:10] + struct.pack("<HH", *point) + icon[14:]
