"""Guards what is read of other people's files: sprites, lists of codes, titles, large sets.

The sprites are written by hand, by the specification of Aseprite (docs/ase-file-specs.md).
"""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from helpers.command import Run
from helpers.sprites import (
    CEL,
    OLD,
    OLDEST,
    PALETTE,
    chunk,
    layer_chunk,
    palette_chunk,
    sprite,
)
from quantize import Palette, load_palette, save_palette
from quantize.errors import PaletteReadError
from quantize.palette_files.codec import decode, encode

INK, RED, GREEN = (0, 0, 0, 255, ""), (255, 0, 0, 255, "Größe"), (0, 200, 0, 128, "leaf")


def colors_of(data: bytes, path: str = "hero.ase") -> list[tuple[int, ...]]:
    return [(*color, 255)[:4] for color in decode(data, path)]


@pytest.mark.parametrize("path", ["hero.ase", "hero.aseprite", "hero.bin"])
def test_a_sprite_gives_its_palette_with_names(path: str) -> None:
    found = decode(sprite(layer_chunk(1), palette_chunk(INK, RED, GREEN), depth=32), path)
    assert [*found] == [(0, 0, 0, 255), (255, 0, 0, 255), (0, 200, 0, 128)]
    assert found.names == ("", "Größe", "leaf")


def test_the_transparent_index_of_an_indexed_sprite_is_transparent() -> None:
    data = sprite(layer_chunk(1), palette_chunk(INK, RED, GREEN), clear=1)
    assert colors_of(data) == [(0, 0, 0, 255), (255, 0, 0, 0), (0, 200, 0, 128)]
    background = layer_chunk(1 | 8)
    assert colors_of(sprite(background, palette_chunk(RED), clear=0)) == [(255, 0, 0, 255)]
    both = sprite(background, layer_chunk(1), palette_chunk(RED), clear=0)
    assert colors_of(both) == [(255, 0, 0, 0)]


@pytest.mark.parametrize("depth", [16, 32])
def test_other_sprites_have_no_transparent_index(depth: int) -> None:
    assert colors_of(sprite(palette_chunk(RED), depth=depth)) == [(255, 0, 0, 255)]


def test_older_chunks_count_where_there_is_no_new_one() -> None:
    old = chunk(OLD, struct.pack("<H2B3B2B3B", 2, 0, 1, 1, 2, 3, 1, 1, 4, 5, 6))
    assert colors_of(sprite(old, depth=32)) == [(1, 2, 3, 255), (4, 5, 6, 255)]
    assert colors_of(sprite(old, palette_chunk(RED), depth=32)) == [(255, 0, 0, 255)]
    oldest = chunk(OLDEST, struct.pack("<H2B3B", 1, 0, 1, 63, 0, 32))
    assert colors_of(sprite(oldest, depth=32)) == [(255, 0, 129, 255)]
    assert colors_of(sprite(oldest, depth=32, old_count=True)) == [(255, 0, 129, 255)]


def test_of_a_large_sprite_only_the_beginning_is_read(tmp_path: Path) -> None:
    data = sprite(palette_chunk(RED), chunk(CEL, bytes(3 << 20)), depth=32)
    (tmp_path / "large.aseprite").write_bytes(data)
    assert [*load_palette(tmp_path / "large.aseprite")] == [(255, 0, 0)]


def test_a_sprite_is_converted_under_its_own_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "hero.v2.aseprite").write_bytes(sprite(palette_chunk(INK, RED)))
    assert run("hero.v2.aseprite", "--no-image", "--save-palette", "{stem}.css").code == 0
    text = (tmp_path / "hero.v2.css").read_text()
    assert "--hero-v2-1: #00000000;" in text
    assert "--hero-v2-2: #ff0000; /* Größe */" in text


def test_an_ase_of_adobe_is_still_one() -> None:
    adobe = Palette.from_hex("ff0000")
    assert decode(encode(adobe, "x.ase", ""), "x.aseprite") == adobe


@pytest.mark.parametrize("length", [130, 145, 150, 160, 170])
def test_a_sprite_that_is_cut_is_an_error_in_one_line(length: int) -> None:
    data = sprite(palette_chunk(RED, GREEN))[:length]
    with pytest.raises(PaletteReadError) as caught:
        decode(data, "hero.ase")
    assert "\n" not in str(caught.value)


