"""Guards what Pillow reads wrong in a PNG, and what is passed over in one that is damaged.

Transparent greys are held against pypng, as Pillow itself has the fault.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.command import Run
from helpers.image_files import chunk, png, saved
from helpers.pictures import picture
from quantize.errors import FileError
from quantize.images import load as loading
from quantize.model.picture import Picture

PASSES = (
    *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
    *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
)
"""Of Adam7: left, top, and the steps across and down."""


def read(data: bytes) -> Picture:
    return loading.load_stream(io.BytesIO(data), "image")


def grey(bits: int, key: int, *, interlaced: bool = False) -> bytes:
    """Every level (of 16 bits 256 of them), four times, with a tRNS chunk that says `key`."""
    count = min(1 << bits, 256)
    levels = np.tile(np.arange(count) * (257 if bits == 16 else 1), (4, 1))
    parts = (
        [levels[y::down, x::across] for x, y, across, down in PASSES] if interlaced else [levels]
    )
    lines = [row for part in parts if part.size for row in part]
    rows = b"".join(b"\0" + packed(row.tolist(), bits) for row in lines)
    transparent = chunk(b"tRNS", struct.pack(">H", key))
    return png((count, 4), bits, 0, rows, transparent, interlaced=interlaced)


def packed(samples: list[int], bits: int) -> bytes:
    text = "".join(f"{sample:0{bits}b}" for sample in samples)
    text += "0" * (-len(text) % 8)
    return int(text, 2).to_bytes(len(text) // 8, "big")


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_a_transparent_grey_is_a_sample_of_its_own_depth(bits: int, interlaced: bool) -> None:
    pypng = pytest.importorskip("png")
    count = min(1 << bits, 256)
    for level in {0, 1, count // 2, count - 1}:
        data = grey(bits, level * (257 if bits == 16 else 1), interlaced=interlaced)
        found = read(data).pixels
        _, _, rows, _ = pypng.Reader(bytes=data).asRGBA8()
        theirs = np.array([list(row) for row in rows]).reshape(found.shape)
        assert np.array_equal(found[..., 3], theirs[..., 3])
        assert np.array_equal(found[..., 0], theirs[..., 0] * (theirs[..., 3] > 0))
        assert np.flatnonzero(found[0, :, 3] == 0).tolist() == [level]


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_bits_above_the_depth_do_not_count(bits: int) -> None:
    found = read(grey(bits, 0xFF00 | 1)).pixels  # 11.3.1.1: decoders must mask them
    assert np.flatnonzero(found[0, :, 3] == 0).tolist() == [1]


def test_bits_above_8_do_not_count_in_colour() -> None:
    key = chunk(b"tRNS", struct.pack(">3H", 0x1205, 0x3406, 0x5607))
    found = read(png((2, 1), 8, 2, bytes([0, 5, 6, 7, 1, 2, 3]), key))
    assert found.pixels.tolist() == [[[0, 0, 0, 0], [1, 2, 3, 255]]]


def test_an_image_of_pillow_is_read_as_its_file_and_stays_as_it_was() -> None:
    with Image.open(io.BytesIO(grey(4, 15))) as image:
        found = loading.as_picture(image)
        assert image.info["transparency"] == 15
    assert found.pixels[0, :, 3].tolist() == [255] * 15 + [0]


def test_a_few_bits_of_grey_stay_transparent_through_the_command(run: Run, tmp_path: Path) -> None:
    (tmp_path / "grey.png").write_bytes(grey(4, 15))
    assert run("grey.png", "-k", 256, "-o", "out.png").code == 0
    with Image.open(tmp_path / "out.png") as image:
        assert np.asarray(image.convert("RGBA"))[0, :, 3].tolist() == [255] * 15 + [0]


# Damage beside the picture


ANCILLARY = {
    b"tEXt": b"Author\0Ann",
    b"zTXt": b"Comment\0\0x",
    b"iTXt": b"Title\0\0\0\0\0Gr\xc3\xbc\xc3\x9fe",
    b"gAMA": struct.pack(">I", 100000),
    b"pHYs": struct.pack(">IIB", 1000, 1000, 1),
    b"eXIf": b"nonsense",
    b"tIME": bytes(7),
    b"prVt": b"whatever",
}


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("kind", ANCILLARY)
def test_a_wrong_checksum_beside_the_pixels_is_a_warning(kind: bytes, late: bool) -> None:
    plain = saved(picture(), "PNG")
    wrong = bytearray(chunk(kind, ANCILLARY[kind]))
    wrong[-1] ^= 1
    place = plain.index(b"IEND") - 4 if late else plain.index(b"IDAT") - 4
    found = read(plain[:place] + wrong + plain[place:])
    assert np.array_equal(found.pixels, read(plain).pixels)
    assert found.metadata == read(plain).metadata
    assert found.notes == (f"its {kind.decode()} chunk is left out: wrong checksum",)


@pytest.mark.parametrize("kind", [b"IHDR", b"PLTE", b"IDAT", b"IEND"])
def test_a_wrong_checksum_of_what_pixels_need_is_an_error(kind: bytes) -> None:
    data = bytearray(saved(picture().quantize(8), "PNG"))
    data[data.index(kind) + 4 + int.from_bytes(data[data.index(kind) - 4 :][:4], "big")] ^= 1
    with pytest.raises(FileError, match=f"wrong checksum of the {kind.decode()} chunk at byte"):
        read(bytes(data))


def test_the_command_warns_and_goes_on(run: Run, tmp_path: Path) -> None:
    plain = saved(picture(), "PNG")
    wrong = chunk(b"tEXt", b"Comment\0made by hand")[:-1] + b"\0"
    place = plain.index(b"IDAT") - 4
    (tmp_path / "a.png").write_bytes(plain[:place] + wrong + plain[place:])
    answer = run("a.png", "-k", 4)
    assert answer.code == 0
    assert answer.errors == ["quantize: warning: a.png: its tEXt chunk is left out: wrong checksum"]
