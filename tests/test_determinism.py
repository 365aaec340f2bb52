"""Guards the promise that the same input, options and seed give the same bytes.

Of image, palette files and swatch; sidecars are equal but for `seconds`. The two runs are in two
processes, ours and another, with different hash seeds and numbers of threads, in two folders.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from helpers.command import Run
from helpers.folders import snapshot
from helpers.pictures import picture
from quantize.palette_files import table as palette_table

WRITTEN = [row for row in palette_table.FORMATS.values() if row.writes]
ENDINGS = [ending for row in WRITTEN for ending in row.endings]
SAVED = [f"colors{ending}" for ending in ENDINGS]

WAYS = {
    "full": ("--algorithm", "full", "--init", "k-means++", "--format", "png"),
    "mini-batch": ("--algorithm", "mini-batch", "--format", "gif"),
    "wu": ("--init", "wu", "--format", "webp"),
    "random": ("--init", "random", "--format", "tiff", "--n-init", 2, "--max-iter", 5),
    "sample": ("--sample", 5000, "--format", "bmp", "--metrics", "full", "--max-iter", 5),
}
"""Each with a format of its own, so that every writer has its turn as well."""


def outputs(go: Run, folder: Path, threads: int, *wishes: object) -> dict[str, bytes]:
    """What a run leaves behind beside its input, and what it prints."""
    folder.mkdir()
    # 40,000 pixels of nearly as many colours: two blocks of rows for the threads to share
    picture(size=(200, 200)).save(folder / "photo.png")
    words = [word for name in SAVED for word in ("--save-palette", name)]
    answer = go(
        *("photo.png", "-k", 8, "--seed", 5, "--threads", threads, "--json"),
        *("--swatch", "swatch.png", *words, *wishes),
        cwd=folder,
    )
    assert (answer.code, answer.err) == (0, b"")
    written = {name: content for name, (content, _) in snapshot(folder).items()}
    return written | {"standard output": answer.out}


def without_seconds(record: bytes) -> dict[str, Any]:
    fields = json.loads(record)
    assert fields.pop("seconds")["total"] > 0
    return fields


@pytest.mark.parametrize("way", WAYS)
def test_two_processes_write_the_same_bytes_whatever_the_threads(
    way: str, run: Run, run_child: Run, tmp_path: Path
) -> None:
    one = outputs(run, tmp_path / "one", 1, *WAYS[way])
    two = outputs(run_child, tmp_path / "two", 3, *WAYS[way])
    assert one.keys() == two.keys()
    assert {*SAVED, "swatch.png", "photo-8.json"} < one.keys()
    assert len(one) == len(SAVED) + 5  # with the input, the image and standard output
    for name in ("photo-8.json", "standard output"):
        assert without_seconds(one.pop(name)) == without_seconds(two.pop(name))
    assert [name for name in one if one[name] != two[name]] == []


def test_another_seed_writes_other_bytes(run: Run, tmp_path: Path) -> None:
    one = outputs(run, tmp_path / "one", 1, "--init", "k-means++")
    two = outputs(run, tmp_path / "two", 1, "--init", "k-means++", "--seed", 6)
    assert {name for name in one if one[name] == two[name]} == {"photo.png"}
