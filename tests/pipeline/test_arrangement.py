"""Guards tables for sprites and consoles: a transparent entry at its place, a fixed size."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers import pngs
from helpers.animations import moving_picture, stored
from helpers.command import Run
from helpers.paths import SAMPLES
from helpers.pictures import picture
from quantize import Palette, load_palette, quantize, quantize_frames, save_palette
from quantize.api.palette import shared_palette
from quantize.errors import OutputError, SettingError

SPRITE = SAMPLES / "pixelart.png"
FOUR = Palette.from_hex("000000", "ff0000", "ffffff", "00ff00")


def clear_of(palette: Palette) -> list[int]:
    return np.flatnonzero((palette.colors[:, 3:] == 0).any(axis=1)).tolist()


@pytest.mark.parametrize("place", [0, 5, 15])
def test_an_opaque_picture_gets_a_spare_entry_which_counts(place: int) -> None:
    image = np.asarray(picture())
    found = quantize(image, 16, transparent_index=place)
    assert len(found.palette) == 16
    assert clear_of(found.palette) == [place]
    assert found.palette.counts[place] == 0
    fifteen = quantize(image, 15)
    assert np.array_equal(found.to_array()[..., :3], fifteen.to_array())
    rest = np.delete(found.palette.colors[:, :3], place, axis=0)
    assert np.array_equal(rest, fifteen.palette.colors)


def test_the_transparent_entry_of_a_picture_goes_to_its_place() -> None:
    image = np.dstack([np.asarray(picture()), np.full((32, 48), 255, np.uint8)])
    image[:6] = 0
    found, plain = quantize(image, 9, transparent_index=4), quantize(image, 9)
    assert len(found.palette) == 9
    assert (found.indices[:6] == 4).all()
    assert np.array_equal(found.to_array(), plain.to_array())
    assert found.palette.counts[4] == 6 * 48


def test_translucent_pixels_alone_need_a_spare_entry_too() -> None:
    image = np.dstack([np.asarray(picture()), np.full((32, 48), 255, np.uint8)])
    image[:6, :, 3] = 90
    found = quantize(image, 9, transparent_index=0)
    assert (len(found.palette), clear_of(found.palette)) == (9, [0])


def test_an_indexed_picture_keeps_its_order_besides() -> None:
    with Image.open(SPRITE) as image:
        table = image.getpalette()[: 3 * 16] if image.mode == "P" else None
    found, plain = quantize(SPRITE, 17, transparent_index=0), quantize(SPRITE, 17)
    assert np.array_equal(found.palette.colors[1:, :3], plain.palette.colors)
    assert np.array_equal(found.indices, plain.indices + 1)
    assert plain.statistics.mse == found.statistics.mse == 0
    assert table is None or plain.kept_table
    assert not found.kept_table


def test_spare_entries_are_black_at_the_end_in_files_too(run: Run, tmp_path: Path) -> None:
    picture().save(tmp_path / "photo.png")
    words = ("-k", 5, "--pad", 16, "--transparent-index", 0, "--save-palette", "p.act")
    answer = run("photo.png", *words, "-o", "out.png", "--save-palette", "p.gpl")
    assert answer.code == 0
    assert "→ 4; entry 0 is transparent; 16 entries; 48 × 32 pixels" in answer.text
    file = (tmp_path / "out.png").read_bytes()
    table = pngs.one(file, b"PLTE")
    assert len(table) == 48
    assert table[15:] == bytes(33)
    assert pngs.one(file, b"tRNS")[0] == 0
    record = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert (record["transparent_index"], record["pad"], record["k"]) == (0, 16, 5)
    assert len(record["palette"]) == 16
    rows = (tmp_path / "p.gpl").read_text("utf-8").splitlines()[4:]
    assert len(rows) == 16
    assert all(row.startswith("  0   0   0") for row in [rows[0], *rows[5:]])
    assert (tmp_path / "p.act").read_bytes()[-4:-2] == b"\x00\x10"


def test_a_larger_palette_is_an_error(run: Run, tmp_path: Path) -> None:
    picture().save(tmp_path / "photo.png")
    answer = run("photo.png", "-k", 20, "--pad", 16)
    assert answer.code == 1
    assert answer.errors == [
        (
            "quantize: photo.png: the palette has 20 entries, more than 16; choose fewer colours, "
            "with -k 16; nothing was written"
        )
    ]
    with pytest.raises(OutputError, match="colors=16"):
        quantize(picture(), 20, pad=16)
    save_palette(FOUR, tmp_path / "four.gpl")
    assert run("four.gpl", "--no-image", "--pad", 3, "--save-palette", "x.hex").code == 1


def test_a_palette_that_is_given_is_arranged_too() -> None:
    image = np.asarray(picture())
    found = quantize(image, palette=FOUR, transparent_index=0, pad=8)
    codes = ["#00000000", *FOUR.hex, *["#000000"] * 3]
    assert found.palette.as_hex() == codes
    plain = quantize(image, palette=FOUR)
    assert np.array_equal(found.indices, plain.indices + 1)
    assert quantize(image, 4, palette=FOUR, transparent_index=0).palette.colors.shape == (4, 4)
    assert quantize(image, 200, palette=FOUR, transparent_index=0).palette.as_hex() == codes[:5]
    own = Palette(np.array([[1, 2, 3, 255], [9, 9, 9, 0], [200, 0, 0, 255]], np.uint8))
    assert quantize(image, palette=own, transparent_index=0).palette.as_hex() == [
        *("#09090900", "#010203", "#c80000")
    ]


def test_what_is_transparent_goes_there_with_a_palette_that_is_given() -> None:
    image = np.dstack([np.asarray(picture()), np.full((32, 48), 255, np.uint8)])
    image[:6] = 0
    found = quantize(image, palette=FOUR, transparent_index=2)
    assert (found.indices[:6] == 2).all()
    assert found.added_transparent is None
    assert not any("is added" in note for note in found.notes)


def test_a_palette_file_is_arranged(run: Run, tmp_path: Path) -> None:
    save_palette(FOUR, tmp_path / "four.gpl")
    words = ("--no-image", "--pad", 6, "--transparent-index", 0, "--save-palette", "x.act")
    assert run("four.gpl", *words).code == 0
    data = (tmp_path / "x.act").read_bytes()
    assert data[:15] == bytes(3) + FOUR.colors.tobytes()
    assert data[-4:] == b"\x00\x06\x00\x00"


def test_animations_and_gifs_have_one_table(tmp_path: Path) -> None:
    (tmp_path / "moves.png").write_bytes(stored(moving_picture(clear=False), [40] * 5))
    found = quantize_frames(tmp_path / "moves.png", 6, format="gif", transparent_index=3, pad=8)
    assert clear_of(found.palette) == [3]
    plain = quantize_frames(tmp_path / "moves.png", 5, format="gif")
    for one, other in zip(found.arrays(), plain.arrays(), strict=True):
        assert np.array_equal(one, other)
    found.save(tmp_path / "out.gif")
    with Image.open(tmp_path / "out.gif") as image:
        assert image.n_frames == 5


def test_a_shared_palette_is_arranged_in_its_files(run: Run, tmp_path: Path) -> None:
    for number in range(2):
        picture(number).save(tmp_path / f"{number}.png")
    words = ("--shared-palette", "--transparent-index", 0, "--pad", 16, "-k", 7, "-o", "out/")
    assert run("0.png", "1.png", *words, "--save-palette", "s.json").code == 0
    saved = json.loads((tmp_path / "s.json").read_text("utf-8"))["colors"]
    assert (len(saved), saved[0]["alpha"], saved[7]["hex"]) == (16, 0, "#000000")
    tables = [load_palette(tmp_path / f"out/{number}-7.png") for number in range(2)]
    assert tables[0] == tables[1]
    assert tables[0].hex == [entry["hex"] for entry in saved]
    paths = [tmp_path / "0.png", tmp_path / "1.png"]
    assert shared_palette(paths, 7, transparent_index=0, pad=16) == tables[0]


def test_what_cannot_be_is_refused(run: Run, tmp_path: Path) -> None:
    for settings, words in {
        (("transparent_index", 256),): "from 0 to 255",
        (("pad", 257),): "from 0 to 256",
        (("transparent_index", 4), ("colors", 4)): "4 is beyond the last of 4 entries",
        (("transparent_index", 0), ("colors", 1)): "leaves no colour",
    }.items():
        with pytest.raises(SettingError, match=words):
            quantize(picture(), **dict(settings))  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="one is to be arranged"):
        quantize_frames("x.gif", 4, format="gif", palette_per_frame=True, pad=16)
    picture().save(tmp_path / "photo.png")
    answer = run("photo.png", "-k", 4, "--transparent-index", 0, "-o", "out.bmp")
    assert answer.code == 1
    assert "bmp has no transparency" in answer.errors[0]
    assert "choose one of png, gif" in answer.errors[0]
    per_frame = run("photo.png", "-k", 4, "--pad", 8, "--palette-per-frame")
    assert per_frame.code == 2
    assert "--transparent-index and --pad arrange one" in per_frame.errors[-1]


def test_a_place_beyond_the_entries_is_reached_by_black_ones() -> None:
    image = np.zeros((4, 4, 3), np.uint8)
    image[0] = 255
    found = quantize(image, 16, transparent_index=4)
    assert found.palette.as_hex() == ["#000000", "#ffffff", "#000000", "#000000", "#00000000"]
    assert pixels_of(found) == {0, 1}


def pixels_of(found: object) -> set[int]:
    return {*np.unique(found.indices).tolist()}  # type: ignore[attr-defined]
