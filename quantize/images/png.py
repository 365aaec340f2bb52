"""An encoder of indexed PNGs (ISO/IEC 15948) around libdeflate.

Encoding is the largest stage of a large run. At 9.8 megapixels and 256 colours libdeflate's level 6
takes 140 ms, Pillow's zlib at its usual level 340 ms for 1 % more bytes; zlib-ng is in between. The
bytes depend on the version of libdeflate alone, not on what Pillow was built with.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize.errors import MissingPackageError
from quantize.images import deflate
from quantize.images.png_chunks import XMP_KEY, Chunk, file_of
from quantize.model.palette import Palette
from quantize.model.picture import Metadata
from quantize.model.pixels import Bytes

OPTIMISER_LEVEL: Final = 4
"""Level of oxipng, 0 to 6. Level 6 takes twice the time and saves another 0.01 %; level 2 takes a
quarter of the time for 1 % more bytes."""

FILTERS: Final = (
    *("NoOp", "Sub", "Up", "Paeth"),
    *("MinSum", "Entropy", "Bigrams", "BigEnt", "Brute"),
)
"""Filters that oxipng tries; the last five choose one for each row. In our order of the palette Up,
Sub and Entropy are often the best, which its level 4 leaves out in part: 0.5 % of the bytes."""

WIDE: Final = (1 << 10, 1 << 18)
"""Pixels of pictures that `best` writes with 8 bits a pixel as well as with fewer: matches begin at
any pixel then. It saves 12 % of a pixel drawing in 16 colours; of a photograph nothing."""

PATIENT_BYTES: Final = 1 << 18
PATIENT_ROUNDS: Final = 15
"""Limit for Zopfli (in oxipng), in bytes of rows, and its rounds. With at most 16 colours it saves
0.4 to 3 % in about five seconds; with more colours it saves no more, and takes twice as long."""

_INDEXED: Final = 3
NONE, SUB, UP = 0, 1, 2
"""Filter types of rows: as they are, less the pixel on the left, less the row above."""
_KINDS: Final = (NONE, SUB, UP)

_TRIED: Final = 1 << 16
"""Bytes of rows, in bands over all of a picture, that filters are compared on."""
_BAND: Final = 16
"""Rows of a band: matches of a few rows are most of what a compressor finds."""

_LONG_TEXT: Final = 1024
"""Characters from which a text is compressed, as the standard advises."""
_FOR_TEXT: Final = 9
"""The level of libdeflate for texts."""


def encode(
    palette: Palette,
    indices: Bytes,
    *,
    metadata: Metadata | None = None,
    effort: str = "default",
    threads: int = 1,
) -> bytes:
    """Return the file of a picture, with the fewest bits a pixel: 1, 2, 4 or 8.

    With the effort `best` a small picture of few colours has 8 bits where that is smaller.

    Args:
        palette: k colours; alpha is stored up to the last entry that has any.
        indices: (h, w) uint8, below k; sides below 2^31.
        metadata: it is stored as chunks of its own.
        effort: a key of `table.COMPRESSIONS`.
        threads: most threads to use; changes no byte.

    Raises:
        MissingPackageError: `best` needs oxipng, and it is not installed.
    """
    bits, metadata = bits_for(len(palette)), metadata or Metadata()
    if effort != "best":
        return _file(palette, indices, bits, metadata, effort=effort, threads=threads)
    require_optimiser()
    rows = bits * indices.size // 8
    patient = len(palette) <= deflate.FEW and rows <= PATIENT_BYTES
    depths = (bits, 8) if bits < 8 and WIDE[0] <= indices.size <= WIDE[1] else (bits,)
    # the optimiser keeps what it is given if it finds nothing smaller
    files = [_file(palette, indices, depth, metadata, effort="default") for depth in depths]
    return min((_optimised(file, patient=patient) for file in files), key=len)


def _file(
    palette: Palette,
    indices: Bytes,
    bits: int,
    metadata: Metadata,
    *,
    effort: str,
    threads: int = 1,
) -> bytes:
    """Return the file of a picture with so many bits a pixel."""
    height, width = indices.shape
    header = struct.pack(">IIBBBBB", width, height, bits, _INDEXED, 0, 0, 0)
    alpha = palette.colors[:, 3:].tobytes().rstrip(b"\xff")
    chunks = [
        Chunk(b"IHDR", header),
        *_color_chunks(metadata),
        Chunk(b"PLTE", palette.colors[:, :3].tobytes()),
        *([Chunk(b"tRNS", alpha)] if alpha else []),
        *_other_chunks(metadata),
        Chunk(b"IDAT", compressed(packed(indices, bits), len(palette), effort, threads)),
        Chunk(b"IEND", b""),
    ]
    return file_of(chunks)


def estimate(palette: Palette, indices: Bytes, share: float) -> int:
    """Estimate how many bytes `encode` needs for a picture from some of its rows.

    Level 10 is too slow to try sizes of palettes with. It saves much the same share of all pictures
    but simple ones, and for those it is fast enough.

    Args:
        palette: k colours.
        indices: (h, w) uint8, some rows of the picture.
        share: the part of the picture that they are, above 0 to 1.
    """
    bits = bits_for(len(palette))
    rows = packed(indices, bits)
    frame = len(encode(palette, indices[:1, :1]))
    kind = predictor(rows, _KINDS)
    size = len(deflate.compress(filtered(rows, kind), _ESTIMATED_AT))
    predicted = kind != NONE
    level = deflate.level_for(
        round(rows.size / share), len(palette), "default", predicted=predicted
    )
    if level >= deflate.CAREFUL:
        if size < _SIMPLE:
            size = len(compressed(rows, len(palette), "default"))
        else:
            size = round(size * _LEVEL_10)
    return round(frame + size / share)


_ESTIMATED_AT: Final = 6
_LEVEL_10: Final = 0.92
"""The ratio of the bytes at level 10 to those at level 6, of photographs in 16 to 256 colours."""
_SIMPLE: Final = 4096
"""Compressed bytes up to which a picture counts as simple."""


def bits_for(colors: int) -> int:
    """Return the fewest bits a pixel, 1, 2, 4 or 8, for a palette of so many colours."""
    return next(bits for bits in (1, 2, 4, 8) if colors <= 1 << bits)


def packed(indices: Bytes, bits: int) -> Bytes:
    """Return (h, bytes of a row) uint8: rows of `bits` a pixel, the leftmost pixel highest."""
    if bits == 8:
        return indices
    height, width = indices.shape
    each = 8 // bits
    rows = np.zeros((height, -(-width // each)), np.uint8)
    for place in range(each):
        column = indices[:, place::each]
        rows[:, : column.shape[1]] |= column << np.uint8(bits * (each - 1 - place))
    return rows


def require_optimiser() -> None:
    """Refuse `compress="best"` where oxipng is not installed.

    Raises:
        MissingPackageError: says how to get it.
    """
    from importlib.util import find_spec

    if find_spec("oxipng") is None:
        raise MissingPackageError("compress='best'", "pyoxipng", "optimize")


def _optimised(file: bytes, *, patient: bool) -> bytes:
    """Return the file with its rows filtered and compressed by oxipng; all else stays the same.

    A step that finds nothing smaller returns what it was given.
    """
    import oxipng

    kinds = oxipng.RowFilter
    steps = [oxipng.Deflaters.libdeflater(12)]
    if patient:
        steps.append(oxipng.Deflaters.zopfli(PATIENT_ROUNDS))
    for deflater in steps:
        file = oxipng.optimize_from_memory(
            file,
            level=OPTIMISER_LEVEL,
            filter=[getattr(kinds, name) for name in FILTERS],
            deflate=deflater,
            strip=oxipng.StripChunks.none(),
            bit_depth_reduction=False,  # palette and depth are ours, and in their order
            color_type_reduction=False,
            palette_reduction=False,
            grayscale_reduction=False,
        )
    return bytes(file)


def compressed(rows: Bytes, colors: int, effort: str, threads: int = 1) -> bytes:
    """Return the rows as a zlib stream, with the filter that suits most of them.

    Filters predict values, which indices are where the palette has an order in which entries that
    meet are near. Then differences are smaller for most photographs; for drawings and dithered
    pictures of few colours the indices themselves are.
    """
    kind = predictor(rows, _KINDS)
    level = deflate.level_for(rows.size, colors, effort, predicted=kind != NONE)
    return deflate.compress(filtered(rows, kind), level, threads)


def predictor(rows: Bytes, kinds: Sequence[int]) -> int:
    """Return the filter type that some rows take the fewest bytes with, the first of equals.

    Args:
        rows: (h, w) uint8.
        kinds: filter types from `NONE` to `UP`.
    """
    sizes = _quick_sizes(rows, kinds)
    return kinds[sizes.index(min(sizes))]


def quick_size(rows: Bytes) -> int:
    """Return the bytes that some rows, (h, w) uint8, take at least, compressed quickly."""
    return min(_quick_sizes(rows, _KINDS))


def _quick_sizes(rows: Bytes, kinds: Sequence[int]) -> list[int]:
    """Return the bytes that some rows take with each filter type, compressed quickly."""
    height, width = rows.shape
    bands = max(_TRIED // (_BAND * width), 1)
    tops = np.arange(bands) * (height // bands)
    some = (tops[:, None] + np.arange(min(_BAND, height // bands))).ravel()
    if height * width <= _TRIED:
        some = np.arange(height)
    return [_quick_length(filtered(rows, kind, some)) for kind in kinds]


@lru_cache(maxsize=2 * len(_KINDS))
def _quick_length(data: bytes) -> int:
    """Return the length of some rows, compressed quickly.

    Those that an order of the palette was chosen by are compressed again to choose a filter.
    """
    return len(deflate.compress(data, deflate.QUICK))


def filtered(rows: Bytes, kind: int, some: NDArray[np.intp] | None = None) -> bytes:
    """Return the rows, or some, each after its filter type, as `NONE`, `SUB` and `UP` say."""
    part = rows if some is None else rows[some]
    lines = np.empty((part.shape[0], 1 + part.shape[1]), np.uint8)
    lines[:, 0] = kind
    lines[:, 1:] = part
    if kind == SUB:
        lines[:, 2:] -= part[:, :-1]
    elif kind == UP and some is not None:
        lines[:, 1:] -= np.where(some[:, None] > 0, rows[some - 1], np.uint8(0))
    elif kind == UP:
        lines[1:, 1:] -= rows[:-1]
    return lines.tobytes()


# --- metadata ---------------------------------------------------------------------------------


def _color_chunks(metadata: Metadata) -> Iterator[Chunk]:
    """Yield the chunks that say what the values mean; they stand before the palette.

    gAMA and cHRM beside sRGB, which the standard suggests for programs that do not know sRGB, are
    left out: 60 bytes for programs of the last century.
    """
    if metadata.srgb:
        yield Chunk(b"sRGB", b"\0")  # perceptual, as most say


def _other_chunks(metadata: Metadata) -> Iterator[Chunk]:
    """Yield the chunks that stand between the palette and the pixels."""
    if metadata.dpi is not None:
        across, down = (round(value / 0.0254) for value in metadata.dpi)
        yield Chunk(b"pHYs", struct.pack(">IIB", across, down, 1))  # pixels a metre
    if metadata.exif is not None:
        yield Chunk(b"eXIf", metadata.exif)
    if metadata.xmp is not None:
        # not compressed: programs look for the packet in the bytes of a file
        yield Chunk(b"iTXt", XMP_KEY.encode() + b"\0\0\0\0\0" + metadata.xmp)
    for key, text in metadata.text:
        yield _text(key, text)


def _text(key: str, text: str) -> Chunk:
    """Return a tEXt chunk; zTXt if the text is long, iTXt if it is not Latin-1."""
    latin = key.encode("latin-1", "replace")
    printable = bytes(code if 32 < code < 127 or code > 160 else 32 for code in latin)
    name = b" ".join(printable.split())[:79].strip() or b"Comment"
    text = text.replace("\0", "")
    try:
        plain = text.encode("latin-1")
    except UnicodeEncodeError:
        wide = text.encode("utf-8", "replace")
        if len(text) < _LONG_TEXT:
            return Chunk(b"iTXt", name + b"\0\0\0\0\0" + wide)
        return Chunk(b"iTXt", name + b"\0\1\0\0\0" + deflate.compress(wide, _FOR_TEXT))
    if len(text) < _LONG_TEXT:
        return Chunk(b"tEXt", name + b"\0" + plain)
    return Chunk(b"zTXt", name + b"\0\0" + deflate.compress(plain, _FOR_TEXT))
