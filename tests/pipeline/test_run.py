"""The one pipeline: colours are encoded once for clustering; what a target can hold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from helpers import scenes
from helpers.paths import SAMPLES
from quantize import kernels
from quantize.color import spaces
from quantize.images.load import load
from quantize.images.table import FORMATS
from quantize.model.frames import FrameSource
from quantize.model.picture import Picture
from quantize.pipeline import histogram
from quantize.pipeline.palette import search
from quantize.pipeline.run import count, run
from quantize.pipeline.settings import Settings
from quantize.pipeline.target import AlphaUse, Target

Bytes = NDArray[np.uint8]


@pytest.fixture
def encoded_rows(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of rows that were encoded, call by call."""
    rows: list[int] = []
    encode = spaces.encode

    def counting(colors: Bytes, space: spaces.Space) -> Any:
        rows.append(len(colors))
        return encode(colors, space)

    monkeypatch.setattr(spaces, "encode", counting)
    return rows


@pytest.mark.parametrize("dither", ["none", "floyd-steinberg"])
def test_the_distinct_colours_are_encoded_at_most_twice(
    encoded_rows: list[int], dither: str
) -> None:
    """Once in the space of clustering, once in sRGB for the figures; small sets come on top."""
    source = FrameSource.still(load(str(SAMPLES / "china.jpg")))
    distinct = len(count(source))
    encoded_rows.clear()
    run(source, Settings(colors=64, dither=dither, space="weighted"))
    assert sum(encoded_rows) <= 2.1 * distinct


def test_cells_are_made_once_however_many_regions_are_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, tried = [], []
    cells, one_more = histogram.cells, search._with_one_more

    def counted_cells(*args: Any, **named: Any) -> Any:
        made.append(1)
        return cells(*args, **named)

    def counted_tries(*args: Any, **named: Any) -> Any:
        tried.append(1)
        return one_more(*args, **named)

    monkeypatch.setattr(histogram, "cells", counted_cells)
    monkeypatch.setattr(search, "_with_one_more", counted_tries)
    source = FrameSource.still(Picture(scenes.buoy()))
    run(source, Settings(colors=14, space="weighted", weights="contrast"))
    assert tried
    assert len(made) == 2  # for seeds, and for the search


# Targets


def test_no_image_can_hold_everything() -> None:
    target = Target()
    assert (target.alpha, target.frames, target.erasable) == ("full", "animation", True)
    assert target.reserved_entries == 0


@pytest.mark.parametrize("name", FORMATS)
def test_a_target_is_what_the_row_of_its_format_says(name: str) -> None:
    row = FORMATS[name]
    target = Target(row)
    assert (target.alpha, target.frames) == (row.alpha, row.frames)
    assert target.reserved_entries == 0
    assert Target(row, palette_per_frame=True).reserved_entries == row.reserved_entries


def test_binary_alpha_shows_pixels_from_half_on() -> None:
    colors = np.array([[9, 9, 9, 127], [9, 9, 9, 128]], np.uint8)
    shown = Target(FORMATS["gif"]).displayable(colors)
    assert shown.tolist() == [[0, 0, 0, 0], [9, 9, 9, 255]]
    assert Target(FORMATS["png"]).displayable(colors) is colors


@pytest.mark.parametrize(
    ("alphas", "use"),
    [
        ([255], AlphaUse()),
        ([0, 255], AlphaUse(transparent=True)),
        ([1, 255], AlphaUse(partial=True)),
        ([0, 254], AlphaUse(transparent=True, partial=True)),
    ],
)
def test_the_use_of_alpha_is_read_off_the_colours(alphas: list[int], use: AlphaUse) -> None:
    assert AlphaUse.of(np.array([[1, 2, 3, alpha] for alpha in alphas], np.uint8)) == use
    assert AlphaUse.of(np.zeros((1, 3), np.uint8)) | use == use


def test_threads_are_those_that_are_wanted_or_one_a_core() -> None:
    assert kernels.thread_count(3) == 3
    assert kernels.thread_count(0) == kernels.available_cores()
