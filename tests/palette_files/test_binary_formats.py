"""Guards the promise that binary palette files are as the tools have them, byte for byte.

Bytes stand here in hex as the facts of each format have them, with what they mean beside them; what
is read and what is written are held against the same ones.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image, ImageCms

from quantize.errors import PaletteReadError
from quantize.model.palette import Palette
from quantize.palette_files.codec import decode, encode
from quantize.palette_files.formats.krita import COLUMNS
from quantize.palette_files.formats.procreate import PLACES
from quantize.palette_files.reading import MAX_BYTES, MAX_NAME

PLUM, LIME = "5e315b", "0aff00"


def palette(*colors: str, names: tuple[str, ...] = ()) -> Palette:
    return Palette(Palette.from_hex(*colors).colors, names=names)


def read(data: bytes, path: str) -> list[tuple[str, str]]:
    """The colours of a file with their names."""
    found = decode(data, path)
    return [*zip(found.hex, found.names or ("",) * len(found), strict=True)]


def complaint(data: bytes, path: str) -> str:
    with pytest.raises(PaletteReadError) as caught:
        decode(data, path)
    return caught.value.problem


def utf16(text: str) -> bytes:
    return text.encode("utf-16-be")


# Adobe Swatch Exchange

SIMPLE = bytes.fromhex(
    "41534546 0001 0000 00000004"  # ASEF, version 1.0, four blocks
    "c001 00000010 0007 0053 0069 006d 0070 006c 0065 0000"  # a group begins, "Simple"
    "0001 00000020 0006 0057 0068 0069 0074 0065 0000"  # a colour, "White"
    "52474220 3f800000 3f800000 3f800000 0000"  # RGB, three times 1.0, global
    "0001 00000020 0006 0042 006c 0061 0063 006b 0000"  # a colour, "Black"
    "52474220 00000000 00000000 00000000 0000"
    "c002 00000000"  # the group ends
)
"""A file as Adobe's programs write it."""


def ase(*blocks: bytes) -> bytes:
    return b"ASEF\0\1\0\0" + struct.pack(">L", len(blocks)) + b"".join(blocks)


def block(kind: int, body: bytes) -> bytes:
    return struct.pack(">HL", kind, len(body)) + body


