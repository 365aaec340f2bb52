"""PNG chunks are read and written in one way, and damage is found."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable

import pytest

from helpers import pngs
from quantize.images.png_chunks import (
    SIGNATURE,
    Chunk,
    before_pixels,
    file_of,
    is_animated,
    mended,
    read_all,
)

CHUNKS = [
    Chunk(b"IHDR", bytes(13)),
    Chunk(b"tEXt", b"Comment\0hello"),
    Chunk(b"IDAT", b"pixels"),
    Chunk(b"IEND", b""),
]
FILE = file_of(CHUNKS)


def mend(data: bytes) -> tuple[bytes, list[str]]:
    stream = io.BytesIO(data)
    found, notes = mended(stream)
    assert (found is stream) == (not notes)
    found.seek(0)
    return found.read(), notes


BOTH = pytest.mark.parametrize("read", [read_all, mend])


def test_what_is_written_is_read_again() -> None:
    assert read_all(FILE) == CHUNKS
    assert [tuple(chunk) for chunk in pngs.chunks(FILE)] == [tuple(chunk) for chunk in CHUNKS]
    assert mend(FILE) == (FILE, [])


@BOTH
def test_what_follows_the_last_chunk_does_not_matter(read: Callable[[bytes], object]) -> None:
    read(FILE + b"trailing")


@BOTH
@pytest.mark.parametrize("size", range(len(SIGNATURE), len(FILE)))
def test_a_file_that_ends_too_early_is_truncated(
    read: Callable[[bytes], object], size: int
) -> None:
    with pytest.raises(EOFError):
        read(FILE[:size])


def damaged(kind: bytes) -> bytes:
    data = bytearray(FILE)
    data[data.index(kind) + 4] ^= 1
    return bytes(data)


@pytest.mark.parametrize("kind", [b"IHDR", b"IDAT"])
def test_a_wrong_checksum_of_a_critical_chunk_is_damage(kind: bytes) -> None:
    with pytest.raises(ValueError, match=f"wrong checksum of the {kind.decode()} chunk"):
        mend(damaged(kind))


def test_a_wrong_checksum_of_a_text_leaves_it_out() -> None:
    whole = file_of([chunk for chunk in CHUNKS if chunk.kind != b"tEXt"])
    assert mend(damaged(b"tEXt")) == (whole, ["its tEXt chunk is left out: wrong checksum"])


def with_chunk(kind: bytes, data: bytes, color_type: int = 3) -> bytes:
    header = Chunk(b"IHDR", bytes(9) + bytes([color_type]) + bytes(3))
    return file_of([header, Chunk(kind, data), *CHUNKS[2:3], CHUNKS[-1]])


LONG = zlib.compress(bytes((1 << 20) + 1))


@pytest.mark.parametrize(
    ("kind", "data", "why"),
    [
        (b"gAMA", b"\0\0\1", "3 bytes in place of 4"),
        (b"cHRM", bytes(33), "33 bytes in place of 32"),
        (b"sRGB", b"", "0 bytes in place of 1"),
        (b"pHYs", bytes(8), "8 bytes in place of 9"),
        (b"iCCP", b"name\0\1", "its compression is not known"),
        (b"iCCP", b"name", "its compression is not known"),
        (b"iCCP", b"name\0\0nonsense", "it is damaged"),
        (b"iCCP", b"name\0\0" + LONG, "it is too long"),
        (b"zTXt", b"Comment\0\0" + LONG, "it is too long"),
        (b"iTXt", b"Comment\0\1\0\0\0" + LONG, "it is too long"),
        (b"iTXt", b"Comment\0\1\7\0\0xx", "its compression is not known"),
    ],
)
def test_a_chunk_that_decoders_cannot_use_is_left_out(kind: bytes, data: bytes, why: str) -> None:
    file, notes = mend(with_chunk(kind, data))
    assert notes == [f"its {kind.decode()} chunk is left out: {why}"]
    assert kind not in file


@pytest.mark.parametrize(("color_type", "right"), [(0, 2), (2, 6), (3, 1), (3, 200)])
def test_a_transparent_colour_has_as_many_samples_as_the_picture(
    color_type: int, right: int
) -> None:
    assert mend(with_chunk(b"tRNS", bytes(right), color_type))[1] == []
    if color_type != 3:
        _, notes = mend(with_chunk(b"tRNS", bytes(right - 1), color_type))
        assert notes == [f"its tRNS chunk is left out: {right - 1} bytes in place of {right}"]


def test_many_texts_that_are_wrong_are_one_line() -> None:
    data = file_of([CHUNKS[0], *[Chunk(b"zTXt", b"a\0\1")] * 50, *CHUNKS[2:3], CHUNKS[-1]])
    assert mend(data)[1] == ["its zTXt chunk is left out: its compression is not known"]


@BOTH
def test_bytes_that_are_no_chunk_are_damage(read: Callable[[bytes], object]) -> None:
    with pytest.raises(ValueError, match="no chunk at byte 33"):
        read(FILE.replace(b"tEXt", b"t3Xt"))


def test_an_animation_is_announced_before_the_pixels() -> None:
    announced = Chunk(b"acTL", bytes(8))
    assert not is_animated(io.BytesIO(FILE))
    assert is_animated(io.BytesIO(file_of([CHUNKS[0], announced, *CHUNKS[1:]])))
    assert not is_animated(io.BytesIO(file_of([*CHUNKS[:3], announced, CHUNKS[3]])))
    assert not is_animated(io.BytesIO(FILE[:20]))


def test_a_chunk_before_the_pixels_is_found_and_the_stream_stays() -> None:
    stream = io.BytesIO(FILE)
    stream.seek(5)
    assert before_pixels(stream, b"tEXt", 13) == b"Comment\0hello"
    assert before_pixels(stream, b"tEXt", 12) is None
    assert before_pixels(stream, b"IEND", 0) is None
    assert stream.tell() == 5
