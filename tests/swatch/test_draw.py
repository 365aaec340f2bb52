"""Guards the promise that a swatch shows each colour exactly, with text that can be read."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFont

from quantize.color.contrast import over, ratio, text_color
from quantize.color.conversions import oklch
from quantize.color.palette_order import in_columns
from quantize.errors import QuantizeError
from quantize.model.palette import Palette
from quantize.swatch import labels, styles
from quantize.swatch import layout as parts
from quantize.swatch import tiles as tiled
from quantize.swatch.draw import draw as draw_any
from quantize.swatch.shapes import Box, Drawing, Photo, Sector, Text
from quantize.swatch.sheet import CLEAR, DARK, LIGHT, Entry, Sheet, Theme, entries
from quantize.swatch.table import SWATCH_STYLES

WHITE = (255, 255, 255)
LONG_NAME = "a very dark and rather Supercalifragilisticexpialidocious goldenrod yellow"
EVERY_STYLE = pytest.mark.parametrize("style", SWATCH_STYLES)
SIZES = pytest.mark.parametrize(
    "k", [1, 5, 16, *(pytest.param(k, marks=pytest.mark.slow) for k in (64, 256))]
)
DRAWN_SIZES = pytest.mark.parametrize("k", [1, 5, 16, pytest.param(256, marks=pytest.mark.slow)])


PICTURE = Image.linear_gradient("L").resize((60, 40)).convert("RGB")


def draw(palette: Palette, path: str = "x.png", *, style: str = "tiles", **how: Any) -> bytes:
    """The file of a swatch; a board gets a picture."""
    picture = PICTURE if SWATCH_STYLES[style].has_picture else None
    return draw_any(palette, path, style=style, picture=picture, **{"keep_order": True} | how)


def sheet(palette: Palette, title: str = "", theme: Theme = LIGHT, *, keep: bool = True) -> Sheet:
    return Sheet(palette, entries(palette, theme), title, theme, PICTURE, keep)


@pytest.fixture(autouse=True, scope="module")
def measured_once() -> Iterator[None]:
    """Measure a text once: FreeType takes longer over 256 long names than all else together."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(labels, "width", cache(labels.width))
        yield


def random_palette(k: int, channels: int = 3, name: str = "") -> Palette:
    random = np.random.default_rng(k)
    colors = random.integers(0, 256, (k, channels)).astype(np.uint8)
    counts = random.integers(1, 1000, k)
    return Palette(colors, counts, (name,) * k if name else ())


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def tiles(palette: Palette, *, title: str = "") -> list[Image.Image]:
    """The rectangles where the tiles lie, cut out of the finished picture."""
    layout = tiled.layout_of(len(palette), heading=bool(title))
    image = opened(draw(palette, title=title))
    assert image.size == layout.size
    width, height = layout.tile
    corners = [layout.corner(place) for place in range(len(palette))]
    return [image.crop((left, top, left + width, top + height)) for left, top in corners]


def colors_in(image: Image.Image) -> dict[object, int]:
    """How many pixels have each colour."""
    found = image.getcolors(image.width * image.height)
    assert found is not None
    return {color: number for number, color in found}


def drawing(
    k: int, style: str, channels: int = 3, name: str = LONG_NAME, theme: Theme = LIGHT
) -> Drawing:
    return SWATCH_STYLES.load(style)(sheet(random_palette(k, channels, name), "sunset", theme))


