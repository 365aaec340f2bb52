"""PNG chunks are read and written in one way, and damage is found."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from helpers import pngs
from quantize.images.png_chunks import (
    SIGNATURE,
    Chunk,
    before_pixels,
    check,
    file_of,
    is_animated,
    read_all,
)

CHUNKS = [
    Chunk(b"IHDR", bytes(13)),
    Chunk(b"tEXt", b"Comment\0hello"),
    Chunk(b"IDAT", b"pixels"),
    Chunk(b"fdAT", b"\0\0\0\1more"),
    Chunk(b"IEND", b""),
]
FILE = file_of(CHUNKS)


def check_bytes(data: bytes) -> None:
    check(io.BytesIO(data))


BOTH = pytest.mark.parametrize("read", [read_all, check_bytes])


def test_what_is_written_is_read_again() -> None:
    assert read_all(FILE) == CHUNKS
    assert [tuple(chunk) for chunk in pngs.chunks(FILE)] == [tuple(chunk) for chunk in CHUNKS]
    check_bytes(FILE)


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


@BOTH
@pytest.mark.parametrize("kind", [b"IHDR", b"IDAT"])
def test_a_wrong_checksum_of_a_critical_chunk_is_damage(
    read: Callable[[bytes], object], kind: bytes
) -> None:
    with pytest.raises(ValueError, match=f"wrong checksum of the {kind.decode()} chunk"):
        read(damaged(kind))


@BOTH
def test_a_text_may_be_wrong(read: Callable[[bytes], object]) -> None:
    read(damaged(b"tEXt"))


def test_frames_are_compared_where_they_are_read() -> None:
    check_bytes(damaged(b"fdAT"))
    with pytest.raises(ValueError, match="wrong checksum of the fdAT chunk"):
        read_all(damaged(b"fdAT"))


@BOTH
def test_bytes_that_are_no_chunk_are_damage(read: Callable[[bytes], object]) -> None:
    with pytest.raises(ValueError, match="no chunk at byte 33"):
        read(FILE.replace(b"tEXt", b"t3Xt"))


def test_an_animation_is_announced_before_the_pixels() -> None:
    announced = Chunk(b"acTL", bytes(8))
    assert not is_animated(io.BytesIO(FILE))
    assert is_animated(io.BytesIO(file_of([CHUNKS[0], announced, *CHUNKS[1:]])))
    assert not is_animated(io.BytesIO(file_of([*CHUNKS[:3], announced, CHUNKS[4]])))
    assert not is_animated(io.BytesIO(FILE[:20]))


def test_a_chunk_before_the_pixels_is_found_and_the_stream_stays() -> None:
    stream = io.BytesIO(FILE)
    stream.seek(5)
    assert before_pixels(stream, b"tEXt", 13) == b"Comment\0hello"
    assert before_pixels(stream, b"tEXt", 12) is None
    assert before_pixels(stream, b"fdAT", 8) is None
    assert stream.tell() == 5
