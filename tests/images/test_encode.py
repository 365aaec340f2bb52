"""Guards what is written: the pixels, few bits, and what the picture says of itself.

Files are read by Pillow, and taken apart by hand where Pillow tells too little.
"""

from __future__ import annotations

import io
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms

from helpers import pngs
from helpers.paths import SAMPLES
from quantize import quantize
from quantize.errors import MissingPackageError, OutputError, SettingError
from quantize.images import deflate, png
from quantize.images import encode as encoding
from quantize.images.table import COMPRESSIONS, FORMATS
from quantize.images.write import srgb_profile, webp
from quantize.model.palette import Palette
from quantize.model.picture import Metadata, Picture

EVERY_FORMAT = pytest.mark.parametrize("name", FORMATS)
EVERY_EFFORT = pytest.mark.parametrize("effort", COMPRESSIONS)
SIZES = (1, 2, 3, 4, 5, 16, 17, 64, 256)

XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"


def exif() -> bytes:
    """A TIFF structure with tags of the picture, of its storage, and groups."""
    block = Image.Exif()
    block[256] = 4000  # the width that the picture once had
    block[271] = "Maker"
    block[274] = 1
    block.get_ifd(34665)[33434] = 0.01
    block.get_ifd(34853)[1] = "N"
    return block.tobytes().removeprefix(b"Exif\0\0")


def palette(k: int, channels: int = 3) -> Palette:
    """A grey ramp of k entries, with alpha the first two of which are not opaque."""
    ramp = np.linspace(0, 255, k).astype(np.uint8)
    colors = np.stack([ramp, ramp[::-1], np.arange(k, dtype=np.uint8)], axis=1)
    if channels == 4:
        alpha = np.full(k, 255, np.uint8)
        alpha[:2] = 0, 100
        colors = np.column_stack([colors, alpha])
    return Palette(colors)


def noise(k: int, size: tuple[int, int] = (13, 21), seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, k, size).astype(np.uint8)


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def encoded(name: str, metadata: Metadata, k: int = 5) -> bytes:
    return encoding.encode(palette(k), noise(k), name, metadata=metadata)


# Pixels


@EVERY_FORMAT
@pytest.mark.parametrize("k", SIZES)
def test_every_format_gives_the_pixels_back(name: str, k: int) -> None:
    indices = noise(k)
    image = opened(encoding.encode(palette(k), indices, name))
    assert np.array_equal(image.convert("RGB"), palette(k).colors[indices])


@EVERY_FORMAT
@given(width=st.integers(1, 70), height=st.integers(1, 9), k=st.sampled_from(SIZES))
def test_every_width_gives_the_pixels_back(name: str, width: int, height: int, k: int) -> None:
    indices = noise(k, (height, width), seed=width)
    image = opened(encoding.encode(palette(k), indices, name))
    assert np.array_equal(image.convert("RGB"), palette(k).colors[indices])


@pytest.mark.parametrize("name", ["png", "webp"])
def test_alpha_is_given_back_with_the_colours_that_it_hides(name: str) -> None:
    colors = palette(9, 4)
    image = opened(encoding.encode(colors, noise(9), name))
    assert np.array_equal(image.convert("RGBA"), colors.colors[noise(9)])


def test_a_gif_has_a_hole_where_a_colour_is_not_there() -> None:
    colors = Palette(np.array([[0, 0, 0, 0], [9, 8, 7, 255], [90, 80, 70, 255]], np.uint8))
    image = opened(encoding.encode(colors, noise(3), "gif"))
    assert np.array_equal(np.asarray(image.convert("RGBA"))[..., 3] == 0, noise(3) == 0)


@EVERY_FORMAT
def test_a_tall_picture_is_whole(name: str) -> None:
    indices = np.tile(noise(40, (64, 700)), (60, 1))  # in a TIFF more than a strip
    image = opened(encoding.encode(palette(40), indices, name, effort="fast"))
    assert np.array_equal(image.convert("RGB"), palette(40).colors[indices])


