"""Guards what style sheets and tokens call colours, and how they write them.

`benchmarks/design_tools.py` asks Style Dictionary, Terrazzo, Tailwind and Sass.
"""

from __future__ import annotations

import itertools
import json
import re

import numpy as np
import pytest

from quantize.model.palette import Palette
from quantize.palette_files import color_models
from quantize.palette_files.codec import decode, encode
from quantize.palette_files.form import Form
from quantize.palette_files.identifiers import ascii_only, identifier
from quantize.palette_files.variables import as_hex, as_oklch, variables

THREE = Palette(
    Palette.from_hex("#0f7c7a", "#0e7b79", "#ffffff").colors,
    np.array([2, 1, 1]),
    ("deep teal", "Deep Teal", ""),
)

ENDINGS = (".css", ".scss", ".tailwind.css", ".tokens.json", ".hex.tokens.json")


def names_in(ending: str, palette: Palette, form: Form) -> list[str]:
    text = encode(palette, f"x{ending}", "title", form).decode()
    if ending.endswith(".json"):
        return [name for name in json.loads(text) if not name.startswith("$")]
    return re.findall(r"^ *(\S+): ", text, flags=re.MULTILINE)


def called(palette: Palette, form: Form) -> list[str]:
    return [variable.name for variable in variables(palette, form)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("flower", "flower"),
        ("IMG_2034 (1)", "img-2034-1"),
        ("2024-photo", "palette-2024-photo"),
        ("Ägypten, Größe & Øre", "agypten-grosse-ore"),
        ("花 見", "花-見"),
        ("Утро", "утро"),
        ("e\u0301te", "ete"),
        ("１２", "palette-12"),
        ("🌸", "palette"),
        ("", "palette"),
        ("../../x;} body{--a", "x-body-a"),
        ("a\u202eb\x00c\udcff", "a-b-c"),
        ("---", "palette"),
    ],
)
def test_a_name_of_a_file_becomes_an_identifier(text: str, expected: str) -> None:
    assert identifier(text) == expected


def test_a_prefix_that_is_an_identifier_stays_as_it_is() -> None:
    assert Form("flower", prefix="brandColor").beginning == "brandColor"
    assert Form("flower", prefix="x_1").beginning == "x_1"
    assert Form("flower", prefix="My brand}").beginning == "my-brand"
    assert Form("Flower_").beginning == "flower"


def test_names_that_differ_stay_different_in_ascii() -> None:
    assert ascii_only("花-見") == "u82b1-u898b"


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        (".css", "--flower-1"),
        (".scss", "$flower-1"),
        (".tailwind.css", "--color-flower-1"),
        (".tokens.json", "color-1"),
        (".hex.tokens.json", "color-1"),
    ],
)
def test_a_number_after_the_picture_is_the_name_of_a_colour(ending: str, expected: str) -> None:
    assert names_in(ending, THREE, Form("flower"))[0] == expected


@pytest.mark.parametrize(
    ("ending", "expected"),
    [
        (".css", "--flower-deep-teal"),
        (".scss", "$flower-deep-teal"),
        (".tailwind.css", "--color-flower-deep-teal"),
        (".tokens.json", "flower-deep-teal"),
        (".hex.tokens.json", "flower-deep-teal"),
    ],
)
def test_colours_can_be_called_by_their_names(ending: str, expected: str) -> None:
    names = names_in(ending, THREE, Form("flower", names="color"))
    assert names == [expected, f"{expected}-2", expected.replace("deep-teal", "white")]


@pytest.mark.parametrize(
    ("ending", "prefix", "expected"),
    [
        (".css", "color", "--color-1"),
        (".scss", "color", "$color-1"),
        (".tailwind.css", "palette", "--color-palette-1"),
        (".tokens.json", "brand", "brand-1"),
    ],
)
def test_a_prefix_stands_in_place_of_the_picture(ending: str, prefix: str, expected: str) -> None:
    assert names_in(ending, THREE, Form("flower", prefix=prefix))[0] == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("teal", "teal", "teal"), ["teal", "teal-2", "teal-3"]),
        (("teal", "teal 2", "teal"), ["teal", "teal-2", "teal-3"]),
        (("teal 2", "teal", "Teal"), ["teal-2", "teal", "teal-3"]),
        (("#", "{}", "%"), ["color", "color-2", "color-3"]),
    ],
)
def test_no_two_colours_have_one_name(names: tuple[str, ...], expected: list[str]) -> None:
    found = called(Palette(THREE.colors, names=names), Form("x", names="color"))
    assert found == [f"x-{name}" for name in expected]


@pytest.mark.parametrize(
    "names", [("gray", "gray 50", "gray"), ("gray 50", "gray", "gray"), ("a", "a-50", "a-50-50")]
)
def test_no_step_of_a_ramp_has_the_name_of_a_colour(names: tuple[str, ...]) -> None:
    found = called(Palette(THREE.colors, names=names), Form("x", names="color", ramps=True))
    assert len(set(found)) == len(found) == 36


