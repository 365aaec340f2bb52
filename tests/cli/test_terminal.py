"""Guards the promise that a terminal shows the palette in the colours that it has, or in none."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.command import command
from helpers.pictures import picture
from quantize.cli.terminal import color_depth
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

pty = pytest.importorskip("pty", reason="no pseudo-terminals here")


def shown(folder: Path, *words: str, **variables: str) -> str:
    """What the command writes to a terminal."""
    picture().save(folder / "photo.png")
    ours, theirs = pty.openpty()
    names = ("photo.png", "-k", 5, "--no-image", "--no-sidecar", *words)
    with os.fdopen(theirs, "w", encoding="utf-8") as terminal:
        answer = command(*names, cwd=folder, env={"TERM": "vt100", **variables}, stdout=terminal)
        assert answer.code == 0
        found = os.read(ours, 1 << 16)  # the summary of five colours fits into the buffer
    os.close(ours)
    return found.decode()


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLORTERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)


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
