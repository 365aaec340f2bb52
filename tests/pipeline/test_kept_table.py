"""Nothing to do means nothing changes: an indexed picture whose table fits is left as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from helpers import pngs
from helpers.animations import moving_picture, stored
from helpers.command import Run
from quantize import quantize, quantize_frames
from quantize.errors import OutputError

COLORS = bytes.fromhex("ff00ff ff0000 00ff00 0000ff ff0000 ffffff 808080 000000")
ENTRIES = np.tile(np.array([5, 3, 4, 1, 0], np.uint8), (4, 2))


def indexed(transparency: int | bytes | None = 0) -> Image.Image:
    image = Image.fromarray(ENTRIES)
    image.putpalette(COLORS)
    if transparency is not None:
        image.info["transparency"] = transparency
    return image


@pytest.fixture
def sprite(tmp_path: Path) -> Path:
    path = tmp_path / "sprite.png"
    indexed().save(path)
    return path


def entries_in(file: bytes) -> list[list[int]]:
    """The indices of a PNG of 4 bits a pixel, taken apart without Pillow."""
    assert pngs.bit_depth(file) == 4
    found = []
    for row in pngs.rows(file):
        assert row[0] == 0  # not filtered
        found.append([half for byte in row[1:] for half in (byte >> 4, byte & 15)])
    return found


def test_table_order_and_indices_are_written_as_they_were(run: Run, sprite: Path) -> None:
    answer = run(sprite, "-o", "out.png", "--json", "--compress", "fast")
    file = (sprite.parent / "out.png").read_bytes()
    assert pngs.one(file, b"PLTE") == COLORS
    assert pngs.one(file, b"tRNS") == b"\0"
    assert entries_in(file) == ENTRIES.tolist()
    record = json.loads(answer.text)
    assert (record["kept_table"], record["lossless"], record["iterations"]) == (True, True, 0)
    assert (record["colors_before"], record["colors_after"]) == (4, 4)  # red stands there twice
    assert [row["count"] for row in record["palette"]] == [8, 8, 0, 8, 8, 8, 0, 0]


def test_the_summary_says_that_the_table_stays(run: Run, sprite: Path) -> None:
    answer = run(sprite, "-o", "out.png")
    assert "its 4 colours are kept exactly (k = 64); its table stays; lossless" in answer.text


def test_palette_files_without_an_image_have_the_table(run: Run, sprite: Path) -> None:
    assert run(sprite, "--no-image", "--save-palette", "p.hex", "--swatch", "p.svg").code == 0
    text = (sprite.parent / "p.hex").read_text()
    assert text.split() == ["ff00ff00", *(COLORS.hex(" ", -3).split()[1:])]


@pytest.mark.parametrize(
    "more",
    [
        {"colors": 7},
        {"colors": "auto"},
        {"sort": "luminance"},
        {"sort": "none"},
        {"keep_color": ("#123456",)},
        {"merge_distance": 1.0},
        {"background": "#ffffff"},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_asks_for_more_gets_a_palette_that_is_found(sprite: Path, more: Any) -> None:
    result = quantize(sprite, **{"colors": 256, **more})
    assert not result.kept_table
    assert len({*result.palette}) == len(result.palette) < 8


@pytest.mark.parametrize(
    "more",
    [
        {"sort": "input"},
        {"colors": 8},
        {"dither": "floyd-steinberg"},
        {"dither": "bayer-4"},
        {"space": "oklab", "medoid": True},
        {"metrics": "full"},
    ],
    ids=lambda more: next(iter(more)),
)
def test_what_changes_nothing_leaves_the_table(sprite: Path, more: Any) -> None:
    result = quantize(sprite, **more)
    assert result.kept_table
    assert np.array_equal(result.indices, ENTRIES)
    assert result.palette.colors[:, :3].tobytes() == COLORS
    if "metrics" in more:
        figures = result.statistics
        assert (figures.ssim, figures.delta_e_mean, figures.delta_e_max) == (1.0, 0.0, 0.0)


def test_pillow_images_with_a_palette_keep_it_and_arrays_have_none() -> None:
    kept = quantize(indexed())
    assert kept.kept_table
    assert np.array_equal(kept.indices, ENTRIES)
    found = quantize(np.asarray(indexed().convert("RGBA")), sort="input")
    assert not found.kept_table
    assert len(found.palette) == 4


def test_a_background_leaves_an_opaque_picture_as_it_is() -> None:
    assert quantize(indexed(None), background="#ffffff").kept_table


@pytest.mark.parametrize("kind", ["gif", "tiff", "bmp"])
def test_other_formats_keep_table_and_indices(run: Run, sprite: Path, kind: str) -> None:
    indexed(None).save(sprite)
    assert run(sprite, "-o", f"out.{kind}").code == 0
    with Image.open(sprite.parent / f"out.{kind}") as image:
        assert np.array_equal(np.asarray(image), ENTRIES)
        assert bytes(image.getpalette()[: len(COLORS)])[:21] == COLORS[:21]


def test_a_gif_has_one_transparent_entry_for_all_that_is_transparent(
    run: Run, sprite: Path
) -> None:
    indexed(b"\0\xff\xff\0").save(sprite)
    assert run(sprite, "-o", "out.gif").code == 0
    with Image.open(sprite.parent / "out.gif") as image:
        assert np.array_equal(np.asarray(image), np.where(ENTRIES == 3, 0, ENTRIES))
        assert image.info["transparency"] == 0


def test_a_table_with_half_transparency_is_not_for_a_gif(run: Run, sprite: Path) -> None:
    indexed(b"\0\x40").save(sprite)
    record = json.loads(run(sprite, "-o", "out.gif", "--json").text)
    assert "kept_table" not in record


def test_transparent_entries_that_no_pixel_has_do_not_keep_a_result_from_opaque_formats(
    tmp_path: Path,
) -> None:
    opaque = quantize(indexed(6))  # entry 6 is not used
    assert opaque.channels == 3
    opaque.save(tmp_path / "out.bmp")
    with pytest.raises(OutputError):
        quantize(indexed(0)).save(tmp_path / "other.bmp")


# Animations


@pytest.mark.parametrize("kind", ["gif", "png"])
@pytest.mark.parametrize("clear", [False, True])
def test_an_animation_keeps_its_common_table(tmp_path: Path, kind: str, *, clear: bool) -> None:
    (tmp_path / "in.png").write_bytes(stored(moving_picture(clear=clear), [40] * 5))
    first = quantize_frames(tmp_path / "in.png", 8, format=kind, sort="count")
    first.save(tmp_path / f"once.{kind}")
    again = quantize_frames(tmp_path / f"once.{kind}", 8, format=kind)
    assert (first.kept_table, again.kept_table) == (False, True)
    assert again.palette == first.palette
    pairs = zip(first.frames, again.frames, strict=True)
    assert all(np.array_equal(before.indices, after.indices) for before, after in pairs)
    other = quantize_frames(tmp_path / f"once.{kind}", 8, format=kind, sort="luminance")
    assert not other.kept_table


def test_frames_with_tables_of_their_own_get_one_that_is_found(tmp_path: Path) -> None:
    images = [Image.new("P", (4, 4), 1) for _ in range(2)]
    images[0].putpalette([0, 0, 0, 255, 0, 0])
    images[1].putpalette([0, 0, 0, 0, 0, 255])
    images[0].save(tmp_path / "in.gif", save_all=True, append_images=images[1:], duration=90)
    result = quantize_frames(tmp_path / "in.gif", 8, format="gif")
    assert not result.kept_table
    assert len(result.palette) == 2
