"""Guards colour management: what is written, in sRGB, looks like what was read, in whatever space.

The profiles are made in `helpers/icc.py` from the numbers of the standards, and the colours that
they mean are computed there in floats; LittleCMS has to agree.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms

from helpers import icc
from helpers.command import Run
from helpers.examples import examples
from helpers.folders import names
from helpers.image_files import png16, saved
from helpers.paths import SAMPLES
from helpers.pictures import distinct, picture, pixels
from quantize.images import load as loading
from quantize.images.read import icc as profiles
from quantize.images.read.still import decoded_of
from quantize.model.picture import Picture

SPACES = {"Display P3": icc.DISPLAY_P3, "Adobe RGB": icc.ADOBE_RGB, "gamma": icc.SRGB_GAMMA_22}
MISFIT = "; the colours are taken as sRGB"


def with_profile(image: Image.Image, profile: bytes) -> Image.Image:
    image.info["icc_profile"] = profile
    return image


def read(data: bytes) -> Picture:
    return loading.load_stream(io.BytesIO(data), "image")


def every_kind(step: int = 17) -> NDArray[np.uint8]:
    """Colours from all over the cube."""
    values = np.arange(0, 256, step, dtype=np.uint8)
    return np.stack(np.meshgrid(values, values, values), axis=-1).reshape(len(values), -1, 3)


# The colours


@pytest.mark.parametrize("name", SPACES)
def test_the_colours_of_a_space_are_what_its_numbers_say(name: str) -> None:
    colors = every_kind()
    found = loading.as_picture(with_profile(Image.fromarray(colors), icc.profile(SPACES[name])))
    assert np.abs(found.pixels - icc.to_srgb(SPACES[name], colors)).max() < 1
    assert not np.array_equal(found.pixels, colors)
    assert (found.metadata.srgb, found.notes) == (True, ())


@examples(30)
@given(st.tuples(*[st.floats(0.05, 0.6)] * 6), st.sampled_from([None, 1.0, 1.8, 2.2, 2.6]))
def test_so_are_those_of_any_space(places: tuple[float, ...], gamma: float | None) -> None:
    red, green, blue = (0.5 + places[0] / 4, 0.3), (0.2, 0.5 + places[1] / 2), (0.15, places[2] / 4)
    space = icc.Space((red, green, blue), gamma)
    colors = every_kind(51)
    found = loading.as_picture(with_profile(Image.fromarray(colors), icc.profile(space)))
    away = np.abs(found.pixels - icc.to_srgb(space, colors))
    # a plain gamma is steep in the dark, where 8 bits of LittleCMS are a little coarse
    assert away.max() < 2.5
    assert np.median(away) < 0.6


def test_white_stays_white_and_black_black() -> None:
    for space in SPACES.values():
        ends = np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)
        found = loading.as_picture(with_profile(Image.fromarray(ends), icc.profile(space)))
        assert np.array_equal(found.pixels, ends)


def test_what_srgb_lacks_goes_to_its_edge() -> None:
    green = Image.new("RGB", (1, 1), (0, 255, 0))
    found = loading.as_picture(with_profile(green, icc.profile(icc.DISPLAY_P3)))
    assert found.pixels.tolist() == [[[0, 255, 0]]]


def test_alpha_is_no_colour() -> None:
    image = picture()
    alpha = np.arange(48 * 32).reshape(32, 48).astype(np.uint8)
    image.putalpha(Image.fromarray(alpha))
    found = loading.as_picture(with_profile(image, icc.profile(icc.ADOBE_RGB))).pixels
    assert np.array_equal(found[..., 3], alpha)
    seen = alpha > 0
    wanted = icc.to_srgb(icc.ADOBE_RGB, np.asarray(image)[..., :3])
    assert np.abs(found[..., :3] - wanted)[seen].max() < 1
    assert not found[~seen].any()


def test_a_palette_is_of_its_profile_too() -> None:
    image = picture().quantize(8)
    wanted = icc.to_srgb(icc.DISPLAY_P3, np.asarray(image.convert("RGB")))
    found = loading.as_picture(with_profile(image, icc.profile(icc.DISPLAY_P3))).pixels
    assert np.abs(found - wanted).max() < 1
    assert len(distinct(found)) == 8


def test_grey_has_profiles_of_grey_and_of_rgb() -> None:
    ramp = np.arange(256, dtype=np.uint8)[None]
    grey = np.repeat(ramp[..., None], 3, axis=2)
    linear = icc.Space(icc.SRGB.primaries, 1.0)
    for profile in (icc.grey_profile(1.0), icc.profile(linear)):
        found = loading.as_picture(with_profile(Image.fromarray(ramp), profile))
        assert np.abs(found.pixels - icc.to_srgb(linear, grey)).max() < 1
        assert found.notes == ()
    with_alpha = Image.merge("LA", (Image.fromarray(ramp), Image.new("L", (256, 1), 200)))
    found = loading.as_picture(with_profile(with_alpha, icc.grey_profile(1.0)))
    assert np.abs(found.pixels[..., :3] - icc.to_srgb(linear, grey)).max() < 1
    assert (found.pixels[..., 3] == 200).all()


def test_grey_of_16_bits_goes_through_its_profile_with_all_of_them() -> None:
    # proportional to light: of 8 bits the darkest step would be one from 0 to 13
    values = np.arange(0, 512, 2, dtype=np.uint16).reshape(1, 256)
    found = loading.as_picture(with_profile(Image.fromarray(values), icc.grey_profile(1.0)))
    light = values / 65535
    encoded = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    assert np.abs(found.pixels[..., 0] - encoded * 255).max() < 1
    assert len(np.unique(found.pixels)) > 20


def inks(one: tuple[int, ...]) -> tuple[float, float, float]:
    """CIE Lab of a full overprint, of a printer that was made up."""
    c, m, y, k = one
    lightness = 100 - 38 * c - 50 * m - 10 * y
    return lightness * (1 - k) + 5 * k, (-35 * c + 70 * m) * (1 - k), (90 * y - 50 * c) * (1 - k)


def test_inks_are_what_their_profile_says_and_black_is_black() -> None:
    profile = icc.cmyk_profile(inks)
    image = Image.new("CMYK", (4, 1))
    for place, one in enumerate([(0, 0, 0, 0), (255, 0, 0, 0), (0, 255, 255, 0), (0, 0, 0, 255)]):
        image.putpixel((place, 0), one)
    plain = loading.as_picture(image)
    found = loading.as_picture(with_profile(image, profile))
    paper, cyan, red, black = found.pixels[0].astype(int)
    assert plain.pixels[0].tolist() == [[255] * 3, [0, 255, 255], [255, 0, 0], [0] * 3]
    assert paper.tolist() == [255, 255, 255]
    assert cyan.tolist() != [0, 255, 255]
    assert np.abs(red - lab_in_srgb(*inks((0, 1, 1, 0)))).max() < 6  # black point, 8-bit table
    assert black.max() < 20
    assert found.metadata.srgb


def lab_in_srgb(lightness: float, a: float, b: float) -> NDArray[np.float64]:
    """0..255 of CIE Lab under D50 (CIE 15)."""
    middle = (lightness + 16) / 116
    curves = np.array([middle + a / 500, middle, middle - b / 200])
    xyz = icc.D50 * np.where(curves > 6 / 29, curves**3, 3 * (6 / 29) ** 2 * (curves - 4 / 29))
    light = np.clip(np.linalg.inv(icc.SRGB.matrix()) @ xyz, 0, 1)
    return 255 * np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


# What is sRGB already


def sampled_srgb() -> bytes:
    """sRGB with its curve as 1024 points, as Hewlett-Packard's profile of 1998 has it."""
    points = np.rint(icc.SRGB.decode(np.arange(1024) / 1023) * 65535)
    return icc.profile(icc.SRGB, points=points)