@EVERY_EFFORT
@pytest.mark.parametrize("name", [name for name, row in FORMATS.items() if row.has_effort])
def test_no_effort_changes_a_pixel_or_the_order_of_the_palette(name: str, effort: str) -> None:
    result = quantize(SAMPLES / "pixelart.png", 12)
    data = encoding.encode(result.palette, result.indices, name, effort=effort)
    again = encoding.encode(result.palette, result.indices, name, effort=effort)
    assert data == again
    image = opened(data)
    assert np.array_equal(image.convert("RGB"), result.to_array())
    if name != "webp":
        assert np.array_equal(image, result.indices)


@pytest.mark.parametrize("name", ["png", "webp", "tiff"])
def test_more_effort_writes_no_more_bytes(name: str) -> None:
    result = quantize(SAMPLES / "china.jpg", 32)
    sizes = [
        len(encoding.encode(result.palette, result.indices[:160], name, effort=effort))
        for effort in COMPRESSIONS
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[2] < 0.99 * sizes[0]


# As few bits as the palette needs


@pytest.mark.parametrize(
    ("k", "bits"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 4), (16, 4), (17, 8), (256, 8)]
)
def test_a_png_has_the_smallest_bit_depth(k: int, bits: int) -> None:
    file = png.encode(palette(k), noise(k))
    assert pngs.bit_depth(file) == bits
    assert len(pngs.one(file, b"PLTE") or b"") == 3 * k