@pytest.mark.parametrize("ending", ENDINGS)
def test_each_colour_is_followed_by_its_ramp(ending: str) -> None:
    names = names_in(ending, THREE, Form("flower", prefix="flower", ramps=True))
    first = names[0]
    assert names[:4] == [first, f"{first}-50", f"{first}-100", f"{first}-200"]
    assert names[10:13] == [f"{first}-900", f"{first}-950", first.replace("-1", "-2")]


def test_steps_keep_alpha_and_what_nobody_sees_has_none() -> None:
    clear = Palette(np.array([[255, 0, 0, 128], [0, 0, 0, 0]], np.uint8))
    found = [*variables(clear, Form("x", ramps=True))]
    assert len(found) == 13
    assert {variable.color[3] for variable in found} == {128, 0}


@pytest.mark.parametrize("ending", [".css", ".scss", ".tailwind.css"])
def test_colours_of_style_sheets_can_be_oklch(ending: str) -> None:
    red = Palette(np.array([[255, 0, 0, 255], [0, 0, 0, 51], [128, 128, 128, 255]], np.uint8))
    text = encode(red, f"x{ending}", "", Form("x", css_colors="oklch")).decode()
    # https://www.w3.org/TR/css-color-4/ has red as oklch(62.796% 0.25768 29.234)
    assert "1: oklch(0.62796 0.25768 29.234);" in text
    assert "2: oklch(0 0 0 / 0.2);" in text
    assert "3: oklch(0.59987 0 0);" in text


def test_oklch_gives_the_eight_bits_back() -> None:
    steps = [*range(0, 256, 15), 1, 2, 254]
    colors = [*itertools.product(steps, repeat=3)]
    for color, text in zip(colors, as_oklch(colors), strict=True):
        light, chroma, hue = map(float, text[6:-1].split())
        assert color_models.oklab(light, *color_models.from_polar(chroma, hue)) == color


def test_hex_has_eight_digits_for_what_is_not_opaque() -> None:
    assert as_hex([(1, 2, 3), (1, 2, 3, 255), (1, 2, 3, 4)]) == ["#010203", "#010203", "#01020304"]


@pytest.mark.parametrize("ending", [".tokens.json", ".hex.tokens.json"])
@pytest.mark.parametrize(
    "form",
    [Form("x"), Form("x", names="color"), Form("x", prefix="brand"), Form("x", ramps=True)],
    ids=["numbers", "names", "prefix", "ramps"],
)
def test_tokens_are_read_as_what_they_were(ending: str, form: Form) -> None:
    clear = Palette(np.array([[255, 0, 0, 128], [0, 0, 0, 255]], np.uint8), names=("deep", ""))
    read = decode(encode(clear, f"x{ending}", "title", form), f"x{ending}")
    assert read == clear
    assert read.names == clear.names


def test_tokens_hold_shares_under_one_key_of_ours() -> None:
    tokens = json.loads(encode(THREE, "x.tokens.json", "x", Form("x", ramps=True)))
    assert [*tokens["color-1"]["$extensions"]] == ["io.github.quantize"]
    assert tokens["color-1"]["$extensions"]["io.github.quantize"]["share"] == 0.5
    assert tokens["color-1-50"]["$extensions"]["io.github.quantize"] == {
        "of": "color-1",
        "step": 50,
    }


def test_tokens_in_hex_have_a_type_each_and_a_text_as_value() -> None:
    tokens = json.loads(encode(THREE, "x.hex.tokens.json", "x", Form("x")))
    assert tokens["$description"] == "x"
    assert (tokens["color-1"]["$type"], tokens["color-1"]["$value"]) == ("color", "#0f7c7a")
    assert "$schema" not in tokens


@pytest.mark.parametrize("ending", [".tokens.json", ".hex.tokens.json"])
@pytest.mark.parametrize("evil", ["{a.b}", "{{a}}", "{", "}{", "a} {b} {"])
def test_no_name_refers_to_another_token(ending: str, evil: str) -> None:
    data = encode(Palette(THREE.colors, names=(evil, "a", "b")), f"x{ending}", evil)
    for text in re.findall(r'"\$description": "(.*?)"', data.decode()):
        assert not re.search(r"\{.*\}", text)
    assert decode(data, f"x{ending}").names == (evil, "a", "b")


@pytest.mark.parametrize("evil", ["x; } body { color: red", "a\nb", "*/", '"', "$x: 1", "--"])
@pytest.mark.parametrize("ending", [".css", ".scss", ".tailwind.css"])
def test_no_stem_prefix_or_name_adds_anything_to_a_style_sheet(ending: str, evil: str) -> None:
    palette = Palette(THREE.colors, names=(evil, evil, evil))
    for form in (Form(evil, names="color"), Form("x", prefix=evil, names="color")):
        text = encode(palette, f"x{ending}", "", form).decode()
        bare = [line for line in re.sub(r"/\*.*?\*/", "", text).splitlines() if ":" in line]
        lines = [line for line in bare if not line.startswith(":root")]
        assert len(lines) == 3
        assert all(re.fullmatch(r"\s*(?:--|\$)[a-z0-9-]+: #[0-9a-f]{6}; ?", line) for line in lines)