SAME: dict[str, Callable[[], bytes]] = {
    "by its formula": lambda: icc.profile(icc.SRGB),
    "by 1024 points": sampled_srgb,
    "LittleCMS's own": lambda: ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    "by another name": lambda: icc.profile(icc.SRGB, "Epson 2200 glossy"),
}


@pytest.mark.parametrize("kind", SAME)
def test_a_profile_of_srgb_changes_no_colour(kind: str) -> None:
    colors = every_kind(15)
    found = loading.as_picture(with_profile(Image.fromarray(colors), SAME[kind]()))
    assert np.array_equal(found.pixels, colors)
    assert (found.metadata.srgb, found.notes) == (True, ())


@pytest.mark.parametrize("name", ["china.jpg", "flower.jpg"])
def test_the_commonest_profile_of_srgb_is_known_by_its_bytes_and_is_what_it_says(name: str) -> None:
    with Image.open(SAMPLES / name) as image:
        data = image.info["icc_profile"]
    assert profiles.is_common_srgb(data)
    assert not profiles.is_common_srgb(data[:-1])
    profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
    assert profiles.Transform(profile, "RGB").changes_nothing()


def test_grey_with_the_curve_of_srgb_stays_as_it_is() -> None:
    ramp = np.arange(256, dtype=np.uint8)[None]
    for profile in (icc.grey_profile(None), icc.profile(icc.SRGB)):
        found = loading.as_picture(with_profile(Image.fromarray(ramp), profile))
        assert found.pixels[0, :, 1].tolist() == list(range(256))


def test_a_name_makes_no_srgb() -> None:
    image = with_profile(picture(), icc.profile(icc.ADOBE_RGB, "sRGB IEC61966-2.1"))
    assert not np.array_equal(loading.as_picture(image).pixels, np.asarray(image))


def test_without_a_profile_colours_are_taken_for_srgb_and_not_called_so() -> None:
    found = loading.as_picture(picture())
    assert np.array_equal(found.pixels, np.asarray(picture()))
    assert found.metadata.srgb is False


# What cannot be used