def test_lengths_of_a_sprite_are_not_trusted() -> None:
    endless = chunk(PALETTE, struct.pack("<LLL8x", 9, 0, 0xFFFFFFFF))
    none = struct.pack("<LH", 0, PALETTE)
    for data in (sprite(endless), sprite(none), sprite(layer_chunk(1))):
        with pytest.raises(PaletteReadError):
            decode(data, "hero.ase")


LOSPEC = (
    b"GIMP Palette\r\n#Palette Name: SLSO8\r\n#Description: dusk\r\n#Colors: 2\r\n"
    b"13\t43\t69\t0d2b45\r\n255\t236\t214\tffecd6\r\n"
)


def test_a_gpl_of_lospec_has_a_title_and_no_names(run: Run, tmp_path: Path) -> None:
    found = decode(LOSPEC, "slso8-1x.gpl")
    assert (found.hex, found.names, found.title) == (["#0d2b45", "#ffecd6"], (), "SLSO8")
    (tmp_path / "slso8-1x.gpl").write_bytes(LOSPEC)
    assert run("slso8-1x.gpl", "--no-image", "--save-palette", "x.json").code == 0
    assert '"name": "SLSO8"' in (tmp_path / "x.json").read_text()


@pytest.mark.parametrize(
    "ending", [".gpl", ".json", ".tokens.json", ".hex.tokens.json", ".kpl", ".txt", ".swatches"]
)
def test_a_title_is_read_where_it_was_written(tmp_path: Path, ending: str) -> None:
    two = Palette.from_hex("ff0000", "00ff00")
    save_palette(two, tmp_path / f"file{ending}", title="Spring {27}")
    found = load_palette(tmp_path / f"file{ending}")
    assert (found, found.title) == (two, "Spring {27}")
    save_palette(found, tmp_path / "other.gpl")
    assert "Name: Spring {27}\n" in (tmp_path / "other.gpl").read_text()


def test_untitled_is_no_title() -> None:
    assert not decode(b"GIMP Palette\nName: Untitled\n#\n1 2 3\tx\n", "x.gpl").title


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0xff8000", [(255, 128, 0)]),
        ("0XFF8000, 0x00FF00", [(255, 128, 0), (0, 255, 0)]),
        ("0x80ff8000", [(255, 128, 0, 128)]),
        ("ff800080", [(255, 128, 0, 128)]),
        ("#ff8000 // orange\n// more\n", [(255, 128, 0)]),
        ("; dusk\nff8000 ; orange", [(255, 128, 0)]),
        ("# dusk\n#\nff8000 # orange\n#00ff00", [(255, 128, 0), (0, 255, 0)]),
    ],
)
def test_lists_of_codes_may_be_of_programs_and_have_comments(
    text: str, expected: list[tuple[int, ...]]
) -> None:
    assert [*decode(text.encode(), "x.hex")] == expected


def test_codes_of_programs_have_alpha_first_in_all_lists() -> None:
    for text, path in (
        ('["0x80ff8000"]', "x.json"),
        ("0x80ff8000\n", "x.txt"),
        ("name,hex\nx,0x80ff8000\n", "x.csv"),
    ):
        assert [*decode(text.encode(), path)] == [(255, 128, 0, 128)]


def test_a_set_of_489_colours_is_read_and_converted(run: Run, tmp_path: Path) -> None:
    rows = [f"thread {number},#{number * 33_000:06x}" for number in range(489)]
    (tmp_path / "threads.csv").write_text("\n".join(["name,hex", *rows]))
    found = load_palette(tmp_path / "threads.csv")
    assert (len(found), found.names[488]) == (489, "thread 488")
    words = ("--save-palette", "{stem}.gpl", "--save-palette", "{stem}.tokens.json")
    answer = run("threads.csv", "--no-image", *words, "--swatch", "{stem}.png", "--json")
    assert (answer.code, answer.err) == (0, b"")
    for name in ("threads.gpl", "threads.tokens.json"):
        assert load_palette(tmp_path / name) == found
