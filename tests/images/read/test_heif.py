"""Guards HEIF, the format of phones, which needs a package of its own; and AVIF, which does not."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from helpers import icc
from helpers.command import Run
from helpers.folders import names
from helpers.image_files import saved
from helpers.pictures import picture, pixels
from quantize.errors import ImageReadError
from quantize.images import load as loading


@pytest.fixture
def heif() -> Any:
    return pytest.importorskip("pillow_heif")


def heic(heif: Any, image: Image.Image, **options: Any) -> bytes:
    stream = io.BytesIO()
    heif.from_pillow(image).save(stream, quality=100, chroma=444, **options)
    return stream.getvalue()


def halves() -> Image.Image:
    """White above black."""
    stored = np.zeros((32, 64, 3), np.uint8)
    stored[:16] = 255
    return Image.fromarray(stored)


def test_a_heic_is_converted(heif: Any, run: Run, tmp_path: Path) -> None:
    (tmp_path / "photo.heic").write_bytes(heic(heif, halves()))
    answer = run("photo.heic", "-k", 2)
    assert (answer.code, answer.err) == (0, b"")
    assert names(tmp_path) == {"photo.heic", "photo-2.png", "photo-2.json"}
    image = pixels(tmp_path / "photo-2.png")
    assert image.shape == (32, 64, 3)
    assert image[:12].min() > 240
    assert image[20:].max() < 15


def test_it_is_turned_once(heif: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = heic(heif, halves(), exif=exif.tobytes())
    found = loading.load_stream(io.BytesIO(data), "turned")
    assert found.pixels.shape == (64, 32, 3)
    assert found.pixels[:, 20:].min() > 240  # the first row is seen at the right
    assert found.metadata.exif is not None
    tags = Image.Exif()
    tags.load(found.metadata.exif)
    assert tags.get(0x0112, 1) == 1


def test_its_profile_counts(heif: Any) -> None:
    color = np.array([230, 60, 90], np.uint8)
    image = Image.new("RGB", (64, 64), tuple(color.tolist()))
    data = heic(heif, image, icc_profile=icc.profile(icc.DISPLAY_P3))
    found = loading.load_stream(io.BytesIO(data), "p3").pixels
    assert np.abs(found - icc.to_srgb(icc.DISPLAY_P3, color)).max() < 4


def test_its_alpha_is_read(heif: Any) -> None:
    image = picture(size=(64, 64))
    image.putalpha(Image.new("L", (64, 64), 128))
    found = loading.load_stream(io.BytesIO(heic(heif, image)), "alpha")
    assert found.channels == 4


def test_a_broken_heic_is_one_line(heif: Any) -> None:
    data = heic(heif, halves())
    for size in range(12, len(data), max(len(data) // 12, 1)):
        with pytest.raises(ImageReadError):
            loading.load_stream(io.BytesIO(data[:size]), "cut")


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    for brand in (b"heic", b"mif1"):
        data = (24).to_bytes(4, "big") + b"ftyp" + brand + bytes(4) + b"mif1heic" + bytes(99)
        with pytest.raises(ImageReadError) as caught:
            loading.load_stream(io.BytesIO(data), "photo.heic")
        assert str(caught.value) == (
            "photo.heic: reading HEIF needs pillow-heif, which is not installed: "
            "pip install 'quantize-colors[heif]'"
        )


def test_avif_needs_no_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    data = saved(halves(), "AVIF", quality=100)
    found = loading.load_stream(io.BytesIO(data), "photo.avif").pixels
    assert found[:12].min() > 240
    assert found[20:].max() < 15
