"""Guards the promise that a palette file says exactly what the palette holds, byte for byte.

Here the table and the formats that are text; `test_binary_formats.py` has the others, what is read
stands in `test_reading.py`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from contextlib import suppress

import numpy as np
import pytest
from PIL.GimpPaletteFile import GimpPaletteFile

from quantize.checks import Table, load
from quantize.errors import OutputError
from quantize.model.palette import Palette
from quantize.model.text import one_line, percent
from quantize.palette_files.codec import decode, encode, title_of
from quantize.palette_files.form import Form
from quantize.palette_files.table import FORMATS, PaletteFormat, format_of

EVERY_FORMAT = pytest.mark.parametrize("row", FORMATS.values(), ids=lambda row: row.name)
WRITTEN = [row for row in FORMATS.values() if row.writes]
EVERY_WRITER = pytest.mark.parametrize("row", WRITTEN, ids=lambda row: row.name)

EVERY_STYLE_SHEET = pytest.mark.parametrize("ending", [".css", ".scss", ".tailwind.css"])


def palette(*colors: str, counts: tuple[int, ...] = (), names: tuple[str, ...] = ()) -> Palette:
    return Palette(Palette.from_hex(*colors).colors, np.array(counts, np.int64), names)


PLAIN = palette("#5e315b", "#0aff00")
FULL = palette("#5e315b", "#0aff00", counts=(3, 1), names=("plum", ""))
CLEAR = palette("#5e315bff", "#0aff0080", "#00000000", counts=(2, 1, 1))


def written(colors: Palette, path: str, title: str = "sunset", form: Form | None = None) -> str:
    return encode(colors, path, title, form).decode("utf-8")


# The table


@EVERY_FORMAT
def test_each_row_has_a_name_endings_and_a_summary(row: PaletteFormat) -> None:
    assert row.name.isidentifier()
    assert row.endings
    assert all(re.fullmatch(r"(\.[a-z]+)+", ending) for ending in row.endings)
    assert row.summary
    assert "\n" not in row.summary


@EVERY_FORMAT
def test_a_row_says_which_functions_its_module_has(row: PaletteFormat) -> None:
    module = load(row.target)
    assert (hasattr(module, "read"), hasattr(module, "write")) == (row.reads, row.writes)


def test_names_and_endings_stand_in_the_table_once() -> None:
    names = [row.name for row in FORMATS.values()]
    endings = [ending for row in FORMATS.values() for ending in row.endings]
    assert len(set(names)) == len(names)
    assert len(set(endings)) == len(endings)


@EVERY_WRITER
@pytest.mark.parametrize("colors", [PLAIN, FULL, CLEAR], ids=["plain", "full", "clear"])
def test_each_format_writes_the_same_bytes_through_its_endings(
    row: PaletteFormat, colors: Palette
) -> None:
    form = (Form("sunset"),) if row.takes else ()
    own = load(row.target).write(colors, "sunset", *form)
    assert isinstance(own, bytes)
    for ending in row.endings:
        assert encode(colors, f"folder/sunset{ending.upper()}", "sunset") == own


@EVERY_STYLE_SHEET
@pytest.mark.parametrize("k", [1, 256])
def test_style_sheets_have_every_colour_of_the_smallest_and_largest_palette(
    ending: str, k: int
) -> None:
    grays = Palette(np.repeat(np.arange(k, dtype=np.uint8)[:, None], 3, axis=1))
    assert re.findall(r": (#\w+);", written(grays, f"x{ending}", "grays")) == grays.hex


@pytest.mark.parametrize("ending", [".css", ".scss", ".tailwind.css", ".gpl", ".csv", ".soc"])
@pytest.mark.parametrize(
    "evil", ["a\nb", "a\r\nb", "a */ b\n", "a\u2028b", "\x00", "", '"', "<a>&", "\udcff", "\uffff"]
)
def test_no_title_or_name_adds_a_line_to_a_text(ending: str, evil: str) -> None:
    colors = palette("#5e315b", "#0aff00", counts=(3, 1), names=(evil, evil))
    lines = written(colors, f"x{ending}", f"a {evil}").splitlines()
    harmless = palette("#5e315b", "#0aff00", counts=(3, 1), names=("a", "a"))
    assert len(lines) == len(written(harmless, f"x{ending}", "a").splitlines())


def test_the_table_is_read_without_numpy_or_the_format_modules() -> None:
    code = (
        "import sys; from quantize.palette_files.table import FORMATS, format_of;"
        "row = format_of('x.gpl');"
        "assert not {'numpy', 'PIL', 'quantize.model.palette', row.target} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_longest_ending_wins_whatever_its_case(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = list(FORMATS.values())
    for table in [Table(rows), Table(rows[::-1])]:
        monkeypatch.setattr("quantize.palette_files.table.FORMATS", table)
        assert format_of("brand.Tailwind.CSS").name == "tailwind"
        assert format_of("tailwind.css").name == "css"
        assert format_of("brand.riff.pal").name == "riff"
        assert format_of("brand.pal").name == "jasc"
        assert format_of("folder.gpl/brand.css").name == "css"


@pytest.mark.parametrize("path", ["palette.xyz", "palette", "gpl", "", "folder.gpl/palette"])
def test_an_unknown_ending_is_refused_with_the_known_ones(path: str) -> None:
    with pytest.raises(OutputError) as caught:
        encode(PLAIN, path, "sunset")
    assert caught.value.path == path
    for row in WRITTEN:
        assert row.endings[0] in caught.value.problem


def test_a_palette_is_called_as_its_file_without_the_whole_ending() -> None:
    assert title_of("folder.gpl/brand.tokens.JSON") == "brand"
    assert title_of("brand.v2.json") == "brand.v2"


# GIMP


def test_gpl_is_written_as_gimp_writes_it() -> None:
    assert encode(FULL, "x.gpl", "sunset") == (
        b"GIMP Palette\nName: sunset\nColumns: 2\n#\n 94  49  91\tplum\n 10 255   0\t#0aff00\n"
    )


def test_gpl_is_what_pillow_reads() -> None:
    many = Palette(np.arange(768, dtype=np.uint16).astype(np.uint8).reshape(256, 3))
    for colors in (PLAIN, FULL, many):
        found, _ = GimpPaletteFile(io.BytesIO(encode(colors, "x.gpl", "sunset"))).getpalette()
        assert found == colors.colors.tobytes()


def test_gpl_leaves_alpha_out() -> None:
    rows = written(CLEAR, "x.gpl").splitlines()[4:]
    assert rows == [" 94  49  91\t#5e315b", " 10 255   0\t#0aff00", "  0   0   0\t#000000"]


def test_gpl_always_has_a_name_on_one_line() -> None:
    assert written(PLAIN, "x.gpl", " \n").splitlines()[1] == "Name: Untitled"
    assert written(PLAIN, "x.gpl", "a\r\nb\tc").splitlines()[1] == "Name: a b c"
    assert written(PLAIN, "x.gpl", "Größe 日本").splitlines()[1] == "Name: Größe 日本"


def test_gpl_has_at_most_16_columns() -> None:
    many = Palette(np.arange(300, dtype=np.uint8).reshape(100, 3))
    assert written(many, "x.gpl").splitlines()[2] == "Columns: 16"


# Lospec


def test_hex_is_six_digits_a_line_and_nothing_else() -> None:
    assert encode(FULL, "x.hex", "sunset") == b"5e315b\n0aff00\n"


def test_hex_has_eight_digits_for_translucent_colours_alone() -> None:
    assert encode(CLEAR, "x.hex", "sunset") == b"5e315b\n0aff0080\n00000000\n"


# JSON


def test_json_is_one_colour_a_line() -> None:
    assert written(FULL, "x.json") == (
        "{\n"
        '  "name": "sunset",\n'
        '  "colors": [\n'
        '    {"hex": "#5e315b", "rgb": [94, 49, 91], "count": 3, "share": 0.75, "name": "plum"},\n'
        '    {"hex": "#0aff00", "rgb": [10, 255, 0], "count": 1, "share": 0.25}\n'
        "  ]\n"
        "}\n"
    )


def test_json_has_alpha_for_each_colour_of_a_palette_with_alpha() -> None:
    colors = json.loads(encode(CLEAR, "x.json", "sunset"))["colors"]
    assert [(c["hex"], c["rgb"], c["alpha"]) for c in colors] == [
        ("#5e315b", [94, 49, 91], 255),
        ("#0aff00", [10, 255, 0], 128),
        ("#000000", [0, 0, 0], 0),
    ]


def test_json_keeps_any_title_and_name_as_it_is() -> None:
    odd = 'a "quoted"\n\\ 日本 \u2028'
    read = json.loads(encode(palette("#000000", names=(odd,)), "x.json", odd))
    assert read["name"] == odd
    assert read["colors"][0]["name"] == odd


def test_json_shares_keep_six_significant_digits() -> None:
    counted = palette("#000000", "#ffffff", counts=(1, 2_999_999))
    shares = [c["share"] for c in json.loads(encode(counted, "x.json", ""))["colors"]]
    assert shares == [3.33333e-07, 1.0]


def test_json_counts_nothing_where_no_picture_is_behind_the_palette() -> None:
    colors = json.loads(encode(PLAIN, "x.json", "sunset"))["colors"]
    assert [(c["count"], c["share"]) for c in colors] == [(0, 0.0), (0, 0.0)]


# CSS


def test_css_is_a_rule_of_custom_properties_with_what_is_known_in_comments() -> None:
    assert encode(FULL, "x.css", "sunset") == (
        b"/* sunset */\n"
        b":root {\n"
        b"  --sunset-1: #5e315b; /* plum, 75.0 % */\n"
        b"  --sunset-2: #0aff00; /* 25.0 % */\n"
        b"}\n"
    )


def test_css_has_no_empty_comments() -> None:
    assert encode(PLAIN, "x.css", "") == (
        b":root {\n  --palette-1: #5e315b;\n  --palette-2: #0aff00;\n}\n"
    )


def test_css_has_eight_digits_for_translucent_colours_alone() -> None:
    assert re.findall(r"#\w+", written(CLEAR, "x.css")) == ["#5e315b", "#0aff0080", "#00000000"]


@EVERY_STYLE_SHEET
@pytest.mark.parametrize("evil", ["*/", "**//", "/* */ } body { color: red", "*\n/"])
def test_nothing_in_a_name_ends_a_comment(ending: str, evil: str) -> None:
    text = written(palette("#000000", names=(evil,)), f"x{ending}", evil, Form("x"))
    bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    assert bare.split() == written(palette("#000000"), f"x{ending}", "", Form("x")).split()


def test_scss_is_a_variable_a_line_with_what_is_known_in_comments() -> None:
    assert encode(FULL, "x.scss", "sunset") == (
        b"/* sunset */\n$sunset-1: #5e315b; /* plum, 75.0 % */\n$sunset-2: #0aff00; /* 25.0 % */\n"
    )
    assert encode(CLEAR, "x.scss", "").splitlines()[1] == b"$palette-2: #0aff0080; /* 25.0 % */"


def test_tailwind_is_a_theme_of_colour_variables() -> None:
    assert encode(PLAIN, "x.tailwind.css", "sunset") == (
        b"/* sunset */\n@theme {\n  --color-sunset-1: #5e315b;\n  --color-sunset-2: #0aff00;\n}\n"
    )


# Paint Shop Pro and Paint.NET


def test_jasc_is_decimals_with_the_line_ends_of_windows() -> None:
    assert encode(FULL, "x.pal", "sunset") == (b"JASC-PAL\r\n0100\r\n2\r\n94 49 91\r\n10 255 0\r\n")


def test_paint_net_has_alpha_first_and_is_not_filled_up() -> None:
    assert (
        encode(CLEAR, "x.txt", "Größe\n1")
        == (
            "; paint.net Palette File\r\n"
            "; Palette Name: Größe 1\r\n"
            "FF5E315B\r\n800AFF00\r\n00000000\r\n"
        ).encode()
    )


# LibreOffice


def test_soc_is_xml_with_a_name_for_every_colour() -> None:
    assert encode(palette("#5e315b", "#0aff00", names=('a "<&>', "")), "x.soc", "sunset") == (
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<ooo:color-table xmlns:ooo="http://openoffice.org/2004/office"'
        b' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0">\n'
        b' <draw:color draw:name="a &quot;&lt;&amp;&gt;" draw:color="#5e315b"/>\n'
        b' <draw:color draw:name="#0aff00" draw:color="#0aff00"/>\n'
        b"</ooo:color-table>\n"
    )


# CSV


def test_csv_is_a_row_a_colour_below_headings() -> None:
    assert encode(palette("#5e315b80", counts=(3,), names=('a, "b"',)), "x.csv", "") == (
        b'name,hex,red,green,blue,alpha,count,share\r\n"a, ""b""",#5e315b,94,49,91,128,3,1\r\n'
    )


