"""Guards which palettes are for the eye without a word: small ones without an image."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from helpers.command import command
from helpers.pictures import picture


def purpose(folder: Path, *words: object) -> str:
    picture().save(folder / "photo.png")
    picture(seed=2).save(folder / "other.png")
    answer = command("photo.png", "--json", *words, cwd=folder)
    assert answer.code == 0, answer
    return str(json.loads(answer.text.splitlines()[0])["palette_for"])


@pytest.mark.parametrize(
    "words", [(), ("--sort", "luminance"), ("--keep-color", "red"), ("--effort", "fast")]
)
def test_up_to_16_colours_without_an_image_are_for_the_eye(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    assert purpose(tmp_path, "-k", 16, "--no-image", *words) == "eye"


@pytest.mark.parametrize(
    "words",
    [
        ("-k", 16),
        ("-k", 17, "--no-image"),
        ("--no-image",),
        ("-k", "auto", "--no-image"),
        ("-k", 8, "--no-image", "--max-error", 20),
        ("-k", 8, "--no-image", "--quality", "0-10"),
        ("-k", 8, "--no-image", "--space", "eye"),
        ("-k", 8, "--no-image", "--weights", "contrast"),
        ("-k", 8, "--no-image", "--engine", "internal"),
        ("-k", 8, "--no-image", "--algorithm", "full"),
        ("-k", 8, "--no-image", "--init", "wu"),
        ("-k", 8, "--no-image", "--medoid"),
        ("-k", 8, "--no-image", "--palette-for", "image"),
        ("-k", 8, "--no-image", "other.png", "--shared-palette"),
        ("-k", 8, "--no-image", "--from-images", "other.png"),
        ("--no-image", "--use-palette", "other.png"),
    ],
)
def test_others_are_for_the_image(words: tuple[object, ...], tmp_path: Path) -> None:
    if "--use-palette" in words:
        picture(size=(3, 3), seed=2).save(tmp_path / "few.png")
        words = ("--no-image", "--use-palette", "few.png")
    assert purpose(tmp_path, *words) == "image"


@pytest.mark.parametrize("words", [("-k", 40), ("-k", 8, "--space", "oklab", "--medoid")])
def test_whoever_asks_for_the_eye_gets_it(words: tuple[object, ...], tmp_path: Path) -> None:
    assert purpose(tmp_path, *words, "--palette-for", "eye") == "eye"


def test_a_table_that_fits_is_kept_whatever_it_is_for(tmp_path: Path) -> None:
    image = Image.new("P", (4, 4), 2)
    image.putpalette([9, 9, 9, 200, 0, 0, 0, 0, 200])
    image.putpixel((0, 0), 0)
    image.save(tmp_path / "table.png")
    answer = command("table.png", "-k", 4, "--no-image", "--json", cwd=tmp_path)
    record = json.loads(answer.text)
    assert [entry["hex"] for entry in record["palette"]] == ["#090909", "#c80000", "#0000c8"]
    assert (record["kept_table"], record["palette_for"]) == (True, "eye")


def test_a_palette_that_is_given_is_for_nothing_else(tmp_path: Path) -> None:
    picture(size=(3, 3)).save(tmp_path / "few.png")
    words = ("few.png", "--use-palette", "few.png", "--palette-for", "eye")
    answer = command(*words, cwd=tmp_path)
    assert answer.code == 2
    assert "--palette-for is for palettes that are found" in "\n".join(answer.errors)
