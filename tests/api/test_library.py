"""The library can do all that the command can: given and shared palettes, backgrounds, greys."""

from __future__ import annotations

import typing
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import quantize as package
from helpers.animations import Piece
from helpers.animations import gif as gif_of
from helpers.command import command
from helpers.paths import SAMPLES
from quantize import (
    Palette,
    compress_image,
    load_palette,
    quantize,
    quantize_frames,
    save_palette,
    shared_palette,
)
from quantize.api.palette import MAPPING_SETTINGS
from quantize.errors import PixelsError, SettingError
from quantize.pipeline.settings import Settings, SettingsDict

CHINA = SAMPLES / "china.jpg"
WARM = Palette.from_hex("#201008", "#a03020", "#f0c060", "#ffffff")


# A palette that is given


def test_a_given_palette_stays_in_its_order_and_pixels_get_its_nearest_colour() -> None:
    pixels = np.array([[[255, 250, 240], [30, 10, 10]]], np.uint8)
    result = quantize(pixels, palette=WARM)
    assert result.palette == WARM
    assert result.indices.tolist() == [[3, 0]]
    assert result.palette.counts.tolist() == [1, 0, 0, 1]
    assert result.settings.colors == 4


def test_a_palette_may_be_a_file(tmp_path: Path) -> None:
    save_palette(WARM, tmp_path / "warm.gpl")
    assert quantize(CHINA, palette=tmp_path / "warm.gpl").palette == WARM


@pytest.mark.parametrize("dither", ["none", "floyd-steinberg"])
def test_the_library_maps_as_the_command_does(tmp_path: Path, dither: str) -> None:
    save_palette(WARM, tmp_path / "warm.gpl")
    out = tmp_path / "out.png"
    words = ["--use-palette", "warm.gpl", "--dither", dither, "-o", out]
    assert command(CHINA, *words, cwd=tmp_path).code == 0
    result = quantize(CHINA, palette=WARM, dither=dither)
    assert np.array_equal(np.asarray(Image.open(out).convert("RGB")), result.to_array())


def test_settings_that_say_how_a_palette_is_found_have_no_meaning_with_one() -> None:
    with pytest.raises(SettingError, match="keep_color: is for palettes that are found"):
        quantize(CHINA, palette=WARM, keep_color=("#ffffff",))
    with pytest.raises(SettingError, match="colors: is for palettes that are found"):
        quantize(CHINA, "auto", palette=WARM)
    with pytest.raises(SettingError, match="weights: is for palettes that are found"):
        quantize(CHINA, palette=WARM, weights="contrast")
    assert quantize(CHINA, 3, palette=WARM, weights="contrast").settings.weights == "contrast"
    assert set(MAPPING_SETTINGS) < {field.name for field in fields(Settings)}


def test_frames_are_mapped_to_a_given_palette_and_put_on_a_background(tmp_path: Path) -> None:
    path = tmp_path / "moving.gif"
    path.write_bytes(gif_of(Piece("12"), Piece("1", transparent=1, disposal=2)))
    result = quantize_frames(path, palette=WARM, format="gif")
    assert result.palette == WARM
    shown = quantize_frames(path, 4, background="#ffffff")
    assert all((frame[..., 3] == 255).all() for frame in shown.arrays())


# A palette that is shared


def test_a_shared_palette_is_that_of_the_command(tmp_path: Path) -> None:
    paths = [SAMPLES / "chelsea.png", SAMPLES / "coffee.png"]
    saved = tmp_path / "shared.gpl"
    words = ["-k", 9, "--shared-palette", "--save-palette", saved, "-o", f"{tmp_path}/out/"]
    assert command(*paths, *words, cwd=tmp_path).code == 0
    assert shared_palette(paths, 9) == load_palette(saved)


def test_images_or_pixels_weigh_the_same_in_a_shared_palette() -> None:
    small, large = np.full((1, 1, 3), 250, np.uint8), np.full((20, 20, 3), 10, np.uint8)
    assert shared_palette([small, large], 1).colors[0, 0] == 130
    assert shared_palette([small, large], 1, weight="pixels").colors[0, 0] == 11


def test_a_shared_palette_needs_an_image_and_a_known_weight() -> None:
    with pytest.raises(PixelsError, match="there is none"):
        shared_palette([])
    with pytest.raises(SettingError, match="weight"):
        shared_palette([CHINA], weight="bytes")


# Arrays


def test_a_grey_array_is_a_grey_picture() -> None:
    greys = np.arange(64, dtype=np.uint8).reshape(8, 8)
    result = quantize(greys, 4)
    assert np.array_equal(result.to_array(), quantize(np.dstack([greys] * 3), 4).to_array())


@pytest.mark.parametrize("shape", [(12, 10), (12, 10, 3)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_compress_image_gives_back_the_shape_and_the_type(
    shape: tuple[int, ...], dtype: type
) -> None:
    image = np.random.default_rng(0).integers(0, 256, shape)
    image = image.astype(np.uint8) if dtype is np.uint8 else (image / 255).astype(dtype)
    before = image.copy()
    new = compress_image(image, 5)
    assert (new.shape, new.dtype) == (image.shape, image.dtype)
    assert len(np.unique(new.reshape(-1, *shape[2:]), axis=0)) <= 5
    assert np.array_equal(image, before)


def test_the_exercise_of_the_tutorials_takes_the_picture_as_it_is_read() -> None:
    china = np.asarray(Image.open(CHINA))
    few = compress_image(china, 16, effort="fast")
    assert few.dtype == np.uint8
    assert len(np.unique(few.reshape(-1, 3), axis=0)) == 16


# Settings


@pytest.mark.parametrize(
    "function",
    [
        lambda **settings: quantize(CHINA, 4, **settings),
        lambda **settings: compress_image(np.zeros((2, 2)), **settings),
        lambda **settings: shared_palette([CHINA], 4, **settings),
        lambda **settings: quantize_frames("x.gif", 4, **settings),
    ],
)
def test_a_misspelt_setting_is_refused_with_the_nearest_name(
    function: Callable[..., object],
) -> None:
    with pytest.raises(TypeError, match="dithr: there is no such setting; did you mean 'dither'"):
        function(dithr="x")


def test_the_typed_settings_are_those_of_settings() -> None:
    own = {field.name: field.type for field in fields(Settings)}
    del own["colors"]
    assert {name: _said(kind) for name, kind in SettingsDict.__annotations__.items()} == own


def _said(kind: Any) -> str:
    return kind.__forward_arg__ if isinstance(kind, typing.ForwardRef) else str(kind)


# Former names


def test_former_names_still_work_and_say_what_they_are_now() -> None:
    with pytest.warns(DeprecationWarning, match="FilmResult is Result now"):
        assert package.FilmResult is package.Result
    result = quantize(np.zeros((1, 1, 3), np.uint8), 1)
    with pytest.warns(DeprecationWarning, match="source now"):
        assert result.reel is result.source
