"""Guards the promises about palettes that are given, converted, thinned out, or not made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image

from helpers.command import Run
from helpers.examples import examples
from helpers.folders import snapshot
from helpers.pictures import distinct, picture, pixels
from quantize import Palette, load_palette, quantize, save_palette
from quantize.color import conversions, difference
from quantize.errors import PaletteReadError
from quantize.pipeline.palette import merge

Bytes = NDArray[np.uint8]

CONSOLE = Palette.from_hex("0f380f", "306230", "8bac0f", "9bbc0f")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    picture().save(path)
    return path


def record_of(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))


# A palette that is given


@pytest.mark.parametrize("ending", [".gpl", ".ase", ".act", ".hex", ".tokens.json", ".csv"])
def test_every_pixel_gets_its_nearest_colour_of_the_file(
    run: Run, photo: Path, ending: str
) -> None:
    save_palette(CONSOLE, photo.parent / f"console{ending}")
    words = ("--use-palette", f"console{ending}", "--space", "srgb")
    answer = run("photo.png", *words, "--json")
    assert (answer.code, answer.err) == (0, b"")
    before, after = pixels(photo), pixels(photo.parent / "photo-4.png")
    colors = CONSOLE.colors.astype(int)
    table = np.square(before[:, :, None].astype(int) - colors).sum(axis=3)
    assert np.array_equal(after, CONSOLE.colors[table.argmin(axis=2)])
    record = json.loads(answer.text)
    assert (record["use_palette"], record["k"]) == (f"console{ending}", 4)
    assert record["iterations"] == 0


def test_its_order_is_kept_and_colours_that_no_pixel_has_stay(run: Run, photo: Path) -> None:
    given_colors = Palette.from_hex("ffffff", "ff00ff", "000000", "00ff01")
    save_palette(given_colors, photo.parent / "p.hex")
    Image.new("RGB", (4, 4), (9, 9, 9)).save(photo)
    assert run("photo.png", "--use-palette", "p.hex", "-o", "out.png").code == 0
    with Image.open(photo.parent / "out.png") as image:
        assert image.getpalette()[:12] == given_colors.colors.ravel().tolist()
        assert image.getextrema() == (2, 2)
    record = record_of(photo.parent / "out.json")
    assert (record["colors_after"], len(record["palette"])) == (1, 4)


def test_names_of_the_file_are_kept(run: Run, photo: Path) -> None:
    own = Palette(CONSOLE.colors, names=("ink", "moss", "leaf", "sun"))
    save_palette(own, photo.parent / "p.gpl")
    answer = run("photo.png", "--use-palette", "p.gpl", "--json")
    assert [row["name"] for row in json.loads(answer.text)["palette"]] == [*own.names]


def test_a_picture_of_few_colours_is_a_palette_in_its_own_order(run: Run, photo: Path) -> None:
    strip = np.array([[[200, 0, 0], [0, 0, 0], [200, 0, 0], [0, 0, 250]]], np.uint8)
    Image.fromarray(strip).save(photo.parent / "strip.png")
    found = load_palette(photo.parent / "strip.png")
    assert [*found] == [(200, 0, 0), (0, 0, 0), (0, 0, 250)]
    assert found.counts.tolist() == [2, 1, 1]
    answer = run("photo.png", "--use-palette", "strip.png", "-o", "out.png")
    assert answer.code == 0
    assert distinct(pixels(photo.parent / "out.png")) <= {*found}


def test_a_photograph_is_no_palette(run: Run, photo: Path) -> None:
    before = snapshot(photo.parent)
    answer = run("photo.png", "--use-palette", "photo.png", "-o", "out.png")
    assert answer.code == 1
    (line,) = answer.errors
    assert line == "quantize: photo.png: has 1,535 colours; a palette has at most 256"
    assert snapshot(photo.parent) == before
    with pytest.raises(PaletteReadError):
        load_palette(photo)


@pytest.mark.parametrize("content", [b"", b"GIMP Palette\nred", b"\0" * 99])
def test_a_bad_palette_file_is_one_line_and_exit_code_1(
    run: Run, photo: Path, content: bytes
) -> None:
    (photo.parent / "bad.gpl").write_bytes(content)
    answer = run("photo.png", "--use-palette", "bad.gpl")
    assert (answer.code, len(answer.errors)) == (1, 1)
    assert answer.errors[0].startswith("quantize: bad.gpl: ")
    assert run("photo.png", "--use-palette", "missing.gpl").code == 1


@pytest.mark.parametrize(
    "others",
    [
        ("-k", "auto"),
        ("--max-error", 3),
        ("--keep-color", "#ffffff"),
        ("--effort", "best"),
        ("--seed", 0),
        ("--medoid",),
        ("--merge-distance", 3),
        ("--sort", "hue"),
        ("--shared-palette",),
        ("--weights", "contrast"),
        ("-k", 3, "--seed", 0),
        ("-k", 3, "--palette-per-frame"),
    ],
    ids=lambda words: words[0],
)
def test_what_would_have_no_effect_is_refused(run: Run, photo: Path, others: Any) -> None:
    save_palette(CONSOLE, photo.parent / "p.gpl")
    answer = run("photo.png", "--use-palette", "p.gpl", *others)
    assert answer.code == 2
    assert "is for palettes that are found; --use-palette gives one" in answer.errors[-1]


def test_transparency_survives_a_palette_without_any(run: Run, tmp_path: Path) -> None:
    veil = np.array([[[0, 0, 0, 0], [250, 250, 250, 255]]], np.uint8)
    Image.fromarray(veil).save(tmp_path / "veil.png")
    clear = Palette(np.array([[0, 0, 0, 0], [255, 255, 255, 255]], np.uint8))
    save_palette(clear, tmp_path / "p.csv")
    assert run("veil.png", "--use-palette", "p.csv", "-o", "out.png").code == 0
    assert pixels(tmp_path / "out.png").tolist() == [[[0, 0, 0, 0], [255, 255, 255, 255]]]


@pytest.mark.slow
def test_many_images_get_one_palette(run_child: Run, photo: Path) -> None:
    picture(1).save(photo.parent / "other.png")
    save_palette(CONSOLE, photo.parent / "p.gpl")
    answer = run_child("photo.png", "other.png", "--use-palette", "p.gpl", "-o", "out", "-j", 2)
    assert answer.code == 0
    for name in ("photo-4.png", "other-4.png"):
        assert distinct(pixels(photo.parent / "out" / name)) <= {*CONSOLE}


# Without a picture


def test_a_palette_file_is_converted(run: Run, tmp_path: Path) -> None:
    save_palette(Palette(CONSOLE.colors, names=("a", "b", "c", "d")), tmp_path / "brand.ase")
    wishes = ("--save-palette", "{stem}.gpl", "--save-palette", "x.json", "--swatch", "{stem}.png")
    answer = run("brand.ase", "--no-image", *wishes)
    assert (answer.code, answer.err) == (0, b"")
    assert answer.text.splitlines()[0] == "brand.ase: a palette of 4 colours"
    found = load_palette(tmp_path / "brand.gpl")
    assert (found, found.names) == (CONSOLE, ("a", "b", "c", "d"))
    assert load_palette(tmp_path / "x.json") == CONSOLE
    assert (tmp_path / "brand.png").exists()
    assert not (tmp_path / "brand-64.json").exists()


def test_a_palette_as_an_image_is_one_line(run: Run, tmp_path: Path) -> None:
    save_palette(CONSOLE, tmp_path / "brand.ase")
    before = snapshot(tmp_path)
    answer = run("brand.ase")
    assert answer.code == 1
    (line,) = answer.errors
    assert "brand.ase: is a palette, not an image; add --no-image to convert it" in line
    assert snapshot(tmp_path) == before


def test_how_colours_are_found_has_no_say_in_a_conversion(run: Run, tmp_path: Path) -> None:
    save_palette(CONSOLE, tmp_path / "brand.ase")
    answer = run("brand.ase", "--no-image", "-k", 2)
    assert answer.code == 2
    assert "--colors is for palettes that are found; a palette file is one" in answer.errors[-1]
    for others in (("--sort", "hue"), ("--metrics", "full"), ("--space", "srgb")):
        assert run("brand.ase", "--no-image", *others).code == 2


def test_a_conversion_may_thin_out(run: Run, tmp_path: Path) -> None:
    save_palette(Palette.from_hex("ff0000", "fe0000", "0000ff"), tmp_path / "p.hex")
    answer = run("p.hex", "--no-image", "--merge-distance", 1, "--save-palette", "q.hex")
    assert answer.code == 0
    assert load_palette(tmp_path / "q.hex").hex == ["#ff0000", "#0000ff"]


# Thinned out


@given(
    colors=arrays(np.uint8, st.tuples(st.integers(1, 12), st.just(3))),
    distance=st.floats(0, 60),
    data=st.data(),
)
@examples(60)
def test_no_two_that_remain_are_too_near_and_each_that_went_was(
    colors: Bytes, distance: float, data: st.DataObject
) -> None:
    counts = data.draw(arrays(np.int64, len(colors), elements=st.integers(0, 9)))
    alive = merge.without_near_duplicates(colors, counts, distance, np.zeros(len(colors), bool))
    assert alive.any()
    lab = conversions.lab(colors)
    between = difference.ciede2000(lab[:, None], lab[None])
    np.fill_diagonal(between, np.inf)
    assert (between[np.ix_(alive, alive)] >= distance).all()
    for gone in np.flatnonzero(~alive):
        assert between[gone].min() < distance


def test_the_rarer_of_two_goes_and_kept_ones_stay() -> None:
    colors = np.array([[10, 10, 10], [11, 11, 11], [200, 0, 0]], np.uint8)
    free = np.zeros(3, bool)
    assert merge.without_near_duplicates(colors, np.array([1, 5, 1]), 3, free).tolist() == [
        False,
        True,
        True,
    ]
    assert merge.without_near_duplicates(colors, np.array([5, 5, 1]), 3, free).tolist() == [
        True,
        False,
        True,
    ]
    kept = np.array([True, True, False])
    assert merge.without_near_duplicates(colors, np.array([1, 5, 1]), 3, kept).all()


def test_a_merged_palette_has_no_two_colours_alike_and_maps_to_the_nearest() -> None:
    image = np.asarray(picture(size=(96, 64)))
    result = quantize(image, 64, merge_distance=8, space="srgb")
    assert 2 < len(result.palette) < 64
    between = merge.differences(result.palette.colors)
    np.fill_diagonal(between, np.inf)
    assert between.min() >= 8
    table = np.square(image[:, :, None].astype(int) - result.palette.colors.astype(int)).sum(axis=3)
    assert np.array_equal(result.indices, table.argmin(axis=2))


def test_colours_that_differ_in_alpha_alone_are_not_alike() -> None:
    colors = np.array([[255, 0, 0, 255], [255, 0, 0, 60], [255, 0, 0, 254]], np.uint8)
    between = merge.differences(colors)
    assert between[0, 1] > 10
    assert between[0, 2] < 1


# Not made up


@given(seed=st.integers(0, 999), k=st.integers(1, 20))
@examples(10)
def test_every_colour_of_a_medoid_palette_is_one_of_the_images(seed: int, k: int) -> None:
    image = np.asarray(picture(seed, (24, 16)))
    result = quantize(image, k, medoid=True)
    assert {*result.palette} <= distinct(image)
    assert len(result.palette) == min(k, len(distinct(image)))


def test_a_medoid_is_the_colour_nearest_to_the_mean() -> None:
    colors = np.array([[0, 0, 0], [10, 0, 0], [20, 0, 0], [200, 0, 0], [210, 0, 0]], np.uint8)
    labels = np.array([0, 0, 0, 2, 2], np.int32)
    means = np.array([[11.0, 0, 0], [99, 0, 0], [206, 0, 0]])
    found = merge.medoids(colors, colors.astype(float), labels, means)
    assert found.tolist() == [[10, 0, 0], [210, 0, 0]]
    assert merge.medoids(colors, colors.astype(float), labels, means, fixed=1).tolist() == [
        [210, 0, 0],
    ]


def test_medoids_leave_kept_colours_alone() -> None:
    image = np.asarray(picture(3, (24, 16)))
    result = quantize(image, 5, medoid=True, keep_color=("#010203",))
    assert (1, 2, 3) in {*result.palette}
    assert {*result.palette} - {(1, 2, 3)} <= distinct(image)
    assert len(result.palette) == 5
