"""The colour table of an indexed file is read as it is stored, with the entry of each pixel."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from helpers import icc
from helpers.image_files import chunk
from quantize import Palette, load_palette, quantize
from quantize.images import load
from quantize.images.read import still
from quantize.model.picture import FileTable

TABLE = "ff00ff ff0000 00ff00 0000ff ff0000 ffffff 808080 000000"
"""Entry 4 is entry 1 again; no pixel has 2, 6 and 7."""

COLORS = np.array([[*bytes.fromhex(code)] for code in TABLE.split()], np.uint8)
ENTRIES = np.tile(np.array([5, 3, 4, 1, 0], np.uint8), (3, 1))


def indexed_png(*others: bytes, entries: NDArray[np.uint8] = ENTRIES) -> bytes:
    """A file written by hand, so that no library has a say in its table."""
    rows = b"".join(b"\0" + row.tobytes() for row in entries)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            chunk(b"IHDR", struct.pack(">IIBBBBB", 5, 3, 8, 3, 0, 0, 0)),
            *(each for each in others if each[4:8] != b"tRNS"),
            chunk(b"PLTE", COLORS.tobytes()),
            *(each for each in others if each[4:8] == b"tRNS"),
            chunk(b"IDAT", zlib.compress(rows)),
            chunk(b"IEND", b""),
        ]
    )


def table_of(file: bytes) -> FileTable:
    table = load.load_stream(io.BytesIO(file), "file").table
    assert table is not None
    return table


def saved(kind: str, entries: NDArray[np.uint8] = ENTRIES) -> bytes:
    image = Image.fromarray(entries)
    image.putpalette(COLORS.tobytes())
    stream = io.BytesIO()
    image.save(stream, kind, **({"optimize": False} if kind == "GIF" else {}))
    return stream.getvalue()


def test_all_entries_stay_in_their_order_equal_and_unused_ones_too() -> None:
    table = table_of(indexed_png())
    assert np.array_equal(table.colors, COLORS)
    assert np.array_equal(table.indices, ENTRIES)
    assert table.counts.tolist() == [3, 3, 0, 3, 3, 3, 0, 0]


def test_a_transparent_entry_keeps_its_place_and_the_colour_under_it() -> None:
    colors = table_of(indexed_png(chunk(b"tRNS", b"\0\x80"))).colors
    assert colors[:, 3].tolist() == [0, 128, 255, 255, 255, 255, 255, 255]
    assert np.array_equal(colors[:, :3], COLORS)


@pytest.mark.parametrize("kind", ["BMP", "TGA"])
def test_formats_with_tables_of_any_size_give_them_whole(kind: str) -> None:
    table = table_of(saved(kind))
    assert np.array_equal(table.colors[: len(COLORS)], COLORS)
    assert np.array_equal(table.indices, ENTRIES)


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "PCX"])
def test_black_that_fills_a_table_up_is_left_out(kind: str) -> None:
    table = table_of(saved(kind))
    assert np.array_equal(table.colors, COLORS[:7])
    used = table_of(saved(kind, np.arange(8, dtype=np.uint8)[None]))
    assert np.array_equal(used.colors, COLORS)


@pytest.mark.parametrize("kind", ["GIF", "BMP"])
def test_a_table_of_greys_is_one_too(kind: str) -> None:
    stream = io.BytesIO()
    greys = np.arange(256, dtype=np.uint8).reshape(16, 16)
    Image.fromarray(greys).save(stream, kind)
    table = table_of(stream.getvalue())
    assert np.array_equal(table.colors, np.arange(256)[:, None].repeat(3, axis=1))
    assert np.array_equal(table.indices, greys)


def test_black_and_white_of_a_bmp_are_a_table_of_two() -> None:
    stream = io.BytesIO()
    Image.fromarray(ENTRIES > 2).save(stream, "BMP")
    table = table_of(stream.getvalue())
    assert table.colors.tolist() == [[0, 0, 0], [255, 255, 255]]
    assert np.array_equal(table.indices, ENTRIES > 2)


def test_an_entry_beyond_the_table_is_black_and_gets_its_place() -> None:
    beyond = ENTRIES.copy()
    beyond[0, 0] = 9
    table = table_of(indexed_png(entries=beyond))
    assert np.array_equal(table.colors[:8], COLORS)
    assert not table.colors[8:].any()
    assert np.array_equal(table.indices, beyond)


def test_pictures_that_are_not_indexed_have_none() -> None:
    for mode in ("L", "RGB", "RGBA", "LA"):
        stream = io.BytesIO()
        Image.new(mode, (3, 3)).save(stream, "PNG")
        assert load.load_stream(io.BytesIO(stream.getvalue()), "file").table is None


def test_its_colours_go_through_the_profile_as_the_pixels_do() -> None:
    profile = icc.profile(icc.Space(icc.SRGB.primaries, gamma=1.0))
    packed = chunk(b"iCCP", b"linear\0\0" + zlib.compress(profile))
    picture = load.load_stream(io.BytesIO(indexed_png(packed)), "file")
    assert picture.table is not None
    colors = picture.table.colors
    assert colors[6].tolist() == [188, 188, 188]  # what 128 of 255 in linear light is in sRGB
    assert np.array_equal(colors[ENTRIES], picture.pixels)


def test_the_entries_are_upright() -> None:
    image = Image.open(io.BytesIO(indexed_png()))
    exif = Image.Exif()
    exif[274] = 6  # stored on its side
    stream = io.BytesIO()
    image.save(stream, "PNG", exif=exif)
    assert np.array_equal(table_of(stream.getvalue()).indices, np.rot90(ENTRIES, -1))


def test_the_entries_of_a_very_large_picture_are_not_copied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(still, "LARGE", 8)
    table = table_of(indexed_png())
    assert not isinstance(table.indices, np.ndarray)
    assert np.array_equal(table.indices[1:3], ENTRIES[1:3])
    assert np.array_equal(np.asarray(table.indices), ENTRIES)


def test_an_indexed_picture_is_a_palette_in_the_order_of_its_table(tmp_path: Path) -> None:
    (tmp_path / "p.png").write_bytes(indexed_png(chunk(b"tRNS", b"\0")))
    palette = load_palette(tmp_path / "p.png")
    assert palette.hex == [f"#{code}" for code in TABLE.split()]
    assert palette.counts.tolist() == [3, 3, 0, 3, 3, 3, 0, 0]
    photo = np.random.default_rng(0).integers(0, 256, (9, 9, 3), np.uint8)
    assert quantize(photo, palette=tmp_path / "p.png").palette == palette


@pytest.mark.parametrize("kind", ["png", "gif", "bmp", "tiff"])
def test_what_we_write_gives_back_its_own_order(tmp_path: Path, kind: str) -> None:
    given = Palette.from_hex("#ffffff", "#800000", "#00ff00", "#123456", "#654321")
    photo = np.random.default_rng(0).integers(0, 256, (9, 9, 3), np.uint8)
    quantize(photo, palette=given).save(tmp_path / f"p.{kind}")
    assert load_palette(tmp_path / f"p.{kind}") == given