# Design tokens


def test_tokens_are_numbered_and_described_by_their_names() -> None:
    assert encode(
        palette("#5e315bff", "#0aff0080", names=("plum", "")), "x.tokens.json", "sun"
    ) == (
        b"{\n"
        b'  "$schema": "https://www.designtokens.org/schemas/2025.10/format.json",\n'
        b'  "$type": "color",\n'
        b'  "$description": "sun",\n'
        b'  "color-1": {"$value": {"colorSpace": "srgb", "components": [0.368627, 0.192157, '
        b'0.356863], "hex": "#5e315b"}, "$description": "plum '
        b'(text by WCAG 2 and APCA: white 10.16 Lc -97, color-2 8.03 Lc -81)", '
        b'"$extensions": {"io.github.quantize": '
        b'{"roles": ["dominant", "dark_vibrant", "background"]}}},\n'
        b'  "color-2": {"$value": {"colorSpace": "srgb", "components": [0.039216, 1.0, 0.0], '
        b'"alpha": 0.501961, "hex": "#0aff00"}, "$description": '
        b'"(text by WCAG 2 and APCA: black 16.59 Lc 91, color-1 8.03 Lc 78)", '
        b'"$extensions": {"io.github.quantize": {"roles": ["light_vibrant", "text"]}}}\n'
        b"}\n"
    )


