"""Guards what the kinds of pixels mean: any depth, any arrangement, the same 8-bit colours.

The files are read in this process; their bytes are made by hand where Pillow does not write them.
"""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from helpers.image_files import chunk, png, png16, saved, tiff_of
from helpers.pictures import picture
from quantize.errors import FileError, PixelsError
from quantize.images import load as loading
from quantize.images.read import still
from quantize.model.picture import Picture

RAMP = np.arange(65536, dtype=np.uint16)
NEAREST = (RAMP.astype(np.int64) + 128) // 257
"""Of 256 values: v * 255 / 65535, rounded; no tie is possible."""


def read(data: bytes) -> Picture:
    return loading.load_stream(io.BytesIO(data), "image")


def greys(found: Picture) -> list[int]:
    """Of the first row; red, green and blue are the same."""
    assert (found.pixels == found.pixels[..., :1]).all()
    return [int(value) for value in found.pixels[0, :, 0]]


def test_the_nearest_of_256_is_as_defined() -> None:
    assert NEAREST.tolist() == np.rint(RAMP.astype(float) * 255 / 65535).tolist()


# Greyscale of more than 8 bits


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.slow
def test_16_bits_of_grey_become_the_nearest_8(order: str) -> None:
    for data in (png16(RAMP.reshape(256, 256, 1)), tiff_of(RAMP.reshape(256, 256), order=order)):
        found = read(data).pixels
        assert found.reshape(-1, 3).tolist() == np.repeat(NEAREST[:, None], 3, axis=1).tolist()


def test_a_grey_map_whose_white_is_not_65535_is_white_at_its_own() -> None:
    values = np.array([0, 300, 1023], ">u2")
    found = read(b"P5 3 1 1023\n" + values.tobytes())
    assert greys(found) == [0, round(300 * 255 / 1023), 255]


def test_12_bits_have_4095_for_white() -> None:
    packed = bytes([0x00, 0x08, 0x00, 0xFF, 0xFF, 0xFF])  # 0, 2048, 4095, 4095
    data = tiff_of(np.frombuffer(packed, np.uint8).reshape(1, 6), bits=12)
    data = data.replace(bytes([0, 1, 4, 0, 1, 0, 0, 0, 6]), bytes([0, 1, 4, 0, 1, 0, 0, 0, 4]))
    assert greys(read(data)) == [0, 128, 255, 255]


@pytest.mark.parametrize(
    ("dtype", "values"),
    [("u2", [0, 32768, 65535]), ("f4", [0.0, 0.5, 1.0])],
)
def test_where_white_is_zero_black_is_the_largest(dtype: str, values: list[float]) -> None:
    found = read(tiff_of(np.array([values], dtype), photometric=0))
    assert greys(found) == [255, 127, 0]


@pytest.mark.parametrize(
    ("dtype", "values", "wanted", "noted"),
    [
        ("i4", [0, 32768, 65535], [0, 128, 255], ""),
        ("i4", [0, 100, 65536], [0, 0, 255], "the values 0 to 65536 were made black to white"),
        ("i4", [-100, 0, 100], [0, 128, 255], "the values -100 to 100 were made"),
        ("i2", [-32768, 0, 32767], [0, 128, 255], "the values -32768 to 32767 were made"),
        ("u4", [0, 1 << 31, (1 << 32) - 1], [0, 128, 255], "the values 0 to 4.29497e+09 were"),
        ("f4", [0.0, 0.25, 1.0], [0, 64, 255], ""),
        ("f4", [-1.0, 0.0, 3.0], [0, 64, 255], "the values -1 to 3 were made black to white"),
        ("f4", [7.0, 7.0, 7.0], [0, 0, 0], "the values 7 to 7 were made"),
    ],
)
def test_32_bits_are_16_or_a_range_of_their_own(
    dtype: str, values: list[Any], wanted: list[int], noted: str
) -> None:
    found = read(tiff_of(np.array([values], dtype)))
    assert greys(found) == wanted
    assert " ".join(found.notes).startswith(noted)
    assert len(found.notes) == bool(noted)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(FileError, match="no finite numbers"):
        read(tiff_of(np.array([[0.0, value, 1.0]], np.float32)))