def ase_color(model: bytes, *values: float, name: str = "") -> bytes:
    text = utf16(f"{name}\0")
    body = struct.pack(">H", len(text) // 2) + text + model
    return block(1, body + struct.pack(f">{len(values)}fH", *values, 2))


def test_ase_of_adobe_is_read_with_its_group_before_the_names() -> None:
    assert len(SIMPLE) == 116
    assert read(SIMPLE, "x.ase") == [("#ffffff", "Simple / White"), ("#000000", "Simple / Black")]


def test_ase_is_written_as_blocks_of_rgb_without_a_group() -> None:
    inner = SIMPLE[12 + 22 : -6]
    assert encode(palette("ffffff", "000000", names=("White", "Black")), "x.ase", "") == (
        b"ASEF\0\1\0\0\0\0\0\2" + inner
    )


def test_ase_names_are_utf16_and_cut_to_what_their_length_can_say() -> None:
    data = encode(palette(PLUM, LIME, names=("日本 🎨", "🎨" * 40_000)), "x.ase", "")
    assert utf16("日本 🎨\0") in data
    assert b"\xff\xff" + utf16("🎨" * 32_767 + "\0") in data
    assert decode(data, "x.ase").names == ("日本 🎨", "🎨" * MAX_NAME)


def test_ase_groups_end_where_they_say_and_names_may_be_missing() -> None:
    group = block(0xC001, b"\0\2" + utf16("G\0"))
    nameless = block(1, b"\0\0RGB " + struct.pack(">3fH", 0, 0, 1, 0))
    data = ase(group, ase_color(b"RGB ", 1, 0, 0), block(0xC002, b""), nameless)
    assert read(data, "x.ase") == [("#ff0000", "G"), ("#0000ff", "")]


def test_ase_passes_over_blocks_of_other_kinds_and_what_follows_in_a_block() -> None:
    longer = ase_color(b"RGB ", 1, 0, 0)
    longer = struct.pack(">HL", 1, len(longer) - 6 + 4) + longer[6:] + b"more"
    assert read(ase(block(0x1234, b"?"), longer, ase_color(b"RGB ", 0, 1, 0)), "x.ase") == [
        ("#ff0000", ""),
        ("#00ff00", ""),
    ]


@pytest.mark.parametrize(
    ("model", "values", "code"),
    [
        (b"RGB ", (0.5, 2, -1), "#80ff00"),
        (b"CMYK", (1, 0, 0, 0), "#00ffff"),
        (b"CMYK", (0, 0.5, 1, 0.5), "#804000"),
        (b"Gray", (0.5,), "#808080"),
        (b"GRAY", (1,), "#ffffff"),
        (b"LAB ", (1, 0, 0), "#ffffff"),
        (b"LAB ", (0.08, -1, -7), "#121821"),  # PANTONE Black 6 C, which Pantone shows as #101820
    ],
)
def test_ase_models_become_srgb(model: bytes, values: tuple[float, ...], code: str) -> None:
    assert read(ase(ase_color(model, *values)), "x.ase") == [(code, "")]


@pytest.mark.parametrize(
    "lab", [(20, 0, 0), (50, 20, 30), (60, -40, 35), (35, 15, -40), (8, -1, -7)]
)
def test_lab_is_d50_as_littlecms_converts_it(lab: tuple[int, int, int]) -> None:
    transform = ImageCms.buildTransform(
        ImageCms.createProfile("LAB", 5000), ImageCms.createProfile("sRGB"), "LAB", "RGB"
    )
    lightness, a, b = lab
    pixel = Image.new("LAB", (1, 1), (round(lightness * 2.55), a + 128, b + 128))
    expected = ImageCms.applyTransform(pixel, transform).getpixel((0, 0))
    data = ase(ase_color(b"LAB ", round(lightness * 2.55) / 255, a, b))
    (found,) = decode(data, "x.ase")
    assert np.abs(np.subtract(found, expected)).max() <= 1


@pytest.mark.parametrize("at", [4, 11, 12, 17, 30, 40, 80, 109, 115])
def test_ase_that_is_cut_says_so(at: int) -> None:
    assert "truncated" in complaint(SIMPLE[:at], "x.ase")


def test_ase_with_lengths_that_cannot_be_is_refused_at_once() -> None:
    assert "truncated" in complaint(SIMPLE[:8] + b"\xff" * 4 + SIMPLE[12:], "x.ase")
    assert "truncated" in complaint(SIMPLE[:14] + b"\xff" * 4 + SIMPLE[18:], "x.ase")
    assert "truncated" in complaint(SIMPLE[:18] + b"\xff" * 2 + SIMPLE[20:], "x.ase")


def test_ase_complains_of_strange_models_and_numbers() -> None:
    assert "'XYZ' is none of RGB" in complaint(ase(ase_color(b"XYZ ", 1, 1, 1)), "x.ase")
    assert "nan" in complaint(ase(ase_color(b"RGB ", 1, float("nan"), 1)), "x.ase")
    assert "inf" in complaint(ase(ase_color(b"LAB ", 1, float("-inf"), 1)), "x.ase")


def test_a_picture_of_aseprite_is_told_from_a_swatch_exchange() -> None:
    assert "Aseprite" in complaint(b"\x80\0\0\0\xe0\xa5\1\0" + b"\0" * 120, "hero.ase")
    assert "ASEF" in complaint(b"\0" * 120, "hero.ase")


# Photoshop's swatches

PLUM_LIME_ACO = bytes.fromhex(
    "0001 0002"  # version 1, two colours
    "0000 5e5e 3131 5b5b 0000"  # RGB
    "0000 0a0a ffff 0000 0000"
    "0002 0002"  # version 2, the same
    "0000 5e5e 3131 5b5b 0000 00000005 0070 006c 0075 006d 0000"  # "plum"
    "0000 0a0a ffff 0000 0000 00000008 0023 0030 0061 0066 0066 0030 0030 0000"  # "#0aff00"
)


def aco(*colors: tuple[int, ...]) -> bytes:
    return struct.pack(">HH", 1, len(colors)) + b"".join(struct.pack(">5H", *c) for c in colors)


def test_aco_is_written_with_both_sections() -> None:
    assert encode(palette(PLUM, LIME, names=("plum", "")), "x.aco", "") == PLUM_LIME_ACO


def test_aco_is_read_from_either_section_or_both() -> None:
    expected = [(f"#{PLUM}", "plum"), (f"#{LIME}", "")]
    assert read(PLUM_LIME_ACO, "x.aco") == expected
    assert read(PLUM_LIME_ACO[24:], "x.aco") == expected
    assert read(PLUM_LIME_ACO[:24], "x.aco") == [(f"#{PLUM}", ""), (f"#{LIME}", "")]


def test_aco_names_may_come_without_their_nul_and_bytes_may_follow() -> None:
    data = PLUM_LIME_ACO[24:28] + PLUM_LIME_ACO[28:38]
    data = data[:2] + b"\0\1" + data[4:] + b"\0\0\0\4" + utf16("plum") + b"8BIMphry"
    assert read(data, "x.aco") == [(f"#{PLUM}", "plum")]
    assert read(PLUM_LIME_ACO[:24] + b"\0", "x.aco") == [(f"#{PLUM}", ""), (f"#{LIME}", "")]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ((0, 0x5E5E, 0x3131, 0x5B5B, 0), "#5e315b"),
        ((0, 0x5E00, 0x3100, 0x5B00, 0), "#5e315b"),  # 8 bits in the upper half: older tools
        ((1, 0, 65535, 65535, 0), "#ff0000"),
        ((1, 21845, 65535, 65535, 0), "#00ff00"),
        ((1, 43690, 65535, 32768, 0), "#000080"),
        ((2, 0, 65535, 65535, 65535), "#00ffff"),  # 0 is all the ink
        ((2, 65535, 65535, 65535, 0), "#000000"),
        ((7, 10000, 0, 0, 0), "#ffffff"),
        ((7, 800, 65436, 64836, 0), "#121821"),  # -1 and -7: signed
        ((8, 0, 0, 0, 0), "#000000"),
        ((8, 5000, 0, 0, 0), "#808080"),
        ((8, 10000, 0, 0, 0), "#ffffff"),
        ((9, 10000, 0, 0, 0), "#00ffff"),
    ],
)
def test_aco_spaces_become_srgb(values: tuple[int, ...], code: str) -> None:
    assert read(aco(values), "x.aco") == [(code, "")]


