"""Guards pictures that are taken a band at a time: the same results, without the array."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from helpers.paths import SAMPLES
from quantize import Palette, quantize
from quantize.api.result import Result
from quantize.images import load as loading
from quantize.images.read import still
from quantize.model import pixels
from quantize.model.picture import Picture

Bytes = NDArray[np.uint8]


@pytest.fixture
def large_from_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any picture is a large one, and bands are a few rows."""
    monkeypatch.setattr(still, "LARGE", 0)
    for module in ("pipeline.histogram", "pipeline.color_table", "model.pixels"):
        monkeypatch.setattr(f"quantize.{module}.BAND_PIXELS", 5_000)


def same(a: Result, b: Result) -> bool:
    return (
        a.palette == b.palette
        and np.array_equal(a.indices, b.indices)
        and a.statistics._replace(seconds={}) == b.statistics._replace(seconds={})
    )


def some(name: str, tmp_path: Path) -> Path:
    """A part of a sample image."""
    image = Image.open(SAMPLES / name)
    image.crop((0, 0, 150, 110)).save(tmp_path / name)
    return tmp_path / name


@pytest.mark.parametrize("name", ["china.jpg", "logo.png", "chelsea.png"])
@pytest.mark.parametrize("k", [7, "auto"])
def test_bands_give_the_same_result_as_an_array(
    name: str, k: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = some(name, tmp_path)
    whole = quantize(path, k, metrics="full")
    request.getfixturevalue("large_from_here")
    banded = quantize(path, k, metrics="full")
    assert isinstance(whole.picture.pixels, np.ndarray)
    assert not isinstance(banded.picture.pixels, np.ndarray)
    assert same(whole, banded)


@pytest.mark.usefixtures("large_from_here")
def test_a_large_picture_is_still_an_array_for_those_who_ask(tmp_path: Path) -> None:
    path = some("chelsea.png", tmp_path)
    picture = loading.load(str(path))
    assert np.array_equal(np.asarray(picture.pixels), np.asarray(Image.open(path)))
    assert (picture.height, picture.width, picture.channels) == (110, 150, 3)


@pytest.mark.usefixtures("large_from_here")
def test_a_turned_picture_is_upright_in_every_band() -> None:
    random = np.random.default_rng(1)
    stored = Image.fromarray(random.integers(0, 256, (40, 30, 3)).astype(np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    stream = io.BytesIO()
    stored.save(stream, "PNG", exif=exif)
    picture = loading.load_stream(stream, "turned")
    upright = np.rot90(np.asarray(stored), -1)
    found = [band for _, band in pixels.bands(picture.pixels, 100)]
    assert len(found) == 15
    assert np.array_equal(np.concatenate(found), upright)


def test_bands_cover_every_row_once_and_hold_whole_rows() -> None:
    array = np.arange(7 * 4 * 3, dtype=np.uint8).reshape(7, 4, 3)
    found = list(pixels.bands(array, 9))
    assert [(rows.start, rows.stop) for rows, _ in found] == [(0, 2), (2, 4), (4, 6), (6, 7)]
    assert np.array_equal(np.concatenate([band for _, band in found]), array)
    assert [rows.stop for rows, _ in pixels.bands(array, 1)] == [1, 2, 3, 4, 5, 6, 7]


def test_a_released_picture_keeps_its_size_and_nothing_else() -> None:
    picture = Picture(np.zeros((2, 3, 4), np.uint8), source="a.png").released()
    assert (picture.height, picture.width, picture.channels, picture.source) == (2, 3, 4, "a.png")
    with pytest.raises(LookupError):
        picture.pixels[0:1]


def test_changed_pixels_are_changed_where_they_are_asked_for() -> None:
    grey = np.array([[1, 2], [3, 4]], np.uint8)[..., None]
    seen: list[int] = []

    def inverted(band: Bytes) -> Bytes:
        seen.append(len(band))
        return 255 - band

    view = pixels.LazyPixels(grey, inverted, 1)
    assert view.shape == (2, 2, 1)
    assert view[1:2].tolist() == [[[252], [251]]]
    assert seen == [1]
    assert np.asarray(view).tolist() == [[[254], [253]], [[252], [251]]]


def test_a_palette_is_read_from_a_large_picture_too(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    path = tmp_path / "strip.png"
    Image.fromarray(np.array([[[9, 9, 9], [1, 2, 3], [9, 9, 9]]], np.uint8)).save(path)
    request.getfixturevalue("large_from_here")
    from quantize import load_palette

    assert load_palette(path) == Palette.from_hex("#090909", "#010203")