def around(text: Text) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a line of text: from its capitals down to its descenders."""
    length = labels.width(text.text, text.size, bold=text.bold)
    left = text.x - {"start": 0, "middle": length / 2, "end": length}[text.anchor]
    return left, text.baseline - 0.7 * text.size, left + length, text.baseline + 0.2 * text.size


# Every style


@EVERY_STYLE
@SIZES
@pytest.mark.parametrize("channels", [3, 4])
def test_no_text_overlaps_another_or_leaves_the_picture(k: int, style: str, channels: int) -> None:
    made = drawing(k, style, channels)
    left, top, right, bottom = np.array([*map(around, made.texts)]).T
    assert min(left.min(), top.min()) >= 0
    assert right.max() <= made.width
    assert bottom.max() <= made.height
    beside = np.less_equal.outer(right, left) | np.less_equal.outer(bottom, top)
    np.fill_diagonal(beside, val=True)
    assert (beside | beside.T).all()


@EVERY_STYLE
@SIZES
def test_code_name_and_share_of_each_colour_are_written(k: int, style: str) -> None:
    names = tuple(f"name {index}" for index in range(k))
    given = random_palette(k)
    palette = Palette(given.colors, given.counts, names)
    if style == "board" and k > 16:  # beside a picture is no room for all that
        return
    written = Counter(text.text for text in SWATCH_STYLES.load(style)(sheet(palette)).texts)
    assert set(names) <= written.keys()
    assert {*given.hex} <= written.keys()
    assert not Counter(label.share for label in labels.labels(palette)) - written


@EVERY_STYLE
@SIZES
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_is_readable_on_what_is_under_it(k: int, style: str, theme: Theme) -> None:
    made = drawing(k, style, theme=theme)
    for text in made.texts:
        left, top, right, bottom = around(text)
        for x, y in ((left, top), (right, bottom), (left, bottom), (right, top)):
            assert ratio(text.color, under(made, x, y)) >= 4.5, text


def under(made: Drawing, x: float, y: float) -> tuple[int, int, int]:
    """The colour at a place, before text is drawn: that of the last shape that covers it."""
    for shape in reversed(made.shapes):
        if isinstance(shape, Photo):
            continue
        if isinstance(shape, Box):
            within = 0 <= x - shape.left < shape.width and 0 <= y - shape.top < shape.height
        else:
            within = styles._contains(shape, x, y)
        if within:
            return shape.fill
    assert made.ground is not None
    return made.ground


@EVERY_STYLE
@DRAWN_SIZES
def test_every_colour_is_there_exactly_in_both_kinds_of_file(k: int, style: str) -> None:
    palette = random_palette(k)
    drawn = set(colors_in(opened(draw(palette, style=style))))
    assert {tuple(color) for color in palette} <= drawn
    svg = draw(palette, "x.svg", style=style).decode()
    assert set(palette.hex) <= set(re.findall(r'fill="(#[0-9a-f]{6})"', svg))


@EVERY_STYLE
@pytest.mark.parametrize("k", [9])
@pytest.mark.parametrize("path", ["x.png", "x.SVG"])
def test_equal_palettes_give_equal_bytes(k: int, path: str, style: str) -> None:
    first, again = random_palette(k, 4), random_palette(k, 4)
    one, two = (draw(palette, path, style=style, title="sun") for palette in (first, again))
    assert one == two


@EVERY_STYLE
def test_a_white_colour_has_an_outline(style: str) -> None:
    assert LIGHT.outline in colors_in(opened(draw(Palette.from_hex("#ffffff"), style=style)))


@EVERY_STYLE
def test_shares_and_names_are_drawn_only_where_they_are_known(style: str) -> None:
    plain = Palette.from_hex("#808080", "#101010")
    counted = Palette(plain.colors, np.array([7, 2], np.int64))
    named = Palette(plain.colors, names=("gray", "black"))
    assert len({draw(given, style=style) for given in (plain, counted, named)}) == 3
    empty = Palette(plain.colors, names=("", ""))
    assert draw(plain, style=style) == draw(empty, style=style)


# Grounds


@EVERY_STYLE
@pytest.mark.parametrize("path", ["x.png", "x.svg"])
def test_a_transparent_swatch_has_no_ground(style: str, path: str) -> None:
    data = draw(random_palette(5), path, style=style, theme="transparent", title="sunset")
    if path == "x.svg":
        assert b'fill="#fff"' not in data
        return
    image = Image.open(io.BytesIO(data))
    assert image.mode == "RGBA"
    assert image.getpixel((2, 2)) == (0, 0, 0, 0)
    edges = {color for _, color in image.getcolors(1 << 24) or () if 0 < color[3] < 255}
    assert all(max(color[:3]) > 0 for color in edges if color[3] > 200)


@EVERY_STYLE
def test_a_dark_swatch_has_a_dark_ground(style: str) -> None:
    data = draw(random_palette(5), style=style, theme="dark", title="sunset")
    assert opened(data).getpixel((2, 2)) == DARK.ground
    assert b'fill="#181818"' in draw(random_palette(5), "x.svg", style=style, theme="dark")


def test_text_without_a_ground_can_be_read_on_white_and_on_black() -> None:
    assert min(ratio(CLEAR.title, back) for back in (WHITE, (0, 0, 0))) >= 4.5


@pytest.mark.parametrize(("theme", "color"), [("dark", "#181818"), ("transparent", "#000000")])
def test_what_is_near_the_ground_has_an_outline(theme: str, color: str) -> None:
    outline = {"dark": DARK, "transparent": CLEAR}[theme].outline
    image = Image.open(io.BytesIO(draw(Palette.from_hex(color), theme=theme)))
    assert outline in colors_in(image.convert("RGB"))


# Boards, and the order of many tiles


@pytest.mark.parametrize("size", [(3000, 200), (200, 3000), (1, 1), (451, 300), (16, 16)])
@pytest.mark.parametrize("k", [1, 5, 16, 64, 256])
def test_a_board_holds_its_picture_and_every_colour_apart(k: int, size: tuple[int, int]) -> None:
    palette = random_palette(k, name=LONG_NAME)
    picture = Image.new("RGB", size)
    made = SWATCH_STYLES.load("board")(sheet(palette, "x")._replace(picture=picture))
    photo, *boxes = made.shapes
    assert photo.image is picture
    assert abs(photo.width / photo.height * size[1] / size[0] - 1) < 0.05 or 1 in size
    assert len(boxes) == k
    for box in (photo, *boxes):
        assert box.width >= 1
        assert box.height >= 1
        assert 0 <= box.left < box.left + box.width <= made.width
        assert 0 <= box.top < box.top + box.height <= made.height
    assert min(box.left for box in boxes) > photo.left + photo.width


def test_a_board_shows_the_pixels_of_its_picture() -> None:
    image = Image.new("RGB", (2, 1), (10, 200, 30))
    image.putpixel((1, 0), (200, 10, 30))
    for path in ("x.png", "x.svg"):
        data = draw_any(random_palette(3), path, style="board", picture=image)
        if path == "x.png":
            assert {(10, 200, 30), (200, 10, 30)} <= set(colors_in(opened(data)))
        else:
            inside = re.search(rb"data:image/png;base64,([^\"]+)", data)
            assert inside
            assert opened(b64decode(inside[1])).tobytes() == image.tobytes()


def test_a_board_without_a_picture_is_refused() -> None:
    with pytest.raises(QuantizeError, match="shows the picture, and there is none"):
        draw_any(random_palette(3), style="board")


def test_many_colours_are_laid_out_by_hue_and_lightness_whatever_their_order() -> None:
    palette = random_palette(64)
    turned = palette.only(np.arange(64)[::-1])
    assert draw(palette, keep_order=False) == draw(turned, keep_order=False)
    assert draw(palette) != draw(turned)
    assert draw(palette, keep_order=False) != draw(palette)
    few = random_palette(16)
    assert draw(few, keep_order=False) == draw(few)


@pytest.mark.parametrize("k", [1, 2, 17, 64, 100, 256])
@pytest.mark.parametrize("columns", [1, 3, 8, 16])
def test_columns_go_from_light_to_dark_and_hold_every_colour(k: int, columns: int) -> None:
    columns = min(columns, k)
    colors = random_palette(k).colors
    order = in_columns(colors, columns)
    assert sorted(order.tolist()) == [*range(k)]
    light = oklch(colors[order])[0]
    for column in range(columns):
        assert (np.diff(light[column::columns]) <= 1e-9).all()


# Shares


def test_the_strip_is_divided_by_share() -> None:
    palette = Palette(Palette.from_hex("#102030", "#c0d0e0").colors, np.array([3, 1], np.int64))
    made = styles.proportional(sheet(palette))
    wide, narrow = (shape for shape in made.shapes[:2] if isinstance(shape, Box))
    assert wide.width == 3 * narrow.width
    assert wide.left + wide.width == narrow.left


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=256))
def test_parts_of_a_length_fill_it_and_none_is_lost(counts: list[int]) -> None:
    total = sum(counts) or 1
    edges = styles.spread([count / total for count in counts], 1400, 2)
    steps = np.diff(edges)
    assert edges[0] == 0
    assert steps.min() >= 1
    if sum(counts):
        assert edges[-1] == 1400


def test_the_wheel_goes_round_once_in_the_order_of_hues() -> None:
    palette = Palette.from_hex("#0000ff", "#ff0000", "#808080", "#00a000")
    sectors = [one for one in styles.wheel(sheet(palette)).shapes if isinstance(one, Sector)]
    assert [sector.fill[:3] for sector in sectors] == [
        (128, 128, 128),
        (255, 0, 0),
        (0, 160, 0),
        (0, 0, 255),
    ]
    assert [sector.start for sector in sectors] == [0, 90, 180, 270]


# Tiles


@SIZES
def test_each_tile_is_filled_with_exactly_its_colour(k: int) -> None:
    palette = random_palette(k, name="pale sky")
    for color, tile in zip(palette, tiles(palette, title="sunset"), strict=True):
        red, green, blue = color
        filled = colors_in(tile)
        assert filled[color] > 0.6 * tile.width * tile.height
        assert filled[text_color((red, green, blue))] > 50


@pytest.mark.parametrize("heading", [False, True])
def test_the_picture_is_a_landscape_of_bounded_size_for_every_k(heading: bool) -> None:
    for k in range(1, 257):
        layout = tiled.layout_of(k, heading=heading)
        width, height = layout.size
        assert 4 / 3 - 0.05 <= width / height <= 16 / 9 + 0.05
        assert 700 <= width <= 4400
        assert layout.columns * (layout.rows - 1) < k <= layout.columns * layout.rows
        assert min(layout.tile) >= 130


def test_256_colours_are_a_square_of_16_by_16() -> None:
    layout = tiled.layout_of(256, heading=False)
    assert (layout.columns, layout.rows) == (16, 16)


@pytest.mark.parametrize("k", [1, 26])
@pytest.mark.parametrize("channels", [3, 4])
def test_no_text_reaches_the_edge_of_its_tile(k: int, channels: int) -> None:
    palette = random_palette(k, channels, LONG_NAME)
    for color, tile in zip(palette, tiles(palette), strict=True):
        ink = text_color(over(color, WHITE))
        edge, corner = tile.width // 30, tile.width // 16
        across, along = (corner, tile.width - corner), (corner, tile.height - corner)
        for left, top, right, bottom in [
            (across[0], 0, across[1], edge),
            (across[0], tile.height - edge, across[1], tile.height),
            (0, along[0], edge, along[1]),
            (tile.width - edge, along[0], tile.width, along[1]),
        ]:
            assert ink not in colors_in(tile.crop((left, top, right, bottom)))


def test_every_code_fits_and_long_names_get_two_lines_for_every_k() -> None:
    for k in range(1, 257):
        layout = tiled.layout_of(k, heading=True)
        for code in ["#dddddd", "#dddddddd"]:
            entry = Entry((0, 0, 0), (0, 0, 0), labels.Label("", code, ""), 1, None)
            style = tiled.style_of(layout, [entry])
            room = layout.tile[0] - 2 * style.padding
            code_width = labels.width(code, style.large, bold=True)
            assert code_width <= room
            assert labels.width("<0.1 %", style.small) < code_width
            assert style.most_names == 2


@given(st.text(max_size=80))
def test_names_are_wrapped_and_elided_to_fit(name: str) -> None:
    lines = labels.wrapped(labels.spelled(name), 20, 180, 2)
    assert len(lines) <= 2
    assert all(labels.width(line, 20) <= 180 for line in lines)
    whole = " ".join(lines)
    assert whole == labels.spelled(name) or "…" in whole


def test_a_name_that_fits_is_not_elided() -> None:
    assert labels.wrapped("light goldenrod yellow", 20, 150, 2) == ["light goldenrod", "yellow"]


def test_a_translucent_tile_shows_the_board_through_it_and_opaque_ones_do_not() -> None:
    palette = Palette(np.array([[200, 0, 0, 128], [200, 0, 0, 255]], np.uint8))
    clear, opaque = tiles(palette)
    on_white, on_board = (over((200, 0, 0, 128), back) for back in (WHITE, parts.CHECKER))
    assert {on_white, on_board} <= set(colors_in(clear))
    assert (200, 0, 0) in colors_in(opaque)
    assert on_board not in colors_in(opaque)


# The file


def test_the_file_is_a_png_for_dense_screens() -> None:
    image = Image.open(io.BytesIO(draw(random_palette(5))))
    assert image.format == "PNG"
    assert image.info["dpi"] == pytest.approx((144, 144), abs=0.1)


def test_small_palettes_give_small_indexed_files() -> None:
    data = draw(random_palette(5, name="pale sky"), title="sunset")
    assert Image.open(io.BytesIO(data)).mode == "P"
    assert len(data) < 40_000


@pytest.mark.parametrize("title", ["a very long title " * 30, "Größe\n日本", "\udcff"])
def test_any_title_is_drawn_inside_the_margins(title: str) -> None:
    palette = Palette.from_hex("#204060", "#80a0c0")
    image = opened(draw(palette, title=title))
    margin = tiled.layout_of(2, heading=True).margin
    right = image.crop((image.width - margin + 2, 0, image.width, image.height))
    assert set(colors_in(right)) == {WHITE}


def test_a_title_without_a_letter_that_can_be_drawn_is_left_out() -> None:
    palette = Palette.from_hex("#204060")
    assert draw(palette, title="日本") == draw(palette)


# The font


def test_letters_are_kept_where_the_font_has_them_else_spelled_or_left_out() -> None:
    assert labels.spelled("Größe – “Łódź”, smørrebrød & café\n日本") == (
        "Größe – “Łódź”, smørrebrød & café"
    )
    assert labels.spelled("Ệ ﬁ ½ №") == "E fi 1⁄2 No".replace("⁄", "") or labels.spelled("Ệ") == "E"
    assert labels.spelled("a\u0301 日本 \udcff") == "á"


@given(st.text())
def test_no_letter_that_is_drawn_is_missing_in_the_font(text: str) -> None:
    TTFont = pytest.importorskip("fontTools.ttLib").TTFont  # noqa: N806
    wanted = set(map(ord, labels.spelled(text))) | set(map(ord, labels._IN_FONT))
    for name in ("regular", "bold"):
        assert wanted <= TTFont(labels.FONTS / f"{name}.ttf").getBestCmap().keys()


def test_the_licence_of_the_font_ships_with_it() -> None:
    assert "SIL OPEN FONT LICENSE" in (labels.FONTS / "OFL.txt").read_text("utf-8")


def test_a_pillow_without_freetype_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object, **__: object) -> None:
        raise ImportError("The _imagingft C module is not installed")

    labels.font.cache_clear()
    monkeypatch.setattr(ImageFont, "truetype", missing)
    with pytest.raises(QuantizeError, match="without FreeType") as caught:
        draw(Palette.from_hex("#204060"))
    assert "\n" not in str(caught.value)


# SVG


@EVERY_STYLE
def test_an_svg_is_well_formed_half_the_size_of_the_png_and_needs_nothing_else(style: str) -> None:
    palette = random_palette(5, name='<"pale" & sky>')
    root = ET.fromstring(draw(palette, "x.svg", style=style, title="a < b & 'c'"))
    image = opened(draw(palette, style=style, title="a < b & 'c'"))
    assert root.get("viewBox") == f"0 0 {image.width} {image.height}"
    assert float(root.get("width") or 0) == image.width / 2
    texts = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"a < b & 'c'", '<"pale" & sky>', *palette.hex} <= texts
    assert not re.search(r'(href|src)="?(?!data:)', "".join(root.itertext()))


CHROMIUM = shutil.which("chromium")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
@EVERY_STYLE
def test_a_browser_draws_the_svg_as_the_png_is(style: str, tmp_path: Path) -> None:
    palette = random_palette(5, name="pale sky")
    (tmp_path / "x.svg").write_bytes(draw(palette, "x.svg", style=style, title="Größe"))
    wanted = opened(draw(palette, style=style, title="Größe"))
    subprocess.run(
        [
            *(str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *("--disable-background-networking", f"--user-data-dir={tmp_path}"),
            *("--force-device-scale-factor=2", f"--screenshot={tmp_path / 'x.png'}"),
            *(f"--window-size={wanted.width // 2},{wanted.height // 2}", str(tmp_path / "x.svg")),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    got = Image.open(tmp_path / "x.png").convert("RGB").crop((0, 0, *wanted.size))
    apart = np.abs(np.asarray(got, np.int64) - np.asarray(wanted)).max(axis=2)
    assert (apart > 48).mean() < 0.007
