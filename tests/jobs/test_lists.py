"""Guards `--files-from` and `--shard`: rows as they come, in little memory."""

from __future__ import annotations

import io
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from helpers.command import COMMAND, PATIENCE, Answer, Run, environment
from helpers.folders import names, snapshot
from helpers.pictures import distinct, picture, pixels
from quantize.errors import FileError
from quantize.jobs.feed import Feed
from quantize.jobs.request import Job, Request
from quantize.jobs.seen_names import RECENT, SeenNames
from quantize.storage.lines import Lines
from quantize.storage.spool import IN_MEMORY, Spool

OUT = ("-o", "out/{parent}/{stem}{ext}", "--no-sidecar")


@pytest.fixture
def assets(tmp_path: Path) -> Path:
    """Five small pictures in two folders."""
    folder = tmp_path / "assets"
    for seed, name in enumerate(("a.png", "b.jpg", "c.gif", "sub/d.png", "sub/e e.png")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        picture(seed, (12, 10)).save(folder / name)
    return folder


NAMES = tuple(f"assets/{name}" for name in ("a.png", "b.jpg", "c.gif", "sub/d.png", "sub/e e.png"))


def lines(answer: Answer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


def listed(folder: Path, *rows: str, name: str = "list.csv") -> str:
    (folder / name).write_text("".join(f"{row}\n" for row in rows), newline="")
    return name


# Names


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\0"], ids=["lines", "of Windows", "NUL"])
@pytest.mark.parametrize("by", ["a file", "standard input"])
def test_a_list_has_a_name_a_line(end: bytes, by: str, run: Run, assets: Path) -> None:
    data = end.join(map(os.fsencode, NAMES)) + end[:0]  # the last one without an end
    null = ("-0",) if end == b"\0" else ()
    (assets.parent / "list").write_bytes(data)
    source, stdin = ("list", b"") if by == "a file" else ("-", data)
    answer = run("--files-from", source, *null, "-k", 4, *OUT, "--json", stdin=stdin)
    assert (answer.code, answer.errors) == (0, [])
    *records, totals = lines(answer)
    assert [row["input"] for row in records] == [*NAMES]
    assert (totals["inputs"], totals["done"]) == (5, 5)
    made = {"a.png", "b.png", "c.gif", "sub", "sub/d.png", "sub/e e.png"}
    assert names(assets.parent / "out" / "assets") == made


def test_empty_lines_and_a_byte_order_mark_are_no_names(run: Run, assets: Path) -> None:
    data = b"\xef\xbb\xbfassets/a.png\n\n\nassets/b.jpg\n"
    answer = run("--files-from", "-", "-k", 4, *OUT, "--json", stdin=data)
    assert (answer.code, lines(answer)[-1]["inputs"]) == (0, 2)


def test_a_row_that_cannot_be_done_never_stops_the_rest(run: Run, assets: Path) -> None:
    rows = ("assets/a.png", "missing.png", "assets", "-", "assets/b.jpg")
    listed(assets.parent, *rows, name="list")
    answer = run("--files-from", "list", "-k", 4, *OUT, "--json")
    assert answer.code == 1
    *records, totals = lines(answer)
    assert ["error" in row for row in records] == [False, True, True, True, False]
    assert (totals["done"], totals["failed"], totals["inputs"]) == (2, 3, 5)
    assert len(answer.errors) == 3
    assert "line 4 of list: '-' names standard input" in answer.errors[2]


def test_rows_that_collide_are_errors_of_their_own(run: Run, assets: Path) -> None:
    picture(7, (12, 10)).save(assets / "a.bmp")
    rows = ("a.png", "a.bmp", "b.jpg", "a.png", "c.gif")
    listed(assets.parent, *(f"assets/{row}" for row in rows), name="list")
    answer = run("--files-from", "list", "-k", 4, "-o", "out", "--json")
    assert answer.code == 1
    *records, totals = lines(answer)
    assert ["error" in row for row in records] == [False, True, False, True, False]
    assert (
        "line 2 of list: out/a-4.json: would be written for an earlier row" in (records[1]["error"])
    )
    assert (totals["done"], totals["failed"]) == (3, 2)


def test_an_output_is_no_input_of_another_row(run: Run, assets: Path) -> None:
    before = (assets / "c.gif").read_bytes()
    rows = (
        *("input,output", "assets/a.png,x.gif", "x.gif,y.gif", "assets/c.gif,z.gif"),
        *("assets/b.jpg,assets/c.gif", "assets/c.gif,assets/c.gif", "assets/c.gif,w.gif"),
    )
    answer = run("--files-from", listed(assets.parent, *rows), "-k", 4, "--json", "--force")
    assert answer.code == 1
    errors = [row.get("error", "").partition(";")[0] for row in lines(answer)[:-1]]
    assert errors == [
        *("", "line 3 of list.csv: is an output of an earlier row", ""),
        "line 5 of list.csv: assets/c.gif: is the input of an earlier row",
        "line 6 of list.csv: assets/c.gif: is the input itself",
        "",  # an input may be read twice
    ]
    assert (assets / "c.gif").read_bytes() == before


def test_in_place_each_file_has_one_row(run: Run, assets: Path) -> None:
    rows = ("assets/a.png", "assets/sub/d.png", "./assets/a.png", "assets/b.jpg")
    listed(assets.parent, *rows, name="list")
    answer = run("--files-from", "list", "-k", 4, "--in-place", "--json")
    *records, totals = lines(answer)
    assert (answer.code, totals["done"], totals["failed"]) == (1, 2, 2)
    assert "would be written for an earlier row" in records[2]["error"]
    again = run("--files-from", "list", "-k", 4, "--in-place", "--json")
    assert lines(again)[-1]["skipped"] == 2


def test_an_interrupted_run_goes_on(run: Run, assets: Path) -> None:
    listed(assets.parent, *NAMES, name="list")
    words = ("-k", 4, *OUT, "--update", "--json")
    assert run("--files-from", "-", *words, stdin=b"assets/a.png\nassets/b.jpg\n").code == 0
    totals = lines(run("--files-from", "list", *words))[-1]
    assert (totals["done"], totals["skipped"]) == (3, 2)
    answer = run("--files-from", "list", *words[:-1])
    assert (answer.code, answer.text) == (0, "")


def test_a_dry_run_makes_nothing(run: Run, assets: Path) -> None:
    listed(assets.parent, *NAMES[:2], "missing.png", name="list")
    before = snapshot(assets.parent)
    answer = run("--files-from", "list", *OUT, "--dry-run")
    assert answer.code == 1
    assert answer.text.splitlines() == [
        *("assets/a.png → out/assets/a.png", "assets/b.jpg → out/assets/b.png")
    ]
    assert snapshot(assets.parent) == before


def test_folders_that_were_made_for_nothing_are_taken_back(run: Run, assets: Path) -> None:
    listed(assets.parent, "missing.png", name="list")
    assert run("--files-from", "list", "-o", "some/out/{stem}{ext}").code == 1
    assert not (assets.parent / "some" / "out").exists()


def test_a_shared_palette_reads_the_list_to_its_end(run: Run, assets: Path) -> None:
    listed(assets.parent, *NAMES, name="list")
    words = ("-k", 4, "--shared-palette", *OUT, "--json", "--save-palette", "all.hex")
    answer = run("--files-from", "list", *words)
    assert (answer.code, len(lines(answer)[-1]["palette"])) == (0, 4)
    codes = (assets.parent / "all.hex").read_text().split()
    wanted = {tuple(bytes.fromhex(code)) for code in codes}
    assert distinct(pixels(assets.parent / "out" / "assets" / "a.png")) <= wanted


def test_a_summary_has_each_row(run: Run, assets: Path) -> None:
    listed(assets.parent, *NAMES, name="list")
    assert run("--files-from", "list", "-k", 4, *OUT, "--summary", "t.csv", "-q").code == 0
    table = (assets.parent / "t.csv").read_bytes()
    assert table.startswith(b"\xef\xbb\xbfinput,output,")
    assert [line.split(b",")[0].decode() for line in table.splitlines()[1:]] == [*NAMES]


# Tables


def test_each_row_has_its_own_options(run: Run, assets: Path) -> None:
    rows = (
        "\ufeffinput,output,colors,dither,keep-color,keep-color,strip",
        "assets/a.png,o/one.png,3,,,,",
        'assets/b.jpg,"o/two, or so.gif",5,bayer-4,#000,#fff,true',
        "",
        "assets/c.gif,,,,,,no",
        "assets/sub/d.png,d-{k}.webp,2,,,,",
    )
    table = listed(assets.parent, *rows)
    answer = run("--files-from", table, "-k", 4, "--json")
    assert (answer.code, answer.errors) == (0, [])
    one, two, three, four = lines(answer)[:-1]
    assert (one["output"], one["k"], one["dither"]) == ("o/one.png", 3, "none")
    assert (two["output"], two["k"], two["dither"]) == ("o/two, or so.gif", 5, "bayer-4")
    assert two["keep_color"] == ["#000000", "#ffffff"]
    assert (three["output"], three["k"]) == ("assets/c-4.png", 4)
    assert (four["output"], (assets.parent / "d-2.webp").exists()) == ("d-2.webp", True)


def test_a_cell_that_is_wrong_is_an_error_of_its_row(run: Run, assets: Path) -> None:
    rows = (
        *("input,colors,use-palette,sort", "assets/a.png,many,,", "assets/b.jpg,3,none.hex,"),
        *("assets/c.gif,3,,sideways", "assets/c.gif,3,,,,", ",3,,", "assets/c.gif,4,,"),
    )
    answer = run("--files-from", listed(assets.parent, *rows), "--no-sidecar", "--json")
    *records, totals = lines(answer)
    assert answer.code == 1
    assert (totals["done"], totals["failed"]) == (1, 5)
    errors = [row["error"] for row in records[:-1]]
    assert "line 2 of list.csv: Invalid value for '-k' / '--colors': 'many'" in errors[0]
    assert "none.hex" in errors[1]
    assert "Invalid value for '--sort': 'sideways'" in errors[2]
    assert "line 5 of list.csv: has 6 cells, and the header 4" in errors[3]
    assert "line 6 of list.csv: names no input" in errors[4]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("input,colours", "the column 'colours' is no option; did you mean 'colors'?"),
        ("input,jobs", "the column 'jobs' is an option of the whole command"),
        ("input,colors,colors", "the column 'colors' stands there twice"),
        ("name,colors", "wanted a header with a column 'input' in the first line"),
        ("", "wanted a header with a column 'input' in the first line"),
        ("input,,colors", "a column has no name, or 'input' stands there twice"),
        ('"input', "the header is damaged"),
    ],
)
def test_a_header_that_is_wrong_is_a_mistake(
    header: str, said: str, run: Run, assets: Path
) -> None:
    answer = run("--files-from", listed(assets.parent, header, "assets/a.png,3"))
    assert (answer.code, names(assets)) == (2, names(assets))
    assert f"list.csv: {said}" in answer.errors[-1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--files-from", "list.csv", "-0"), "-0 is for a list of names"),
        (("--files-from", "list.csv", "assets"), "--files-from gives the inputs"),
        (("assets", "-0"), "-0 and --shard are for --files-from"),
        (("assets", "--shard", "1/2"), "-0 and --shard are for --files-from"),
        (("--files-from", "list.csv", "--shard", "0/2"), "'0/2' is none of 1/N to N/N"),
        (("--files-from", "list.csv", "--shard", "3/2"), "'3/2' is none of 1/N to N/N"),
        (("--files-from", "list.csv", "-o", "-"), "-o - takes one input"),
        (("--files-from", "list.csv", "-o", "x.png"), "-o x.png names a file, but"),
        (("--files-from", "list.csv", "-o", "{what}"), "{what} is none of"),
    ],
)
def test_what_makes_no_sense_is_refused(
    words: tuple[str, ...], said: str, run: Run, assets: Path
) -> None:
    listed(assets.parent, "input", "assets/a.png")
    answer = run(*words)
    assert answer.code == 2
    assert said in answer.errors[-1]