# Colour of 16 bits a channel


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("kind", ["png", "<", ">", "< planar", "> planar", "lzw", "deflated"])
def test_16_bits_of_colour_become_the_nearest_8(channels: int, kind: str) -> None:
    values = np.random.default_rng(5).integers(1, 65536, (9, 8, channels)).astype(np.uint16)
    values[..., 3:] |= 256  # no pixel is quite invisible
    if kind == "png":
        data = png16(values)
    elif kind in ("lzw", "deflated"):
        plain = Image.open(io.BytesIO(tiff_of(values)))
        assert plain.tile[0].args[0].endswith(";16L")
        tifffile = pytest.importorskip("tifffile")
        stream = io.BytesIO()
        extra = {"extrasamples": ["unassalpha"]} if channels == 4 else {}
        tifffile.imwrite(stream, values, photometric="rgb", compression="zlib", **extra)
        data = stream.getvalue()
    else:
        data = tiff_of(values, order=kind[0], planar="planar" in kind)
    assert np.array_equal(read(data).pixels, (values.astype(np.int64) + 128) // 257)


def test_16_bits_of_grey_with_alpha() -> None:
    found = read(png16(np.array([[[511, 65535], [40000, 300]]], np.uint16)))
    assert found.pixels.tolist() == [[[2, 2, 2, 255], [156, 156, 156, 1]]]


def test_a_transparent_colour_of_16_bits_is_one_in_all_of_them() -> None:
    values = np.array([[[511, 1000, 65535], [511, 1000, 65534]]], np.uint16)
    key = chunk(b"tRNS", values[0, 0].astype(">u2").tobytes())
    assert read(png16(values, key)).pixels.tolist() == [[[0, 0, 0, 0], [2, 4, 255, 255]]]


def test_an_interlaced_file_of_16_bits() -> None:
    values = np.array([[[511, 1000, 65535]]], np.uint16)
    data = png((1, 1), 16, 2, b"\0" + values.astype(">u2").tobytes(), interlaced=True)
    assert read(data).pixels.tolist() == [[[2, 4, 255]]]


# Palettes


@pytest.mark.parametrize("last", [2, 255])
@pytest.mark.parametrize("extra", [b"", chunk(b"tRNS", bytes([7]))])
def test_an_index_beyond_the_palette_is_opaque_black(last: int, extra: bytes) -> None:
    palette = chunk(b"PLTE", bytes([10, 20, 30, 40, 50, 60]))  # PNG 3, 13.1
    found = read(png((3, 1), 8, 3, bytes([0, 0, 1, last]), palette, extra))
    assert found.pixels[0, 2].tolist() == ([0, 0, 0, 255] if extra else [0, 0, 0])
    assert found.pixels[0, 1, :3].tolist() == [40, 50, 60]
    assert found.notes == ("pixels of entries beyond its palette of 2 are black",)
    whole = read(png((3, 1), 8, 3, bytes([0, 0, 1, 1]), palette))
    assert whole.pixels.tolist() == [[[10, 20, 30], [40, 50, 60], [40, 50, 60]]]
    assert whole.notes == ()


def test_an_index_that_is_transparent_needs_no_colour() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putpixel((1, 0), 3)
    image.info["transparency"] = 3
    assert loading.as_picture(image).pixels.tolist() == [[[10, 20, 30, 255], [0, 0, 0, 0]]]


def test_indices_without_a_palette_mean_nothing() -> None:
    with pytest.raises(FileError, match="is indexed, and has no palette"):
        read(png((2, 1), 8, 3, bytes([0, 0, 1])))
    with pytest.raises(PixelsError, match="is indexed, and has no palette"):
        loading.as_picture(Image.new("P", (2, 1)))


@pytest.mark.parametrize("kind", ["BMP", "TGA", "GIF", "TIFF"])
def test_palettes_of_other_formats_are_whole(kind: str) -> None:
    image = picture().quantize(20)
    found = read(saved(image, kind)).pixels
    assert np.array_equal(found, np.asarray(image.convert("RGB")))


# Modes of Pillow's images


def translucent(mode: str) -> Image.Image:
    image = Image.new("RGBA", (2, 1), (200, 100, 50, 128))
    image.putpixel((1, 0), (10, 20, 30, 255))
    return image.convert(mode)


COLORS = [[200, 100, 50, 128], [10, 20, 30, 255]]


def test_alpha_before_or_after_multiplication_is_the_same_picture() -> None:
    for mode in ("RGBA", "RGBa"):
        found = loading.as_picture(translucent(mode)).pixels[0]
        assert np.abs(found.astype(int) - COLORS).max() <= 1
    grey = loading.as_picture(translucent("LA")).pixels[0]
    multiplied = loading.as_picture(translucent("LA").convert("La")).pixels[0]
    assert np.abs(grey.astype(int) - multiplied).max() <= 1
    assert grey[0].tolist() == [124, 124, 124, 128]


def test_a_palette_with_an_alpha_channel() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putpixel((1, 0), 1)
    with_alpha = image.convert("PA")
    with_alpha.putalpha(Image.fromarray(np.array([[255, 77]], np.uint8)))
    assert loading.as_picture(with_alpha).pixels.tolist() == [[[10, 20, 30, 255], [40, 50, 60, 77]]]


@pytest.mark.parametrize("mode", ["RGBX", "HSV", "YCbCr", "LAB"])
def test_other_arrangements_of_three_channels(mode: str) -> None:
    image = Image.new("RGB", (3, 1), (200, 100, 50))
    image.putpixel((1, 0), (0, 0, 0))
    image.putpixel((2, 0), (255, 255, 255))
    if mode == "LAB":
        from PIL import ImageCms

        srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        other = ImageCms.profileToProfile(image, srgb, lab, outputMode="LAB")
        assert other is not None
    else:
        other = image.convert(mode)
    found = loading.as_picture(other)
    assert found.channels == 3
    assert np.abs(found.pixels.astype(int) - np.asarray(image)).max() <= 3


# CMYK


def ink(c: int, m: int, y: int, k: int) -> NDArray[Any]:
    """On white paper, each ink taking away what is its own."""
    return np.rint((255 - np.array([c, m, y])) * (255 - k) / 255)


def test_cmyk_without_a_profile_is_paper_less_its_inks() -> None:
    inks = [(0, 0, 0, 0), (255, 0, 0, 0), (40, 80, 120, 60), (0, 0, 0, 255)]
    for kind in ("TIFF", "JPEG"):
        for one in inks:
            options = {"quality": 100} if kind == "JPEG" else {}
            found = read(saved(Image.new("CMYK", (16, 16), one), kind, **options))
            assert np.abs(found.pixels - ink(*one)).max() <= 2


def ycck(c: int, m: int, y: int, k: int) -> bytes:
    """A JPEG in YCCK of one colour, its inks inverted, as Photoshop writes it.

    Inverted inks look like RGB, of which Y, Cb and Cr are made. Pillow inverts as well what it
    writes as CMYK, and leaves out the mark that says that the first three are YCC.
    """
    luma = Image.new("RGB", (1, 1), (c, m, y)).convert("YCbCr").getpixel((0, 0))
    assert isinstance(luma, tuple)
    stored = [255 - int(value) for value in luma] + [k]
    data = saved(Image.new("CMYK", (16, 16), tuple(stored)), "JPEG", quality=100, subsampling=0)
    place = data.index(b"Adobe") + 11
    assert data[place] == 0
    return data[:place] + b"\2" + data[place + 1 :]


def test_a_jpeg_of_photoshop_is_ycck_with_inverted_inks() -> None:
    for one in [(0, 0, 0, 0), (40, 80, 120, 60), (0, 255, 255, 0), (0, 0, 0, 255)]:
        assert np.abs(read(ycck(*one)).pixels - ink(*one)).max() <= 3


# What is global to the process: standard error, and who shows warnings

POSIX = pytest.mark.skipif(os.name == "nt", reason="descriptors are counted in /dev/fd")


def in_threads(work: Callable[[], object], *, threads: int = 6) -> None:
    """Call a function forty times in each of several threads; an error in one is an error."""
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(lambda: [work() for _ in range(40)]) for _ in range(threads)]:
            done.result()


