"""The blocks of a GIF (CompuServe, GIF89a, 1990), and the encoder of a picture made of them.

Pillow's own writer begins with codes for 256 colours however few there are, and interlaces: 10 %
more.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from quantize import kernels
from quantize.model.palette import Palette
from quantize.model.picture import Metadata
from quantize.model.pixels import Bytes

TRAILER: Final = b";"

EXTENSION: Final = 0x21
IMAGE: Final = 0x2C
"""First bytes of blocks."""

CONTROL: Final = 0xF9
APPLICATION: Final = 0xFF
COMMENT: Final = 0xFE
"""Labels of extensions, their second bytes."""

XMP: Final = b"XMP DataXMP"
LOOP: Final = b"NETSCAPE2.0"
"""Names of application extensions."""

_XMP_TRAILER: Final = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
"""However a reader that does not know XMP takes its bytes for lengths, it ends at the last one."""

_STILL_RESOLUTION: Final = 8
"""Bits of a channel, of which the header of a still picture tells."""


class Control(NamedTuple):
    """A graphic control extension: what it says of the image that follows.

    Attributes:
        delay: hundredths of a second.
        disposal: 1 to keep the image, 2 to clear its rectangle, 3 to restore what was there.
        transparent: the index that is not drawn, or None.
    """

    delay: int = 0
    disposal: int = 0
    transparent: int | None = None


class Clearing(NamedTuple):
    """Where LZW's table may be cleared, beside where it is full.

    Attributes:
        most: the most pixels of all frames that it is for.
        step: a place each so many pixels.
        slack: see `kernels.clear_places`.
    """

    most: int
    step: int
    slack: int


CLEARINGS: Final[dict[str, Clearing | None]] = {
    "fast": None,
    "default": Clearing(1 << 20, 4096, 1500),
    "best": Clearing(1 << 62, 1024, 4000),
}
"""By effort. Bytes of five pictures of half a megapixel in 16 to 256 colours, against a table that
is cleared when it is full, and nanoseconds a pixel of one thread (of a machine with other work):
(16384, 1000) 0.979 for 200, (8192, 1500) 0.975 for 260, (4096, 1500) 0.970 for 350, (1024, 1500)
0.960 for 780, (1024, 4000) 0.957 for 3,000. Larger pictures would take most of the run."""


def encode(
    palette: Palette, indices: Bytes, *, metadata: Metadata, effort: str = "default"
) -> bytes:
    """Return the file of a picture, with texts as comments, and XMP.

    Args:
        palette: k colours, opaque or fully transparent; of the latter GIF can hold the first, which
            pixels of the others get.
        indices: (h, w) uint8, below k; sides below 65,536.
        metadata: its texts and XMP are written.
        effort: a key of `CLEARINGS`.
    """
    height, width = indices.shape
    colors = color_table(palette, len(palette))
    invisible = np.flatnonzero(palette.colors[:, 3:] == 0)
    control = Control(transparent=int(invisible[0])) if len(invisible) else None
    if len(invisible) > 1:
        indices = np.where(np.isin(indices, invisible), invisible[0], indices).astype(np.uint8)
    return b"".join(
        [
            header(width, height, colors, resolution=_STILL_RESOLUTION),
            texts(metadata),
            image((0, 0, width, height), control, lzw(indices, clearing(effort, indices.size))),
            TRAILER,
        ]
    )


def color_table(palette: Palette, colors: int) -> bytes:
    """Return RGB of at least so many entries, and on to a power of two from 2."""
    size = max(1 << (max(colors, len(palette)) - 1).bit_length(), 2)
    return palette.colors[:, :3].tobytes().ljust(3 * size, b"\0")


def header(
    width: int, height: int, table: bytes, *, background: int = 0, resolution: int = 1
) -> bytes:
    """Return the start of a file.

    Args:
        width: of the canvas.
        height: of the canvas.
        table: RGB of 2, 4, 8, … or 256 colours, or empty.
        background: an index; programs differ in what they make of it.
        resolution: 1 to 8, bits of a channel in the picture that the file was made of.
    """
    flags = _table_flags(table) | (resolution - 1) << 4
    return b"GIF89a" + struct.pack("<HHBBB", width, height, flags, background, 0) + table


def image(
    box: tuple[int, int, int, int],
    control: Control | None,
    data: bytes,
    table: bytes = b"",
    *,
    interlaced: bool = False,
) -> bytes:
    """Return the blocks of an image in a file.

    Args:
        box: left, top, width and height.
        control: what is said of the image; None writes no such block.
        data: packed pixels, as `lzw` returns them.
        table: the palette of this image alone, as for `header`.
        interlaced: whether its rows are stored in four passes.
    """
    flags = _table_flags(table) | 0x40 * interlaced
    descriptor = struct.pack("<BHHHHB", IMAGE, *box, flags)
    return (b"" if control is None else _control(control)) + descriptor + table + data


def _control(control: Control) -> bytes:
    flags = control.disposal << 2 | (control.transparent is not None)
    fields = (flags, control.delay, control.transparent or 0, 0)
    return struct.pack("<3BBHBB", EXTENSION, CONTROL, 4, *fields)


def _table_flags(table: bytes) -> int:
    return 0x80 | (len(table) // 3).bit_length() - 2 if table else 0


def loop(count: int) -> bytes:
    """Return the extension that repeats all images so many times; 0 is for ever."""
    return _application(LOOP) + b"\x03\x01" + struct.pack("<HB", min(count, 0xFFFF), 0)


def texts(metadata: Metadata) -> bytes:
    """Return the blocks of the texts and the XMP packet."""
    return b"".join(_texts(metadata))


def _texts(metadata: Metadata) -> Iterator[bytes]:
    for key, text in metadata.text:
        words = text if key.lower() == "comment" else f"{key}: {text}"
        yield bytes([EXTENSION, COMMENT]) + _blocks(words.encode("utf-8", "replace"))
    if metadata.xmp is not None:
        yield _application(XMP) + metadata.xmp + _XMP_TRAILER


def _application(name: bytes) -> bytes:
    return bytes([EXTENSION, APPLICATION, len(name)]) + name


def _blocks(data: bytes) -> bytes:
    parts = [data[start : start + 255] for start in range(0, len(data), 255)]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def clearing(effort: str, pixels: int) -> Clearing | None:
    """Return where the table may be cleared, for so many pixels in all frames; None where full."""
    found = CLEARINGS[effort]
    return found if found is not None and pixels <= found.most else None


def lzw(indices: Bytes, clears: Clearing | None) -> bytes:
    """Return packed pixels: the least code size, blocks of at most 255 bytes, and the empty one.

    Codes are as short as the largest index allows.

    Args:
        indices: (h, w) uint8.
        clears: from `clearing`.
    """
    pixels = np.ascontiguousarray(indices).reshape(-1)
    bits = max(int(pixels.max()).bit_length(), 2)  # GIF knows no codes for two colours
    full = _where_full(pixels, bits)
    found = _coded(pixels, full, bits)
    if clears is not None:
        best = _best_places(pixels, full, bits, clears)
        found = min(found, _coded(pixels, best, bits), key=len)
    return bytes([bits]) + _blocks(found)


def _where_full(pixels: Bytes, bits: int) -> list[int]:
    """Return where tables begin if each is cleared once it is full."""
    places, at = [0], kernels.filled_at(pixels, 0, bits)
    while at < len(pixels):
        places.append(at)
        at = kernels.filled_at(pixels, at, bits)
    return places


def _best_places(pixels: Bytes, full: list[int], bits: int, clears: Clearing) -> list[int]:
    """Return where tables begin for the fewest bytes, among some places."""
    steps = range(0, len(pixels), clears.step)
    places = np.array(sorted({*full, *steps, len(pixels)}), np.int64)
    best = np.empty((2, len(places)), np.int64)
    kernels.clear_places(pixels, places, bits, clears.slack, best)
    found, number = [], len(places) - 1
    while number:
        number = int(best[1, number])
        found.append(int(places[number]))
    return found[::-1]


def _coded(pixels: Bytes, places: list[int], bits: int) -> bytes:
    """Return the codes, with a table that begins at each of the places."""
    found = np.empty(2 * (len(pixels) + len(places)) + 4, np.uint8)
    size = kernels.code_strings(pixels, np.array(places, np.int64), bits, found)
    return found[:size].tobytes()