def test_aco_leaves_out_colours_of_books() -> None:
    pantone = (3, 0x0BB9, 0, 0, 0)
    assert read(aco(pantone, (0, 0, 0, 0, 0)), "x.aco") == [("#000000", "")]
    assert "holds no colour" in complaint(aco(pantone), "x.aco")


@pytest.mark.parametrize("at", [1, 3, 5, 23, 26, 30, 40, 50, len(PLUM_LIME_ACO) - 1])
def test_aco_that_is_cut_says_so(at: int) -> None:
    assert "truncated" in complaint(PLUM_LIME_ACO[:at], "x.aco")


def test_aco_with_lengths_that_cannot_be_is_refused_at_once() -> None:
    assert "truncated" in complaint(PLUM_LIME_ACO[:2] + b"\xff\xff" + PLUM_LIME_ACO[4:], "x.aco")
    longest = PLUM_LIME_ACO[:38] + b"\xff" * 4 + PLUM_LIME_ACO[42:]
    assert "truncated" in complaint(longest, "x.aco")
    assert "version 28,265" in complaint(b"nine bytes", "x.aco")


# Adobe's color table


def test_act_is_a_table_of_256_with_how_many_count() -> None:
    data = encode(palette(PLUM, LIME), "x.act", "")
    assert len(data) == 772
    assert data[:8] == bytes.fromhex("5e315b 0aff00 0000")
    assert not any(data[6:768])
    assert data[768:] == bytes.fromhex("0002 ffff")
    assert read(data, "x.act") == [(f"#{PLUM}", ""), (f"#{LIME}", "")]


