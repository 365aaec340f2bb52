"""Guards what a terminal is shown: colours that it has, and no letter that does it harm."""

from __future__ import annotations

import ctypes
import io
import json
import os
import re
import struct
import sys
import unicodedata
from pathlib import Path
from time import monotonic
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.command import child_command, command
from helpers.paths import SAMPLES
from helpers.pictures import picture
from helpers.terminal import open_terminal
from quantize.cli import progress, streams
from quantize.cli.terminal import MOST_LETTERS, color_depth
from quantize.cli.terminal import shown as foreign
from quantize.report import color_blocks

RGB = st.tuples(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def xterm() -> dict[int, tuple[int, ...]]:
    """xterm's colours from 16 up, as its documentation has them."""
    levels = (0, 95, 135, 175, 215, 255)
    cube = [(r, g, b) for r in levels for g in levels for b in levels]
    return dict(enumerate([*cube, *((8 + 10 * step,) * 3 for step in range(24))], 16))


# How many colours


@pytest.mark.parametrize(
    ("variables", "depth"),
    [
        ({"COLORTERM": "truecolor", "TERM": "xterm-256color"}, 24),
        ({"COLORTERM": "24bit", "TERM": "screen"}, 24),
        ({"TERM": "xterm-direct"}, 24),
        ({"TERM": "xterm-256color"}, 8),
        ({"COLORTERM": "yes", "TERM": "screen-256color"}, 8),
        ({"TERM": "vt100"}, 0),
        ({"TERM": "dumb", "COLORTERM": "truecolor"}, 0),
        ({}, 0),
        ({"COLORTERM": "truecolor", "NO_COLOR": "1"}, 0),
        ({"COLORTERM": "truecolor", "NO_COLOR": ""}, 24),
    ],
)
def test_a_terminal_has_the_colours_that_it_says(variables: dict[str, str], depth: int) -> None:
    assert color_depth(Terminal(), variables) == depth
    assert color_depth(io.StringIO(), variables) == 0
    assert color_depth(None, variables) == 0


@pytest.mark.parametrize("takes", [True, False])
def test_the_console_of_windows_is_asked_for_escapes(
    monkeypatch: pytest.MonkeyPatch, takes: bool
) -> None:
    asked: list[int] = []

    def get_mode(_handle: object, mode: Any) -> int:
        mode._obj.value = 3
        return 1

    def set_mode(_handle: object, mode: Any) -> int:
        asked.append(mode.value)
        return int(takes)

    console = SimpleNamespace(GetConsoleMode=get_mode, SetConsoleMode=set_mode)
    library = SimpleNamespace(kernel32=console)
    monkeypatch.setattr(ctypes, "windll", library, raising=False)
    handles = SimpleNamespace(get_osfhandle=lambda descriptor: descriptor)
    monkeypatch.setitem(sys.modules, "msvcrt", handles)  # type: ignore[arg-type]
    monkeypatch.setattr(os, "name", "nt")
    terminal = Terminal()
    monkeypatch.setattr(terminal, "fileno", lambda: 1)
    depth, none = color_depth(terminal, {}), color_depth(terminal, {"NO_COLOR": "1"})
    monkeypatch.undo()
    assert (depth, none) == (24 if takes else 0, 0)
    assert asked == [7]


# The blocks


def test_a_block_is_blanks_on_its_colour() -> None:
    assert color_blocks.block((1, 2, 3), 24) == "\x1b[48;2;1;2;3m  \x1b[0m"
    assert color_blocks.block((255, 0, 0), 8, 4) == "\x1b[48;5;196m    \x1b[0m"
    assert color_blocks.block((255, 0, 0), 0) == ""


@given(RGB)
def test_of_256_colours_the_nearest_is_taken(color: tuple[int, int, int]) -> None:
    def distance(place: int) -> int:
        return sum((a - b) ** 2 for a, b in zip(xterm()[place], color, strict=True))

    assert distance(color_blocks.nearest_of_256(color)) == min(map(distance, xterm()))


@pytest.mark.parametrize(("k", "rows"), [(1, 1), (16, 1), (17, 1), (32, 1), (64, 2), (256, 4)])
@pytest.mark.parametrize("depth", [8, 24])
def test_every_colour_has_a_block_and_no_row_is_too_long(k: int, rows: int, depth: int) -> None:
    found = [*color_blocks.rows([(k % 256, 9, 9)] * k, depth)]
    assert len(found) == rows
    assert sum(row.count("48;") for row in found) == k
    assert all(len(re.sub(r"\x1b\[[0-9;]*m", "", row)) <= 64 for row in found)
    assert all(row.endswith("\x1b[0m") for row in found)


def test_without_colours_there_are_no_blocks() -> None:
    assert [*color_blocks.rows([(1, 2, 3)], 0)] == []


# The command


def shown(folder: Path, *words: str, **variables: str) -> str:
    """What the command writes to a terminal."""
    picture().save(folder / "photo.png")
    names = ("photo.png", "-k", 5, "--no-image", "--no-sidecar", *words)
    with open_terminal() as screen:
        environment = {"TERM": "vt100", **variables}
        answer = command(*names, cwd=folder, env=environment, stdout=screen.stream)
    assert answer.code == 0
    return screen.text


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLORTERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


def test_few_colours_have_their_codes_and_names_beside_their_blocks(tmp_path: Path) -> None:
    text = shown(tmp_path, "--json", TERM="vt100")
    palette = json.loads(text)["palette"]
    found = shown(tmp_path, COLORTERM="truecolor")
    for entry in palette:
        block = "\x1b[48;2;{};{};{}m    \x1b[0m".format(*entry["rgb"])
        assert f"{block} {entry['hex']}  {entry['name']}\r\n" in found
    many = shown(tmp_path, "-k", "17", COLORTERM="truecolor")
    assert many.count("\x1b[48;2;") == 17
    assert "#" not in many


@pytest.mark.parametrize("words", [(), ("-v",)])
def test_the_summary_shows_the_palette_in_colour(words: tuple[str, ...], tmp_path: Path) -> None:
    assert shown(tmp_path, *words, COLORTERM="truecolor").count("\x1b[48;2;") == 5
    assert shown(tmp_path, *words, TERM="xterm-256color").count("\x1b[48;5;") == 5


@pytest.mark.parametrize("words", [(), ("-v",)])
def test_no_color_is_honoured_and_plain_terminals_get_words(
    words: tuple[str, ...], tmp_path: Path
) -> None:
    assert "\x1b" not in shown(tmp_path, *words)
    assert "\x1b" not in shown(tmp_path, *words, COLORTERM="truecolor", NO_COLOR="1")
    assert "\x1b" not in shown(tmp_path, "--json", COLORTERM="truecolor")


# What is not ours: names of files, and texts out of files (CWE-150)

BIDI_CONTROL = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""As PropList.txt of Unicode lists them."""

STEMS = (
    *("esc\x1b]0;retitled\x07", "csi\x9b31m", "two\nlines", "cat\u202egnp.exe", "\x1b[48;2;1;2;3m"),
    "\u6f22" * 82,  # 246 bytes
)


def controls(text: str) -> set[str]:
    """The letters that a terminal obeys; line ends are those of the command."""
    return {
        letter
        for letter in text
        if letter in BIDI_CONTROL or (unicodedata.category(letter) == "Cc" and letter != "\n")
    }


@given(text=st.text(max_size=60))
def test_no_letter_that_is_shown_moves_others(text: str) -> None:
    safe = foreign(text)
    assert not controls(safe)
    assert "\n" not in safe
    assert foreign(safe) == safe
    if text.isprintable():
        assert safe == text


def test_a_long_text_keeps_both_ends() -> None:
    safe = foreign("photos/" + "a" * 5000 + ".png")
    assert len(safe) == MOST_LETTERS
    assert safe.startswith("photos/a")
    assert safe.endswith("a.png")


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("names") / "names"
    folder.mkdir()
    for stem in STEMS:
        try:
            picture(size=(4, 4)).save(folder / f"{stem}.png")
        except OSError:
            pytest.skip("this file system has no such names")
    return folder


@pytest.mark.parametrize("wishes", ["", "-v", "--dry-run", "--shared-palette", "--json"])
def test_names_are_shown_escaped_and_files_keep_them(
    names: Path, tmp_path: Path, wishes: str
) -> None:
    answer = command(names, "-k", 4, "-o", "out", *wishes.split(), cwd=tmp_path)
    assert (answer.code, answer.err) == (0, b"")
    assert not controls(answer.text)
    assert "two\\nlines" in answer.text
    if wishes == "--json":
        inputs = [json.loads(line).get("input") for line in answer.text.splitlines()]
        assert {os.path.basename(name) for name in inputs[:-1]} == {f"{s}.png" for s in STEMS}
    if wishes != "--dry-run":
        assert {f"{stem}-4.png" for stem in STEMS} <= set(os.listdir(tmp_path / "out"))


def test_names_are_escaped_in_errors_and_warnings_too(tmp_path: Path) -> None:
    for stem in STEMS[:-1]:
        (tmp_path / f"{stem}.png").write_bytes(b"no picture")
    answer = command(*(f"{stem}.png" for stem in STEMS[:-1]), "-o", "out", cwd=tmp_path)
    assert answer.code == 1
    assert len(answer.errors) == len(STEMS) - 1
    assert not controls(answer.err.decode() + answer.text)
    answer = command("--\x1b[2Jfoo", cwd=tmp_path)
    assert answer.code == 2
    assert not controls(answer.err.decode())


HOSTILE = b"\x1b]0;retitled\x07\x1b[2J\nquantize: all 3 files done, exit 0\0"


@pytest.mark.parametrize("text", [HOSTILE, b"A" * 20_000 + b"\0"], ids=["escapes", "long"])
def test_a_text_in_a_file_is_quoted_escaped_and_short(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(tiff_with((259, 2, len(text), text)))
    answer = command("a.tif", "--json", cwd=tmp_path)
    (line,) = answer.errors
    assert answer.code == 1
    assert len(line) < 500
    assert not controls(line)
    assert len(json.loads(answer.text)["error"]) < 500


def test_ten_thousand_depths_are_counted_and_not_listed(tmp_path: Path) -> None:
    depths = struct.pack("<H", 9) * 10_000
    (tmp_path / "a.tif").write_bytes(tiff_with((258, 3, 10_000, depths)))
    (line,) = command("a.tif", cwd=tmp_path).errors
    assert "10,000 channels" in line
    assert len(line) < 500


def tiff_with(*extra: tuple[int, int, int, bytes]) -> bytes:
    """A little-endian TIFF of 4 x 4 bytes of grey and further tags: number, type, count, values."""
    usual = {256: 4, 257: 4, 262: 1, 258: 8, 259: 1, 273: 200, 277: 1, 279: 16}
    tags = {tag: (3, 1, struct.pack("<H", value)) for tag, value in usual.items()}
    tags |= {tag: (kind, count, value) for tag, kind, count, value in extra}
    beyond, directory = b"", struct.pack("<H", len(tags))
    end = 8 + 2 + 12 * len(tags) + 4
    for tag, (kind, count, value) in sorted(tags.items()):
        place = value.ljust(4, b"\0")
        if len(value) > 4:
            place, beyond = struct.pack("<I", 300 + len(beyond)), beyond + value
        directory += struct.pack("<HHI", tag, kind, count) + place
    assert end < 200
    head = b"II*\0" + struct.pack("<I", 8) + directory
    return head.ljust(300, b"\0") + beyond


# Warnings


@pytest.mark.parametrize("kind", ["tiff", "png"])
def test_a_warning_of_a_decoder_is_a_line_of_ours(kind: str, tmp_path: Path) -> None:
    behind_the_end = struct.pack("<I", 90_000)
    file = bytearray(tiff_with((305, 2, 40, bytes(40))))
    place = file.index(struct.pack("<HHI", 305, 2, 40)) + 8
    file[place : place + 4] = behind_the_end
    (tmp_path / "late.tif").write_bytes(file)
    answer = child_command("late.tif", "--format", kind, "-o", f"a.{kind}", cwd=tmp_path)
    (line,) = answer.errors
    assert answer.code == 0
    assert line.startswith("quantize: warning: late.tif: TIFF decoder: ")
    quiet = child_command("late.tif", "--format", kind, "-o", f"b.{kind}", "-q", cwd=tmp_path)
    assert (quiet.code, quiet.err) == (0, b"")


@pytest.mark.parametrize("jobs", [1, 2])
def test_any_other_warning_is_a_line_of_ours(jobs: int, tmp_path: Path) -> None:
    script = """
import warnings
from quantize.storage import local
real = local.open_for_reading
def warning(path, error):
    warnings.warn("low\\non ink", UserWarning)
    return real(path, error)
local.open_for_reading = warning
"""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "sitecustomize.py").write_text(script)
    for name in ("a.png", "b.png"):
        picture(size=(4, 4)).save(tmp_path / name)
    words = ("a.png", "b.png", "-o", "out", "-j", jobs, "--force")
    env = {"PYTHONPATH": str(tmp_path / "lib")}
    answer = child_command(*words, cwd=tmp_path, env=env)
    assert answer.errors == [
        f"quantize: warning: {name}: low on ink" for name in ("a.png", "b.png")
    ]
    assert child_command(*words, "-q", cwd=tmp_path, env=env).err == b""


# Many inputs


def album(folder: Path) -> None:
    for number in range(3):
        picture(number, (40, 30)).save(folder / f"picture-{number}.png")


def test_many_inputs_have_a_line_each_and_the_totals_last(tmp_path: Path) -> None:
    album(tmp_path)
    answer = command(*sorted(os.listdir(tmp_path)), "-k", 4, "-o", "out", cwd=tmp_path)
    *lines, totals = answer.text.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        f"picture-{number}.png → out/picture-{number}-4.png" for number in range(3)
    ]
    assert all("4 colours, mse " in line for line in lines)
    assert totals.startswith("3 inputs: 3 done; ")


@pytest.mark.parametrize("words", [("picture-0.png",), ("picture-0.png", "picture-1.png", "-v")])
def test_one_input_and_v_have_all_lines(words: tuple[str, ...], tmp_path: Path) -> None:
    album(tmp_path)
    answer = command(*words, "-k", 4, "-o", "out/", cwd=tmp_path)
    assert "  k-means  " in answer.text


def test_lines_fit_into_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "a folder with a long name").mkdir()
    album(tmp_path / "a folder with a long name")
    with open_terminal(columns=63) as screen:
        words = ("a folder with a long name", "-k", 4, "-o", "out")
        assert command(*words, cwd=tmp_path, env={"TERM": "vt100"}, stdout=screen.stream).code == 0
    lines = screen.text.splitlines()
    assert len(lines) == 4
    assert all(len(line) <= 63 for line in lines)
    assert "…" in lines[0]


def test_the_bar_of_one_picture_shows_its_stages_and_its_clock_does_not_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "DELAY_SECONDS", -1)
    drawn: list[tuple[float, str]] = []
    real = progress.Bar._draw

    def spy(bar: progress.Bar) -> None:
        real(bar)
        drawn.append((monotonic(), bar._at))

    monkeypatch.setattr(progress.Bar, "_draw", spy)
    with open_terminal(columns=99) as screen:
        words = (SAMPLES / "china.jpg", "-k", 256, "--n-init", 9, "-o", "out.png")
        assert command(*words, cwd=tmp_path, env={"TERM": "xterm"}, stderr=screen.stream).code == 0
    assert "china.jpg: cluster, iteration" in screen.text
    assert "%|" in screen.text
    stages = {at.partition(",")[0] for _, at in drawn}
    assert "cluster" in stages
    assert stages <= {"", *progress.STAGES}
    assert streams.make_room is streams.no_room
