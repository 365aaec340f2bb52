"""Guards the promise that a palette file is read as what it is, or refused in one clear line.

Every format that is read gives back what was written; then the door, and the text formats as other
programs write them. Those that are binary stand in `test_binary_formats.py`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import quantize
from helpers.examples import examples
from quantize import load_palette, save_palette
from quantize.errors import InputIsFolderError, InputMissingError, PaletteReadError
from quantize.model.palette import Palette
from quantize.model.text import one_line
from quantize.palette_files.codec import decode, encode
from quantize.palette_files.reading import MAX_BYTES
from quantize.palette_files.table import FORMATS, PaletteFormat

READ = [row for row in FORMATS.values() if row.reads]
BOTH = [row for row in READ if row.writes]
EVERY_READER = pytest.mark.parametrize("row", BOTH, ids=lambda row: row.name)


def palette(*colors: str, names: tuple[str, ...] = ()) -> Palette:
    return Palette(Palette.from_hex(*colors).colors, names=names)


def read(text: str | bytes, path: str) -> list[tuple[str, str]]:
    """The colours of a file, eight digits where there is alpha, with their names."""
    found = decode(text.encode() if isinstance(text, str) else text, path)
    names = found.names or ("",) * len(found)
    return [(bytes(color).hex(), name) for color, name in zip(found, names, strict=True)]


def complaint(text: str | bytes, path: str) -> str:
    with pytest.raises(PaletteReadError) as caught:
        decode(text.encode() if isinstance(text, str) else text, path)
    assert caught.value.path == path
    assert "\n" not in str(caught.value)
    return caught.value.problem


# What is written is read


@st.composite
def palettes(draw: st.DrawFn) -> Palette:
    """Any palette that a file could hold: order, names, counts and alpha at random."""
    channel = st.integers(0, 255)
    opaque = st.tuples(channel, channel, channel, st.just(255))
    colors = draw(
        st.lists(
            st.one_of(opaque, st.tuples(channel, channel, channel, channel)),
            min_size=1,
            max_size=draw(st.sampled_from([4, 40, 256])),
            unique=True,
        )
    )
    named = draw(st.booleans())
    names = tuple(draw(st.text(max_size=20)) if named else "" for _ in colors)
    return tidy(
        np.array(colors, np.uint8),
        draw(st.lists(st.integers(0, 1 << 40), min_size=len(colors), max_size=len(colors))),
        names,
    )


def tidy(colors: Any, counts: Any, names: tuple[str, ...]) -> Palette:
    """As a reader makes it: alpha only if it is needed, names on a line and not codes."""
    if (colors[:, 3] == 255).all():
        colors = np.ascontiguousarray(colors[:, :3])
    codes = Palette(colors).hex
    said = [one_line(name) for name in names]
    kept = tuple("" if s.lower() == c else s for s, c in zip(said, codes, strict=True))
    return Palette(colors, np.array(counts, np.int64), kept if any(kept) else ())


def kept_by(row: PaletteFormat, written: Palette) -> Palette:
    """What of a palette a format can hold, with the first of colours that become equal."""
    colors = np.array([(*color, 255)[:4] for color in written], np.uint8)
    clear = np.flatnonzero(colors[:, 3] == 0)[:1]
    if row.alpha != "full":
        colors[:, 3] = 255
    if row.alpha == "one":
        colors[clear[clear > 0], 3] = 0
    _, first = np.unique(colors, axis=0, return_index=True)
    places = np.sort(first)
    names = written.names or ("",) * len(written)
    counts = written.counts if row.name in ("json", "csv") else np.zeros(len(written), np.int64)
    held = [names[place] if row.names else "" for place in places]
    if row.name == "gpl":  # GIMP's word for no name
        held = ["" if name == "Untitled" else name for name in held]
    return tidy(colors[places], counts[places], tuple(held))


@EVERY_READER
@examples(60)
@given(data=st.data())
def test_what_is_written_reads_back_equal(row: PaletteFormat, data: st.DataObject) -> None:
    written = data.draw(palettes())
    title = data.draw(st.text(max_size=20))
    expected = kept_by(row, written)
    for ending in row.endings:
        found = decode(encode(written, f"x{ending}", title), f"x{ending}")
        assert found == expected
        assert found.names == expected.names
        assert np.array_equal(found.counts, expected.counts)


@EVERY_READER
@pytest.mark.parametrize("k", [1, 30, 31, 96, 97, 255, 256])
def test_the_smallest_and_the_largest_palette_read_back_equal(row: PaletteFormat, k: int) -> None:
    grays = Palette(np.repeat(np.arange(k, dtype=np.uint8)[::-1, None], 3, axis=1))
    assert decode(encode(grays, f"x{row.endings[0]}", "grays"), f"x{row.endings[0]}") == grays


@EVERY_READER
@pytest.mark.parametrize(
    "evil",
    ["a\nb", "a\r\nb", "\x00", '"', "'", "<a>&", "]]>", "\udcff", "\uffff", "a,b;c\td", "=1"],
)
def test_no_title_or_name_breaks_a_file(row: PaletteFormat, evil: str) -> None:
    written = palette("5e315b", "0aff00", names=(evil, "lime"))
    found = decode(encode(written, f"x{row.endings[0]}", evil), f"x{row.endings[0]}")
    kept = evil.replace("\udcff", "?") if row.name == "json" else evil  # which changes nothing else
    assert found == written
    assert found.names == ((one_line(kept), "lime") if row.names else ())


@EVERY_READER
def test_the_same_palette_gives_the_same_bytes(row: PaletteFormat) -> None:
    one, two = (encode(palette("5e315b", "0aff00"), f"x{row.endings[0]}", "") for _ in range(2))
    assert one == two


@pytest.mark.parametrize("row", [row for row in BOTH if row.signature], ids=lambda row: row.name)
def test_a_file_with_a_signature_is_read_whatever_it_is_called(row: PaletteFormat) -> None:
    data = encode(palette("5e315b", "0aff00"), f"x{row.endings[0]}", "sunset")
    for name in ("x", "x.png", *(f"x{other.endings[0]}" for other in FORMATS.values())):
        assert decode(data, name) == palette("5e315b", "0aff00")


@pytest.mark.parametrize("row", BOTH, ids=lambda row: row.name)
def test_a_file_without_a_signature_is_read_by_its_ending(row: PaletteFormat) -> None:
    data = encode(palette("5e315b", "0aff00"), f"x{row.endings[0]}", "sunset")
    assert decode(data, f"folder.ase/X{row.endings[0].upper()}") == palette("5e315b", "0aff00")


# The door


def test_a_colour_that_comes_again_is_dropped_and_the_first_one_stays() -> None:
    text = "name,hex\nred,#ff0000\nlime,#00ff00\nagain,#FF0000\nblue,#0000ff\n"
    assert read(text, "x.csv") == [("ff0000", "red"), ("00ff00", "lime"), ("0000ff", "blue")]


def test_colours_that_differ_in_alpha_alone_are_two() -> None:
    assert read("ff0000\nff000080\nff0000ff\n", "x.hex") == [("ff0000ff", ""), ("ff000080", "")]


def test_a_palette_of_more_than_256_colours_is_read() -> None:
    codes = [f"{number:06x}" for number in range(3000)]
    assert len(read("\n".join(codes * 2), "x.hex")) == 3000


def test_more_than_32768_colours_are_refused_with_their_number() -> None:
    codes = [f"{number:06x}" for number in range(32770)]
    assert "32,770 different colours are more than the 32,768 that are read" in complaint(
        "\n".join(codes), "x.hex"
    )


@pytest.mark.parametrize("path", ["x.hex", "x.csv", "x.txt", "x.gpl", "x.json", "x.tokens.json"])
def test_a_file_without_colours_is_refused(path: str) -> None:
    heads = {".gpl": "GIMP Palette\n#\n", ".json": '{"colors": []}', ".tokens.json": "{}"}
    assert "holds no colour" in complaint(heads.get(path[1:], "\n \n"), path)
    assert complaint("", path) == "is empty (0 bytes)"


def test_a_file_larger_than_any_palette_is_refused_before_it_is_read() -> None:
    assert f"more than {MAX_BYTES:,} bytes" in complaint(b"\n" * (MAX_BYTES + 1), "x.hex")
    assert "holds no colour" in complaint(b"\n" * MAX_BYTES, "x.hex")


@pytest.mark.parametrize("path", ["x.png", "x", "hex", "x.css", "x.scss", "x.tailwind.css"])
def test_a_format_that_is_not_read_is_refused_with_those_that_are(path: str) -> None:
    said = complaint("5e315b\n", path)
    assert all(ending in said for row in READ for ending in row.endings)
    assert ".css" not in said


def test_names_lose_their_control_characters_and_line_ends() -> None:
    text = json.dumps([{"hex": "#ff0000", "name": "a\x1b[31m\n b\u2028c\ud800"}])
    assert read(text, "x.json") == [("ff0000", "a [31m b c")]


def test_a_name_that_repeats_the_code_is_none() -> None:
    assert read("#FF0000,#ff0000\n#00ff00,green\n", "x.csv")[1] == ("00ff00", "green")
    assert read("GIMP Palette\n255 0 0 #FF0000\n0 0 255 Untitled\n", "x.gpl") == [
        ("ff0000", ""),
        ("0000ff", ""),
    ]


# The library


def test_a_palette_is_loaded_from_a_file(tmp_path: Path) -> None:
    saved = palette("5e315b", "0aff00", names=("plum", ""))
    for row in BOTH:
        path = tmp_path / f"brand{row.endings[0]}"
        save_palette(saved, path)
        found = load_palette(str(path))
        assert found == load_palette(path) == saved
        assert found.names == (saved.names if row.names else ())


def test_a_sidecar_is_a_palette_too(tmp_path: Path) -> None:
    entry = {"hex": "#5e315b", "rgb": [94, 49, 91], "count": 3, "share": 1.0, "name": "plum"}
    path = tmp_path / "photo-1.json"
    path.write_text(json.dumps({"schema": 1, "mse": 0.5, "palette": [entry]}))
    found = load_palette(path)
    assert (found.hex, found.names, found.counts.tolist()) == (["#5e315b"], ("plum",), [3])


def test_files_that_cannot_be_opened_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(InputMissingError, match="no such file"):
        load_palette(tmp_path / "missing.gpl")
    with pytest.raises(InputIsFolderError, match="is a folder"):
        load_palette(tmp_path)
    with pytest.raises(PaletteReadError, match="cannot be opened"):
        load_palette("a\0b.gpl")
    (tmp_path / "big.hex").write_bytes(b"\n" * (MAX_BYTES + 2))
    with pytest.raises(PaletteReadError, match=r"big\.hex: has more than 2,097,152 bytes"):
        load_palette(tmp_path / "big.hex")
    (tmp_path / "notes.hex").write_text("hello\n")
    with pytest.raises(PaletteReadError, match=r"notes\.hex: read as hex: line 1: 'hello'"):
        load_palette(tmp_path / "notes.hex")


def test_a_file_without_permission_or_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    if Path("/dev/zero").exists():
        with pytest.raises(PaletteReadError, match="more than"):
            load_palette("/dev/zero")
    monkeypatch.setattr("builtins.open", denied)
    with pytest.raises(PaletteReadError, match="permission denied"):
        load_palette(tmp_path / "secret.gpl")


def test_the_package_offers_it() -> None:
    assert "load_palette" in quantize.__all__


# GIMP


def test_gpl_is_read_with_or_without_its_header() -> None:
    rows = " 94  49  91\tplum red\n# a comment\n10 255 0\n\n"
    for header in ("", "Name: x\n", "Name: x\nColumns: 16\n#\n", "#Palette Name: x\n"):
        text = f"GIMP Palette\n{header}{rows}"
        for data in (text, text.replace("\n", "\r\n"), text.replace("\n", "\r"), f"\ufeff{text}"):
            assert read(data, "x.gpl") == [("5e315b", "plum red"), ("0aff00", "")]


def test_gpl_of_aseprite_has_alpha() -> None:
    text = "GIMP Palette\nChannels: RGBA\n#\n  0   0   0   0 Transparent\n254  91  89 255 Red\n"
    assert read(text, "x.gpl") == [("00000000", "Transparent"), ("fe5b59ff", "Red")]


def test_gpl_names_in_latin_1_are_read_as_such() -> None:
    assert read("GIMP Palette\n1 2 3 Größe\n".encode("latin-1"), "x.gpl") == [("010203", "Größe")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0 0 0 black\n", "does not begin with 'GIMP Palette'"),
        ("GIMP Palette\n0 0\n", "line 2: wanted 3 numbers"),
        ("GIMP Palette\n0 0 256 x\n", "line 2: '256' is not a whole number from 0 to 255"),
        ("GIMP Palette\n\n0 -1 0\n", "line 3: '-1'"),
        ("GIMP Palette\n0 0 ² x\n", "line 2: '²'"),
        ("GIMP Palette\nChannels: RGBA\n0 0 0\n", "line 3: wanted 4 numbers"),
        ("GIMP Palette\n0 0 " + "9" * 9999 + "\n", "999…' is not a whole number"),
    ],
)
def test_gpl_that_is_malformed_says_where(text: str, words: str) -> None:
    assert words in complaint(text, "x.gpl")


# Paint Shop Pro


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("blank", [" ", "\t", "  "])
def test_jasc_is_read_with_any_line_ends_and_blanks(end: str, blank: str) -> None:
    rows = ["JASC-PAL", "0100", "2", blank.join(["94", "49", "91"]), f"10{blank}255{blank}0", ""]
    assert read(end.join(rows), "x.pal") == [("5e315b", ""), ("0aff00", "")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("JASC-PAL\n", "wanted 0100 in line 2"),
        ("JASC-PAL\n0200\n1\n0 0 0\n", "wanted 0100 in line 2"),
        ("JASC-PAL\n0100\n3\n0 0 0\n", "says that it holds '3' colours, and holds 1"),
        ("JASC-PAL\n0100\n1\n0 0 0\n1 1 1\n", "says that it holds '1' colours, and holds 2"),
        ("JASC-PAL\n0100\nmany\n0 0 0\n", "says that it holds 'many' colours"),
        ("JASC-PAL\n0100\n1\n0 0 0 0\n", "line 4: wanted 3 numbers"),
        ("JASC-PAL\n0100\n1\n0 0 300\n", "line 4: '300'"),
    ],
)
def test_jasc_that_is_malformed_says_where(text: str, words: str) -> None:
    assert words in complaint(text, "x.pal")


# Lospec and Paint.NET


def test_hex_is_read_with_hashes_commas_comments_and_alpha() -> None:
    text = "\ufeff; from somewhere\r\n#5E315B, 0aff00\r\n\r\n0aff0080 ; half\r\n"
    assert read(text, "x.hex") == [("5e315bff", ""), ("0aff00ff", ""), ("0aff0080", "")]


@pytest.mark.parametrize(
    "code", ["5e315", "5e315b8", "5e315g", "##5e315b", "0x5e315", "0x5e315b8", "５e315b"]
)
def test_hex_of_other_digits_is_refused(code: str) -> None:
    assert "line 2: " in complaint(f"000000\n{code}\n", "x.hex")


def test_paint_net_is_read_with_alpha_first() -> None:
    text = ";paint.net Palette File\n;Colors: 2\nFF5E315B\n800aff00\n\n0000FF\n"
    expected = [("5e315bff", ""), ("0aff0080", ""), ("0000ffff", "")]
    assert read(text, "x.txt") == expected
    assert read(text, "x.hex") == expected  # by its first line
    assert "line 1: 'hello'" in complaint("hello\n", "x.txt")


# LibreOffice


def test_soc_is_read_by_local_names_whatever_the_prefix() -> None:
    for prefix in ("ooo", "office"):
        text = (
            f"<?xml version='1.0'?><{prefix}:color-table xmlns:{prefix}='u' xmlns:d='v'>"
            "<d:color d:name='Schwarz &amp; &#x1F3A8;' d:color='#000000'/>"
            f"<d:color d:color='#FFffFF' d:name=''/></{prefix}:color-table>"
        )
        assert read(text, "x.soc") == [("000000", "Schwarz & 🎨"), ("ffffff", "")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<html><color color='#000000'/></html>", "not a color table"),
        ("<o:color-table/>", "holds no colour"),
        ("<color-table><color name='a'/></color-table>", "colour 1: '' is not a colour"),
        ("<color-table>", "line 1: no element found"),
        ("not xml", "line 1: syntax error"),
        ("<?xml version='1.0' encoding='none'?><color-table/>", "encoding"),
        ("<?xml version='1.0' encoding='utf-7'?><color-table/>", "encoding"),
    ],
)
def test_soc_that_is_malformed_says_where(text: str, words: str) -> None:
    assert words in complaint(text, "x.soc")


def test_entities_are_refused_before_they_can_grow_or_name_a_file() -> None:
    laughs = "".join(f"<!ENTITY a{n + 1} '{f'&a{n};' * 10}'>" for n in range(9))
    for doctype in (f"[<!ENTITY a0 'ha'>{laughs}]", "SYSTEM 'file:///etc/passwd'"):
        text = f"<!DOCTYPE x {doctype}><color-table><color name='&a9;'/></color-table>"
        assert "document type" in complaint(text, "x.soc")


def test_xml_is_read_to_some_depth_and_no_further() -> None:
    red = "<color color='#ff0000'/>"
    deep = "<color-table>" + "<a>" * 62 + red + "</a>" * 62 + "</color-table>"
    assert read(deep, "x.soc") == [("ff0000", "")]
    assert "more than 64 deep" in complaint("<color-table>" + "<a>" * 64, "x.soc")


# JSON


@pytest.mark.parametrize(
    "text",
    [
        '{"colors": [{"hex": "#5e315b"}, {"rgb": [10, 255, 0]}]}',
        '{"name": "of Lospec", "author": "", "colors": ["5e315b", "0aff00"]}',
        '["#5E315B", "#0AFF00"]',
        '{"schema": 1, "palette": [{"hex": "#5e315b", "count": 3}, {"hex": "#0aff00"}]}',
    ],
)
def test_json_is_read_in_the_forms_that_are_about(text: str) -> None:
    assert read(text, "x.json") == [("5e315b", ""), ("0aff00", "")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "line 1: "),
        ("nope", "line 1: "),
        ("{}", "no list of colours"),
        ('{"colors": {}}', "no list of colours"),
        ("[1]", "colour 1: wanted '#rrggbb' or an object, got a number"),
        ("[null]", "got null"),
        ('["#12345"]', "colour 1: '#12345'"),
        ("[{}]", "colour 1: ''"),
        ('[{"hex": 5}]', "colour 1: ''"),
        ('[{"rgb": [1, 2]}]', "not a list of 3 numbers"),
        ('[{"rgb": [1, 2, 256]}]', "colour 1, rgb: wanted a whole number from 0 to 255"),
        ('[{"rgb": [1, 2, 2.5]}]', "colour 1, rgb: wanted a whole number"),
        ('[{"rgb": [1, 2, true]}]', "colour 1, rgb: wanted a whole number"),
        ('[{"rgb": [1, 2, 3], "hex": "#010204"}]', "hex and rgb are two colours"),
        ('[{"hex": "#000000", "alpha": -1}]', "colour 1, alpha: "),
        ('[{"hex": "#000000", "count": 1e400}]', "colour 1, count: "),
        ('[{"hex": "#000000", "count": NaN}]', "holds NaN"),
        ('[{"hex": "#000000", "count": 99999999999999999999}]', "9,007,199,254,740,992"),
        ("[" + "9" * 5000 + "]", "thousands of digits"),
        ("[" * 100_000, "nested more deeply"),
        ('{"colors":' * 100_000, "nested more deeply"),
    ],
)
def test_json_that_is_malformed_says_where(text: str, words: str) -> None:
    assert words in complaint(text, "x.json")


# Design tokens


def tokens(**content: object) -> str:
    return json.dumps(content)


def value(space: str, *components: object, **more: object) -> dict[str, object]:
    return {"$value": {"colorSpace": space, "components": components, **more}}


def test_tokens_of_others_are_called_by_their_path() -> None:
    brand = {
        "$type": "color",
        "main": value("srgb", 1, 0, 0),
        "tint": {"500": value("srgb", 0, 0, 1)},
    }
    root = {"$root": value("srgb", 0, 1, 0, alpha=0.5), "$type": "color"}
    assert read(tokens(brand=brand, accent=root), "x.tokens.json") == [
        ("ff0000ff", "brand / main"),
        ("0000ffff", "brand / tint / 500"),
        ("00ff0080", "accent"),
    ]


def test_tokens_in_any_json_are_told_by_their_content() -> None:
    assert read(tokens(red=value("srgb", 1, 0, 0)), "x.json") == [("ff0000", "red")]
    assert read('[{"hex": "#ff0000", "name": "\\"$value\\": 1"}]', "x.json")[0][0] == "ff0000"


def test_tokens_that_are_no_colours_or_refer_to_others_are_passed_over() -> None:
    text = tokens(
        gap={"$type": "dimension", "$value": {"value": 4, "unit": "px"}},
        size={"$value": 3},
        red={"$type": "color", "$value": "#ff000080"},
        link={"$type": "color", "$value": "{red}"},
        other={"$type": "color", "$value": {"$ref": "#/red/$value"}},
        loose=value("srgb", 0, "none", 0),
    )
    assert read(text, "x.tokens") == [("ff000080", "red"), ("000000ff", "loose")]


@pytest.mark.parametrize(
    ("token", "code"),
    [
        (value("srgb", 0.5, 2, -1), "80ff00"),
        (value("srgb-linear", 0.21586, 0.21586, 0.21586), "808080"),
        (value("hsl", 120, 100, 25), "008000"),
        (value("hsl", 0, 0, 0), "000000"),
        (value("hwb", 240, 0, 50), "000080"),
        (value("hwb", 240, 75, 75), "808080"),
        (value("lab", 54.29, 80.80, 69.89), "ff0000"),  # CSS Color 4's red
        (value("lch", 54.29, 106.84, 40.86), "ff0000"),
        (value("oklab", 0.62796, 0.22486, 0.12585), "ff0000"),
        (value("oklch", 0.86644, 0.29483, 142.4953), "00ff00"),
        (value("display-p3", 1, 0, 0, hex="#ff0000"), "ff0000"),
        (value("oklch", 0.5, 0.4, 30, hex="#c00000"), "c00000"),  # the tool's own choice
    ],
)
def test_tokens_in_other_spaces_become_srgb(token: dict[str, object], code: str) -> None:
    assert read(tokens(t=token), "x.tokens.json") == [(code, "t")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (value("display-p3", 1, 0, 0), "token 't': colour space 'display-p3' is none of srgb"),
        (value("srgb", 1, 0), "token 't': components are not a list of 3"),
        (value("srgb", 1, 0, "a"), "token 't': wanted a number, got 'a'"),
        (value("srgb", 1, 0, 10**400), "token 't': a number is out of all proportion"),
        (value("srgb", 1, 0, 0, alpha="half"), "token 't', alpha: wanted a number"),
        ({"$type": "color", "$value": 7}, "token 't': wanted a colour, got a number"),
        ({"$type": "color", "$value": "red"}, "token 't': 'red' is not a colour"),
        ({"$type": "color", "$value": {}}, "token 't': colour space ''"),
    ],
)
def test_tokens_that_are_malformed_say_where(content: object, words: str) -> None:
    assert words in complaint(tokens(t=content), "x.tokens.json")


def test_tokens_are_an_object_and_groups_not_bottomless() -> None:
    assert "not an object" in complaint('["$value"]', "x.tokens.json")
    deep = '{"a":' * 70 + tokens(red=value("srgb", 1, 0, 0)) + "}" * 70
    assert "more than 64 deep" in complaint(deep, "x.tokens.json")


# CSV


@pytest.mark.parametrize(
    "text",
    [
        "hex,name\n#5e315b,plum\n#0aff00,\n",
        "Name;Hex\nplum;5E315B\n;0AFF00\n",
        "red\tgreen\tblue\tname\n94\t49\t91\tplum\n10\t255\t0\t\n",
        "94,49,91,plum\n10,255,0\n",
        "plum,5e315b\n,0aff00\n",
        "plum,#5e315b\n,#0aff00\n",
        '"#5e315b","plum"\r\n\r\n"#0aff00"\r\n',
        "\ufeffhex,name\n#5e315b,plum\n#0aff00\n",
    ],
)
def test_csv_is_read_in_the_forms_that_are_about(text: str) -> None:
    assert read(text, "x.csv") == [("5e315b", "plum"), ("0aff00", "")]


def test_csv_takes_a_code_with_its_hash_before_a_name_of_hex_digits() -> None:
    assert read("facade,#5e315b\n", "x.csv") == [("5e315b", "facade")]


def test_csv_in_utf_16_is_read_too() -> None:
    assert read("hex\n#5e315b\n".encode("utf-16"), "x.csv") == [("5e315b", "")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello\n", "line 1: 'hello' is not a colour"),
        ("hex\n#5e315b\nplum\n", "line 3: 'plum'"),
        ("red,green,blue\n1,2\n", "line 2: ''"),
        ("red,green,blue\n1,2,3.5\n", "line 2: '3.5'"),
        ("hex,alpha\n#000000,300\n", "line 2: '300'"),
        ("hex,count\n#000000,-1\n", "line 2: count '-1'"),
        ("hex,count\n#000000,9999999999999999\n", "line 2: count "),
        ("1,2,300\n", "line 1: '300'"),
        ("hex\n" + "a" * 200_000 + "\n", "field larger than field limit"),
    ],
)
def test_csv_that_is_malformed_says_where(text: str, words: str) -> None:
    assert words in complaint(text, "x.csv")