def test_act_of_256_colours_is_the_bare_table() -> None:
    full = Palette(np.arange(768, dtype=np.uint16).astype(np.uint8).reshape(256, 3))
    data = encode(full, "x.act", "")
    assert data == full.colors.tobytes()
    assert decode(data, "x.act") == full


def test_act_has_one_transparent_colour_the_first_that_cannot_be_seen() -> None:
    data = encode(palette(f"{PLUM}ff", f"{LIME}80", "00000000", "ffffff00"), "x.act", "")
    assert data[768:] == bytes.fromhex("0004 0002")
    assert [*decode(data, "x.act")][2] == (0, 0, 0, 0)
    assert [color[3] for color in decode(data, "x.act")] == [255, 255, 0, 255]


def test_act_of_256_colours_with_a_transparent_one_has_the_four_bytes_too() -> None:
    colors = np.arange(1024, dtype=np.uint16).reshape(256, 4).astype(np.uint8)
    colors[:, 3] = 255
    colors[255, 3] = 0
    colors[:, 0] = np.arange(256)
    data = encode(Palette(colors), "x.act", "")
    assert data[768:] == bytes.fromhex("0100 00ff")
    assert decode(data, "x.act") == Palette(colors)


def test_act_index_0_means_no_transparency() -> None:
    assert decode(bytes(range(256)) * 3 + bytes.fromhex("0010 0000"), "x.act").colors.shape == (
        16,
        3,
    )


def test_act_of_another_length_or_count_is_refused() -> None:
    assert "has 767 bytes, and a color table 768 or 772" in complaint(b"\1" * 767, "x.act")
    assert "65,535 of its 256" in complaint(b"\1" * 768 + b"\xff" * 4, "x.act")
    assert "0 of its 256" in complaint(b"\1" * 768 + b"\0\0\xff\xff", "x.act")


# RIFF

RIFF = bytes.fromhex(
    "52494646 18000000 50414c20"  # RIFF, 24 bytes follow, PAL
    "64617461 0c000000 0003 0200"  # data, 12 bytes, version 3.0, two colours
    "5e315b00 0aff0000"
)


def test_riff_is_little_endian_with_four_bytes_a_colour() -> None:
    assert encode(palette(PLUM, LIME), "x.riff.pal", "") == RIFF
    assert len(RIFF) == 24 + 4 * 2


def test_any_pal_is_read_by_its_content() -> None:
    jasc = encode(palette(PLUM, LIME), "x.pal", "")
    for data in (RIFF, jasc):
        for name in ("x.pal", "x.riff.pal", "x.psppalette", "x.dat"):
            assert read(data, name) == [(f"#{PLUM}", ""), (f"#{LIME}", "")]
    assert "neither with 'JASC-PAL' nor 'RIFF'" in complaint(b"12 13 14\n", "x.pal")


def test_riff_chunks_of_other_kinds_are_passed_over() -> None:
    other = b"offl" + struct.pack("<L", 3) + b"abc\0"
    assert read(RIFF[:12] + other + RIFF[12:], "x.pal") == [(f"#{PLUM}", ""), (f"#{LIME}", "")]
    assert "no chunk 'data'" in complaint(RIFF[:12] + other, "x.pal")


@pytest.mark.parametrize("at", [13, 19, 22, 25, 31])
def test_riff_that_is_cut_says_so(at: int) -> None:
    assert "truncated" in complaint(RIFF[:at], "x.pal")


def test_riff_with_a_wrong_count_or_version_is_refused() -> None:
    assert "truncated" in complaint(RIFF[:22] + b"\xff\xff" + RIFF[24:], "x.pal")
    assert "truncated" in complaint(RIFF[:16] + b"\xff" * 4 + RIFF[20:], "x.pal")
    assert "version is 0x0400" in complaint(RIFF[:20] + b"\0\4" + RIFF[22:], "x.pal")