@POSIX
def test_threads_that_read_tiffs_leave_standard_error_where_it_was(
    capfd: pytest.CaptureFixture[str],
) -> None:
    data = saved(picture(size=(120, 80)), "TIFF", compression="tiff_lzw")
    before, open_before = os.fstat(2), len(os.listdir("/dev/fd"))
    in_threads(lambda: read(data))
    after = os.fstat(2)
    assert (before.st_dev, before.st_ino) == (after.st_dev, after.st_ino)
    assert len(os.listdir("/dev/fd")) == open_before
    os.write(2, b"still heard")
    assert capfd.readouterr().err.endswith("still heard")


@pytest.mark.parametrize("compression", ["raw", "png"])
def test_what_libtiff_does_not_decode_leaves_descriptors_alone(
    compression: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = "PNG" if compression == "png" else "TIFF"
    data = saved(picture(), kind, **({} if kind == "PNG" else {"compression": compression}))
    with monkeypatch.context() as patched:
        patched.setattr(os, "dup2", None)
        patched.setattr(os, "dup", None)
        assert read(data).pixels.shape[2] == 3


def test_threads_leave_warnings_as_they_were() -> None:
    data = saved(picture(), "TIFF", compression="tiff_lzw")
    filters, show = list(warnings.filters), warnings.showwarning
    in_threads(lambda: read(data))
    assert warnings.filters == filters
    assert warnings.showwarning is show


def test_a_warning_of_another_thread_goes_where_it_would_have_gone() -> None:
    with warnings.catch_warnings(record=True) as elsewhere:
        warnings.simplefilter("always")
        with still.complaints() as here:
            with ThreadPoolExecutor(1) as other:
                other.submit(warnings.warn, "theirs").result()
            warnings.warn("ours", stacklevel=1)
            warnings.warn("ours", stacklevel=1)
    assert here == ["ours"]
    assert [str(found.message) for found in elsewhere] == ["theirs"]
