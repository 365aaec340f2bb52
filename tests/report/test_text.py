"""Guards the summary: it fits into 80 columns, and says no figure that misleads."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from helpers.command import Run, command
from helpers.pictures import picture
from quantize.report import text

Record = dict[str, Any]


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """The record of a picture, with all figures that are not for animations."""
    folder = tmp_path_factory.mktemp("text")
    picture(size=(9, 7)).save(folder / "a.png")
    wishes = ("-k", "auto", "--max-error", 5, "--metrics", "full")
    assert command("a.png", *wishes, cwd=folder).code == 0
    found: Record = json.loads((folder / "a-auto.json").read_text())
    return found


def columns(line: str) -> int:
    """Of a line on a terminal, without the sequences that set colours."""
    shown = re.sub(r"\x1b\[[0-9;]*m", "", line)
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in shown)
    return len(shown) + wide - sum(unicodedata.combining(letter) > 0 for letter in shown)


LONGEST = {
    "width": 65535,
    "height": 65535,
    "frames": 12345,
    "loop": 65535,
    "duration_ms": 1234567,
    "algorithm": "mini-batch",
    "init": "k-means++",
    "space": "weighted",
    "iterations": 10000,
    "converged": False,
    "mse": 195075.12,
    "psnr": 0.123,
    "ssim": -0.5,
    "delta_e_mean": 100.0,
    "delta_e_p95": 100.0,
    "delta_e_max": 100.0,
    "colors_before": 16777216,
    "colors_after": 256,
    "k": 256,
    "lossless": False,
    "bytes_before": 999_900_000,
    "bytes_after": 999_900_001,
    "bytes_lossless": 999_900_000_000,
    "compression_ratio": 1000.1,
    "bits_per_pixel": 24.05,
    "seconds": dict.fromkeys(
        ("read", "count", "choose", "cluster", "map", "measure", "encode", "total"), 1234.567
    ),
}


@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize("depth", [0, 8, 24])
@pytest.mark.parametrize("lossless", [False, True])
def test_no_line_is_longer_than_80_columns(
    verbose: bool, depth: int, lossless: bool, record: Record
) -> None:
    names = ["very light greenish blue 12", "緑" * 12, "é" * 40, "cafe\N{COMBINING ACUTE ACCENT}"]
    entries = [
        {**entry, "alpha": 127, "share": 1.0, "count": 10**9, "name": names[at % len(names)]}
        for at, entry in enumerate(record["palette"])
    ]
    full = {**record, **LONGEST, "lossless": lossless, "palette": entries}
    others = ["a-rather-long-name-of-a-file.json"] * 9
    shown = text.of_input(
        full, others, verbose=verbose, depth=depth, if_larger="an advice of forty letters, no more"
    )
    assert max(map(columns, shown.splitlines())) <= 80
    assert "緑…" in shown or not verbose


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(1, 10**9))
def test_sizes_fit_and_no_ratio_is_below_one(before: int, after: int, raw: int) -> None:
    sizes = {"bytes_before": before, "bytes_after": after, "bytes_raw": raw}
    ratios = {"compression_ratio": raw / after, "bits_per_pixel": 24 * after / raw}
    rows = text._size({**sizes, **ratios, "bytes_lossless": raw}, "an advice")
    assert max(map(columns, rows)) <= 80
    shown = "\n".join(rows)
    assert not re.search(r"(?<![0-9.])0\.0+ ", shown)
    assert ("smaller than raw" in shown) == (raw > after)
    assert ("larger than the input; an advice" in shown) == (after > before)


def test_parts_fill_a_line_and_none_is_broken() -> None:
    assert text._folded(["ab", "cd", "efgh"], ", ", 8) == ["ab, cd,", "efgh"]
    assert text._folded(["longer than the width"], ", ", 8) == ["longer than the width"]
    assert text._folded([], ", ", 8) == []


def test_the_totals_of_a_batch_fit() -> None:
    totals = dict.fromkeys(("inputs", "done", "skipped", "failed", "left"), 1_000_000)
    shown = text.of_batch(totals | {"bytes_before": 10**12, "bytes_after": 10**12, "errors": []})
    assert max(map(columns, shown.splitlines())) <= 80
    one = totals | {"inputs": 1, "bytes_after": 0, "errors": []}
    assert text.of_batch(one).startswith("1 input: ")


def test_a_picture_of_one_pixel_is_told_its_size_alone(run: Run, tmp_path: Path) -> None:
    Image.new("RGB", (1, 1), (1, 2, 3)).save(tmp_path / "one.png")
    size, larger = run("one.png").text.splitlines()[2:4]
    assert re.fullmatch(r"  size     \d+ bytes → \d+ bytes \(\+\d+%\)", size)
    assert larger.strip() == "larger than the input; --skip-if-larger writes no such file"


def test_a_result_that_is_smaller_has_no_advice(run: Run, tmp_path: Path) -> None:
    picture(size=(64, 48)).save(tmp_path / "photo.bmp")
    assert "larger" not in run("photo.bmp", "-k", 4).text
