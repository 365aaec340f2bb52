"""Guards `--quality`, `--max-error` and `--or-best`: what is reached, written and said."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from helpers.command import Run
from helpers.paths import SAMPLES
from helpers.pictures import picture
from quantize import quantize
from quantize.errors import ErrorLimitError, SettingError
from quantize.pipeline.quality_scale import AIM, squared_error


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    picture().save(path)
    return path


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    path = tmp_path / "noise.png"
    pixels = np.random.default_rng(3).integers(0, 256, (24, 24, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def record_of(run: Run, *words: object) -> dict[str, Any]:
    answer = run(*words, "--json")
    assert answer.code == 0, answer.errors
    found: dict[str, Any] = json.loads(answer.text)
    return found


def test_a_quality_is_reached_by_as_few_colours_as_do(run: Run, photo: Path) -> None:
    record = record_of(run, "photo.png", "--quality", "10-20")
    assert record["output"] == "photo-auto.png"
    assert record["mse"] <= AIM * squared_error(20)
    assert record["quality"] >= 20
    assert record["space"] == "weighted"
    assert record["auto"]["criterion"] == "quality"
    k = record["k"]
    fewer = quantize(photo, k - 1, space="weighted").statistics.mse
    assert fewer > AIM * squared_error(20)
    assert quantize(photo, k, space="weighted").palette == quantize(photo, quality=(0, 20)).palette


def test_below_its_most_the_best_is_written(run: Run, photo: Path) -> None:
    record = record_of(run, "photo.png", "-k", 90, "--quality", "1-95")
    assert (record["output"], record["k"]) == ("photo-90.png", 90)
    assert record["auto"]["reached"] is False
    assert 1 <= record["quality"] < 95
    assert record["notes"] == []
    text = run("photo.png", "-k", 90, "--quality", "1-95", "--force").text
    assert "90, which come nearest to what was asked for" in text
    assert f"quality {record['quality']}" in text


def test_below_its_least_nothing_is_written_unless_the_best_will_do(run: Run, photo: Path) -> None:
    words = ("photo.png", "-k", 4, "--quality", "80-95", "-o", "a.png")
    answer = run(*words)
    assert answer.code == 99
    assert "4 colours reach a quality of" in answer.errors[0]
    assert answer.errors[0].endswith(
        ", not 80; --or-best writes what comes nearest; nothing was written"
    )
    assert [*photo.parent.iterdir()] == [photo]
    answer = run(*words, "--or-best")
    assert answer.code == 0
    assert "warning: photo.png: 4 colours reach a quality of" in answer.errors[0]
    record = json.loads((photo.parent / "a.json").read_bytes())
    assert record["notes"][0].startswith("4 colours reach a quality of")
    assert (photo.parent / "a.png").exists()


def test_an_error_that_cannot_be_reached_says_what_is(run: Run, noise: Path) -> None:
    answer = run("noise.png", "--max-error", 1, "-o", "a.png")
    assert answer.code == 99
    assert "256 colours reach a mean CIEDE2000 of " in answer.errors[0]
    best = run("noise.png", "--max-error", 1, "-o", "a.png", "--or-best", "--json")
    assert best.code == 0
    record = json.loads(best.text)
    assert f"of {record['delta_e_mean']:.2f}, not 1" in answer.errors[0]
    assert (record["k"], record["auto"]["reached"]) == (256, False)


def test_what_is_reached_is_never_said_to_be_what_was_asked_for(noise: Path) -> None:
    best = quantize(noise, max_error=1, or_best=True).statistics.delta_e_mean
    assert best is not None
    with pytest.raises(ErrorLimitError) as caught:
        quantize(noise, max_error=best * (1 - 1e-9))
    reached, asked = str(caught.value).split("CIEDE2000 of ")[1].split(";")[0].split(", not ")
    assert float(reached) > float(asked)


def test_of_several_files_the_others_are_done(run: Run, photo: Path, noise: Path) -> None:
    answer = run("photo.png", "noise.png", "--quality", "40-90", "--json")
    assert answer.code == 99
    assert (photo.parent / "photo-auto.png").exists()
    assert not (photo.parent / "noise-auto.png").exists()


def test_a_shared_palette_reaches_what_it_can(run: Run, photo: Path, noise: Path) -> None:
    words = ("photo.png", "noise.png", "--shared-palette", "-k", 9, "--quality", "70-90")
    assert run(*words).code == 99
    answer = run(*words, "--or-best")
    assert answer.code == 0
    assert "warning: shared palette: 9 colours reach a quality of" in answer.errors[0]


@pytest.mark.parametrize(
    ("text", "meant"),
    [("60-80", (60, 80)), ("-80", (0, 80)), ("60-", (60, 100)), ("80", (72, 80)), ("0-0", (0, 0))],
)
def test_a_range_is_written_as_in_pngquant(
    run: Run, photo: Path, text: str, meant: tuple[int, int]
) -> None:
    words = ("photo.png", "-k", 9, "--or-best", "--no-image", "--force", "--json")
    asked = json.loads(run(*words, f"--quality={text}").text)
    same = quantize(photo, 9, quality=meant, or_best=True)
    assert [entry["hex"] for entry in asked["palette"]] == same.palette.hex


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("--quality 80-60", "its least, 80, is more than its most, 60"),
        ("--quality 60-101", "101 is not a whole number from 0 to 100"),
        ("--quality good", "'good' is no range of qualities; write it as 60-80"),
        ("--quality -", "'-' is no range of qualities"),
        ("--quality 60-80 --max-error 2", "--max-error and --quality exclude each other"),
        ("--quality 60-80 -k auto --auto-criterion knee", "has no say where quality decides"),
        ("--or-best", "--or-best is for --max-error or --quality"),
        ("--quality 60-80 --palette-per-frame -o x.gif", "and --quality finds one"),
        ("--quality 60-80 --use-palette photo.png", "--quality is for palettes that are found"),
    ],
)
def test_a_wrong_quality_is_refused(run: Run, photo: Path, words: str, wrong: str) -> None:
    answer = run("photo.png", *words.split())
    assert answer.code == 2
    assert wrong in answer.errors[-1]


def test_the_library_refuses_what_is_no_pair(photo: Path) -> None:
    for wrong in (80, (60,), ("a", "b"), (60.5, 80)):
        with pytest.raises(SettingError, match="quality: "):
            quantize(photo, quality=wrong)  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("pngquant") is None, reason="needs pngquant")
@pytest.mark.parametrize("name", ["astronaut.png", "coffee.png"])
@pytest.mark.parametrize("quality", [25, 65])
def test_files_are_as_good_as_those_of_pngquant(tmp_path: Path, name: str, quality: int) -> None:
    its = tmp_path / "its.png"
    words = ("--nofs", "--quality", f"0-{quality}", "--output", str(its), str(SAMPLES / name))
    subprocess.run(["pngquant", *words], check=True)
    pixels = [
        np.asarray(Image.open(path).convert("RGB")).astype(float) for path in (SAMPLES / name, its)
    ]
    theirs = float(np.square(pixels[0] - pixels[1]).sum(axis=2).mean())
    ours = quantize(SAMPLES / name, quality=(0, quality)).statistics.mse
    assert theirs / 1.5 < ours < theirs * 1.5