def test_what_tokens_say_of_text_is_undone_in_reading() -> None:
    for names in [("plum", ""), ("plum (dark)", "(text by hand)")]:
        given = palette("#5e315bff", "#0aff0080", names=names)
        read = decode(encode(given, "x.tokens.json", "sun"), "x.tokens.json")
        assert read.names == names


def test_tokens_keep_to_the_rules_of_the_report() -> None:
    odd = palette("#5e315bff", "#0aff0080", names=("{a.b}", "$x"))
    tokens = json.loads(encode(odd, "x.tokens.json", "{$}"))
    assert [key for key in tokens if key.startswith("$")] == ["$schema", "$type", "$description"]
    assert tokens["$type"] == "color"
    for key, token in tokens.items():
        if key.startswith("$"):
            continue
        assert not set(key) & set("{}.")
        assert set(token) <= {"$value", "$type", "$description", "$extensions", "$deprecated"}
        value = token["$value"]
        assert {"colorSpace", "components"} <= set(value)
        assert set(value) <= {"colorSpace", "components", "alpha", "hex"}
        assert value["colorSpace"] == "srgb"
        assert len(value["components"]) == 3
        assert all(
            0 <= component <= 1 for component in [*value["components"], value.get("alpha", 1)]
        )
        assert re.fullmatch("#[0-9a-fA-F]{6}", value["hex"])