@pytest.mark.parametrize(("k", "bits"), [(1, 1), (2, 1), (3, 4), (16, 4), (17, 8), (256, 8)])
def test_a_bmp_has_1_4_or_8_bits(k: int, bits: int) -> None:
    file = encoding.encode(palette(k), noise(k), "bmp")
    assert struct.unpack("<H", file[28:30]) == (bits,)
    stride = -(-21 * bits // 32) * 4
    assert len(file) == 14 + 40 + 4 * k + 13 * stride


@pytest.mark.parametrize(("k", "bits"), [(2, 4), (16, 4), (17, 8)])
def test_a_tiff_has_4_or_8_bits_and_is_deflated(k: int, bits: int) -> None:
    tags = opened(encoding.encode(palette(k), noise(k), "tiff")).getexif()
    assert (tags[258], tags[259], tags[262]) == (bits, 8, 3)


@pytest.mark.parametrize(("k", "size"), [(2, 2), (4, 2), (5, 3), (16, 4), (200, 8)])
def test_the_codes_of_a_gif_begin_as_short_as_they_can(k: int, size: int) -> None:
    file = encoding.encode(palette(k), noise(k), "gif")
    entries = 2 << (file[10] & 7)
    assert entries // 2 < max(k, 2) <= entries
    start = 13 + 3 * entries
    assert file[start : start + 1] == b","
    assert file[start + 9] == 0  # not interlaced
    assert file[start + 10] == size


def test_a_png_stores_alpha_up_to_the_last_entry_that_has_any() -> None:
    assert pngs.one(png.encode(palette(9, 4), noise(9)), b"tRNS") == bytes([0, 100])
    assert pngs.one(png.encode(palette(9), noise(9)), b"tRNS") is None


def test_rows_are_differences_to_the_row_above_where_that_is_smaller() -> None:
    steps = (np.arange(60)[:, None] * np.ones(64, int) + noise(7, (1, 64))) % 16
    noisy = noise(16, (60, 64))
    for indices, kind in ((steps, 2), (noisy, 0)):
        rows = pngs.rows(png.encode(palette(16), indices.astype(np.uint8)))
        assert {row[0] for row in rows} == {kind}


def test_rows_of_8_bits_are_differences_to_the_left_or_above_where_that_is_smaller() -> None:
    walk = (np.cumsum(noise(3, (60, 640)) + 1, axis=1) % 251).astype(np.uint8)
    for indices, kind in ((walk, 1), (np.ascontiguousarray(walk.T), 2), (noise(251, (60, 64)), 0)):
        rows = pngs.rows(png.encode(palette(251), indices))
        assert {row[0] for row in rows} == {kind}
        assert np.array_equal(np.asarray(opened(png.encode(palette(251), indices))), indices)


def test_a_tiff_of_8_bits_is_predicted_where_that_is_smaller() -> None:
    walk = (np.cumsum(noise(3, (60, 640)) + 1, axis=1) % 251).astype(np.uint8)
    for indices, predictor in ((walk, 2), (noise(251, (60, 64)), None)):
        image = opened(encoding.encode(palette(251), indices, "tiff"))
        assert image.getexif().get(317) == predictor
        assert np.array_equal(np.asarray(image), indices)


def test_differences_of_many_colours_get_a_lower_level_than_indices() -> None:
    assert deflate.level_for(1 << 18, 256, "default", predicted=True) < deflate.level_for(
        1 << 18, 256, "default"
    )


# How much effort


def test_a_small_picture_gets_a_higher_level_than_a_large_one() -> None:
    levels = [deflate.level_for(size, 64, "default") for size in (1 << 10, 1 << 20, 1 << 24)]
    assert levels == sorted(levels, reverse=True)
    assert len(set(levels)) == 3
    for size in (1 << 10, 1 << 20, 1 << 24):
        assert deflate.level_for(size, 64, "fast") < deflate.level_for(size, 64, "default")


def test_a_picture_of_few_colours_gets_a_higher_level_than_one_of_many() -> None:
    levels = [deflate.level_for(1 << 16, colors, "default") for colors in (16, 128, 129, 256)]
    assert levels == [10, 10, 9, 9]


def test_every_effort_has_its_levels() -> None:
    assert (
        list(deflate.PLAIN) == list(deflate.PREDICTED) == list(COMPRESSIONS) == list(webp.EFFORTS)
    )


def test_an_estimate_from_all_rows_is_near_the_size() -> None:
    result = quantize(SAMPLES / "china.jpg", 64)
    size = len(png.encode(result.palette, result.indices))
    assert png.estimate(result.palette, result.indices, 1.0) == pytest.approx(size, rel=0.08)
    part = result.indices[::2]
    assert png.estimate(result.palette, part, 0.5) == pytest.approx(size, rel=0.1)


def test_without_oxipng_best_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "oxipng", None)
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(MissingPackageError, match=r"pip install 'quantize-colors\[optimize\]'"):
        png.encode(palette(3), noise(3), effort="best")


def test_the_library_refuses_an_effort_that_there_is_not(tmp_path: Path) -> None:
    result = quantize(np.zeros((2, 2, 3), np.uint8))
    with pytest.raises(SettingError, match="compress"):
        result.save(tmp_path / "x.png", compress="zopfli")
    assert not list(tmp_path.iterdir())


# What a format cannot hold


def test_a_picture_that_is_too_long_for_a_format_is_refused(tmp_path: Path) -> None:
    result = quantize(np.zeros((1, 16_384, 3), np.uint8))
    with pytest.raises(OutputError, match=r"webp has at most 16,383 .* choose one of png, gif"):
        result.save(tmp_path / "x.webp")
    result.save(tmp_path / "x.gif")
    longer = quantize(np.zeros((65_536, 1, 3), np.uint8))
    with pytest.raises(OutputError, match="gif has at most 65,535"):
        longer.save(tmp_path / "y.gif")
    assert not (tmp_path / "y.gif").exists()


# Metadata

TEXTS = (
    ("Title", "A sea"),
    ("Author", "Zoë ☃"),
    ("Description", "waves " * 400),
    ("Warning", "☃" * 1500),
    ("Raw profile type exif", "old"),
    ("png:IHDR.bit-depth-orig", "8"),
)
FULL = Metadata(exif=exif(), xmp=XMP, dpi=(300, 150), text=TEXTS, srgb=True)