TORN = icc.profile(icc.ADOBE_RGB)[:150]

UNUSABLE = {
    "junk": ("RGB", b"junk" * 50, "the colour profile cannot be read"),
    "half a profile": ("RGB", TORN, "the colour profile cannot be read"),
    "of grey": ("RGB", icc.grey_profile(2.2), "the colour profile is one for 'GRAY', which the"),
    "of inks": ("RGB", icc.cmyk_profile(inks), "the colour profile is one for 'CMYK', which the"),
    "of light": ("CMYK", icc.profile(icc.SRGB), "the colour profile is one for 'RGB', which the"),
    "without numbers": (
        "RGB",
        icc.profile(icc.SRGB)[:128] + bytes(200),
        "the colour profile cannot",
    ),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_a_profile_that_cannot_be_used_is_a_warning(kind: str) -> None:
    mode, profile, said = UNUSABLE[kind]
    image = picture().convert(mode)
    plain = decoded_of(image).whole()
    found = loading.as_picture(with_profile(image, profile))
    (note,) = found.notes
    assert note.startswith(said)
    assert note.endswith(MISFIT)
    assert np.array_equal(found.pixels, plain)
    assert found.metadata.srgb is False


@given(st.data())
@examples(60)
def test_no_damage_to_a_profile_is_more_than_a_warning(data: st.DataObject) -> None:
    profile = bytearray(icc.profile(icc.DISPLAY_P3))
    for _ in range(data.draw(st.integers(1, 8))):
        profile[data.draw(st.integers(0, len(profile) - 1))] = data.draw(st.integers(0, 255))
    size = data.draw(st.sampled_from([len(profile), len(profile) // 2, 130]))
    found = loading.as_picture(with_profile(picture(size=(4, 3)), bytes(profile[:size])))
    assert len(found.notes) <= 1


# Files, through the command


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("JPEG", {"quality": 100, "subsampling": 0}),
        ("WEBP", {"lossless": True}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("AVIF", {"quality": 100, "subsampling": "4:4:4"}),
    ],
)
def test_every_format_brings_its_profile(kind: str, options: dict[str, Any]) -> None:
    color = np.array([230, 60, 90], np.uint8)
    image = Image.new("RGB", (16, 16), tuple(color.tolist()))
    data = saved(image, kind, icc_profile=icc.profile(icc.DISPLAY_P3), **options)
    found = read(data)
    assert np.abs(found.pixels - icc.to_srgb(icc.DISPLAY_P3, color)).max() < 3
    assert found.metadata.srgb


def test_a_profile_in_many_pieces_of_a_jpeg_is_put_together() -> None:
    profile = icc.profile(icc.ADOBE_RGB, "x" * 150_000)
    data = saved(Image.new("RGB", (8, 8), "teal"), "JPEG", quality=100, icc_profile=profile)
    assert data.count(b"ICC_PROFILE\0") == 3
    wanted = icc.to_srgb(icc.ADOBE_RGB, np.array([0, 128, 128], np.uint8))
    assert np.abs(read(data).pixels - wanted).max() < 3


def test_the_command_writes_what_a_display_p3_photo_shows(run: Run, tmp_path: Path) -> None:
    colors = np.array([[[230, 60, 90], [20, 200, 40]]], np.uint8)
    Image.fromarray(colors).save(tmp_path / "p3.png", icc_profile=icc.profile(icc.DISPLAY_P3))
    answer = run("p3.png", "-k", 2, "-o", "out.png")
    assert (answer.code, answer.err) == (0, b"")
    found = pixels(tmp_path / "out.png")
    assert np.abs(found - icc.to_srgb(icc.DISPLAY_P3, colors)).max() < 1
    with Image.open(tmp_path / "out.png") as image:
        assert "icc_profile" not in image.info


def test_the_command_warns_of_a_corrupt_profile_and_goes_on(run: Run, tmp_path: Path) -> None:
    picture().save(tmp_path / "photo.png", icc_profile=TORN)
    answer = run("photo.png", "-k", 4)
    assert answer.code == 0
    (line,) = answer.errors
    assert line == f"quantize: warning: photo.png: the colour profile cannot be read{MISFIT}"
    assert names(tmp_path) == {"photo.png", "photo-4.png", "photo-4.json"}


# Colour of 16 bits


def profile_chunk(profile: bytes) -> bytes:
    data = saved(Image.new("RGB", (1, 1)), "PNG", icc_profile=profile)
    start = data.index(b"iCCP") - 4
    return data[start : start + 12 + int.from_bytes(data[start : start + 4], "big")]


def test_16_bits_of_colour_go_through_their_profile() -> None:
    values = np.array([[[50000, 20000, 1000]]], np.uint16)
    data = png16(values, profile_chunk(icc.profile(icc.DISPLAY_P3)))
    eight = np.rint(values / 257).astype(np.uint8)
    assert np.abs(read(data).pixels - icc.to_srgb(icc.DISPLAY_P3, eight)).max() < 1
