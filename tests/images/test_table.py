"""Every row of the tables of image formats works, and one that cannot is refused."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from PIL import Image

from quantize import checks
from quantize.checks import Table
from quantize.images.encode import encode, encode_frames
from quantize.images.table import (
    FORMATS,
    READABLE,
    READABLE_ENDINGS,
    ImageFormat,
    ReadableFormat,
    check_row,
    format_for,
    frames_in,
    holders_of,
    readable_format,
)
from quantize.model.frames import Frame, Timing
from quantize.model.palette import Palette

EVERY_FORMAT = pytest.mark.parametrize("row", FORMATS.values(), ids=lambda row: row.name)
EVERY_READABLE = pytest.mark.parametrize("row", READABLE, ids=lambda row: "".join(row.endings))

PALETTE = Palette.from_hex("#ff0000", "#0000ff")
INDICES = np.array([[0, 1, 1]], np.uint8)


@EVERY_FORMAT
def test_a_row_names_code_that_exists(row: ImageFormat) -> None:
    for target in filter(None, (row.encoder, row.writer, row.check_best)):
        assert callable(checks.load(target))


@EVERY_READABLE
def test_a_row_that_is_read_names_code_that_exists(row: ReadableFormat) -> None:
    for target in filter(None, (row.opener, row.explain, row.reader, row.is_animated)):
        assert callable(checks.load(target))


@EVERY_FORMAT
def test_what_is_written_is_known_by_its_first_bytes(row: ImageFormat) -> None:
    found = readable_format(encode(PALETTE, INDICES, row.name)[:64])
    assert found is not None
    assert set(row.endings) <= set(found.endings)


@EVERY_FORMAT
def test_a_format_of_several_pictures_writes_them(row: ImageFormat) -> None:
    if row.frames == "none":
        assert not row.writer
        return
    frames = [Frame(PALETTE, INDICES), Frame(PALETTE, INDICES[:, ::-1].copy())]
    data = encode_frames(frames, Timing((Fraction(100),) * 2), row.name)
    with Image.open(io.BytesIO(data)) as image:
        assert image.n_frames == 2  # type: ignore[attr-defined]
        assert frames_in(image.format) == row.frames


@pytest.mark.parametrize(
    ("pillow_name", "start"),
    [
        ("PNG", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"),
        ("JPEG", b"\xff\xd8\xff\xe0"),
        ("WEBP", b"RIFF\n\0\xff\nWEBPVP8L"),
        ("GIF", b"GIF87a"),
        ("GIF", b"GIF89a"),
        ("TIFF", b"II*\0"),
        ("TIFF", b"MM\0+"),
        ("ICO", b"\0\0\1\0"),
        ("AVIF", b"\0\0\0\x20ftypavif\0\0\0\0avifmif1"),
        ("HEIF", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
        ("HEIF", b"\0\0\0\x18ftypmif1\0\0\0\0mif1\0\0\0\0"),
        (None, b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif"),  # Pillow finds out
        (None, b"\0\0\0\x18ftypisom\0\0\0\0isommp42"),
        (None, b"P6\n3 2\n255\n"),
        (None, b""),
    ],
)
def test_first_bytes_tell_the_format(pillow_name: str | None, start: bytes) -> None:
    row = readable_format(start)
    assert (row and row.pillow_name) == pillow_name


def test_an_avif_of_several_pictures_says_so_at_its_start() -> None:
    row = readable_format(b"\0\0\0\x20ftypavis\0\0\0\0")
    assert row is not None
    assert row.frames == "animation"


def test_an_ending_belongs_to_one_format() -> None:
    written = [ending for row in FORMATS.values() for ending in row.endings]
    for endings in (written, READABLE_ENDINGS):
        assert len({*endings}) == len(endings)
    assert format_for("a.tif") is FORMATS["tiff"]


def test_formats_that_hold_frames_are_named() -> None:
    assert holders_of("animation") == ["gif", "png", "webp", "tiff"]
    assert holders_of("pages") == ["tiff"]


@pytest.mark.parametrize(
    ("problem", "fields"),
    [
        ("two rows", {"name": "gif"}),
        ("lower case", {"endings": (".XY",)}),
        ("lower case", {"endings": ("xy",)}),
        ("need a writer", {"frames": "pages"}),
        ("need a writer", {"writer": "quantize.images.animation.pages:write"}),
        ("durations", {"frames": "animation", "writer": "x:y"}),
        ("durations", {"frames": "animation", "writer": "x:y", "unit_ms": 1, "largest_term": 9}),
    ],
)
def test_a_row_that_cannot_work_is_refused(problem: str, fields: dict[str, Any]) -> None:
    row = ImageFormat(name="xy", endings=(".xy",), summary="a toy", encoder="x:y")
    with pytest.raises(ValueError, match=problem):
        Table((*FORMATS.values(), row.replaced(**fields)), check=check_row)


def test_a_new_format_is_a_row_and_an_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    row = ImageFormat(
        name="toy",
        endings=(".toy",),
        summary="a toy",
        encoder=f"{__name__}:encode_toy",
        has_effort=True,
    )
    monkeypatch.setitem(FORMATS._rows, "toy", row)
    assert format_for("picture.toy") is row
    assert encode(PALETTE, INDICES, "toy", effort="fast") == b"toy of 3 pixels, fast"


def encode_toy(palette: Palette, indices: Any, *, metadata: object, effort: str) -> bytes:
    return f"toy of {indices.size} pixels, {effort}".encode()
