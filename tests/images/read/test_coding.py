"""Guards what a PNG says of its colours by numbers: the same light, of every kind of pixel.

`helpers/icc.py` computes in floats what the numbers mean. The values of the ramp are those that
pngquant and browsers show; those of BT.709 and BT.2020 are worked out from the standards.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from helpers import icc
from helpers.animations import apng, control, rgba, seen, source_of
from helpers.command import Run
from helpers.image_files import chunk, png, png16, saved
from quantize.images import load as loading
from quantize.model.picture import Picture

SRGB = (31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
P3 = (31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)
ADOBE = (31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)

RAMP = [0, 8, 32, 128, 240, 255]
LINEAR = [0, 50, 99, 188, 248, 255]
"""What the values of the ramp are in sRGB if they are proportional to light."""


def gama(value: int) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", value))


def chrm(values: tuple[int, ...]) -> bytes:
    return chunk(b"cHRM", struct.pack(">8I", *values))


def coded(*values: int) -> bytes:
    return chunk(b"cICP", bytes(values))


def profile_chunk(profile: bytes) -> bytes:
    data = saved(Image.new("RGB", (1, 1)), "PNG", icc_profile=profile)
    start = data.index(b"iCCP") - 4
    return data[start : start + 12 + int.from_bytes(data[start : start + 4], "big")]


OF_ADOBE = icc.to_srgb(icc.ADOBE_RGB, np.array(RAMP, np.uint8)[:, None].repeat(3, 1))[:, 0]
ADOBE_PROFILE = profile_chunk(icc.profile(icc.ADOBE_RGB))


def read(data: bytes) -> Picture:
    return loading.load_stream(io.BytesIO(data), "image")


def ramp(*chunks: bytes) -> bytes:
    """A row of greys in RGB."""
    row = b"\0" + bytes(value for value in RAMP for _ in range(3))
    return png((len(RAMP), 1), 8, 2, row, *chunks)


def greys(found: Picture) -> list[int]:
    assert (found.pixels[..., :3] == found.pixels[..., :1]).all()
    return [int(value) for value in found.pixels[0, :, 0]]


# Which says what


def test_values_proportional_to_light_become_srgb() -> None:
    found = read(ramp(gama(100000)))
    assert greys(found) == LINEAR
    assert (found.metadata.srgb, found.notes) == (True, ())


@pytest.mark.parametrize("value", [45455, 45454, 45000, 45470])
def test_the_usual_gamma_is_srgb(value: int) -> None:
    for chunks in ([gama(value)], [gama(value), chrm(SRGB)]):
        found = read(ramp(*chunks))
        assert greys(found) == RAMP
        assert found.metadata.srgb


@pytest.mark.parametrize("value", [35000, 50000, 55556, 100000, 250000])
def test_a_gamma_is_an_exponent(value: int) -> None:
    light = (np.array(RAMP) / 255) ** (100000 / value)
    wanted = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055) * 255
    assert greys(read(ramp(gama(value)))) == np.rint(wanted).tolist()


@pytest.mark.parametrize(
    ("chunks", "space"),
    [
        ([chrm(P3)], icc.DISPLAY_P3),  # the curve that is not said is that of sRGB
        ([coded(12, 13, 0, 1)], icc.DISPLAY_P3),
        ([gama(45471), chrm(ADOBE)], icc.ADOBE_RGB),
    ],
)
def test_primaries_are_converted(chunks: list[bytes], space: icc.Space) -> None:
    steps = np.arange(0, 256, 17, dtype=np.uint8)
    colors = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(16, -1, 3)
    rows = b"".join(b"\0" + row.tobytes() for row in colors)
    found = read(png((256, 16), 8, 2, rows, *chunks))
    assert np.abs(found.pixels - icc.to_srgb(space, colors)).max() < 0.55
    assert found.metadata.srgb


def test_another_white_is_white() -> None:
    d50 = (34567, 35850, 73470, 26530, 15960, 84040, 3660, 10)  # ProPhoto RGB
    assert greys(read(ramp(gama(55556), chrm(d50))))[-1] == 255


@pytest.mark.parametrize(
    ("chunks", "wanted"),
    [
        ([coded(1, 13, 0, 1), ADOBE_PROFILE, chunk(b"sRGB", b"\0"), gama(100000)], RAMP),
        ([coded(1, 8, 0, 1), ADOBE_PROFILE, chunk(b"sRGB", b"\0")], LINEAR),
        ([ADOBE_PROFILE, chunk(b"sRGB", b"\0"), gama(100000)], OF_ADOBE),
        ([chunk(b"sRGB", b"\0"), gama(100000), chrm(P3)], RAMP),
    ],
)
def test_what_is_said_better_goes_first(chunks: list[bytes], wanted: list[int]) -> None:
    found = read(ramp(*chunks))
    assert np.abs(np.array(greys(found)) - wanted).max() <= 1
    assert (found.metadata.srgb, found.notes) == (True, ())


def test_a_coding_that_is_not_read_leaves_the_word_to_the_next() -> None:
    hdr = coded(9, 16, 0, 1)
    coding = "its colours are coded as (9, 16) of H.273, which is not read"
    found = read(ramp(hdr))
    assert (greys(found), found.metadata.srgb) == (RAMP, False)
    assert found.notes == (f"{coding}; the colours are taken as sRGB",)
    found = read(ramp(hdr, gama(100000)))
    assert (greys(found), found.metadata.srgb) == (LINEAR, True)
    assert found.notes == (f"{coding}; its gamma and primaries are heeded",)
    assert read(ramp(hdr, ADOBE_PROFILE)).notes == ()  # which says the same, or nearly


def test_a_profile_that_cannot_be_read_leaves_the_word_to_the_next() -> None:
    found = read(ramp(profile_chunk(icc.profile(icc.ADOBE_RGB)[:200]), gama(100000)))
    assert (greys(found), found.metadata.srgb) == (LINEAR, True)
    assert found.notes == ("the colour profile cannot be read; its gamma and primaries are heeded",)


@pytest.mark.parametrize(
    ("chunks", "note"),
    [
        ([gama(0)], "its gamma, 0, is not possible"),
        ([gama(1)], "its gamma, 1e-05, is not possible"),
        ([chrm((0,) * 8)], "its primaries (cHRM) make no colours"),
        ([chrm((31270, 32900) * 4)], "its primaries (cHRM) make no colours"),
    ],
)
def test_numbers_that_mean_nothing_are_a_warning(chunks: list[bytes], note: str) -> None:
    found = read(ramp(*chunks))
    assert greys(found) == RAMP
    assert found.notes == (f"{note}; the colours are taken as sRGB",)
    assert found.metadata.srgb is False


@pytest.mark.parametrize("transfer", [1, 6, 14, 15])
def test_television_has_its_curve(transfer: int) -> None:
    light = np.array(RAMP) / 255
    light = np.where(light < 0.081, light / 4.5, ((light + 0.099) / 1.099) ** (1 / 0.45))
    wanted = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055) * 255
    assert greys(read(ramp(coded(1, transfer, 0, 1)))) == np.rint(wanted).tolist()


# Every kind of pixel


def deep(values: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(values, np.uint16)[None]


KINDS = {
    "grey of 1 bit": png((2, 1), 1, 0, b"\0\x40", gama(100000)),
    "grey of 4 bits": png((2, 1), 4, 0, b"\0\x08", gama(100000)),
    "grey": png((2, 1), 8, 0, bytes([0, 0, 136]), gama(100000)),
    "grey with alpha": png((2, 1), 8, 4, bytes([0, 0, 255, 136, 9]), gama(100000)),
    "grey of 16 bits": png16(deep([[0], [0x8888]]), gama(100000)),
    "grey with alpha of 16 bits": png16(deep([[0, 65535], [0x8888, 2313]]), gama(100000)),
    "palette": png(
        (2, 1),
        8,
        3,
        bytes([0, 0, 1]),
        gama(100000),
        chunk(b"PLTE", bytes([0, 0, 0, 136, 136, 136])),
    ),
    "RGBA": png((2, 1), 8, 6, bytes([0, 0, 0, 0, 255, 136, 136, 136, 9]), gama(100000)),
    "RGB of 16 bits": png16(deep([[0] * 3, [0x8888] * 3]), gama(100000)),
    "RGBA of 16 bits": png16(deep([[0, 0, 0, 65535], [0x8888] * 3 + [2313]]), gama(100000)),
    "a key of 16 bits": png16(
        deep([[0] * 3, [0x8888] * 3]), gama(100000), chunk(b"tRNS", bytes([0, 1] * 3))
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_pixel_is_converted(kind: str) -> None:
    found = read(KINDS[kind])
    # 8/15 of all light is 0.755 in sRGB
    assert greys(found) == [0, 255 if "1 bit" in kind else 193]
    if "alpha" in kind or "RGBA" in kind:
        assert found.pixels[0, :, 3].tolist() == [255, 9]
    assert found.metadata.srgb


@pytest.mark.parametrize("channels", [1, 3])
def test_16_bits_are_converted_before_they_are_rounded(channels: int) -> None:
    values = np.arange(0, 2000, 100, dtype=np.uint16)
    light = values / 65535
    wanted = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055) * 255
    for primaries in ([], [chrm(P3)]):  # of which grey stays grey
        data = png16(np.repeat(values[None, :, None], channels, axis=2), gama(100000), *primaries)
        assert greys(read(data)) == np.rint(wanted).tolist()


def test_transparency_stays_where_it_is() -> None:
    key = chunk(b"tRNS", struct.pack(">3H", 32, 32, 32))
    found = read(ramp(gama(100000), key))
    assert found.pixels[0, :, 3].tolist() == [255, 255, 0, 255, 255, 255]
    assert found.pixels[0, 1].tolist() == [50, 50, 50, 255]


def test_frames_of_an_animation_are_converted() -> None:
    one, two = [(8, 8, 8, 255), (32, 32, 32, 255)], [(128, 128, 128, 255), (240, 240, 240, 255)]
    data = apng(
        gama(100000),
        control(0, (2, 1)),
        chunk(b"IDAT", rgba(one)),
        control(1, (2, 1)),
        chunk(b"fdAT", b"\0\0\0\2" + rgba(two)),
    )
    frames = [np.asarray(seen(frame))[0, :, 0].tolist() for frame in source_of(data).pictures()]
    assert frames == [[50, 99], [188, 248]]


def test_a_colour_table_is_converted_with_its_pixels() -> None:
    table = chunk(b"PLTE", bytes([32] * 3 + [240] * 3 + [8] * 3))
    still = read(png((2, 1), 8, 3, bytes([0, 0, 1]), gama(100000), table))
    assert still.table is not None
    assert still.table.colors[:, 0].tolist() == [99, 248, 50]
    beyond = read(png((2, 1), 8, 3, bytes([0, 0, 3]), gama(100000), table))
    assert beyond.table is not None
    assert beyond.table.colors[:, 0].tolist() == [99, 248, 50, 0]
    indexed = zlib.compress(bytes([0, 0, 1]))
    moving = apng(
        gama(100000),
        table,
        control(0, (2, 1)),
        chunk(b"IDAT", indexed),
        control(1, (2, 1)),
        chunk(b"fdAT", b"\0\0\0\2" + zlib.compress(bytes([0, 2, 1]))),
    )
    head, kind = b"\x08\x06\0\0\0", b"\x08\x03\0\0\0"
    header = chunk(b"IHDR", moving[16:24] + kind)
    assert moving[24:29] == head
    source = source_of(moving[:8] + header + moving[33:])
    assert source.table is not None
    assert source.table[:, 0].tolist() == [99, 248, 50]


def test_an_image_of_pillow_is_treated_as_its_file() -> None:
    for chunks in ([gama(100000)], [coded(1, 8, 0, 1)]):
        with Image.open(io.BytesIO(ramp(*chunks))) as image:
            assert greys(loading.as_picture(image)) == LINEAR
            assert "cicp" not in image.info


# Files, through the command


@pytest.mark.parametrize("ending", ["png", "gif", "webp", "tiff", "bmp"])
def test_every_format_gets_what_is_seen(ending: str, run: Run, tmp_path: Any) -> None:
    (tmp_path / "ramp.png").write_bytes(ramp(gama(100000)))
    answer = run("ramp.png", "-k", 256, "-o", f"out.{ending}")
    assert (answer.code, answer.err) == (0, b"")
    with Image.open(tmp_path / f"out.{ending}") as image:
        assert np.asarray(image.convert("RGB"))[0, :, 0].tolist() == LINEAR
        assert not {"gamma", "chromaticity"} & image.info.keys()


def test_colours_that_are_named_are_srgb_as_they_are(run: Run, tmp_path: Any) -> None:
    (tmp_path / "ramp.png").write_bytes(ramp(gama(100000)))
    answer = run("ramp.png", "-k", 3, "--keep-color", "#204060", "-o", "out.png")
    assert answer.code == 0
    with Image.open(tmp_path / "out.png") as image:
        assert bytes([0x20, 0x40, 0x60]) in bytes(image.getpalette() or [])
