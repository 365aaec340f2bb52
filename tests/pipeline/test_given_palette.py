"""What is transparent stays transparent, whatever palette is given."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from helpers import pngs
from helpers.animations import moving_picture, stored, watch
from helpers.command import Run
from quantize import Palette, quantize, quantize_frames, save_palette
from quantize.errors import OutputError

OPAQUE = Palette.from_hex("#101018", "#e07850", "#fff0d0")
CLEAR = np.array([0, 0, 0, 0], np.uint8)


def ball() -> np.ndarray:
    y, x = np.mgrid[0:24, 0:24]
    picture = np.zeros((24, 24, 4), np.uint8)
    picture[np.hypot(x - 11.5, y - 11.5) < 10] = 230, 70, 60, 255
    return picture


@pytest.fixture
def sprites(tmp_path: Path) -> Path:
    Image.fromarray(ball()).save(tmp_path / "ball.png")
    Image.fromarray(ball()).quantize(4).save(tmp_path / "indexed.png")
    (tmp_path / "moves.png").write_bytes(stored(moving_picture(clear=True), [40] * 5))
    save_palette(OPAQUE, tmp_path / "three.hex")
    return tmp_path


@pytest.mark.parametrize("dither", ["none", "floyd-steinberg", "bayer-4"])
@pytest.mark.parametrize("name", ["ball", "indexed"])
def test_a_transparent_entry_is_added_at_the_end(
    run: Run, sprites: Path, name: str, dither: str
) -> None:
    words = (f"{name}.png", "--use-palette", "three.hex", "--dither", dither, "--json")
    answer = run(*words, "-o", "out.png")
    file = (sprites / "out.png").read_bytes()
    assert pngs.one(file, b"PLTE") == OPAQUE.colors.tobytes() + bytes(3)
    assert pngs.one(file, b"tRNS") == b"\xff\xff\xff\0"
    with Image.open(sprites / "out.png") as image:
        assert np.array_equal(np.asarray(image) == 3, ball()[..., 3] == 0)
    record = json.loads(answer.text)
    assert (record["k"], record["added_transparent"], len(record["palette"])) == (3, 3, 4)
    note = "the palette has no transparent colour: one is added as the last, entry 3"
    assert record["notes"] == [note]
    assert answer.errors == [f"quantize: warning: {name}.png: {note}"]


def test_the_summary_says_that_one_is_added(run: Run, sprites: Path) -> None:
    answer = run("ball.png", "--use-palette", "three.hex", "-o", "out.png")
    assert "colours  2 → 2; a transparent one is added; 24 × 24 pixels" in answer.text


@pytest.mark.parametrize("kind", ["png", "gif", "webp"])
def test_animations_stay_transparent(run: Run, sprites: Path, kind: str) -> None:
    answer = run("moves.png", "--use-palette", "three.hex", "-o", f"out.{kind}", "-q")
    assert (answer.code, answer.err) == (0, b"")
    before, after = watch(sprites / "moves.png"), watch(sprites / f"out.{kind}")
    pairs = zip(before.frames, after.frames, strict=True)
    assert all(np.array_equal(a[..., 3], b[..., 3]) for a, b in pairs)


def test_the_library_adds_one_too(sprites: Path) -> None:
    still = quantize(ball(), palette=OPAQUE)
    film = quantize_frames(sprites / "moves.png", palette=OPAQUE)
    for result in (still, film):
        assert (result.added_transparent, len(result.palette)) == (3, 4)
        assert np.array_equal(result.palette.colors[:3, :3], OPAQUE.colors)
        assert np.array_equal(result.palette.colors[3], CLEAR)
        assert result.palette.names[3] == "transparent"
    assert len(quantize(ball()[..., :3], palette=OPAQUE).palette) == 3


def test_a_palette_learned_from_opaque_images_gets_one(run: Run, sprites: Path) -> None:
    (sprites / "examples").mkdir()
    Image.fromarray(ball()[..., :3]).save(sprites / "examples" / "a.png")
    assert run("ball.png", "--from-images", "examples", "-k", 2, "-o", "out.png").code == 0
    with Image.open(sprites / "out.png") as image:
        assert np.array_equal(np.asarray(image.convert("RGBA"))[..., 3], ball()[..., 3])


def test_a_transparent_entry_of_the_palette_keeps_its_place() -> None:
    colors = np.array([[255, 0, 255, 0], [0, 0, 0, 255], [230, 70, 60, 255]], np.uint8)
    result = quantize(ball(), palette=Palette(colors))
    assert result.added_transparent is None
    assert np.array_equal(result.palette.colors, colors)
    assert np.array_equal(result.indices, np.where(ball()[..., 3] > 0, 2, 0))


@pytest.mark.parametrize(("alpha", "added"), [(1, 1), (127, 1), (128, None), (254, None)])
def test_beside_opaque_colours_what_is_rather_transparent_becomes_so(
    alpha: int, added: int | None
) -> None:
    soft = np.full((2, 2, 4), 200, np.uint8)
    soft[..., 3] = alpha
    result = quantize(soft, palette=Palette.from_hex("#c8c8c8"))
    assert result.added_transparent == added
    assert (result.indices == (added or 0)).all()


def greys(count: int) -> Palette:
    return Palette(np.arange(count, dtype=np.uint8)[:, None].repeat(3, axis=1))


def test_there_are_256_entries_with_the_transparent_one() -> None:
    assert len(quantize(ball(), palette=greys(255)).palette) == 256
    with pytest.raises(OutputError, match="has transparent pixels, and the palette 256 colours"):
        quantize(ball(), palette=greys(256))


def test_where_there_is_no_room_the_command_says_what_to_do(run: Run, sprites: Path) -> None:
    save_palette(greys(256), sprites / "greys.gpl")
    answer = run("ball.png", "--use-palette", "greys.gpl", "-o", "out.png")
    assert answer.code == 1
    (line,) = answer.errors
    assert "say what is behind it, with --background '#ffffff'" in line
    assert not (sprites / "out.png").exists()


@pytest.mark.parametrize("words", [("-o", "out.png"), ("-o", "out.bmp")], ids=str)
def test_a_background_leaves_nothing_transparent_and_adds_nothing(
    run: Run, sprites: Path, words: Any
) -> None:
    given = ("--use-palette", "three.hex", "--background", "#ffffff", "--json")
    record = json.loads(run("ball.png", *given, *words).text)
    assert "added_transparent" not in record
    assert len(record["palette"]) == 3