# Wording


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0, "0 %"),
        (1e-9, "<0.1 %"),
        (0.000999, "<0.1 %"),
        (0.001, "0.1 %"),
        (0.1236, "12.4 %"),
        (0.999, "99.9 %"),
        (0.9991, ">99.9 %"),
        (1 - 1e-9, ">99.9 %"),
        (1, "100 %"),
    ],
)
def test_only_nothing_is_0_percent_and_only_everything_is_100(share: float, text: str) -> None:
    assert percent(share) == text


def test_one_line_keeps_letters_of_any_script_and_single_blanks() -> None:
    assert one_line("  a\t\n b\x00c\u2028é 日本\udcff ") == "a b c é 日本"


def test_hex_codes_show_alpha_only_where_it_matters() -> None:
    assert PLAIN.as_hex() == ["#5e315b", "#0aff00"]
    assert CLEAR.as_hex() == ["#5e315b", "#0aff0080", "#00000000"]


# Names that do harm where they are read again

FORMULAS = (
    *("=cmd|'/c calc'!A0", "@SUM(1)", "+1+1", "-2", '=HYPERLINK("http://example.org")'),
    *("\uff1d1", "'=1", "''-x", "-", "'", "don't", "a=b"),
)


def test_no_cell_of_a_table_is_a_formula_and_its_name_comes_back() -> None:
    codes = [f"#{number:02x}8040" for number in range(len(FORMULAS))]
    data = encode(palette(*codes, names=FORMULAS), "x.csv", "x")
    cells = [row[0] for row in csv.reader(io.StringIO(data.decode()))][1:]
    assert not [cell for cell in cells if len(cell) > 1 and cell[0] in "=+-@\uff1d"]
    assert decode(data, "x.csv").names == FORMULAS


TURNING = "night \u202e */ }{ ydob /* \u2066 sky \u200f\u061c"


@EVERY_WRITER
def test_code_and_tables_hold_nothing_that_turns_their_direction(row: PaletteFormat) -> None:
    data = encode(palette("#204080", names=(TURNING,)), f"x{row.endings[0]}", TURNING)
    if row.name in TURNING_IS_TEXT:
        return
    with suppress(UnicodeDecodeError):  # not a text
        assert not re.search("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", data.decode())


TURNING_IS_TEXT = {"gpl", "paintnet"}
"""Formats that are neither: a program shows their names as names."""


@pytest.mark.parametrize("ending", [".json", ".tokens.json", ".soc", ".kpl", ".swatches"])
def test_data_keeps_what_turns_as_an_escape(ending: str) -> None:
    colors = palette("#204080", names=("night \u202e sky",))
    data = encode(colors, f"x{ending}", "x")
    if row_has_names(ending):
        assert decode(data, f"x{ending}").names == colors.names


def row_has_names(ending: str) -> bool:
    return format_of(f"x{ending}").names
