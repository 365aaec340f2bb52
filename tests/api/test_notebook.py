"""Guards what the library gives to a notebook: short texts, HTML, tables, colormaps."""

from __future__ import annotations

import base64
import io
import re
import sys
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from helpers.pictures import picture
from quantize import Palette, quantize, quantize_frames, save_palette
from quantize.errors import MissingPackageError, PixelsError
from quantize.palette_files.formats.csvfile import COLUMNS

REDS = Palette(
    np.array([[200, 40, 90, 255], [16, 32, 48, 128]], np.uint8),
    np.array([3, 1]),
    ("pale sky", "black"),
)


def test_a_palette_is_a_sequence_of_tuples() -> None:
    palette = Palette.from_hex("#c8285a", "#102030", "#ffffff")
    assert palette[0] == (200, 40, 90)
    assert palette[-1] == palette[np.int64(2)] == (255, 255, 255)
    assert [*palette[1:]] == [(16, 32, 48), (255, 255, 255)]
    with pytest.raises(IndexError):
        palette[3]
    with pytest.raises(PixelsError):
        palette[3:]


def test_a_part_of_a_palette_has_its_counts_and_names() -> None:
    part = REDS[1:]
    assert part.counts.tolist() == [1]
    assert part.names == ("black",)


def test_its_codes_have_eight_digits_where_it_is_translucent() -> None:
    assert REDS.as_hex() == ["#c8285a", "#10203080"]


def test_its_dictionary_is_what_the_json_format_holds() -> None:
    assert REDS.to_dict("dusk") == {
        "name": "dusk",
        "colors": [
            {"hex": "#c8285a", "rgb": [200, 40, 90], "alpha": 255}
            | {"count": 3, "share": 0.75, "name": "pale sky"},
            {"hex": "#102030", "rgb": [16, 32, 48], "alpha": 128}
            | {"count": 1, "share": 0.25, "name": "black"},
        ],
    }


def test_its_table_is_what_the_csv_format_holds(tmp_path: object) -> None:
    frame = REDS.to_frame()
    assert [*frame.columns] == [*COLUMNS]
    save_palette(REDS, f"{tmp_path}/reds.csv")
    pd.testing.assert_frame_equal(
        frame, pd.read_csv(f"{tmp_path}/reds.csv"), check_dtype=False, check_column_type=False
    )


def test_its_colormap_has_its_colours() -> None:
    colormap = REDS.to_colormap("reds")
    assert colormap.name == "reds"
    assert colormap(1) == (16 / 255, 32 / 255, 48 / 255, 128 / 255)


@pytest.mark.parametrize(
    ("method", "package"), [("to_frame", "pandas"), ("to_colormap", "matplotlib")]
)
def test_a_missing_package_is_named(
    method: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingPackageError, match=f"Palette.{method} needs {package}"):
        getattr(REDS, method)()


def test_a_palette_prints_on_a_line() -> None:
    assert repr(REDS) == "<Palette of 2: #c8285a, #10203080>"
    long = Palette(np.arange(256 * 3, dtype=np.uint16).astype(np.uint8).reshape(-1, 3))
    assert repr(long).endswith(", …>")
    assert len(repr(long)) < 100


def test_a_palette_shows_codes_shares_and_names() -> None:
    html = REDS._repr_html_()
    for words in ("#c8285a", "75.0 %", "pale sky", "#10203080", "25.0 %"):
        assert words in html
    assert "%" not in Palette.from_hex("#123456")._repr_html_()


def test_a_hostile_name_is_text() -> None:
    hostile = Palette(REDS.colors, REDS.counts, ("<script>alert(1)</script>", "a\u202eb&"))
    html = hostile._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "ab&amp;" in html


def test_its_strip_has_a_square_for_each_colour() -> None:
    squares = ET.fromstring(REDS._repr_svg_()).findall("{*}rect")
    assert [square.get("fill") for square in squares] == ["#c8285a", "#10203080"]


def embedded(html: str) -> Image.Image:
    found = re.search(r'src="data:image/[a-z]+;base64,([^"]*)"', html)
    assert found is not None
    return Image.open(io.BytesIO(base64.b64decode(found[1])))


def test_a_result_shows_its_picture_its_palette_and_three_figures() -> None:
    result = quantize(picture(0, (12, 8)), 4)
    html = result._repr_html_()
    assert (np.asarray(embedded(html).convert("RGB")) == result.to_array()).all()
    assert result.palette._repr_html_() in html
    assert "→ 4 colours" in html
    assert f"mean squared error {result.statistics.mse:.4g}" in html
    assert "kB as PNG" in html
    assert (
        np.asarray(Image.open(io.BytesIO(result._repr_png_())).convert("RGB")) == result.to_array()
    ).all()


def test_an_animation_plays(tmp_path: object) -> None:
    frames = [picture(seed, (12, 8)) for seed in (1, 2)]
    frames[0].save(f"{tmp_path}/two.gif", save_all=True, append_images=frames[1:], duration=40)
    result = quantize_frames(f"{tmp_path}/two.gif", 4)
    assert embedded(result._repr_html_()).n_frames == 2  # type: ignore[attr-defined]
    assert Image.open(io.BytesIO(result._repr_png_())).size == frames[0].size
    assert ", 2 frames, " in repr(result)


def test_a_result_prints_on_a_line() -> None:
    shown = repr(quantize(picture(0, (12, 8)), 4))
    assert re.fullmatch(r"<Result of .*: 12 × 8 pixels, \d+ → 4 colours, mse [\d.]+>", shown)
