"""Guards the promises about many images: order, the same bytes, nothing lost, nothing half done.

All through the real command; what is an input is the subject of `test_inputs`.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import quantize as library
from helpers.command import COMMAND, PATIENCE, Answer, Run, environment, start
from helpers.folders import names, snapshot
from helpers.pictures import distinct, picture, pixels
from helpers.terminal import open_terminal
from quantize.cli import progress
from quantize.jobs import plan
from quantize.jobs import run as jobs_run
from quantize.jobs.request import Request
from quantize.kernels.blocks import available_cores

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals of a Unix")

IN_PROCESSES = ("-j", 2)


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Six small pictures in three folders, and one that is none."""
    folder = tmp_path / "album"
    for seed, name in enumerate(("a.png", "b.jpg", "x/c.png", "x/d.bmp", "x/y/e.webp", "z.png")):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        picture(seed).save(path)
    return folder


def broken(folder: Path, name: str = "bad.png") -> Path:
    path = folder / name
    path.write_bytes(b"no image")
    return path


def records(answer: Answer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


def images_of(folder: Path) -> dict[str, bytes]:
    return {
        name: content for name, (content, _) in snapshot(folder).items() if name.endswith(".png")
    }


# Where things go


def test_a_folder_without_o_gets_its_results_beside_the_images(run: Run, album: Path) -> None:
    assert run("album", "-k", 4).code == 0
    assert {"a-4.png", "a-4.json", "b-4.png", "z-4.json"} < names(album)
    assert not (album / "x" / "c-4.png").exists()


def test_a_tree_is_mirrored_under_o(run: Run, album: Path, tmp_path: Path) -> None:
    assert run("album", "-r", "-k", 4, "-o", "out", "--no-sidecar").code == 0
    files = {"a-4.png", "b-4.png", "x/c-4.png", "x/d-4.png", "x/y/e-4.png", "z-4.png"}
    assert names(tmp_path / "out") == files | {"x", "x/y"}


def test_a_second_run_does_not_take_its_own_results_in_again(run: Run, album: Path) -> None:
    first = run("album", "-r", "-k", 4, "--json")
    before = names(album)
    again = run("album", "-r", "-k", 4, "--json", "--skip-existing")
    assert [row["input"] for row in records(first)[:-1]] == [
        row["input"] for row in records(again)[:-1]
    ]
    assert (again.code, records(again)[-1]["skipped"]) == (0, 6)
    assert names(album) == before
    other = run("album", "-r", "-k", 5, "--json")  # nor does one with other settings
    assert records(other)[-1]["inputs"] == 6


def test_nor_without_sidecars(run: Run, album: Path) -> None:
    wishes = ("-r", "-k", 4, "--no-sidecar", "--swatch", "album/{stem}-colors.png")
    assert run("album", *wishes).code == 0
    again = run("album", *wishes, "--json", "--skip-existing")
    assert records(again)[-1]["skipped"] == 6


def test_two_inputs_that_would_be_one_file_are_refused_before_any_work(
    run: Run, album: Path
) -> None:
    picture().save(album / "a.jpg")
    before = snapshot(album)
    answer = run("album", "-k", 4)
    assert answer.code == 1
    (line,) = answer.errors
    assert "album/a-4.png: would be written for both album/a.jpg and album/a.png" in line
    assert snapshot(album) == before


def test_folders_that_were_made_for_nothing_are_taken_back(run: Run, tmp_path: Path) -> None:
    (tmp_path / "album" / "x").mkdir(parents=True)
    broken(tmp_path / "album" / "x")
    assert run("album", "-r", "-o", "deep/out").code == 1
    assert not (tmp_path / "deep" / "out").exists()


# What would be done


def test_a_dry_run_writes_nothing_and_says_everything(run: Run, album: Path) -> None:
    (album / "a-4.png").touch()
    before = snapshot(album.parent)
    answer = run("album", "missing.png", "-k", 4, "--dry-run")
    assert snapshot(album.parent) == before
    assert answer.code == 1
    assert "album/b.jpg → album/b-4.png, album/b-4.json" in answer.text
    assert any("album/a-4.png: exists already" in line for line in answer.errors)
    assert any("missing.png: no such file" in line for line in answer.errors)


@pytest.mark.parametrize("output", ["new", "new/", "new//"])
def test_a_dry_run_knows_that_the_folder_of_outputs_is_made(
    output: str, run: Run, album: Path
) -> None:
    answer = run(album / "a.png", album / "b.jpg", "-k", 4, "-o", output, "--dry-run")
    assert (answer.code, answer.errors) == (0, [])


def test_a_dry_run_foresees_what_the_run_does(run: Run, album: Path) -> None:
    picture().save(album / "a-4.png")
    wishes = ("album", "-r", "-k", 4, "-o", "out", "--json")
    foreseen = records(run(*wishes, "--dry-run"))
    done = records(run(*wishes))[:-1]
    assert [row["input"] for row in foreseen] == [row["input"] for row in done]
    assert [row["files"][-1] for row in foreseen] == [row["output"] for row in done]
    assert {row["action"] for row in foreseen} == {"write"}
    skipped = records(run(*wishes, "--dry-run", "--skip-existing"))
    assert {row["action"] for row in skipped} == {"skip"}


# Processes


def test_processes_write_the_same_bytes_in_the_same_order(
    run: Run, run_child: Run, album: Path
) -> None:
    wishes = ("-r", "-k", 8, "--save-palette", "{stem}.gpl", "--json", "-o", "out")
    rows, files = {}, {}
    for jobs, go in ((1, run), (3, run_child)):
        folder = album.parent / str(jobs)
        folder.mkdir()
        answer = go("../album", *wishes, "-j", jobs, cwd=folder)
        assert (answer.code, answer.err) == (0, b"")
        rows[jobs] = [row | {"seconds": 0} for row in records(answer)]
        files[jobs] = {
            name: content
            for name, (content, _) in snapshot(folder).items()
            if not name.endswith(".json")
        }
    assert rows[1] == rows[3]
    assert files[1] == files[3]
    assert len(files[1]) == 6 + 6 + 3


@pytest.mark.slow
def test_standard_input_may_be_one_of_many(run_child: Run, album: Path) -> None:
    data = (album / "a.png").read_bytes()
    answer = run_child("album", "-", "-k", 4, "-o", "out", *IN_PROCESSES, "--json", stdin=data)
    assert answer.code == 0
    assert [row["input"] for row in records(answer)[:-1]][-1] == "-"
    out = images_of(album.parent / "out")
    assert out["stdin-4.png"] == out["a-4.png"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_bad_file_never_stops_the_rest(run_child: Run, album: Path, jobs: int) -> None:
    broken(album, "b0.png")
    broken(album / "x")
    answer = run_child("album", "-r", "-k", 4, "-o", "out", "-j", jobs)
    assert answer.code == 1
    assert len(images_of(album.parent / "out")) == 6
    lines = [line for line in answer.errors if line.startswith("quantize: album/")]
    assert len(answer.errors) == len(lines) == 2
    summary = answer.text.splitlines()[-3:]
    assert summary[0].startswith("8 inputs: 6 done, 2 failed; ")
    assert sorted(summary[1:]) == sorted(f"  failed: {line[len('quantize: ') :]}" for line in lines)


def test_fail_fast_begins_nothing_after_a_failure(run: Run, album: Path) -> None:
    broken(album, "a0.png")
    answer = run("album", "-r", "-k", 4, "-o", "out", "-j", 1, "--fail-fast", "--json")
    totals = records(answer)[-1]
    assert answer.code == 1
    assert [totals[name] for name in ("inputs", "done", "failed", "left")] == [7, 1, 1, 5]


@pytest.mark.slow
def test_fail_fast_finishes_what_other_processes_have_in_hand(run_child: Run, album: Path) -> None:
    broken(album, "a0.png")
    answer = run_child("album", "-r", "-k", 4, "-o", "out", *IN_PROCESSES, "--fail-fast", "--json")
    totals = records(answer)[-1]
    assert answer.code == 1
    assert totals["failed"] == 1
    assert totals["done"] + totals["left"] == 6
    assert len(images_of(album.parent / "out")) == totals["done"]


SABOTAGED = """
import os, signal, sys, time
from quantize.storage import local
real = local.open_for_reading

def sabotaged(path, error):
    if "kill" in path:
        os.kill(os.getpid(), signal.SIGKILL)
    if "sleep" in path:
        open("asleep", "w").close()
        time.sleep(60)
    if "bug" in path:
        raise RuntimeError("out of the blue")
    return real(path, error)

local.open_for_reading = sabotaged
"""
"""Loaded into every process through `sitecustomize`: a file's name says what befalls its worker."""


@pytest.fixture
def sabotage(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "saboteur").mkdir()
    (tmp_path / "saboteur" / "sitecustomize.py").write_text(SABOTAGED)
    return {"PYTHONPATH": str(tmp_path / "saboteur")}


@pytest.mark.slow
@POSIX
def test_a_worker_that_is_killed_costs_its_file_alone(
    run_child: Run, album: Path, sabotage: dict[str, str]
) -> None:
    picture().save(album / "0kill.png")
    picture().save(album / "x" / "kill.png")
    answer = run_child("album", "-r", "-k", 4, "-o", "out", *IN_PROCESSES, "--json", env=sabotage)
    rows = records(answer)
    assert (answer.code, rows[-1]["done"], rows[-1]["failed"]) == (1, 6, 2)
    killed = [row for row in rows[:-1] if "error" in row]
    assert {row["input"] for row in killed} == {"album/0kill.png", "album/x/kill.png"}
    assert all("was ended by SIGKILL, perhaps for want of memory" in row["error"] for row in killed)
    assert len(images_of(album.parent / "out")) == 6


@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_bug_is_a_line_and_not_a_traceback(
    run_child: Run, album: Path, sabotage: dict[str, str], jobs: int
) -> None:
    picture().save(album / "bug.png")
    answer = run_child("album", "-k", 4, "-o", "out", "-j", jobs, env=sabotage)
    assert answer.code == 1
    (line,) = answer.errors
    assert "RuntimeError: out of the blue" in line
    assert len(images_of(album.parent / "out")) == 3


@pytest.mark.slow
@POSIX
def test_ctrl_c_ends_all_workers_at_once(
    album: Path, tmp_path: Path, sabotage: dict[str, str]
) -> None:
    picture().save(album / "0sleep.png")
    words = ("album", "-k", 4, "-o", "out", "-j", 2, "--no-sidecar")
    job = start(*words, cwd=tmp_path, env=sabotage, start_new_session=True)
    try:
        deadline = time.monotonic() + PATIENCE
        done = tmp_path / "out" / "z-4.png"
        while not ((tmp_path / "asleep").exists() and done.exists()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        begin = time.monotonic()
        os.killpg(job.pid, signal.SIGINT)  # as a terminal does: to all of them
        _, err = job.communicate(timeout=PATIENCE)
        assert time.monotonic() - begin < 10  # the sleeper would take a minute
    finally:
        job.kill()
    assert job.returncode == 130
    said = "interrupted; {} of 4 done; --skip-existing goes on from here"
    (line,) = err.decode().splitlines()  # the worker of z-4.png may not have said so yet
    assert line.removeprefix("quantize: ") in {said.format(2), said.format(3)}
    assert names(tmp_path / "out") == {"a-4.png", "b-4.png", "z-4.png"}


def test_a_second_run_goes_on_where_the_first_was_ended(run: Run, album: Path) -> None:
    assert run("album", "-k", 4, "-o", "out", "--no-sidecar").code == 0
    (album.parent / "out" / "b-4.png").unlink()
    again = run("album", "-k", 4, "-o", "out", "--no-sidecar", "--skip-existing", "--json")
    totals = records(again)[-1]
    assert (again.code, totals["done"], totals["skipped"]) == (0, 1, 2)


@pytest.mark.slow
def test_two_runs_on_one_folder_do_not_harm_each_other(album: Path, tmp_path: Path) -> None:
    wishes = ("album", "-r", "-k", 8, "-o", "out", "--skip-existing", "--json", "-j", 2)
    runs = [start(*wishes, cwd=tmp_path) for _ in range(2)]
    answers = [process.communicate(timeout=PATIENCE) for process in runs]
    assert [process.returncode for process in runs] == [0, 0], answers
    assert len(images_of(tmp_path / "out")) == 6
    assert not [name for name in names(tmp_path / "out") if "tmp" in name]


@POSIX
def test_a_full_disk_is_a_clear_line_and_leaves_no_half_file(tmp_path: Path) -> None:
    # the system refuses files above 8 blocks of 512 or 1024 bytes
    for seed, name in enumerate(("a.png", "b.png")):
        picture(seed, (400, 300)).save(tmp_path / name)
    answer = subprocess.run(
        ["sh", "-c", 'ulimit -f 8; exec "$@"', "sh", *COMMAND, "a.png", "b.png", "-o", "out"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert answer.returncode == 1
    lines = answer.stderr.decode().splitlines()
    assert len(lines) == 2
    assert all("larger than the system allows" in line for line in lines)
    assert names(tmp_path) == {"a.png", "b.png"}


# A palette for all


@pytest.mark.slow
def test_a_shared_palette_is_that_of_all_pixels_together(run: Run, album: Path) -> None:
    wishes = ("album", "-r", "-k", 6, "-o", "out", "--no-sidecar", "--shared-palette")
    # other weights, and the order of the smallest file, depend on what is beside a pixel
    plain = ("--weights", "uniform", "--sort", "luminance")
    answer = run(*wishes, "--shared-weight", "pixels", "--json", *plain)
    assert answer.code == 0
    whole = np.concatenate(
        [library.quantize(path, 256).picture.pixels for path in sorted(album.rglob("*.*"))]
    )
    wanted = library.quantize(whole, 6, weights="uniform", sort="luminance").palette
    rows = records(answer)
    assert rows[-1]["palette"] == wanted.hex
    for row in rows[:-1]:
        assert [entry["hex"] for entry in row["palette"]] == wanted.hex
        assert row["shared_palette"] is True
        assert row["mse"] > 0
    for name in images_of(album.parent / "out"):
        assert distinct(pixels(album.parent / "out" / name)) <= {*wanted}


def test_each_image_weighs_the_same_unless_told(run: Run, tmp_path: Path) -> None:
    Image.new("RGB", (100, 100), (200, 0, 0)).save(tmp_path / "large.png")
    Image.new("RGB", (10, 10), (0, 0, 100)).save(tmp_path / "small.png")
    wishes = ("large.png", "small.png", "-k", 1, "--no-image", "--shared-palette", "--json")
    by_image, by_pixels = (
        records(run(*wishes, "--shared-weight", weight))[-1]["palette"]
        for weight in ("image", "pixels")
    )
    assert by_image == ["#640032"]  # halfway
    assert by_pixels == ["#c60001"]  # 100 to 1


def test_palette_files_and_swatches_of_a_shared_palette_are_written_once(
    run: Run, album: Path, tmp_path: Path
) -> None:
    wishes = ("--save-palette", "{stem}-{k}.gpl", "--swatch", "colors.png")
    answer = run("album", "-k", 4, "-o", "out", "--shared-palette", *wishes)
    assert answer.code == 0
    assert {"shared-4.gpl", "colors.png"} < names(tmp_path)
    assert "shared palette: 4 colours from 3 images" in answer.text
    again = run("album", "-k", 4, "-o", "other", "--shared-palette", *wishes)
    assert again.code == 1
    assert "shared-4.gpl: exists already" in again.errors[0]
    assert not (tmp_path / "other").exists()
    before = snapshot(tmp_path)
    (tmp_path / "colors.png").unlink()
    on = run("album", "-k", 4, "-o", "out", "--shared-palette", *wishes, "--skip-existing")
    assert (on.code, on.errors) == (0, [])
    after = snapshot(tmp_path)
    assert after.keys() == before.keys()
    assert after["shared-4.gpl"] == before["shared-4.gpl"]


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_palette_may_be_learnt_from_other_images(run_child: Run, album: Path, jobs: int) -> None:
    wishes = ("-k", 5, "-j", jobs, "--json", "--no-sidecar", "-o", "out")
    answer = run_child("album/z.png", "album/a.png", *wishes, "--from-images", "album/x", "-r")
    assert answer.code == 0
    own = records(run_child("album/x", "-r", "--shared-palette", *wishes))[-1]["palette"]
    assert records(answer)[-1]["palette"] == own


def test_an_image_that_cannot_be_read_takes_no_part_in_a_shared_palette(
    run: Run, album: Path
) -> None:
    without = records(run("album", "-k", 4, "-o", "one", "--shared-palette", "--json"))
    broken(album, "b0.png")
    answer = run("album", "-k", 4, "-o", "two", "--shared-palette", "--json")
    rows = records(answer)
    assert answer.code == 1
    assert rows[-1]["palette"] == without[-1]["palette"]
    assert [row["input"] for row in rows if "error" in row] == ["album/b0.png"]
    assert len(answer.errors) == 1


def test_nothing_to_learn_from_is_an_error_for_each(run: Run, album: Path) -> None:
    broken(album.parent)
    answer = run("album", "--from-images", "bad.png", "-o", "out")
    assert answer.code == 1
    assert "bad.png: is not an image" in answer.errors[0]
    assert all("no image could be read to learn" in line for line in answer.errors[1:])
    assert not (album.parent / "out").exists()


# The table


def test_a_table_has_a_row_an_image(run: Run, album: Path, tmp_path: Path) -> None:
    broken(album)
    answer = run("album", "-k", 4, "-o", "out", "--summary", "table.csv", "--metrics", "full", "-q")
    assert answer.code == 1
    text = (tmp_path / "table.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["input"] for row in rows] == [
        *("album/a.png", "album/b.jpg", "album/bad.png", "album/z.png"),
    ]
    record = json.loads((tmp_path / "out" / "a-4.json").read_text())
    assert int(rows[0]["bytes_after"]) == record["bytes_after"]
    assert float(rows[0]["ssim"]) == record["ssim"]
    assert rows[2]["error"].startswith("is not an image")
    assert rows[2]["mse"] == ""


def test_a_table_that_exists_is_refused_before_any_work(run: Run, album: Path) -> None:
    (album.parent / "table.csv").write_text("mine")
    before = snapshot(album.parent)
    answer = run("album", "-o", "out", "--summary", "table.csv")
    assert answer.code == 1
    assert "table.csv: exists already" in answer.errors[0]
    assert snapshot(album.parent) == before


def test_a_table_never_takes_the_place_of_an_input_or_of_a_result(run: Run, album: Path) -> None:
    for name in ("album/a.png", "album/a-4.png"):
        before = snapshot(album.parent)
        answer = run("album", "-k", 4, "--summary", name, "--force")
        assert answer.code == 1
        assert answer.errors[0].startswith(f"quantize: {name}: ")
        assert snapshot(album.parent) == before


# Progress


def test_a_bar_counts_images_failures_and_what_is_saved() -> None:
    now = jobs_run.Report(inputs=9)
    now.done, now.failed, now.bytes_before, now.bytes_after = 4, 1, 9_500_000, 2_000_000
    assert progress.figures(now) == "1 failed, 7.5 MB saved"
    now = jobs_run.Report(inputs=9)
    now.bytes_before, now.bytes_after = 10, 20
    assert progress.figures(now) == ""


def left_on_screen(line: str) -> str:
    """What is seen of a line whose parts were written over each other."""
    cells: list[str] = []
    for part in line.split("\r"):
        cells[: len(part)] = part
    return "".join(cells).rstrip()


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_bar_makes_room_for_lines_and_goes_when_all_is_done(
    run: Run, album: Path, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "DELAY_SECONDS", -1)
    broken(album)
    with open_terminal(columns=100) as screen:
        words = ("album", "-k", 4, "-j", jobs, "-o", "out", "--json")
        answer = run(*words, env={"TERM": "xterm"}, stderr=screen.stream)
    shown = screen.text
    assert answer.code == 1
    assert len(answer.text.splitlines()) == 5  # nothing of the bar among the results
    assert "/4 [" in shown
    # a bar is written over itself: the line stands alone between two returns
    (line,) = [part for part in re.split(r"[\r\n]+", shown) if part.startswith("quantize: ")]
    assert line.startswith("quantize: album/bad.png: is not an image")
    assert left_on_screen(shown.rpartition("\n")[2]) == ""


# How many processes


def test_more_than_a_seconds_work_goes_to_processes_without_being_asked(tmp_path: Path) -> None:
    for name, size in (("small.png", 1000), ("large.png", 3_999_999)):
        (tmp_path / name).write_bytes(bytes(size))
    small, large = (
        plan.plan([str(tmp_path / name)], Request(image=False, sidecar=False))
        for name in ("small.png", "large.png")
    )
    assert jobs_run.workers_for(small * 9, None) == 1
    assert jobs_run.workers_for(large, None) == 1
    assert jobs_run.workers_for(large + small, None) == min(available_cores(), 2)


def test_what_is_asked_for_is_done_with_no_more_processes_than_images(tmp_path: Path) -> None:
    jobs = plan.plan([str(tmp_path / "a.png")], Request(image=False, sidecar=False)) * 3
    assert [jobs_run.workers_for(jobs, wanted) for wanted in (1, 2, 3, 9)] == [1, 2, 3, 3]


@POSIX
def test_what_a_killed_worker_leaves_is_removed_without_a_word() -> None:
    code = (
        "from quantize.jobs.process_pool import start_resource_tracker\n"
        "start_resource_tracker()\n"
        "from multiprocessing import resource_tracker\n"
        "resource_tracker.register('/nothing-of-this-name', 'semaphore')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, check=True
    )
    assert done.stderr == b""