# Archives


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def archived(name: str, content: bytes, kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", kind) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize("path", ["x.swatches", "x.kpl"])
def test_archives_tell_no_time(path: str) -> None:
    data = encode(palette(PLUM), path, "sunset")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.create_system for entry in archive.infolist()} == {3}


@pytest.mark.parametrize(
    ("path", "name"), [("x.swatches", "Swatches.json"), ("x.kpl", "colorset.xml")]
)
def test_archives_that_are_damaged_or_hostile_are_refused(path: str, name: str) -> None:
    whole = encode(palette(PLUM, LIME), path, "sunset")
    for at in (10, 60, len(whole) // 2, len(whole) - 1):
        assert "damaged" in complaint(whole[:at], path)
    assert "damaged" in complaint(b"PK\3\4 and no more", path)
    assert f"no {name}" in complaint(archived("other.txt", b"{}"), path)
    assert "packed in a way" in complaint(archived(name, b"{}", zipfile.ZIP_LZMA), path)
    bomb = archived(name, b" " * (100 << 20))
    assert len(bomb) < 200_000
    assert f"unpacks to more than {MAX_BYTES:,} bytes" in complaint(bomb, path)


def test_an_archive_that_is_encrypted_is_refused() -> None:
    data = bytearray(encode(palette(PLUM), "x.swatches", ""))
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    assert "encrypted" in complaint(bytes(data), "x.swatches")


# Procreate


def swatches(content: object) -> bytes:
    return archived("Swatches.json", json.dumps(content).encode())


def test_procreate_is_a_list_of_palettes_with_the_keys_old_and_new() -> None:
    data = members(encode(palette("ff0000", "000000"), "x.swatches", "sun\nset"))
    assert json.loads(data.pop("Swatches.json")) == [
        {
            "name": "sun set",
            "swatches": [
                {
                    "hue": 0.0,
                    "saturation": 1.0,
                    "brightness": 1.0,
                    "alpha": 1.0,
                    "colorSpace": 0,
                    "components": [0.0, 1.0, 1.0],
                },
                {
                    "hue": 0.0,
                    "saturation": 0.0,
                    "brightness": 0.0,
                    "alpha": 1.0,
                    "colorSpace": 0,
                    "components": [0.0, 0.0, 0.0],
                },
            ],
        }
    ]
    assert not data


def test_procreate_has_30_places_so_more_colours_are_several_palettes() -> None:
    many = Palette(np.arange(61 * 3, dtype=np.uint8).reshape(61, 3))
    data = encode(many, "x.swatches", "")
    parts = json.loads(members(data)["Swatches.json"])
    assert [part["name"] for part in parts] == ["Untitled 1", "Untitled 2", "Untitled 3"]
    assert [len(part["swatches"]) for part in parts] == [PLACES, PLACES, 1]
    assert decode(data, "x.swatches") == many


def test_procreate_is_read_in_all_its_forms_and_with_gaps() -> None:
    old = {"hue": 0.5, "saturation": 1, "brightness": 1, "alpha": 1, "colorSpace": 0}
    new = {"version": "5.0", "components": [0.0, 1, 1], "alpha": 0.5, "colorModel": 0}
    bare = {"name": "bare", "swatches": [None, old, None, new]}
    for content in (bare, [bare], [{"name": "a", "swatches": [old]}, {"swatches": [new]}]):
        assert [*decode(swatches(content), "x.swatches")] == [(0, 255, 255, 255), (255, 0, 0, 128)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([], "holds no colour"),
        ([{"name": "empty", "swatches": [None, None]}], "holds no colour"),
        ("text", "without a list of swatches"),
        ([{"swatches": {"0": 1}}], "without a list of swatches"),
        ([{"swatches": ["#ff0000"]}], "swatch 1: wanted an object, got '#ff0000'"),
        ([{"swatches": [None, {"hue": 0}]}], "swatch 2: wanted a number, got null"),
        ([{"swatches": [{"components": [0, 0]}]}], "swatch 1: wanted a number, got null"),
    ],
)
def test_procreate_that_is_malformed_is_refused(content: object, words: str) -> None:
    assert words in complaint(swatches(content), "x.swatches")