def test_a_list_that_is_missing_is_an_error_about_a_file(run: Run) -> None:
    answer = run("--files-from", "none")
    assert (answer.code, answer.errors) == (1, ["quantize: none: no such file; check the name"])


# Parts


def test_parts_are_all_rows_once(run: Run, assets: Path) -> None:
    listed(assets.parent, *NAMES, "assets/a.png", name="list")
    found: list[list[str]] = []
    for part in ("1/3", "2/3", "3/3"):
        answer = run("--files-from", "list", "-k", 4, *OUT, "--shard", part, "--json")
        found.append([row["input"] for row in lines(answer)[:-1]])
    assert found == [[NAMES[0], NAMES[3]], [NAMES[1], NAMES[4]], [NAMES[2], NAMES[0]]]
    assert answer.code == 1  # its last row collides with one of another part
    assert len(list((assets.parent / "out").rglob("*.*"))) == 5


# As they come


@pytest.mark.parametrize("jobs", [(), ("-j", "2")])
def test_work_begins_before_the_list_ends(jobs: tuple[str, ...], assets: Path) -> None:
    words = ("--files-from", "-", "-k", "4", *OUT, "--json", *jobs)
    with subprocess.Popen(
        [*COMMAND, *words],
        cwd=assets.parent,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        for name in NAMES[:3]:
            running.stdin.write(os.fsencode(f"{name}\n"))
            running.stdin.flush()
            assert json.loads(running.stdout.readline())["input"] == name
        rest, _ = running.communicate(os.fsencode(NAMES[3]), timeout=PATIENCE)
    assert running.returncode == 0
    assert json.loads(rest.splitlines()[-1])["done"] == 4


@pytest.mark.slow
def test_a_pipe_with_a_name_is_read_as_it_comes(assets: Path) -> None:
    os.mkfifo(assets.parent / "pipe")
    words = ("--files-from", "pipe", "-k", "4", *OUT, "--json")
    with subprocess.Popen(
        [*COMMAND, *words], cwd=assets.parent, env=environment(), stdout=subprocess.PIPE
    ) as running:
        with (assets.parent / "pipe").open("w") as pipe:
            assert running.stdout is not None
            for name in NAMES[:2]:
                print(name, file=pipe, flush=True)
                assert json.loads(running.stdout.readline())["input"] == name
        running.communicate(timeout=PATIENCE)
    assert running.returncode == 0


def test_a_pipe_is_never_waited_for() -> None:
    reading, writing = os.pipe()
    with (
        os.fdopen(writing, "wb", buffering=0) as pipe,
        Lines(f"/dev/fd/{reading}", FileError) as found,
    ):
        told: list[bool] = []
        found.on_ready = lambda: told.append(True)
        assert not found.ready()
        pipe.write(b"one\ntwo\nthr")
        deadline = time.monotonic() + PATIENCE
        while not told and time.monotonic() < deadline:
            time.sleep(0.001)
        assert found.ready()
        assert [next(found.__iter__()), next(found.__iter__())] == [b"one\n", b"two\n"]
        assert not found.ready()
        pipe.write(b"ee")
        pipe.close()
        assert [*found] == [b"three"]
    os.close(reading)


def test_a_feed_hands_out_jobs_with_numbers() -> None:
    jobs = [Job(name, None, "png", None, (), (), Request()) for name in "abc"]
    feed = Feed([jobs[0], None, jobs[1], None, jobs[2]])
    assert [feed.take(wait=False), feed.take(wait=False)] == [(0, jobs[0]), (1, jobs[1])]
    assert (feed.taken, feed.ended, [*feed]) == (2, False, [jobs[2]])
    assert (feed.take(wait=True), feed.ended) == (None, True)
    assert Feed(jobs).left == 3


# Memory


def test_names_take_eight_bytes_each() -> None:
    seen = SeenNames()
    count = 20 * RECENT + 17
    for number in range(count):
        assert f"name {number}" not in seen
        seen.add([f"name {number}"])
    assert seen.nbytes <= 8 * count
    assert all(f"name {number}" in seen for number in range(0, count, 997))
    assert f"name {count}" not in seen


def test_a_spool_gives_back_what_it_was_given() -> None:
    spool, kept = Spool(), io.BytesIO()
    for number in range(IN_MEMORY // 4096 + 9):
        spool.add(bytes([number % 256]) * 4096)
        kept.write(bytes([number % 256]) * 4096)
    assert spool.taken() == kept.getvalue()


def test_failures_beyond_a_thousand_are_counted(run: Run, tmp_path: Path) -> None:
    listed(tmp_path, *(f"none-{number}.png" for number in range(1003)), name="list")
    answer = run("--files-from", "list", "--json", "-j", 1)
    totals = lines(answer)[-1]
    assert (totals["failed"], len(totals["errors"]), totals["errors_left_out"]) == (1003, 1000, 3)
    assert run("--files-from", "list", "-j", 1).text.splitlines()[-1] == (
        "  and 3 more, as said above"
    )
