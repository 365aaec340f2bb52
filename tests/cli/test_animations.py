"""Animations and pages through the real command: what stays, what is said, what is refused."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from helpers.animations import Piece, gif, moving_picture, stored, watch
from helpers.command import Run
from helpers.folders import names
from quantize import Settings, quantize_frames
from quantize.errors import ImageReadError, OutputError, SettingError

DURATIONS = [0, 10, 120, 12340, 40]


def read(path: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return record


@pytest.fixture
def moving(tmp_path: Path) -> Path:
    """Five frames that play three times."""
    path = tmp_path / "moving.png"
    path.write_bytes(stored(moving_picture(), DURATIONS, 3))
    return path


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    images = [Image.fromarray(frame[..., :3]) for frame in moving_picture(3)]
    images[1] = images[1].resize((20, 30))
    path = tmp_path / "pages.tiff"
    images[0].save(path, save_all=True, append_images=images[1:])
    return path


def test_an_animation_stays_one(run: Run, moving: Path) -> None:
    answer = run("moving.png", "-k", 8)
    assert (answer.code, answer.errors) == (0, [])
    seen = watch(moving.parent / "moving-8.png")
    assert (seen.durations, seen.loop) == (DURATIONS, 3)
    record = read(moving.parent / "moving-8.json")
    assert (record["frames"], record["duration_ms"], record["loop"]) == (5, 12510, 3)
    assert record["bytes_raw"] == 5 * 40 * 60 * 3
    assert sum(entry["count"] for entry in record["palette"]) == 5 * 40 * 60
    assert "in 5 frames (12.51 s, 3 times) of 60 × 40 pixels" in answer.text


@pytest.mark.parametrize("format_name", ["gif", "webp"])
def test_formats_can_be_changed(run: Run, moving: Path, format_name: str) -> None:
    run("moving.png", "-k", 8, "--format", format_name)
    seen = watch(moving.parent / f"moving-8.{format_name}")
    assert seen.durations == DURATIONS
    colors = {color.tobytes() for frame in seen.frames for color in frame.reshape(-1, 4)}
    assert len(colors) == 8


def test_a_gif_without_o_is_an_animated_png(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.gif").write_bytes(gif(Piece("12"), Piece("21"), loop=0))
    assert run("x.gif", "-k", 2).code == 0
    assert len(watch(tmp_path / "x-2.png").frames) == 2


def test_it_goes_through_streams(run: Run, moving: Path) -> None:
    answer = run("-", "-k", 8, "--format", "gif", stdin=moving.read_bytes())
    assert watch(answer.out).durations == DURATIONS


def test_what_holds_one_picture_gets_the_first(run: Run, moving: Path) -> None:
    answer = run("moving.png", "-k", 8, "-o", "still.bmp")
    assert answer.code == 0
    (line,) = answer.errors
    assert line.endswith("only the first is taken; gif, png, webp and tiff hold them all")
    assert line.startswith("quantize: warning: moving.png: has 5 frames; ")
    with Image.open(moving.parent / "still.bmp") as image:
        assert getattr(image, "n_frames", 1) == 1


def test_pages_stay_pages(run: Run, pages: Path) -> None:
    answer = run("pages.tiff", "-k", 8, "--format", "tiff", "--palette-per-frame")
    assert (answer.code, answer.errors) == (0, [])
    with Image.open(pages.parent / "pages-8.tiff") as image:
        sizes = []
        for number in range(image.n_frames):  # type: ignore[attr-defined]
            image.seek(number)
            sizes.append(image.size)
            colors = image.convert("RGB").getcolors()
            assert colors is not None
            assert len(colors) == 8
    assert sizes == [(60, 40), (20, 30), (60, 40)]
    record = read(pages.parent / "pages-8.json")
    assert record["frames"] == 3
    assert "duration_ms" not in record
    assert record["bytes_raw"] == 3 * (2 * 60 * 40 + 20 * 30)


def test_pages_are_no_animation_and_that_is_said(run: Run, pages: Path) -> None:
    answer = run("pages.tiff", "-k", 8)
    assert answer.errors == [
        "quantize: warning: pages.tiff: has 3 pages; only the first is taken; tiff holds them all"
    ]
    assert len(watch(pages.parent / "pages-8.png").frames) == 1


def test_an_animation_becomes_pages_and_that_is_said(run: Run, moving: Path) -> None:
    answer = run("moving.png", "-k", 8, "-o", "pages.tiff")
    assert "tiff has pages, which have no durations" in answer.errors[0]
    assert len(watch(moving.parent / "pages.tiff").frames) == 5


def test_a_palette_a_frame_is_in_the_record(run: Run, moving: Path) -> None:
    run("moving.png", "-k", 4, "--format", "gif", "--palette-per-frame")
    record = read(moving.parent / "moving-4.json")
    assert record["palette_per_frame"] is True
    assert [len(palette) for palette in record["palettes"]] == [4] * 5
    assert record["palettes"][0] == [entry["hex"] for entry in record["palette"]]
    assert record["colors_after"] > 4


def test_a_gif_of_256_colours_a_frame_keeps_one_for_what_stays(run: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    frames = [np.full((30, 40, 4), 255, np.uint8) for _ in range(3)]
    for frame in frames:
        frame[..., :3] = rng.integers(0, 256, (30, 40, 3))
        frame[0, 0, :3] = 1
    (tmp_path / "noise.png").write_bytes(stored(frames, [40] * 3))
    answer = run("noise.png", "-k", 256, "--format", "gif", "--palette-per-frame")
    assert "one of the 256 entries" in answer.errors[0]
    assert len(watch(tmp_path / "noise-256.gif").frames) == 3


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "a png has one palette; choose one of gif, webp, tiff"),
        (("-o", "x.png"), "a png has one palette"),
        (("--format", "bmp"), "a bmp has one palette"),
        (("--format", "gif", "-k", "auto"), "takes a number of colours"),
        (("--format", "gif", "--save-palette", "x.gpl"), "--save-palette takes one palette"),
        (("--format", "gif", "--swatch", "x.svg"), "--swatch takes one palette"),
        (("--format", "gif", "--shared-palette"), "exclude each other"),
        (("--format", "gif", "--use-palette", "moving.png"), "for palettes that are found"),
    ],
)
def test_palettes_a_frame_that_cannot_be_are_refused(
    run: Run, moving: Path, options: tuple[str, ...], said: str
) -> None:
    answer = run("moving.png", "--palette-per-frame", *options)
    assert answer.code == 2
    assert said in answer.err.decode()
    assert names(moving.parent) == {"moving.png"}


@pytest.mark.parametrize(
    "options",
    [
        ("-k", "auto"),
        ("-k", "auto", "--max-error", "4"),
        ("-k", "8", "--keep-color", "#123456"),
        ("-k", "8", "--shared-palette", "--save-palette", "p.gpl"),
        ("--use-palette", "own.gpl"),
        ("-k", "8", "--medoid", "--metrics", "full", "--no-image", "--swatch", "s.svg"),
    ],
)
def test_what_finds_palettes_works_with_frames(
    run: Run, moving: Path, options: tuple[str, ...]
) -> None:
    (moving.parent / "own.gpl").write_text("GIMP Palette\n255 0 0\n0 0 255\n")
    answer = run("moving.png", *options, "--json")
    assert (answer.code, answer.errors) == (0, [])
    record = json.loads(answer.text.splitlines()[0])
    assert record["frames"] == 5
    if record["output"] is not None:
        assert len(watch(moving.parent / record["output"]).frames) == 5


@pytest.mark.slow
def test_processes_write_the_same_bytes(run_child: Run, moving: Path) -> None:
    (moving.parent / "other.png").write_bytes(moving.read_bytes())
    for folder, jobs in (("one", 1), ("two", 2)):
        run_child("moving.png", "other.png", "-k", 8, "-o", folder, "-j", jobs, "--format", "gif")
    one, two = ((moving.parent / f / "other-8.gif").read_bytes() for f in ("one", "two"))
    assert one == two == (moving.parent / "one" / "moving-8.gif").read_bytes()


@pytest.mark.parametrize("format_name", ["gif", "png", "webp"])
def test_a_broken_second_frame_is_one_line_and_nothing_is_written(
    run: Run, tmp_path: Path, format_name: str
) -> None:
    data = bytearray(gif(Piece("12"), Piece("21")))
    data[-4:-2] = b"\xff\xff"
    (tmp_path / "broken.gif").write_bytes(data)
    answer = run("broken.gif", "-k", 4, "--format", format_name)
    assert answer.code == 1
    (line,) = answer.errors
    assert line.startswith("quantize: broken.gif: ")
    assert line.endswith("; nothing was written")
    assert names(tmp_path) == {"broken.gif"}


def test_a_broken_second_frame_of_a_png_leaves_its_still_and_a_warning(
    run: Run, tmp_path: Path
) -> None:
    data = bytearray(stored(moving_picture(), DURATIONS))
    data[data.index(b"fdAT") + 12] ^= 0xFF
    (tmp_path / "broken.png").write_bytes(data)
    answer = run("broken.png", "-k", 4, "-o", "still.png")
    assert answer.code == 0
    (line,) = answer.errors
    assert line.startswith("quantize: warning: broken.png: its animation is damaged")
    with Image.open(tmp_path / "still.png") as image:
        assert getattr(image, "n_frames", 1) == 1


def test_transparency_that_the_format_has_not_is_refused(run: Run, tmp_path: Path) -> None:
    frames = [moving_picture(1)[0], moving_picture(1, clear=True)[0]]
    (tmp_path / "holes.png").write_bytes(stored(frames, [40, 40]))
    answer = run("holes.png", "-o", "holes.tiff")
    assert answer.code == 1
    assert "tiff has no transparency, and frame 2 has; choose one of png, gif" in answer.errors[0]
    assert names(tmp_path) == {"holes.png"}


def test_too_many_pixels_in_all_frames_are_refused(run: Run, moving: Path) -> None:
    answer = run("moving.png", "--max-pixels", 5 * 40 * 60 - 1)
    assert answer.code == 1
    assert "5 frames or pages have 12,000 pixels together" in answer.errors[0]
    assert run("moving.png", "--max-pixels", 5 * 40 * 60, "-k", 2).code == 0


# The library


def test_the_library_takes_all_frames(moving: Path, tmp_path: Path) -> None:
    result = quantize_frames(moving, 8, format="gif")
    assert (result.durations, result.loop, len(result.frames)) == (DURATIONS, 3, 5)
    assert len(result.palette) == 8
    assert result.settings == Settings(colors=8)
    result.save(tmp_path / "out.gif")
    seen = watch(tmp_path / "out.gif")
    for image, array, frame in zip(result.to_images(), result.arrays(), seen.frames, strict=True):
        assert np.array_equal(np.asarray(image), array)
        assert np.array_equal(array, frame)
    with pytest.raises(OutputError, match=r"the frames are for gif"):
        result.save(tmp_path / "out.webp")


def test_the_library_finds_a_palette_a_frame(moving: Path) -> None:
    result = quantize_frames(moving, 4, format="webp", palette_per_frame=True)
    assert len(result.palettes) == 5


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"format": "bmp"}, "format: 'bmp' is none of png, gif, webp, tiff"),
        ({"palette_per_frame": True}, "palette_per_frame: is not for png"),
        (
            {"palette_per_frame": True, "format": "gif", "colors": "auto"},
            "palette_per_frame: is for a number of colours",
        ),
    ],
)
def test_the_library_refuses_what_cannot_be(
    moving: Path, options: dict[str, object], said: str
) -> None:
    with pytest.raises(SettingError) as caught:
        quantize_frames(moving, **options)  # type: ignore[arg-type]
    assert str(caught.value) == said


def test_a_still_picture_is_no_film(tmp_path: Path) -> None:
    stream = io.BytesIO()
    Image.new("RGB", (3, 3)).save(stream, "PNG")
    (tmp_path / "still.png").write_bytes(stream.getvalue())
    with pytest.raises(ImageReadError, match="holds one picture"):
        quantize_frames(tmp_path / "still.png")
