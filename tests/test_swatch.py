"""Guards the promise that a swatch shows each colour exactly, with text that can be read."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFont

from quantize.errors import QuantizeError
from quantize.model import Palette
from quantize.report import swatch
from quantize.report.swatch import contrast_ratio, draw, over, text_color

CHANNEL = st.integers(0, 255)
RGB = st.tuples(CHANNEL, CHANNEL, CHANNEL)
WHITE = (255, 255, 255)
LONG_NAME = "a very dark and rather Supercalifragilisticexpialidocious goldenrod yellow"


def random_palette(k: int, channels: int = 3, name: str = "") -> Palette:
    random = np.random.default_rng(k)
    colors = random.integers(0, 256, (k, channels)).astype(np.uint8)
    counts = random.integers(1, 1000, k)
    return Palette(colors, counts, (name,) * k if name else ())


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def tiles(palette: Palette, *, title: str = "") -> list[Image.Image]:
    """The rectangles where the tiles lie, cut out of the finished picture."""
    layout = swatch._layout(len(palette), heading=bool(title))
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


# Contrast


def test_contrast_is_21_between_black_and_white_and_1_with_itself() -> None:
    assert contrast_ratio((0, 0, 0), WHITE) == pytest.approx(21)
    assert contrast_ratio(WHITE, (0, 0, 0)) == pytest.approx(21)
    assert contrast_ratio((12, 34, 56), (12, 34, 56)) == 1


def test_contrast_is_what_published_checkers_say() -> None:
    assert contrast_ratio((0x77, 0x77, 0x77), WHITE) == pytest.approx(4.48, abs=0.005)
    assert contrast_ratio((0x76, 0x76, 0x76), WHITE) == pytest.approx(4.54, abs=0.005)
    assert contrast_ratio((255, 0, 0), WHITE) == pytest.approx(4.00, abs=0.005)


@given(RGB)
def test_text_is_readable_on_every_colour(color: tuple[int, int, int]) -> None:
    assert contrast_ratio(text_color(color), color) >= 4.58


@given(RGB, CHANNEL)
def test_text_is_readable_on_every_translucent_colour_as_it_is_seen(
    color: tuple[int, int, int], alpha: int
) -> None:
    seen = over((*color, alpha), WHITE)
    assert contrast_ratio(text_color(seen), seen) >= 4.58


def test_over_keeps_opaque_colours_and_drops_transparent_ones() -> None:
    assert over((1, 2, 3), WHITE) == (1, 2, 3)
    assert over((1, 2, 3, 255), WHITE) == (1, 2, 3)
    assert over((1, 2, 3, 0), WHITE) == WHITE
    assert over((0, 0, 0, 128), WHITE) == (127, 127, 127)


# The picture


@pytest.mark.parametrize("k", [1, 5, 16, 64, 256])
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
        layout = swatch._layout(k, heading=heading)
        width, height = layout.size
        assert 4 / 3 - 0.05 <= width / height <= 16 / 9 + 0.05
        assert 700 <= width <= 4400
        assert layout.columns * (layout.rows - 1) < k <= layout.columns * layout.rows
        assert min(layout.tile) >= 130


def test_256_colours_are_a_square_of_16_by_16() -> None:
    layout = swatch._layout(256, heading=False)
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
        for code in ["#dddddd", "#dddddddd"]:
            layout = swatch._layout(k, heading=True)
            style = swatch._style(layout, [swatch._Label("", code, "")])
            assert style.large.getlength(code) <= layout.tile[0] - 2 * style.padding
            assert style.small.getlength("<0.1 %") < style.large.getlength(code)
            assert style.most_names == 2


@given(st.text(st.characters(codec="ascii"), max_size=80))
def test_names_are_wrapped_and_elided_to_fit(name: str) -> None:
    font = ImageFont.load_default(20)
    lines = swatch._wrapped(swatch._ascii(name), font, 180, 2)
    assert len(lines) <= 2
    assert all(font.getlength(line) <= 180 for line in lines)
    whole = " ".join(lines)
    assert whole == swatch._ascii(name) or "..." in whole


def test_a_name_that_fits_is_not_elided() -> None:
    font = ImageFont.load_default(20)
    lines = swatch._wrapped("light goldenrod yellow", font, 180, 2)
    assert lines == ["light goldenrod", "yellow"]


def test_a_translucent_tile_shows_the_board_through_it_and_opaque_ones_do_not() -> None:
    palette = Palette(np.array([[200, 0, 0, 128], [200, 0, 0, 255]], np.uint8))
    clear, opaque = tiles(palette)
    on_white, on_board = (over((200, 0, 0, 128), back) for back in (WHITE, swatch.CHECKER))
    assert {on_white, on_board} <= set(colors_in(clear))
    assert (200, 0, 0) in colors_in(opaque)
    assert on_board not in colors_in(opaque)


def test_a_white_tile_has_an_outline() -> None:
    (tile,) = tiles(Palette.from_hex("#ffffff"))
    assert tile.getpixel((tile.width // 2, 0)) == swatch.OUTLINE
    assert tile.getpixel((tile.width // 2, 4)) == WHITE


def test_shares_and_names_are_drawn_only_where_they_are_known() -> None:
    plain = Palette.from_hex("#808080")
    counted = Palette(plain.colors, np.array([7], np.int64))
    named = Palette(plain.colors, names=("gray",))
    assert len({draw(plain), draw(counted), draw(named)}) == 3
    assert draw(plain) == draw(Palette(plain.colors, names=("",)))


# The file


@pytest.mark.parametrize("k", [2, 24])
def test_equal_palettes_give_equal_bytes(k: int) -> None:
    first, again = random_palette(k, 4), random_palette(k, 4)
    assert draw(first, title="sunset") == draw(again, title="sunset")


def test_the_file_is_a_png_for_dense_screens() -> None:
    image = Image.open(io.BytesIO(draw(random_palette(5))))
    assert image.format == "PNG"
    assert image.info["dpi"] == pytest.approx((144, 144), abs=0.1)


def test_small_palettes_give_small_indexed_files() -> None:
    png = draw(random_palette(5, name="pale sky"), title="sunset")
    assert Image.open(io.BytesIO(png)).mode == "P"
    assert len(png) < 40_000


@pytest.mark.parametrize("title", ["a very long title " * 30, "Größe\n日本", "\udcff"])
def test_any_title_is_drawn_inside_the_margins(title: str) -> None:
    palette = Palette.from_hex("#204060", "#80a0c0")
    image = opened(draw(palette, title=title))
    margin = swatch._layout(2, heading=True).margin
    right = image.crop((image.width - margin + 2, 0, image.width, image.height))
    assert set(colors_in(right)) == {WHITE}


def test_a_title_without_a_letter_that_can_be_drawn_is_left_out() -> None:
    palette = Palette.from_hex("#204060")
    assert draw(palette, title="日本") == draw(palette)


def test_letters_beyond_ascii_are_spelled_in_it() -> None:
    assert swatch._ascii("Größe – “Łódź”, smørrebrød & café\n日本") == (
        'Grosse - "Lodz", smorrebrod & cafe'
    )


def test_a_pillow_without_freetype_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(size: float) -> None:
        raise ImportError("The _imagingft C module is not installed")

    monkeypatch.setattr(ImageFont, "load_default", missing)
    with pytest.raises(QuantizeError, match="without FreeType") as caught:
        draw(Palette.from_hex("#204060"))
    assert "\n" not in str(caught.value)