def test_the_chunks_of_a_png_stand_in_the_order_of_the_standard() -> None:
    file = encoding.encode(palette(5, 4), noise(5), "png", metadata=FULL)
    pngs.check_order(file)
    assert [chunk.kind for chunk in pngs.chunks(file)] == [
        *(b"IHDR", b"sRGB", b"PLTE", b"tRNS", b"pHYs", b"eXIf"),
        *(b"iTXt", b"tEXt", b"iTXt", b"zTXt", b"iTXt", b"IDAT", b"IEND"),
    ]


def test_an_optimised_png_has_the_same_chunks() -> None:
    file = encoding.encode(palette(5, 4), noise(5), "png", metadata=FULL, effort="best")
    pngs.check_order(file)
    plain = encoding.encode(palette(5, 4), noise(5), "png", metadata=FULL)
    known = {chunk for chunk in pngs.chunks(plain) if chunk.kind not in {b"IDAT", b"iTXt", b"zTXt"}}
    assert known <= set(pngs.chunks(file))
    assert opened(file).info["Warning"] == "☃" * 1500


def test_a_png_keeps_all_of_it_but_texts_about_the_old_file() -> None:
    info = opened(encoded("png", FULL)).info
    assert info["exif"].removeprefix(b"Exif\0\0") == exif()
    assert info["xmp"].rstrip() == XMP
    assert info["dpi"] == pytest.approx((300, 150), abs=0.02)
    assert {key: info[key] for key, _ in TEXTS[:4]} == dict(TEXTS[:4])
    assert not {key for key, _ in TEXTS[4:]} & info.keys()


def test_a_webp_keeps_exif_and_xmp() -> None:
    info = opened(encoded("webp", FULL)).info
    assert info["exif"].removeprefix(b"Exif\0\0") == exif()
    assert info["xmp"] == XMP


def test_a_tiff_keeps_what_exif_says_of_the_picture_and_not_of_its_storage() -> None:
    image = opened(encoded("tiff", FULL._replace(text=TEXTS[::2])))
    tags = image.getexif()
    assert image.size == (tags[256], tags[257]) == (21, 13)
    assert (tags[271], tags[274]) == ("Maker", 1)
    assert tags.get_ifd(34665)[33434] == pytest.approx(0.01)
    assert tags.get_ifd(34853)[1] == "N"
    assert tags[270] == "waves " * 400
    assert tags[700] == XMP
    assert image.info["dpi"] == (300, 150)


def test_a_gif_keeps_texts_as_comments_and_xmp() -> None:
    file = encoded("gif", FULL._replace(text=(("Comment", "a" * 300), ("Title", "Zoë ☃"))))
    image = opened(file)
    assert b"Title: " + "Zoë ☃".encode() in file
    assert image.info["comment"].startswith(b"a" * 300)
    assert XMP in file
    assert np.array_equal(image.convert("RGB"), palette(5).colors[noise(5)])


def test_a_bmp_keeps_the_resolution() -> None:
    assert opened(encoded("bmp", FULL)).info["dpi"] == pytest.approx((300, 150), abs=0.02)


@EVERY_FORMAT
def test_without_metadata_nothing_is_said(name: str) -> None:
    info = opened(encoded(name, Metadata())).info
    assert not info.keys() & {"exif", "xmp", "icc_profile", "comment", "srgb", "gamma"}
    assert info.get("dpi", (0, 0)) in ((0, 0), (1, 1))


def test_a_png_says_srgb_by_a_chunk_of_one_byte() -> None:
    file = encoded("png", Metadata(srgb=True))
    pngs.check_order(file)
    assert pngs.one(file, b"sRGB") == b"\0"
    assert pngs.one(file, b"gAMA") is pngs.one(file, b"cHRM") is None


@pytest.mark.parametrize("name", ["webp", "tiff"])
def test_what_is_srgb_says_so_by_a_profile(name: str) -> None:
    assert opened(encoded(name, Metadata(srgb=True))).info["icc_profile"] == srgb_profile.profile()


