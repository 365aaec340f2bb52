"""Guards the door between Pillow's images and our pixels: any rows, of any mode, turned any way.

What each mode means is tested in `test_modes.py`; here, that rows come out the same however they
are asked for, and that nothing is held twice.
"""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from helpers import icc
from helpers.examples import examples
from helpers.pictures import picture
from quantize.errors import PixelsError
from quantize.images.read.decoded import BAND_PIXELS
from quantize.images.read.still import decoded_of

SIZE = (13, 7)


def with_info(image: Image.Image, **info: object) -> Image.Image:
    image.info.update(info)
    return image


def turned(image: Image.Image, orientation: int) -> Image.Image:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.info["exif"] = exif.tobytes()
    return image


def alpha() -> Image.Image:
    return Image.fromarray(np.arange(91, dtype=np.uint8).reshape(7, 13))


def translucent() -> Image.Image:
    image = picture(size=SIZE)
    image.putalpha(alpha())
    return image


KINDS = {
    "RGB": lambda: picture(size=SIZE),
    "RGBA": translucent,
    "opaque RGBA": lambda: picture(size=SIZE).convert("RGBA"),
    "LA": lambda: translucent().convert("LA"),
    "P": lambda: picture(size=SIZE).quantize(8),
    "P with a hole": lambda: with_info(picture(size=SIZE).quantize(8), transparency=3),
    "CMYK": lambda: picture(size=SIZE).convert("CMYK"),
    "1": lambda: picture(size=SIZE).convert("1"),
    "I;16": lambda: Image.fromarray(np.arange(91, dtype=np.uint16).reshape(7, 13) * 700),
    "F": lambda: Image.fromarray(np.linspace(-3, 9, 91, dtype=np.float32).reshape(7, 13)),
    "Display P3": lambda: with_info(translucent(), icc_profile=icc.profile(icc.DISPLAY_P3)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_band_is_the_same_rows_of_the_whole(kind: str, orientation: int) -> None:
    stored = decoded_of(KINDS[kind]()).whole()
    decoded = decoded_of(turned(KINDS[kind](), orientation))
    whole = decoded.whole()
    assert whole.shape == decoded.shape
    assert whole.shape[:2] == ((7, 13) if orientation < 5 else (13, 7))
    assert sorted(whole.reshape(-1, whole.shape[2]).tolist()) == sorted(
        stored.reshape(-1, stored.shape[2]).tolist()
    )
    for top, bottom in ((0, 1), (2, 6), (6, 7), (0, whole.shape[0])):
        band = decoded.rows(top, bottom)
        assert (band.dtype, band.flags.c_contiguous) == (np.uint8, True)
        assert np.array_equal(band, whole[top:bottom])


@examples(50)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 8), st.data())
def test_any_rows_can_be_asked_for(
    width: int, height: int, orientation: int, data: st.DataObject
) -> None:
    decoded = decoded_of(turned(picture(size=(width, height)), orientation))
    top = data.draw(st.integers(0, decoded.shape[0] - 1))
    bottom = data.draw(st.integers(top + 1, decoded.shape[0]))
    assert np.array_equal(decoded.rows(top, bottom), decoded.whole()[top:bottom])


def test_alpha_is_kept_only_where_some_pixel_is_not_opaque() -> None:
    assert decoded_of(KINDS["opaque RGBA"]()).shape == (7, 13, 3)
    assert decoded_of(KINDS["RGBA"]()).shape == (7, 13, 4)
    unused = with_info(picture(size=SIZE).quantize(8), transparency=200)
    assert decoded_of(unused).shape == (7, 13, 3)


def test_the_last_pixel_of_a_large_picture_can_be_the_hole() -> None:
    image = Image.new("RGBA", (1024, BAND_PIXELS // 1024 + 1), (9, 8, 7, 255))
    image.putpixel((1023, image.height - 1), (9, 8, 7, 254))
    assert decoded_of(image).shape[2] == 4


@pytest.mark.parametrize("size", [(0, 5), (5, 0), (0, 0)])
def test_an_image_without_pixels_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(PixelsError, match="has no pixels"):
        decoded_of(Image.new("RGB", size))


def test_the_colour_that_nobody_sees_is_black() -> None:
    image = Image.new("RGBA", (2, 1), (200, 100, 50, 0))
    image.putpixel((0, 0), (200, 100, 50, 1))
    assert decoded_of(image).rows(0, 1).tolist() == [[[200, 100, 50, 1], [0, 0, 0, 0]]]


@pytest.mark.parametrize("kind", ["RGBA", "CMYK", "Display P3"])
def test_a_band_of_a_large_picture_costs_no_second_copy_of_it(kind: str) -> None:
    image = KINDS[kind]()
    large = with_info(image.resize((1000, 2000)), **image.info)
    decoded = decoded_of(large)
    tracemalloc.start()
    decoded.rows(0, 10)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1000 * 2000  # a byte a pixel
