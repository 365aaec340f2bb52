"""Guards the best N of a palette that is given: threads, beads, bricks and paints."""

from __future__ import annotations

import csv
import json
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.animations import moving_picture, stored
from helpers.command import Run
from helpers.pictures import picture, pixels
from quantize import Palette, load_palette, quantize, quantize_frames, save_palette
from quantize.api.palette import shared_palette
from quantize.errors import PaletteReadError, SettingError
from quantize.pipeline.palette import best_of_given


def threads(many: int = 489) -> Palette:
    codes = np.random.default_rng(7).permutation(1 << 24)[:many].astype(">u4")
    colors = codes.view(np.uint8).reshape(-1, 4)[:, 1:]
    names = tuple(f"Thread {number}" for number in range(many))
    return Palette(colors, names=names, codes=tuple(str(3000 + number) for number in range(many)))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    picture().save(tmp_path / "photo.png")
    many = threads()
    with (tmp_path / "threads.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("code", "name", "hex"))
        rows.writerows(zip(many.codes, many.names, many.hex, strict=True))
    return tmp_path


def test_the_best_20_of_489_are_taken_in_the_order_of_the_file(run: Run, table: Path) -> None:
    words = ("--use-palette", "threads.csv", "-k", 20, "--save-palette", "list.csv", "--json")
    answer = run("photo.png", *words)
    assert (answer.code, answer.err) == (0, b"")
    record, many = json.loads(answer.text), threads()
    rows = [many.codes.index(entry["code"]) for entry in record["palette"]]
    assert len(rows) == 20
    assert rows == sorted(rows)
    for row, entry in zip(rows, record["palette"], strict=True):
        assert (entry["name"], entry["hex"]) == (many.names[row], many.hex[row])
    assert (record["k"], record["use_palette"], record["chosen_from"]) == (20, "threads.csv", 489)
    assert record["weights"] == "uniform"
    colors = np.array([entry["rgb"] for entry in record["palette"]], np.uint8)
    seen = pixels(table / "photo-20.png").reshape(-1, 3)
    counted = (seen[:, None] == colors).all(axis=2).sum(axis=0)
    with (table / "list.csv").open(encoding="utf-8", newline="") as file:
        shopping = [*csv.DictReader(file)]
    assert [int(row["count"]) for row in shopping] == counted.tolist()
    assert counted.sum() == len(seen)
    assert [(row["code"], row["name"]) for row in shopping] == [
        (many.codes[row], many.names[row]) for row in rows
    ]


@pytest.mark.parametrize("space", ["eye", "srgb", "lab"])
@pytest.mark.parametrize("seed", range(3))
def test_the_choice_is_that_of_brute_force(space: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = np.asarray(picture(seed).resize((24, 16)))
    offered = Palette(rng.integers(0, 256, (12, 3)).astype(np.uint8))
    found = quantize(image, 4, palette=offered, space=space).statistics.inertia
    least = min(
        quantize(image, palette=offered.only(np.array(rows)), space=space).statistics.inertia
        for rows in combinations(range(12), 4)
    )
    assert found <= 1.02 * least


def test_without_a_number_all_of_it_is_used_and_a_larger_number_changes_nothing(
    run: Run, table: Path
) -> None:
    save_palette(threads(100), table / "hundred.csv")
    base = ("photo.png", "--use-palette", "hundred.csv", "--no-sidecar", "-o")
    for name, words in {"a": (), "b": ("-k", 100), "c": ("-k", 256)}.items():
        assert run(*base, f"{name}.png", *words).code == 0
    files = {(table / f"{name}.png").read_bytes() for name in "abc"}
    assert len(files) == 1
    with Image.open(table / "a.png") as image:
        assert image.getpalette()[:300] == threads(100).colors.ravel().tolist()
    assert run("photo.png", "--use-palette", "hundred.csv", "--json").text.count('"code"') == 100
    assert run(*base, "d.png", "-k", 40).code == 0
    assert len(load_palette(table / "d.png")) == 40


def test_more_than_256_colours_without_a_number_are_an_error_that_names_it(
    run: Run, table: Path
) -> None:
    answer = run("photo.png", "--use-palette", "threads.csv")
    assert answer.code == 1
    assert answer.errors == [
        (
            "quantize: threads.csv: has 489 colours, and a result at most 256; take the best of "
            "them, with -k 256"
        )
    ]
    with pytest.raises(SettingError, match=r"palette: has 489 .* with colors=256"):
        quantize(table / "photo.png", palette=threads())
    with pytest.raises(PaletteReadError, match=r"threads.csv: has 489 .* with colors=256"):
        quantize(table / "photo.png", palette=table / "threads.csv")


def test_a_transparent_entry_that_is_added_comes_on_top() -> None:
    image = np.asarray(picture(), np.uint8)
    image = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
    image[:8] = 0
    found = quantize(image, 5, palette=threads())
    assert len(found.palette) == 6
    assert found.added_transparent == 5
    assert (found.indices[:8] == 5).all()
    assert (found.indices[8:] < 5).all()
    assert found.palette.codes[-1] == ""


def test_a_transparent_entry_of_the_palette_counts() -> None:
    image = np.asarray(picture(), np.uint8)
    image = np.dstack([image, np.full(image.shape[:2], 255, np.uint8)])
    image[:8] = 0
    many = threads()
    colors = np.column_stack([many.colors, np.full(len(many), 255)]).astype(np.uint8)
    colors[200] = 0
    found = quantize(image, 5, palette=Palette(colors))
    assert len(found.palette) == 5
    assert found.added_transparent is None
    clear = found.palette.colors[:, 3] == 0
    assert clear.sum() == 1
    assert np.array_equal(clear[found.indices], image[..., 3] == 0)


def test_opaque_colours_get_opaque_ones_of_a_palette_with_translucent_ones() -> None:
    many = threads(40)
    alpha = np.where(np.arange(40) % 2, 255, 128)
    offered = Palette(np.column_stack([many.colors, alpha]).astype(np.uint8))
    found = quantize(np.asarray(picture()), 6, palette=offered)
    assert (found.to_array()[..., 3] == 255).all()
    assert (found.palette.counts > 0).all()


def test_no_more_are_taken_than_some_pixel_has() -> None:
    found = quantize(np.zeros((4, 4, 3), np.uint8), 20, palette=threads())
    assert len(found.palette) == 1


def test_rare_colours_that_cells_hide_get_the_entries_that_are_left() -> None:
    rng = np.random.default_rng(1)
    image = rng.integers(0, 256, (90, 90, 3)).astype(np.uint8)
    found = quantize(image, 95, palette=threads(100))
    assert len(found.palette) == 95
    assert (found.palette.counts > 0).all()


def test_threads_change_no_byte() -> None:
    image = np.asarray(picture())
    one, four = (quantize(image, 9, palette=threads(60), threads=many) for many in (1, 4))
    assert one.palette == four.palette
    assert np.array_equal(one.indices, four.indices)


@pytest.mark.slow
def test_long_lists_are_looked_through(table: Path) -> None:
    image = np.asarray(picture())
    many = threads(5000)
    found = quantize(image, 3, palette=many, space="srgb").statistics.inertia
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(best_of_given, "MOST_OFFERED", 5000)
        assert found <= 1.02 * quantize(image, 3, palette=many, space="srgb").statistics.inertia


def test_all_frames_of_an_animation_share_one_choice(tmp_path: Path) -> None:
    (tmp_path / "moves.png").write_bytes(stored(moving_picture(clear=False), [40] * 5))
    found = quantize_frames(tmp_path / "moves.png", 4, palette=threads(50))
    assert len(found.palettes) == 1
    assert len(found.palette) == 4


def test_files_of_a_folder_have_a_choice_each_or_share_one(run: Run, table: Path) -> None:
    Image.new("RGB", (9, 9), (250, 3, 3)).save(table / "red.png")
    words = ("photo.png", "red.png", "--use-palette", "threads.csv", "-k", 6, "-o", "out/")
    assert run(*words).code == 0
    assert len(load_palette(table / "out/photo-6.png")) == 6
    assert len(load_palette(table / "out/red-6.png")) == 1
    shared = ("--shared-palette", "--save-palette", "{stem}.csv", "--force", "--json")
    answer = run(*words, *shared)
    assert answer.code == 0
    records = [json.loads(line) for line in answer.text.splitlines()][:2]
    palettes = [[entry["code"] for entry in record["palette"]] for record in records]
    assert palettes[0] == palettes[1] == [*load_palette(table / "shared.csv").codes]
    assert all(record["shared_palette"] and record["chosen_from"] == 489 for record in records)
    paths = [table / "photo.png", table / "red.png"]
    library = shared_palette(paths, 6, palette=table / "threads.csv")
    assert [*library.codes] == palettes[0]


def test_codes_are_kept_with_names_in_files(table: Path) -> None:
    two = Palette.from_hex("102030", "ffee00")
    two = Palette(two.colors, names=("ink", "=sun"), codes=("310", "@5"))
    for ending in ("csv", "json"):
        save_palette(two, table / f"two.{ending}")
        again = load_palette(table / f"two.{ending}")
        assert (again.names, again.codes) == (two.names, two.codes)
    assert (table / "two.csv").read_text("utf-8").startswith("code,name,hex,")
    save_palette(two, table / "two.gpl")
    assert load_palette(table / "two.gpl").names == ("310 ink", "@5 =sun")


def test_the_summary_says_what_was_chosen_from(run: Run, table: Path) -> None:
    words = ("--use-palette", "threads.csv", "-k", 3, "-v", "-o", "out.png")
    answer = run("photo.png", *words)
    assert "→ 3; the best of the palette's 489; 48 × 32 pixels" in answer.text
    for code in json.loads((table / "out.json").read_text("utf-8"))["palette"]:
        assert f"  {code['code']} {code['name']}" in answer.text
