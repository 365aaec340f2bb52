"""Guards what the command line promises: names, streams, formats, options, words, help.

All of it through the command. What that refuses is the subject of `test_bad_input`, what it
says of a picture that of `test_sidecar`.
"""

from __future__ import annotations

import io
import json
import os
import select
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from PIL import Image

import quantize as library
from helpers.command import (
    COMMAND,
    PATIENCE,
    Answer,
    Run,
    command,
    environment,
    start,
)
from helpers.folders import names, snapshot
from helpers.paths import SAMPLES
from helpers.pictures import distinct, picture, pixels
from quantize.cli import help as help_texts
from quantize.cli.options import engine
from quantize.cli.run import quantize as click_command
from quantize.images.table import FORMATS, ImageFormat
from quantize.model.palette import Palette
from quantize.palette_files import codec
from quantize.palette_files import table as palette_table
from quantize.swatch import draw as swatch_draw
from quantize.swatch.table import SWATCH_STYLES

OPTIONS = [item for item in click_command.params if isinstance(item, click.Option)]
EVERY_OPTION = pytest.mark.parametrize("option", OPTIONS, ids=lambda item: item.opts[-1])
EVERY_FORMAT = pytest.mark.parametrize("row", FORMATS.values(), ids=lambda row: row.name)

OPTIONS_SO_FAR = {
    "--cluster",
    "-h",
    *("--in-place", "--backup", "--update", "--copy-larger", "--files-from", "--null", "--shard"),
    *("--preset", "--no-config", "--lossy"),
    *("--names", "--prefix", "--css-colors", "--ramps", "--title", "--posterize"),
    *("--palette-for", "--report", "--swatch-theme", "--transparent-index", "--pad"),
    *("--colors", "--max-error", "--quality", "--or-best", "--auto-criterion", "--keep-color"),
    *("--space", "--weights", "--algorithm", "--batch-size", "--init", "--n-init", "--max-iter"),
    *(
        "--effort",
        "--search",
        "--cells",
        "--tol",
        "--sample",
        "--seed",
        "--engine",
        "--output",
        "--format",
        "--force",
    ),
    *(
        "--skip-existing",
        "--no-image",
        "--palette-per-frame",
        "--no-sidecar",
        "--save-palette",
        "--swatch",
        "--swatch-style",
        "--sort",
        "--metrics",
    ),
    *("--max-pixels", "--threads", "--json", "--quiet", "--verbose", "--version"),
    *("--skip-if-larger", "--compress", "--strip", "--background"),
    *("--dither", "--dither-strength"),
    *("--use-palette", "--merge-distance", "--medoid"),
    *("--recursive", "--jobs", "--fail-fast", "--dry-run", "--summary"),
    *("--shared-palette", "--shared-weight", "--from-images"),
}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    picture().save(path)
    return path


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))


def records(answer: Answer) -> list[dict[str, Any]]:
    """What `--json` printed: one object a line, and nothing else."""
    assert answer.text.endswith("\n")
    return [json.loads(line) for line in answer.text.splitlines()]


def done(answer: Answer) -> Answer:
    """All went well, and nothing but results was said."""
    assert (answer.code, answer.errors) == (0, [])
    return answer


def palette_of(record: dict[str, Any]) -> Palette:
    rows = record["palette"]
    return Palette(
        np.array([row["rgb"] for row in rows], np.uint8),
        np.array([row["count"] for row in rows], np.int64),
        tuple(row["name"] for row in rows),
    )


# Names


def test_image_and_sidecar_stand_beside_the_input(run: Run, tmp_path: Path) -> None:
    (tmp_path / "album").mkdir()
    picture().save(tmp_path / "album" / "photo.jpg")
    answer = done(run("album/photo.jpg"))
    assert names(tmp_path / "album") == {"photo.jpg", "photo-64.png", "photo-64.json"}
    assert answer.text.startswith("album/photo.jpg → album/photo-64.png\n")
    assert "album/photo-64.json" in answer.text
    assert len(distinct(pixels(tmp_path / "album" / "photo-64.png"))) == 64


def test_the_default_name_has_the_number_of_colours_asked_for(run: Run, photo: Path) -> None:
    done(run("photo.png", "-k", 5))
    assert names(photo.parent) == {"photo.png", "photo-5.png", "photo-5.json"}
    assert len(distinct(pixels(photo.parent / "photo-5.png"))) == 5


def test_o_names_the_image_and_the_sidecar_takes_its_stem(run: Run, photo: Path) -> None:
    done(run("photo.png", "-k", 4, "-o", "out.png"))
    assert names(photo.parent) == {"photo.png", "out.png", "out.json"}
    assert read(photo.parent / "out.json")["output"] == "out.png"


def test_o_may_be_a_folder_that_exists(run: Run, photo: Path) -> None:
    (photo.parent / "out").mkdir()
    done(run("photo.png", "-k", 4, "-o", "out"))
    assert names(photo.parent / "out") == {"photo-4.png", "photo-4.json"}


