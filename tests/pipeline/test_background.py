"""Guards `--background`: what is transparent is put on a colour, by hand-computed mixtures."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image

from helpers.command import Run
from helpers.paths import SAMPLES
from helpers.pictures import distinct, picture, pixels
from quantize import quantize
from quantize.errors import SettingError
from quantize.images.table import FORMATS
from quantize.model.picture import Picture
from quantize.pipeline import background

Bytes = NDArray[np.uint8]

ROW = np.array([[[200, 100, 0, 255], [200, 100, 0, 128], [200, 100, 0, 51], [0, 0, 0, 0]]], "u1")
"""Opaque, half, a fifth, invisible."""


def test_all_is_mixed_with_the_background() -> None:
    mixed = background.on_background(Picture(ROW), "#0000ff").pixels
    # (200 * 128 + 0 * 127) / 255 = 100.4, (0 * 128 + 255 * 127) / 255 = 127
    assert mixed[0].tolist() == [[200, 100, 0], [100, 50, 127], [40, 20, 204], [0, 0, 255]]


def test_with_on_off_transparency_what_is_seen_less_than_half_is_gone() -> None:
    mixed = background.on_background(Picture(ROW), "#0000ff", binary=True).pixels
    assert mixed[0].tolist() == [[200, 100, 0, 255], [100, 50, 127, 255], [0] * 4, [0] * 4]


def test_without_holes_nothing_is_transparent_any_more() -> None:
    assert background.on_background(Picture(ROW[:, :2]), "#fff000", binary=True).channels == 3


def test_an_opaque_picture_is_left_alone() -> None:
    opaque = Picture(ROW[..., :3].copy())
    assert background.on_background(opaque, "#ffffff") is opaque


@given(
    image=arrays(np.uint8, st.tuples(st.integers(1, 5), st.integers(1, 5), st.just(4))),
    ground=st.tuples(*[st.integers(0, 255)] * 3),
)
def test_mixtures_are_rounded_to_the_nearest(image: Bytes, ground: tuple[int, int, int]) -> None:
    alpha = image[..., 3:] / 255
    exact = image[..., :3] * alpha + np.array(ground) * (1 - alpha)
    mixed = background.on_background(Picture(image), "#{:02x}{:02x}{:02x}".format(*ground)).pixels
    assert np.abs(mixed - exact).max() <= 0.5 + 1e-9


def test_bands_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    image = Picture(np.random.default_rng(0).integers(0, 256, (40, 9, 4)).astype(np.uint8))
    whole = [background.on_background(image, "#123456", binary=way) for way in (False, True)]
    monkeypatch.setattr(background, "BAND_PIXELS", 20)
    parts = [background.on_background(image, "#123456", binary=way) for way in (False, True)]
    for one, other in zip(whole, parts, strict=True):
        assert np.array_equal(one.pixels, other.pixels)


# The command


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_takes_a_transparent_picture_on_a_background(name: str, run: Run) -> None:
    logo = SAMPLES / "logo.png"
    answer = run(logo, "-k", 16, "-o", "-", "--format", name, "--background", "#F0A")
    assert answer.code == 0
    image = np.asarray(Image.open(io.BytesIO(answer.out)).convert("RGBA"))
    outside = pixels(logo)[..., 3] == 0
    assert outside.any()
    wanted = (0, 0, 0, 0) if name == "gif" else (255, 0, 170, 255)
    shown = np.where(image[..., 3:] > 0, image, 0)  # what is not seen has any colour
    assert distinct(shown[outside][None]) == {wanted}
    assert shown[~outside & (pixels(logo)[..., 3] > 127), 3].min() == 255


def test_the_record_names_the_background_and_measures_against_it(run: Run, tmp_path: Path) -> None:
    assert run(SAMPLES / "logo.png", "-o", "x.png", "--background", "0f0").code == 0
    record = json.loads((tmp_path / "x.json").read_text())
    assert (record["background"], record["channels"]) == ("#00ff00", 3)
    flat = Image.new("RGBA", (256, 256), "#00ff00")
    with Image.open(SAMPLES / "logo.png") as logo:
        flat.alpha_composite(logo.convert("RGBA"))
    before = np.asarray(flat.convert("RGB"), np.int16)
    mse = np.square(before - pixels(tmp_path / "x.png")).sum(axis=2).mean()
    assert record["mse"] == pytest.approx(mse, abs=0.3)  # Pillow rounds otherwise


def test_pictures_that_share_a_palette_stand_on_the_background_too(
    run: Run, tmp_path: Path
) -> None:
    wishes = ("--shared-palette", "-k", 8, "--background", "#ff00ff", "-o", "out", "--format")
    picture().save(tmp_path / "photo.png")
    assert run(SAMPLES / "logo.png", "photo.png", *wishes, "bmp").code == 0
    first, second = (json.loads(path.read_text()) for path in sorted(tmp_path.glob("out/*.json")))
    colors = [entry["hex"] for entry in first["palette"]]
    assert colors == [entry["hex"] for entry in second["palette"]]
    magenta = [np.array(entry["rgb"]) for entry in first["palette"]]
    assert min(np.abs(color - [255, 0, 255]).max() for color in magenta) < 24


@pytest.mark.parametrize("name", ["bmp", "tiff"])
def test_without_a_background_the_error_suggests_one(name: str, run: Run, tmp_path: Path) -> None:
    answer = run(SAMPLES / "logo.png", "-o", f"x.{name}")
    assert answer.code == 1
    assert "--background '#ffffff'" in answer.errors[0]
    assert not list(tmp_path.iterdir())


def test_what_is_no_colour_is_a_mistake_of_the_command_line(run: Run) -> None:
    answer = run(SAMPLES / "logo.png", "--background", "#white")
    assert answer.code == 2
    assert answer.errors[-1].endswith("'#white' is no colour; write it as '#rrggbb'")


def test_the_library_takes_a_background() -> None:
    result = quantize(ROW, background="#00f")
    assert result.to_array()[0].tolist()[3] == [0, 0, 255]
    with pytest.raises(SettingError, match="background"):
        quantize(ROW, background="bluest")