# Krita


def kpl(xml: str) -> bytes:
    return archived("colorset.xml", xml.encode())


def test_krita_is_an_archive_with_its_type_first_and_plain() -> None:
    data = encode(palette(PLUM), "x.kpl", "sunset")
    assert data[30:38] == b"mimetype"
    assert data[38:68] == b"application/x-krita-palettePK\3"
    assert [*members(data)] == ["mimetype", "colorset.xml", "profiles.xml"]


def test_krita_has_a_grid_of_named_colours() -> None:
    many = Palette(np.arange(20 * 3, dtype=np.uint8).reshape(20, 3), names=('a "<&>"',) * 20)
    data = encode(many, "x.kpl", "sun & set")
    root = ET.fromstring(members(data)["colorset.xml"])
    expected = {"version": "2.0", "name": "sun & set", "comment": "", "columns": "16", "rows": "2"}
    assert (root.tag, root.attrib) == ("ColorSet", expected)
    entry = root[COLUMNS]
    assert entry.attrib == {"name": 'a "<&>"', "id": "17", "bitdepth": "U8", "spot": "false"}
    assert [child.tag for child in entry] == ["sRGB", "Position"]
    assert [float(entry[0].attrib[c]) * 255 for c in "rgb"] == pytest.approx([48, 49, 50])
    assert entry[1].attrib == {"row": "1", "column": "0"}
    assert ET.fromstring(members(data)["profiles.xml"]).tag == "Profiles"


def test_krita_is_read_as_its_grid_shows_it_with_groups_before_the_names() -> None:
    """Krita writes column by column, and older files spell the root in another way."""
    data = kpl(
        '<Colorset version="1.0" name="N" columns="2" rows="2">'
        '<ColorSetEntry name="a"><sRGB r="1" g="0" b="0"/><Position row="0" column="0"/>'
        "</ColorSetEntry>"
        '<ColorSetEntry name="c"><RGB r="0,5" g="0" b="0" space="sRGB-elle-V2-srgbtrc.icc"/>'
        '<Position row="1" column="0"/></ColorSetEntry>'
        '<ColorSetEntry name="b"><Gray g="0.5"/><Position row="0" column="1"/></ColorSetEntry>'
        '<Group name="inks" rows="1">'
        '<ColorSetEntry name="e"><Lab L="100" a="0" b="0"/></ColorSetEntry>'
        '<ColorSetEntry name="d"><CMYK c="1" m="0" y="0" k="0"/><Position row="0" column="1"/>'
        "</ColorSetEntry></Group></Colorset>"
    )
    assert read(data, "x.kpl") == [
        ("#ff0000", "a"),
        ("#808080", "b"),
        ("#800000", "c"),
        ("#00ffff", "inks / d"),
        ("#ffffff", "inks / e"),
    ]


@pytest.mark.parametrize(
    ("xml", "words"),
    [
        ("<Colors/>", "no ColorSet"),
        ("<ColorSet/>", "holds no colour"),
        ('<ColorSet><ColorSetEntry name="a"/></ColorSet>', "entry 'a' has no colour"),
        ('<ColorSet><ColorSetEntry name="a"><XYZ/></ColorSetEntry></ColorSet>', "'XYZ' is none"),
        ('<ColorSet><ColorSetEntry><sRGB r="x"/></ColorSetEntry></ColorSet>', "r is 'x'"),
        ('<ColorSet><ColorSetEntry><sRGB r="inf"/></ColorSetEntry></ColorSet>', "r is 'inf'"),
        ('<ColorSet><Position row="a"/></ColorSet>', "a position: row is 'a'"),
        ("<ColorSet>", "line 1"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><ColorSet>&b;</ColorSet>', "document type"),
    ],
)
def test_krita_that_is_malformed_is_refused(xml: str, words: str) -> None:
    assert words in complaint(kpl(xml), "x.kpl")
