"""Guards the kinds of files that people have beside the usual ones: read right, by what is in them.

Pixels are compared with those that were written: by hand where Pillow does not write the kind.
`convert` of ImageMagick made the same of PSD, SGI, CUR and DDS in every mode, by hand.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from helpers import icc
from helpers.command import Run
from helpers.image_files import cursor, icns, png, psd, saved
from helpers.pictures import picture
from quantize.errors import FileError
from quantize.images import load as loading
from quantize.images.table import READABLE_ENDINGS
from quantize.model.picture import Picture

IMAGE = picture(size=(24, 16))
PIXELS = np.asarray(IMAGE)
ALPHA = np.broadcast_to(np.linspace(0, 255, 24).astype(np.uint8)[None, :, None], (16, 24, 1))
TRANSLUCENT = np.concatenate([PIXELS, ALPHA], axis=2)


def read(data: bytes) -> Picture:
    return loading.load_stream(io.BytesIO(data), "image")


KINDS = {
    "jp2": saved(IMAGE, "JPEG2000", irreversible=False),
    "j2k": saved(IMAGE, "JPEG2000", no_jp2=True),
    "qoi": saved(IMAGE, "QOI"),
    "psd": psd(PIXELS),
    "psb": psd(PIXELS, large=True, packed=True),
    "dds": saved(IMAGE, "DDS"),
    "icns": icns(saved(IMAGE.resize((128, 128), Image.Resampling.NEAREST), "PNG")),
    "cur": cursor(saved(IMAGE, "ICO", sizes=[(24, 16)])),
    "pcx": saved(IMAGE, "PCX"),
    "sgi": saved(IMAGE, "SGI"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_read_whatever_its_name(kind: str, run: Run, tmp_path: Path) -> None:
    found = read(KINDS[kind])
    wanted = IMAGE.resize((128, 128), Image.Resampling.NEAREST) if kind == "icns" else IMAGE
    assert np.array_equal(found.pixels, np.asarray(wanted))
    assert found.notes == ()
    assert f".{kind}" in READABLE_ENDINGS
    (tmp_path / "photo.png").write_bytes(KINDS[kind])
    assert run("photo.png", "-k", 4, "-o", "out.png").err == b""


def test_a_folder_has_them_all(run: Run, tmp_path: Path) -> None:
    (tmp_path / "album").mkdir()
    for kind, data in KINDS.items():
        (tmp_path / "album" / f"{kind}.{kind}").write_bytes(data)
    assert run("album", "-k", 4, "-o", "out/").code == 0
    assert len(list((tmp_path / "out").glob("*.png"))) == len(KINDS)


@pytest.mark.parametrize("ending", ["eps", "ps", "ai", "pdf", "wmf", "emf"])
def test_programs_are_never_run(ending: str) -> None:
    data = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"
    with pytest.raises(FileError, match="is not an image of a kind that can be read"):
        read(data)
    assert f".{ending}" not in READABLE_ENDINGS


# PSD


def test_a_fourth_channel_is_transparency_only_where_the_file_says_so() -> None:
    assert np.array_equal(read(psd(TRANSLUCENT)).pixels, PIXELS)
    assert np.array_equal(read(psd(TRANSLUCENT, layers=2)).pixels, PIXELS)
    found = read(psd(TRANSLUCENT, layers=-2)).pixels
    assert np.array_equal(found, TRANSLUCENT * (ALPHA > 0))


@pytest.mark.parametrize("bits", [8, 16])
def test_what_photoshop_mixes_with_white_has_its_own_colour(bits: int) -> None:
    color, alpha = np.array([200, 40, 90]), ALPHA.astype(float) / 255
    mixed = np.rint((color * alpha + 255 * (1 - alpha)) * (257 if bits == 16 else 1))
    values = np.concatenate([mixed, ALPHA.astype(float) * (257 if bits == 16 else 1)], axis=2)
    found = read(psd(values.astype(np.uint16 if bits == 16 else np.uint8), layers=-1)).pixels
    assert np.array_equal(found[..., 3:], ALPHA)
    shown = ALPHA[0, :, 0] > 0
    most = 0.5 * 255 / ALPHA[0, shown, 0] + 1  # a rounded mixture tells no more
    assert (np.abs(found[:, shown, :3] - color).max(axis=(0, 2)) <= most).all()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("channels", [3, 4, 6])
def test_channels_behind_the_colours_do_not_matter(
    channels: int, packed: bool, large: bool
) -> None:
    values = np.dstack([PIXELS, *[255 - PIXELS[..., :1]] * (channels - 3)])
    found = read(psd(values, packed=packed, large=large)).pixels
    assert np.array_equal(found, PIXELS)


def test_other_modes_of_psd() -> None:
    grey = PIXELS[..., :1]
    assert np.array_equal(read(psd(grey, kind=1)).pixels, grey.repeat(3, axis=2))
    with_alpha = np.concatenate([grey, ALPHA], axis=2)
    found = read(psd(with_alpha, kind=1, layers=-1)).pixels
    assert np.array_equal(found[..., 3:], ALPHA)
    assert np.array_equal(found[..., :1], grey * (ALPHA > 0))
    table = np.arange(768, dtype=np.uint8)
    found = read(psd(grey, kind=2, colors=table.tobytes())).pixels
    assert np.array_equal(found, table.reshape(3, 256).T[grey[..., 0]])
    inks = np.full((2, 2, 4), 255, np.uint8) - np.array([0, 255, 255, 0], np.uint8)
    assert read(psd(inks, kind=4)).pixels[0, 0].tolist() == [255, 0, 0]
    lab = np.full((2, 2, 3), np.array([138, 209, 198]), np.uint8)  # sRGB red: 54.3, 80.8, 69.9
    assert np.abs(read(psd(lab, kind=9)).pixels[0, 0] - np.array([255, 0, 0])).max() <= 10


def test_16_bits_of_psd_become_the_nearest_8() -> None:
    values = np.random.default_rng(3).integers(0, 65536, (9, 8, 3)).astype(np.uint16)
    for packed in (False, True):
        found = read(psd(values, packed=packed)).pixels
        assert np.array_equal(found, (values.astype(int) + 128) // 257)
    found = read(psd(values[..., :1], kind=1)).pixels
    assert np.array_equal(found[..., :1], (values[..., :1].astype(int) + 128) // 257)


def test_a_profile_of_psd_is_heeded() -> None:
    profile = icc.profile(icc.DISPLAY_P3)
    resource = b"8BIM" + struct.pack(">HHI", 1039, 0, len(profile)) + profile
    before = b"8BIM" + struct.pack(">HB5sI", 1005, 5, b"names", 3) + b"abc\0"
    found = read(psd(PIXELS, resources=before + resource))
    assert np.abs(found.pixels - icc.to_srgb(icc.DISPLAY_P3, PIXELS)).max() < 1


def test_psd_of_32_bits_is_refused_with_a_reason() -> None:
    data = bytearray(psd(PIXELS))
    data[22:24] = struct.pack(">H", 32)
    with pytest.raises(FileError, match="32 bits a channel"):
        read(bytes(data))


# The others


def test_a_profile_of_jpeg_2000_is_heeded() -> None:
    plain = saved(IMAGE, "JPEG2000")
    profile = icc.profile(icc.DISPLAY_P3)
    start = plain.index(b"colr") - 4
    size = int.from_bytes(plain[start : start + 4], "big")
    box = struct.pack(">I4s3B", 11 + len(profile), b"colr", 2, 0, 0) + profile
    head = plain.index(b"jp2h") - 4
    grown = int.from_bytes(plain[head : head + 4], "big") + len(box) - size
    data = plain[:head] + struct.pack(">I", grown) + plain[head + 4 : start]
    found = read(data + box + plain[start + size :])
    assert np.abs(found.pixels - icc.to_srgb(icc.DISPLAY_P3, PIXELS)).max() < 1


def test_jpeg_2000_of_16_bits() -> None:
    values = np.arange(0, 65536, 700, dtype=np.uint16)[None]
    found = read(saved(Image.fromarray(values), "JPEG2000")).pixels
    assert np.array_equal(found[..., 0], (values.astype(int) + 128) // 257)


@pytest.mark.parametrize("bitmap", [True, False])
def test_a_cursor_keeps_its_transparency(bitmap: bool) -> None:
    hole = TRANSLUCENT[:16, :16].copy()
    hole[..., 3] = np.where(np.arange(16)[:, None] < 8, 0, ALPHA[:16, :16, 0])
    image = Image.fromarray(hole)
    icon = saved(image, "ICO", sizes=[(16, 16)], bitmap_format="bmp" if bitmap else "png")
    found = read(cursor(icon, (15, 0))).pixels
    assert np.array_equal(found, hole * (hole[..., 3:] > 0))


def masked(bits: int) -> bytes:
    """A cursor of 8 × 2 pixels with a mask: the left half of the upper row is not there."""
    rows = {1: b"\xff\0\0\0" * 2, 24: bytes([10, 20, 30]) * 16}[bits]
    table = bytes([0, 0, 0, 0, 255, 255, 255, 0]) if bits == 1 else b""
    mask = bytes([0, 0, 0, 0]) + bytes([0xF0, 0, 0, 0])  # from below
    bitmap = struct.pack("<IiiHHIIiiII", 40, 8, 4, 1, bits, 0, 0, 0, 0, 0, 0) + table + rows + mask
    entry = struct.pack("<BBBBHHII", 8, 2, 0, 0, 1, 1, len(bitmap), 22)
    return struct.pack("<HHH", 0, 2, 1) + entry + bitmap


@pytest.mark.parametrize(("bits", "color"), [(1, [255, 255, 255]), (24, [30, 20, 10])])
def test_a_cursor_has_a_mask(bits: int, color: list[int]) -> None:
    found = read(masked(bits)).pixels
    assert found[..., 3].tolist() == [[0] * 4 + [255] * 4, [255] * 8]
    assert found[1, 0].tolist() == [*color, 255]


def test_a_cursor_that_holds_a_bomb_is_refused() -> None:
    bomb = png((40_000, 40_000), 8, 6, b"")
    entry = struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(bomb), 22)
    with pytest.raises(FileError, match="more pixels than the limit"):
        read(struct.pack("<HHH", 0, 2, 1) + entry + bomb)
    with pytest.raises(FileError, match="more pixels than the limit"):
        read(icns(bomb))


def test_pcx_that_is_not_packed_is_refused() -> None:
    data = bytearray(saved(IMAGE, "PCX"))
    data[2] = 0
    with pytest.raises(FileError, match="unsupported PCX, which is not packed"):
        read(bytes(data))


@pytest.mark.parametrize(("kind", "options"), [("SGI", {"bpc": 2}), ("SGI", {}), ("QOI", {})])
def test_alpha_of_sgi_and_qoi(kind: str, options: dict[str, Any]) -> None:
    found = read(saved(Image.fromarray(TRANSLUCENT), kind, **options)).pixels
    assert np.array_equal(found, TRANSLUCENT * (ALPHA > 0))