def test_the_profile_is_that_of_srgb_and_small() -> None:
    profile = srgb_profile.profile()
    assert struct.unpack(">I", profile[:4]) == (len(profile),)
    assert len(profile) < 500
    ours = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    assert ImageCms.getProfileDescription(ours).strip() == "sRGB"
    grid = np.stack(np.meshgrid(*[np.arange(0, 256, 17)] * 3), axis=-1)
    picture = Image.fromarray(grid.reshape(64, 64, 3).astype(np.uint8))
    moved = ImageCms.profileToProfile(picture, ours, ImageCms.createProfile("sRGB"))
    assert moved is not None
    assert np.abs(np.asarray(moved, np.int16) - np.asarray(picture)).max() <= 1


@given(
    key=st.text(max_size=90),
    text=st.text(max_size=40) | st.text(min_size=1024, max_size=1100),
)
def test_any_key_and_text_makes_a_valid_chunk(key: str, text: str) -> None:
    file = png.encode(palette(2), noise(2), metadata=Metadata(text=((key, text),)))
    pngs.check_order(file)
    (chunk,) = (part for part in pngs.chunks(file) if part.kind in {b"tEXt", b"zTXt", b"iTXt"})
    name, _, rest = chunk.data.partition(b"\0")
    assert 1 <= len(name) <= 79
    assert name == b" ".join(name.split())
    assert all(32 <= code <= 126 or code >= 161 for code in name)
    words = text.replace("\0", "")
    if chunk.kind == b"tEXt":
        assert rest.decode("latin-1") == words
    elif chunk.kind == b"zTXt":
        assert zlib.decompress(rest[1:]).decode("latin-1") == words
    elif rest[0] == 0:
        assert rest[4:].decode() == words
    else:
        assert zlib.decompress(rest[4:]).decode() == words


def test_the_library_writes_what_the_picture_says_unless_told(tmp_path: Path) -> None:
    result = quantize(Picture(np.zeros((3, 3, 3), np.uint8), metadata=FULL))
    result.save(tmp_path / "kept.png")
    result.save(tmp_path / "stripped.png", strip=True)
    kept, stripped = (
        {chunk.kind for chunk in pngs.chunks((tmp_path / name).read_bytes())}
        for name in ("kept.png", "stripped.png")
    )
    assert kept > {b"sRGB", b"pHYs", b"eXIf", b"iTXt"}
    assert stripped == {b"IHDR", b"PLTE", b"IDAT", b"IEND"}


def test_best_writes_a_pixel_drawing_with_8_bits_where_that_is_smaller() -> None:
    pytest.importorskip("oxipng")
    result = quantize(SAMPLES / "pixelart.png", 16)
    file = result.encode("png", compress="best")
    assert len(file) < 930  # 1,030 with 4 bits; what oxipng makes of pngquant's takes 880
    assert np.array_equal(np.asarray(opened(file).convert("RGB")), result.to_array())


@pytest.mark.parametrize("level", [1, 6, 10])
@pytest.mark.parametrize("size", [0, 1, 131_071, 131_072, 400_000, 1_700_001])
def test_pieces_are_one_stream_whatever_the_threads(level: int, size: int) -> None:
    data = (noise(9, (size,)) // (1 + np.arange(size) // 5000 % 3)).astype(np.uint8).tobytes()
    found = [deflate.compress(data, level, threads) for threads in (1, 2, 3)]
    assert zlib.decompress(found[0]) == data
    assert found[1] == found[2] == found[0]


def test_a_png_has_the_same_bytes_whatever_the_threads() -> None:
    indices = noise(200, (600, 500))
    found = {encoding.encode(palette(200), indices, "png", threads=count) for count in (1, 2, 5)}
    assert len(found) == 1
    assert np.array_equal(np.asarray(opened(found.pop())), indices)
