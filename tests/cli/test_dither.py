"""Guards `--dither` on the command line: what is written is what the record says of it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.command import Run
from helpers.paths import SAMPLES
from helpers.pictures import distinct, picture, pixels
from quantize import load_palette, quantize, quantize_frames
from quantize.dither.ditherer import strength_of


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    picture().save(path)
    return path


def test_the_record_is_that_of_the_file(run: Run, photo: Path) -> None:
    answer = run("photo.png", "-k", 6, "--dither", "floyd-steinberg", "--json", "--metrics", "full")
    assert (answer.code, answer.err) == (0, b"")
    record = json.loads(answer.text)
    assert record["dither"] == "floyd-steinberg"
    assert record["dither_strength"] == round(strength_of("floyd-steinberg", None, 6), 4)
    before, after = pixels(photo), pixels(photo.parent / "photo-6.png")
    squares = np.square(before.astype(int) - after.astype(int)).sum(axis=2)
    assert record["mse"] == pytest.approx(squares.mean(), rel=1e-12)
    assert record["colors_after"] == len(distinct(after)) == 6
    for entry in record["palette"]:
        assert entry["count"] == (after == entry["rgb"]).all(axis=2).sum()
    expected = quantize(photo, 6, dither="floyd-steinberg").to_array()
    assert np.array_equal(after, expected)


def test_without_dithering_no_strength_is_recorded(run: Run, photo: Path) -> None:
    record = json.loads(run(photo.name, "-k", 6, "--json").text)
    assert record["dither"] == "none"
    assert "dither_strength" not in record


def test_a_picture_that_can_be_shown_is_unchanged(run: Run, tmp_path: Path) -> None:
    source = SAMPLES / "pixelart.png"
    answer = run(source, "-k", 16, "--dither", "jarvis-judice-ninke", "-o", "out.png", "--json")
    assert json.loads(answer.text)["lossless"] is True
    assert np.array_equal(pixels(tmp_path / "out.png"), pixels(source))


def test_a_given_palette_gets_full_strength_and_keeps_its_order(run: Run, photo: Path) -> None:
    (photo.parent / "two.hex").write_text("ffffff\n000000\n")
    answer = run("photo.png", "--use-palette", "two.hex", "--dither", "bayer-8", "--json")
    record = json.loads(answer.text)
    assert record["dither_strength"] == 1
    assert [entry["hex"] for entry in record["palette"]] == ["#ffffff", "#000000"]
    words = "--use-palette", "two.hex", "--dither", "bayer-8", "--dither-strength", 0.3
    weaker = run("photo.png", *words, "--json", "--force")
    assert json.loads(weaker.text)["dither_strength"] == 0.3


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--dither", "riemersma"), "floyd-steinberg"),
        (("--dither-strength", "0.5"), "--dither-strength"),
        (("--dither", "stucki", "--dither-strength", "1.5"), "0<=x<=1"),
    ],
)
def test_mistakes_on_the_command_line_are_told(
    run: Run, photo: Path, words: tuple[str, ...], said: str
) -> None:
    answer = run("photo.png", *words)
    assert answer.code == 2
    assert said in answer.err.decode()
    assert not (photo.parent / "photo-64.png").exists()


def test_a_gif_has_dots_of_colour_and_none_of_alpha(run: Run, tmp_path: Path) -> None:
    rgba = np.zeros((20, 40, 4), np.uint8)
    rgba[..., :3] = np.asarray(picture(size=(40, 20)))
    rgba[..., 3] = np.linspace(0, 255, 40).astype(np.uint8)
    Image.fromarray(rgba).save(tmp_path / "in.png")
    answer = run("in.png", "-k", 5, "--dither", "floyd-steinberg", "-o", "out.gif")
    assert answer.code == 0
    alpha = pixels(tmp_path / "out.gif")[..., 3]
    assert np.array_equal(alpha, np.where(rgba[..., 3] >= 128, 255, 0))


@pytest.mark.parametrize("each", [False, True])
def test_what_stands_still_in_an_animation_does_not_crawl(tmp_path: Path, *, each: bool) -> None:
    scene = np.asarray(picture(size=(60, 40)))
    frames = []
    for at in range(4):
        frame = scene.copy()
        frame[5:15, 12 * at : 12 * at + 10] = (250, 10, 10)
        frames.append(Image.fromarray(frame))
    path = tmp_path / "in.png"
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=50)
    film = quantize_frames(path, 12, format="gif", dither="blue-noise", palette_per_frame=each)
    shown = [np.asarray(frame.convert("RGB")) for frame in film.to_images()]
    assert len(shown) == 4
    still = np.ones((40, 60), bool)
    still[5:15] = False
    assert all(np.array_equal(image[still], shown[0][still]) for image in shown)


@pytest.mark.parametrize(
    ("name", "colors", "first"),
    [("gameboy", 4, "#0f380f"), ("cga", 4, "#000000"), ("c64", 16, "#000000"),
     ("pico8", 16, "#000000")],
)  # fmt: skip
def test_the_palettes_of_the_docs_can_be_read(name: str, colors: int, first: str) -> None:
    palette = load_palette(SAMPLES.parent / "docs" / "palettes" / f"{name}.hex")
    assert len(palette) == colors
    assert palette.hex[0] == first
