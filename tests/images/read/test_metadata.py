"""Guards what a file says beside its pixels: read from every format, true of the upright picture.

What is written of it is tested where it is written.
"""

from __future__ import annotations

import io
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from helpers.image_files import chunk, png, saved
from helpers.pictures import picture
from quantize.images import load as loading
from quantize.images.read.metadata import without_orientation
from quantize.model.picture import Metadata, Picture

PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description xmlns:dc="d" dc:title="Grüße"{}/></x:xmpmeta>
<?xpacket end="w"?>"""
TURNED = PACKET.format(' tiff:Orientation="6"').encode()
UPRIGHT = PACKET.format(' tiff:Orientation="1"').encode()


def read(data: bytes) -> Picture:
    return loading.load_stream(io.BytesIO(data), "image")


def exif(**tags: Any) -> Image.Exif:
    """Of a camera that was turned."""
    made = Image.Exif()
    made[0x0112] = 6
    made[0x010F] = "Makers of cameras"
    made.get_ifd(0x8769)[0x927C] = b"\1\2a maker's note"
    for name, value in tags.items():
        made[int(name.removeprefix("tag"))] = value
    whole = Image.Exif()
    whole.load(made.tobytes())  # else Pillow writes no directory of EXIF into a TIFF
    return whole


def as_tags(block: bytes | None) -> Image.Exif:
    """An EXIF block as another reader has it."""
    assert block is not None
    assert block[:4] in (b"II*\0", b"MM\0*")
    found = Image.Exif()
    found.load(block)
    return found


# EXIF


FORMATS = {
    "PNG": {},
    "JPEG": {},
    "WEBP": {},
    "TIFF": {},  # of a compressed one Pillow cannot write a directory of EXIF
    "AVIF": {},
}


@pytest.mark.parametrize("kind", FORMATS)
def test_exif_is_kept_and_says_upright(kind: str) -> None:
    data = saved(picture(size=(16, 8)), kind, exif=exif(), **FORMATS[kind])
    found = read(data)
    assert (found.width, found.height) == (8, 16)  # the camera was turned
    tags = as_tags(found.metadata.exif)
    assert tags[0x010F] == "Makers of cameras"
    assert tags.get(0x0112, 1) == 1
    assert tags.get_ifd(0x8769)[0x927C] == b"\1\2a maker's note"


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", ["H", "I"])
def test_nothing_but_the_orientation_changes(order: str, kind: str) -> None:
    start = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(f"{order}I", 8)
    fields = {"H": 3, "I": 4}
    head = struct.pack(f"{order}HHHI", 1, 0x0112, fields[kind], 1)
    tail = bytes(4) + b"whatever stands behind it"
    block = start + head + struct.pack(f"{order}{kind}", 8).ljust(4, b"\0") + tail
    wanted = start + head + struct.pack(f"{order}{kind}", 1).ljust(4, b"\0") + tail
    assert without_orientation(block) == wanted
    assert without_orientation(b"Exif\0\0" + block) == wanted


@given(st.binary(max_size=60), st.sampled_from([b"II*\0", b"MM\0*", b"Exif\0\0II*\0", b""]))
def test_no_block_is_worse_than_none(data: bytes, start: bytes) -> None:
    block = without_orientation(start + data)
    assert block is None or len(block) == len((start + data).removeprefix(b"Exif\0\0"))


def test_exif_that_cannot_be_read_is_left_out_with_a_note() -> None:
    for damaged in (b"Exif\0\0nonsense", b"Exif\0\0II*\0\xff\xff\xff\xff"):
        found = read(saved(picture(), "PNG", exif=damaged))
        assert found.metadata.exif is None
        assert "the EXIF block cannot be read, and is left out" in found.notes


def test_exif_in_a_text_of_a_png_is_exif() -> None:
    block = b"Exif\0\0" + exif().tobytes().removeprefix(b"Exif\0\0")
    info = PngImagePlugin.PngInfo()
    info.add_text("Raw profile type exif", f"\nexif\n{len(block):8}\n{block.hex()}\n")
    info.add_text("Raw profile type iptc", "\niptc\n 2\nffff\n")
    found = read(saved(picture(size=(16, 8)), "PNG", pnginfo=info))
    assert (found.width, found.height) == (8, 16)
    assert as_tags(found.metadata.exif)[0x0112] == 1
    assert found.metadata.text == ()


def test_a_tiff_keeps_what_it_says_of_the_picture_and_not_of_its_strips() -> None:
    said = {270: "harbour", 315: "Ann", 33432: "Ann, 2019"}
    data = saved(picture(), "TIFF", compression="tiff_lzw", tiffinfo=said)
    tags = as_tags(read(data).metadata.exif)
    assert dict(tags) == said
    assert read(saved(picture(), "TIFF")).metadata.exif is None


# XMP


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "PNG", "TIFF"])
def test_xmp_is_kept_and_says_upright(kind: str) -> None:
    options: dict[str, Any] = {"xmp": TURNED}
    if kind == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", TURNED.decode())
        options = {"pnginfo": info}
    if kind == "TIFF":
        options = {"tiffinfo": {700: TURNED}}
    found = read(saved(picture(size=(16, 8)), kind, **options))
    if kind == "TIFF":  # Pillow turns it, and drops the orientation
        assert found.metadata.xmp in (UPRIGHT, PACKET.format(" ").encode(), TURNED)
    else:
        assert found.metadata.xmp == UPRIGHT
    assert found.metadata.text == ()


def test_the_orientation_stands_in_xmp_in_more_ways_than_one() -> None:
    for turned, upright in (
        (b"<tiff:Orientation>8</tiff:Orientation>", b"<tiff:Orientation>1</tiff:Orientation>"),
        (b"tiff:Orientation = '3'", b"tiff:Orientation = '1'"),
        (b'exif:Orientation="6"', b'exif:Orientation="6"'),
    ):
        found = read(saved(picture(), "JPEG", xmp=b"<x>" + turned + b"</x>"))
        assert found.metadata.xmp == b"<x>" + upright + b"</x>"


def test_xmp_of_another_encoding_is_left_out_with_a_note() -> None:
    found = read(saved(picture(), "JPEG", xmp=PACKET.encode("utf-16")))
    assert found.metadata.xmp is None
    assert found.notes == ("the XMP packet is not UTF-8, and is left out",)


# Resolution


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP"])
def test_the_resolution_is_in_pixels_an_inch(kind: str) -> None:
    found = read(saved(picture(), kind, dpi=(72, 144)))
    assert found.metadata.dpi == pytest.approx((72, 144), abs=0.02)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP", "GIF", "PPM"])
def test_no_resolution_is_made_up(kind: str) -> None:
    assert read(saved(picture(), kind)).metadata.dpi is None


def test_the_resolution_of_a_photo_can_stand_in_exif_alone() -> None:
    inches = {"tag282": 300.0, "tag283": 300.0, "tag296": 2}
    assert read(saved(picture(), "JPEG", exif=exif(**inches))).metadata.dpi == (300, 300)
    assert read(saved(picture(), "JPEG", exif=exif())).metadata.dpi is None  # Pillow says 72


# Texts


def test_the_texts_of_a_png_are_kept_in_their_order() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "Ann")
    info.add_itxt("Title", "Grüße", lang="de")
    info.add_text("Comment", "x" * 2000, zip=True)
    found = read(saved(picture(), "PNG", pnginfo=info)).metadata.text
    assert found == (("Author", "Ann"), ("Title", "Grüße"), ("Comment", "x" * 2000))


def test_a_text_behind_the_pixels_is_kept_too() -> None:
    data = png((1, 1), 8, 2, bytes(4))
    end = data.index(b"IEND") - 4
    late = data[:end] + chunk(b"tEXt", b"Author\0Ann") + data[end:]
    assert read(late).metadata.text == (("Author", "Ann"),)


@pytest.mark.parametrize("kind", ["GIF", "JPEG"])
@pytest.mark.parametrize("said", ["Grüße".encode(), "Grüße".encode("latin-1")])
def test_a_comment_is_a_text(kind: str, said: bytes) -> None:
    found = read(saved(picture(), kind, comment=said)).metadata.text
    assert found == (("Comment", "Grüße"),)


def test_an_image_that_says_nothing_has_nothing_to_keep() -> None:
    for kind in ("PNG", "JPEG", "GIF", "PPM", "TIFF", "WEBP"):
        assert read(saved(picture(), kind)).metadata == Metadata()


def test_an_image_of_pillow_brings_along_what_it_says() -> None:
    with Image.open(io.BytesIO(saved(picture(size=(16, 8)), "JPEG", exif=exif()))) as image:
        found = loading.as_picture(image)
    assert (found.width, found.height) == (8, 16)
    assert as_tags(found.metadata.exif)[0x0112] == 1
