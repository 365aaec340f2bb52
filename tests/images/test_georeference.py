"""Guards the place that a picture shows: kept from TIFF to TIFF, and missed aloud elsewhere."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from helpers.command import Run
from helpers.image_files import saved
from helpers.pictures import picture
from quantize.images import load as loading
from quantize.model.picture import GeoTags

TAGS: dict[int, tuple[int, Any]] = {
    33550: (12, (10.0, 10.0, 0.0)),
    33922: (12, (0.0, 0.0, 0.0, 440720.0, 3751320.0, 0.0)),
    34735: (3, (1, 1, 0, 2, 1024, 0, 1, 1, 2049, 34737, 4, 0)),
    34736: (12, (6378206.4, 294.9786982)),
    34737: (2, "NAD27|"),
}
NODATA = 42113
DROPPED = "its georeference is left out: {} has no place for it, tiff has"
STILL_0 = "nodata is still 0, but no entry of the palette has its colour"


def located(image: Image.Image, nodata: str | None = "0", more: Any = ()) -> bytes:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, (kind, value) in {**TAGS, **({NODATA: (2, nodata)} if nodata else {})}.items():
        tags.tagtype[tag] = kind
        tags[tag] = value
    tags.update(more)
    return saved(image, "TIFF", tiffinfo=tags)


def tags_of(data: bytes) -> dict[int, tuple[int, Any]]:
    with Image.open(io.BytesIO(data)) as image:
        tags = image.tag_v2  # type: ignore[attr-defined]
        return {tag: (tags.tagtype[tag], tags[tag]) for tag in (*TAGS, NODATA) if tag in tags}


def geo_of(data: bytes) -> GeoTags:
    found = loading.load_stream(io.BytesIO(data), "image").metadata.geo
    assert found is not None
    return found


def collar(level: int) -> Image.Image:
    """A picture in a frame of one grey."""
    image = Image.new("RGB", (48, 40), (level,) * 3)
    image.paste(picture(size=(40, 32)), (4, 4))
    return image


def test_a_georeference_is_kept_in_a_tiff(run: Run, tmp_path: Path) -> None:
    (tmp_path / "geo.tif").write_bytes(located(picture(), nodata=None))
    answer = run("geo.tif", "-k", 8, "-o", "out.tif")
    assert (answer.code, answer.err) == (0, b"")
    assert tags_of((tmp_path / "out.tif").read_bytes()) == TAGS


@pytest.mark.parametrize("ending", ["png", "gif", "webp", "bmp"])
def test_a_format_without_a_place_for_it_is_said(ending: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "geo.tif").write_bytes(located(picture()))
    answer = run("geo.tif", "-k", 8, "-o", f"out.{ending}")
    assert answer.errors == [f"quantize: warning: geo.tif: {DROPPED.format(ending)}"]


@pytest.mark.parametrize("ending", ["tif", "png"])
def test_what_is_stripped_is_not_missed(ending: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "geo.tif").write_bytes(located(picture()))
    answer = run("geo.tif", "-k", 8, "-o", f"out.{ending}", "--strip")
    assert (answer.code, answer.err) == (0, b"")
    if ending == "tif":
        assert tags_of((tmp_path / "out.tif").read_bytes()) == {}


@pytest.mark.parametrize("level", [0, 255])
def test_nodata_is_the_entry_of_its_colour(level: int, run: Run, tmp_path: Path) -> None:
    (tmp_path / "geo.tif").write_bytes(located(collar(level), str(level)))
    grey = "#" + f"{level:02x}" * 3
    answer = run("geo.tif", "-k", 8, "--keep-color", grey, "-o", "out.tif")
    assert (answer.code, answer.err) == (0, b"")
    data = (tmp_path / "out.tif").read_bytes()
    entry = int(tags_of(data)[NODATA][1])
    with Image.open(io.BytesIO(data)) as image:
        assert (image.getpalette() or [])[3 * entry :][:3] == [level] * 3
        assert np.asarray(image)[0, 0] == entry


def test_nodata_whose_colour_is_no_entry_stays_and_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "geo.tif").write_bytes(located(Image.new("RGB", (9, 9), (80, 90, 100))))
    answer = run("geo.tif", "-k", 8, "-o", "out.tif")
    assert answer.errors == [f"quantize: warning: geo.tif: {STILL_0}"]
    assert tags_of((tmp_path / "out.tif").read_bytes()) == {**TAGS, NODATA: (2, "0")}


def test_nodata_of_an_indexed_picture_is_an_index() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    geo = geo_of(located(image, "1"))
    assert geo.nodata_color == (40, 50, 60)
    twice = np.array([[40, 50, 60], [40, 50, 60], [0, 0, 0]], np.uint8)
    assert geo.nodata_index(twice) == 1
    assert geo.nodata_index(twice[[2, 0]]) == 1
    assert geo.nodata_index(twice[[2]]) is None


def test_nodata_of_16_bits_is_the_nearest_of_8() -> None:
    image = Image.fromarray(np.array([[0, 65535]], np.uint16))
    assert geo_of(located(image, "65535")).nodata_color == (255, 255, 255)


@pytest.mark.parametrize("nodata", ["nan", "-9999", "1e300", "none", " "])
def test_nodata_that_no_pixel_can_have_has_no_colour(nodata: str) -> None:
    assert geo_of(located(picture(), nodata)).nodata_color is None


def test_a_picture_that_was_turned_loses_its_georeference_aloud() -> None:
    found = loading.load_stream(io.BytesIO(located(picture(), more={274: 6})), "image")
    assert found.metadata.geo is None or not found.metadata.geo.tags
    assert "its georeference is left out: the picture was turned" in found.notes


def test_a_tag_of_another_type_is_none_of_a_georeference() -> None:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags.tagtype[33550] = 2
    tags[33550] = "ten"
    data = saved(picture(), "TIFF", tiffinfo=tags)
    assert loading.load_stream(io.BytesIO(data), "image").metadata.geo is None