def test_o_with_a_slash_at_its_end_is_a_folder_that_is_made(run: Run, photo: Path) -> None:
    done(run("photo.png", "-k", 4, "-o", "deep/out/"))
    assert names(photo.parent / "deep" / "out") == {"photo-4.png", "photo-4.json"}


def test_o_without_an_ending_is_a_png(run: Run, photo: Path) -> None:
    done(run("photo.png", "-k", 4, "-o", "out"))
    assert names(photo.parent) == {"photo.png", "out", "out.json"}
    with Image.open(photo.parent / "out") as image:
        assert image.format == "PNG"


def test_several_inputs_go_into_a_folder_that_is_made(run: Run, tmp_path: Path) -> None:
    for seed, name in enumerate(("a.png", "b.jpg", "c.bmp")):
        picture(seed).save(tmp_path / name)
    answer = done(run("a.png", "b.jpg", "c.bmp", "-k", 4, "-o", "small"))
    wanted = {f"{stem}-4.{ending}" for stem in "abc" for ending in ("png", "json")}
    assert names(tmp_path / "small") == wanted
    assert answer.text.splitlines()[-1].startswith("3 inputs: 3 done")


def test_several_inputs_without_o_each_get_their_neighbour(run: Run, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        picture().save(tmp_path / name)
    done(run("a.png", "b.png", "-k", 4, "--no-sidecar"))
    assert names(tmp_path) == {"a.png", "a-4.png", "b.png", "b-4.png"}


def test_one_bad_input_costs_itself_alone_and_the_summary_counts_both(
    run: Run, photo: Path
) -> None:
    picture(1).save(photo.parent / "other.png")
    answer = run("photo.png", "missing.png", "other.png", "-k", 4, "-o", "out")
    assert answer.code == 1
    assert len(answer.errors) == 1
    assert answer.errors[0].startswith("quantize: missing.png: ")
    wanted = {f"{stem}-4.{ending}" for stem in ("photo", "other") for ending in ("png", "json")}
    assert names(photo.parent / "out") == wanted
    assert answer.text.splitlines()[-2].startswith("3 inputs: 2 done, 1 failed")
    assert answer.text.splitlines()[-1] == f"  failed: {answer.errors[0][len('quantize: ') :]}"


def test_a_name_with_a_dash_in_front_follows_two_dashes(run: Run, tmp_path: Path) -> None:
    picture().save(tmp_path / "-k.png")
    done(run("-k", 4, "--", "-k.png"))
    assert names(tmp_path) == {"-k.png", "-k-4.png", "-k-4.json"}


# Streams


def test_a_dash_reads_standard_input_and_writes_the_image_to_standard_output(
    run: Run, photo: Path
) -> None:
    done(run("photo.png", "-k", 4, "-o", "file.png", "--no-sidecar"))
    before = snapshot(photo.parent)
    answer = run("-", "-k", 4, stdin=photo.read_bytes())
    assert answer.code == 0
    assert answer.out == (photo.parent / "file.png").read_bytes()
    assert answer.errors[0] == "standard input → standard output"
    assert snapshot(photo.parent) == before  # no sidecar either


def test_o_dash_writes_the_image_alone_to_standard_output(run: Run, photo: Path) -> None:
    before = snapshot(photo.parent)
    answer = run("photo.png", "-k", 4, "-o", "-", "--format", "gif")
    assert answer.code == 0
    assert answer.errors[0] == "photo.png → standard output"
    assert snapshot(photo.parent) == before
    with Image.open(io.BytesIO(answer.out)) as image:
        assert image.format == "GIF"
        assert len(distinct(np.asarray(image.convert("RGB")))) == 4
    quiet = run("photo.png", "-k", 4, "-o", "-", "--format", "gif", "-q")
    assert (quiet.code, quiet.out, quiet.err) == (0, answer.out, b"")


def test_standard_input_can_go_into_a_file_or_a_folder(run: Run, tmp_path: Path) -> None:
    stream = io.BytesIO()
    picture().save(stream, "PNG")
    done(run("-", "-k", 4, "-o", "out.png", stdin=stream.getvalue()))
    done(run("-", "-k", 4, "-o", "folder/", stdin=stream.getvalue()))
    assert names(tmp_path / "folder") == {"stdin-4.png", "stdin-4.json"}
    assert read(tmp_path / "out.json")["input"] == "-"
    assert read(tmp_path / "out.json")["bytes_before"] == len(stream.getvalue())


def test_palettes_can_be_saved_while_the_image_goes_to_standard_output(
    run: Run, photo: Path
) -> None:
    answer = run("photo.png", "-k", 4, "-o", "-", "--save-palette", "{stem}.hex")
    assert answer.code == 0
    assert names(photo.parent) == {"photo.png", "photo.hex"}
    assert len(distinct(np.asarray(Image.open(io.BytesIO(answer.out)).convert("RGB")))) == 4


def test_json_and_the_image_cannot_share_standard_output(run: Run, photo: Path) -> None:
    answer = run("photo.png", "-o", "-", "--json")
    assert (answer.code, answer.out) == (2, b"")
    assert "--json" in answer.errors[-1]


def test_a_device_gets_the_image_and_no_sidecar(run: Run, photo: Path) -> None:
    done(run("photo.png", "-k", 4, "-o", os.devnull))
    assert names(photo.parent) == {"photo.png"}


# Formats


@EVERY_FORMAT
def test_each_format_holds_exactly_the_colours_of_the_palette(
    row: ImageFormat, run: Run, photo: Path
) -> None:
    folder = photo.parent
    done(run("photo.png", "-k", 7, "--format", row.name))
    named = folder / f"photo-7{row.endings[0]}"
    with Image.open(named) as image:
        assert image.format == row.name.upper()
    palette = {tuple(entry["rgb"]) for entry in read(folder / "photo-7.json")["palette"]}
    assert distinct(pixels(named)) == palette
    assert len(palette) == 7
    done(run("photo.png", "-k", 7, "-o", f"by-ending{row.endings[-1].upper()}"))
    by_ending = folder / f"by-ending{row.endings[-1].upper()}"
    assert by_ending.read_bytes() == named.read_bytes()


def test_format_wins_over_an_ending_of_no_image(run: Run, photo: Path) -> None:
    done(run("photo.png", "-k", 4, "-o", "out.dat", "--format", "bmp"))
    with Image.open(photo.parent / "out.dat") as image:
        assert image.format == "BMP"


@pytest.mark.parametrize(("colors", "bits"), [(4, 2), (17, 8)])
def test_a_png_has_no_more_bits_a_pixel_than_its_palette_needs(
    colors: int, bits: int, run: Run, photo: Path
) -> None:
    data = run("photo.png", "-k", colors, "-o", "-").out
    bit_depth, color_type = data[24], data[25]  # of the IHDR chunk
    assert (bit_depth, color_type) == (bits, 3)


@pytest.mark.parametrize("name", ["png", "webp", "gif"])
def test_transparency_survives_where_the_format_can_hold_it(name: str, run: Run) -> None:
    logo = SAMPLES / "logo.png"
    answer = run(logo, "-k", 16, "-o", "-", "--format", name)
    assert answer.code == 0
    source = pixels(logo)
    image = np.asarray(Image.open(io.BytesIO(answer.out)).convert("RGBA"))
    assert 2 <= len(distinct(image)) <= 16
    assert not image[source[..., 3] == 0].any()
    assert (image[source[..., 3] == 255, 3] == 255).all()


def test_a_palette_without_room_for_transparency_is_a_warning(run: Run) -> None:
    answer = run(SAMPLES / "logo.png", "-k", 1, "-o", "one.png")
    (line,) = answer.errors
    assert "the palette has no transparent colour" in line


# What exists


def test_force_overwrites_what_exists(run: Run, photo: Path) -> None:
    for name in ("photo-4.png", "photo-4.json", "photo-4.hex"):
        (photo.parent / name).write_bytes(b"old")
    done(run("photo.png", "-k", 4, "--force", "--save-palette", "{stem}-{k}.hex"))
    assert len(distinct(pixels(photo.parent / "photo-4.png"))) == 4
    assert len((photo.parent / "photo-4.hex").read_text().split()) == 4
    assert read(photo.parent / "photo-4.json")["k"] == 4


def test_force_replaces_what_a_link_points_to_and_leaves_the_link(run: Run, photo: Path) -> None:
    (photo.parent / "store").mkdir()
    (photo.parent / "store" / "real.png").write_bytes(b"old")
    link = photo.parent / "out.png"
    link.symlink_to("store/real.png")
    done(run("photo.png", "-k", 4, "-o", "out.png", "--force", "--no-sidecar"))
    assert link.is_symlink()
    assert len(distinct(pixels(photo.parent / "store" / "real.png"))) == 4


def test_skip_existing_touches_nothing_that_is_there(run: Run, photo: Path) -> None:
    done(run("photo.png", "-k", 4))
    before = snapshot(photo.parent)
    answer = done(run("photo.png", "-k", 4, "--skip-existing"))
    assert "skipped" in answer.text
    (record,) = records(done(run("photo.png", "-k", 4, "--skip-existing", "--json")))
    assert record["skipped"] is True
    assert snapshot(photo.parent) == before


def test_skip_existing_writes_what_is_missing_and_keeps_the_rest(run: Run, photo: Path) -> None:
    (photo.parent / "photo-4.png").write_bytes(b"not ours")
    before = snapshot(photo.parent)
    done(run("photo.png", "-k", 4, "--skip-existing", "--save-palette", "photo.gpl"))
    after = snapshot(photo.parent)
    assert after.keys() - before.keys() == {"photo-4.json", "photo.gpl"}
    assert {name: after[name] for name in before} == before


# What is written


def test_without_an_image_what_was_asked_for_is_written_and_nothing_else(
    run: Run, photo: Path
) -> None:
    (record,) = records(done(run("photo.png", "-k", 4, "--no-image", "--json")))
    assert names(photo.parent) == {"photo.png"}
    assert record["output"] is record["bytes_after"] is record["compression_ratio"] is None
    for swatch in ("a.svg", "b.svg"):  # the second run finds nothing of the first in its way
        done(run("photo.png", "-k", 4, "--no-image", "--swatch", swatch))
    assert names(photo.parent) == {"photo.png", "a.svg", "b.svg"}


def test_no_sidecar_leaves_the_image_alone(run: Run, photo: Path) -> None:
    done(run("photo.png", "-k", 4, "--no-sidecar"))
    assert names(photo.parent) == {"photo.png", "photo-4.png"}


def test_without_image_and_sidecar_the_summary_is_all_there_is(run: Run, photo: Path) -> None:
    answer = done(run("photo.png", "-k", 4, "--no-image", "--no-sidecar"))
    assert answer.text.startswith("photo.png → no image\n")
    assert names(photo.parent) == {"photo.png"}


def test_every_palette_format_is_saved_by_its_ending(run: Run, photo: Path) -> None:
    rows = [row for row in palette_table.FORMATS.values() if row.writes]
    endings = [ending for row in rows for ending in row.endings]
    saved = [f"colors{ending}" for ending in endings]
    wishes = [word for name in saved for word in ("--save-palette", name)]
    (record,) = records(done(run("photo.png", "-k", 6, "--no-image", "--json", *wishes)))
    assert {".gpl", ".hex", ".json", ".css"} <= set(endings)
    assert names(photo.parent) == {"photo.png", *saved}
    for name in saved:
        wanted = codec.encode(palette_of(record), name, "photo")
        assert (photo.parent / name).read_bytes() == wanted


def test_stem_and_k_are_filled_in_for_each_input(run: Run, tmp_path: Path) -> None:
    for name in ("a.png", "b.png"):
        picture().save(tmp_path / name)
    wishes = ("--save-palette", "{stem}-of-{k}.hex", "--swatch", "{k}/{stem}.png")
    (tmp_path / "3").mkdir()
    done(run("a.png", "b.png", "-k", 3, "--no-image", "--no-sidecar", *wishes))
    assert names(tmp_path) == {
        *("a.png", "a-of-3.hex", "b.png", "b-of-3.hex"),
        *("3", "3/a.png", "3/b.png"),
    }


def test_a_swatch_shows_every_colour_of_the_palette(run: Run, photo: Path) -> None:
    wishes = ("--swatch", "one.png", "--swatch", "two.PNG")
    (record,) = records(done(run("photo.png", "-k", 5, "--no-image", "--json", *wishes)))
    shown = distinct(pixels(photo.parent / "one.png")[..., :3])
    assert {tuple(entry["rgb"]) for entry in record["palette"]} <= shown
    assert (photo.parent / "one.png").read_bytes() == (photo.parent / "two.PNG").read_bytes()


@pytest.mark.parametrize("style", [name for name in SWATCH_STYLES if name != "board"])
def test_a_swatch_has_the_style_and_the_format_that_are_asked_for(
    style: str, run: Run, photo: Path
) -> None:
    wishes = ("--swatch", "a.png", "--swatch", "{stem}-{k}.svg", "--swatch-style", style)
    (record,) = records(done(run("photo.png", "-k", 5, "--no-image", "--json", *wishes)))
    title, palette = "photo", palette_of(record)
    for name in ("a.png", "photo-5.svg"):
        wanted = swatch_draw.draw(palette, name, style=style, title=title)
        assert (photo.parent / name).read_bytes() == wanted


def test_sort_orders_the_palette_of_image_sidecar_and_files(run: Run, photo: Path) -> None:
    wishes = ("-k", 6, "--sort", "count", "--json", "--save-palette", "colors.hex")
    (record,) = records(done(run("photo.png", *wishes)))
    counts = [entry["count"] for entry in record["palette"]]
    assert counts == sorted(counts, reverse=True)
    hexes = [entry["hex"] for entry in record["palette"]]
    assert (photo.parent / "colors.hex").read_text().split() == [code[1:] for code in hexes]
    with Image.open(photo.parent / "photo-6.png") as image:
        assert np.bincount(np.asarray(image).ravel()).tolist() == counts


def test_a_picture_with_fewer_colours_than_k_is_unchanged_and_says_so(
    run: Run, tmp_path: Path
) -> None:
    answer = done(run(SAMPLES / "pixelart.png", "-k", 17, "-o", "out.png"))
    assert np.array_equal(pixels(tmp_path / "out.png"), pixels(SAMPLES / "pixelart.png"))
    assert "its 16 colours are kept exactly" in answer.text
    record = read(tmp_path / "out.json")
    assert record["colors_before"] == record["colors_after"] == 16
    assert (record["lossless"], record["mse"], record["psnr"]) == (True, 0, None)


@pytest.mark.parametrize("name", ["pixel.png", "single.png"])
def test_one_single_colour_is_kept(name: str, run: Run, tmp_path: Path) -> None:
    answer = done(run(SAMPLES / name, "-o", "out.png"))
    assert np.array_equal(pixels(tmp_path / "out.png"), pixels(SAMPLES / name))
    assert "its one colour is kept exactly" in answer.text


# Colours to keep


def test_a_colour_to_keep_is_in_every_palette_and_takes_the_pixels_that_have_it(
    run: Run, tmp_path: Path
) -> None:
    image = np.asarray(picture().convert("L").convert("RGB")).copy()
    image[3, 4] = 255, 0, 170
    Image.fromarray(image).save(tmp_path / "photo.png")
    wishes = ("--keep-color", "#F0A", "--keep-color", "#00ff00", "--keep-color", "#ff00aa")
    (record,) = records(done(run("photo.png", "-k", 6, "--json", *wishes)))
    counts = {entry["hex"]: entry["count"] for entry in record["palette"]}
    assert len(counts) == 6
    assert (counts["#ff00aa"], counts["#00ff00"]) == (1, 0)
    assert pixels(tmp_path / "photo-6.png")[3, 4].tolist() == [255, 0, 170]
    assert record["colors_after"] == 5
    assert record["keep_color"] == ["#ff00aa", "#00ff00"]
    (record,) = records(done(run("photo.png", "-k", 5, "--json")))
    assert "keep_color" not in record


def test_colours_are_kept_in_a_gif_of_a_picture_with_half_transparency(
    run: Run, tmp_path: Path
) -> None:
    wishes = ("--keep-color", "#ff00ff", "--keep-color", "#fffffe")
    answer = run(SAMPLES / "logo.png", "-k", 3, "-o", "out.gif", "--json", *wishes)
    assert answer.code == 0
    (record,) = records(answer)
    kept = [entry["alpha"] for entry in record["palette"] if entry["hex"] in wishes]
    assert (len(record["palette"]), kept) == (3, [255, 255])


def test_an_image_that_fits_with_the_colours_to_keep_is_unchanged(run: Run, tmp_path: Path) -> None:
    image = SAMPLES / "pixelart.png"
    done(run(image, "-k", 17, "-o", "out.png", "--keep-color", "#123456"))
    assert np.array_equal(pixels(tmp_path / "out.png"), pixels(image))
    record = read(tmp_path / "out.json")
    assert (record["lossless"], len(record["palette"]), record["colors_after"]) == (True, 17, 16)
    done(run(image, "-k", 16, "-o", "less.png", "--keep-color", "#123456"))
    assert read(tmp_path / "less.json")["lossless"] is False


# An automatic number of colours


def test_with_auto_the_names_of_outputs_have_that_word(run: Run, photo: Path) -> None:
    answer = done(run("photo.png", "-k", "auto", "-v", "--save-palette", "{stem}-{k}.hex"))
    assert names(photo.parent) == {
        *("photo.png", "photo-auto.png", "photo-auto.json", "photo-auto.hex"),
    }
    record = read(photo.parent / "photo-auto.json")
    assert len(distinct(pixels(photo.parent / "photo-auto.png"))) == record["k"]
    assert f"  k        {record['k']}, the knee of the error curve" in answer.text
    for point in record["auto"]["curve"]:
        assert f"{point['colors']:>3} colours  mse {point['mse']:8.2f}  about " in answer.text
    assert "curve " not in done(run("photo.png", "-k", "auto", "--force")).text


def test_an_error_that_cannot_be_met_costs_its_own_input_and_ends_with_99(
    run: Run, photo: Path
) -> None:
    random = np.random.default_rng(0).integers(0, 256, (24, 24, 3)).astype(np.uint8)
    Image.fromarray(random).save(photo.parent / "random.png")
    before = names(photo.parent)
    wishes = ("-k", "auto", "--max-error", 1, "--save-palette", "{stem}.hex")
    answer = run("random.png", *wishes)
    assert (answer.code, answer.out, names(photo.parent)) == (99, b"", before)
    (line,) = answer.errors
    reached = "256 colours reach a mean CIEDE2000 of 2.15, not 1"
    said = f"{reached}; --or-best writes what comes nearest; nothing was written"
    assert line == f"quantize: random.png: {said}"

    answer = run("random.png", SAMPLES / "pixelart.png", *wishes, "-o", "out", "--json")
    assert (answer.code, len(answer.errors)) == (99, 1)
    assert names(photo.parent / "out") == {"pixelart-auto.png", "pixelart-auto.json"}
    failed, good, totals = records(answer)
    assert failed == {"schema": 2, "input": "random.png", "error": said}
    assert good["k"] == good["colors_after"] <= 16
    assert (totals["done"], totals["failed"]) == (1, 1)

    answer = run("random.png", "missing.png", *wishes, "--force")  # a file is graver
    assert (answer.code, len(answer.errors)) == (1, 2)


# What is said


def test_json_prints_a_line_for_each_input_and_one_of_totals(run: Run, photo: Path) -> None:
    answer = run("photo.png", "missing.png", "-k", 4, "-o", "out", "--json")
    assert answer.code == 1
    assert len(answer.errors) == 1
    good, bad, totals = records(answer)
    assert (good["schema"], good["input"], good["k"]) == (2, "photo.png", 4)
    assert bad.keys() == {"schema", "input", "error"}
    assert (bad["schema"], bad["input"]) == (2, "missing.png")
    assert answer.errors == [f"quantize: missing.png: {bad['error']}"]
    assert totals["summary"] is True
    assert (totals["inputs"], totals["done"], totals["failed"]) == (2, 1, 1)
    assert totals["bytes_before"] == photo.stat().st_size
    assert totals["bytes_after"] == (photo.parent / "out" / "photo-4.png").stat().st_size


def test_json_of_one_input_is_its_sidecar_and_no_totals(run: Run, photo: Path) -> None:
    (record,) = records(done(run("photo.png", "-k", 4, "--json")))
    assert record == read(photo.parent / "photo-4.json")


def test_quiet_prints_nothing_but_errors(run: Run, photo: Path) -> None:
    answer = run("photo.png", "missing.png", "-k", 4, "-q")
    assert (answer.code, answer.out, len(answer.errors)) == (1, b"", 1)
    assert done(run("photo.png", "-k", 5, "-q")).out == b""
    assert "photo-5.png" in names(photo.parent)


def test_a_warning_is_a_line_on_standard_error_unless_quiet(run: Run, tmp_path: Path) -> None:
    frames = [picture(seed).quantize(4) for seed in (0, 1)]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    answer = run("moving.gif", "-k", 4, "--format", "bmp")
    assert answer.code == 0
    (note,) = read(tmp_path / "moving-4.json")["notes"]
    assert "2 frames" in note
    assert answer.errors == [f"quantize: warning: moving.gif: {note}"]
    assert done(run("moving.gif", "-k", 3, "--format", "bmp", "-q")).out == b""


def test_verbose_adds_the_palette_and_the_seconds(run: Run, photo: Path) -> None:
    answer = done(run("photo.png", "-k", 4, "-v"))
    record = read(photo.parent / "photo-4.json")
    for entry in record["palette"]:
        assert f"{entry['hex']}  {entry['share']:7.2%}  {entry['name']}" in answer.text
    for stage in record["seconds"]:
        assert f"{stage} {record['seconds'][stage]:.3f}" in answer.text
    assert "palette" not in done(run("photo.png", "-k", 4, "--force")).text


def test_the_summary_gives_the_figures_of_the_sidecar(run: Run, photo: Path) -> None:
    text = done(run("photo.png", "-k", 4, "--metrics", "full")).text
    record = read(photo.parent / "photo-4.json")
    assert f"{record['colors_before']:,} → 4 in 48 × 32 pixels" in text
    assert f"mse {record['mse']:.2f}, psnr {record['psnr']:.2f} dB" in text
    assert f"ssim {record['ssim']:.4f}" in text
    assert f"CIEDE2000 mean {record['delta_e_mean']:.2f}" in text
    assert f"converged after {record['iterations']} iterations" in text


def test_version_says_which_kernels_are_active(run: Run) -> None:
    text = done(run("--version")).text
    assert text.startswith(f"quantize {library.__version__} (")
    assert text.endswith(" kernels)\n")


def test_the_library_finds_the_same_palette_as_the_command(run: Run, photo: Path) -> None:
    (record,) = records(done(run("photo.png", "-k", 9, "--seed", 3, "--json")))
    result = library.quantize(str(photo), 9, seed=3)
    assert result.palette == palette_of(record)
    written = pixels(photo.parent / "photo-9.png")
    assert np.array_equal(result.to_array(), written)


# On a terminal


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """Our end of a pseudo-terminal, and that of the command."""
    pty = pytest.importorskip("pty", reason="no pseudo-terminals here")
    termios = pytest.importorskip("termios", reason="no pseudo-terminals here")
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def test_an_image_is_not_written_to_a_terminal(terminal: tuple[int, int], photo: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "photo.png", "-o", "-"],
        cwd=photo.parent,
        env=environment(),
        stdout=terminal[1],
        stderr=subprocess.PIPE,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2
    assert b"terminal" in done.stderr


def test_a_bar_shows_on_a_terminal_once_work_is_long(
    terminal: tuple[int, int], tmp_path: Path
) -> None:
    ours, theirs = terminal
    begin = time.monotonic()
    arguments = (SAMPLES / "china.jpg", "-k", 256, "--n-init", 500, "-o", "out.png")
    job = start(*arguments, cwd=tmp_path, stderr=theirs)
    shown = b""
    try:
        while b"china.jpg" not in shown and select.select([ours], [], [], PATIENCE)[0]:
            shown += os.read(ours, 1024)
        waited = time.monotonic() - begin
        job.send_signal(signal.SIGINT)
        out = job.communicate(timeout=PATIENCE)[0]
    finally:
        job.kill()
    assert b"china.jpg: " in shown
    assert b"%|" in shown
    assert waited > 1
    assert (job.returncode, out) == (130, b"")


# Help


@pytest.fixture(scope="module")
def help_page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return done(command("--help", cwd=tmp_path_factory.mktemp("help"))).text


def test_the_options_are_those_of_the_contract_and_none_of_later_work() -> None:
    assert {item.opts[-1] for item in OPTIONS} == OPTIONS_SO_FAR


def test_h_is_one_screen_of_the_twenty_options_that_people_use(run: Run, help_page: str) -> None:
    lines = done(run("-h")).text.splitlines()
    assert len(lines) <= 23  # a line is left for the prompt
    assert max(map(len, lines)) <= 80
    rows = [line.split()[0].rstrip(",") for line in lines if line.startswith("  ")]
    names = {name for item in OPTIONS for name in item.opts}
    assert len({*rows}) == 20
    assert {*rows} <= names
    assert "quantize --help" in lines[-1]
    assert len(help_page.splitlines()) > 100


def test_help_begins_with_the_purpose_and_three_examples(help_page: str) -> None:
    lines = help_page.splitlines()
    assert lines[0] == help_texts.PURPOSE
    assert "Examples" in lines[2]
    commands = [line.strip() for line in lines[3:9:2]]
    assert len(commands) == 3
    assert all(line.startswith("quantize ") for line in commands)
    assert help_page.index(commands[-1]) < help_page.index("Usage:")


@pytest.mark.parametrize("example", [line for line, _ in help_texts.EXAMPLES])
def test_each_example_of_the_help_runs(example: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "photos" / "old").mkdir(parents=True)
    for name in ("photo.jpg", "photos/one.jpg", "photos/old/two.jpg"):
        picture().save(tmp_path / name)
    words = [word.replace("*", "photo") for word in shlex.split(example)]  # the shell's part
    assert words[0] == "quantize"
    done(run(*words[1:]))
    assert len(names(tmp_path)) > 5


@EVERY_OPTION
def test_help_names_and_explains_each_option(option: click.Option, help_page: str) -> None:
    words = help_page.split()
    assert all(name in words or f"{name}," in words for name in option.opts)
    assert option.help
    assert "".join(option.help.split()) in "".join(words)  # a line may end at a hyphen


@EVERY_OPTION
def test_help_shows_the_default_of_each_option_that_takes_a_value(
    option: click.Option, help_page: str
) -> None:
    _, text = option.get_help_record(click.Context(click_command)) or ("", "")
    assert "".join(text.split()) in "".join(help_page.split())
    if not option.is_flag and not option.multiple:
        assert "[default: " in text


def test_help_names_each_row_of_the_tables(help_page: str) -> None:
    for item in OPTIONS:
        if isinstance(item.type, click.Choice):
            assert all(str(choice) in help_page for choice in item.type.choices)
    assert all(
        ending in help_page
        for row in palette_table.FORMATS.values()
        if row.writes
        for ending in row.endings
    )


def test_help_has_the_options_in_groups_and_fits_the_terminal(help_page: str) -> None:
    lines = help_page.splitlines()
    places = [lines.index(f"{group}:") for group in help_texts.GROUPS]
    assert places == sorted(places)
    assert max(map(len, lines)) <= 100


# Shell completion


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_completion_script(shell: str, run: Run) -> None:
    answer = done(run(env={"_QUANTIZE_COMPLETE": f"{shell}_source"}))
    assert "_QUANTIZE_COMPLETE" in answer.text
    assert f"{shell}_complete" in answer.text
    words = {"COMP_WORDS": "quantize --al", "COMP_CWORD": "--al" if shell == "fish" else "1"}
    answer = done(run(env={"_QUANTIZE_COMPLETE": f"{shell}_complete", **words}))
    assert "--algorithm" in answer.text


def test_completion_knows_the_choices_of_an_option(run: Run) -> None:
    words = {"COMP_WORDS": "quantize --init k", "COMP_CWORD": "2"}
    answer = done(run(env={"_QUANTIZE_COMPLETE": "bash_complete", **words}))
    assert answer.text.split() == ["plain,k-means++"]


# The engine


@cache
def figures(folder: Path, *wishes: object) -> dict[str, Any]:
    """The record, with these wishes, of a picture of nearly as many colours as pixels at k = 8."""
    source = folder / "noise.png"
    if not source.exists():
        picture().save(source)
    written = ("--no-image", "--palette-for", "image", "--json")
    return records(done(command("noise.png", "-k", 8, *written, *wishes, cwd=folder)))[0]


def colors(record: dict[str, Any]) -> list[str]:
    return [entry["hex"] for entry in record["palette"]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engine")


@pytest.fixture(scope="module")
def plain(folder: Path) -> dict[str, Any]:
    return figures(folder)


CHANGES: dict[str, tuple[tuple[object, ...], object]] = {
    "--algorithm": ((), "mini-batch"),
    "--batch-size": (("--algorithm", "mini-batch"), 64),
    "--init": ((), "random"),
    "--n-init": (("--init", "random", "--max-iter", 1), 8),
    "--effort": ((), "fast"),
    "--search": (("--space", "srgb", "--weights", "uniform"), 0),
    "--cells": ((), 10),
    "--max-iter": (("--search", 0), 2),
    "--tol": ((), 0.1),
    "--sample": ((), 100),
    "--seed": (("--init", "k-means++"), 1),
    "--engine": ((), "scikit-learn"),
}
"""For each option: with which others, and at which value, it changes the palette."""


@pytest.mark.parametrize("option", CHANGES)
def test_each_engine_option_reaches_the_engine(option: str, folder: Path) -> None:
    others, value = CHANGES[option]
    without, changed = figures(folder, *others), figures(folder, *others, option, value)
    assert colors(changed) != colors(without)
    assert len(colors(changed)) == 8
    assert changed["mse"] == pytest.approx(without["mse"], rel=0.5)


def test_every_engine_option_but_threads_stands_above() -> None:
    group = {item.opts[-1] for item in OPTIONS if getattr(item, "group", "") == "Engine"}
    assert group == {*CHANGES, "--threads"}
    assert len(engine.ENGINE) == len(group)


PLAIN = ("--space", "srgb", "--weights", "uniform")
"""With uniform weights inertia is what k-means makes least."""


def test_the_defaults_can_be_said_aloud(folder: Path, plain: dict[str, Any]) -> None:
    said = figures(
        folder,
        *("--space", "eye", "--weights", "contrast", "--algorithm", "full"),
        *("--init", "wu", "--n-init", 1),
        *("--max-iter", 300, "--tol", 2e-3, "--seed", 0, "--engine", "internal"),
        *("--sample", 48 * 32, "--threads", 3, "--metrics", "basic"),
    )
    assert said | {"seconds": 0} == plain | {"seconds": 0}


def test_wu_has_no_use_for_the_seed(folder: Path, plain: dict[str, Any]) -> None:
    first, second = (figures(folder, "--init", "wu", "--seed", seed) for seed in (0, 1))
    assert (first["init"], first["seed"], second["seed"]) == ("wu", 0, 1)
    assert colors(first) == colors(second) == colors(plain)


def test_more_runs_are_never_worse(folder: Path) -> None:
    one, five = (figures(folder, "--n-init", runs, *PLAIN) for runs in (1, 5))
    assert five["inertia"] <= one["inertia"]


def test_runs_after_wu_start_elsewhere(folder: Path) -> None:
    few = figures(folder, "--max-iter", 1, "--search", 0, *PLAIN)
    many = figures(folder, "--max-iter", 1, "--search", 0, "--n-init", 12, *PLAIN)
    assert many["inertia"] < few["inertia"]


def test_one_iteration_is_one_and_has_not_converged(folder: Path) -> None:
    plain, short = (figures(folder, *PLAIN, *w) for w in ((), ("--max-iter", 1, "--search", 0)))
    assert (short["iterations"], short["converged"]) == (1, False)
    assert plain["converged"] is True
    assert short["inertia"] > plain["inertia"]


def test_a_smaller_tolerance_iterates_longer(folder: Path) -> None:
    exact, plain, rough = (figures(folder, "--tol", tol, *PLAIN) for tol in (0, 2e-3, 1))
    assert rough["iterations"] < plain["iterations"] <= exact["iterations"]
    assert exact["converged"] is True
    assert exact["inertia"] <= plain["inertia"] <= rough["inertia"]


def test_a_sample_finds_the_colours_and_all_pixels_are_counted(folder: Path) -> None:
    plain, sampled = (figures(folder, *PLAIN, *w) for w in ((), ("--sample", 100)))
    assert sum(entry["count"] for entry in sampled["palette"]) == 48 * 32
    assert sampled["colors_before"] == plain["colors_before"]
    assert sampled["inertia"] > plain["inertia"]


def test_batch_size_matters_to_mini_batch(folder: Path) -> None:
    small, large = (
        figures(folder, "--algorithm", "mini-batch", "--batch-size", size) for size in (32, 1024)
    )
    assert small["algorithm"] == large["algorithm"] == "mini-batch"
    assert colors(small) != colors(large)


def test_scikit_learn_can_be_the_engine(folder: Path, plain: dict[str, Any]) -> None:
    other = figures(folder, "--engine", "scikit-learn")
    assert (other["engine"], plain["engine"]) == ("scikit-learn", "internal")
    assert other["inertia"] == pytest.approx(plain["inertia"], rel=0.1)


def test_scikit_learn_takes_any_seed_that_we_take() -> None:
    array = np.asarray(picture(size=(12, 8)))
    assert len(library.quantize(array, 4, engine="scikit-learn", seed=2**32).palette) == 4


def test_scikit_learn_is_not_imported_unless_asked_for(photo: Path) -> None:
    script = (
        "import sys; from quantize.cli.run import command_line; code = command_line(); "
        "heavy = {'sklearn', 'skimage', 'scipy', 'tqdm'} & set(sys.modules); "
        "sys.exit(f'imported: {heavy}' if heavy else code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "photo.png", "-k", "4", "-q"],
        cwd=photo.parent,
        env=environment(),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
