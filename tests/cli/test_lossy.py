"""Guards `--lossy [N]` on the command line: with and without a number, and what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.command import Run
from helpers.pictures import picture


@pytest.fixture(autouse=True)
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    picture(size=(120, 80)).save(path)
    return path


@pytest.mark.parametrize(
    ("words", "number"),
    [
        (("--lossy", "photo.png"), 20),
        (("photo.png", "--lossy"), 20),
        (("--lossy", "15", "photo.png"), 15),
        (("--lossy=15", "photo.png"), 15),
        (("--lossy", "7.5", "photo.png"), 7.5),
        (("--lossy", "-k", "8", "photo.png"), 20),
        (("--lossy", "--", "photo.png"), 20),
        (("--lossy=0", "photo.png"), None),
        (("photo.png",), None),
    ],
)
def test_a_word_that_is_no_number_is_an_input(
    run: Run, words: tuple[str, ...], number: float | None
) -> None:
    record = json.loads(run("--json", *words).text)
    assert record["input"] == "photo.png"
    assert record.get("lossy") == number


def test_after_two_dashes_the_word_is_a_file(run: Run) -> None:
    answer = run("photo.png", "--", "--lossy")
    assert answer.code == 1
    assert "--lossy: no such file" in answer.err.decode()


@pytest.mark.parametrize("number", ["101", "-1"])
def test_a_number_out_of_range_is_refused(run: Run, number: str) -> None:
    answer = run("photo.png", "--lossy", number)
    assert answer.code == 2
    assert "0<=x<=100" in answer.err.decode()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("-o", "out.bmp"), "a bmp, which is not compressed"),
        (("--no-image",), "is for the image"),
        (("--max-error", "2"), "a limit is asked for"),
    ],
)
def test_it_is_refused_where_it_saves_nothing_or_breaks_a_promise(
    run: Run, words: tuple[str, ...], said: str
) -> None:
    answer = run("photo.png", "--lossy", *words)
    assert answer.code == 2
    assert said in answer.err.decode()


def test_the_record_and_the_summary_say_what_was_saved_and_what_it_cost(run: Run) -> None:
    record = json.loads(run("photo.png", "--lossy", "40", "--json").text)
    assert record["lossy"] == 40
    assert 0 < record["lossy_pixels"] <= 120 * 80
    assert 0 < record["lossy_saved"] < 1
    assert record["lossy_mse_before"] < record["mse"]
    line = next(
        line
        for line in run("photo.png", "--lossy=40", "--force").text.split("\n")
        if "lossy" in line
    )
    assert "of the bytes" in line
    assert f"{record['lossy_pixels']:,} pixels" in line


def test_files_are_smaller_in_every_format_that_compresses(run: Run, photo: Path) -> None:
    for ending in ("png", "gif", "webp", "tiff"):
        sizes = []
        for name, number in (("plain", "0"), ("less", "60")):
            run(
                "photo.png", "--lossy", number, "-k", "64", "--no-sidecar", "-o", f"{name}.{ending}"
            )
            sizes.append(photo.with_name(f"{name}.{ending}").stat().st_size)
        assert sizes[1] < sizes[0]


def test_a_palette_that_is_given_stays(run: Run, photo: Path) -> None:
    run("photo.png", "-k", "16", "--no-image", "--no-sidecar", "--save-palette", "own.hex")
    record = json.loads(
        run("photo.png", "--use-palette", "own.hex", "--lossy", "50", "--json").text
    )
    assert record["lossy_pixels"] > 0
    assert [f"{row['hex'][1:]}" for row in record["palette"]] == photo.with_name(
        "own.hex"
    ).read_text().split()
